// Groups as operators see them: who is there, what waits, what is out, dead or held back. Of a running broker or of a state
// that was read from a folder; changes nothing.

import type { GroupNumber, Offset, Position, Row, SegmentNumber } from '../model/ids.ts'
import { idText } from '../model/id-text.ts'
import { listBindings, type ListedBinding } from './listings.ts'
import type { Member } from './member.ts'
import type { Session } from './session.ts'
import { silence } from './standing.ts'
import type { BrokerState } from './state.ts'

export interface OldestWaiting {
  readonly id: string
  readonly offset: Offset
  /** Where its record stands, which knows when it was stored. */
  readonly segment: SegmentNumber
  readonly position: Position
}

export interface ListedGroup {
  readonly number: GroupNumber
  readonly group: string
  /** Bound, or with something left of them; the first few. */
  readonly topics: readonly string[]
  readonly topicCount: number
  /** Connections; undefined when no broker runs. */
  readonly members?: number
  /** Neither out nor parked. */
  readonly waiting: number
  readonly inFlight: number
  readonly parked: number
  readonly dead: number
  readonly paused?: { readonly who: string; readonly sinceMs: number }
  readonly oldest?: OldestWaiting
}

export interface TopicOfGroup {
  readonly topic: string
  readonly waiting: number
  readonly inFlight: number
  readonly parked: number
}

export interface ListedMember {
  readonly connection: number
  readonly peer: string
  readonly inFlight: number
  readonly window: number
  /** Since when it answers nothing any more, and when it is tried again. */
  readonly silentSinceMs?: number
  readonly probeAtMs?: number
  /** The newer connection of the same client, by which it answers. */
  readonly answersBy?: number
}

export interface GroupDetail extends ListedGroup {
  /** Only where something is left. */
  readonly queues: readonly TopicOfGroup[]
  readonly bindings: readonly ListedBinding[]
  readonly connections: readonly ListedMember[]
}

export interface GroupPage {
  readonly groups: readonly ListedGroup[]
  /** The number to go on behind; undefined at the end. */
  readonly next?: number
}

const topicsToldMax = 20
const numbersWalkMax = 50_000

/** Groups with a binding, a message, a dead letter or a pause, by number from behind `after`. */
export function listGroups(
  state: BrokerState,
  session: Session | undefined,
  after: number,
  limit: number,
): GroupPage {
  const topics = boundTopics(state)
  const groups: ListedGroup[] = []
  const end = state.groupNames.nextNumber()
  for (let number = after + 1; number < end; number++) {
    if (groups.length >= limit || number - after > numbersWalkMax)
      return { groups, next: number - 1 }
    const group = number as GroupNumber
    const listed = describe(state, session, group, topics.get(group))
    const isEmpty =
      listed.topicCount + listed.dead === 0 && listed.paused === undefined && sumOf(listed) === 0
    if (!isEmpty) groups.push(listed)
  }
  return { groups }
}

/** Undefined when there is no such group. */
export function showGroup(
  state: BrokerState,
  session: Session | undefined,
  name: string,
): GroupDetail | undefined {
  const group = state.groupNames.numberOfText(name) as GroupNumber
  if (group === 0) return undefined
  const queues = state.queues.ofGroup(group).filter(({ unsettled }) => unsettled > 0)
  return {
    ...describe(state, session, group, boundTopics(state, group).get(group)),
    queues: queues.map(({ topic, unsettled, out, parked }) => ({
      topic: state.topicNames.textOf(topic),
      waiting: unsettled - out - parked,
      inFlight: out,
      parked,
    })),
    bindings: listBindings(state).filter((one) => one.group === name),
    connections: (session?.groups.get(group)?.members ?? []).map(listMember),
  }
}

function listMember(member: Member): ListedMember {
  const { connection, peer, inFlight, window } = member
  const probe = member.breaker.isOpen ? { probeAtMs: member.probeAt() } : {}
  return { connection, peer, inFlight, window, ...silence(member), ...probe }
}

function sumOf({ waiting, inFlight, parked }: ListedGroup): number {
  return waiting + inFlight + parked
}

function boundTopics(state: BrokerState, only?: GroupNumber): Map<GroupNumber, Set<number>> {
  const topics = new Map<GroupNumber, Set<number>>()
  for (const { binding } of state.bindings.list()) {
    if (only !== undefined && binding.group !== only) continue
    const known = topics.get(binding.group)
    if (known === undefined) topics.set(binding.group, new Set([binding.topic]))
    else known.add(binding.topic)
  }
  return topics
}

function describe(
  state: BrokerState,
  session: Session | undefined,
  group: GroupNumber,
  bound: Iterable<number> | undefined,
): ListedGroup {
  const topics = new Set(bound)
  const left = { waiting: 0, inFlight: 0, parked: 0 }
  let oldest: Row | -1 = -1
  for (const queue of state.queues.ofGroup(group)) {
    if (queue.unsettled === 0) continue
    topics.add(queue.topic)
    left.waiting += queue.unsettled - queue.out - queue.parked
    left.inFlight += queue.out
    left.parked += queue.parked
    const row = state.topics.rowAt(queue.topic, queue.floor)
    if (row !== -1 && (oldest === -1 || isBefore(state, row, oldest))) oldest = row
  }
  const paused = state.queues.paused.find(group)
  return {
    number: group,
    group: state.groupNames.textOf(group),
    topics: [...topics].slice(0, topicsToldMax).map((topic) => state.topicNames.textOf(topic)),
    topicCount: topics.size,
    ...(session === undefined ? {} : { members: session.groups.get(group)?.members.length ?? 0 }),
    ...left,
    dead: state.dead.countOf(group),
    ...(paused === undefined ? {} : { paused }),
    ...(oldest === -1 ? {} : { oldest: oldestOf(state, oldest) }),
  }
}

function isBefore({ messages }: BrokerState, one: Row, other: Row): boolean {
  return messages.offsetOf(one) < messages.offsetOf(other)
}

function oldestOf({ messages }: BrokerState, row: Row): OldestWaiting {
  return {
    id: idText(messages.idOf(row)),
    offset: messages.offsetOf(row),
    segment: messages.segmentOf(row),
    position: messages.positionOf(row),
  }
}
