// From folder to state: the newest checkpoint that holds, then the log behind it; without one an image inside the log, or the
// log from its beginning. Checkpoints are caches: whatever is wrong with one, the log alone gives the same state.

import { randomBytes } from 'node:crypto'
import { apply } from './broker/apply.ts'
import { BrokerState } from './broker/state.ts'
import type { Config } from './config.ts'
import { findBases } from './log/base.ts'
import { latestCheckpoint } from './log/checkpoint.ts'
import { nodeDisk } from './log/disk-node.ts'
import type { Disk } from './log/disk.ts'
import type { Log } from './log/log.ts'
import type { RecoveryReport, ResumePlace } from './log/recover.ts'
import type { Hole } from './log/scan-segment.ts'
import { missingSegments } from './log/segment.ts'
import { KiteQError } from './model/errors.ts'
import type { Offset } from './model/ids.ts'
import type { Logger } from './model/logger.ts'
import { SectionReader } from './model/section.ts'

export interface RecoveredState {
  readonly state: BrokerState
  readonly recovery: RecoveryReport
  /** Offset of the checkpoint it began from, or undefined for the whole log. */
  readonly checkpoint: number | undefined
}

/** A state, and where the log goes on behind it. */
export interface Beginning {
  readonly state: BrokerState
  readonly resume: ResumePlace
}

type StateConfig = Pick<Config, 'dataDir' | 'rebuild'>

/** Rejects with what the log rejects: KITEQ_LOG_CORRUPT, KITEQ_LOG_VERSION. */
export async function recoverState(
  log: Log,
  config: StateConfig,
  logger: Logger,
  disk: Disk = nodeDisk,
): Promise<RecoveredState> {
  const loaded = config.rebuild ? undefined : await loadCheckpoint(log, config, logger, disk)
  const beginning = loaded ?? (await beginningOf(log, config.dataDir, Infinity))
  const state = beginning?.state ?? emptyState()
  const visit: Parameters<Log['recover']>[0] = (record, place) => apply(state, record, place)
  const recovery = await log.recover(visit, beginning?.resume)
  if (loaded !== undefined && recovery.end.offset < loaded.resume.offset) {
    const whole = await recoverState(log, { ...config, rebuild: true }, logger, disk)
    return withLostEnd(whole, loaded.resume.offset, logger)
  }
  if (beginning !== undefined) expectNoneMissing(log, state, recovery, config.dataDir)
  return { state, recovery, checkpoint: loaded?.resume.offset }
}

/**
 * Where a log whose first segments were dropped begins: its oldest image at or before `until` whose content is what its
 * digest says. Undefined for a log that is whole. Rejects KITEQ_LOG_CORRUPT when there is none: then it says nothing.
 */
export async function beginningOf(
  log: Log,
  dir: string,
  until: number,
): Promise<Beginning | undefined> {
  const first = log.segments[0]
  if (first === undefined || first.number === 1) return undefined
  let found: Beginning | undefined
  let problem = ''
  await findBases(log, { to: Infinity, load: true }, ({ resume, digest, sections }) => {
    if (resume.offset > until) return true
    const state = emptyState()
    try {
      const found = state.load(new SectionReader(sections.splice(0)))
      if (found !== digest || state.nextOffset !== resume.offset)
        throw new Error(`its digest is ${found}, its records say ${digest}`)
    } catch (error) {
      problem = `; the image of offset ${resume.offset} cannot be used: ${textOf(error)}`
      return false
    }
    found = { state, resume }
    return true
  })
  if (found !== undefined) return found
  const before = until === Infinity ? '' : ` at or before offset ${until}`
  throw new KiteQError(
    'KITEQ_LOG_CORRUPT',
    `${dir}: ${missingSegments(1, first.number - 1)} before it, and no image of the state${before} stands in what is left${problem}`,
  )
}

/** Whatever was dropped is told by a record that was durable before. Old damage may have taken that record. */
function expectNoneMissing(
  log: Log,
  state: BrokerState,
  { holes, cut }: RecoveryReport,
  dir: string,
): void {
  const first = log.segments[0]?.number ?? 1
  const { segment } = state.journal.dropped
  if (first <= segment + 1) return
  const isDamaged = holes.length > 0 || cut !== undefined || state.journal.counts.holes > 0
  if (isDamaged && !hasMessagesBefore(state, first)) return
  const it = first === segment + 2 ? 'it was' : 'they were'
  throw new KiteQError(
    'KITEQ_LOG_CORRUPT',
    `${dir}: ${missingSegments(segment + 1, first - 1)}, and nothing says that ${it} dropped`,
  )
}

function hasMessagesBefore(state: BrokerState, segment: number): boolean {
  const { messages } = state
  let found = false
  messages.forEach((row) => {
    if (messages.isHeld(row) && messages.segmentOf(row) < segment) found = true
  })
  return found
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A checkpoint is made of durable records only: a log that ends before it has lost them. */
function withLostEnd(whole: RecoveredState, checkpoint: Offset, logger: Logger): RecoveredState {
  const { end } = whole.recovery
  const count = checkpoint - end.offset
  logger.warn({ checkpoint, end: end.offset, count }, 'the log ends before its checkpoint')
  if (count <= 0) return whole
  const lost: Hole = { ...end, length: 0, firstOffset: end.offset, count }
  const holes = [...whole.recovery.holes, lost]
  return { ...whole, recovery: { ...whole.recovery, holes, degraded: true } }
}

export function emptyState(): BrokerState {
  return new BrokerState({ indexSeed: randomBytes(4).readUInt32LE(0) })
}

/** The newest checkpoint that holds, as a state; undefined when there is none. */
export async function loadCheckpoint(
  log: Log,
  config: StateConfig,
  logger: Logger,
  disk: Disk = nodeDisk,
): Promise<Beginning | undefined> {
  const first = log.segments[0]
  if (first === undefined) return undefined
  const { logId, number: firstSegment } = first
  const search = await latestCheckpoint({ disk, dir: config.dataDir, logId, firstSegment })
  for (const problem of search.problems) logger.warn({ problem }, 'a damaged checkpoint is ignored')
  for (const problem of search.unreadable)
    logger.warn({ problem }, 'a checkpoint that cannot be read is ignored')
  if (search.latest === undefined) return undefined
  const { checkpoint, path } = search.latest
  const state = emptyState()
  try {
    state.load(new SectionReader(checkpoint.sections))
  } catch (error) {
    logger.warn({ path, why: textOf(error) }, 'a checkpoint cannot be used: the whole log is read')
    return undefined
  }
  return { state, resume: checkpoint.resume }
}
