// A log as `why` reads it: segment by segment, each with its postings or, where there are none that hold, to be scanned whole.
// Every frame is checked by its crc before it is believed; what does not hold makes its segment one that is scanned.

import type { Disk, DiskFile } from '../log/disk.ts'
import { readInto } from '../log/disk.ts'
import {
  frameHolds,
  frameKind,
  frameLength,
  frameOffset,
  frameTimeMs,
  logFrameHeadBytes,
  looksLikeFrame,
} from '../log/frame.ts'
import { openPostings, type Postings, type SegmentEnd } from '../log/postings.ts'
import { decodeRecord } from '../log/record-codec.ts'
import { segmentName, type SegmentHeader } from '../log/segment.ts'
import type { Offset, Position } from '../model/ids.ts'
import type { LogRecord, RecordPlace } from '../model/record.ts'

export type Visit = (record: LogRecord, place: RecordPlace) => void

/** Something of a segment or its postings does not hold: it has to be scanned. */
export class PartDamaged extends Error {
  readonly part: SegmentPart

  constructor(part: SegmentPart, cause: unknown) {
    super(`segment ${part.header.number} has to be scanned`, { cause })
    this.part = part
  }
}

/** Frames one after the other, from the first byte of one to the end of another. */
export interface FrameRange {
  readonly position: number
  readonly offset: number
  readonly endPosition: number
}

export class SegmentPart {
  readonly header: SegmentHeader
  /** First offset that is not of this segment, or not wanted. */
  readonly to: number
  readonly #disk: Disk
  readonly #dir: string
  #postings: Postings | undefined
  #file: Promise<DiskFile> | undefined

  constructor(disk: Disk, dir: string, header: SegmentHeader, to: number) {
    this.#disk = disk
    this.#dir = dir
    this.header = header
    this.to = to
  }

  /** Takes the postings, if there are any that hold. `end` is that of the segment, or Infinity where nobody knows. */
  async open(end: SegmentEnd): Promise<void> {
    const { header } = this
    this.#postings = await openPostings(this.#disk, this.#dir, header, end).catch(() => undefined)
  }

  /** Undefined: all of it is to be scanned. */
  get cover(): SegmentEnd | undefined {
    const head = this.#postings?.head
    return head && { position: head.endPosition, offset: head.endOffset }
  }

  /** From now on it is one to be scanned. */
  async giveUp(): Promise<void> {
    const postings = this.#postings
    this.#postings = undefined
    await postings?.close()
  }

  async close(): Promise<void> {
    await this.giveUp()
    const file = await this.#file?.catch(() => undefined)
    await file?.close()
  }

  /** Asks the postings. Rejects PartDamaged when they do not hold. */
  async ask<T>(question: (postings: Postings) => Promise<T>): Promise<T> {
    try {
      return await question(this.#postings!)
    } catch (error) {
      throw new PartDamaged(this, error)
    }
  }

  /** These blocks as ranges. */
  async rangesOf(blocks: readonly number[]): Promise<FrameRange[]> {
    if (blocks.length === 0) return []
    return this.ask(async (postings) => {
      const all = await postings.blocks()
      return blocks.map((number) => {
        const { position, offset } = all[number]!
        const endPosition = all[number + 1]?.position ?? postings.head.endPosition
        return { position, offset, endPosition }
      })
    })
  }

  /** The last stretch that is covered still is what it was: else the segment was cut since. */
  async endHolds(): Promise<boolean> {
    try {
      const count = (await this.ask((postings) => postings.blocks())).length
      for (const range of await this.rangesOf(count === 0 ? [] : [count - 1]))
        await this.read(range, () => undefined)
      return true
    } catch (error) {
      if (error instanceof PartDamaged) return false
      throw error
    }
  }

  /** Visits the records of a range. Rejects PartDamaged when they are not whole. */
  async read(range: FrameRange, visit: Visit): Promise<void> {
    let bytes: Uint8Array
    try {
      bytes = new Uint8Array(range.endPosition - range.position)
      const file = await this.#open()
      const count = await readInto(file, bytes, 0, bytes.length, range.position)
      if (count !== bytes.length) throw new RangeError(`it ends at byte ${range.position + count}`)
      this.#check(bytes, range)
    } catch (error) {
      throw new PartDamaged(this, error)
    }
    this.#visit(bytes, range, visit)
  }

  #check(bytes: Uint8Array, { offset: first }: FrameRange): void {
    let offset = first
    for (let at = 0; at < bytes.length; offset++) {
      const isFrame =
        at + logFrameHeadBytes <= bytes.length &&
        looksLikeFrame(bytes, at) &&
        frameOffset(bytes, at) === offset
      const end = isFrame ? at + frameLength(bytes, at) : Infinity
      if (end > bytes.length || !frameHolds(bytes, at, end, this.header.seed))
        throw new RangeError(`record ${offset} is damaged`)
      at = end
    }
  }

  #visit(bytes: Uint8Array, { position, offset: first }: FrameRange, visit: Visit): void {
    let offset = first
    for (let at = 0; at < bytes.length && offset < this.to; offset++) {
      const end = at + frameLength(bytes, at)
      let record: LogRecord
      try {
        record = decodeRecord(frameKind(bytes, at), bytes, at + logFrameHeadBytes, end)
      } catch (error) {
        throw new PartDamaged(this, error)
      }
      visit(record, {
        offset: offset as Offset,
        timeMs: frameTimeMs(bytes, at),
        segment: this.header.number,
        position: (position + at) as Position,
        length: end - at,
      })
      at = end
    }
  }

  #open(): Promise<DiskFile> {
    this.#file ??= this.#disk.open(`${this.#dir}/${segmentName(this.header.number)}`, 'read')
    return this.#file
  }
}

/** In order, each once, what lies inside another one left out. */
export function merged(ranges: readonly FrameRange[]): FrameRange[] {
  const sorted = [...ranges].sort(
    (a, b) => a.position - b.position || b.endPosition - a.endPosition,
  )
  let end = 0
  return sorted.filter((range) => {
    if (range.endPosition <= end) return false
    end = range.endPosition
    return true
  })
}
