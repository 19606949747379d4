// How a log that the archive does not know gets its row: one that was restored from a log of the same archive begins where that
// one's rows end to be its own, so that no row is there twice. Must never be done while the other one's archiver may still write them.

import { createHash } from 'node:crypto'
import { KiteQError } from '../model/errors.ts'
import type { Descent } from './descent.ts'
import type { MysqlConnection, MysqlRow } from './mysql-connection.ts'

/** Of a log that nothing is archived of yet, beside others. */
export interface Origin {
  /** How many other logs are there. */
  readonly others: number
  /** 32 hex digits; undefined: it goes on from none of them. */
  readonly ancestor: string | undefined
  /** Its first record under its own number. */
  readonly begins: number
  /** Records [from, to) stand under another log that was restored from the same one, too. */
  readonly shared?: SharedRecords
}

export interface SharedRecords {
  /** 32 hex digits. */
  readonly logId: string
  readonly from: number
  readonly to: number
}

const noOrigin = { ancestor: null, begins: 0, parted: 0 } as const

/** Makes the row of a log. Rejects KITEQ_REFUSED as long as its ancestor is being archived, short of where they part. */
export async function enterLog(
  connection: MysqlConnection,
  logId: string,
  descent: Descent,
): Promise<void> {
  const others = await connection.rows('SELECT number, log_id, next_offset FROM logs')
  const found = others.length === 0 ? undefined : await nearestOf(others, descent)
  if (found === undefined) return enter(connection, logId, noOrigin)
  const { row, endOffset: parted } = found
  const place = Number(row['next_offset'])
  if (place >= parted) return enter(connection, logId, originOf(row, place, parted))
  await withLockOf(connection, String(row['log_id']), place, parted, async () => {
    const [now] = await connection.rows('SELECT next_offset FROM logs WHERE number = ?', [
      row['number'],
    ])
    await enter(connection, logId, originOf(row, Number(now!['next_offset']), parted))
  })
}

/** As its row says, when nothing but the row is there. */
export async function originIn(
  connection: MysqlConnection,
  logId: string,
): Promise<Origin | undefined> {
  const rows = await connection.rows(
    'SELECT number, log_id, next_offset, ancestor, begins, parted FROM logs',
  )
  const own = rows.find((row) => row['log_id'] === logId)
  if (own === undefined || rows.length === 1) return undefined
  const begins = Number(own['begins'])
  if (Number(own['next_offset']) !== begins) return undefined
  const ancestor = rows.find(({ number }) => number === own['ancestor'])
  const shared = ancestor === undefined ? undefined : sharedOf(rows, own)
  return {
    others: rows.length - 1,
    ancestor: ancestor === undefined ? undefined : String(ancestor['log_id']),
    begins,
    ...(shared === undefined ? {} : { shared }),
  }
}

/** The most that another heir of the same log has of the records before both part from it, behind its rows. */
function sharedOf(rows: readonly MysqlRow[], own: MysqlRow): SharedRecords | undefined {
  let most: SharedRecords | undefined
  for (const row of rows) {
    if (row === own || row['ancestor'] !== own['ancestor']) continue
    const from = Math.max(Number(row['begins']), Number(own['begins']))
    const to = Math.min(Number(row['parted']), Number(own['parted']))
    if (to > from && to - from > (most === undefined ? 0 : most.to - most.from))
      most = { logId: String(row['log_id']), from, to }
  }
  return most
}

/**
 * Rejects KITEQ_REFUSED when a log that was restored from this one has taken over records that this one was not archived up
 * to: they stand under its number.
 */
export async function expectNoHeir(
  connection: MysqlConnection,
  log: number,
  nextOffset: number,
): Promise<void> {
  const [heir] = await connection.rows(
    'SELECT log_id, begins, parted FROM logs WHERE ancestor = ? AND parted > ? AND begins < parted LIMIT 1',
    [log, nextOffset],
  )
  if (heir === undefined) return
  throw new KiteQError(
    'KITEQ_REFUSED',
    `records ${String(heir['begins'])} to ${Number(heir['parted']) - 1} of this log stand in the archive already, under log ${String(heir['log_id'])}, which was restored from it; expected another database for this one`,
  )
}

/** Name of the lock of who writes a log: the server's locks know no databases, and have short names. */
export async function lockName(connection: MysqlConnection, logId: string): Promise<string> {
  const [row] = await connection.rows('SELECT DATABASE() AS db')
  const digest = createHash('sha256')
    .update(`${String(row!['db'])} ${logId}`)
    .digest('hex')
  return `kiteq-archive-${digest.slice(0, 40)}`
}

async function nearestOf(
  others: readonly MysqlRow[],
  { noted, told }: Descent,
): Promise<{ readonly row: MysqlRow; readonly endOffset: number } | undefined> {
  for (const list of [noted, told])
    for (const { logId, endOffset } of await list()) {
      const row = others.find((one) => one['log_id'] === logId)
      if (row !== undefined) return { row, endOffset }
    }
  return undefined
}

interface OriginRow {
  readonly ancestor: unknown
  readonly begins: number
  readonly parted: number
}

function originOf(row: MysqlRow, place: number, parted: number): OriginRow {
  return { ancestor: row['number'], begins: Math.min(place, parted), parted }
}

async function enter(
  connection: MysqlConnection,
  logId: string,
  { ancestor, begins, parted }: OriginRow,
): Promise<void> {
  await connection.change(
    'INSERT INTO logs (log_id, next_offset, ancestor, begins, parted) VALUES (?, ?, ?, ?, ?)',
    [logId, begins, ancestor, begins, parted],
  )
}

async function withLockOf(
  connection: MysqlConnection,
  logId: string,
  place: number,
  parted: number,
  work: () => Promise<void>,
): Promise<void> {
  const name = await lockName(connection, logId)
  const [row] = await connection.rows('SELECT GET_LOCK(?, 0) AS got', [name])
  if (row!['got'] !== 1)
    throw new KiteQError(
      'KITEQ_REFUSED',
      `log ${logId}, which this one was restored from, is being archived and has come to record ${place}; expected it at ${parted}, where they part: try again then`,
    )
  try {
    await work()
  } finally {
    await connection.rows('SELECT RELEASE_LOCK(?)', [name])
  }
}
