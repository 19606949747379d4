// Bytes <-> frames, in both framings of the protocol. A whole frame is handed on as offsets into the bytes that arrived.
// Never makes a view or a copy of a frame that lies in one chunk, never allocates by the size a frame announces.

import { frameHeadBytes, packetBodyBytesMax } from '../model/limits.ts'
import { Words } from '../model/words.ts'

/** `bare`: a 19-byte head and the body (Go, since 2017). `prefixed`: the same behind its length as int32 (Java). */
export type Framing = 'bare' | 'prefixed'

/** Bytes of the length before a prefixed frame; it does not count itself. */
export const framePrefixBytes = 4
/** Bytes that always tell the framing: a bare handshake is at least 19 + 4 bytes. */
const detectBytes: number = framePrefixBytes + frameHeadBytes
const connMetaCommand = 0x02
const lastBareCommand = 0x23
/** First piece of memory of a split frame; it doubles as bytes arrive. */
const splitBytesMin = 4096

export interface FrameSink {
  /** A whole frame; its body is source[start, end). The bytes are never written again, so spans may be kept. */
  frame(
    command: number,
    opaque: number,
    version: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): void
  /** The stream makes no sense from here on. Called once; the reader is stopped. */
  framingError(reason: string): void
}

export interface FrameReaderOptions {
  readonly bodyBytesMax?: number
  /** Known beforehand (a client chooses); otherwise told by the first bytes. */
  readonly framing?: Framing
}

/** One direction of one connection. Feed it chunks as they come; whatever the chunking, the same frames come out. */
export class FrameReader {
  /** Undefined until the first bytes have told; then it holds for the connection, in both directions. */
  framing: Framing | undefined
  /** Whole frames handed on so far. */
  frames = 0
  readonly #sink: FrameSink
  readonly #bodyBytesMax: number
  #stopped = false
  /** The beginning of a split frame: held[0, heldBytes). */
  #held: Uint8Array = noBytes
  #heldBytes = 0

  constructor(sink: FrameSink, options: FrameReaderOptions = {}) {
    this.#sink = sink
    this.#bodyBytesMax = options.bodyBytesMax ?? packetBodyBytesMax
    this.framing = options.framing
  }

  /** Bytes of a frame whose end has not arrived. */
  get unfinishedBytes(): number {
    return this.#heldBytes
  }

  /** Memory taken for it, bytes. */
  get heldBytesMax(): number {
    return this.#held.length
  }

  /** Forget what is held and ignore what comes. Allowed inside a call of the sink. */
  stop(): void {
    this.#stopped = true
    this.#held = noBytes
    this.#heldBytes = 0
  }

  push(chunk: Uint8Array): void {
    if (this.#stopped || chunk.length === 0) return
    let at = 0
    while (this.#heldBytes > 0) {
      at = this.#join(chunk, at)
      if (at < 0) return
    }
    at = this.#scan(chunk, at, chunk.length)
    if (at < chunk.length) this.#hold(chunk, at, chunk.length - at)
  }

  /** Hands on the whole frames of source[at, end); returns where the first unfinished one begins. */
  #scan(source: Uint8Array, at: number, end: number): number {
    if (this.framing === undefined) {
      this.framing = detectFraming(source, at, end)
      if (this.framing === undefined) return at
    }
    const prefix = this.framing === 'prefixed' ? framePrefixBytes : 0
    while (end - at >= prefix + frameHeadBytes) {
      const head = at + prefix
      const bodyBytes = this.#bodyBytes(source, at, head)
      if (bodyBytes < 0) return end
      const start = head + frameHeadBytes
      if (end - start < bodyBytes) break
      at = start + bodyBytes
      this.frames++
      const version = (source[head + 5]! << 8) | source[head + 6]!
      this.#sink.frame(source[head + 4]!, u32(source, head), version, source, start, at)
      if (this.#stopped) return end
    }
    return at
  }

  /** Length of the body whose head is here, or -1 after a framing error. */
  #bodyBytes(source: Uint8Array, at: number, head: number): number {
    const bodyBytes = i32(source, head + 15)
    if (bodyBytes < 0) return this.#fail(`negative body length ${bodyBytes}`)
    if (bodyBytes > this.#bodyBytesMax) {
      return this.#fail(`body of ${bodyBytes} bytes is over ${this.#bodyBytesMax}`)
    }
    if (head !== at && i32(source, at) !== frameHeadBytes + bodyBytes) {
      return this.#fail(`length ${i32(source, at)} does not fit a body of ${bodyBytes} bytes`)
    }
    return bodyBytes
  }

  #fail(reason: string): -1 {
    this.stop()
    this.#sink.framingError(reason)
    return -1
  }

  /** Completes the held frame from chunk[at..]; returns where the chunk goes on, or -1 when it is used up. */
  #join(chunk: Uint8Array, at: number): number {
    const wanted = this.#expected(this.#held, 0, this.#heldBytes) - this.#heldBytes
    const taken = Math.min(wanted, chunk.length - at)
    this.#hold(chunk, at, taken)
    if (taken === wanted) {
      // Handed on in memory of its own, which is given up: spans of it may be kept.
      const held = this.#held
      const heldBytes = this.#heldBytes
      const used = this.#scan(held, 0, heldBytes)
      if (this.#stopped) return -1
      if (used === heldBytes) {
        this.#held = noBytes
        this.#heldBytes = 0
      } else if (used > 0) {
        this.#held = held.slice(used, heldBytes)
        this.#heldBytes = heldBytes - used
      }
    }
    at += taken
    return at < chunk.length || this.#heldBytes === 0 ? at : -1
  }

  /** Bytes to have before the next step: what tells the framing, then the head, then the whole frame. */
  #expected(source: Uint8Array, at: number, count: number): number {
    // The shortest frames may tell before 23 bytes are there: then byte by byte.
    if (this.framing === undefined) return count < frameHeadBytes ? frameHeadBytes : count + 1
    const prefix = this.framing === 'prefixed' ? framePrefixBytes : 0
    const start = prefix + frameHeadBytes
    // Past the head the length is known to be good: the scan has seen it.
    return count < start ? start : start + i32(source, at + prefix + 15)
  }

  #hold(chunk: Uint8Array, at: number, count: number): void {
    const need = this.#heldBytes + count
    if (need > this.#held.length) {
      const total =
        this.#heldBytes > 0
          ? this.#expected(this.#held, 0, this.#heldBytes)
          : this.#expected(chunk, at, count)
      const room = Math.min(total, Math.max(splitBytesMin, this.#held.length * 2))
      const grown = new Uint8Array(Math.max(need, room))
      grown.set(this.#held.subarray(0, this.#heldBytes))
      this.#held = grown
    }
    this.#held.set(chunk.subarray(at, at + count), this.#heldBytes)
    this.#heldBytes = need
  }
}

const noBytes = new Uint8Array(0)
const words = new Words()

/**
 * The framing of a connection from its first bytes, or undefined while they are too few (at most 22).
 * Byte 8 is the handshake's command behind a prefix, and a zero of the extension in a bare head.
 */
export function detectFraming(source: Uint8Array, at: number, end: number): Framing | undefined {
  const count = end - at
  if (count >= detectBytes) {
    const prefixFits = i32(source, at) === frameHeadBytes + i32(source, at + 19)
    // A top byte 0 of the opaque: some other command first, which is refused, but in its own framing.
    const likely = source[at + 8] === connMetaCommand || source[at + 4] === 0
    return prefixFits && likely ? 'prefixed' : 'bare'
  }
  if (count < frameHeadBytes) return undefined
  // A whole bare frame below 23 bytes: no handshake, but it deserves its refusal.
  const command = source[at + 4]!
  const bare = command > 0 && command <= lastBareCommand && source[at + 8] === 0
  const bodyBytes = i32(source, at + 15)
  return bare && bodyBytes >= 0 && frameHeadBytes + bodyBytes <= count ? 'bare' : undefined
}

/** Bytes before the body of a frame. */
export function headBytes(framing: Framing): number {
  return framing === 'prefixed' ? framePrefixBytes + frameHeadBytes : frameHeadBytes
}

/** Writes everything before the body, version and extension 0; returns where the body goes. */
export function writeHead(
  target: Uint8Array,
  at: number,
  opaque: number,
  command: number,
  bodyLength: number,
  framing: Framing,
): number {
  const to = words.of(target)
  if (framing === 'prefixed') {
    to.setUint32(at, frameHeadBytes + bodyLength)
    at += framePrefixBytes
  }
  to.setUint32(at, opaque)
  to.setUint32(at + 4, command << 24) // and 24 of the 80 bits of version and extension, all zero
  to.setUint32(at + 8, 0)
  to.setUint32(at + 11, 0)
  to.setUint32(at + 15, bodyLength)
  return at + frameHeadBytes
}

/** A whole frame in memory of its own. */
export function frameBytes(
  opaque: number,
  command: number,
  body: Uint8Array,
  framing: Framing,
): Uint8Array {
  const bytes = new Uint8Array(headBytes(framing) + body.length)
  bytes.set(body, writeHead(bytes, 0, opaque, command, body.length, framing))
  return bytes
}

function u32(source: Uint8Array, at: number): number {
  return i32(source, at) >>> 0
}

function i32(source: Uint8Array, at: number): number {
  return (source[at]! << 24) | (source[at + 1]! << 16) | (source[at + 2]! << 8) | source[at + 3]!
}
