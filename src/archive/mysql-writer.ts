// The one writer of a log's archive: what is written and how far the archive is stand in one transaction, and only who holds the
// log's lock and its holder's token may commit. Must never write a row without moving the place, nor move it twice.

import type { GivenName } from '../index/name-book.ts'
import { KiteQError } from '../model/errors.ts'
import type { Descent } from './descent.ts'
import type { MysqlConnection } from './mysql-connection.ts'
import { archivedNames } from './mysql-names.ts'
import { enterLog, expectNoHeir, lockName, originIn, type Origin } from './mysql-origin.ts'
import { timeLiteral, timeMsOf } from './mysql-values.ts'

export interface WriterOptions {
  /** 32 hex digits. */
  readonly logId: string
  /** Which logs it goes on from. */
  readonly descent: Descent
  /** 32 hex digits, of this archiver alone. */
  readonly token: string
  /** For people: who it is, up to 300 characters. */
  readonly holderName: string
  /** The token was this archiver's before: another one in its place ends it. */
  readonly isBack: boolean
  /** For a lock whose holder may just be going. */
  readonly lockWaitSeconds: number
}

/** What one transaction adds. */
export interface Addition {
  /** Where the archive is, and where it then is. */
  readonly from: number
  readonly to: number
  /** Of the last record, ms since 1970; undefined: as before. */
  readonly timeMs: number | undefined
  readonly statements: readonly string[]
  readonly names: readonly GivenName[]
  /** The records [from, to) are not there: why, 300 characters at most. */
  readonly gap: string | undefined
}

/** The log is somebody else's at the moment. */
export class LockHeldError extends Error {
  /** By a connection of this archiver that the server has not given up yet. */
  readonly isOwn: boolean
  constructor(isOwn: boolean, message: string) {
    super(message)
    this.isOwn = isOwn
  }
}

export interface ArchivedPlace {
  readonly nextOffset: number
  /** Ms since 1970, of the last archived record. */
  readonly timeMs: number | undefined
}

/** So many names in one statement. */
const namesAtOnce = 100
const whyLengthMax = 300

export class MysqlWriter {
  readonly connection: MysqlConnection
  #log = 0
  #begins = 0
  #origin: Origin | undefined
  #place: ArchivedPlace = { nextOffset: 0, timeMs: undefined }
  readonly #options: WriterOptions

  private constructor(connection: MysqlConnection, options: WriterOptions) {
    this.connection = connection
    this.#options = options
  }

  /**
   * Takes the log's lock and its place as the writer. Rejects LockHeldError; KITEQ_REFUSED when `isBack` and another one has
   * taken over; else as the connection does.
   */
  static async open(connection: MysqlConnection, options: WriterOptions): Promise<MysqlWriter> {
    const writer = new MysqlWriter(connection, options)
    const name = await lockName(connection, options.logId)
    const [row] = await connection.rows('SELECT GET_LOCK(?, ?) AS got', [
      name,
      options.lockWaitSeconds,
    ])
    if (row!['got'] !== 1) throw await writer.#held()
    await writer.#takeOver()
    return writer
  }

  get place(): ArchivedPlace {
    return this.#place
  }

  /** The log's first record under its own number; what is before it stands under its ancestor's. */
  get begins(): number {
    return this.#begins
  }

  /** Of a log that nothing is archived of yet; undefined where it is the only one, too. */
  get origin(): Origin | undefined {
    return this.#origin
  }

  /** The log's number in the archive. */
  get log(): number {
    return this.#log
  }

  /**
   * All of it or nothing; as the connection does when it is lost, and then nobody knows. Rejects KITEQ_REFUSED, with nothing
   * written, when another archiver has taken over.
   */
  async add(addition: Addition): Promise<void> {
    const { from, to, timeMs, statements, names, gap } = addition
    const { connection } = this
    await connection.transaction(async () => {
      const time = timeMs === undefined ? '' : `, archived_time = ${timeLiteral(timeMs)}`
      const moved = await connection.change(
        `UPDATE logs SET next_offset = ?${time} WHERE number = ? AND next_offset = ? AND holder = ?`,
        [to, this.#log, from, this.#options.token],
      )
      if (moved !== 1) throw await this.#fenced(from)
      await this.#name(names)
      if (gap !== undefined)
        await connection.change(
          'INSERT INTO gaps (log, `first`, behind, why, noted_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3))',
          [this.#log, from, to, gap.slice(0, whyLengthMax)],
        )
      for (const statement of statements) await connection.raw(statement)
    })
    this.#place = { nextOffset: to, timeMs: timeMs ?? this.#place.timeMs }
  }

  /** All names that were archived. */
  names(): Promise<readonly GivenName[]> {
    return archivedNames(this.connection, this.#log)
  }

  /** Of this log, ever. */
  async gaps(): Promise<{ readonly count: number; readonly records: number }> {
    const [row] = await this.connection.rows(
      'SELECT COUNT(*) AS count, COALESCE(SUM(behind - `first`), 0) AS records FROM gaps WHERE log = ?',
      [this.#log],
    )
    return { count: Number(row!['count']), records: Number(row!['records']) }
  }

  /** Gives the log free for the next archiver, and closes the connection. */
  async close(): Promise<void> {
    if (!this.connection.isLost)
      await this.connection
        .change('UPDATE logs SET holder = NULL WHERE number = ? AND holder = ?', [
          this.#log,
          this.#options.token,
        ])
        .catch(() => undefined) // the next one takes it anyway
    await this.connection.close()
  }

  async #name(names: readonly GivenName[]): Promise<void> {
    for (let at = 0; at < names.length; at += namesAtOnce) {
      const values = names
        .slice(at, at + namesAtOnce)
        .map(({ dictionary, number, name }) => [this.#log, dictionary, number, Buffer.from(name)])
      await this.connection.change(
        'INSERT IGNORE INTO names (log, dictionary, number, name) VALUES ?',
        [values],
      )
    }
  }

  /** A log that the archive does not have yet begins in it here. */
  async #takeOver(): Promise<void> {
    const { logId, token, holderName, isBack } = this.#options
    const question =
      'SELECT number, next_offset, begins, archived_time, holder FROM logs WHERE log_id = ?'
    let [row] = await this.connection.rows(question, [logId])
    if (row === undefined) {
      await enterLog(this.connection, logId, this.#options.descent)
      ;[row] = await this.connection.rows(question, [logId])
    }
    const { number, next_offset, begins, archived_time, holder } = row as unknown as LogRow
    if (isBack && holder !== token) throw await this.#fenced()
    this.#log = number
    const timeMs = archived_time === null ? undefined : timeMsOf(archived_time)
    this.#place = { nextOffset: offsetIn('next_offset', next_offset), timeMs }
    this.#begins = offsetIn('begins', begins)
    await expectNoHeir(this.connection, number, this.#place.nextOffset)
    if (isBack) return
    this.#origin = await originIn(this.connection, logId)
    await this.connection.change(
      'UPDATE logs SET holder = ?, holder_name = ?, held_since = UTC_TIMESTAMP(3) WHERE number = ?',
      [token, holderName, number],
    )
  }

  async #held(): Promise<Error> {
    const { holder, text } = await this.#holder()
    const isOwn = this.#options.isBack && holder === this.#options.token
    return new LockHeldError(isOwn, `this log is being archived already, by ${text}`)
  }

  /** `from`: where the archive was to be. */
  async #fenced(from?: number): Promise<KiteQError> {
    const { text, holder, next } = await this.#holder()
    if (holder === this.#options.token)
      return new KiteQError(
        'KITEQ_REFUSED',
        `the archive was set back to record ${next}; expected it at record ${from}: somebody has changed it, or restored its database`,
      )
    return new KiteQError('KITEQ_REFUSED', `another archiver of this log has taken over: ${text}`)
  }

  async #holder(): Promise<{
    readonly holder: unknown
    readonly text: string
    readonly next?: number
  }> {
    const [row] = await this.connection
      .rows('SELECT holder, holder_name, held_since, next_offset FROM logs WHERE log_id = ?', [
        this.#options.logId,
      ])
      .catch(() => [])
    if (row === undefined) return { holder: undefined, text: 'somebody who has just begun' }
    const since = String(row['held_since']).replace(' ', 'T')
    const text = `${String(row['holder_name'])} since ${since}Z`
    return { holder: row['holder'], text, next: Number(row['next_offset']) }
  }
}

/** Offsets are safe integers; a column holds more, and somebody may have put it there. */
function offsetIn(column: string, value: unknown): number {
  const offset = Number(value)
  if (Number.isSafeInteger(offset) && offset >= 0) return offset
  throw new KiteQError(
    'KITEQ_REFUSED',
    `logs.${column} of this log is ${String(value)}; expected the offset of a record: somebody has changed it`,
  )
}

interface LogRow {
  readonly number: number
  readonly next_offset: number | string
  readonly begins: number | string
  readonly archived_time: string | null
  readonly holder: string | null
}
