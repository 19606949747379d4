// The second phase: what a TX_ACK does, when the publisher is asked, and what an operator may decide in its place.

import { cutText } from '../model/cut-text.ts'
import type { Offset, Row } from '../model/ids.ts'
import {
  feedbackCharsMax,
  inFlightPerConnection,
  opaqueBase,
  passedOnPacketBytesMax,
} from '../model/limits.ts'
import type { DecisionReason } from '../model/record.ts'
import { statusPrepared } from '../index/message-table.ts'
import { entryInquiry } from '../consumer-offsets/in-flight.ts'
import type { OperatorAction, OperatorCommand, TransactionCommand } from './command.ts'
import type { Decision, Moment } from './decision.ts'
import type { Member } from './member.ts'
import type { Session } from './session.ts'
import type { BrokerState } from './state.ts'

const statusCommit = 1
const statusRollback = 2

/** First decision wins, only the group that prepared may decide, and what is not prepared stays as it is. */
export function decideTransaction(
  state: BrokerState,
  session: Session,
  command: TransactionCommand,
  out: Decision,
): void {
  const member = session.memberOf(command.connection)
  if (member === undefined) return
  const inquiry = session.inFlight.find(command.opaque)
  const isAnswer = inquiry >= 0 && session.inFlight.kindOf(inquiry) === entryInquiry
  if (isAnswer && session.inFlight.groupOf(inquiry) === member.group) out.answered.push(inquiry)
  if (command.status !== statusCommit && command.status !== statusRollback) return
  const row = state.ids.find(command)
  const topic = state.topicNames.numberOf(command.topic, 0, command.topic.length)
  const isHere = row >= 0 && state.messages.topicOf(row) === topic
  if (!isHere || !mayDecide(state, row, member)) {
    session.counters.ignoredDecisions += 1
    const isOpen = isHere && state.messages.statusOf(row) === statusPrepared
    if (!isOpen) passOn(state, member, command, out)
    return
  }
  const reason: DecisionReason = command.opaque >= opaqueBase ? 'inquiry' : 'client'
  settle(state, row, command.status === statusCommit, reason, command.feedback, out)
}

/**
 * It may be open at another broker. What another broker has passed on goes no further, so nothing goes in a circle; an
 * answer to an inquiry is about a message of this one.
 */
function passOn(
  state: BrokerState,
  member: Member,
  { connection, opaque, topic, packet }: TransactionCommand,
  out: Decision,
): void {
  if (packet === undefined || member.isRelay || opaque >= opaqueBase) return
  if (packet.end - packet.start > passedOnPacketBytesMax) return
  const group = state.groupNames.bytesOf(member.group)
  const bytes = packet.source.slice(packet.start, packet.end)
  out.immediate.push({ kind: 'pass-on', connection, group, topic, packet: bytes })
}

function mayDecide(state: BrokerState, row: Row, member: Member): boolean {
  if (state.messages.statusOf(row) !== statusPrepared) return false
  return state.transactions.get(state.messages.offsetOf(row))?.publisher === member.group
}

function settle(
  state: BrokerState,
  row: Row,
  isCommit: boolean,
  reason: DecisionReason,
  feedbackText: string,
  out: Decision,
): void {
  const prepared = state.messages.offsetOf(row)
  const feedback = cutText(feedbackText, feedbackCharsMax)
  if (!isCommit) {
    out.records.push({ kind: 'rolled-back', prepared, reason, feedback })
    return
  }
  const routing = state.bindings.route(state.messages.topicOf(row), state.messages.typeOf(row))
  out.records.push({ kind: 'committed', prepared, routing, reason, feedback })
}

export function decideByOperator(
  state: BrokerState,
  command: OperatorCommand,
  action: Extract<OperatorAction, { name: 'txn-commit' | 'txn-rollback' }>,
  out: Decision,
): void {
  const row = state.ids.find(action.messageId)
  if (row < 0 || state.messages.statusOf(row) !== statusPrepared) {
    const error =
      row < 0
        ? 'no such message'
        : 'the message is in no open transaction: it was decided already, or was never prepared'
    out.immediate.push({
      kind: 'operator-reply',
      reply: command.reply,
      result: { ok: false, error },
    })
    return
  }
  out.records.push({
    kind: 'operator',
    who: command.who,
    action: action.name,
    detail: String(state.messages.offsetOf(row)),
  })
  settle(state, row, action.name === 'txn-commit', 'operator', command.who, out)
  const detail = action.name === 'txn-commit' ? 'committed' : 'rolled back'
  out.effects.push({ kind: 'operator-reply', reply: command.reply, result: { ok: true, detail } })
}

/** Ask about one prepared message that is due: somebody was asked, nobody of the group is here, or who is has enough to answer. */
export function decideInquiry(
  state: BrokerState,
  session: Session,
  prepared: Offset,
  moment: Moment,
  out: Decision,
): 'asked' | 'nobody' | 'busy' {
  const open = state.transactions.get(prepared)
  if (open === undefined) return 'nobody'
  const members = session.groups.get(open.publisher)?.members ?? []
  const own = session.preparedBy.get(prepared)
  if (members.length === 0) return 'nobody'
  const answering = members.filter((member) => !member.isSetAside && member.isOpen(moment.nowMs))
  const preferred = answering.find((member) => member.connection === own)
  const others = answering.length > 0 ? answering : members
  const asked = preferred ?? others[Math.floor(moment.chance * others.length)]!
  // A publisher that takes no deliveries is asked all the same, but never has more to answer than any client can read.
  const window = Math.max(asked.window, inFlightPerConnection)
  if (session.inFlight.isFull || asked.inFlight >= window) return 'busy'
  const { connection } = asked
  out.records.push({ kind: 'inquired', prepared, attempt: open.inquiries + 1, connection })
  out.effects.push({
    kind: 'inquire',
    connection,
    opaque: 0,
    message: prepared,
    segment: state.messages.segmentOf(open.row),
    position: state.messages.positionOf(open.row),
  })
  return 'asked'
}
