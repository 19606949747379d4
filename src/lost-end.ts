// At a start: what proves that the log once reached farther than it does now, besides a checkpoint, is postings. The loss is
// told and goes on record like any hole; a folder whose segments are all gone is not begun anew in silence.

import { checkpointOffsets, dropCheckpointsAhead } from './log/checkpoint.ts'
import { nodeDisk } from './log/disk-node.ts'
import type { Disk } from './log/disk.ts'
import type { Log } from './log/log.ts'
import { coveredEnds, dropPostingsAhead, endBeyond } from './log/lost-end.ts'
import type { RecoveryReport } from './log/recover.ts'
import type { Hole } from './log/scan-segment.ts'
import { KiteQError } from './model/errors.ts'
import type { Logger } from './model/logger.ts'

/** Rejects KITEQ_LOG_CORRUPT when there are checkpoints and no segment at all. */
export async function withLostEnd(
  log: Log,
  recovery: RecoveryReport,
  dir: string,
  logger: Logger,
  disk: Disk = nodeDisk,
): Promise<RecoveryReport> {
  const last = log.segments.at(-1)
  if (last === undefined) {
    await expectNew(dir, disk)
    return recovery
  }
  const { end } = recovery
  const covered = await coveredEnds(disk, dir, last.number)
  const beyond = endBeyond(covered, last, end.offset)
  if (beyond === undefined) return recovery
  const { file, offset } = beyond
  const count = offset - end.offset
  logger.warn(
    { file, offset, end: end.offset, count },
    'the log ends before what its postings cover',
  )
  const lost = { ...end, length: 0, firstOffset: end.offset, count } as Hole
  // A checkpoint may have told of a part of it.
  const others = recovery.holes.filter(
    ({ length, firstOffset }) => length > 0 || firstOffset !== end.offset,
  )
  const told = recovery.holes.find((hole) => !others.includes(hole))
  const holes = [...others, told !== undefined && told.count > count ? told : lost]
  return { ...recovery, holes, degraded: true }
}

/** Once the loss is on record: caches of what the log has no more go. */
export async function forgetLostEnd(log: Log, dir: string, endOffset: number): Promise<void> {
  const { logId } = log
  await dropCheckpointsAhead(nodeDisk, dir, endOffset)
  if (logId !== undefined) await dropPostingsAhead(nodeDisk, dir, logId, endOffset)
}

async function expectNew(dir: string, disk: Disk): Promise<void> {
  const newest = (await checkpointOffsets(disk, dir)).at(-1)
  if (newest === undefined) return
  const text = `${dir}: no segment is there, and a checkpoint tells of records up to offset ${newest}: the whole log is gone; expected its segments. To begin anew, use another folder`
  throw new KiteQError('KITEQ_LOG_CORRUPT', text)
}
