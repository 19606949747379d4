// The one place that changes durable state: a record and where it stands, into the folds. The same live, at recovery and on
// a replica. Must never ask a clock or a binding, and never throw for a record that comes late: acks race.

import {
  statusLive,
  statusPrepared,
  statusRolledBack,
  statusSettled,
} from '../index/message-table.ts'
import { unreachable } from '../model/assert.ts'
import type { GroupNumber, Offset, Ordinal, Row, TopicNumber, TypeNumber } from '../model/ids.ts'
import { settledForgottenPerRecordMax } from '../model/limits.ts'
import type {
  DeliveredRecord,
  LogRecord,
  PreparedRecord,
  PublishedRecord,
  RecordPlace,
  Routing,
} from '../model/record.ts'
import { judge } from '../txn/transitions.ts'
import type { TransactionDecision, TransactionStatus } from '../txn/transitions.ts'
import { forgetRecalled, holdBack, recall } from './apply-group.ts'
import { applyStorage } from './apply-storage.ts'
import { acceptLossAction } from './journal.ts'
import type { BrokerState } from './state.ts'

export function apply(state: BrokerState, record: LogRecord, place: RecordPlace): void {
  const timeMs = Math.max(state.lastTimeMs, place.timeMs)
  state.lastTimeMs = timeMs
  state.nextOffset = (place.offset + 1) as Offset
  change(state, record, place, timeMs)
  forgetOutdated(state, timeMs)
}

function change(state: BrokerState, record: LogRecord, place: RecordPlace, timeMs: number): void {
  switch (record.kind) {
    case 'published':
      publish(state, record, place, timeMs)
      return
    case 'prepared':
      prepare(state, record, place, timeMs)
      return
    case 'committed':
      commit(state, record.prepared, record.routing, timeMs)
      return
    case 'rolled-back':
      rollBack(state, record.prepared, timeMs)
      return
    case 'inquired':
      state.transactions.inquire(record.prepared, record.attempt, timeMs)
      return
    case 'delivered':
      deliver(state, record)
      return
    case 'acked':
    case 'skipped':
      settle(state, record.group, record.messages, timeMs)
      return
    default:
      changeRarely(state, record, place, timeMs)
  }
}

type RareRecord = Exclude<
  LogRecord,
  {
    kind:
      | 'published'
      | 'prepared'
      | 'committed'
      | 'rolled-back'
      | 'inquired'
      | 'delivered'
      | 'acked'
      | 'skipped'
  }
>

/** What no hot path leads through: apart, so that the switch above stays small enough to be compiled well. */
function changeRarely(
  state: BrokerState,
  record: RareRecord,
  place: RecordPlace,
  timeMs: number,
): void {
  switch (record.kind) {
    case 'started':
      state.epoch = record.epoch
      state.logId = record.logId
      state.formatVersion = record.formatVersion
      state.settled.windowMs = record.settledWindowMs
      state.settled.idsMax = record.settledIdsMax
      state.journal.count('starts')
      state.queues.endLeases()
      return
    case 'named':
      dictionaryOf(state, record.dictionary).add(record.number, record.name)
      return
    case 'failed':
      fail(state, record)
      return
    case 'dead-lettered':
      bury(state, record, timeMs)
      return
    case 'redriven':
      redrive(state, record.group, record.message)
      return
    case 'purged':
      purge(state, record.group, record.message, timeMs)
      return
    case 'bindings-changed':
      state.bindings.change(record.source, record.topic, record.group, record.bindings)
      park(state, record.topic, record.group, record.parks, record.unparks)
      return
    case 'members-changed':
      state.journal.count(record.change === 'joined' ? 'joins' : 'leaves')
      return
    case 'operator':
      state.journal.count('operatorActs')
      if (record.action === acceptLossAction) state.journal.accept()
      return
    case 'hole':
      state.journal.addHole(record)
      return
    case 'closed':
      if (record.clean) state.journal.count('cleanStops')
      return
    case 'paused':
    case 'resumed':
      holdBack(state, record, timeMs)
      return
    case 'recalled':
      recall(state, record, place)
      return
    case 'base':
    case 'moved':
    case 'dropped':
      applyStorage(state, record, place)
      return
    default:
      unreachable(record)
  }
}

function publish(
  state: BrokerState,
  record: PublishedRecord,
  place: RecordPlace,
  timeMs: number,
): void {
  const ordinal = state.topics.take(record.topic)
  const waiting = enqueue(state, record.topic, ordinal, record.routing)
  const status = waiting === 0 ? statusSettled : statusLive
  const row = state.messages.add(record, place, status, ordinal, waiting)
  state.ids.add(row)
  state.offsets.add(place.offset, row)
  if (waiting === 0) {
    keepForRepeats(state, row, timeMs)
    return
  }
  state.liveCount++
  state.topics.add(record.topic, ordinal, row)
  state.expiry.note(row, record.expiresAt)
}

function prepare(
  state: BrokerState,
  record: PreparedRecord,
  place: RecordPlace,
  timeMs: number,
): void {
  const row = state.messages.add(record, place, statusPrepared, 0 as Ordinal, 0)
  state.ids.add(row)
  state.offsets.add(place.offset, row)
  state.liveCount++
  state.expiry.note(row, record.expiresAt)
  state.transactions.prepare(place.offset, row, record.publisher, timeMs)
}

/** Into the queues of its groups; how many took it. */
function enqueue(
  state: BrokerState,
  topic: TopicNumber,
  ordinal: Ordinal,
  routing: Routing,
): number {
  const { durable, transient } = routing
  let waiting = 0
  for (let i = 0; i < durable.length; i++) {
    if (state.queues.open(durable[i]!, topic).add(ordinal, false)) waiting++
  }
  for (let i = 0; i < transient.length; i++) {
    if (state.queues.open(transient[i]!, topic).add(ordinal, true)) waiting++
  }
  return waiting
}

/** A message no group waits for is settled at once. */
function goLive(
  state: BrokerState,
  row: Row,
  topic: TopicNumber,
  ordinal: Ordinal,
  waiting: number,
  timeMs: number,
): void {
  if (waiting === 0) {
    remember(state, row, statusSettled, ordinal, timeMs)
    return
  }
  state.topics.add(topic, ordinal, row)
  state.expiry.note(row, state.messages.expiresAtOf(row))
}

function commit(state: BrokerState, prepared: Offset, routing: Routing, timeMs: number): void {
  const row = decided(state, prepared, 'commit')
  if (row === -1) return
  const topic = state.messages.topicOf(row)
  const ordinal = state.topics.take(topic)
  const waiting = enqueue(state, topic, ordinal, routing)
  state.messages.change(row, statusLive, ordinal, waiting, 0)
  goLive(state, row, topic, ordinal, waiting, timeMs)
}

function rollBack(state: BrokerState, prepared: Offset, timeMs: number): void {
  const row = decided(state, prepared, 'rollback')
  if (row !== -1) remember(state, row, statusRolledBack, 0 as Ordinal, timeMs)
}

/** The row of the message when this decision is the first; otherwise it is counted, and -1. */
function decided(state: BrokerState, prepared: Offset, decision: TransactionDecision): Row | -1 {
  const row = state.offsets.find(prepared)
  if (row === -1 || !state.messages.wasPreparedOf(row)) return -1
  const verdict = judge(transactionStatusOf(state, row), decision)
  if (verdict === 'take') {
    state.transactions.decide(prepared, decision === 'commit' ? 'committed' : 'rolledBack')
    return row
  }
  state.transactions.count(verdict === 'repeat' ? 'repeated' : 'contrary')
  return -1
}

function transactionStatusOf(state: BrokerState, row: Row): TransactionStatus {
  const status = state.messages.statusOf(row)
  if (status === statusPrepared) return 'prepared'
  return status === statusRolledBack ? 'rolled-back' : 'committed'
}

function deliver(state: BrokerState, record: DeliveredRecord): void {
  const { messages: offsets, attempts, group } = record
  const { messages, queues, topics } = state
  for (let i = 0; i < offsets.length; i++) {
    const row = state.offsets.find(offsets[i]!)
    if (row === -1 || messages.statusOf(row) !== statusLive) continue
    queues.find(group, messages.topicOf(row))?.deliver(topics.ordinalOf(row), attempts[i]!)
  }
}

function settle(
  state: BrokerState,
  group: GroupNumber,
  offsets: readonly Offset[],
  timeMs: number,
): void {
  const { messages, queues, topics } = state
  for (let i = 0; i < offsets.length; i++) {
    const row = state.offsets.find(offsets[i]!)
    if (row === -1 || messages.statusOf(row) !== statusLive) continue
    const topic = messages.topicOf(row)
    const ordinal = topics.ordinalOf(row)
    if (queues.find(group, topic)?.settle(ordinal) !== true) continue
    letGo(state, row, topic, ordinal, messages.waitingOf(row) - 1, messages.deadOf(row), timeMs)
  }
}

/** Fewer groups hold the message; with none left it is settled. */
function letGo(
  state: BrokerState,
  row: Row,
  topic: TopicNumber,
  ordinal: Ordinal,
  waiting: number,
  dead: number,
  timeMs: number,
): void {
  if (waiting + dead > 0) {
    state.messages.change(row, statusLive, ordinal, waiting, dead)
    return
  }
  state.topics.remove(topic, ordinal)
  if (state.messages.isRecalled(row)) forgetRecalled(state, row)
  else remember(state, row, statusSettled, ordinal, timeMs)
}

/** From here on the message is only known, so that a repeat of it is recognised. */
function remember(
  state: BrokerState,
  row: Row,
  status: typeof statusSettled | typeof statusRolledBack,
  ordinal: Ordinal,
  timeMs: number,
): void {
  state.messages.change(row, status, ordinal, 0, 0)
  state.liveCount--
  keepForRepeats(state, row, timeMs)
}

function keepForRepeats(state: BrokerState, row: Row, timeMs: number): void {
  if (state.settled.isFull) forgetOldest(state)
  state.settled.add(row, timeMs)
}

/** A few a record: what one record settles at once is forgotten over several, and the same way in every replay. */
function forgetOutdated(state: BrokerState, timeMs: number): void {
  for (let i = 0; i < settledForgottenPerRecordMax; i++) {
    if (state.settled.outdated(timeMs) === -1) return
    forgetOldest(state)
  }
}

function forgetOldest(state: BrokerState): void {
  const row = state.settled.shift()
  if (row === -1) return
  state.ids.remove(row)
  state.offsets.remove(state.messages.offsetOf(row))
  state.messages.forget(row)
}

function fail(state: BrokerState, record: Extract<LogRecord, { kind: 'failed' }>): void {
  const { messages, queues, topics } = state
  const row = state.offsets.find(record.message)
  if (row === -1 || messages.statusOf(row) !== statusLive) return
  queues
    .find(record.group, messages.topicOf(row))
    ?.fail(topics.ordinalOf(row), record.cause === 'not-sent', record.retryAtMs)
}

function bury(
  state: BrokerState,
  record: Extract<LogRecord, { kind: 'dead-lettered' }>,
  timeMs: number,
): void {
  const { messages, topics } = state
  const { group, message, reason, feedback, back } = record
  const row = state.offsets.find(message)
  if (row === -1 || messages.statusOf(row) !== statusLive) return
  const topic = messages.topicOf(row)
  const ordinal = topics.ordinalOf(row)
  const queue = state.queues.find(group, topic)
  if (queue?.isUnsettled(ordinal) !== true) return
  const attempts = back?.attempts ?? queue.attemptsOf(ordinal)
  const transient = queue.isTransient(ordinal)
  queue.settle(ordinal)
  messages.change(row, statusLive, ordinal, messages.waitingOf(row) - 1, messages.deadOf(row) + 1)
  state.dead.add({
    group,
    message,
    row,
    topic,
    ordinal,
    reason,
    feedback,
    attempts,
    transient,
    atMs: back?.atMs ?? timeMs,
  })
}

function redrive(state: BrokerState, group: GroupNumber, message: Offset): void {
  const letter = state.dead.remove(group, message)
  if (letter === undefined) return
  const { messages } = state
  const { row, topic, ordinal } = letter
  state.queues.open(group, topic).add(ordinal, letter.transient)
  messages.change(row, statusLive, ordinal, messages.waitingOf(row) + 1, messages.deadOf(row) - 1)
  state.expiry.note(row, messages.expiresAtOf(row))
}

function purge(state: BrokerState, group: GroupNumber, message: Offset, timeMs: number): void {
  const letter = state.dead.remove(group, message)
  if (letter === undefined) return
  const { messages } = state
  const { row, topic, ordinal } = letter
  letGo(state, row, topic, ordinal, messages.waitingOf(row), messages.deadOf(row) - 1, timeMs)
}

/** What waits of the types the group no longer wants is set aside; what it wants again comes back. */
function park(
  state: BrokerState,
  topic: TopicNumber,
  group: GroupNumber,
  parks: readonly TypeNumber[],
  unparks: readonly TypeNumber[],
): void {
  const queue = state.queues.find(group, topic)
  if (queue === undefined || parks.length + unparks.length === 0) return
  const parked = new Set(parks)
  const unparked = new Set(unparks)
  const ordinals: Ordinal[] = []
  queue.forEachUnsettled((ordinal) => ordinals.push(ordinal))
  for (const ordinal of ordinals) {
    const row = state.topics.rowAt(topic, ordinal)
    if (row === -1) continue
    const type = state.messages.typeOf(row)
    if (parked.has(type)) queue.park(ordinal)
    if (unparked.has(type)) queue.unpark(ordinal)
  }
}

function dictionaryOf(
  state: BrokerState,
  name: Extract<LogRecord, { kind: 'named' }>['dictionary'],
): BrokerState['topicNames'] | BrokerState['typeNames'] | BrokerState['groupNames'] {
  switch (name) {
    case 'topic':
      return state.topicNames
    case 'type':
      return state.typeNames
    case 'group':
      return state.groupNames
  }
}
