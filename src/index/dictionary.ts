// Names as numbers: topics, types and groups, given by `named` records in the order of first use. Names are bytes; UTF-8 is
// for people and regular expressions. Must never give out a number itself: that takes a record.

import { invariant } from '../model/assert.ts'
import { Digest, EntryHash } from '../model/mix.ts'
import { expectNameNumber } from '../model/name-number.ts'
import type { SectionReader, SectionWriter } from '../model/section.ts'
import { shownName } from './shown-name.ts'

const memoSlots = 256
const decoder = new TextDecoder('utf-8', { ignoreBOM: true }) // names are what was sent, also what looks like a mark

/** A name as patterns see it, bytes that are no UTF-8 as U+FFFD. */
export function patternText(name: Uint8Array): string {
  return decoder.decode(name)
}

export class Dictionary<Number extends number = number> {
  /** Index is the number; slot 0 and the numbers a hole in the log has eaten stay undefined. */
  private readonly names: (Uint8Array | undefined)[] = [undefined]
  private readonly texts: (string | undefined)[] = [undefined]
  /** Latin-1 form to number: one character a byte, so that any bytes are a key. */
  private readonly numbers = new Map<string, number>()
  /** The last number found per slot: most lookups of a broker repeat, and comparing bytes beats making a key. */
  private readonly memo = new Uint32Array(memoSlots)
  private known = 0
  /** Of all names. */
  bytes = 0

  /** The number of a name given as a span, or 0. */
  numberOf(source: Uint8Array, start: number, end: number): Number | 0 {
    const length = end - start
    if (length <= 0) return this.numberByKey('')
    const slot =
      (length + source[start]! * 3 + source[end - 1]! * 31 + source[start + (length >>> 1)]! * 7) &
      (memoSlots - 1)
    const guess = this.memo[slot]!
    if (guess !== 0 && same(this.names[guess]!, source, start, length)) return guess as Number
    const found = this.numberByKey(latin1(source, start, end))
    if (found !== 0) this.memo[slot] = found
    return found
  }

  /** The number of a name given as text (UTF-8), or 0. */
  numberOfText(text: string): Number | 0 {
    const bytes = new TextEncoder().encode(text)
    return this.numberOf(bytes, 0, bytes.length)
  }

  /** The number the next new name must get. */
  nextNumber(): Number {
    return this.names.length as Number
  }

  /** Names known. */
  get size(): number {
    return this.known
  }

  has(number: number): boolean {
    return this.names[number] !== undefined
  }

  /** The name as it was sent; empty when unknown. Not to be changed. */
  bytesOf(number: number): Uint8Array {
    return this.names[number] ?? noBytes
  }

  /** The name for people: of two names the texts differ. `\#7` is one that damage took from the log. */
  textOf(number: number): string {
    const name = this.names[number]
    return name === undefined ? `\\#${number}` : shownName(name)
  }

  /** The name as patterns see it, bytes that are no UTF-8 as U+FFFD; empty when unknown. */
  patternTextOf(number: number): string {
    const name = this.names[number]
    if (name === undefined) return ''
    return (this.texts[number] ??= patternText(name))
  }

  forEach(visit: (number: Number, name: Uint8Array) => void): void {
    for (let number = 1; number < this.names.length; number++) {
      const name = this.names[number]
      if (name !== undefined) visit(number as Number, name)
    }
  }

  /** Fold move: a `named` record. Numbers may leave a gap when damage ate a record, but never name two things. */
  add(number: number, name: Uint8Array): void {
    const held = this.names[number]
    if (held !== undefined) {
      invariant(same(held, name, 0, name.length), `number ${number} is given to a second name`)
      return
    }
    invariant(number > 0, `a name's number is ${number}`)
    expectNameNumber(number)
    while (this.names.length < number) {
      this.names.push(undefined)
      this.texts.push(undefined)
    }
    const copy = name.slice()
    this.names[number] = copy
    this.texts[number] = undefined
    this.numbers.set(latin1(copy, 0, copy.length), number)
    this.known++
    this.bytes += copy.length
  }

  digestInto(into: Digest): void {
    this.forEach((number, name) => nameHash(number, name).addTo(into))
  }

  save(writer: SectionWriter): void {
    writer.u32(this.known)
    this.forEach((number, name) => {
      writer.u32(number)
      writer.bytes(name)
    })
  }

  load(reader: SectionReader): void {
    const count = reader.u32()
    for (let i = 0; i < count; i++) {
      const number = reader.u32()
      this.add(number, reader.bytes())
    }
  }

  private numberByKey(key: string): Number | 0 {
    return (this.numbers.get(key) ?? 0) as Number | 0
  }
}

const noBytes = new Uint8Array(0)
const scratch = new EntryHash()

function nameHash(number: number, name: Uint8Array): EntryHash {
  return scratch.word(number).bytes(name)
}

function same(name: Uint8Array, source: Uint8Array, start: number, length: number): boolean {
  if (name.length !== length) return false
  for (let i = 0; i < length; i++) if (name[i] !== source[start + i]) return false
  return true
}

function latin1(source: Uint8Array, start: number, end: number): string {
  return Buffer.from(source.buffer, source.byteOffset + start, end - start).toString('latin1')
}
