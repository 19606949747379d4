// What is volatile about one group: who is connected, which of its queues may have something to give, what is due again.
// All of it can be rebuilt from the state and the connections.

import type { GroupNumber, Ordinal, TopicNumber } from '../model/ids.ts'
import { flyWaitingBytesMax, flyWaitingMax } from '../model/limits.ts'
import type { MessageForm } from '../model/record.ts'
import { GroupInterest } from './group-interest.ts'
import type { Member } from './member.ts'
import type { TokenBucket } from './token-bucket.ts'

/** Scheduling of one (group, topic) queue. */
export class QueueSession {
  readonly id: number
  readonly group: GroupSession
  readonly topic: TopicNumber
  /** Where to look for the next message that was never attempted. */
  cursor = 0 as Ordinal
  /** Ordinals that are due again, oldest first, from `retriesHead` on. May hold some that no longer are. */
  retries: Ordinal[] = []
  retriesHead = 0
  bucket: TokenBucket | undefined
  isActive = false
  /** Deliveries made since the start. */
  delivered = 0
  /** Out of turn until its rate limit lets it go on. */
  isLimited = false
  /** Out of the round until somebody takes of its topic. */
  isAside = false
  /** Messages of its share that it had before the members were full. */
  shareUsed = 0

  constructor(id: number, group: GroupSession, topic: TopicNumber) {
    this.id = id
    this.group = group
    this.topic = topic
  }

  give(count: number, nowMs: number): void {
    this.delivered += count
    this.bucket?.take(count, nowMs)
  }

  retriesTaken(count: number): void {
    this.retriesHead += count
    if (this.retriesHead === this.retries.length) {
      this.retries = []
      this.retriesHead = 0
    } else if (this.retriesHead > 1024 && this.retriesHead * 2 > this.retries.length) {
      this.retries = this.retries.slice(this.retriesHead)
      this.retriesHead = 0
    }
  }
}

/** A fly message on its way: it lives here and nowhere else. */
export interface FlyMessage {
  readonly topic: TopicNumber
  readonly form: MessageForm
  readonly bytes: Uint8Array
  readonly attempt: number
}

export class GroupSession {
  readonly group: GroupNumber
  readonly members: Member[] = []
  readonly interest: GroupInterest = new GroupInterest()
  /** Queues that may have something to give, in the order they take turns. */
  active: QueueSession[] = []
  activeHead = 0
  readonly queues: Map<TopicNumber, QueueSession> = new Map()
  /** Queues that wait for their rate limit. */
  limited: QueueSession[] = []
  /** Queues out of the round: those whose takers are all full, and those that nobody wants. */
  readonly held: Set<QueueSession> = new Set()
  readonly unwanted: Set<QueueSession> = new Set()
  /** Queues out of the round until something changes: those who have room cannot have their next message. */
  readonly blocked: Set<QueueSession> = new Set()
  fly: FlyMessage[] = []
  flyBytes = 0
  isDirty = false
  /** When a rate limit or a probe wakes it, if that is already arranged. */
  wakeAtMs: number = Infinity

  constructor(group: GroupNumber) {
    this.group = group
  }

  activate(queue: QueueSession): void {
    if (queue.isActive || queue.isLimited || queue.isAside) return
    queue.isActive = true
    this.active.push(queue)
  }

  /** The queue whose turn it is, `ahead` places on; or undefined. */
  nextActive(ahead: number): QueueSession | undefined {
    return this.active[this.activeHead + ahead]
  }

  get activeCount(): number {
    return this.active.length - this.activeHead
  }

  /** The first has had its turn: it leaves when it had nothing more, else it becomes the last, so that no topic starves another. */
  endTurn(isDrained: boolean): void {
    const queue = this.active[this.activeHead]!
    this.activeHead += 1
    if (isDrained) queue.isActive = false
    else this.active.push(queue)
    if (this.activeHead > 64 && this.activeHead * 2 > this.active.length) {
      this.active = this.active.slice(this.activeHead)
      this.activeHead = 0
    }
  }

  join(member: Member): void {
    this.members.push(member)
    this.#wakeAll(this.held)
    this.#wakeAll(this.unwanted)
    this.#wakeAll(this.blocked)
  }

  leave(member: Member): void {
    this.interest.remove(member)
    this.members.splice(this.members.indexOf(member), 1)
    for (const other of this.members)
      if (other.supersededBy === member) other.supersededBy = undefined
    this.#wakeAll(this.held)
    this.#wakeAll(this.blocked)
    if (this.members.length === 0) this.#wakeAll(this.unwanted) // what is not kept for nobody is skipped
  }

  /** What a member wants has changed: what it takes now comes back into the round. */
  want(member: Member, topics: Set<TopicNumber> | undefined): void {
    this.interest.set(member, topics)
    this.#wakeAll(this.blocked)
    if (topics === undefined) {
      this.#wakeAll(this.held)
      this.#wakeAll(this.unwanted)
    } else for (const topic of topics) this.wantAlso(member, topic)
  }

  /** A topic it asked for by a name that was not known. */
  wantAlso(member: Member, topic: TopicNumber): void {
    this.interest.add(member, topic)
    const queue = this.queues.get(topic)
    if (queue !== undefined) this.wakeQueue(queue)
  }

  setAside(queue: QueueSession): void {
    queue.isAside = true
    const isWanted = this.interest.isWanted(queue.topic, this.members.length)
    ;(isWanted ? this.held : this.unwanted).add(queue)
  }

  /** Until a lease of the group ends, or a member comes, goes or takes more. */
  block(queue: QueueSession): void {
    queue.isAside = true
    this.blocked.add(queue)
  }

  wakeBlocked(): void {
    if (this.blocked.size > 0) this.#wakeAll(this.blocked)
  }

  /** It comes last in the round. */
  wakeQueue(queue: QueueSession): void {
    if (!queue.isAside) return
    queue.isAside = false
    this.held.delete(queue)
    this.blocked.delete(queue)
    this.unwanted.delete(queue)
    this.activate(queue)
  }

  #wakeAll(queues: Set<QueueSession>): void {
    for (const queue of queues) this.wakeQueue(queue)
  }

  limit(queue: QueueSession): void {
    queue.isLimited = true
    this.limited.push(queue)
  }

  /** Time has passed: those that waited for their rate limit may try again. */
  wake(): void {
    this.wakeAtMs = Infinity
    this.wakeBlocked()
    const waiting = this.limited
    this.limited = []
    for (const queue of waiting) {
      queue.isLimited = false
      this.activate(queue)
    }
  }

  /** False when the group has too many waiting: fly promises nothing. */
  addFly(message: FlyMessage): boolean {
    if (
      this.fly.length >= flyWaitingMax ||
      this.flyBytes + message.bytes.length > flyWaitingBytesMax
    )
      return false
    this.fly.push(message)
    this.flyBytes += message.bytes.length
    return true
  }

  keepFly(left: FlyMessage[]): void {
    this.fly = left
    this.flyBytes = left.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }
}
