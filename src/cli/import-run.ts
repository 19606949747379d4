// An import at work: slices from the tables to the broker, one after the other, until the end, Control-C or a message that
// nobody wants. What the broker cannot take now is offered again; what it has taken it knows by its id.

import type { ImportVerdict } from '../broker/import-action.ts'
import { KiteQError } from '../model/errors.ts'
import { askBroker } from './folder.ts'
import type { ImportMerge } from './import-merge.ts'
import type { SourceRow } from './import-rows.ts'
import type { Pace } from './pace.ts'
import { countBar } from './progress-bar.ts'
import { RefusalWait, refusalWaitDefaults } from './refusal-wait.ts'
import { printable, tell } from './terminal.ts'

export interface ImportJob {
  readonly dataDir: string
  readonly source: string
  readonly tables: readonly string[]
  /** Changed as it goes on. */
  readonly places: number[]
  readonly takesDead: boolean
  readonly skipsUnbound: boolean
  readonly isDryRun: boolean
  /** Rows to be read, as counted at the beginning. */
  readonly total: number
}

export interface ImportTally {
  /** Rows dealt with. */
  rows: number
  readonly verdicts: Partial<Record<ImportVerdict, number>>
  /** Message id of the first of each. */
  readonly firsts: Partial<Record<ImportVerdict, string>>
  /** By topic, as its column has it. */
  readonly topics: Map<string, Partial<Record<ImportVerdict, number>>>
  /** The message that ended it: no group wants it. */
  unbound: SourceRow | undefined
  /** Its topic is not one of the broker's. */
  isUnserved: boolean
}

interface Answer {
  readonly taken: number
  readonly verdicts: readonly ImportVerdict[]
}

export function emptyTally(): ImportTally {
  return {
    rows: 0,
    verdicts: {},
    firsts: {},
    topics: new Map(),
    unbound: undefined,
    isUnserved: false,
  }
}

/** Fills the tally while it works, so that an error loses nothing of it. Ends between two slices. */
export async function importAll(
  job: ImportJob,
  merge: ImportMerge,
  pace: Pace,
  tally: ImportTally,
): Promise<void> {
  const startMs = performance.now()
  let following = merge.next(pace.slice)
  for (;;) {
    let rest = await following
    if (rest.length === 0) return
    following = merge.next(pace.slice)
    following.catch(() => undefined) // told when it is awaited
    while (rest.length > 0) {
      if (pace.isStopped) return
      const { taken, verdicts } = await offer(job, rest, pace)
      rest.slice(0, taken).forEach((row, at) => count(job, tally, row, verdicts[at]))
      if (verdicts.length > taken) {
        tally.unbound = rest[taken]
        tally.isUnserved = verdicts[taken] === 'unserved'
        return
      }
      rest = rest.slice(taken)
      const elapsedMs = performance.now() - startMs
      await pace.took(taken, () => countBar(tally.rows, job.total, elapsedMs))
    }
  }
}

/** Until the broker takes some of it, or has not been there for too long. */
async function offer(job: ImportJob, rows: readonly SourceRow[], pace: Pace): Promise<Answer> {
  const { dataDir, source, tables, places, takesDead, skipsUnbound, isDryRun } = job
  const wait = new RefusalWait(refusalWaitDefaults)
  const who = `kiteq import, pid ${process.pid}`
  const flags = { takesDead, skipsUnbound, isDryRun }
  const request = { op: 'import', who, source, tables, places, ...flags, messages: rows.map(wire) }
  for (let tries = 1; ; tries++) {
    try {
      return (await askBroker(dataDir, request)) as Answer
    } catch (error) {
      if (!(error instanceof KiteQError) || !passing.has(error.code)) throw error
      const nowMs = performance.now()
      if (pace.isStopped || !wait.refused(nowMs, Math.random())) throw error
      if (tries === 1 && error.code !== 'KITEQ_REFUSED')
        tell(`kiteq: ${printable(error.message)}; it is asked again`)
      await new Promise((resolve) => setTimeout(resolve, wait.leftMs(nowMs)))
    }
  }
}

/** Too much at a time, or a broker that is just being started again. */
const passing: ReadonlySet<string> = new Set(['KITEQ_REFUSED', 'KITEQ_TIMEOUT', 'KITEQ_CLOSED'])

function wire(row: SourceRow): unknown {
  const { table, row: number, id, form, header, body, publisher, isCommitted, isDead } = row
  if (header === undefined) return { table, row: number }
  const { failed, succeeded, attempts, expires, retryAt } = row
  return {
    table,
    row: number,
    id,
    form,
    header: header.toString('base64'),
    body: body.toString('base64'),
    publisher,
    isCommitted,
    isDead,
    failed,
    succeeded,
    attempts,
    expires,
    retryAt,
  }
}

function count(
  { places }: ImportJob,
  tally: ImportTally,
  row: SourceRow,
  verdict: ImportVerdict | undefined,
): void {
  if (verdict === undefined)
    throw new KiteQError('KITEQ_PACKET', 'the broker did not say what became of each message')
  places[row.table] = Math.max(places[row.table] ?? 0, row.row)
  tally.rows++
  tally.verdicts[verdict] = (tally.verdicts[verdict] ?? 0) + 1
  tally.firsts[verdict] ??= row.id
  const known = tally.topics.get(row.topic)
  const topic = known ?? {}
  if (known === undefined) tally.topics.set(row.topic, topic)
  topic[verdict] = (topic[verdict] ?? 0) + 1
}
