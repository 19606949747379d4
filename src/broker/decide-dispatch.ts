// Who gets what now: one group at a time, its queues in turn, retries before first attempts, first attempts in publish
// order. Chooses the member with the fewest in flight among the warmed-up, the newest on a tie.

import { invariant } from '../model/assert.ts'
import type { Queue } from '../consumer-offsets/queue.ts'
import type { Offset, Ordinal, Row } from '../model/ids.ts'
import { inFlightPerConnection, recordListMax } from '../model/limits.ts'
import type { Decision, Moment } from './decision.ts'
import type { DispatchPlan, QueueTurn } from './dispatch-plan.ts'
import type { Delivery } from './effect.ts'
import type { GroupSession, QueueSession } from './group-session.ts'
import type { Member } from './member.ts'
import type { Session } from './session.ts'
import type { BrokerSettings } from './settings.ts'
import type { BrokerState } from './state.ts'

/** Messages a queue may give before the next one of its group has its turn. */
const turnMessages = 256

/** A member that may be given something, and what it is given. */
interface Candidate {
  readonly member: Member
  room: number
  load: number
  readonly messages: Offset[]
  readonly attempts: number[]
  readonly deliveries: Delivery[]
}

interface Work {
  readonly state: BrokerState
  readonly group: GroupSession
  readonly moment: Moment
  readonly candidates: readonly Candidate[]
  readonly plan: DispatchPlan
  readonly out: Decision
  budget: number
}

/** Decide deliveries of one group, `budget` messages at most. */
export function decideDispatch(
  state: BrokerState,
  session: Session,
  settings: BrokerSettings,
  group: GroupSession,
  moment: Moment,
  budget: number,
  out: Decision,
): DispatchPlan {
  const plan: DispatchPlan = {
    group,
    turns: [],
    limited: [],
    flyTaken: 0,
    wakeAtMs: Infinity,
    hasMore: false,
  }
  if (state.queues.paused.has(group.group)) return plan // `resumed` marks it dirty again
  const candidates = candidatesOf(group, moment, plan, session.inFlight.isScarce)
  const work: Work = { state, group, moment, candidates, plan, out, budget }
  if (group.members.length === 0) {
    skipTransient(work)
    return plan
  }
  if (candidates.length === 0 || session.inFlight.isFull) return plan
  dispatchFly(work)
  const queues = group.activeCount
  for (let ahead = 0; ahead < queues; ahead++) {
    const session_ = group.nextActive(ahead)!
    const queue = state.queues.find(group.group, session_.topic)
    const turn = newTurn(session_)
    plan.turns.push(turn)
    if (queue === undefined) turn.isDrained = turn.hadWholeTurn = true
    else giveTurn(work, queue, turn)
    if (!turn.hadWholeTurn) break
  }
  plan.hasMore ||=
    work.budget <= 0 ||
    (plan.turns.some((turn) => !turn.isDrained && turn.hadWholeTurn) && hasRoom(candidates))
  for (const candidate of candidates) emit(candidate, group, settings, out)
  return plan
}

function newTurn(queue: QueueSession): QueueTurn {
  return {
    queue,
    cursor: queue.cursor,
    retriesTaken: 0,
    given: 0,
    isDrained: false,
    hadWholeTurn: false,
  }
}

/** Warm-up holds members back by chance, but never all of them: then the one with the most progress serves. */
function candidatesOf(
  group: GroupSession,
  moment: Moment,
  plan: DispatchPlan,
  isScarce: boolean,
): Candidate[] {
  const candidates: Candidate[] = []
  let best: Member | undefined
  let warm = 0
  for (const member of group.members) {
    const progress = member.progress(moment.nowMs)
    if (best === undefined || progress > best.progress(moment.nowMs)) best = member
    if (progress < 100 && Math.floor(moment.chance * 100) > progress) continue
    warm += 1
    admit(member, candidates, moment, plan, isScarce)
  }
  if (warm === 0 && best !== undefined) admit(best, candidates, moment, plan, isScarce)
  return candidates
}

/** While leases are scarce nobody gets more than an original client would, so that everybody gets some. */
function admit(
  member: Member,
  candidates: Candidate[],
  moment: Moment,
  plan: DispatchPlan,
  isScarce: boolean,
): void {
  const load = member.inFlight + member.late
  const free = member.room(moment.nowMs)
  const room = isScarce ? Math.min(free, inFlightPerConnection - load) : free
  if (room > 0) candidates.push({ member, room, load, messages: [], attempts: [], deliveries: [] })
  else if (member.isStalled && member.inFlight === 0)
    plan.wakeAtMs = Math.min(plan.wakeAtMs, member.probeAt())
}

function choose(candidates: readonly Candidate[]): Candidate | undefined {
  let chosen: Candidate | undefined
  for (let i = 0; i < candidates.length; i++) {
    const candidate = candidates[i]!
    if (candidate.room <= 0) continue
    if (chosen === undefined || candidate.load < chosen.load) chosen = candidate
    else if (
      candidate.load === chosen.load &&
      candidate.member.connection > chosen.member.connection
    )
      chosen = candidate
  }
  return chosen
}

function hasRoom(candidates: readonly Candidate[]): boolean {
  return candidates.some((candidate) => candidate.room > 0)
}

function dispatchFly(work: Work): void {
  const { group, candidates, plan, out } = work
  for (const fly of group.fly) {
    const chosen = choose(candidates)
    if (chosen === undefined || work.budget <= 0) return
    chosen.room -= 1
    chosen.load += 1
    work.budget -= 1
    plan.flyTaken += 1
    out.immediate.push({
      kind: 'fly',
      connection: chosen.member.connection,
      group: group.group,
      opaque: 0,
      attempt: fly.attempt,
      form: fly.form,
      message: { source: fly.bytes, start: 0, end: fly.bytes.length },
    })
  }
}

/** One queue's turn: until it is drained, the members are full, its rate limit says wait, or its share is used. */
function giveTurn(work: Work, queue: Queue, turn: QueueTurn): void {
  const { state, moment } = work
  const { bucket } = turn.queue
  const tokens = bucket === undefined ? Infinity : Math.floor(bucket.level(moment.nowMs))
  const source = new TurnSource(queue, turn, moment)
  let share = Math.min(turnMessages, work.budget)
  for (;;) {
    const ordinal = source.next()
    if (ordinal === -1) {
      turn.isDrained = turn.hadWholeTurn = true
      return
    }
    if (share <= 0) {
      turn.hadWholeTurn = work.budget > 0
      return
    }
    if (turn.given >= tokens) {
      work.plan.wakeAtMs = Math.min(work.plan.wakeAtMs, bucket!.readyAt(moment.nowMs + 1))
      turn.isDrained = turn.hadWholeTurn = true
      work.plan.limited.push(turn.queue)
      return
    }
    const row = state.topics.rowAt(queue.topic, ordinal)
    invariant(row !== -1, `topic ${queue.topic} has no message at ordinal ${ordinal}`)
    if (isExpired(state, row, moment)) bury(work, row)
    else {
      const chosen = choose(work.candidates)
      if (chosen === undefined) return
      give(chosen, state, row, queue.attemptsOf(ordinal) + 1)
      turn.given += 1
    }
    source.take()
    share -= 1
    work.budget -= 1
  }
}

/** What a queue has to give: retries that are due, oldest first, then first attempts in publish order; nothing twice. */
class TurnSource {
  readonly #queue: Queue
  readonly #turn: QueueTurn
  readonly #moment: Moment
  readonly #taken = new Set<Ordinal>()
  #ordinal: Ordinal | -1 = -1
  #isRetry = false

  constructor(queue: Queue, turn: QueueTurn, moment: Moment) {
    this.#queue = queue
    this.#turn = turn
    this.#moment = moment
    if (turn.cursor < queue.floor) turn.cursor = queue.floor
  }

  next(): Ordinal | -1 {
    const { retries, retriesHead } = this.#turn.queue
    for (; retriesHead + this.#turn.retriesTaken < retries.length; this.#turn.retriesTaken++) {
      this.#ordinal = retries[retriesHead + this.#turn.retriesTaken]!
      if (!this.#isDue(this.#ordinal)) continue
      this.#isRetry = true
      return this.#ordinal
    }
    this.#isRetry = false
    return (this.#ordinal = this.#queue.nextFresh(this.#turn.cursor))
  }

  /** The one `next` told is dealt with. */
  take(): void {
    if (this.#isRetry) {
      this.#taken.add(this.#ordinal as Ordinal)
      this.#turn.retriesTaken += 1
    } else this.#turn.cursor = (this.#ordinal + 1) as Ordinal
  }

  /** The list may name what has been settled since, what is due later, and one message twice. */
  #isDue(ordinal: Ordinal): boolean {
    const queue = this.#queue
    if (!queue.isUnsettled(ordinal) || queue.isOut(ordinal) || queue.isParked(ordinal)) return false
    if (queue.retryAtOf(ordinal) > this.#moment.nowMs || this.#taken.has(ordinal)) return false
    return queue.attemptsOf(ordinal) > 0 || ordinal < this.#turn.cursor // else it comes as a first attempt
  }
}

function isExpired(state: BrokerState, row: Row, moment: Moment): boolean {
  return state.messages.expiresAtOf(row) * 1000 <= moment.nowMs
}

function bury(work: Work, row: Row): void {
  const message = work.state.messages.offsetOf(row)
  work.out.records.push({
    kind: 'dead-lettered',
    group: work.group.group,
    message,
    reason: 'expired',
    feedback: '',
  })
}

function give(chosen: Candidate, state: BrokerState, row: Row, attempt: number): void {
  const { messages } = state
  const message = messages.offsetOf(row)
  chosen.room -= 1
  chosen.load += 1
  chosen.messages.push(message)
  chosen.attempts.push(attempt)
  chosen.deliveries.push({
    opaque: 0,
    message,
    row,
    attempt,
    form: messages.formOf(row),
    segment: messages.segmentOf(row),
    position: messages.positionOf(row),
  })
}

function emit(
  candidate: Candidate,
  group: GroupSession,
  settings: BrokerSettings,
  out: Decision,
): void {
  const { messages, attempts, deliveries, member } = candidate
  if (messages.length === 0) return
  const { connection } = member
  out.records.push({ kind: 'delivered', group: group.group, connection, messages, attempts })
  const effects = settings.deliveryFirst ? out.immediate : out.effects
  effects.push({ kind: 'deliver', connection, group: group.group, deliveries })
}

/** A group without any connection: what its non-persistent bindings brought is skipped, the rest waits for somebody to join. */
function skipTransient(work: Work): void {
  const { state, group, plan, out } = work
  const messages: Offset[] = []
  for (let ahead = 0; ahead < group.activeCount; ahead++) {
    const turn = newTurn(group.nextActive(ahead)!)
    turn.isDrained = turn.hadWholeTurn = true
    plan.turns.push(turn)
    const queue = state.queues.find(group.group, turn.queue.topic)
    if (queue === undefined || queue.transient === 0) continue
    let left = 0
    queue.forEachTransient((ordinal) => {
      if (queue.isOut(ordinal)) return
      if (messages.length < recordListMax)
        messages.push(state.messages.offsetOf(state.topics.rowAt(queue.topic, ordinal) as Row))
      else left++
    })
    if (left === 0) continue
    turn.isDrained = false
    plan.hasMore = true
  }
  if (messages.length > 0) out.records.push({ kind: 'skipped', group: group.group, messages })
}
