// Protobuf varints over plain bytes, numbers instead of BigInt. A reader never leaves [start, end) and never trusts a
// length; what does not fit is KITEQ_LOG_CORRUPT.

import { KiteQError } from '../model/errors.ts'

export function varintSize(value: number): number {
  let size = 1
  while (value >= 0x80) {
    value = value < 0x80000000 ? value >>> 7 : Math.floor(value / 0x80)
    size++
  }
  return size
}

/** Any whole number from 0 to 2^54; returns the position after it. */
export function writeVarint(target: Uint8Array, at: number, value: number): number {
  while (value >= 0x80000000) {
    target[at++] = (value % 0x80) | 0x80
    value = Math.floor(value / 0x80)
  }
  while (value >= 0x80) {
    target[at++] = (value & 0x7f) | 0x80
    value >>>= 7
  }
  target[at++] = value
  return at
}

/** Signed difference as an unsigned number; exact to 2^52 either way. */
export const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value)
export const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2)

/** Reads one record body after another; one is enough for a whole scan. */
export class BodyReader {
  source: Uint8Array = new Uint8Array(0)
  at = 0
  end = 0

  reset(source: Uint8Array, start: number, end: number): void {
    this.source = source
    this.at = start
    this.end = end
  }

  /** 0 to 2^32 - 1. */
  u32(): number {
    const value = this.varint()
    if (value > 0xffffffff) throw corruptBody('a number is over 32 bits')
    return value
  }

  /** 0 to 2^54. */
  varint(): number {
    const source = this.source
    let value = 0
    let scale = 1
    for (let i = 0; i < 8; i++) {
      if (this.at >= this.end) throw corruptBody('a number is cut off')
      const byte = source[this.at++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 0x80
    }
    throw corruptBody('a number is over 54 bits')
  }

  fixed32(): number {
    if (this.end - this.at < 4) throw corruptBody('a fixed number is cut off')
    const source = this.source
    const at = this.at
    this.at = at + 4
    const low = source[at]! | (source[at + 1]! << 8)
    return (low | (source[at + 2]! << 16) | (source[at + 3]! << 24)) >>> 0
  }

  /** First byte highest, as the digits of an id stand. */
  word(): number {
    if (this.end - this.at < 4) throw corruptBody('an id is cut off')
    const source = this.source
    const at = this.at
    this.at = at + 4
    const high = (source[at]! << 24) | (source[at + 1]! << 16)
    return (high | (source[at + 2]! << 8) | source[at + 3]!) >>> 0
  }

  skip(bytes: number): void {
    if (this.end - this.at < bytes) throw corruptBody('a fixed number is cut off')
    this.at += bytes
  }

  /** Length of what follows, checked against the bytes there are. Returns where it ends. */
  spanEnd(): number {
    const length = this.varint()
    if (length > this.end - this.at) throw corruptBody('a length leads outside')
    return this.at + length
  }
}

export function corruptBody(why: string, options?: ErrorOptions): KiteQError {
  return new KiteQError('KITEQ_LOG_CORRUPT', `a record body cannot be read: ${why}`, options)
}
