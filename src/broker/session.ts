// The volatile side of the broker: connections, leases, rate limits, what is due when. `decide` reads it; it changes only
// here, by what was decided and by time. A restart begins with an empty one.

import { DueHeap } from '../consumer-offsets/due-heap.ts'
import { entryFly, entryInquiry, InFlight } from '../consumer-offsets/in-flight.ts'
import { invariant } from '../model/assert.ts'
import type { Dictionary } from '../index/dictionary.ts'
import { bindingWalkRate, flyBytesMax, wantedTopicsBytesMax } from '../model/limits.ts'
import type { ConnectionNumber, GroupNumber, Offset, Ordinal, TopicNumber } from '../model/ids.ts'
import type { BindingSource } from '../model/record.ts'
import { inquiryDelayMs } from '../txn/inquiry.ts'
import type { CreditCommand } from './command.ts'
import type { DispatchPlan } from './dispatch-plan.ts'
import type { Effect } from './effect.ts'
import { type FlyMessage, GroupSession, QueueSession } from './group-session.ts'
import type { LostConnection } from './lost-connection.ts'
import type { Member } from './member.ts'
import type { BrokerSettings } from './settings.ts'
import type { RegistryOutcome } from './registry-problems.ts'
import { TokenBucket } from './token-bucket.ts'
import { WantedTopics } from './wanted-topics.ts'

/** What happened and is nobody's record: for /stat and for people. */
export interface SessionCounters {
  ignoredAcks: number
  ignoredDecisions: number
  refusedPublishes: number
  droppedFly: number
  /** Times a connection was set aside because it answered nothing any more. */
  setAside: number
}

export class Session {
  readonly members: Map<ConnectionNumber, Member> = new Map()
  readonly groups: Map<GroupNumber, GroupSession> = new Map()
  /** What the last reading of each registry did not get. */
  readonly registries: Map<BindingSource, RegistryOutcome> = new Map()
  readonly inFlight: InFlight
  readonly counters: SessionCounters = {
    ignoredAcks: 0,
    ignoredDecisions: 0,
    refusedPublishes: 0,
    droppedFly: 0,
    setAside: 0,
  }
  /** Groups that may have something to give and somebody to give it to. */
  dirty: GroupSession[] = []
  /** Connections gone with leases still running. */
  readonly lost: LostConnection[] = []
  /** Connections that answer nothing any more: they get a probe now and then. */
  readonly setAside: Set<Member> = new Set()
  /** Acks of this turn by group: one record for all of them. */
  readonly acked: Map<GroupNumber, Offset[]> = new Map()
  /** Open transactions by the connection that prepared them, which is asked first. */
  readonly preparedBy: Map<Offset, ConnectionNumber> = new Map()
  /** Value: offset of the prepared message. */
  readonly inquiries: DueHeap = new DueHeap()
  receive: TokenBucket | undefined
  /** Waiting messages that changes of bindings have walked over. */
  readonly bindingWalk: TokenBucket
  #settings: BrokerSettings
  /** Value: ordinal; tag: queue session. */
  readonly #retries = new DueHeap()
  /** Value: group number. */
  readonly #wakes = new DueHeap()
  readonly #queues: QueueSession[] = []
  /** Commands come in runs of one connection. */
  #lastMember: Member | undefined
  /** Of all fly messages that wait or are out: what is out lies in memory until its lease ends. */
  #flyBytes = 0
  readonly #flying = new Map<number, FlyMessage>()
  #lastDeadline = 0
  /** Of leases given before the settings changed, known by their deadlines. */
  #leaseBefore = { untilMs: 0, ms: 0 }
  readonly #wanted = new WantedTopics()
  /** Inquiries of groups without a connection, until one joins. */
  readonly #unasked = new Map<GroupNumber, Offset[]>()

  constructor(settings: BrokerSettings, opaqueSeed: number, nowMs: number) {
    this.#settings = settings
    this.inFlight = new InFlight(opaqueSeed)
    this.bindingWalk = new TokenBucket(bindingWalkRate, nowMs)
    this.#limitReceiving(nowMs)
  }

  get settings(): BrokerSettings {
    return this.#settings
  }

  /** Other settings from now on; what is out keeps its lease, and a connection its window. */
  retune(settings: BrokerSettings, nowMs: number): void {
    const before = this.#settings
    this.#settings = settings
    if (settings.deliveryTimeoutMs !== before.deliveryTimeoutMs)
      this.#leaseBefore = { untilMs: this.#lastDeadline, ms: before.deliveryTimeoutMs }
    if (settings.receiveRate !== before.receiveRate) this.#limitReceiving(nowMs)
  }

  /** How long the lease was that ends then. */
  #leaseMs(deadlineMs: number): number {
    const { untilMs, ms } = this.#leaseBefore
    return deadlineMs <= untilMs ? ms : this.#settings.deliveryTimeoutMs
  }

  #limitReceiving(nowMs: number): void {
    const { receiveRate } = this.#settings
    this.receive = receiveRate > 0 ? new TokenBucket(receiveRate, nowMs) : undefined
  }

  groupOf(group: GroupNumber): GroupSession {
    let found = this.groups.get(group)
    if (found === undefined) this.groups.set(group, (found = new GroupSession(group)))
    return found
  }

  queueOf(group: GroupNumber, topic: TopicNumber): QueueSession {
    const owner = this.groupOf(group)
    let found = owner.queues.get(topic)
    if (found === undefined) {
      found = new QueueSession(this.#queues.length, owner, topic)
      this.#queues.push(found)
      owner.queues.set(topic, found)
    }
    return found
  }

  memberOf(connection: ConnectionNumber): Member | undefined {
    const last = this.#lastMember
    if (last?.connection === connection) return last
    return (this.#lastMember = this.members.get(connection))
  }

  markDirty(group: GroupSession): void {
    if (group.isDirty) return
    group.isDirty = true
    this.dirty.push(group)
  }

  /** Something waits in this queue. */
  markReady(group: GroupNumber, topic: TopicNumber): void {
    const queue = this.queueOf(group, topic)
    queue.group.activate(queue)
    this.markDirty(queue.group)
  }

  join(member: Member): void {
    this.members.set(member.connection, member)
    if (member.isRelay) return
    const group = this.groupOf(member.group)
    group.join(member)
    this.markDirty(group)
    const askFromMs = Math.max(0, member.opensAtMs)
    for (const offset of this.#unasked.get(member.group) ?? [])
      this.inquiries.push(askFromMs, offset, 0)
    this.#unasked.delete(member.group)
  }

  /** Its leases are ended in the next turns. */
  leave(lost: LostConnection): void {
    const { connection } = lost
    const member = this.members.get(connection)
    if (member === undefined) return
    if (this.inFlight.ofConnection(connection, 1).length > 0) this.lost.push(lost)
    this.members.delete(connection)
    this.setAside.delete(member)
    this.#lastMember = undefined
    if (member.isRelay) return
    const group = this.groupOf(member.group)
    group.leave(member)
    this.#wanted.forget(member)
    this.markDirty(group)
  }

  /** Why a connection cannot have the topics it lists, or undefined: it takes so much of them from now on. */
  credit(
    { connection, window, topics = [] }: CreditCommand,
    known: Dictionary<TopicNumber>,
  ): string | undefined {
    const member = this.memberOf(connection)
    if (member === undefined || member.isRelay) return undefined
    const group = this.groupOf(member.group)
    if (topics.length > 0) {
      const wanted = this.#wanted.replace(member, topics, known)
      if (wanted === undefined)
        return `CREDIT refused: the topics of all connections together take more than ${wantedTopicsBytesMax} bytes`
      group.want(member, wanted)
    } else if (member.wanted !== undefined) {
      this.#wanted.forget(member)
      group.want(member, undefined)
    }
    member.credited(window)
    group.wakeBlocked()
    this.markDirty(group)
    return undefined
  }

  /** A topic has a number from now on. */
  topicNamed(topic: TopicNumber, name: Uint8Array): void {
    for (const member of this.#wanted.named(name))
      this.groupOf(member.group).wantAlso(member, topic)
  }

  /** Ask again later; `made` inquiries so far. */
  scheduleInquiry(prepared: Offset, made: number, nowMs: number): void {
    this.inquiries.push(nowMs + inquiryDelayMs(this.#settings.inquiry, made), prepared, 0)
  }

  /** Nobody of the group is here to be asked. */
  waitForGroup(group: GroupNumber, prepared: Offset): void {
    const waiting = this.#unasked.get(group)
    if (waiting === undefined) this.#unasked.set(group, [prepared])
    else waiting.push(prepared)
  }

  /** A message below the cursor waits again as if it had never been tried. */
  reopen(group: GroupNumber, topic: TopicNumber, ordinal: Ordinal): void {
    const queue = this.queueOf(group, topic)
    if (ordinal < queue.cursor) queue.cursor = ordinal
    this.markReady(group, topic)
  }

  retryAt(queue: QueueSession, ordinal: Ordinal, dueMs: number, nowMs: number): void {
    if (dueMs > nowMs) {
      this.#retries.push(dueMs, ordinal, queue.id)
      return
    }
    queue.retries.push(ordinal)
    this.markReady(queue.group.group, queue.topic)
  }

  /** Time passes: what is due moves to where dispatching finds it. */
  advance(nowMs: number): void {
    while (this.#retries.next() <= nowMs) {
      const queue = this.#queues[this.#retries.firstTag]!
      queue.retries.push(this.#retries.firstValue as Ordinal)
      this.markReady(queue.group.group, queue.topic)
      this.#retries.pop()
    }
    while (this.#wakes.next() <= nowMs) {
      const group = this.groupOf(this.#wakes.firstValue as GroupNumber)
      group.wake()
      this.markDirty(group)
      this.#wakes.pop()
    }
  }

  /** The next moment at which something becomes due, or Infinity. */
  nextDue(): number {
    return Math.min(
      this.#retries.next(),
      this.#wakes.next(),
      this.inquiries.next(),
      this.inFlight.nextDeadline(),
    )
  }

  /** An effect was decided: leases begin, windows shrink. Gives deliveries and inquiries their opaques. */
  observe(effect: Effect, nowMs: number): void {
    // Leases end in the order in which they began, also after the time of a lease was shortened.
    const deadline = Math.max(this.#lastDeadline, nowMs + this.#settings.deliveryTimeoutMs)
    this.#lastDeadline = deadline
    switch (effect.kind) {
      case 'deliver': {
        const { connection, group } = effect
        for (const delivery of effect.deliveries)
          delivery.opaque = this.inFlight.add(
            0, connection, group, delivery.row, delivery.message, delivery.attempt, deadline,
          ) // prettier-ignore
        this.members.get(connection)?.leased(effect.deliveries.length, nowMs)
        return
      }
      case 'fly': {
        const bytes = effect.message.source
        effect.opaque = this.inFlight.add(
          entryFly, effect.connection, effect.group, 0 as never, 0 as never, effect.attempt, deadline,
        ) // prettier-ignore
        const { topic, form, attempt } = effect
        this.#flying.set(effect.opaque, { topic, form, bytes, attempt })
        this.members.get(effect.connection)?.leased(1, nowMs)
        return
      }
      case 'inquire': {
        const member = this.members.get(effect.connection)
        invariant(member !== undefined, `inquiry to connection ${effect.connection}, which is gone`)
        effect.opaque = this.inFlight.add(
          entryInquiry, effect.connection, member.group, 0 as never, effect.message, 0, deadline,
        ) // prettier-ignore
        member.asked()
        return
      }
      default:
        return
    }
  }

  /** A lease ended with an answer in time, or without need for one when nobody gave it. */
  answer(index: number, by: ConnectionNumber | undefined, nowMs: number): void {
    const member = this.memberOf(this.inFlight.connectionOf(index))
    if (member !== undefined) {
      if (by === undefined) member.returned()
      else {
        member.answered(nowMs)
        this.#heard(member, by)
      }
    }
    this.#end(index)
  }

  /** A lease ran out. Its late ack is still good for something. */
  lapse(index: number, nowMs: number, unsentFromMs: number): void {
    this.inFlight.keepLate(index)
    const member = this.members.get(this.inFlight.connectionOf(index))
    if (member !== undefined) {
      member.lapsed(nowMs)
      const deadline = this.inFlight.deadlineOf(index)
      const givenAtMs = deadline - this.#leaseMs(deadline)
      const wasHad = this.inFlight.kindOf(index) !== entryInquiry && givenAtMs < unsentFromMs
      if (wasHad && member.breaker.timedOut(givenAtMs, nowMs)) {
        this.setAside.add(member)
        this.counters.setAside += 1
      }
    }
    this.#end(index)
  }

  answerLate(opaque: number, by: ConnectionNumber, nowMs: number): void {
    const late = this.inFlight.findLate(opaque)
    this.inFlight.forgetLate(opaque)
    const member = late && this.members.get(late.connection)
    if (member === undefined) return
    member.answeredLate(nowMs)
    this.#heard(member, by)
    const group = this.groupOf(member.group)
    group.wakeBlocked()
    this.markDirty(group)
  }

  /** A fly message waits for a free place; one too many, for its group or for all, is dropped. */
  addFly(number: GroupNumber, message: FlyMessage): void {
    const group = this.groupOf(number)
    const bytes = message.bytes.length
    if (this.#flyBytes + bytes > flyBytesMax || !group.addFly(message)) {
      this.counters.droppedFly += 1
      return
    }
    this.#flyBytes += bytes
    this.markDirty(group)
  }

  flyOf(opaque: number): FlyMessage | undefined {
    return this.#flying.get(opaque)
  }

  gatherAck(group: GroupNumber, message: Offset): void {
    const gathered = this.acked.get(group)
    if (gathered === undefined) this.acked.set(group, [message])
    else gathered.push(message)
  }

  /** What dispatching a group found: cursors move on, drained queues rest, and somebody wakes the group again. */
  afterDispatch(plan: DispatchPlan, nowMs: number): void {
    const group = plan.group
    for (const turn of plan.turns) {
      turn.queue.cursor = turn.cursor
      if (turn.retriesTaken > 0) turn.queue.retriesTaken(turn.retriesTaken)
      if (turn.given > 0) turn.queue.give(turn.given, nowMs)
      turn.queue.shareUsed = turn.hadWholeTurn ? 0 : turn.queue.shareUsed + turn.taken
      if (turn.hadWholeTurn) group.endTurn(turn.isDrained)
    }
    for (const queue of plan.limited) group.limit(queue)
    for (const queue of plan.aside) group.setAside(queue)
    for (const queue of plan.blocked) group.block(queue)
    for (const queue of plan.woken) group.wakeQueue(queue)
    if (plan.flyLeft !== undefined) group.keepFly(plan.flyLeft)
    for (const { bytes } of plan.flyDropped) {
      this.#flyBytes -= bytes.length
      this.counters.droppedFly += 1
    }
    if (plan.wakeAtMs < group.wakeAtMs) {
      group.wakeAtMs = plan.wakeAtMs
      this.#wakes.push(plan.wakeAtMs, group.group, 0)
    }
  }

  /** Rate limit of a queue, made or remade when the binding's rate has changed. */
  limit(queue: QueueSession, rate: number, nowMs: number): void {
    if (rate <= 0) queue.bucket = undefined
    else if (queue.bucket?.rate !== rate) queue.bucket = new TokenBucket(rate, nowMs)
  }

  #end(index: number): void {
    if (this.inFlight.kindOf(index) === entryFly) this.#landed(this.inFlight.opaqueOf(index))
    const group = this.groups.get(this.inFlight.groupOf(index))
    if (group !== undefined) {
      group.wakeBlocked()
      this.markDirty(group)
    }
    this.inFlight.remove(index)
  }

  /**
   * Something that `member` had was answered. Clients carry no name: one address that answers by a newer connection of the
   * group what an older one brought is one client, and the newer one is the better way to it.
   */
  #heard(member: Member, by: ConnectionNumber): void {
    this.setAside.delete(member)
    if (by === member.connection) {
      member.supersededBy = undefined
      return
    }
    const other = this.members.get(by)
    if (other !== undefined && by > member.connection && other.host === member.host)
      member.supersededBy = other
  }

  #landed(opaque: number): void {
    const fly = this.#flying.get(opaque)
    if (fly === undefined) return
    this.#flying.delete(opaque)
    this.#flyBytes -= fly.bytes.length
  }
}
