// One connection to the archive's database, with everything set that must not depend on how the server is configured: character
// set, strictness, time zone, isolation. Must never take a value from a server's default, and never show a statement or a password.

import { createConnection, type Connection, type QueryError } from 'mysql2'
import { KiteQError } from '../model/errors.ts'
import type { MysqlAddress } from './mysql-address.ts'
import { errorOfDriver, mysqlFault, reasonOf, troubleOf } from './mysql-errors.ts'
import { loginPlugins, type LoginWay } from './mysql-login.ts'
import { MysqlStream } from './mysql-stream.ts'

export type MysqlRow = Readonly<Record<string, unknown>>

export interface OpenOptions {
  /** Who is told to end waits no longer: while it connects, not at all; for what it has asked, some seconds. */
  readonly signal?: AbortSignal | undefined
  /** For the network and the login; default: 30 s. */
  readonly connectWithinMs?: number
  /** For each question; default: 90 s. */
  readonly answerWithinMs?: number
  /** After the signal; default: 5 s. */
  readonly stopWithinMs?: number
}

const connectWithinMs = 30_000
/** Longer than any lock is waited for. */
const answerWithinMs = 90_000
/** For a change of tables, which takes as long as they are large. */
const defineWithinMs = 6 * 3_600_000
/** So long what is under way may still take when the work is to end. */
const stopWithinMs = 5_000
/** For what is said last to leave. */
const quitWithinMs = 1_000
/** A connection that says nothing for so long is ended by the server, and its locks go: its client may have lost power. */
const silenceSeconds = 60
const pingEveryMs = 15_000
const pingWithinMs = 15_000
const lockWaitSeconds = 20
const charset = 'utf8mb4'
const collation = 'utf8mb4_bin'

export class MysqlConnection {
  #packetBytesMax = 0
  #version = ''
  readonly #stream: MysqlStream
  readonly #driver: Connection
  readonly #answerWithinMs: number
  readonly #connectWithinMs: number
  readonly #stopWithinMs: number
  readonly #signal: AbortSignal | undefined
  #ping: NodeJS.Timeout | undefined
  #stop: NodeJS.Timeout | undefined
  /** Of whoever waits for an answer. */
  readonly #waiting = new Set<(error: Error) => void>()
  #lostBy: Error | undefined

  private constructor(address: MysqlAddress, options: OpenOptions) {
    this.#signal = options.signal
    this.#answerWithinMs = options.answerWithinMs ?? answerWithinMs
    this.#connectWithinMs = options.connectWithinMs ?? connectWithinMs
    this.#stopWithinMs = options.stopWithinMs ?? stopWithinMs
    this.#stream = new MysqlStream(address)
    this.#driver = driverOn(this.#stream, address)
    // It may be lost between two questions as well, and without a word of the driver to whom it concerns.
    this.#driver.on('error', (error: unknown) => this.#lose(errorOfDriver(error)))
    this.#stream.on('close', () => this.#lose(connectionLost()))
    this.#signal?.addEventListener('abort', this.#onAbort)
  }

  /**
   * The database is made if there is none and `makesDb`. Rejects as the driver does (see `troubleOf`); KITEQ_NOT_FOUND when
   * there is none; KITEQ_USAGE when a file the address names cannot be read.
   */
  static async open(
    address: MysqlAddress,
    makesDb: boolean,
    options: OpenOptions = {},
  ): Promise<MysqlConnection> {
    if (options.signal?.aborted === true) throw toldToEnd()
    const connection = new MysqlConnection(address, options)
    try {
      await connection.#begin(address, makesDb)
      return connection
    } catch (error) {
      connection.destroy()
      throw error
    }
  }

  get isLost(): boolean {
    return this.#lostBy !== undefined
  }

  /** Bytes of a statement with everything around it, as the server allows. */
  get packetBytesMax(): number {
    return this.#packetBytesMax
  }

  /** Of the server, for people. */
  get version(): string {
    return this.#version
  }

  /** Offsets come as numbers, times as text in UTC, bytes as Buffer. */
  async rows(sql: string, values: readonly unknown[] = []): Promise<readonly MysqlRow[]> {
    const rows = await this.#ask(sql, values)
    if (!Array.isArray(rows)) throw this.#fault('no rows where some were asked for')
    return rows as readonly MysqlRow[]
  }

  /** How many rows it has changed. */
  async change(sql: string, values: readonly unknown[] = []): Promise<number> {
    const result = (await this.#ask(sql, values)) as { affectedRows?: unknown } | undefined
    if (typeof result?.affectedRows !== 'number')
      throw this.#fault('something else where a change was asked for')
    return result.affectedRows
  }

  /** As it stands, without looking for places of values in it. */
  async raw(sql: string): Promise<void> {
    await this.#ask(sql)
  }

  /** A change of tables. */
  async define(sql: string): Promise<void> {
    await this.#ask(sql, undefined, defineWithinMs)
  }

  /** All of it, or nothing. A commit whose answer is lost may still have happened. */
  async transaction(work: () => Promise<void>): Promise<void> {
    await this.raw('START TRANSACTION')
    try {
      await work()
    } catch (error) {
      // One that is left open would be committed with the next; the first error says more.
      if (!this.isLost) await this.raw('ROLLBACK').catch(() => this.destroy())
      throw error
    }
    await this.raw('COMMIT')
  }

  /** Idempotent. A server that says nothing holds up nobody. */
  async close(): Promise<void> {
    if (this.isLost || this.#waiting.size > 0) {
      this.destroy()
      return
    }
    let late: NodeJS.Timeout | undefined
    const quit = new Promise<void>((resolve) => {
      this.#stream.once('finish', resolve).once('close', resolve)
      late = setTimeout(resolve, quitWithinMs)
    })
    this.#driver.end(() => undefined)
    this.#stream.end()
    await quit
    clearTimeout(late)
    this.destroy()
  }

  /** Without a word to the server. */
  destroy(): void {
    this.#lose(connectionLost())
  }

  async #begin({ db, shown }: MysqlAddress, makesDb: boolean): Promise<void> {
    await this.#within(this.#connectWithinMs, (done) => {
      this.#driver.once('connect', () => done(null, undefined))
    })
    this.#stream.loggedIn()
    await this.raw(`SET NAMES ${charset} COLLATE ${collation}`)
    for (const setting of settings) await this.raw(`SET SESSION ${setting}`)
    await this.#use(db, makesDb, shown)
    const [row] = await this.rows('SELECT @@max_allowed_packet AS packet, @@version AS version')
    const { packet, version } = row ?? {}
    if (typeof packet !== 'number' || typeof version !== 'string')
      throw this.#fault('no max_allowed_packet and no version')
    this.#packetBytesMax = packet
    this.#version = version
    this.#ping = setInterval(() => this.#pingIfIdle(), pingEveryMs)
    this.#ping.unref()
  }

  async #use(db: string, makesDb: boolean, shown: string): Promise<void> {
    try {
      await this.raw(`USE \`${db}\``)
    } catch (error) {
      if ((error as { errno?: number }).errno !== unknownDatabase) throw error
      if (!makesDb) throw new KiteQError('KITEQ_NOT_FOUND', `${shown}: there is no such database`)
      await this.raw(
        `CREATE DATABASE IF NOT EXISTS \`${db}\` CHARACTER SET ${charset} COLLATE ${collation}`,
      )
      await this.raw(`USE \`${db}\``)
    }
  }

  #ask(sql: string, values?: readonly unknown[], ms = this.#answerWithinMs): Promise<unknown> {
    return this.#within(ms, (done) => {
      if (values === undefined) this.#driver.query(sql, done)
      else this.#driver.query(sql, [...values], done)
    })
  }

  /** A server that was asked is waited for anyway. */
  #pingIfIdle(): void {
    if (this.#waiting.size > 0 || this.isLost) return
    void this.#within(pingWithinMs, (done) =>
      this.#driver.ping((error) => done(error, undefined)),
    ).catch(() => this.destroy())
  }

  /** What it takes longer for, and what the driver cannot read, ends the connection: nobody knows what comes next. */
  #within(ms: number, ask: (done: Answered) => void): Promise<unknown> {
    if (this.#lostBy !== undefined) return Promise.reject(this.#lostBy)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#lose(silent(ms)), ms)
      const fail = (error: Error): void => {
        clearTimeout(timer)
        this.#waiting.delete(fail)
        reject(error)
      }
      this.#waiting.add(fail)
      ask((error, answer) => {
        if (error !== null && error !== undefined) {
          const told = errorOfDriver(error)
          if ((error as { errno?: number }).errno === undefined) this.#lose(told)
          return fail(this.#lostBy ?? told)
        }
        // The driver takes an answer that it has complained of.
        if (this.#stream.errored !== null) this.#lose(errorOfDriver(this.#stream.errored))
        if (this.#lostBy !== undefined) return fail(this.#lostBy)
        clearTimeout(timer)
        this.#waiting.delete(fail)
        resolve(answer)
      })
    })
  }

  #fault(what: string): Error {
    const fault = mysqlFault(what)
    this.#lose(fault)
    return fault
  }

  #lose(error: Error): void {
    if (this.#lostBy !== undefined) return
    this.#lostBy = error
    clearInterval(this.#ping)
    clearTimeout(this.#stop)
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#stream.destroy()
    for (const fail of [...this.#waiting]) fail(error)
  }

  readonly #onAbort = (): void => {
    if (this.#ping === undefined) return this.#lose(toldToEnd()) // nothing is under way yet
    this.#stop = setTimeout(() => this.#lose(toldToEnd()), this.#stopWithinMs)
    this.#stop.unref()
  }
}

type Answered = (error: QueryError | null | undefined, answer: unknown) => void

function driverOn(stream: MysqlStream, { user, password }: MysqlAddress): Connection {
  const way = (): LoginWay => stream
  const plugins = Object.entries(loginPlugins).map(
    ([name, steps]) => [name, () => steps(password, way)] as const,
  )
  return createConnection({
    stream,
    user,
    password,
    authPlugins: Object.fromEntries(plugins),
    enableCleartextPlugin: false,
    connectTimeout: 0, // ours covers more
    charset,
    supportBigNumbers: true,
    dateStrings: true,
    disableEval: true, // a row is read as it comes: no server has code made that is as long as it likes
    // A change that changes nothing is none, and no server may ask for a file of this machine.
    flags: ['-FOUND_ROWS', '-LOCAL_FILES'],
    infileStreamFactory: () => {
      throw mysqlFault('a request for a file of this machine (LOCAL INFILE), which nobody gets')
    },
  })
}

function silent(ms: number): Error {
  const message = `the server said nothing for ${ms / 1000} s`
  return Object.assign(new Error(message), { code: 'PROTOCOL_SEQUENCE_TIMEOUT' })
}

function connectionLost(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'PROTOCOL_CONNECTION_LOST' })
}

function toldToEnd(): Error {
  return new KiteQError('KITEQ_CLOSED', 'told to end before the server had answered')
}

/** What a server can have for all sessions that leaves rows out, lets wrong ones in, or ends what takes long. */
const plainAnswers: readonly string[] = [
  'sql_select_limit = 18446744073709551615',
  'sql_big_selects = 1',
  'sql_safe_updates = 0',
  'sql_auto_is_null = 0',
  'foreign_key_checks = 1',
  'unique_checks = 1',
  'completion_type = 0',
  'max_sort_length = 1024',
]
/** The one server or the other alone knows these; each reads what the other takes for a comment. */
const notOfAll = '/*M! , max_statement_time = 0 */ /*!50708 , max_execution_time = 0 */'
/** For `SET SESSION`: a question is answered by all rows it is about. */
export const plainSession: string = `${plainAnswers.join(', ')} ${notOfAll}`

/** Nothing is cut or turned into something else in silence; times are UTC; a client that is gone holds nothing for long. */
const settings: readonly string[] = [
  "sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
  "time_zone = '+00:00'",
  'TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ WRITE',
  plainSession,
  'autocommit = 1',
  `wait_timeout = ${silenceSeconds}`,
  `innodb_lock_wait_timeout = ${lockWaitSeconds}`,
]

/** Unknown database. */
const unknownDatabase = 1049

/** For the end of a command: says which server, never the statement. */
export function mysqlFailure(shown: string, error: unknown): Error {
  if (error instanceof KiteQError || !(error instanceof Error)) return error as Error
  const trouble = troubleOf(error)
  if (trouble === 'wrong' && !('errno' in error)) return error
  const words = `${shown}: ${reasonOf(error)}`
  const isAway = trouble === 'away' || trouble === 'again' || trouble === 'full'
  return new KiteQError(isAway ? 'KITEQ_CLOSED' : 'KITEQ_USAGE', words)
}
