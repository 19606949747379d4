// Who gets what now: one group at a time, its queues in turn, retries before first attempts, first attempts in publish
// order. A queue that nobody takes from now never holds up one that somebody does.

import { invariant } from '../model/assert.ts'
import type { Queue } from '../consumer-offsets/queue.ts'
import type { Offset, Ordinal, Row } from '../model/ids.ts'
import { prefixedHeadBytes, recordListMax } from '../model/limits.ts'
import { Candidates, choose, type Candidate, type LastResort } from './candidates.ts'
import type { Decision, Moment } from './decision.ts'
import type { DispatchPlan, QueueTurn } from './dispatch-plan.ts'
import type { FlyMessage, GroupSession, QueueSession } from './group-session.ts'
import type { Session } from './session.ts'
import type { BrokerSettings } from './settings.ts'
import type { BrokerState } from './state.ts'

/** Messages a queue may give before the next one of its group has its turn. */
const turnMessages = 256
/** A queue whose next message waits for a certain member is looked at again after this, if nothing else wakes it. */
const blockedLookMs = 1000

interface Work {
  readonly state: BrokerState
  readonly group: GroupSession
  readonly moment: Moment
  readonly candidates: Candidates
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
    aside: [],
    blocked: [],
    woken: [],
    flyLeft: undefined,
    flyDropped: [],
    wakeAtMs: Infinity,
    hasMore: false,
  }
  if (state.queues.paused.has(group.group)) return plan // `resumed` marks it dirty again
  const candidates = new Candidates(group, moment, plan, session.inFlight.isScarce)
  const work: Work = { state, group, moment, candidates, plan, out, budget }
  if (group.members.length === 0) {
    skipTransient(work)
    return plan
  }
  if (candidates.isExhausted || session.inFlight.isFull) return plan
  plan.woken = candidates.wakes()
  dispatchFly(work)
  giveTurns(work)
  plan.hasMore ||=
    work.budget <= 0 ||
    plan.woken.length > 0 ||
    (plan.turns.some((turn) => !turn.isDrained && turn.hadWholeTurn) && !candidates.isExhausted)
  for (const candidate of candidates.all) emit(candidate, group, settings, out)
  return plan
}

/** Queue after queue, until nobody has room for anything. */
function giveTurns(work: Work): void {
  const { state, group, moment, candidates, plan } = work
  const queues = group.activeCount
  for (let ahead = 0; ahead < queues; ahead++) {
    const session = group.nextActive(ahead)!
    const queue = state.queues.find(group.group, session.topic)
    const turn = newTurn(session)
    plan.turns.push(turn)
    if (queue === undefined) turn.isDrained = turn.hadWholeTurn = true
    else giveTurn(work, queue, turn, queues === 1 ? turnMessages : turnMessages - session.shareUsed)
    if (turn.isBlocked) {
      turn.isDrained = turn.hadWholeTurn = true
      plan.blocked.push(session)
      plan.wakeAtMs = Math.min(plan.wakeAtMs, moment.nowMs + blockedLookMs)
    }
    if (turn.hadWholeTurn) continue
    if (work.budget <= 0 || candidates.isExhausted) return
    turn.isDrained = turn.hadWholeTurn = true
    plan.aside.push(session)
  }
}

function newTurn(queue: QueueSession): QueueTurn {
  return {
    queue,
    cursor: queue.cursor,
    retriesTaken: 0,
    taken: 0,
    given: 0,
    isDrained: false,
    hadWholeTurn: false,
    isBlocked: false,
  }
}

/** In the order they came; what nobody of the group wants any more is dropped, what has to wait lets others pass. */
function dispatchFly(work: Work): void {
  const { group, candidates, plan, out } = work
  if (group.fly.length === 0) return
  const left: FlyMessage[] = []
  let at = 0
  for (; at < group.fly.length && work.budget > 0 && !candidates.isExhausted; at++) {
    const fly = group.fly[at]!
    const frameBytes = fly.bytes.length + prefixedHeadBytes
    const chosen = choose(candidates.of(fly.topic), frameBytes, true)
    if (chosen === undefined) {
      const isWanted =
        group.interest.isWanted(fly.topic, group.members.length) &&
        group.members.some(({ readsBytesMax }) => frameBytes <= readsBytesMax)
      ;(isWanted ? left : plan.flyDropped).push(fly)
      continue
    }
    chosen.room -= 1
    chosen.load += 1
    work.budget -= 1
    out.immediate.push({
      kind: 'fly',
      connection: chosen.member.connection,
      group: group.group,
      opaque: 0,
      topic: fly.topic,
      attempt: fly.attempt,
      form: fly.form,
      message: { source: fly.bytes, start: 0, end: fly.bytes.length },
    })
  }
  if (at > 0) plan.flyLeft = [...left, ...group.fly.slice(at)]
}

/** One queue's turn: until it is drained, the members are full, its rate limit says wait, or its share is used. */
function giveTurn(work: Work, queue: Queue, turn: QueueTurn, shareLeft: number): void {
  const { state, moment } = work
  const takers = work.candidates.of(queue.topic)
  const { bucket } = turn.queue
  const tokens = bucket === undefined ? Infinity : Math.floor(bucket.level(moment.nowMs))
  const source = new TurnSource(queue, turn, moment)
  let share = Math.min(shareLeft, work.budget)
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
      const chosen = chooseFor(work, takers, row, queue.attemptsOf(ordinal) + 1)
      if (chosen === 'wait') turn.isBlocked = true
      if (chosen === 'wait' || chosen === undefined) return
      give(chosen, state, row, queue.attemptsOf(ordinal) + 1)
      turn.given += 1
    }
    source.take()
    turn.taken += 1
    share -= 1
    work.budget -= 1
  }
}

/** A record takes more than the frame of its message, so what is small enough by its record fits; the network measures. */
function chooseFor(
  { state: { messages }, candidates }: Work,
  takers: readonly Candidate[],
  row: Row,
  attempt: number,
): LastResort {
  const bytes = messages.lengthOf(row)
  const mayProbe = attempt < messages.deliverLimitOf(row)
  return (
    choose(takers, bytes, mayProbe) ?? candidates.lastResort(messages.topicOf(row), takers, bytes)
  )
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
