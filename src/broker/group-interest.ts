// Which members of a group want which topics. Who never said so wants all of them, as the original's clients do.

import type { TopicNumber } from '../model/ids.ts'
import type { Member } from './member.ts'

export class GroupInterest {
  /** Members that want some topics only. */
  listed = 0
  readonly #byTopic = new Map<TopicNumber, Set<Member>>()

  /** Members with a list that has this topic; those without a list are not among them. */
  listedFor(topic: TopicNumber): Iterable<Member> {
    return this.#byTopic.get(topic) ?? nobody
  }

  /** Among so many members in all. */
  isWanted(topic: TopicNumber, members: number): boolean {
    return this.listed < members || this.#byTopic.has(topic)
  }

  /** Undefined: all topics. */
  set(member: Member, topics: ReadonlySet<TopicNumber> | undefined): void {
    this.remove(member)
    if (topics === undefined) return
    this.listed += 1
    member.wanted = new Set()
    for (const topic of topics) this.add(member, topic)
  }

  add(member: Member, topic: TopicNumber): void {
    member.wanted?.add(topic)
    const members = this.#byTopic.get(topic)
    if (members === undefined) this.#byTopic.set(topic, new Set([member]))
    else members.add(member)
  }

  /** It wants all again, or is gone. */
  remove(member: Member): void {
    if (member.wanted === undefined) return
    this.listed -= 1
    for (const topic of member.wanted) {
      const members = this.#byTopic.get(topic)
      members?.delete(member)
      if (members?.size === 0) this.#byTopic.delete(topic)
    }
    member.wanted = undefined
  }
}

const nobody: readonly Member[] = []
