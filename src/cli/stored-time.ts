// When a record was stored: its frame says so, and nothing else does. And of a message whose first record is gone, when its
// publisher made it: the copy's bytes say that. Reads one frame at most.

import type { Disk, DiskFile } from '../log/disk.ts'
import { readInto } from '../log/disk.ts'
import {
  frameKind,
  frameLength,
  frameOffset,
  frameTimeMs,
  logFrameHeadBytes,
  looksLikeFrame,
} from '../log/frame.ts'
import { decodeRecord } from '../log/record-codec.ts'
import { segmentName } from '../log/segment.ts'
import type { Position, SegmentNumber } from '../model/ids.ts'
import { HeaderView, PublishedView } from '../net/header.ts'
import { decodeHeader } from '../net/packet.ts'

/** Where a message stands, and the offset of its first record. */
interface MessagePlace {
  readonly offset: number
  readonly segment: SegmentNumber
  readonly position: Position
}

/** Ms since 1970, and what happened then; undefined when the record does not stand there or cannot be read. */
export interface MessageTime {
  readonly timeMs: number
  /** `made`: by the publisher's clock, as its first record went with old segments. */
  readonly is: 'stored' | 'made'
}

export async function messageTime(
  dir: string,
  disk: Disk,
  place: MessagePlace,
): Promise<MessageTime | undefined> {
  const stored = await storedTimeMs(dir, disk, place)
  if (stored !== undefined) return { timeMs: stored, is: 'stored' }
  try {
    const file = await disk.open(`${dir}/${segmentName(place.segment)}`, 'read')
    try {
      const timeMs = await madeTimeMs(file, place)
      return timeMs === undefined ? undefined : { timeMs, is: 'made' }
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}

async function madeTimeMs(
  file: DiskFile,
  { offset, position }: MessagePlace,
): Promise<number | undefined> {
  const head = new Uint8Array(logFrameHeadBytes)
  await readInto(file, head, 0, head.length, position)
  if (!looksLikeFrame(head, 0)) return undefined
  const frame = new Uint8Array(frameLength(head, 0))
  if ((await readInto(file, frame, 0, frame.length, position)) < frame.length) return undefined
  const record = decodeRecord(frameKind(frame, 0), frame, logFrameHeadBytes, frame.length)
  if (record.kind !== 'moved' || record.of !== offset) return undefined
  const view = new PublishedView()
  const { source, start, end } = record.message
  if (!view.read(record.form, source, start, end)) return undefined
  const header = new HeaderView()
  header.readHeader(view.raw, view.headerStart, view.headerEnd)
  const seconds = decodeHeader(header)?.createTime ?? 0
  return seconds > 0 ? seconds * 1000 : undefined
}

/** Ms since 1970; undefined when the record does not stand there or cannot be read. */
export async function storedTimeMs(
  dir: string,
  disk: Disk,
  place: MessagePlace,
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
