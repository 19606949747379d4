// The lists of topics that connections gave with their credit: names become numbers, also those that no record has named
// yet. Bounded for all connections together; must never give out a number itself.

import type { Dictionary } from '../index/dictionary.ts'
import type { TopicNumber } from '../model/ids.ts'
import { wantedTopicsBytesMax } from '../model/limits.ts'
import type { Member } from './member.ts'

/** Memory of one entry beside its name, bytes: a slot in each of two sets or maps. */
const entryBytes = 64

interface Held {
  readonly bytes: number
  /** Names that are not known yet, one character a byte. */
  readonly awaited: readonly string[]
}

export class WantedTopics {
  readonly #held = new Map<Member, Held>()
  readonly #awaited = new Map<string, Set<Member>>()
  #bytes = 0

  /** The known ones among the names a member now wants, in place of those before; undefined: too much for all together, and nothing has changed. */
  replace(
    member: Member,
    names: readonly Uint8Array[],
    known: Dictionary<TopicNumber>,
  ): Set<TopicNumber> | undefined {
    const bytes = names.reduce((sum, name) => sum + name.length + entryBytes, 0)
    const before = this.#held.get(member)?.bytes ?? 0
    if (this.#bytes - before + bytes > wantedTopicsBytesMax) return undefined
    this.forget(member)
    const topics = new Set<TopicNumber>()
    const awaited: string[] = []
    for (const name of names) {
      const number = known.numberOf(name, 0, name.length)
      if (number !== 0) topics.add(number)
      else awaited.push(this.#await(member, name))
    }
    this.#held.set(member, { bytes, awaited })
    this.#bytes += bytes
    return topics
  }

  /** It wants all, or is gone. */
  forget(member: Member): void {
    const held = this.#held.get(member)
    if (held === undefined) return
    this.#held.delete(member)
    this.#bytes -= held.bytes
    for (const key of held.awaited) {
      const members = this.#awaited.get(key)
      members?.delete(member)
      if (members?.size === 0) this.#awaited.delete(key)
    }
  }

  /** Who waited for this name, which has a number from now on. */
  named(name: Uint8Array): Iterable<Member> {
    if (this.#awaited.size === 0) return nobody
    const key = keyOf(name)
    const members = this.#awaited.get(key)
    if (members === undefined) return nobody
    this.#awaited.delete(key)
    return members
  }

  #await(member: Member, name: Uint8Array): string {
    const key = keyOf(name)
    const members = this.#awaited.get(key)
    if (members === undefined) this.#awaited.set(key, new Set([member]))
    else members.add(member)
    return key
  }
}

const nobody: readonly Member[] = []

function keyOf(name: Uint8Array): string {
  return Buffer.from(name.buffer, name.byteOffset, name.length).toString('latin1')
}
