// Messages a group will not get any more by itself: the limit, the end of their life, damage or an operator. They stay until
// redriven or purged; each holds its message. Must never drop one silently.

import type { GroupNumber, Offset, Ordinal, Row, TopicNumber } from '../model/ids.ts'
import { type Digest, EntryHash } from '../model/mix.ts'
import type { DeathReason } from '../model/record.ts'
import type { SectionReader, SectionWriter } from '../model/section.ts'

export interface DeadLetter {
  readonly group: GroupNumber
  readonly message: Offset
  readonly row: Row
  readonly topic: TopicNumber
  readonly ordinal: Ordinal
  readonly reason: DeathReason
  readonly feedback: string
  /** Attempts that counted. */
  readonly attempts: number
  /** It came by a binding that is not persistent. */
  readonly transient: boolean
  /** Broker time, ms. */
  readonly atMs: number
}

/** A saved reason is its place here. */
export const deathReasons: readonly DeathReason[] = ['limit', 'expired', 'damaged', 'operator']

export class DeadLetters {
  private readonly groups = new Map<GroupNumber, Map<Offset, DeadLetter>>()
  /** Groups into which one came back that had died before others: put in order when they are next looked at. */
  private readonly unsorted = new Set<GroupNumber>()
  /** Of each group, the newest death so far. */
  private readonly newest = new Map<GroupNumber, number>()
  private total = 0

  get count(): number {
    return this.total
  }

  countOf(group: GroupNumber): number {
    return this.groups.get(group)?.size ?? 0
  }

  find(group: GroupNumber, message: Offset): DeadLetter | undefined {
    return this.groups.get(group)?.get(message)
  }

  /** All, or those of one group, oldest death first within a group. */
  list(group?: GroupNumber): DeadLetter[] {
    if (group !== undefined) return [...this.ofGroup(group)]
    this.sort()
    return [...this.groups.values()].flatMap((letters) => [...letters.values()])
  }

  /** Groups that have any, by number. */
  groupNumbers(): GroupNumber[] {
    return [...this.groups.keys()].sort((a, b) => a - b)
  }

  /** Of one group, oldest death first, without a copy: not to be changed meanwhile. */
  ofGroup(group: GroupNumber): Iterable<DeadLetter> {
    this.sort()
    return this.groups.get(group)?.values() ?? []
  }

  /** Those that died before `beforeMs`, and the oldest of each group that has more than `keep`: up to `most` of them. */
  outdated(beforeMs: number, keep: number, most: number): DeadLetter[] {
    this.sort()
    const found: DeadLetter[] = []
    for (const letters of this.groups.values()) {
      let over = letters.size - keep
      for (const letter of letters.values()) {
        if (found.length === most) return found
        if (over-- <= 0 && letter.atMs >= beforeMs) break
        found.push(letter)
      }
    }
    return found
  }

  /** Fold move. The pair of group and message must not be here yet. */
  add(letter: DeadLetter): void {
    let letters = this.groups.get(letter.group)
    if (letters === undefined) {
      letters = new Map<Offset, DeadLetter>()
      this.groups.set(letter.group, letters)
    }
    const newest = this.newest.get(letter.group) ?? -Infinity
    if (letter.atMs < newest) this.unsorted.add(letter.group)
    else this.newest.set(letter.group, letter.atMs)
    letters.set(letter.message, letter)
    this.total++
  }

  /** Fold move: redriven or purged. Undefined when there is none. */
  remove(group: GroupNumber, message: Offset): DeadLetter | undefined {
    const letters = this.groups.get(group)
    const letter = letters?.get(message)
    if (letters === undefined || letter === undefined) return undefined
    letters.delete(message)
    if (letters.size === 0) this.forget(group)
    this.total--
    return letter
  }

  private forget(group: GroupNumber): void {
    this.groups.delete(group)
    this.newest.delete(group)
    this.unsorted.delete(group)
  }

  /** Those of one moment stay in the order they came, whenever this runs. */
  private sort(): void {
    for (const group of this.unsorted) {
      const letters = [...(this.groups.get(group) ?? [])]
      letters.sort(([, a], [, b]) => a.atMs - b.atMs)
      this.groups.set(group, new Map(letters))
    }
    this.unsorted.clear()
  }

  digestInto(into: Digest): void {
    for (const letter of this.list()) letterHash(letter).addTo(into)
  }

  save(writer: SectionWriter): void {
    writer.u32(this.total)
    for (const letter of this.list()) {
      writer.u32(letter.group)
      writer.f64(letter.message)
      writer.u32(letter.row)
      writer.u32(letter.topic)
      writer.f64(letter.ordinal)
      writer.u8(deathReasons.indexOf(letter.reason))
      writer.string(letter.feedback)
      writer.u8(letter.attempts)
      writer.u8(letter.transient ? 1 : 0)
      writer.f64(letter.atMs)
    }
  }

  load(reader: SectionReader): void {
    const count = reader.u32()
    for (let i = 0; i < count; i++) {
      this.add({
        group: reader.u32() as GroupNumber,
        message: reader.f64() as Offset,
        row: reader.u32() as Row,
        topic: reader.u32() as TopicNumber,
        ordinal: reader.f64() as Ordinal,
        reason: deathReasons[reader.u8()] ?? reader.refuse('dead letter'),
        feedback: reader.string(),
        attempts: reader.u8(),
        transient: reader.u8() === 1,
        atMs: reader.f64(),
      })
    }
  }
}

const scratch = new EntryHash()

function letterHash(letter: DeadLetter): EntryHash {
  return scratch
    .word(letter.group)
    .whole(letter.message)
    .word(letter.topic)
    .whole(letter.ordinal)
    .word(deathReasons.indexOf(letter.reason))
    .text(letter.feedback)
    .word(letter.attempts)
    .word(letter.transient ? 1 : 0)
    .whole(letter.atMs)
}
