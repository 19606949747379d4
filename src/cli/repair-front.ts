// What a log has lost at its very front although a state stands for it: which segments should be there by what the log itself
// says was dropped. Reads only.

import { apply } from '../broker/apply.ts'
import type { DroppedSegments } from '../broker/journal.ts'
import type { Disk } from '../log/disk.ts'
import { Log } from '../log/log.ts'
import { KiteQError } from '../model/errors.ts'
import type { Offset, SegmentNumber } from '../model/ids.ts'
import { silent } from '../model/logger.ts'
import { beginningOf, loadCheckpoint } from '../recover-state.ts'

/**
 * Behind what retention has dropped, the first segments are gone, and a checkpoint or an image holds the state that they made.
 * Undefined when nothing is missing there, or nothing stands for it. Rejects nothing that a start would refuse.
 */
export async function missingFront(dir: string, disk: Disk): Promise<DroppedSegments | undefined> {
  try {
    const log = await Log.open({ dir, disk, durability: { kind: 'memory' }, random: () => 0 })
    try {
      return await missingIn(log, dir, disk)
    } finally {
      await log.close()
    }
  } catch (error) {
    if (!(error instanceof KiteQError)) throw error
    return undefined
  }
}

async function missingIn(log: Log, dir: string, disk: Disk): Promise<DroppedSegments | undefined> {
  const first = log.segments[0]
  if (first === undefined || first.number === 1) return undefined
  const loaded = await loadCheckpoint(log, { dataDir: dir, rebuild: false }, silent, disk)
  const beginning = loaded ?? (await beginningOf(log, dir, Infinity))
  if (beginning === undefined) return undefined
  const { state, resume } = beginning
  const { end } = await log.recover((record, place) => apply(state, record, place), resume)
  if (end.offset < resume.offset) return undefined // the end is gone, too: a start would not use it
  const { dropped } = state.journal
  // A log that begins with segment 1 again is folded from there: only a checkpoint keeps it from that.
  if (first.number <= dropped.segment + 1 || (dropped.segment === 0 && loaded === undefined))
    return undefined
  return dropped.segment > 0 ? dropped : { segment: 0 as SegmentNumber, nextOffset: 0 as Offset }
}
