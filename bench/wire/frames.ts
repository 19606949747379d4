// The 19-byte head of a KiteQ frame, and a splitter that finds frames by offset in received chunks.
// For the benches only: yardstick and load generator share it, so that neither depends on the broker's own code.
// It never makes a view or a copy of a frame that lies in one chunk.

export const headBytes = 19
export const bodyBytesMax: number = 2 * 1024 * 1024

export const connMeta = 0x02
export const connAuth = 0x03
export const storeAck = 0x04
export const deliverAck = 0x05
export const heartbeat = 0x01
export const bytesMessage = 0x11
export const bind = 0x20
export const credit = 0x22
export const commandAck = 0x23

export interface FrameSink {
  /** One whole frame; start and end are the body's, in source. Valid during the call only. */
  frame(source: Buffer, command: number, opaque: number, start: number, end: number): void
}

export function readUint32(source: Uint8Array, at: number): number {
  return (
    ((source[at]! << 24) | (source[at + 1]! << 16) | (source[at + 2]! << 8) | source[at + 3]!) >>> 0
  )
}

export function writeUint32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24
  target[at + 1] = value >>> 16
  target[at + 2] = value >>> 8
  target[at + 3] = value
}

/** Writes a head of 19 bytes: version 0, extension 0. */
export function writeHead(
  target: Uint8Array,
  at: number,
  opaque: number,
  command: number,
  bodyLength: number,
): void {
  writeUint32(target, at, opaque)
  target[at + 4] = command
  for (let i = 5; i < 15; i++) target[at + i] = 0
  writeUint32(target, at + 15, bodyLength)
}

/** Splits a byte stream into frames; a frame cut by a chunk's end is carried over. Throws on a length out of bounds. */
export class FrameSplitter {
  private readonly sink: FrameSink
  private carry: Buffer = Buffer.allocUnsafe(4096)
  private carried = 0

  constructor(sink: FrameSink) {
    this.sink = sink
  }

  /** Takes bytes 0 to length of chunk; they are not kept past the call. */
  push(chunk: Buffer, length: number): void {
    let at = this.carried > 0 ? this.finishCarried(chunk, length) : 0
    while (length - at >= headBytes) {
      const end = at + headBytes + bodyLength(chunk, at)
      if (end > length) break
      this.sink.frame(chunk, chunk[at + 4]!, readUint32(chunk, at), at + headBytes, end)
      at = end
    }
    if (at < length) this.carryOver(chunk, at, length)
  }

  /** Completes the carried frame from the chunk's beginning; returns how much of the chunk it took. */
  private finishCarried(chunk: Buffer, length: number): number {
    let at = 0
    if (this.carried < headBytes) {
      at = Math.min(headBytes - this.carried, length)
      this.carryOver(chunk, 0, at)
      if (this.carried < headBytes) return at
    }
    const whole = headBytes + bodyLength(this.carry, 0)
    const part = Math.min(whole - this.carried, length - at)
    this.carryOver(chunk, at, at + part)
    if (this.carried === whole) {
      this.carried = 0
      this.sink.frame(this.carry, this.carry[4]!, readUint32(this.carry, 0), headBytes, whole)
    }
    return at + part
  }

  private carryOver(chunk: Buffer, start: number, end: number): void {
    const size = this.carried + end - start
    if (size > this.carry.length) {
      const larger = Buffer.allocUnsafe(Math.max(size, 2 * this.carry.length))
      this.carry.copy(larger, 0, 0, this.carried)
      this.carry = larger
    }
    chunk.copy(this.carry, this.carried, start, end)
    this.carried = size
  }
}

function bodyLength(source: Uint8Array, at: number): number {
  const length = readUint32(source, at + 15)
  if (length > bodyBytesMax) throw new Error(`a frame announces ${length} bytes of body`)
  return length
}
