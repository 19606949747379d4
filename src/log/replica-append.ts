// What a copy of a log is sent, judged before a byte of it is written: it must go on exactly where the copy ends, in a segment
// that may follow, and every frame of it must hold. Pure.

import { KiteQError } from '../model/errors.ts'
import { rawBytesMax } from '../model/limits.ts'
import { checkFrames, type FrameWalk } from './raw-frames.ts'
import type { LogPlace, RawRecords } from './raw-records.ts'
import {
  corruptFile,
  decodeSegmentHeader,
  segmentHeaderBytes,
  segmentName,
  type SegmentHeader,
} from './segment.ts'

/** The end of a copy. */
export interface CopyEnd {
  /** Its last segment; undefined for a copy that has nothing yet. */
  readonly last: SegmentHeader | undefined
  readonly end: LogPlace
  /** Where the batch begins that the next record belongs to. */
  readonly batchStart: number
}

export interface Judged {
  /** To be opened first; undefined where the records belong into the last one. */
  readonly opened: SegmentHeader | undefined
  readonly walk: FrameWalk
}

/**
 * Throws KITEQ_USAGE where the records belong elsewhere, KITEQ_LOG_CORRUPT where they are not what they claim to be, and
 * KITEQ_LOG_VERSION for a segment of a newer format.
 */
export function judge(copy: CopyEnd, raw: RawRecords): Judged {
  const opened = openedBy(copy, raw)
  const { bytes, place, end } = raw
  if (bytes.length > rawBytesMax) throw usage(place, `${bytes.length} bytes at once`)
  const { seed } = opened ?? copy.last!
  const walk = checkFrames({
    bytes,
    start: 0,
    end: bytes.length,
    seed,
    offset: place.offset,
    below: Infinity,
    bytesMax: Infinity,
  })
  if (walk.end !== bytes.length) throw wrong(place, walk.end, 'a record does not hold')
  const batchStart = opened === undefined ? copy.batchStart - copy.end.position : 0
  if (bytes.length > 0 && walk.firstBatch !== batchStart)
    throw wrong(place, 0, 'the record is of another batch')
  const isEnd =
    end.segment === place.segment &&
    end.offset === walk.nextOffset &&
    end.position === place.position + bytes.length
  if (!isEnd) throw wrong(place, bytes.length, `ends before record ${walk.nextOffset}`)
  return { opened, walk }
}

/** The header of the segment that comes next; undefined where the records go on in the last one. */
function openedBy(copy: CopyEnd, { place, header: bytes }: RawRecords): SegmentHeader | undefined {
  const { last, end } = copy
  const isHere = place.segment === end.segment && place.position === end.position
  if (place.offset !== end.offset && last !== undefined) throw elsewhere(place, end)
  if (bytes === undefined) {
    if (!isHere || last === undefined) throw elsewhere(place, end)
    return undefined
  }
  const header = decodeSegmentHeader(bytes, `${segmentName(place.segment)} as it was sent`)
  const { number, firstOffset } = header
  const isFirst = place.position === segmentHeaderBytes
  if (bytes.length !== segmentHeaderBytes || !isFirst || number !== place.segment)
    throw wrong(place, 0, `the header is that of segment ${number}`)
  if (firstOffset !== place.offset) throw wrong(place, 0, `it begins at record ${firstOffset}`)
  if (last === undefined) {
    if (number === 1 && firstOffset !== 0) throw wrong(place, 0, 'the log does not begin with 0')
    return header
  }
  if (header.logId !== last.logId) throw wrong(place, 0, `it belongs to log ${header.logId}`)
  if (header.epoch < last.epoch)
    throw wrong(place, 0, `epoch ${header.epoch} follows epoch ${last.epoch}`)
  if (isHere) return sameOrNewer(last, header, place)
  if (number !== last.number + 1) throw elsewhere(place, end)
  if (header.previousEnd !== end.position)
    throw wrong(place, 0, `the one before ends at byte ${header.previousEnd}, not ${end.position}`)
  return header
}

/** The last segment is there and empty. One of a later epoch takes its place: no record is lost by it. */
function sameOrNewer(
  last: SegmentHeader,
  header: SegmentHeader,
  place: LogPlace,
): SegmentHeader | undefined {
  if (header.previousEnd !== last.previousEnd)
    throw wrong(place, 0, `the one before ends at byte ${header.previousEnd}`)
  if (header.epoch > last.epoch) return header
  if (header.seed !== last.seed) throw wrong(place, 0, 'it is another segment of the same epoch')
  return undefined
}

function elsewhere(place: LogPlace, end: LogPlace): KiteQError {
  return usage(place, `the copy ends at byte ${end.position} of ${segmentName(end.segment)}`)
}

function usage({ offset, segment, position }: LogPlace, why: string): KiteQError {
  const what = `records from ${offset} on, for byte ${position} of ${segmentName(segment)}`
  return new KiteQError('KITEQ_USAGE', `${what}: ${why}`)
}

function wrong(place: LogPlace, at: number, why: string): KiteQError {
  return corruptFile(`${segmentName(place.segment)} as it was sent`, place.position + at, why)
}
