// Bindings change: by a client for its own group, by an operator, and by the registry (decide-registry). They enter the log
// before they influence routing; a source removes only what it made.

import { cutText, isText } from '../model/cut-text.ts'
import type { GroupNumber, Ordinal, TopicNumber, TypeNumber } from '../model/ids.ts'
import {
  feedbackCharsMax,
  groupBytesMax,
  namesBytesMax,
  namesMax,
  operatorDetailCharsMax,
  recordListMax,
} from '../model/limits.ts'
import type { Binding, BindingSource } from '../model/record.ts'
import { crowding, noText, refusal } from './binding-limits.ts'
import type { BindCommand, ClientBinding, OperatorAction, OperatorCommand } from './command.ts'
import type { Decision, Moment } from './decision.ts'
import { isServed } from './served-topics.ts'
import type { Session } from './session.ts'
import type { BrokerSettings } from './settings.ts'
import type { BrokerState } from './state.ts'

const encoder = new TextEncoder()
const tooManyChanges = 'bindings change too fast for what waits, try again in a second'

export function decideBind(
  state: BrokerState,
  session: Session,
  settings: BrokerSettings,
  command: BindCommand,
  moment: Moment,
  out: Decision,
): void {
  const member = session.memberOf(command.connection)
  if (member === undefined) return
  const { connection, opaque } = command
  const refuse = (feedback: string): void =>
    void out.immediate.push({ kind: 'command-ack', connection, opaque, status: false, feedback })
  const refused =
    refusal(command.topic, command.bindings) ??
    unserved(settings, command) ??
    (session.bindingWalk.level(moment.nowMs) < 1 ? tooManyChanges : undefined)
  if (refused !== undefined) {
    refuse(refused)
    return
  }
  const topic = numberOfTopic(state, command.topic, out)
  if (topic === undefined) {
    if (!out.again) refuse('topic: too many distinct ones')
    return
  }
  const crowded = crowding(state, topic, member.group, command.bindings)
  if (crowded !== undefined) {
    refuse(crowded)
    return
  }
  const problem = change(state, 'client', topic, member.group, command.bindings, out)
  out.effects.push({ kind: 'command-ack', connection, opaque, status: true, feedback: problem })
}

/** A broker that serves some topics takes no bindings of others; taking some away is always possible. */
function unserved(settings: BrokerSettings, { topic, bindings }: BindCommand): string | undefined {
  if (bindings.length === 0 || isServed(settings, topic, 0, topic.length)) return undefined
  return 'topic: this broker does not serve it'
}

export function decideBindByOperator(
  state: BrokerState,
  command: OperatorCommand,
  action: Extract<OperatorAction, { name: 'bind' }>,
  out: Decision,
): void {
  const refuse = (error: string): void =>
    void out.immediate.push({
      kind: 'operator-reply',
      reply: command.reply,
      result: { ok: false, error },
    })
  const topicName = encoder.encode(action.topic)
  const refused = refusal(topicName, action.bindings)
  if (refused !== undefined) {
    refuse(refused)
    return
  }
  const topic = numberOfTopic(state, topicName, out)
  const group = numberOfGroup(state, encoder.encode(action.group), out)
  if (topic === undefined || group === undefined) {
    if (!out.again) refuse('too many distinct topics or groups')
    return
  }
  const crowded = crowding(state, topic, group, action.bindings)
  if (crowded !== undefined) {
    refuse(crowded)
    return
  }
  out.records.push({
    kind: 'operator',
    who: command.who,
    action: 'bind',
    detail: cutText(`${action.topic} ${action.group}`, operatorDetailCharsMax),
  })
  const detail = change(state, 'operator', topic, group, action.bindings, out)
  out.effects.push({ kind: 'operator-reply', reply: command.reply, result: { ok: true, detail } })
}

/** Record the new list if it differs; returns a warning, or ''. */
export function change(
  state: BrokerState,
  source: BindingSource,
  topic: TopicNumber,
  group: GroupNumber,
  list: readonly ClientBinding[],
  out: Decision,
): string {
  const bindings = list.map((one) => bindingOf(topic, group, one))
  if (bindings.some(({ messageType }) => !isText(messageType))) return noText // a log that cannot be read is worse
  const before = state.bindings.listOf(source, topic, group)
  if (!sameList(before, bindings)) {
    const types = waitingTypes(state, topic, group)
    const { parks, unparks } = state.bindings.preview(source, topic, group, bindings, types)
    const changed = { kind: 'bindings-changed', source, topic, group } as const
    const length = Math.max(parks.length, unparks.length)
    for (let from = 0; from === 0 || from < length;) {
      const to = from + recordListMax
      const part = { parks: parks.slice(from, to), unparks: unparks.slice(from, to) }
      // The list comes with the last part: after a crash between them it is still to be changed, with all it parks.
      out.records.push({ ...changed, bindings: to < length ? before : bindings, ...part })
      from = to
    }
  }
  return state.bindings.problemsOf(bindings).join('; ').slice(0, feedbackCharsMax)
}

/** Whether the source has anything else there now. */
export function isChange(
  state: BrokerState,
  source: BindingSource,
  topic: TopicNumber,
  group: GroupNumber,
  list: readonly ClientBinding[],
): boolean {
  const bindings = list.map((one) => bindingOf(topic, group, one))
  return !sameList(state.bindings.listOf(source, topic, group), bindings)
}

function bindingOf(topic: TopicNumber, group: GroupNumber, one: ClientBinding): Binding {
  const { bindType, messageType, watermark, persistent } = one
  const type = bindType === 'fanout' ? '*' : messageType
  return { topic, group, bindType, messageType: type, watermark, persistent }
}

function sameList(a: readonly Binding[], b: readonly Binding[]): boolean {
  if (a.length !== b.length) return false
  return a.every((one, i) => {
    const other = b[i]!
    return (
      one.bindType === other.bindType &&
      one.messageType === other.messageType &&
      one.watermark === other.watermark &&
      one.persistent === other.persistent
    )
  })
}

/** The types of what a group has waiting in a topic: only they can be parked or wanted again. */
function waitingTypes(state: BrokerState, topic: TopicNumber, group: GroupNumber): Set<TypeNumber> {
  const types = new Set<TypeNumber>()
  const queue = state.queues.find(group, topic)
  queue?.forEachUnsettled((ordinal: Ordinal) => {
    const row = state.topics.rowAt(topic, ordinal)
    if (row !== -1) types.add(state.messages.typeOf(row))
  })
  return types
}

function numberOfTopic(
  state: BrokerState,
  name: Uint8Array,
  out: Decision,
): TopicNumber | undefined {
  const number = state.topicNames.numberOf(name, 0, name.length) as TopicNumber
  if (number !== 0) return number
  if (state.topicNames.bytes < namesBytesMax)
    announce('topic', state.topicNames.nextNumber(), name, out)
  return undefined
}

function numberOfGroup(
  state: BrokerState,
  name: Uint8Array,
  out: Decision,
): GroupNumber | undefined {
  const number = state.groupNames.numberOf(name, 0, name.length) as GroupNumber
  if (number !== 0) return number
  if (state.groupNames.bytes < namesBytesMax)
    announce('group', state.groupNames.nextNumber(), name, out)
  return undefined
}

function announce(
  dictionary: 'topic' | 'group',
  number: number,
  name: Uint8Array,
  out: Decision,
): void {
  if (number >= namesMax || (dictionary === 'group' && name.length > groupBytesMax)) return
  out.records.push({ kind: 'named', dictionary, number, name })
  out.again = true
}
