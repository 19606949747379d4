// One segment file, opened for as long as somebody scans it. Reads only.

import type { Disk } from './disk.ts'
import type { ScanRequest } from './scan-segment.ts'
import {
  isMissing,
  segmentFileBytes,
  segmentHeaderBytes,
  segmentName,
  type SegmentHeader,
} from './segment.ts'

/**
 * Opens a segment, makes a request to scan all of it as the last one, and closes it. `missing` answers for a file that is
 * not there, instead of the disk's error.
 */
export async function withSegment<T>(
  dir: string,
  disk: Disk,
  header: SegmentHeader,
  use: (whole: ScanRequest) => Promise<T>,
  missing?: (path: string) => T,
): Promise<T> {
  const path = `${dir}/${segmentName(header.number)}`
  const file = await disk.open(path, 'read').catch((error: unknown) => {
    if (missing === undefined || !isMissing(error)) throw error
    return undefined
  })
  if (file === undefined) return missing!(path)
  try {
    return await use({
      file,
      path,
      segment: header.number,
      seed: header.seed,
      position: segmentHeaderBytes,
      offset: header.firstOffset,
      sealed: undefined,
      to: Infinity,
      bytes: segmentFileBytes(await file.size()),
      visit: ignore,
    })
  } finally {
    await file.close()
  }
}

const ignore = (): void => undefined
