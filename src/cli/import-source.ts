// The original's MySQL tables: found, looked over, read a page at a time. Only ever reads; a connection that is lost is made
// again, and the same question asked.

import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise'
import { plainSession } from '../archive/mysql-connection.ts'
import { KiteQError } from '../model/errors.ts'
import type { ImportAddress } from './import-address.ts'
import { tell } from './terminal.ts'

export interface SourceTable {
  readonly db: string
  readonly table: string
  /** What the original had given up. */
  readonly isDead: boolean
}

/** The rows of one table that belong to one broker of the original: each has its own place. */
export interface SourceStream extends SourceTable {
  /** Name of that broker's host; empty where a row says none. */
  readonly server: string
  /** By which a place is remembered. */
  readonly name: string
  readonly count: number
  /** Highest row number. */
  readonly last: number
}

interface OwnerRow extends RowDataPacket {
  readonly owner: string
  readonly n: number
  readonly first_id: number | string
  readonly last_id: number | string
}

const tablesInAll = 16
const columns = [
  'id',
  'header',
  'body',
  'msg_type',
  'message_id',
  'topic',
  'publish_group',
  'kite_server',
  'commit',
  'expired_time',
  'publish_time',
  'next_deliver_time',
  'deliver_count',
  'fail_groups',
  'succ_groups',
] as const
/** Of a server that has answered before: long enough for it to be started again. */
const awayMaxMs = 60_000
const triesAfterMs = 1_000
const answerWithinMs = 30_000
/** What a network or a server that goes away is called. */
const lost =
  /^(PROTOCOL_CONNECTION_LOST|PROTOCOL_SEQUENCE_TIMEOUT|ER_SERVER_SHUTDOWN|ER_CLIENT_INTERACTION_TIMEOUT|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|ENOENT|EHOSTUNREACH|ENETUNREACH)$/
/** Of a question that came just before that was noticed: it has no code. */
const closedState = 'in closed state'

export class ImportSource {
  readonly #address: ImportAddress
  #connection: Connection | undefined
  #hasAnswered = false
  #isClosed = false

  constructor(address: ImportAddress) {
    this.#address = address
  }

  /** Names the server and its data, whatever address it is asked by. */
  async identity(): Promise<string> {
    const rows = await this.query('SELECT @@hostname AS host, @@port AS port, @@datadir AS dir')
    const { host, port, dir } = rows[0] as { host: string; port: number; dir: string }
    return `mysql ${host}:${port} ${dir} ${this.#address.db}`
  }

  /**
   * All tables of the original's layout, dead letters last. Rejects KITEQ_USAGE when one, or a column that is read, is not
   * there.
   */
  async tables(): Promise<readonly SourceTable[]> {
    const { db: prefix, shown } = this.#address
    const rows = await this.query(
      `SELECT table_schema AS db, table_name AS name, LOWER(column_name) AS col
       FROM information_schema.columns WHERE table_schema LIKE ? AND table_name LIKE 'kite\\_msg\\_%'`,
      [`${prefix.replace(/[_%]/g, '\\$&')}\\_%`],
    )
    const found = new Map<string, Set<string>>()
    for (const { db, name, col } of rows as { db: string; name: string; col: string }[]) {
      const key = `${db}.${name}`
      const known = found.get(key) ?? new Set<string>()
      found.set(key, known.add(col))
    }
    const shards = this.#address.shards ?? shardsIn(found, prefix)
    if (shards === 0)
      throw new KiteQError(
        'KITEQ_USAGE',
        `${shown}: no table ${prefix}_0.kite_msg_0 that this user may read; expected db=NAME to be the original's`,
      )
    const expected = expectedTables(prefix, shards)
    const problems = expected.flatMap((table) =>
      problemsOf(nameOf(table), found.get(nameOf(table))),
    )
    if (problems.length > 0)
      throw new KiteQError(
        'KITEQ_USAGE',
        `${shown} is not laid out as the original's: ${problems.slice(0, 5).join('; ')}`,
      )
    return expected
  }

  /** Those that have any row. Looks at every row's owner, which is in an index. */
  async streams(tables: readonly SourceTable[]): Promise<readonly SourceStream[]> {
    const streams: SourceStream[] = []
    for (const table of tables) {
      const rows = await this.query(
        `SELECT COALESCE(kite_server, '') AS owner, COUNT(*) AS n, MIN(id) AS first_id, MAX(id) AS last_id
         FROM ${quoted(table)} GROUP BY owner ORDER BY owner`,
      )
      for (const { owner, n, first_id, last_id } of rows as OwnerRow[]) {
        const name = `${nameOf(table)} ${owner}`
        if (Number(first_id) < 1 || !Number.isSafeInteger(Number(last_id)))
          throw new KiteQError(
            'KITEQ_USAGE',
            `${name}: ids go from ${first_id} to ${last_id}; expected whole numbers from 1 to ${Number.MAX_SAFE_INTEGER}, as the original gives them`,
          )
        streams.push({ ...table, server: owner, name, count: n, last: Number(last_id) })
      }
    }
    return streams
  }

  /** Rows of these streams up to a place in each. */
  async countUpTo(streams: readonly SourceStream[], places: readonly number[]): Promise<number> {
    let sum = 0
    for (const [number, stream] of streams.entries()) {
      const place = places[number] ?? 0
      if (place === 0) continue
      const sql = `SELECT COUNT(*) AS n FROM ${quoted(stream)} WHERE COALESCE(kite_server, '') = ? AND id <= ?`
      const [row] = await this.query(sql, [stream.server, place])
      sum += (row as { n: number }).n
    }
    return sum
  }

  /** Rejects KITEQ_CLOSED when the server is not there for good, KITEQ_USAGE when it says no. */
  async query(sql: string, values: readonly unknown[] = []): Promise<readonly RowDataPacket[]> {
    const sinceMs = performance.now()
    for (let tries = 1; ; tries++) {
      if (this.#isClosed) throw new KiteQError('KITEQ_CLOSED', 'the tables are asked no more')
      try {
        this.#connection ??= await this.#connect()
        const asked = { sql, values: [...values], timeout: answerWithinMs }
        const [rows] = await this.#connection.query<RowDataPacket[]>(asked)
        this.#hasAnswered = true
        return rows
      } catch (error) {
        this.#connection?.destroy()
        this.#connection = undefined
        const { code = '' } = error as { code?: string }
        if (!lost.test(code) && !String(error).includes(closedState)) throw this.#refused(error)
        if (!this.#hasAnswered || performance.now() - sinceMs > awayMaxMs) throw this.#gone(error)
        if (tries === 1) tell(`kiteq: ${this.#address.shown} does not answer; it is asked again`)
        await new Promise((resolve) => setTimeout(resolve, triesAfterMs))
      }
    }
  }

  /** Whoever reads ahead gets KITEQ_CLOSED: no connection is made behind this. */
  async close(): Promise<void> {
    this.#isClosed = true
    const connection = this.#connection
    this.#connection = undefined
    await connection?.end().catch(() => undefined) // it has gone
  }

  async #connect(): Promise<Connection> {
    const { host, port, socket, user, password, tls, shown } = this.#address
    if (tls !== undefined)
      throw new KiteQError('KITEQ_USAGE', `${shown}: an import has no TLS; expected no tls= there`)
    const connection = await createConnection({
      ...(socket === undefined ? { host, port } : { socketPath: socket }),
      user,
      password,
      connectTimeout: answerWithinMs,
      charset: 'utf8mb4',
      supportBigNumbers: true, // what no number holds comes as text
      enableKeepAlive: true,
    })
    // It may be lost between two questions as well.
    const drop = (): void => {
      if (this.#connection === connection) this.#connection = undefined
    }
    connection.on('error', drop)
    connection.on('end', drop)
    try {
      await connection.query({ sql: `SET SESSION ${plainSession}`, timeout: answerWithinMs })
    } catch (error) {
      connection.destroy()
      throw error
    }
    return connection
  }

  #refused(error: unknown): Error {
    if (!(error instanceof Error) || !('errno' in error)) return error as Error
    return new KiteQError('KITEQ_USAGE', `${this.#address.shown}: ${error.message}`, {
      cause: error,
    })
  }

  #gone(error: unknown): Error {
    const why = error instanceof Error ? error.message || String(error) : String(error)
    return new KiteQError('KITEQ_CLOSED', `${this.#address.shown} does not answer: ${why}`)
  }
}

/** As many databases as there are without a gap. */
function shardsIn(found: ReadonlyMap<string, unknown>, prefix: string): number {
  let shards = 0
  while (found.has(`${prefix}_${shards}.kite_msg_0`)) shards++
  return shards
}

function expectedTables(prefix: string, shards: number): SourceTable[] {
  const dbs = Array.from({ length: shards }, (_, shard) => `${prefix}_${shard}`)
  const tables = Array.from({ length: Math.ceil(tablesInAll / shards) }, (_, n) => `kite_msg_${n}`)
  return [
    ...dbs.flatMap((db) => tables.map((table) => ({ db, table, isDead: false }))),
    ...dbs.map((db) => ({ db, table: 'kite_msg_dlq', isDead: true })),
  ]
}

function nameOf({ db, table }: SourceTable): string {
  return `${db}.${table}`
}

/** For a query. */
export function quoted({ db, table }: SourceTable): string {
  return `\`${db}\`.\`${table}\``
}

function problemsOf(name: string, found: ReadonlySet<string> | undefined): string[] {
  if (found === undefined) return [`table ${name} is missing`]
  const missing = columns.filter((column) => !found.has(column))
  return missing.length === 0 ? [] : [`table ${name} lacks ${missing.join(', ')}`]
}
