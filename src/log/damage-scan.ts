// Reads segments for their checksums alone and tells every stretch that does not hold: for whoever needs to know of damage in
// front of a checkpoint, where no start looks. Folds nothing, changes nothing.

import type { Disk } from './disk.ts'
import { scanSegment, type Hole, type ScanRequest } from './scan-segment.ts'
import type { SegmentHeader } from './segment.ts'
import { withSegment } from './whole-segment.ts'

export interface DamageScan {
  readonly disk: Disk
  readonly dir: string
  readonly headers: readonly SegmentHeader[]
  /** Where the last one ends and which record comes next; undefined: the last one is left out. */
  readonly end: { readonly position: number; readonly offset: number } | undefined
  readonly found: (hole: Hole) => void
}

/**
 * A segment that is dropped meanwhile is passed. Rejects KITEQ_LOG_CORRUPT where records contradict the next segment's
 * header.
 */
export async function scanDamage({ disk, dir, headers, end, found }: DamageScan): Promise<void> {
  for (const [index, header] of headers.entries()) {
    const next = headers[index + 1]
    const sealed =
      next === undefined
        ? end && { end: end.position, nextOffset: end.offset }
        : { end: next.previousEnd, nextOffset: next.firstOffset }
    if (sealed === undefined) return
    for (const hole of await holesIn(disk, dir, header, sealed)) found(hole)
  }
}

async function holesIn(
  disk: Disk,
  dir: string,
  header: SegmentHeader,
  sealed: { readonly end: number; readonly nextOffset: number },
): Promise<readonly Hole[]> {
  const scan = async (whole: ScanRequest): Promise<readonly Hole[]> =>
    (await scanSegment({ ...whole, sealed })).holes
  return withSegment(dir, disk, header, scan, () => [])
}
