// A segment header made again from what is left: its neighbours, the frames behind it, and the damaged one, which is
// believed only where the others agree or nobody else knows. Reads only.

import { readInto, type Disk } from '../log/disk.ts'
import { findSeed, type FoundSeed } from '../log/find-seed.ts'
import {
  frameHolds,
  frameKind,
  frameLength,
  logFrameHeadBytes,
  readU32,
  readU48,
} from '../log/frame.ts'
import { decodeRecord } from '../log/record-codec.ts'
import { scanSegment } from '../log/scan-segment.ts'
import { segmentHeaderBytes, type SegmentHeader } from '../log/segment.ts'
import { withSegment } from '../log/whole-segment.ts'
import type { Epoch, Offset, SegmentNumber } from '../model/ids.ts'

/** Where the segment before ends, for all that it says itself. */
export interface EndBefore {
  readonly header: SegmentHeader
  readonly end: number
  readonly nextOffset: number
  /** Behind the end, up to the last byte that is not zero. */
  readonly cutBytes: number
  /** It was cut to its end, as a start does: the next segment is of another epoch. */
  readonly isCut: boolean
}

export interface DamagedSegment {
  readonly number: number
  readonly path: string
  readonly bytes: number
  readonly before: EndBefore | undefined
  /** Undefined when there is none, or it is damaged too. */
  readonly next: SegmentHeader | undefined
  /** The nearest one behind whose header holds. */
  readonly later: SegmentHeader | undefined
  /** Of the segments whose headers hold; undefined when there are none. */
  readonly logId: string | undefined
}

export interface RebuiltHeader {
  readonly header: SegmentHeader
  /** What the seed rests on; undefined when no frames agree on one: then nothing in the segment counts any more. */
  readonly seed: FoundSeed | undefined
}

/** Offsets of a log stay below this. */
const offsetsEnd = 2 ** 47

export async function rebuildHeader(disk: Disk, segment: DamagedSegment): Promise<RebuiltHeader> {
  const { number, bytes, before, next, later } = segment
  const file = await disk.open(segment.path, 'read')
  try {
    const raw = new Uint8Array(segmentHeaderBytes)
    await readInto(file, raw, 0, raw.length, 0)
    const limit = Math.min(bytes, next?.previousEnd ?? Infinity)
    const seed = await findSeed({
      read: (target, start, length, position) => readInto(file, target, start, length, position),
      limit,
      hint: readU32(raw, 28),
      fromOffset: before?.nextOffset ?? 0,
      toOffset: later?.firstOffset ?? offsetsEnd,
    })
    const started = seed === undefined ? undefined : await startedAt(file, seed.seed, limit)
    const firstOffset = firstOffsetOf(segment, seed, readU48(raw, 16))
    const header: SegmentHeader = {
      number: number as SegmentNumber,
      firstOffset: firstOffset as Offset,
      epoch: epochOf(segment, [started?.epoch, readU32(raw, 24)]) as Epoch,
      logId: segment.logId ?? started?.logId ?? Buffer.from(raw.subarray(32, 48)).toString('hex'),
      seed: seed?.seed ?? readU32(raw, 28),
      previousEnd: number === 1 ? 0 : previousEndOf(before, firstOffset, readU48(raw, 48)),
    }
    return { header, seed }
  } finally {
    await file.close()
  }
}

/** The first record of an epoch says which one, and of which log. */
async function startedAt(
  file: Parameters<typeof readInto>[0],
  seed: number,
  limit: number,
): Promise<{ readonly epoch: number; readonly logId: string } | undefined> {
  const most = 64 * 1024
  const bytes = new Uint8Array(Math.max(0, Math.min(most, limit - segmentHeaderBytes)))
  const count = await readInto(file, bytes, 0, bytes.length, segmentHeaderBytes)
  if (count < logFrameHeadBytes) return undefined
  const end = frameLength(bytes, 0)
  if (end < logFrameHeadBytes || end > count || !frameHolds(bytes, 0, end, seed)) return undefined
  const record = decodeRecord(frameKind(bytes, 0), bytes, logFrameHeadBytes, end)
  return record.kind === 'started' ? { epoch: record.epoch, logId: record.logId } : undefined
}

/** That of the first frame, or as many before it as the gap in front of it may hold. */
function firstOffsetOf(
  { before, later, number }: DamagedSegment,
  seed: FoundSeed | undefined,
  stored: number,
): number {
  const low = before?.nextOffset ?? 0
  if (seed === undefined) return Math.min(low, later?.firstOffset ?? low)
  if (seed.position === segmentHeaderBytes) return seed.offset
  const mostLost = Math.floor((seed.position - segmentHeaderBytes) / logFrameHeadBytes)
  const from = Math.max(low, seed.offset - mostLost)
  const to = seed.offset - 1
  if (number === 1) return 0
  if (stored >= from && stored <= to) return stored
  return Math.min(Math.max(low, from), to)
}

/** The first candidate that may be: epochs ascend by one at most, and each has begun a segment of its own. */
function epochOf(
  { before, later, number }: DamagedSegment,
  candidates: readonly (number | undefined)[],
): number {
  const stepsToLater = later === undefined ? 0 : later.number - number
  const least = Math.max(before?.header.epoch ?? 1, (later?.epoch ?? 1) - stepsToLater)
  const next = (before?.header.epoch ?? Infinity) + 1
  const most = Math.max(least, Math.min(later?.epoch ?? Infinity, next, number))
  for (const epoch of candidates)
    if (epoch !== undefined && epoch >= least && epoch <= most) return epoch
  return before === undefined || before.isCut ? most : least
}

/** Records that are missing behind its end must have room there, or nobody could step over them. */
export function previousEndOf(
  before: EndBefore | undefined,
  firstOffset: number,
  stored: number,
): number {
  if (before === undefined) return stored
  const missing = firstOffset - before.nextOffset
  if (missing <= 0) return before.end
  const least = before.end + missing * logFrameHeadBytes
  return Math.max(least, before.end + before.cutBytes)
}

/** Where a segment whose header holds comes to its end when nothing behind it is believed. */
export async function endOf(disk: Disk, dir: string, header: SegmentHeader): Promise<EndBefore> {
  return withSegment(dir, disk, header, async (whole) => {
    const { end, nextOffset, cutBytes } = await scanSegment(whole)
    return { header, end, nextOffset, cutBytes, isCut: whole.bytes === end }
  })
}
