// Reads segments for their checksums alone and tells every stretch that does not hold: for whoever needs to know of damage in
// front of a checkpoint, where no start looks. Folds nothing, changes nothing.

import type { Disk } from './disk.ts'
import { scanSegment, type Hole } from './scan-segment.ts'
import {
  isMissing,
  segmentFileBytes,
  segmentHeaderBytes,
  segmentName,
  type SegmentHeader,
} from './segment.ts'

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
  const path = `${dir}/${segmentName(header.number)}`
  const file = await disk.open(path, 'read').catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  if (file === undefined) return []
  try {
    const { holes } = await scanSegment({
      file,
      path,
      segment: header.number,
      seed: header.seed,
      position: segmentHeaderBytes,
      offset: header.firstOffset,
      sealed,
      to: Infinity,
      bytes: segmentFileBytes(await file.size()),
      visit: ignore,
    })
    return holes
  } finally {
    await file.close()
  }
}

const ignore = (): void => undefined
