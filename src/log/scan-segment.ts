// Reads one segment frame by frame and tells whole frames from a torn tail and from damage. The rule: damage inside
// the last batch with nothing valid of a later batch behind it is a torn tail and ends the log; any other damage is a
// hole, stepped over and reported, never cut. Reads only.

import type { Offset, Position, SegmentNumber } from '../model/ids.ts'
import { CheckedReader } from './checked-reader.ts'
import { ChunkReader } from './chunk-reader.ts'
import { readInto, type DiskFile } from './disk.ts'
import { findFrame, type FoundFrame, type ReadBytes, type SearchResult } from './find-frame.ts'
import {
  frameDistance,
  frameFlags,
  frameHolds,
  frameLength,
  frameOffset,
  lastOfBatch,
  logFrameHeadBytes,
  looksLikeFrame,
} from './frame.ts'
import type { FrameCheck } from './frame-check.ts'
import { corruptFile } from './segment.ts'

export interface Hole {
  readonly segment: SegmentNumber
  readonly position: Position
  /** Bytes. */
  readonly length: number
  readonly firstOffset: Offset
  /** Records lost. */
  readonly count: number
}

export interface ScanRequest {
  readonly file: DiskFile
  readonly path: string
  readonly segment: SegmentNumber
  readonly seed: number
  /** First byte and offset to read. */
  readonly position: number
  readonly offset: number
  /** A sealed segment is followed by another one that knows where it ends and how the offsets go on. */
  readonly sealed: { readonly end: number; readonly nextOffset: number } | undefined
  /** First offset that is not wanted; Infinity for all. */
  readonly to: number
  /** Length of the file. */
  readonly bytes: number
  /** A second thread that reads ahead, where the file is a real one. */
  readonly check?: FrameCheck | undefined
  /** Called for each whole frame source[start, end) at `position`; valid during the call only. */
  readonly visit: (source: Uint8Array, start: number, end: number, position: number) => void
}

export interface ScanResult {
  /** Behind the last whole frame, and the offset that comes next. */
  readonly end: number
  readonly nextOffset: number
  /** Behind the last frame that closes a batch. */
  readonly wholeEnd: number
  readonly wholeOffset: number
  /** Start of the last batch that a frame was read of; -1 without any. */
  readonly lastBatchStart: number
  /** Bytes behind `end` that are not zero up to their end: the torn tail. */
  readonly cutBytes: number
  readonly holes: readonly Hole[]
  readonly stopped: boolean
}

export function scanSegment(request: ScanRequest): Promise<ScanResult> {
  return new SegmentScan(request).run()
}

/** Why the frames in memory ended: more bytes are needed, they do not hold, or no more are wanted. */
type Pause = 'more' | 'damage' | 'stop'

class SegmentScan {
  readonly #request: ScanRequest
  #limit: number
  readonly #reader: ChunkReader | CheckedReader
  readonly #holes: Hole[] = []
  /** Position of the next frame. */
  #position: number
  #expected: number
  #lastBatchStart = -1
  #wholeEnd: number
  #wholeOffset: number
  #cutBytes = 0

  constructor(request: ScanRequest) {
    this.#request = request
    const { position, sealed, bytes } = request
    this.#limit = sealed === undefined ? bytes : Math.min(bytes, sealed.end)
    this.#position = position
    this.#expected = request.offset
    this.#wholeEnd = position
    this.#wholeOffset = request.offset
    const own = new ChunkReader(this.#read, position, this.#limit)
    const { check, path, seed } = request
    const wanted = { path, seed, position, limit: this.#limit }
    this.#reader = check === undefined ? own : new CheckedReader(check, wanted, own)
  }

  async run(): Promise<ScanResult> {
    try {
      return await this.#scan()
    } finally {
      await this.#reader.settle()
    }
  }

  async #scan(): Promise<ScanResult> {
    const { sealed } = this.#request
    let stopped: boolean
    for (;;) {
      this.#limit = await this.#reader.next(this.#position)
      const pause = this.#frames()
      if (pause === 'more') continue
      stopped = pause === 'stop'
      const done = sealed !== undefined && this.#position === sealed.end
      if (stopped || done || !(await this.#stepOver())) break
    }
    if (sealed !== undefined && !stopped && this.#expected !== sealed.nextOffset) {
      const { path } = this.#request
      throw corruptFile(
        path,
        this.#position,
        `ends at offset ${this.#expected}, the next segment begins at ${sealed.nextOffset}`,
      )
    }
    return {
      end: this.#position,
      nextOffset: this.#expected,
      wholeEnd: this.#wholeEnd,
      wholeOffset: this.#wholeOffset,
      lastBatchStart: this.#lastBatchStart,
      cutBytes: this.#cutBytes,
      holes: this.#holes,
      stopped,
    }
  }

  readonly #read: ReadBytes = async (target, start, length, position) => {
    const { file, path, sealed } = this.#request
    try {
      return await readInto(file, target, start, length, position)
    } catch (error) {
      // Of the last segment nobody can say where it ends: what cannot be read is not cut.
      if (sealed === undefined) {
        throw corruptFile(path, position, `cannot be read: ${textOf(error)}`)
      }
      return readPieces(file, target, start, length, position)
    }
  }

  #frames(): Pause {
    const { seed, visit, to } = this.#request
    const { bytes: chunk, end: have, isChecked } = this.#reader
    /** From a place in the chunk to a position in the file. */
    const shift = this.#reader.position - this.#reader.start
    const more = shift + have < this.#limit
    let at = this.#position - shift
    let last = -1
    let pause: Pause = 'damage'
    for (;;) {
      if (this.#expected >= to) {
        pause = 'stop'
        break
      }
      if (at + logFrameHeadBytes > have) {
        if (more) pause = 'more'
        break
      }
      if (!isChecked && !looksLikeFrame(chunk, at)) break
      if (frameOffset(chunk, at) !== this.#expected) break
      const end = at + frameLength(chunk, at)
      if (end > have) {
        if (more) pause = 'more'
        break
      }
      if (!isChecked && !frameHolds(chunk, at, end, seed)) break
      visit(chunk, at, end, shift + at)
      last = at
      this.#expected++
      if (frameFlags(chunk, at) === lastOfBatch) {
        this.#wholeEnd = shift + end
        this.#wholeOffset = this.#expected
      }
      at = end
    }
    this.#position = shift + at
    if (last >= 0) this.#lastBatchStart = shift + last - frameDistance(chunk, last)
    return pause
  }

  /** At damage: true when there is a frame to go on with. */
  async #stepOver(): Promise<boolean> {
    const { sealed } = this.#request
    const first = await this.#search(this.#position, false)
    if (sealed !== undefined) {
      if (first.found === undefined) {
        this.#hole(sealed.end, sealed.nextOffset)
        this.#jump(sealed.end, sealed.nextOffset)
        return false
      }
      this.#skipTo(first.found)
      return true
    }
    if (first.found === undefined) {
      this.#cutBytes = first.zerosFrom - this.#position
      return false
    }
    if (first.found.batchStart <= this.#position) {
      const later = await this.#search(first.found.position + 1, true)
      if (later.found === undefined) {
        this.#cutBytes = later.zerosFrom - this.#position
        return false
      }
    }
    this.#skipTo(first.found)
    return true
  }

  #search(from: number, laterBatch: boolean): Promise<SearchResult> {
    return findFrame({
      read: this.#read,
      seed: this.#request.seed,
      damagedAt: this.#position,
      expectedOffset: this.#expected,
      from,
      limit: this.#limit,
      laterBatch,
    })
  }

  #skipTo(found: FoundFrame): void {
    this.#hole(found.position, found.offset)
    this.#jump(found.position, found.offset)
  }

  #hole(end: number, nextOffset: number): void {
    this.#holes.push({
      segment: this.#request.segment,
      position: this.#position as Position,
      length: end - this.#position,
      firstOffset: this.#expected as Offset,
      count: nextOffset - this.#expected,
    })
  }

  #jump(position: number, offset: number): void {
    this.#position = position
    this.#expected = offset
  }
}

/** Reads what can be read in pieces of 4 KiB; the rest is zeros, which no crc accepts. */
async function readPieces(
  file: DiskFile,
  target: Uint8Array,
  start: number,
  length: number,
  position: number,
): Promise<number> {
  target.fill(0, start, start + length)
  for (let done = 0; done < length; done += 4096) {
    const bytes = Math.min(4096, length - done)
    await readInto(file, target, start + done, bytes, position + done).catch(() => 0)
  }
  return length
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
