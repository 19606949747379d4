// From an offset to a place near before it: one entry every 64 KiB of log, so that a read scans at most that much.
// A cache in memory; the log can do without any of its entries.

import type { ResumePlace } from './recover.ts'
import type { Offset, Position, SegmentNumber } from '../model/ids.ts'
import { segmentHeaderBytes, type SegmentHeader } from './segment.ts'

const entryEveryBytes = 64 * 1024

export class SegmentIndex {
  readonly #headers: SegmentHeader[] = []
  /** Triples of offset, segment, position; offsets ascend. */
  readonly #entries: number[] = []
  #lastSegment = 0
  #lastPosition = 0

  addSegment(header: SegmentHeader): void {
    this.#headers.push(header)
  }

  /** The segments up to this one are gone. */
  forget(last: number): void {
    const count = this.#headers.findIndex(({ number }) => number > last)
    this.#headers.splice(0, count < 0 ? this.#headers.length : count)
    let entries = 0
    while (entries < this.#entries.length && this.#entries[entries + 1]! <= last) entries += 3
    this.#entries.splice(0, entries)
  }

  get headers(): readonly SegmentHeader[] {
    return this.#headers
  }

  /** Segments are numbered without gaps. */
  header(segment: number): SegmentHeader | undefined {
    const first = this.#headers[0]?.number ?? 0
    return this.#headers[segment - first]
  }

  /** Told of every record in order; keeps one now and then. */
  seen(offset: number, segment: number, position: number): void {
    if (segment === this.#lastSegment && position - this.#lastPosition < entryEveryBytes) return
    this.#lastSegment = segment
    this.#lastPosition = position
    this.#entries.push(offset, segment, position)
  }

  /** The best known place at or before `offset`; undefined for a log without segments. */
  before(offset: number): ResumePlace | undefined {
    const header = this.#headerBefore(offset)
    if (header === undefined) return undefined
    const at = this.#entryBefore(offset)
    const entry = this.#entries
    if (at >= 0 && entry[at + 1]! >= header.number) {
      return {
        offset: entry[at]! as Offset,
        segment: entry[at + 1]! as SegmentNumber,
        position: entry[at + 2]! as Position,
      }
    }
    return {
      offset: header.firstOffset,
      segment: header.number,
      position: segmentHeaderBytes as Position,
    }
  }

  #headerBefore(offset: number): SegmentHeader | undefined {
    let low = 0
    let high = this.#headers.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#headers[middle]!.firstOffset <= offset) low = middle + 1
      else high = middle
    }
    return this.#headers[low - 1]
  }

  #entryBefore(offset: number): number {
    let low = 0
    let high = this.#entries.length / 3
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#entries[middle * 3]! <= offset) low = middle + 1
      else high = middle
    }
    return (low - 1) * 3
  }
}
