// A message id between its text (32 hex digits, any case) and its four words. Must never take anything else for an id.

import type { MessageId } from './ids.ts'
import { messageIdChars } from './limits.ts'

/** A place for an id that is filled again and again. */
export interface MutableId {
  id0: number
  id1: number
  id2: number
  id3: number
}

const notHex = 0xff
const nibbleOf: Uint8Array = hexTable()

/** True when source[start, end) is exactly 32 hex digits; only then `into` is written. */
export function parseId(source: Uint8Array, start: number, end: number, into: MutableId): boolean {
  if (end - start !== messageIdChars) return false
  const id0 = word(source, start)
  const id1 = word(source, start + 8)
  const id2 = word(source, start + 16)
  const id3 = word(source, start + 24)
  if (id0 < 0 || id1 < 0 || id2 < 0 || id3 < 0) return false
  into.id0 = id0
  into.id1 = id1
  into.id2 = id2
  into.id3 = id3
  return true
}

/** The id of a text, or undefined when it is none. */
export function idFromText(text: string): MessageId | undefined {
  const id: MutableId = { id0: 0, id1: 0, id2: 0, id3: 0 }
  const source = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) return undefined
    source[at] = code
  }
  return parseId(source, 0, source.length, id) ? id : undefined
}

/** 32 hex digits, lower case. */
export function idText(id: MessageId): string {
  return hex(id.id0) + hex(id.id1) + hex(id.id2) + hex(id.id3)
}

/** Eight hex digits. */
export function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}

/** Eight digits, or -1. */
function word(source: Uint8Array, at: number): number {
  let value = 0
  let seen = 0
  for (const end = at + 8; at < end; at++) {
    const nibble = nibbleOf[source[at]!]!
    seen |= nibble
    value = (value << 4) | nibble
  }
  return seen > 0x0f ? -1 : value >>> 0
}

function hexTable(): Uint8Array {
  const table = new Uint8Array(256).fill(notHex)
  for (let value = 0; value < 16; value++) {
    const digit = value.toString(16)
    table[digit.charCodeAt(0)] = value
    table[digit.toUpperCase().charCodeAt(0)] = value
  }
  return table
}

export function sameId(one: MessageId, other: MessageId): boolean {
  return (
    one.id0 === other.id0 && one.id1 === other.id1 && one.id2 === other.id2 && one.id3 === other.id3
  )
}
