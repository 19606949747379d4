// Binary writer and reader of checkpoint sections: scalars little-endian, typed arrays as they lie in memory. Must never be
// used for the log or the wire: a section is a cache of one machine and is checked by its digest.

import { KiteQError } from './errors.ts'

const chunkBytes = 1024 * 1024
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export class SectionWriter {
  private readonly full: Uint8Array[] = []
  private chunk: Uint8Array = new Uint8Array(chunkBytes)
  private view: DataView = new DataView(this.chunk.buffer)
  private used = 0
  private fullBytes = 0

  /** Bytes written so far. */
  get length(): number {
    return this.fullBytes + this.used
  }

  u8(value: number): void {
    this.room(1)
    this.view.setUint8(this.used, value)
    this.used += 1
  }

  u32(value: number): void {
    this.room(4)
    this.view.setUint32(this.used, value, true)
    this.used += 4
  }

  f64(value: number): void {
    this.room(8)
    this.view.setFloat64(this.used, value, true)
    this.used += 8
  }

  string(value: string): void {
    this.bytes(encoder.encode(value))
  }

  /** Length, then the bytes. */
  bytes(value: Uint8Array): void {
    this.u32(value.length)
    this.raw(value)
  }

  /** The elements without a count: the reader must know how many. Copied. */
  array(value: Uint8Array | Uint32Array | Float64Array): void {
    this.raw(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  }

  /** Everything written, in pieces, to be written out one after the other. The writer must not be used after. */
  finish(): readonly Uint8Array[] {
    this.full.push(this.chunk.subarray(0, this.used))
    this.fullBytes += this.used
    this.used = 0
    this.chunk = new Uint8Array(0)
    this.view = new DataView(this.chunk.buffer)
    return this.full
  }

  private raw(value: Uint8Array): void {
    let from = 0
    while (from < value.length) {
      this.room(1)
      const count = Math.min(value.length - from, this.chunk.length - this.used)
      this.chunk.set(value.subarray(from, from + count), this.used)
      this.used += count
      from += count
    }
  }

  private room(bytes: number): void {
    if (this.used + bytes <= this.chunk.length) return
    this.full.push(this.chunk.subarray(0, this.used))
    this.fullBytes += this.used
    this.chunk = new Uint8Array(chunkBytes)
    this.view = new DataView(this.chunk.buffer)
    this.used = 0
  }
}

/**
 * Reads what a SectionWriter wrote, from pieces cut anywhere. Lets go of each piece once it is read, so that an image that
 * nobody else holds does not lie in memory beside all of what is made of it. Throws KITEQ_LOG_CORRUPT past the end.
 */
export class SectionReader {
  private readonly pieces: Uint8Array[]
  private piece = 0
  private at = 0
  private readonly scalar: Uint8Array = new Uint8Array(8)
  private readonly view: DataView = new DataView(this.scalar.buffer)

  constructor(pieces: readonly Uint8Array[]) {
    this.pieces = pieces.slice()
  }

  u8(): number {
    this.fill(this.scalar, 1)
    return this.view.getUint8(0)
  }

  u32(): number {
    this.fill(this.scalar, 4)
    return this.view.getUint32(0, true)
  }

  f64(): number {
    this.fill(this.scalar, 8)
    return this.view.getFloat64(0, true)
  }

  string(): string {
    return decoder.decode(this.bytes())
  }

  /** A copy. */
  bytes(): Uint8Array {
    const length = this.u32()
    if (length > this.left()) throw cutShort()
    const value = new Uint8Array(length)
    this.fill(value, length)
    return value
  }

  /** Fills the whole of `into`. */
  array(into: Uint8Array | Uint32Array | Float64Array): void {
    this.fill(new Uint8Array(into.buffer, into.byteOffset, into.byteLength), into.byteLength)
  }

  /** Throws: what was read cannot be. */
  refuse(what: string): never {
    throw new KiteQError('KITEQ_LOG_CORRUPT', `a checkpoint's ${what} is damaged`)
  }

  /** Bytes not read yet. */
  left(): number {
    let bytes = 0 - this.at
    for (let i = this.piece; i < this.pieces.length; i++) bytes += this.pieces[i]!.length
    return bytes
  }

  private fill(into: Uint8Array, bytes: number): void {
    let done = 0
    while (done < bytes) {
      const source = this.pieces[this.piece]
      if (source === undefined) throw cutShort()
      const count = Math.min(bytes - done, source.length - this.at)
      into.set(source.subarray(this.at, this.at + count), done)
      done += count
      this.at += count
      if (this.at === source.length) {
        this.pieces[this.piece] = nothing
        this.piece++
        this.at = 0
      }
    }
  }
}

const nothing = new Uint8Array(0)

function cutShort(): KiteQError {
  return new KiteQError('KITEQ_LOG_CORRUPT', 'a checkpoint section ends too early')
}
