// Reads whole batches of a log as they stand, for another copy of it: from memory where they are, else from disk with every crc
// checked. Hands out nothing that does not hold, and nothing behind what its owner says is safe.

import { KiteQError } from '../model/errors.ts'
import type { Offset, Position } from '../model/ids.ts'
import { rawBytesMax } from '../model/limits.ts'
import { readInto, type Disk } from './disk.ts'
import { checkFrames, walkFrames, type FrameWalk } from './raw-frames.ts'
import { firstPlace, type LogPlace, type RawRecords } from './raw-records.ts'
import type { RecentBytes } from './recent-bytes.ts'
import { scanSegment } from './scan-segment.ts'
import {
  corruptFile,
  encodeSegmentHeader,
  isMissing,
  segmentHeaderBytes,
  segmentName,
  type SegmentHeader,
} from './segment.ts'
import { withSegment } from './whole-segment.ts'

export interface RawSource {
  readonly disk: Disk
  readonly dir: string
  /** Of all segments, without a gap; all before the last one are safe to their ends. */
  readonly headers: readonly SegmentHeader[]
  /** Everything before is safe. */
  readonly end: LogPlace
  readonly recent: RecentBytes | undefined
}

/** A stretch that may be read. */
interface Stretch {
  readonly header: SegmentHeader
  readonly next: SegmentHeader | undefined
  readonly place: LogPlace
  /** Position behind the last byte, and the first offset that is not to be read. */
  readonly limit: number
  readonly below: number
  readonly bytesMax: number
}

/**
 * The batches from a place on, of one segment: about `bytesMax` bytes, one batch at least; undefined when there is none below
 * `below`. An answer whose place is the first of a segment has its header, and where the segment before was read to its end
 * it comes without a record, too. A place may be any record's beginning. Rejects KITEQ_USAGE for one that is none of this log,
 * KITEQ_NOT_FOUND for one that was dropped, KITEQ_LOG_CORRUPT for damage that stands first.
 */
export async function readRaw(
  source: RawSource,
  from: LogPlace,
  bytesMax: number,
  below: number,
): Promise<RawRecords | undefined> {
  const place = placeIn(source, from)
  if (place === undefined) return undefined
  const isNew = place.segment !== from.segment
  const stretch = stretchFrom(source, place, Math.min(bytesMax, rawBytesMax), below)
  if (place.offset < stretch.below && place.position < stretch.limit) {
    const raw = fromMemory(source, stretch) ?? (await fromDisk(source, stretch))
    if (raw !== undefined) return raw
  }
  return isNew ? rawOf(stretch, new Uint8Array(0), place.offset) : undefined
}

/** The same place, and the next segment's first where it is the end of one. Undefined: of a log that holds nothing yet. */
function placeIn({ headers, end }: RawSource, from: LogPlace): LogPlace | undefined {
  const first = headers[0]
  if (first === undefined) {
    if (from.offset === 0 && from.segment <= 1) return undefined
    throw noPlace(from)
  }
  const isBeginning = from.segment === 0 && from.offset === 0 && from.position === 0
  const index = from.segment - first.number
  const next = headers[index + 1]
  if (isBeginning && first.number === 1) return firstPlace(first)
  if (next?.previousEnd === from.position && from.segment > 0) {
    if (next.firstOffset !== from.offset) throw noPlace(from)
    return firstPlace(next)
  }
  if (index < 0) throw dropped(from)
  const header = headers[index]
  if (header === undefined || from.offset > end.offset) throw noPlace(from)
  const isFirst = from.offset === header.firstOffset
  if (isFirst !== (from.position === segmentHeaderBytes)) throw noPlace(from)
  if (from.offset < header.firstOffset || from.position < segmentHeaderBytes) throw noPlace(from)
  if (next !== undefined && from.position > next.previousEnd) throw noPlace(from)
  if (from.offset === end.offset && !isFirst && from.position !== end.position) throw noPlace(from)
  return from
}

function stretchFrom(
  { headers, end }: RawSource,
  place: LogPlace,
  bytesMax: number,
  below: number,
): Stretch {
  const index = place.segment - headers[0]!.number
  const header = headers[index]!
  const next = headers[index + 1]
  const isBegun = end.segment === place.segment
  const limit = next?.previousEnd ?? (isBegun ? end.position : segmentHeaderBytes)
  const last = next?.firstOffset ?? end.offset
  return { header, next, place, limit, below: Math.min(below, last), bytesMax }
}

/** What a chunk has of it: a batch is never in two. Undefined when it has nothing. */
function fromMemory({ recent }: RawSource, stretch: Stretch): RawRecords | undefined {
  const { place, header, below, bytesMax } = stretch
  const chunk = recent?.find(place.segment, place.position)
  if (chunk === undefined) return undefined
  const start = place.position - chunk.base
  const { seed } = header
  const common = { bytes: chunk.bytes, seed, offset: place.offset, bytesMax }
  const one = checkFrames({ ...common, start, end: chunk.written, below: place.offset + 1 })
  if (one.nextOffset === place.offset) throw noPlace(place)
  const walk = walkFrames({ ...common, start, end: chunk.written, below })
  const end = walk.batchEnds.at(-1)
  if (end === undefined) return undefined
  return rawOf(stretch, chunk.bytes.slice(start, end), walk.wholeOffset)
}

async function fromDisk(source: RawSource, stretch: Stretch): Promise<RawRecords | undefined> {
  const { disk, dir } = source
  const { place, header, next, limit, below, bytesMax } = stretch
  const path = `${dir}/${segmentName(place.segment)}`
  const file = await disk.open(path, 'read').catch((error: unknown) => {
    throw isMissing(error) ? dropped(place) : error
  })
  const room = limit - place.position
  try {
    for (let wanted = Math.max(bytesMax, segmentHeaderBytes); ; wanted *= 2) {
      const bytes = new Uint8Array(Math.min(wanted, room))
      const end = await readInto(file, bytes, 0, bytes.length, place.position)
      const { seed } = header
      const { offset } = place
      const walk = checkFrames({ bytes, start: 0, end, seed, offset, below, bytesMax })
      const whole = wholeOf(walk, end === room && next !== undefined)
      if (whole !== undefined) return rawOf(stretch, bytes.subarray(0, whole.end), whole.offset)
      if (walk.pause === 'stop') return undefined
      const isAll = end === room || end < bytes.length
      if (walk.pause === 'damage' || (isAll && walk.end < room))
        throw await whyNot(source, stretch, walk)
      if (isAll) return undefined // the rest of its last batch is not there
    }
  } finally {
    await file.close()
  }
}

/** A segment may end inside a batch, where a start found only the beginning of it. */
function wholeOf(
  walk: FrameWalk,
  isSealedEnd: boolean,
): { readonly end: number; readonly offset: number } | undefined {
  const end = walk.batchEnds.at(-1)
  if (end !== undefined) return { end, offset: walk.wholeOffset }
  const isRest = isSealedEnd && walk.end > 0 && walk.pause !== 'damage'
  return isRest ? { end: walk.end, offset: walk.nextOffset } : undefined
}

/** No record holds there: because it is damaged, or because none ever began there. */
async function whyNot(
  { disk, dir }: RawSource,
  stretch: Stretch,
  walk: FrameWalk,
): Promise<KiteQError> {
  const { place, header, next } = stretch
  const path = `${dir}/${segmentName(place.segment)}`
  const damaged = corruptFile(path, place.position + walk.end, 'the record does not hold')
  if (walk.end > 0) return damaged
  const sealed = next && { end: next.previousEnd, nextOffset: next.firstOffset }
  const to = place.offset
  const scan = await withSegment(dir, disk, header, (base) => scanSegment({ ...base, sealed, to }))
  const isReached = scan.nextOffset === to && scan.end === place.position
  const isTorn = scan.nextOffset < to
  const isInside = scan.holes.some(
    (hole) => hole.position <= place.position && place.position < hole.position + hole.length,
  )
  return isReached || isTorn || isInside ? damaged : noPlace(place)
}

function rawOf({ place, header }: Stretch, bytes: Uint8Array, endOffset: number): RawRecords {
  return {
    place,
    header: place.position === segmentHeaderBytes ? encodeSegmentHeader(header) : undefined,
    bytes,
    end: {
      offset: endOffset as Offset,
      segment: place.segment,
      position: (place.position + bytes.length) as Position,
    },
  }
}

function noPlace({ offset, segment, position }: LogPlace): KiteQError {
  const where = `record ${offset} at byte ${position} of ${segmentName(segment)}`
  return new KiteQError('KITEQ_USAGE', `${where} is no place of this log`)
}

function dropped({ segment }: LogPlace): KiteQError {
  return new KiteQError('KITEQ_NOT_FOUND', `segment ${segmentName(segment)} was dropped`)
}
