// When a record was stored: its frame says so, and nothing else does. Reads 32 bytes.

import type { Disk } from '../log/disk.ts'
import { readInto } from '../log/disk.ts'
import { frameOffset, frameTimeMs, logFrameHeadBytes } from '../log/frame.ts'
import { segmentName } from '../log/segment.ts'
import type { Position, SegmentNumber } from '../model/ids.ts'

/** Ms since 1970; undefined when the record does not stand there or cannot be read. */
export async function storedTimeMs(
  dir: string,
  disk: Disk,
  place: {
    readonly offset: number
    readonly segment: SegmentNumber
    readonly position: Position
  },
): Promise<number | undefined> {
  const head = new Uint8Array(logFrameHeadBytes)
  try {
    const file = await disk.open(`${dir}/${segmentName(place.segment)}`, 'read')
    try {
      const count = await readInto(file, head, 0, head.length, place.position)
      const isIt = count === head.length && frameOffset(head, 0) === place.offset
      return isIt ? frameTimeMs(head, 0) : undefined
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}
