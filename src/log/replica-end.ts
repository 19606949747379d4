// Where a copy of a log ends, and its end made safe: as a start of the log does it, but without a segment of its own behind it.
// A copy goes on where it stopped, so all that is known of the unfinished batch there is kept.

import type { Offset, Position } from '../model/ids.ts'
import { rawBytesMax } from '../model/limits.ts'
import type { Disk } from './disk.ts'
import type { LogPlace } from './raw-records.ts'
import { mend } from './recover.ts'
import { scanSegment, type Hole, type ScanResult } from './scan-segment.ts'
import { segmentHeaderBytes, type SegmentHeader } from './segment.ts'
import { withSegment } from './whole-segment.ts'

export interface ReplicaEnd {
  readonly end: LogPlace
  /** Where the batch of the last record begins, when a part of it is not there; else the end. */
  readonly batchStart: Position
  /** Damage in the last segment, as far as it was read. */
  readonly holes: readonly Hole[]
}

export interface EndRequest {
  readonly disk: Disk
  readonly dir: string
  /** Of the last segment. */
  readonly header: SegmentHeader
  /** Everything before is known to be whole; where it is no place of the segment, all of it is read. */
  readonly from: LogPlace | undefined
  /** Damage at or behind this record is cut off, whatever follows it. */
  readonly fillingFrom: Offset | undefined
}

/** Reads the last segment; what a crash left behind its end is gone, and the rest is on the disk, when it resolves. */
export async function makeEndSafe(request: EndRequest): Promise<ReplicaEnd> {
  const { disk, dir, header, fillingFrom } = request
  const scan = await scanToEnd(request)
  const end: LogPlace = {
    offset: scan.nextOffset as Offset,
    segment: header.number,
    position: scan.end as Position,
  }
  await mend(disk, dir, { end, lastBatch: lastWrite(scan, fillingFrom !== undefined) })
  return { end, batchStart: unfinishedBatch(scan), holes: scan.holes }
}

/** Where the batch of the last frame that was read begins, if it goes on behind it; else the end. */
export function unfinishedBatch(scan: ScanResult): Position {
  const isWhole = scan.wholeEnd === scan.end || scan.lastBatchStart < 0
  return (isWhole ? scan.end : scan.lastBatchStart) as Position
}

/** Where the last write began at the latest: memory may show it, and the disk may not have it. */
function lastWrite(scan: ScanResult, isFilling: boolean): Position | undefined {
  if (isFilling) return Math.max(segmentHeaderBytes, scan.end - rawBytesMax) as Position
  return scan.lastBatchStart < 0 ? undefined : (scan.lastBatchStart as Position)
}

async function scanToEnd({
  disk,
  dir,
  header,
  from,
  fillingFrom,
}: EndRequest): Promise<ScanResult> {
  const scan = (to: number, start?: LogPlace): Promise<ScanResult> =>
    withSegment(dir, disk, header, (base) => {
      const at = start && { offset: start.offset, position: start.position }
      return scanSegment({ ...base, ...at, to })
    })
  let found: ScanResult | undefined
  if (from?.segment === header.number && from.position >= segmentHeaderBytes) {
    found = await scan(Infinity, from)
    // Where not one record follows, it may be the end, or no place at all.
    if (found.nextOffset === from.offset || found.holes[0]?.position === from.position)
      found = undefined
  }
  found ??= await scan(Infinity)
  if (fillingFrom === undefined) return found
  const damage = found.holes.find((hole) => hole.firstOffset >= fillingFrom)
  return damage === undefined ? found : scan(damage.firstOffset)
}
