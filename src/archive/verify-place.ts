// What an archive says of a log: under which numbers its records stand, how far they go, and what is left out. As of one moment,
// for an archiver may be at work; only asks.

import { KiteQError } from '../model/errors.ts'
import type { MysqlConnection, MysqlRow } from './mysql-connection.ts'
import { schemaFiles, schemaVersion } from './mysql-schema.ts'
import { tables } from './tables.ts'

export interface Stretch {
  readonly from: number
  readonly to: number
  readonly why: string
}

/** Records [from, to) of a log stand under this number. */
export interface ArchivedPart {
  readonly number: number
  readonly logId: string
  readonly from: number
  readonly to: number
  readonly prunedBelow: number
  readonly gaps: readonly Stretch[]
}

/** Rows of a log that `logs` does not know. */
export interface StrayLog {
  readonly number: number
  readonly rows: number
}

export interface ArchivedLog {
  /** The oldest first; the last one is of the log's own number. */
  readonly parts: readonly ArchivedPart[]
  /** Everything below is archived, or in gaps. */
  readonly place: number
  /** Rows behind that. */
  readonly behindPlace: number
  readonly strays: readonly StrayLog[]
}

/** Rejects KITEQ_NOT_FOUND when nothing of this log is there, KITEQ_CONFIG for tables of a newer version. */
export async function archivedLog(
  connection: MysqlConnection,
  shown: string,
  logId: string,
): Promise<ArchivedLog> {
  const version = await schemaVersion(connection)
  const known = schemaFiles().length
  if (version > known)
    throw new KiteQError(
      'KITEQ_CONFIG',
      `${shown} has tables of version ${version}; expected ${known} at most: this program is older`,
    )
  if (version === 0) throw new KiteQError('KITEQ_NOT_FOUND', `${shown} holds no archive`)
  let found: ArchivedLog | undefined
  await connection.transaction(async () => {
    // All columns: tables of an older version have fewer.
    const logs = await connection.rows('SELECT * FROM logs ORDER BY number')
    const own = logs.find((row) => row['log_id'] === logId)
    if (own === undefined) return
    const place = Number(own['next_offset'])
    const parts: ArchivedPart[] = []
    let to = place
    let row: MysqlRow | undefined = own
    while (row !== undefined && parts.length < logs.length) {
      const part = await partOf(connection, row, to)
      parts.unshift(part)
      to = part.from
      const ancestor: unknown = row['ancestor']
      row = logs.find(({ number }) => number === ancestor)
    }
    const strays = await straysOf(connection, new Set(logs.map(({ number }) => Number(number))))
    const behindPlace = await rowsFrom(connection, Number(own['number']), place)
    found = { parts, place, behindPlace, strays }
  })
  if (found === undefined)
    throw new KiteQError('KITEQ_NOT_FOUND', `${shown} has nothing of log ${logId}`)
  return found
}

async function partOf(
  connection: MysqlConnection,
  row: MysqlRow,
  to: number,
): Promise<ArchivedPart> {
  const number = Number(row['number'])
  const from = Math.min(to, Number(row['begins'] ?? 0))
  const gaps = await connection.rows(
    'SELECT `first`, behind, why FROM gaps WHERE log = ? AND `first` < ? AND behind > ? ORDER BY `first`',
    [number, to, from],
  )
  return {
    ...{ number, from, to, logId: String(row['log_id']) },
    prunedBelow: Math.min(to, Number(row['pruned_below'])),
    gaps: gaps.map((gap) => ({
      from: Math.max(from, Number(gap['first'])),
      to: Math.min(to, Number(gap['behind'])),
      why: String(gap['why']),
    })),
  }
}

async function rowsFrom(connection: MysqlConnection, log: number, from: number): Promise<number> {
  const counts = tables.map(
    ({ name }) => `(SELECT COUNT(*) FROM \`${name}\` WHERE log = ? AND record >= ?)`,
  )
  const [row] = await connection.rows(
    `SELECT ${counts.join(' + ')} AS n`,
    tables.flatMap(() => [log, from]),
  )
  return Number(row!['n'])
}

/** The keys begin with the log: the server jumps from one to the next. */
async function straysOf(
  connection: MysqlConnection,
  known: ReadonlySet<number>,
): Promise<readonly StrayLog[]> {
  const rows = new Map<number, number>()
  for (const name of [...tables.map((table) => table.name), 'gaps', 'names'])
    for (const { log } of await connection.rows(`SELECT DISTINCT log FROM \`${name}\``)) {
      const number = Number(log)
      if (known.has(number)) continue
      const [row] = await connection.rows(`SELECT COUNT(*) AS n FROM \`${name}\` WHERE log = ?`, [
        number,
      ])
      rows.set(number, (rows.get(number) ?? 0) + Number(row!['n']))
    }
  return [...rows]
    .map(([number, count]) => ({ number, rows: count }))
    .sort((one, two) => one.number - two.number)
}
