// Lazy decode of a BYTES_MESSAGE: finds the id and numbers topic, type and group; the body is stepped over.
// Every read is bounded by the frame's end; a message it cannot read is refused, never guessed.

/** One object is reused for every message. */
export class Routing {
  id0 = 0
  id1 = 0
  id2 = 0
  id3 = 0
  idAt = 0
  topic = 0
  type = 0
  group = 0
  commit = false
  fly = false

  private readonly names = new Names()
  private at = 0

  /** False when a required field is missing or a length leaves its bounds. */
  decode(source: Uint8Array, start: number, end: number): boolean {
    this.at = start
    if (source[start] !== 0x0a) return false
    this.at = start + 1
    const headerLength = this.varint(source, end)
    const headerEnd = this.at + headerLength
    if (headerLength < 0 || headerEnd > end) return false
    let seen = 0
    while (this.at < headerEnd) {
      const tag = this.varint(source, headerEnd)
      if (tag < 0) return false
      if ((tag & 7) === 2) {
        const length = this.varint(source, headerEnd)
        const from = this.at
        const to = from + length
        if (length < 0 || to > headerEnd) return false
        this.at = to
        if (!this.text(source, tag >>> 3, from, to)) return false
      } else if ((tag & 7) === 0) {
        const value = this.varint(source, headerEnd)
        if (value < 0) return false
        if (tag === 0x38) this.commit = value !== 0
        else if (tag === 0x40) this.fly = value !== 0
      } else return false
      const field = tag >>> 3
      if (field <= 8) seen |= 1 << field
    }
    return seen === 0x1fe && source[headerEnd] === 0x12
  }

  private text(source: Uint8Array, field: number, from: number, to: number): boolean {
    if (field === 1) return to - from === 32 && this.id(source, from)
    if (field === 2) this.topic = this.names.number(source, from, to)
    else if (field === 3) this.type = this.names.number(source, from, to)
    else if (field === 6) this.group = this.names.number(source, from, to)
    return true
  }

  /** 32 hex digits into four words. */
  id(source: Uint8Array, at: number): boolean {
    this.idAt = at
    hexBad = false
    const a = hexWord(source, at)
    const b = hexWord(source, at + 8)
    const c = hexWord(source, at + 16)
    const d = hexWord(source, at + 24)
    this.id0 = a
    this.id1 = b
    this.id2 = c
    this.id3 = d
    return !hexBad
  }

  /** -1 when it does not end in time. */
  private varint(source: Uint8Array, end: number): number {
    let at = this.at
    let value = 0
    let scale = 1
    for (let i = 0; i < 10; i++) {
      if (at >= end) break
      const byte = source[at++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        this.at = at
        return value
      }
      scale *= 128
    }
    return -1
  }
}

const nibbles = makeNibbles()
let hexBad = false

function hexWord(source: Uint8Array, at: number): number {
  const n = nibbles
  const a = (n[source[at]!]! << 4) | n[source[at + 1]!]!
  const b = (n[source[at + 2]!]! << 4) | n[source[at + 3]!]!
  const c = (n[source[at + 4]!]! << 4) | n[source[at + 5]!]!
  const d = (n[source[at + 6]!]! << 4) | n[source[at + 7]!]!
  if ((a | b | c | d) > 255) hexBad = true
  return (a << 24) | (b << 16) | (c << 8) | d
}

function makeNibbles(): Uint16Array {
  const table = new Uint16Array(256).fill(256)
  for (let i = 0; i < 10; i++) table[48 + i] = i
  for (let i = 0; i < 6; i++) table[65 + i] = table[97 + i] = 10 + i
  return table
}

/** Numbers for byte strings: found by hash, confirmed byte by byte, never turned into JavaScript strings. */
class Names {
  private readonly slots: (Uint8Array | undefined)[] = new Array<Uint8Array | undefined>(4096)
  private count = 0

  number(source: Uint8Array, from: number, to: number): number {
    let hash = 0
    for (let i = from; i < to; i++) hash = (Math.imul(hash, 31) + source[i]!) | 0
    for (let slot = hash & 4095; ; slot = (slot + 1) & 4095) {
      const name = this.slots[slot]
      if (name === undefined) {
        if (++this.count > 2048) throw new Error('the yardstick knows at most 2048 names')
        this.slots[slot] = Uint8Array.from(source.subarray(from, to))
        return slot
      }
      if (same(name, source, from, to)) return slot
    }
  }
}

function same(name: Uint8Array, source: Uint8Array, from: number, to: number): boolean {
  if (name.length !== to - from) return false
  for (let i = 0; i < name.length; i++) if (name[i] !== source[from + i]) return false
  return true
}
