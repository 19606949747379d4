// The groups an operator holds back: what waits for them waits, whatever else happens, until one lets them go. Must never
// know what waits.

import type { GroupNumber } from '../model/ids.ts'
import { type Digest, EntryHash } from '../model/mix.ts'
import type { SectionReader, SectionWriter } from '../model/section.ts'

export interface Pause {
  readonly who: string
  /** Broker time, ms. */
  readonly sinceMs: number
}

export class PausedGroups {
  private readonly groups = new Map<GroupNumber, Pause>()

  get size(): number {
    return this.groups.size
  }

  has(group: GroupNumber): boolean {
    return this.groups.size > 0 && this.groups.has(group)
  }

  find(group: GroupNumber): Pause | undefined {
    return this.groups.get(group)
  }

  /** In the order they were paused. */
  list(): GroupNumber[] {
    return [...this.groups.keys()]
  }

  /** Fold move. False when it is paused already: who was first stays. */
  pause(group: GroupNumber, who: string, timeMs: number): boolean {
    if (this.groups.has(group)) return false
    this.groups.set(group, { who, sinceMs: timeMs })
    return true
  }

  /** Fold move. False when it is not paused. */
  resume(group: GroupNumber): boolean {
    return this.groups.delete(group)
  }

  digestInto(into: Digest): void {
    for (const [group, pause] of this.groups) pauseHash(group, pause).addTo(into)
  }

  save(writer: SectionWriter): void {
    writer.u32(this.groups.size)
    for (const [group, { who, sinceMs }] of this.groups) {
      writer.u32(group)
      writer.string(who)
      writer.f64(sinceMs)
    }
  }

  load(reader: SectionReader): void {
    const count = reader.u32()
    for (let i = 0; i < count; i++) {
      const group = reader.u32() as GroupNumber
      const who = reader.string()
      this.pause(group, who, reader.f64())
    }
  }
}

const scratch = new EntryHash()
/** So that no entry of a queue looks like one of these. */
const kindWord = 0x70617573

function pauseHash(group: GroupNumber, { who, sinceMs }: Pause): EntryHash {
  return scratch.word(kindWord).word(group).text(who).whole(sinceMs)
}
