// Removes rows of an archive by age, a slice at a time, oldest first, so that whoever writes it is hardly held up. Must never
// remove a row that is younger than asked, nor one of a message that is not over: some group still has it to settle.

import { MysqlConnection, mysqlFailure } from './mysql-connection.ts'
import type { MysqlAddress } from './mysql-address.ts'
import { troubleOf } from './mysql-errors.ts'
import { pause } from './mysql-link.ts'
import { migrate } from './mysql-schema.ts'
import { keepOpen } from './mysql-prune-open.ts'
import { timeMsOf } from './mysql-values.ts'
import { tables } from './tables.ts'

export interface PruneOptions {
  readonly mysql: MysqlAddress
  /** 32 hex digits; default: all logs of this archive. */
  readonly logId?: string | undefined
  /** Rows of records before this moment go, ms since 1970. */
  readonly beforeMs: number
  readonly dryRun?: boolean
  readonly signal: AbortSignal
  readonly onProgress?: (figures: PruneFigures) => void
}

export interface PruneFigures {
  readonly logs: { readonly logId: string; readonly below: number }[]
  rows: number
  /** Messages older than that which stay, with all that was said of them: they are not over. */
  kept: number
  slices: number
}

const sliceRows = 2_000
/** Between two slices, so that the archive's own writing has its turn. */
const restMs = 5
const triesMax = 10

/** Resolves when it is done, or stopped between two slices. Rejects KITEQ_CLOSED or KITEQ_USAGE by the server. */
export async function pruneArchive(options: PruneOptions): Promise<PruneFigures> {
  const figures: PruneFigures = { logs: [], rows: 0, kept: 0, slices: 0 }
  const { mysql, signal, logId } = options
  try {
    const connection = await MysqlConnection.open(mysql, false, { signal })
    try {
      await migrate(connection)
      const logs = await connection.rows(
        `SELECT number, log_id, next_offset FROM logs${logId === undefined ? '' : ' WHERE log_id = ?'}`,
        logId === undefined ? [] : [logId],
      )
      for (const row of logs) {
        if (signal.aborted) break
        await pruneLog(connection, row as unknown as LogRow, options, figures)
      }
    } finally {
      await connection.close()
    }
  } catch (error) {
    throw mysqlFailure(mysql.shown, error)
  }
  return figures
}

interface LogRow {
  readonly number: number
  readonly log_id: string
  readonly next_offset: number
}

async function pruneLog(
  connection: MysqlConnection,
  { number, log_id: logId, next_offset: nextOffset }: LogRow,
  options: PruneOptions,
  figures: PruneFigures,
): Promise<void> {
  const { beforeMs, dryRun = false, signal } = options
  const below = await offsetBefore(connection, number, beforeMs, nextOffset)
  figures.logs.push({ logId, below })
  if (below === 0) return
  figures.kept += await keepOpen(connection, number, below)
  if (!dryRun)
    await connection.change(
      'UPDATE logs SET pruned_below = ? WHERE number = ? AND pruned_below < ?',
      [below, number, below],
    )
  // Messages last: what is said of one is gone before it is.
  for (const { name, columns } of [...tables].reverse()) {
    const of = columns.some((column) => column.name === 'message') ? 'message' : 'record'
    const which = `FROM \`${name}\` WHERE log = ? AND record < ? AND ${of} NOT IN (SELECT offset_kept FROM kept)`
    if (dryRun) {
      const [row] = await connection.rows(`SELECT COUNT(*) AS n ${which}`, [number, below])
      figures.rows += Number(row!['n'])
      continue
    }
    const sql = `DELETE ${which} ORDER BY log, record LIMIT ${sliceRows}`
    for (let gone = sliceRows; gone === sliceRows && !signal.aborted;) {
      gone = await again(() => connection.change(sql, [number, below]))
      figures.rows += gone
      figures.slices++
      options.onProgress?.(figures)
      await pause(restMs, signal)
    }
  }
}

/** A deadlock with the archive's own writing is not the end. */
async function again(work: () => Promise<number>): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (troubleOf(error) !== 'again' || tries === triesMax) throw error
    }
  }
}

/** The first offset whose record is not before this moment; times never go back, so halves are enough. */
async function offsetBefore(
  connection: MysqlConnection,
  log: number,
  beforeMs: number,
  nextOffset: number,
): Promise<number> {
  let low = 0
  let high = nextOffset
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const found = await timeFrom(connection, log, middle, high)
    if (found === undefined || found.timeMs >= beforeMs) high = middle
    else low = found.record + 1
  }
  return low
}

/** The first record from `from` on that has a time. */
async function timeFrom(
  connection: MysqlConnection,
  log: number,
  from: number,
  to: number,
): Promise<{ readonly record: number; readonly timeMs: number } | undefined> {
  let first: { record: number; timeMs: number } | undefined
  for (const { name, columns } of tables) {
    if (!columns.some((column) => column.name === 'at')) continue
    const [row] = await connection.rows(
      `SELECT record, at FROM \`${name}\` WHERE log = ? AND record >= ? AND record < ? ORDER BY record LIMIT 1`,
      [log, from, first?.record ?? to],
    )
    if (row !== undefined)
      first = { record: Number(row['record']), timeMs: timeMsOf(String(row['at'])) }
  }
  return first
}
