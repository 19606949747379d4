// Reads a file in large chunks, one ahead: while a chunk is looked at, the next one is on its way. What was left unread
// of a chunk stands in front of the next one, so that a frame is never in two pieces.

import { logFrameBytesMax, scanChunkBytes } from '../model/limits.ts'
import type { ReadBytes } from './find-frame.ts'

interface Ahead {
  readonly position: number
  readonly bytes: Uint8Array
  readonly count: Promise<number>
}

export class ChunkReader {
  /** bytes[start, end) are there; the first of them is at `position` of the file. */
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  position: number
  readonly isChecked: boolean = false

  readonly #read: ReadBytes
  readonly #chunkBytes: number
  /** Room in front of a chunk for what was left of the one before. */
  readonly #frontBytes: number
  #limit: number
  #spare: Uint8Array | undefined
  #ahead: Ahead | undefined

  constructor(read: ReadBytes, position: number, limit: number) {
    this.#read = read
    this.#limit = limit
    this.position = position
    this.#chunkBytes = Math.min(scanChunkBytes, Math.max(0, limit - position))
    this.#frontBytes = Math.min(logFrameBytesMax, this.#chunkBytes)
  }

  /**
   * Makes the bytes from `position` on available, as many as a frame can have or as there are. Resolves with where the
   * file ends, which may be before the limit.
   */
  async next(position: number): Promise<number> {
    const left = this.#left(position)
    const from = position + left
    const wanted = Math.min(this.#chunkBytes, this.#limit - from)
    if (wanted <= 0) return this.#limit
    const next = await this.#take(from, wanted)
    const count = await next.count
    const front = this.#frontBytes - left
    if (left > 0) next.bytes.set(this.bytes.subarray(this.end - left, this.end), front)
    this.#spare = this.bytes.length > 0 ? this.bytes : undefined
    this.bytes = next.bytes
    this.position = position
    this.start = front
    this.end = this.#frontBytes + count
    if (count < wanted) this.#limit = from + count
    this.#readAhead(from + count)
    return this.#limit
  }

  /** Waits for a read that nobody will look at: its file is about to be closed. */
  async settle(): Promise<void> {
    await this.#ahead?.count.catch(ignore)
    this.#ahead = undefined
  }

  /** Bytes of this chunk from `position` on; 0 when the scan jumped out of it. */
  #left(position: number): number {
    const left = this.position + this.end - this.start - position
    return position >= this.position && left > 0 && left <= this.#frontBytes ? left : 0
  }

  async #take(from: number, wanted: number): Promise<Ahead> {
    const ahead = this.#ahead
    this.#ahead = undefined
    if (ahead?.position === from) return ahead
    if (ahead !== undefined) {
      await ahead.count.catch(ignore)
      this.#spare = ahead.bytes
    }
    return this.#start(from, wanted)
  }

  #readAhead(from: number): void {
    const wanted = Math.min(this.#chunkBytes, this.#limit - from)
    if (wanted <= 0) return
    this.#ahead = this.#start(from, wanted)
    this.#ahead.count.catch(ignore)
  }

  #start(position: number, wanted: number): Ahead {
    const bytes =
      this.#spare ??
      new Uint8Array(Buffer.allocUnsafeSlow(this.#frontBytes + this.#chunkBytes).buffer)
    this.#spare = undefined
    return { position, bytes, count: this.#read(bytes, this.#frontBytes, wanted, position) }
  }
}

/** Whoever needs the bytes is told; a chunk that nobody asks for any more may fail. */
const ignore = (): number => 0
