// From folder to state: the newest checkpoint that holds, then the log behind it. Checkpoints are caches: whatever is wrong
// with one, the log alone gives the same state.

import { randomBytes } from 'node:crypto'
import { apply } from './broker/apply.ts'
import { BrokerState } from './broker/state.ts'
import type { Config } from './config.ts'
import { latestCheckpoint } from './log/checkpoint.ts'
import { nodeDisk } from './log/disk-node.ts'
import type { Log } from './log/log.ts'
import type { RecoveryReport, ResumePlace } from './log/recover.ts'
import type { Hole } from './log/scan-segment.ts'
import type { Offset } from './model/ids.ts'
import type { Logger } from './model/logger.ts'
import { SectionReader } from './model/section.ts'

export interface RecoveredState {
  readonly state: BrokerState
  readonly recovery: RecoveryReport
  /** Offset of the checkpoint it began from, or undefined for the whole log. */
  readonly checkpoint: number | undefined
}

type StateConfig = Pick<Config, 'dataDir' | 'rebuild'>

/** Rejects with what the log rejects: KITEQ_LOG_CORRUPT, KITEQ_LOG_VERSION. */
export async function recoverState(
  log: Log,
  config: StateConfig,
  logger: Logger,
): Promise<RecoveredState> {
  const loaded = config.rebuild ? undefined : await loadCheckpoint(log, config, logger)
  const state = loaded?.state ?? emptyState()
  const recovery = await log.recover((record, place) => apply(state, record, place), loaded?.resume)
  if (loaded !== undefined && recovery.end.offset < loaded.resume.offset) {
    const whole = await recoverState(log, { ...config, rebuild: true }, logger)
    return withLostEnd(whole, loaded.resume.offset, logger)
  }
  return { state, recovery, checkpoint: loaded?.resume.offset }
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
): Promise<{ readonly state: BrokerState; readonly resume: ResumePlace } | undefined> {
  if (log.logId === undefined) return undefined
  const search = await latestCheckpoint({ disk: nodeDisk, dir: config.dataDir, logId: log.logId })
  for (const problem of search.problems) logger.warn({ problem }, 'a damaged checkpoint is ignored')
  for (const problem of search.unreadable)
    logger.warn({ problem }, 'a checkpoint that cannot be read is ignored')
  if (search.latest === undefined) return undefined
  const { checkpoint, path } = search.latest
  const state = emptyState()
  try {
    state.load(new SectionReader(checkpoint.sections))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    logger.warn({ path, why }, 'a checkpoint cannot be used: the whole log is read')
    return undefined
  }
  return { state, resume: checkpoint.resume }
}
