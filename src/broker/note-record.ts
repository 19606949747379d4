// What a record means for the volatile side: something may be ready, something is due later, a rate limit has changed.

import type { Offset, Ordinal, Row } from '../model/ids.ts'
import type { LogRecord, Routing } from '../model/record.ts'
import type { TopicNumber } from '../model/ids.ts'
import type { Session } from './session.ts'
import type { BrokerState } from './state.ts'
import type { Traffic } from './traffic.ts'

/** Call after the record was applied. */
export function noteRecord(
  state: BrokerState,
  session: Session,
  traffic: Traffic,
  record: LogRecord,
  offset: Offset,
  nowMs: number,
): void {
  traffic.note(record)
  switch (record.kind) {
    case 'started':
      rebuildSession(state, session, nowMs) // it has ended every lease, so only now it shows what is due
      return
    case 'named':
      if (record.dictionary === 'topic')
        session.topicNamed(record.number as TopicNumber, record.name)
      return
    case 'published':
      session.receive?.take(1, nowMs)
      markRouted(session, record.routing, record.topic)
      return
    case 'prepared':
      session.receive?.take(1, nowMs)
      session.scheduleInquiry(offset, 0, nowMs)
      return
    case 'committed': {
      session.preparedBy.delete(record.prepared)
      const row = state.offsets.find(record.prepared)
      if (row >= 0) markRouted(session, record.routing, state.messages.topicOf(row as Row))
      return
    }
    case 'rolled-back':
      session.preparedBy.delete(record.prepared)
      return
    case 'failed': {
      const row = state.offsets.find(record.message)
      if (row < 0) return
      const topic = state.messages.topicOf(row as Row)
      const ordinal = state.topics.ordinalOf(row as Row)
      session.retryAt(session.queueOf(record.group, topic), ordinal, record.retryAtMs, nowMs)
      return
    }
    case 'redriven':
      noteRedriven(state, session, record)
      return
    case 'recalled':
      session.markReady(record.group, record.topic)
      return
    case 'resumed':
      session.markDirty(session.groupOf(record.group))
      return
    case 'bindings-changed':
      noteBindings(state, session, record, nowMs)
      return
    case 'members-changed':
      if (record.change === 'joined')
        for (const queue of state.queues.ofGroup(record.group))
          if (queue.unsettled > queue.out) session.markReady(record.group, queue.topic)
      return
    default:
      return
  }
}

function noteRedriven(
  { offsets, messages, topics }: BrokerState,
  session: Session,
  { group, message }: Extract<LogRecord, { kind: 'redriven' }>,
): void {
  const row = offsets.find(message)
  if (row !== -1) session.reopen(group, messages.topicOf(row), topics.ordinalOf(row))
}

function noteBindings(
  state: BrokerState,
  session: Session,
  record: Extract<LogRecord, { kind: 'bindings-changed' }>,
  nowMs: number,
): void {
  const { topic, group } = record
  const queue = session.queueOf(group, topic)
  if (record.source === 'client') {
    const waiting = state.queues.find(group, topic)?.unsettled ?? 0
    session.bindingWalk.take(1 + waiting, nowMs)
  }
  session.limit(queue, state.bindings.watermarkOf(topic, group), nowMs)
  if (record.unparks.length > 0) rebuildQueue(state, session, group, topic, nowMs)
}

/** After a replay: what waits is ready, what failed is due, who prepared is asked. */
function rebuildSession(state: BrokerState, session: Session, nowMs: number): void {
  for (const { binding } of state.bindings.list())
    session.limit(
      session.queueOf(binding.group, binding.topic),
      state.bindings.watermarkOf(binding.topic, binding.group),
      nowMs,
    )
  for (const queue of state.queues.all())
    rebuildQueue(state, session, queue.group, queue.topic, nowMs)
  state.transactions.forEachOpen((prepared) => session.scheduleInquiry(prepared, 0, nowMs))
}

function rebuildQueue(
  state: BrokerState,
  session: Session,
  group: Parameters<Session['queueOf']>[0],
  topic: TopicNumber,
  nowMs: number,
): void {
  const queue = state.queues.find(group, topic)
  if (queue === undefined || queue.unsettled === 0) return
  const scheduled = session.queueOf(group, topic)
  scheduled.cursor = queue.floor
  queue.forEachAttempted((ordinal: Ordinal, retryAtMs: number) =>
    session.retryAt(scheduled, ordinal, retryAtMs, nowMs),
  )
  session.markReady(group, topic)
}

function markRouted(session: Session, routing: Routing, topic: TopicNumber): void {
  const { durable, transient } = routing
  for (let i = 0; i < durable.length; i++) session.markReady(durable[i]!, topic)
  for (let i = 0; i < transient.length; i++) session.markReady(transient[i]!, topic)
}
