// One connection to the archive's database, with everything set that must not depend on how the server is configured: character
// set, strictness, time zone, isolation. Must never take a value from a server's default, and never show a statement or a password.

import {
  createConnection,
  type Connection,
  type ResultSetHeader,
  type RowDataPacket,
} from 'mysql2/promise'
import { KiteQError } from '../model/errors.ts'
import type { MysqlAddress } from './mysql-address.ts'
import { reasonOf, troubleOf } from './mysql-errors.ts'

export type MysqlRow = Readonly<Record<string, unknown>>

const connectWithinMs = 30_000
/** Longer than a lock is waited for. */
const answerWithinMs = 60_000
/** Of the driver: a question that was not answered in time. */
const silent = 'PROTOCOL_SEQUENCE_TIMEOUT'
/** A connection that says nothing for so long is ended by the server, and its locks go: its client may have lost power. */
const silenceSeconds = 60
const pingEveryMs = 15_000
const lockWaitSeconds = 20
const charset = 'utf8mb4'
const collation = 'utf8mb4_bin'

export class MysqlConnection {
  /** Bytes of a statement with everything around it, as the server allows. */
  readonly packetBytesMax: number
  /** Of the server, for people. */
  readonly version: string
  readonly #connection: Connection
  readonly #ping: NodeJS.Timeout
  #isLost = false

  private constructor(connection: Connection, packetBytesMax: number, version: string) {
    this.#connection = connection
    this.packetBytesMax = packetBytesMax
    this.version = version
    // It may be lost between two questions as well.
    const lose = (): void => {
      this.#isLost = true
    }
    connection.on('error', lose)
    connection.on('end', lose)
    this.#ping = setInterval(() => void connection.ping().catch(lose), pingEveryMs)
    this.#ping.unref()
  }

  /**
   * The database is made if there is none and `makesDb`. Rejects as the driver does (see `troubleOf`); KITEQ_NOT_FOUND when
   * there is none.
   */
  static async open(address: MysqlAddress, makesDb: boolean): Promise<MysqlConnection> {
    const { host, port, socket, user, password, db } = address
    const connection = await createConnection({
      ...(socket === undefined ? { host, port } : { socketPath: socket }),
      user,
      password,
      connectTimeout: connectWithinMs,
      charset,
      supportBigNumbers: true,
      dateStrings: true,
      enableKeepAlive: true,
      flags: ['-FOUND_ROWS'], // a change that changes nothing is none
    })
    connection.on('error', () => undefined) // whoever asks next is told
    try {
      await connection.query(`SET NAMES ${charset} COLLATE ${collation}`)
      for (const setting of settings) await connection.query(`SET SESSION ${setting}`)
      await useDatabase(connection, db, makesDb, address.shown)
      const [rows] = await connection.query<RowDataPacket[]>(
        'SELECT @@max_allowed_packet AS packet, @@version AS version',
      )
      const { packet, version } = rows[0] as { packet: number; version: string }
      return new MysqlConnection(connection, packet, version)
    } catch (error) {
      connection.destroy()
      throw error
    }
  }

  get isLost(): boolean {
    return this.#isLost
  }

  /** Offsets come as numbers, times as text in UTC, bytes as Buffer. */
  async rows(sql: string, values: readonly unknown[] = []): Promise<readonly MysqlRow[]> {
    const question = { sql, values: [...values], timeout: answerWithinMs }
    const [rows] = await this.#connection.query<RowDataPacket[]>(question)
    return rows
  }

  /** How many rows it has changed. */
  async change(sql: string, values: readonly unknown[] = []): Promise<number> {
    const question = { sql, values: [...values], timeout: answerWithinMs }
    const [result] = await this.#connection.query<ResultSetHeader>(question)
    return result.affectedRows
  }

  /** As it stands, without looking for places of values in it. */
  async raw(sql: string): Promise<void> {
    await this.#connection.query({ sql, timeout: answerWithinMs })
  }

  /** A change of tables, which takes as long as they are large. */
  async define(sql: string): Promise<void> {
    await this.#connection.query(sql)
  }

  /** All of it, or nothing. A commit whose answer is lost may still have happened. */
  async transaction(work: () => Promise<void>): Promise<void> {
    await this.raw('START TRANSACTION')
    try {
      await work()
    } catch (error) {
      // One that is left open would be committed with the next; the first error says more. A server that is silent answers
      // this no sooner.
      if ((error as { code?: string }).code === silent) this.destroy()
      else await this.raw('ROLLBACK').catch(() => this.destroy())
      throw error
    }
    await this.raw('COMMIT')
  }

  /** Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#ping)
    if (this.#isLost) this.#connection.destroy()
    else await this.#connection.end().catch(() => this.#connection.destroy())
    this.#isLost = true
  }

  /** Without a word to the server. */
  destroy(): void {
    clearInterval(this.#ping)
    this.#isLost = true
    this.#connection.destroy()
  }
}

/** Nothing is cut or turned into something else in silence; times are UTC; a client that is gone holds nothing for long. */
const settings: readonly string[] = [
  "sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'",
  "time_zone = '+00:00'",
  'TRANSACTION ISOLATION LEVEL REPEATABLE READ',
  'autocommit = 1',
  `wait_timeout = ${silenceSeconds}`,
  `innodb_lock_wait_timeout = ${lockWaitSeconds}`,
]

/** Unknown database. */
const unknownDatabase = 1049

async function useDatabase(
  connection: Connection,
  db: string,
  makesDb: boolean,
  shown: string,
): Promise<void> {
  try {
    await connection.query(`USE \`${db}\``)
  } catch (error) {
    if ((error as { errno?: number }).errno !== unknownDatabase) throw error
    if (!makesDb) throw new KiteQError('KITEQ_NOT_FOUND', `${shown}: there is no such database`)
    await connection.query(
      `CREATE DATABASE IF NOT EXISTS \`${db}\` CHARACTER SET ${charset} COLLATE ${collation}`,
    )
    await connection.query(`USE \`${db}\``)
  }
}

/** For the end of a command: says which server, never the statement. */
export function mysqlFailure(shown: string, error: unknown): Error {
  if (error instanceof KiteQError || !(error instanceof Error)) return error as Error
  const trouble = troubleOf(error)
  if (trouble === 'wrong' && !('errno' in error)) return error
  const words = `${shown}: ${reasonOf(error)}`
  const isAway = trouble === 'away' || trouble === 'again' || trouble === 'full'
  return new KiteQError(isAway ? 'KITEQ_CLOSED' : 'KITEQ_USAGE', words)
}
