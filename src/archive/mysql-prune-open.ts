// Which old messages of an archive are not over, so that their rows stay. A log and those that were restored from it share records:
// what is over in one may not be in the other, and stays then.

import type { MysqlConnection, MysqlRow } from './mysql-connection.ts'

/** Records whose messages are looked at in one question. */
const openSlice = 20_000

/** Records [from, to) of a log stand under this number. */
interface Part {
  readonly number: number
  readonly from: number
  readonly to: number
}

/**
 * Fills a table `kept` of this connection with the messages below that are not over, of all logs with records under this
 * number; resolves to how many.
 */
export async function keepOpen(
  connection: MysqlConnection,
  log: number,
  below: number,
): Promise<number> {
  await connection.raw('DROP TEMPORARY TABLE IF EXISTS kept')
  await connection.raw(
    'CREATE TEMPORARY TABLE kept (offset_kept BIGINT NOT NULL PRIMARY KEY) ENGINE = InnoDB',
  )
  let kept = 0
  for (const parts of await logsWith(connection, log))
    for (const part of parts) kept += await keepOpenIn(connection, part, parts, below)
  return kept
}

/** The parts of each log that has any under this number. */
async function logsWith(
  connection: MysqlConnection,
  log: number,
): Promise<readonly (readonly Part[])[]> {
  const rows = await connection.rows('SELECT number, ancestor, begins FROM logs')
  const all = rows.map((own) => {
    const parts: Part[] = []
    let to = Infinity
    let row: MysqlRow | undefined = own
    for (let count = 0; row !== undefined && count < rows.length; count++) {
      const from = Number(row['begins'])
      if (from < to) parts.push({ number: Number(row['number']), from, to })
      to = Math.min(to, from)
      const ancestor: unknown = row['ancestor']
      row = rows.find(({ number }) => number === ancestor)
    }
    return parts
  })
  return all.filter((parts) => parts.some(({ number }) => number === log))
}

async function keepOpenIn(
  connection: MysqlConnection,
  { number, from, to }: Part,
  parts: readonly Part[],
  below: number,
): Promise<number> {
  const question = openMessages(parts)
  const end = Math.min(below, to)
  let kept = 0
  for (let at = from; ; at += openSlice) {
    const next = 'SELECT MIN(record) AS first FROM messages WHERE log = ? AND record >= ?'
    const first = (await connection.rows(next, [number, at]))[0]!['first'] as number | null
    if (first === null || first >= end) return kept
    at = first
    // Read first, written then: so nothing of the archive is locked.
    const rows = await connection.rows(question, [number, at, Math.min(end, at + openSlice)])
    if (rows.length > 0)
      kept += await connection.change('INSERT IGNORE INTO kept VALUES ?', [
        rows.map((row) => [row['record']]),
      ])
  }
}

/** Byte by byte: a comparison of texts leaves out spaces at the end. */
function isGroup(table: 'o' | 'd'): string {
  return `CAST(${table}.\`group\` AS BINARY) = CAST(r.\`group\` AS BINARY)`
}

/** Whether a row is of the log that has these parts. */
function isOf(parts: readonly Part[], table: string): string {
  const numbers = parts.map(({ number }) => number).join(', ')
  const ends = parts
    .filter(({ to }) => to !== Infinity)
    .map(({ number, to }) => ` AND (${table}.log <> ${number} OR ${table}.record < ${to})`)
  return `${table}.log IN (${numbers})${ends.join('')}`
}

/** Of a group whose binding lasts, with neither an ack nor another end; or prepared, and not decided. */
function openMessages(parts: readonly Part[]): string {
  return `
  SELECT m.record FROM messages m WHERE m.log = ? AND m.record >= ? AND m.record < ? AND (
    EXISTS (SELECT 1 FROM routes r FORCE INDEX (by_message) WHERE ${isOf(parts, 'r')} AND r.message = m.record AND r.durable = 1
      AND NOT EXISTS (SELECT 1 FROM outcomes o FORCE INDEX (by_message) WHERE ${isOf(parts, 'o')} AND o.message = r.message
        AND ${isGroup('o')} AND o.outcome IN ('acked', 'skipped'))
      AND NOT EXISTS (SELECT 1 FROM dead_letters d FORCE INDEX (by_message) WHERE ${isOf(parts, 'd')} AND d.message = r.message
        AND ${isGroup('d')} AND d.step = 'purged'))
    OR (m.kind = 'prepared' AND NOT EXISTS (SELECT 1 FROM transactions t FORCE INDEX (by_message) WHERE ${isOf(parts, 't')}
      AND t.message = m.record AND t.step IN ('committed', 'rolled-back'))))`
}
