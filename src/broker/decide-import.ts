// Messages of another store, taken over by an operator: each published, prepared or buried as it stood there, without the
// groups that have it. What the log knows by its id is passed by. Never takes more than publishers would be allowed to.

import type { Dictionary } from '../index/dictionary.ts'
import type {
  ConnectionNumber,
  GroupNumber,
  Offset,
  TopicNumber,
  TypeNumber,
} from '../model/ids.ts'
import { deliverLimitMax, groupBytesMax, namesBytesMax, namesMax } from '../model/limits.ts'
import type { DictionaryName, LogRecord, MessageFields, Routing } from '../model/record.ts'
import type { OperatorCommand } from './command.ts'
import { type ContentHash, hashContent } from './content-hash.ts'
import type { Decision, Moment } from './decision.ts'
import {
  importedToText,
  type ImportAction,
  type ImportedMessage,
  type ImportVerdict,
} from './import-action.ts'
import {
  groupOf,
  isKept,
  isNowhere,
  isOver,
  judge,
  kindOf,
  nowhere,
  routingOf,
  whyNowhere,
} from './decide-import-verdict.ts'
import { refuse, refuseForNow } from './operator-reply.ts'
import type { Session } from './session.ts'
import type { BrokerState } from './state.ts'

const content: ContentHash = { content0: 0, content1: 0 }
/** No client: the attempts were made by another broker. */
const nobody = 0 as ConnectionNumber
/** The original's longest wait between two attempts. */
const retryWithinMs = 160_000

/** Answers `taken`, and in `list` a verdict for each of them; one more, `unbound` or `unserved`, when that ended the slice. */
export function decideImport(
  state: BrokerState,
  session: Session,
  command: OperatorCommand,
  action: ImportAction,
  moment: Moment,
  out: Decision,
): void {
  if (moment.refusal !== undefined) return refuseForNow(command, moment.refusal, out)
  const room = roomOf(session, moment)
  if (room === 0) return refuseForNow(command, 'overload: too many messages, retry later', out)
  const { messages, isDryRun } = action
  const places = [...action.places]
  const verdicts: ImportVerdict[] = []
  const records: LogRecord[] = []
  const seen = new Set<string>()
  let taken = 0
  let kept = 0
  for (const message of messages) {
    if (kept === room && !isDryRun) break
    let verdict = judge(state, action, message, seen, moment)
    if (message.kind === 'message' && isKept(verdict)) {
      const names = isDryRun ? 'all' : nameThem(state, message, out)
      if (names === 'none-left') return refuse(command, 'too many distinct names', out)
      if (names === 'new') return
      const routing = verdict === 'open' ? nowhere : routingOf(state, message, verdict === 'dead')
      if (verdict !== 'open' && isNowhere(routing))
        verdict = whyNowhere(state, session.settings, message, verdict)
      if (isKept(verdict) && !isDryRun) keep(state, message, verdict, routing, moment, records)
    }
    verdicts.push(verdict)
    const isUnwanted = verdict === 'unbound' || verdict === 'unserved'
    if (isUnwanted && !action.skipsUnbound && !isDryRun && !isOver(message, moment)) break
    if (isKept(verdict)) kept++
    taken++
    places[message.table] = Math.max(places[message.table] ?? 0, message.row)
  }
  if (taken > 0 && !isDryRun) records.push(progress(command, action, places))
  out.records.push(...records)
  const result = { ok: true, detail: 'import', counts: { taken }, list: verdicts } as const
  out.effects.push({ kind: 'operator-reply', reply: command.reply, result })
}

/** Half of what publishers may still send now is left to them. */
function roomOf(session: Session, moment: Moment): number {
  const level = session.receive?.level(moment.nowMs) ?? Infinity
  return level < 1 ? 0 : Math.max(1, Math.floor(level / 2))
}

/** Behind the messages: once it is durable, they are. */
function progress(
  command: OperatorCommand,
  { source, tables }: ImportAction,
  places: readonly number[],
): LogRecord {
  const reached = Object.fromEntries(tables.map((table, at) => [table, places[at] ?? 0]))
  const detail = importedToText({ source, places: reached })
  return { kind: 'operator', who: command.who, action: 'import', detail }
}

/** `new`: records of names were made, and the command is to be decided again behind them. */
function nameThem(
  state: BrokerState,
  { view, publisher, failed }: ImportedMessage,
  out: Decision,
): 'all' | 'new' | 'none-left' {
  const topic = view.raw.subarray(view.topicStart, view.topicEnd)
  const type = view.raw.subarray(view.typeStart, view.typeEnd)
  const found = [
    nameOne('topic', state.topicNames, [topic], out),
    nameOne('type', state.typeNames, [type], out),
    nameOne('group', state.groupNames, [publisher, ...failed], out),
  ]
  const isFull = found.includes('none-left')
  if (isFull) out.records.length = 0
  out.again = !isFull && found.includes('new')
  return isFull ? 'none-left' : out.again ? 'new' : 'all'
}

/** One a time: the next number is known only once this one is given. */
function nameOne(
  dictionary: DictionaryName,
  names: Dictionary,
  wanted: readonly Uint8Array[],
  out: Decision,
): 'all' | 'new' | 'none-left' {
  const name = wanted.find((one) => names.numberOf(one, 0, one.length) === 0)
  if (name === undefined) return 'all'
  const number = names.nextNumber()
  if (number >= namesMax || names.bytes >= namesBytesMax || name.length > nameBytesMax)
    return 'none-left'
  out.records.push({ kind: 'named', dictionary, number, name: name.slice() })
  return 'new'
}

/** Topics and types were measured when they were read. */
const nameBytesMax = Math.max(groupBytesMax, 1024)

/** Its record, and those that say what was tried before. */
function keep(
  state: BrokerState,
  message: ImportedMessage,
  verdict: ImportVerdict,
  routing: Routing,
  moment: Moment,
  records: LogRecord[],
): void {
  const offset = (state.nextOffset + records.length) as Offset
  const fields = fieldsOf(state, message)
  if (verdict === 'open') {
    records.push({ ...fields, kind: 'prepared' })
    return
  }
  records.push({ ...fields, kind: 'published', routing })
  const { attempts, expiresAt, retryAt } = message
  const failed = new Set(message.failed.map((name) => groupOf(state, name)))
  for (const group of [...routing.durable, ...routing.transient]) {
    const isTried = attempts > 0 && failed.has(group)
    if (isTried) records.push(delivered(group, offset, attempts))
    if (verdict === 'dead') {
      const reason = expiresAt * 1000 <= moment.nowMs ? 'expired' : 'limit'
      records.push({ kind: 'dead-lettered', group, message: offset, reason, feedback: 'imported' })
    } else if (isTried) {
      const latest = moment.nowMs + retryWithinMs
      const retryAtMs = Math.min(Math.max(moment.nowMs, retryAt * 1000), latest)
      const feedback = 'imported: the attempts so far were made before'
      records.push({
        kind: 'failed',
        group,
        message: offset,
        cause: 'timeout',
        feedback,
        retryAtMs,
      })
    }
  }
}

function delivered(group: GroupNumber, message: Offset, attempts: number): LogRecord {
  return {
    kind: 'delivered',
    group,
    connection: nobody,
    messages: [message],
    attempts: [Math.min(attempts, deliverLimitMax)],
  }
}

function fieldsOf(state: BrokerState, message: ImportedMessage): MessageFields {
  const { view, expiresAt, publisher } = message
  const { id0, id1, id2, id3, form, deliverLimit } = view
  const [topic, type] = kindOf(state, message)
  hashContent(view, topic, type, content)
  return {
    id0,
    id1,
    id2,
    id3,
    topic: topic as TopicNumber,
    type: type as TypeNumber,
    publisher: groupOf(state, publisher) as GroupNumber,
    form,
    content0: content.content0,
    content1: content.content1,
    expiresAt,
    deliverLimit,
    message: view.message,
  }
}
