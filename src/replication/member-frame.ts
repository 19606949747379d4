// Frames between members once they talk: `u32 length` of what follows, and that. Whatever the chunking, the same frames come out.
// Never takes memory for what a length announces, only for bytes that are there.

/** Bytes of the length, which does not count itself. */
export const lengthBytes = 4
/** First piece of memory of a split frame; it doubles as bytes arrive. */
const splitBytesMin = 4096

export interface MemberFrameSink {
  /** A whole frame with its length: source[start, end). The bytes are never written again, so spans may be kept. */
  frame(source: Uint8Array, start: number, end: number): void
  /** The stream makes no sense from here on. Called once; the reader is stopped. */
  broken(why: string): void
}

export class MemberFrameReader {
  /** Most bytes that a length may announce; may be changed within a call of the sink. */
  bytesMax: number
  readonly #sink: MemberFrameSink
  #isStopped = false
  /** The beginning of a split frame: held[0, heldBytes). */
  #held: Uint8Array = noBytes
  #heldBytes = 0

  constructor(sink: MemberFrameSink, bytesMax: number) {
    this.#sink = sink
    this.bytesMax = bytesMax
  }

  /** Memory taken for a frame whose end has not arrived, bytes. */
  get heldBytesMax(): number {
    return this.#held.length
  }

  /** Forget what is held and ignore what comes. */
  stop(): void {
    this.#isStopped = true
    this.#forget()
  }

  push(chunk: Uint8Array): void {
    let at = 0
    while (!this.#isStopped && at < chunk.length) {
      at = this.#heldBytes > 0 ? this.#join(chunk, at) : this.#scan(chunk, at)
    }
  }

  /** Hands on the whole frames of chunk[at..] and holds the rest. */
  #scan(chunk: Uint8Array, at: number): number {
    while (chunk.length - at >= lengthBytes) {
      const bytes = this.#wholeBytes(chunk, at)
      if (bytes === undefined) return chunk.length
      if (chunk.length - at < bytes) break
      at += bytes
      this.#sink.frame(chunk, at - bytes, at)
      if (this.#isStopped) return chunk.length
    }
    if (at < chunk.length) this.#hold(chunk, at, chunk.length - at, lengthBytes)
    return chunk.length
  }

  /** Completes the held length, then the held frame, and hands it on in memory of its own; returns where the chunk goes on. */
  #join(chunk: Uint8Array, at: number): number {
    let whole = lengthBytes
    if (this.#heldBytes >= lengthBytes) {
      const bytes = this.#wholeBytes(this.#held, 0)
      if (bytes === undefined) return chunk.length
      whole = bytes
    }
    const taken = Math.min(whole - this.#heldBytes, chunk.length - at)
    this.#hold(chunk, at, taken, whole)
    if (whole > lengthBytes && this.#heldBytes === whole) {
      const held = this.#held
      this.#forget()
      this.#sink.frame(held, 0, whole)
    }
    return at + taken
  }

  /** With its length; undefined after a length that cannot be. */
  #wholeBytes(source: Uint8Array, at: number): number | undefined {
    const bytes = readU32(source, at)
    if (bytes > 0 && bytes <= this.bytesMax) return lengthBytes + bytes
    this.stop()
    this.#sink.broken(
      `a frame of ${bytes} bytes, where ${bytes === 0 ? 'none is empty' : `${this.bytesMax} are most`}`,
    )
    return undefined
  }

  #hold(chunk: Uint8Array, at: number, count: number, whole: number): void {
    const need = this.#heldBytes + count
    if (need > this.#held.length) {
      const grown = new Uint8Array(
        Math.max(need, Math.min(whole, this.#held.length * 2), Math.min(whole, splitBytesMin)),
      )
      grown.set(this.#held.subarray(0, this.#heldBytes))
      this.#held = grown
    }
    this.#held.set(chunk.subarray(at, at + count), this.#heldBytes)
    this.#heldBytes = need
  }

  #forget(): void {
    this.#held = noBytes
    this.#heldBytes = 0
  }
}

const noBytes = new Uint8Array(0)

export function readU32(source: Uint8Array, at: number): number {
  const top = source[at]! * 0x100_0000
  return top + ((source[at + 1]! << 16) | (source[at + 2]! << 8) | source[at + 3]!)
}

export function writeU32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24
  target[at + 1] = value >>> 16
  target[at + 2] = value >>> 8
  target[at + 3] = value
}
