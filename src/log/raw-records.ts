// What one copy of a log gets from another: stretches of a segment byte for byte, so that both are the same files. Words only.

import type { Epoch, Offset, Position, SegmentNumber } from '../model/ids.ts'
import { segmentHeaderBytes, type SegmentHeader } from './segment.ts'

/** Where the next record of a log would stand. The end of a segment that another follows is also that one's first place. */
export interface LogPlace {
  readonly offset: Offset
  readonly segment: SegmentNumber
  readonly position: Position
}

/** Records from `firstOffset` on were written under this epoch; the first of them opens a segment. */
export interface EpochStart {
  readonly epoch: Epoch
  readonly firstOffset: Offset
}

/** Whole batches of one segment, byte for byte; or none, where all there is yet is the segment. */
export interface RawRecords {
  readonly place: LogPlace
  /** The segment's first 4096 bytes, where `place` is the first behind them. */
  readonly header: Uint8Array | undefined
  readonly bytes: Uint8Array
  readonly end: LogPlace
}

/** Before the first segment of a log that does not exist yet. */
export const emptyPlace: LogPlace = {
  offset: 0 as Offset,
  segment: 0 as SegmentNumber,
  position: 0 as Position,
}

/** Where the first record of a segment stands. */
export function firstPlace({ firstOffset, number }: SegmentHeader): LogPlace {
  return { offset: firstOffset, segment: number, position: segmentHeaderBytes as Position }
}

/** One entry for each epoch that has segments; one that has no record begins where the next does. */
export function epochStartsOf(headers: readonly SegmentHeader[]): EpochStart[] {
  return headers
    .filter(({ epoch }, i) => epoch !== headers[i - 1]?.epoch)
    .map(({ epoch, firstOffset }) => ({ epoch, firstOffset }))
}
