// Records that were read and not yet made rows of: with bytes of their own, because what was read is overwritten by what is read
// next. A queue; knows nothing of rows. Small messages share one piece of memory.

import type { Offset } from '../model/ids.ts'
import type { LogRecord, MessageBytes, RecordPlace } from '../model/record.ts'

/** Records [from, to) that are not there. */
export interface Gap {
  readonly kind: 'gap'
  readonly from: Offset
  readonly to: Offset
  /** `dropped`: by retention, before they were read; `damaged`: bytes of the log that do not hold. */
  readonly why: 'dropped' | 'damaged'
}

/** A record, or in its place a stretch that is not there: then `record` means nothing. */
export interface HeldRecord {
  readonly record: LogRecord
  readonly gap: Gap | undefined
  readonly isWanted: boolean
  readonly offset: RecordPlace['offset']
  readonly timeMs: number
  /** All that was read before it, also what is not held. */
  readonly bytesBefore: number
  readonly timeMsBefore: number
}

/** Bytes of frames and the time of the last of them, ms since 1970. */
interface Before {
  readonly bytes: number
  readonly timeMs: number
}

const pieceBytes = 256 * 1024
/** A queue's front is cut off once so much of it was taken. */
const takenMax = 4096

export class HeldRecords {
  #list: HeldRecord[] = []
  #front = 0
  #piece = new Uint8Array(0)
  #used = 0

  get length(): number {
    return this.#list.length - this.#front
  }

  get first(): HeldRecord | undefined {
    return this.#list[this.#front]
  }

  shift(): void {
    this.#front++
    if (this.#front < takenMax && this.#front < this.#list.length) return
    this.#list = this.#list.slice(this.#front)
    this.#front = 0
  }

  /** `before`: all frames that were read before it. */
  push(record: LogRecord, place: RecordPlace, isWanted: boolean, before: Before): void {
    const { offset, timeMs } = place
    this.#list.push({
      record: this.#own(record),
      gap: undefined,
      isWanted,
      offset,
      timeMs,
      bytesBefore: before.bytes,
      timeMsBefore: before.timeMs,
    })
  }

  pushGap(gap: Gap, before: Before): void {
    this.#list.push({
      record: nothing,
      gap,
      isWanted: false,
      offset: gap.from,
      timeMs: before.timeMs,
      bytesBefore: before.bytes,
      timeMsBefore: before.timeMs,
    })
  }

  #own(record: LogRecord): LogRecord {
    switch (record.kind) {
      case 'published':
      case 'prepared':
      case 'recalled':
        return { ...record, message: this.#copy(record.message) }
      case 'named':
        return { ...record, name: record.name.slice() }
      default:
        return record
    }
  }

  #copy({ source, start, end }: MessageBytes): MessageBytes {
    const length = end - start
    if (length * 4 > pieceBytes) return { source: source.slice(start, end), start: 0, end: length }
    if (this.#used + length > this.#piece.length) {
      this.#piece = new Uint8Array(pieceBytes)
      this.#used = 0
    }
    const at = this.#used
    this.#piece.set(source.subarray(start, end), at)
    this.#used = at + length
    return { source: this.#piece, start: at, end: at + length }
  }
}

/** Stands where no record is. */
const nothing: LogRecord = { kind: 'closed', clean: false }
