// Where one message stands for one group, for people who ask why it is not delivered: what the state says, and what only a
// running broker knows beside it. Reads, changes nothing; the walk over what waits is bounded.

import type { Queue } from '../consumer-offsets/queue.ts'
import { entryStored } from '../consumer-offsets/in-flight.ts'
import { statusPrepared } from '../index/message-table.ts'
import type { GroupNumber, Offset, Ordinal, Row, TopicNumber } from '../model/ids.ts'
import { inFlightMax, standingAheadMax, standingMembersMax } from '../model/limits.ts'
import type { Member } from './member.ts'
import type { Session } from './session.ts'
import type { BrokerState } from './state.ts'

/** Times in ms since 1970, by the broker's clock. */
export interface Standing {
  /** `gone`: the group neither waits for it nor has it among its dead letters; the log tells the rest. */
  readonly phase: 'prepared' | 'waiting' | 'out' | 'parked' | 'dead' | 'gone'
  /** Attempts that count. */
  readonly attempts: number
  /** Not tried again before; 0: at once. */
  readonly retryAtMs: number
  /** Messages of the same topic that wait, are due, and were published before; counted up to a limit. */
  readonly ahead: number
  readonly isAheadCut: boolean
  /** Messages a second for this group and topic; 0: unlimited. */
  readonly watermark: number
  readonly pause?: { readonly who: string; readonly sinceMs: number }
  /** Of a running broker only. */
  readonly live?: LiveStanding
}

export interface LiveStanding {
  readonly nowMs: number
  readonly membersOnline: number
  /** Those that want the topic; `members` lists the first. */
  readonly membersWanting: number
  readonly members: readonly LiveMember[]
  /** Somebody of the group takes messages, but nobody of this topic. */
  readonly isUnwanted: boolean
  /** Who has it now. */
  readonly lease?: { readonly connection: number; readonly peer: string }
  /** `nextAtMs`: when one more may leave; now or before: at once. */
  readonly rate?: { readonly nextAtMs: number }
}

export interface LiveMember {
  readonly connection: number
  readonly peer: string
  readonly joinedAtMs: number
  readonly window: number
  readonly inFlight: number
  /** Attempts whose lease ended without an answer; they count against the window. */
  readonly late: number
  /** How many more it would be given now. */
  readonly room: number
  /** When it is tried again with one, if it has stopped answering. */
  readonly probeAtMs?: number
  /** Nothing is given to it before, so soon after its handshake. */
  readonly opensAtMs?: number
  /** Larger frames it cannot read, and this message may be one. */
  readonly readsBytesMax?: number
  /** Since when it answers nothing any more. */
  readonly silentSinceMs?: number
  /** The newer connection of the same client, by which it answers. */
  readonly answersBy?: number
  /** Per cent; 100: warm. */
  readonly warm: number
}

/** Of the message that was first recorded at `offset`, as of `nowMs`. */
export function standingOf(
  state: BrokerState,
  groupName: string,
  offset: Offset,
  nowMs: number,
): Standing {
  const group = state.groupNames.numberOfText(groupName) as GroupNumber
  const row = state.offsets.find(offset)
  const pause = state.queues.paused.find(group)
  const nothing = { attempts: 0, retryAtMs: 0, ahead: 0, isAheadCut: false }
  const about = {
    watermark: row < 0 ? 0 : state.bindings.watermarkOf(state.messages.topicOf(row as Row), group),
    ...(pause === undefined ? {} : { pause }),
  }
  const letter = state.dead.find(group, offset)
  if (letter !== undefined)
    return { ...nothing, ...about, phase: 'dead', attempts: letter.attempts }
  if (row < 0) return { ...nothing, ...about, phase: 'gone' }
  if (state.messages.statusOf(row as Row) === statusPrepared)
    return { ...nothing, ...about, phase: 'prepared' }
  const ordinal = state.topics.ordinalOf(row as Row)
  const queue = state.queues.find(group, state.messages.topicOf(row as Row))
  if (queue?.isUnsettled(ordinal) !== true) return { ...nothing, ...about, phase: 'gone' }
  return {
    phase: queue.isOut(ordinal) ? 'out' : queue.isParked(ordinal) ? 'parked' : 'waiting',
    attempts: queue.attemptsOf(ordinal),
    retryAtMs: queue.retryAtOf(ordinal),
    ...aheadOf(queue, ordinal, nowMs),
    ...about,
  }
}

/** The same with what the running broker knows. */
export function liveStandingOf(
  state: BrokerState,
  session: Session,
  groupName: string,
  offset: Offset,
  nowMs: number,
): Standing {
  const standing = standingOf(state, groupName, offset, nowMs)
  const group = state.groupNames.numberOfText(groupName) as GroupNumber
  const row = state.offsets.find(offset)
  const online = session.groups.get(group)
  const members = online?.members ?? []
  const holder =
    standing.phase === 'out'
      ? members.find((member) => hasLease(session, member, offset))
      : undefined
  const topic = row < 0 ? (0 as TopicNumber) : state.messages.topicOf(row as Row)
  const bytes = row < 0 ? 0 : state.messages.lengthOf(row as Row)
  const bucket = online?.queues.get(topic)?.bucket
  const wanting = members.filter((member) => member.wants(topic))
  const isTaking = ({ window: size }: Member): boolean => size > 0
  return {
    ...standing,
    live: {
      nowMs,
      membersOnline: members.length,
      membersWanting: wanting.length,
      members: wanting
        .slice(0, standingMembersMax)
        .map((member) => liveMember(member, bytes, nowMs)),
      isUnwanted: members.some(isTaking) && !wanting.some(isTaking),
      ...(holder === undefined
        ? {}
        : { lease: { connection: holder.connection, peer: holder.peer } }),
      ...(bucket === undefined ? {} : { rate: { nextAtMs: bucket.readyAt(nowMs) } }),
    },
  }
}

function aheadOf(
  queue: Queue,
  ordinal: Ordinal,
  nowMs: number,
): Pick<Standing, 'ahead' | 'isAheadCut'> {
  const before = queue.unsettledFrom(queue.floor, standingAheadMax)
  let ahead = 0
  for (const other of before) {
    if (other >= ordinal) return { ahead, isAheadCut: false }
    if (queue.isOut(other) || queue.isParked(other) || queue.retryAtOf(other) > nowMs) continue
    ahead++
  }
  return { ahead, isAheadCut: before.length >= standingAheadMax }
}

function liveMember(member: Member, bytes: number, nowMs: number): LiveMember {
  const { connection, peer, joinedAtMs, window, inFlight, late } = member
  const stalled = member.isStalled && inFlight === 0
  const isTooLarge = bytes > member.readsBytesMax
  return {
    connection,
    peer,
    joinedAtMs,
    window,
    inFlight,
    late,
    room: isTooLarge ? 0 : Math.max(0, member.room(nowMs)),
    ...(isTooLarge ? { readsBytesMax: member.readsBytesMax } : {}),
    ...(member.isOpen(nowMs) ? {} : { opensAtMs: member.opensAtMs }),
    ...(stalled ? { probeAtMs: member.probeAt() } : {}),
    ...silence(member),
    warm: Math.min(100, Math.floor(member.progress(nowMs))),
  }
}

/** Why a connection gets a probe at most, as far as it is its client's doing. */
export function silence({
  breaker,
  isSuperseded,
  supersededBy,
}: Member): Pick<LiveMember, 'silentSinceMs' | 'answersBy'> {
  return {
    ...(breaker.isOpen ? { silentSinceMs: breaker.silentSinceMs } : {}),
    ...(isSuperseded ? { answersBy: supersededBy!.connection } : {}),
  }
}

function hasLease({ inFlight }: Session, { connection }: Member, message: Offset): boolean {
  return inFlight
    .ofConnection(connection, inFlightMax)
    .some(
      (index) => inFlight.kindOf(index) === entryStored && inFlight.messageOf(index) === message,
    )
}
