// What becomes of an attempt: acked, refused by the consumer, run out of time, or lost with its connection.

import { entryFly, entryStored } from '../consumer-offsets/in-flight.ts'
import { backoffMs, isExhausted } from '../consumer-offsets/redelivery.ts'
import { cutText } from '../model/cut-text.ts'
import type { GroupNumber, Offset, Row } from '../model/ids.ts'
import { feedbackCharsMax, flyAttemptsMax, recordListMax } from '../model/limits.ts'
import type { FailureCause } from '../model/record.ts'
import type { DeliverAckCommand, UndeliverableCommand } from './command.ts'
import type { Decision, Moment } from './decision.ts'
import type { LostConnection } from './lost-connection.ts'
import type { Session } from './session.ts'
import type { BrokerSettings } from './settings.ts'
import type { BrokerState } from './state.ts'

/** An ack counts only if its opaque is out, the id is the delivered one and the connection belongs to the group; once. */
export function decideAck(
  state: BrokerState,
  session: Session,
  settings: BrokerSettings,
  command: DeliverAckCommand,
  moment: Moment,
  out: Decision,
): void {
  const member = session.memberOf(command.connection)
  if (member === undefined) return
  const { inFlight } = session
  const index = inFlight.find(command.opaque)
  if (index < 0) {
    decideLateAck(state, session, command, member.group, out)
    return
  }
  const kind = inFlight.kindOf(index)
  if (inFlight.groupOf(index) !== member.group || (kind !== entryStored && kind !== entryFly)) {
    session.counters.ignoredAcks += 1
    return
  }
  if (kind === entryFly) {
    out.answered.push(index)
    if (!command.status) repeatFly(session, index, out)
    return
  }
  const row = inFlight.rowOf(index)
  const message = inFlight.messageOf(index)
  if (!isStill(state, row, message) || !state.messages.idMatches(row, command)) {
    session.counters.ignoredAcks += 1
    return
  }
  out.answered.push(index)
  if (command.status) out.acks.push({ group: member.group, message })
  else fail(state, settings, member.group, row, message, 'nack', command.feedback, moment, out)
}

function decideLateAck(
  state: BrokerState,
  session: Session,
  command: DeliverAckCommand,
  group: GroupNumber,
  out: Decision,
): void {
  const late = session.inFlight.findLate(command.opaque)
  const isOwn = late !== undefined && late.group === group
  const isThere = isOwn && isStill(state, late.row, late.message)
  const isOther = isThere && !state.messages.idMatches(late.row, command)
  if (!isThere || isOther) session.counters.ignoredAcks += 1
  if (!isOwn || isOther) return
  // Also of a message that is settled by now: who had it answers.
  out.answeredLate = { opaque: command.opaque, connection: command.connection }
  if (isThere && command.status) out.acks.push({ group, message: late.message })
}

/** One record for all acks of a turn and group, or a few. */
export function decideGathered(session: Session, out: Decision): void {
  for (const [group, messages] of session.acked) {
    if (messages.length <= recordListMax) {
      out.records.push({ kind: 'acked', group, messages })
      continue
    }
    for (let from = 0; from < messages.length; from += recordListMax)
      out.records.push({
        kind: 'acked',
        group,
        messages: messages.slice(from, from + recordListMax),
      })
  }
}

/** Leases that have run out, oldest first. */
export function decideTimeouts(
  state: BrokerState,
  session: Session,
  settings: BrokerSettings,
  moment: Moment,
  limit: number,
  out: Decision,
): void {
  const { inFlight } = session
  for (const index of inFlight.expired(moment.nowMs, limit)) {
    out.lapsed.push(index)
    if (inFlight.kindOf(index) === entryFly) repeatFly(session, index, out)
    if (inFlight.kindOf(index) !== entryStored) continue
    const row = inFlight.rowOf(index)
    const message = inFlight.messageOf(index)
    if (isStill(state, row, message))
      fail(state, settings, inFlight.groupOf(index), row, message, 'timeout', '', moment, out)
  }
}

/** The connection could not take it, or the log could not give it. */
export function decideUndeliverable(
  state: BrokerState,
  session: Session,
  settings: BrokerSettings,
  command: UndeliverableCommand,
  moment: Moment,
  out: Decision,
): void {
  const { inFlight } = session
  const index = inFlight.find(command.opaque)
  if (index < 0 || inFlight.kindOf(index) !== entryStored) return
  const group = inFlight.groupOf(index)
  const row = inFlight.rowOf(index)
  const message = inFlight.messageOf(index)
  out.answered.push(index)
  if (!isStill(state, row, message)) return
  if (command.cause === 'too-large') {
    const bytesMax = session.memberOf(command.connection)?.frameBytesMax ?? 0
    const feedback = `larger than the ${bytesMax} bytes that this client reads`
    fail(state, settings, group, row, message, 'too-large', feedback, moment, out)
    return
  }
  const { messages } = state
  const hole = {
    segment: messages.segmentOf(row),
    position: messages.positionOf(row),
    length: messages.lengthOf(row),
    firstOffset: message,
    count: 1,
  }
  // Of a place that is known already each message is no damage of its own.
  if (!state.journal.covers(hole)) out.records.push({ kind: 'hole', ...hole })
  const feedback = 'the stored bytes are damaged'
  out.records.push({ kind: 'dead-lettered', group, message, reason: 'damaged', feedback })
}

/** Leases of a connection that is gone, some at a time. What never reached the socket gets its attempt back. */
export function decideLost(
  state: BrokerState,
  session: Session,
  settings: BrokerSettings,
  lost: LostConnection,
  moment: Moment,
  limit: number,
  out: Decision,
): void {
  const { inFlight } = session
  for (const index of inFlight.ofConnection(lost.connection, limit)) {
    out.lapsed.push(index)
    if (inFlight.kindOf(index) === entryFly) repeatFly(session, index, out)
    if (inFlight.kindOf(index) !== entryStored) continue
    const row = inFlight.rowOf(index)
    const message = inFlight.messageOf(index)
    if (!isStill(state, row, message)) continue
    const cause = lost.unsent.has(inFlight.opaqueOf(index)) ? 'not-sent' : 'connection-lost'
    fail(state, settings, inFlight.groupOf(index), row, message, cause, '', moment, out)
  }
}

/** The row may have been given to another message since. */
function isStill(state: BrokerState, row: Row, message: Offset): boolean {
  return state.messages.offsetOf(row) === message
}

function fail(
  state: BrokerState,
  settings: BrokerSettings,
  group: GroupNumber,
  row: Row,
  message: Offset,
  cause: FailureCause,
  feedback: string,
  moment: Moment,
  out: Decision,
): void {
  const queue = state.queues.find(group, state.messages.topicOf(row))
  if (queue === undefined) return
  const ordinal = state.topics.ordinalOf(row)
  if (!queue.isUnsettled(ordinal) || !queue.isOut(ordinal)) return
  const attempts = queue.attemptsOf(ordinal)
  const text = cutText(feedback, feedbackCharsMax)
  const waitMs = waitAfter(cause, attempts, settings)
  const retryAtMs = moment.nowMs + waitMs
  out.records.push({ kind: 'failed', group, message, cause, feedback: text, retryAtMs })
  if (cause === 'not-sent') return
  if (isExhausted(attempts, state.messages.deliverLimitOf(row)))
    out.records.push({ kind: 'dead-lettered', group, message, reason: 'limit', feedback: text })
}

/** What nobody here can read is not tried more often than what nobody answers. */
function waitAfter(cause: FailureCause, attempts: number, settings: BrokerSettings): number {
  if (cause === 'not-sent') return 0
  const waitMs = backoffMs(settings.backoff, attempts)
  return cause === 'too-large' ? Math.max(waitMs, settings.deliveryTimeoutMs) : waitMs
}

function repeatFly(session: Session, index: number, out: Decision): void {
  const fly = session.flyOf(session.inFlight.opaqueOf(index))
  if (fly === undefined || fly.attempt >= flyAttemptsMax) return
  const group = session.inFlight.groupOf(index)
  out.fly.push({ group, message: { ...fly, attempt: fly.attempt + 1 } })
}
