// Takes records away from the end of a copy of a log, or all of them. Each step is on the disk before the next: whatever a crash
// leaves is a log without a gap that ends somewhere between. What was made of those records goes first.

import type { Offset } from '../model/ids.ts'
import { checkpointName, checkpointOffsets, dropCheckpointsAhead } from './checkpoint.ts'
import { syncFile, type Disk } from './disk.ts'
import { dropPostingsAhead } from './lost-end.ts'
import { postingsName, postingsNumberOf } from './postings-format.ts'
import { scanSegment, type ScanResult } from './scan-segment.ts'
import { corruptFile, segmentName, segmentNumberOf, type SegmentHeader } from './segment.ts'
import { withSegment } from './whole-segment.ts'

/** Checkpoints and postings of records from `to` on: they would tell of a loss. */
export async function dropMadeOf(
  disk: Disk,
  dir: string,
  logId: string,
  to: Offset,
): Promise<void> {
  await dropCheckpointsAhead(disk, dir, to)
  await dropPostingsAhead(disk, dir, logId, to)
}

/** Reads a segment up to the record `to`. Rejects KITEQ_LOG_CORRUPT where no record begins there for damage. */
export async function scanUpTo(
  disk: Disk,
  dir: string,
  header: SegmentHeader,
  next: SegmentHeader | undefined,
  to: Offset,
): Promise<ScanResult> {
  const sealed = next && { end: next.previousEnd, nextOffset: next.firstOffset }
  const scan = await withSegment(dir, disk, header, (base) => scanSegment({ ...base, sealed, to }))
  if (scan.nextOffset === to) return scan
  const path = `${dir}/${segmentName(header.number)}`
  throw corruptFile(path, scan.end, `record ${to} is in damage, and nothing can be cut off there`)
}

/** The last segment of a log, name and all. */
export async function removeSegment(disk: Disk, dir: string, number: number): Promise<void> {
  await disk.remove(`${dir}/${segmentName(number)}`)
  await disk.syncFolder(dir)
}

/** Everything behind `end` in the last segment. */
export async function truncateSegment(
  disk: Disk,
  dir: string,
  number: number,
  end: number,
): Promise<void> {
  const file = await disk.open(`${dir}/${segmentName(number)}`, 'write')
  try {
    if ((await file.size()) > end) await file.truncate(end)
    await syncFile(file)
  } finally {
    await file.close()
  }
}

/** All segments and what was made of them, the newest segment first. */
export async function removeAll(disk: Disk, dir: string): Promise<void> {
  for (const offset of await checkpointOffsets(disk, dir))
    await disk.remove(`${dir}/${checkpointName(offset)}`)
  const names = await disk.list(dir)
  for (const name of names) {
    const number = postingsNumberOf(name)
    if (number !== undefined) await disk.remove(`${dir}/${postingsName(number)}`)
  }
  await disk.syncFolder(dir)
  for (const name of names.toReversed()) {
    const number = segmentNumberOf(name)
    if (number !== undefined) await removeSegment(disk, dir, number)
  }
}
