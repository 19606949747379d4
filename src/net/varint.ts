// The grains of protobuf: tags, varints and lengths, read from bytes nobody vouches for and written into given memory.
// Never throws on input, never reads past the given end, knows no message.

/** Wire types that may travel; groups (3, 4) are refused. */
export const wireVarint = 0
export const wireFixed64 = 1
export const wireBytes = 2
export const wireFixed32 = 5

const varintBytesMax = 10

/** A place in foreign bytes. Every reader returns false when the bytes are wrong, and then the cursor is of no more use. */
export class WireCursor {
  source: Uint8Array = noBytes
  at = 0
  end = 0
  /** The last varint, as two unsigned words. */
  low = 0
  high = 0
  /** The last tag. */
  field = 0
  wireType = 0
  /** The last length-delimited value: source[spanStart, spanEnd). */
  spanStart = 0
  spanEnd = 0
  /** No varint so far was longer than it had to be. */
  minimal = true

  open(source: Uint8Array, start: number, end: number): void {
    this.source = source
    this.at = start
    this.end = end
    this.minimal = true
  }

  varint(): boolean {
    if (this.at >= this.end) return false
    const byte = this.source[this.at]!
    if (byte >= 0x80) return this.#longVarint(byte)
    this.at++
    this.low = byte
    this.high = 0
    return true
  }

  /** Field number and wire type; groups, unknown wire types and field 0 are wrong. */
  tag(): boolean {
    if (!this.varint() || this.high !== 0) return false
    const wireType = this.low & 7
    this.field = this.low >>> 3
    this.wireType = wireType
    return this.field !== 0 && (wireType <= wireBytes || wireType === wireFixed32)
  }

  /** A length and as many bytes. */
  span(): boolean {
    if (!this.varint() || this.high !== 0 || this.low > this.end - this.at) return false
    this.spanStart = this.at
    this.at += this.low
    this.spanEnd = this.at
    return true
  }

  /** The value after a tag, whatever it is. */
  skip(): boolean {
    if (this.wireType === wireVarint) return this.varint()
    if (this.wireType === wireBytes) return this.span()
    const count = this.wireType === wireFixed64 ? 8 : 4
    if (count > this.end - this.at) return false
    this.at += count
    return true
  }

  #longVarint(first: number): boolean {
    const source = this.source
    const last = Math.min(this.end, this.at + varintBytesMax)
    let low = first & 0x7f
    let high = 0
    let shift = 7
    for (let at = this.at + 1; at < last; at++) {
      const byte = source[at]!
      const bits = byte & 0x7f
      if (shift < 32) low |= bits << shift
      if (shift === 28) high = bits >>> 4
      else if (shift > 28) high |= bits << (shift - 32)
      if (byte < 0x80) {
        if (shift === 63 && byte > 1) return false
        if (byte === 0) this.minimal = false
        this.at = at + 1
        this.low = low >>> 0
        this.high = high >>> 0
        return true
      }
      shift += 7
    }
    return false
  }
}

const noBytes = new Uint8Array(0)

/** Two words as a signed 64-bit number; exact up to 2^53, the sign always. */
export function signed64(low: number, high: number): number {
  return (high | 0) * 0x1_0000_0000 + low
}

/** Bytes of a varint; value is an integer from 0 to 2^53. */
export function varintBytes(value: number): number {
  let count = 1
  while (value >= 0x80) {
    value = Math.floor(value / 0x80)
    count++
  }
  return count
}

/** Writes an integer from 0 to 2^53; returns the place behind it. */
export function putVarint(target: Uint8Array, at: number, value: number): number {
  while (value > 0x7fff_ffff) {
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

/** Writes two unsigned words as one varint of at most 10 bytes; returns the place behind it. */
export function putVarint64(target: Uint8Array, at: number, low: number, high: number): number {
  while (high !== 0) {
    target[at++] = (low & 0x7f) | 0x80
    low = ((low >>> 7) | (high << 25)) >>> 0
    high >>>= 7
  }
  return putVarint(target, at, low)
}

/** Copies source[start, end) to target[at..]; returns the place behind it. Short spans without a view. */
export function putBytes(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
): number {
  if (end - start > shortSpanBytes) {
    target.set(source.subarray(start, end), at)
    return at + end - start
  }
  while (start < end) target[at++] = source[start++]!
  return at
}

/** Writes a length-delimited field; returns the place behind it. */
export function putSpan(
  target: Uint8Array,
  at: number,
  field: number,
  source: Uint8Array,
  start: number,
  end: number,
): number {
  target[at++] = (field << 3) | wireBytes
  return putBytes(target, putVarint(target, at, end - start), source, start, end)
}

/** Writes a boolean field; returns the place behind it. */
export function putFlag(target: Uint8Array, at: number, field: number, value: boolean): number {
  target[at++] = field << 3
  target[at++] = value ? 1 : 0
  return at
}

/** Where a native copy begins to be cheaper than a loop, with the view it needs. */
const shortSpanBytes = 96
