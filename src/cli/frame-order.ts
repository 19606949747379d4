// Whether whole frames may follow each other as they do: batches from one end to the other, times that never go back. Looks
// at heads only; what a record says is not its business.

import { frameDistance, frameFlags, frameLength, frameTimeMs, lastOfBatch } from '../log/frame.ts'
import { segmentHeaderBytes } from '../log/segment.ts'
import { batchBytesMax } from '../model/limits.ts'
import { counted } from './counted.ts'

export interface OrderFault {
  readonly kind: 'batch' | 'time'
  readonly text: string
}

export class FrameOrder {
  /** Of the frames seen, over all segments. */
  firstTimeMs = -1
  lastTimeMs = 0
  batches = 0
  #batchStart = -1
  #isOpen = false
  /** Where the next frame must begin. */
  #next = 0

  beginSegment(): void {
    this.#isOpen = false
    this.#next = segmentHeaderBytes
  }

  /** The frame at source[start, …) stands at `position` of the segment. */
  check(source: Uint8Array, start: number, position: number): OrderFault | undefined {
    const distance = frameDistance(source, start)
    const begin = position - distance
    const isKnown = position === this.#next
    const wanted = this.#isOpen ? this.#batchStart : position
    const end = (this.#next = position + frameLength(source, start))
    const fault = this.#time(source, start)
    this.#batchStart = begin
    this.#isOpen = frameFlags(source, start) !== lastOfBatch
    if (!this.#isOpen) this.batches++
    if (isKnown && begin !== wanted)
      return batch(`its batch should begin at byte ${wanted}, it says ${begin}`)
    if (begin < segmentHeaderBytes) return batch(`its batch begins at byte ${begin}, in the header`)
    if (end - begin > batchBytesMax)
      return batch(`its batch has ${counted(end - begin, 'byte')}, the most is ${batchBytesMax}`)
    return fault
  }

  /** Only the death of a writer leaves a batch open: the next segment is of another epoch then. */
  endSegment(goesOn: boolean, end: number): OrderFault | undefined {
    if (!goesOn || !this.#isOpen || this.#next !== end) return undefined
    return batch(`the segment ends within the batch that begins at byte ${this.#batchStart}`)
  }

  #time(source: Uint8Array, start: number): OrderFault | undefined {
    const timeMs = frameTimeMs(source, start)
    const last = this.lastTimeMs
    if (this.firstTimeMs < 0) this.firstTimeMs = timeMs
    this.lastTimeMs = Math.max(timeMs, last)
    if (timeMs >= last) return undefined
    return {
      kind: 'time',
      text: `its time ${timeMs} is before ${last}, the time of an earlier one`,
    }
  }
}

function batch(text: string): OrderFault {
  return { kind: 'batch', text }
}
