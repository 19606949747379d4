// Taking a message: the original's checks in the original's order, then idempotence, then the record.

import type { TopicNumber, TypeNumber } from '../model/ids.ts'
import {
  namesBytesMax,
  namesMax,
  propertiesBytesMax,
  topicBytesMax,
  typeBytesMax,
} from '../model/limits.ts'
import type { DictionaryName, PreparedRecord, PublishedRecord } from '../model/record.ts'
import { statusPrepared, statusRolledBack } from '../index/message-table.ts'
import type { PublishCommand } from './command.ts'
import { type ContentHash, hashContent } from './content-hash.ts'
import type { Decision, Moment } from './decision.ts'
import type { Effect } from './effect.ts'
import type { Member } from './member.ts'
import { isServed, isUnread } from './served-topics.ts'
import type { Session } from './session.ts'
import type { BrokerSettings } from './settings.ts'
import type { BrokerState } from './state.ts'

const content: ContentHash = { content0: 0, content1: 0 }

export function decidePublish(
  state: BrokerState,
  session: Session,
  settings: BrokerSettings,
  command: PublishCommand,
  moment: Moment,
  out: Decision,
): void {
  const member = session.memberOf(command.connection)
  if (member === undefined) return
  const reason = refusal(session, settings, command, moment)
  if (reason !== undefined) {
    out.immediate.push(storeAck(command, moment, false, reason))
    return
  }
  const { view } = command
  const topic = state.topicNames.numberOf(view.raw, view.topicStart, view.topicEnd) as TopicNumber
  const type = state.typeNames.numberOf(view.raw, view.typeStart, view.typeEnd) as TypeNumber
  if (topic === 0 || type === 0) {
    nameThem(state, command, moment, topic, type, out)
    return
  }
  if (view.fly) decideFly(state, session, command, moment, topic, type, out)
  else decideStored(state, command, moment, member, topic, type, out)
}

/** Too much at the moment, whatever is published: more than the rate allows, or than the disk has taken so far. */
export function overload(
  session: Session,
  settings: BrokerSettings,
  { nowMs, unflushedBytes }: Pick<Moment, 'nowMs' | 'unflushedBytes'>,
): 'rate' | 'unflushed' | undefined {
  if (session.receive !== undefined && session.receive.level(nowMs) < 1) return 'rate'
  return unflushedBytes > settings.unflushedBytesMax ? 'unflushed' : undefined
}

/** The first check that fails, in the words of the original where it has them. */
function refusal(
  session: Session,
  settings: BrokerSettings,
  command: PublishCommand,
  moment: Moment,
): string | undefined {
  const { view } = command
  if (overload(session, settings, moment) !== undefined)
    return `Store Result KiteQ OverFlow [${settings.address}]`
  if (moment.refusal !== undefined) return `Store Result false Cost:0 ${moment.refusal}`
  if (!isServed(settings, view.raw, view.topicStart, view.topicEnd))
    return 'UnSupport Topic Message!'
  if (isUnread(settings, view.raw, view.topicStart, view.topicEnd))
    return 'Store Result false Cost:0 the bindings of this topic are not known yet, retry later'
  if (!view.idValid) return 'Invalid MessageId For UUID!'
  if (view.expiredTime > 0 && view.expiredTime * 1000 <= moment.nowMs) return 'Expired Message!'
  if (view.topicEnd - view.topicStart > topicBytesMax)
    return `Topic longer than ${topicBytesMax} bytes!`
  if (view.topicEnd === view.topicStart) return 'Empty topic!'
  if (view.typeEnd - view.typeStart > typeBytesMax)
    return `MessageType longer than ${typeBytesMax} bytes!`
  if (view.propertiesBytes > propertiesBytesMax)
    return `Properties larger than ${propertiesBytesMax} bytes!`
  if (view.fly && !view.commit) return 'FLY MUST BE COMMITTED !'
  return undefined
}

function nameThem(
  state: BrokerState,
  command: PublishCommand,
  moment: Moment,
  topic: TopicNumber,
  type: TypeNumber,
  out: Decision,
): void {
  const { view } = command
  const name = (dictionary: DictionaryName, number: number, start: number, end: number): void => {
    const names = dictionary === 'topic' ? state.topicNames : state.typeNames
    if (number >= namesMax || names.bytes >= namesBytesMax)
      out.immediate.push(storeAck(command, moment, false, `Too many distinct ${dictionary}s!`))
    else out.records.push({ kind: 'named', dictionary, number, name: view.raw.slice(start, end) })
  }
  if (topic === 0) name('topic', state.topicNames.nextNumber(), view.topicStart, view.topicEnd)
  if (type === 0) name('type', state.typeNames.nextNumber(), view.typeStart, view.typeEnd)
  out.again = out.immediate.length === 0
  if (!out.again) out.records.length = 0
}

function decideStored(
  state: BrokerState,
  command: PublishCommand,
  moment: Moment,
  member: Member,
  topic: TopicNumber,
  type: TypeNumber,
  out: Decision,
): void {
  const { view } = command
  hashContent(view, topic, type, content)
  const known = state.ids.find(view)
  if (known >= 0) {
    const status = state.messages.statusOf(known)
    const same =
      state.messages.topicOf(known) === topic &&
      state.messages.contentMatches(known, content.content0, content.content1)
    const why = !same
      ? 'Message id is taken by another message!'
      : status === statusRolledBack
        ? 'Message was rolled back!'
        : status === statusPrepared && view.commit
          ? 'Message id is in an open transaction!'
          : undefined
    if (why !== undefined) out.immediate.push(storeAck(command, moment, false, why))
    else out.effects.push(storeAck(command, moment, true, undefined))
    return
  }
  const record = out.published
  record.id0 = view.id0
  record.id1 = view.id1
  record.id2 = view.id2
  record.id3 = view.id3
  record.topic = topic
  record.type = type
  record.publisher = member.group
  record.form = view.form
  record.content0 = content.content0
  record.content1 = content.content1
  record.expiresAt = view.expiresAt
  record.deliverLimit = view.deliverLimit
  record.message = view.message
  if (view.commit) record.routing = state.bindings.route(topic, type)
  out.records.push(view.commit ? record : prepared(record))
  out.effects.push(storeAck(command, moment, true, undefined))
}

/** Written out field by field: spreading an object here would cost more than all the rest of deciding. */
function prepared(record: PublishedRecord): PreparedRecord {
  const { id0, id1, id2, id3, topic, type, publisher, form } = record
  const { content0, content1, expiresAt, deliverLimit, message } = record
  const names = { id0, id1, id2, id3, topic, type, publisher, form }
  return { ...names, content0, content1, expiresAt, deliverLimit, message, kind: 'prepared' }
}

/** Acked on receipt, never stored; one member of each matching group gets it, at most three times. */
function decideFly(
  state: BrokerState,
  session: Session,
  command: PublishCommand,
  moment: Moment,
  topic: TopicNumber,
  type: TypeNumber,
  out: Decision,
): void {
  out.immediate.push(storeAck(command, moment, true, 'FLY NO NEED SAVE'))
  const { source, start, end } = command.view.message
  const routing = state.bindings.route(topic, type)
  const bytes = source.slice(start, end) // one copy, whoever many groups get it
  for (const group of [...routing.durable, ...routing.transient]) {
    if (
      session.groups.get(group)?.members.some((one) => one.window > 0 && one.wants(topic)) !== true
    )
      continue
    out.fly.push({
      group,
      message: { topic, form: command.view.form, bytes, attempt: 1 },
    })
  }
}

function storeAck(
  command: PublishCommand,
  moment: Moment,
  status: boolean,
  feedback: string | undefined,
): Extract<Effect, { kind: 'store-ack' }> {
  const { view } = command
  return {
    kind: 'store-ack',
    connection: command.connection,
    opaque: command.opaque,
    idSource: view.raw,
    idStart: view.idStart,
    idEnd: view.idEnd,
    status,
    feedback,
    takenAtMs: moment.nowMs,
  }
}
