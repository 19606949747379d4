// What one client may cost the others: lists that become records, work that becomes standstill, memory that stays.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldAll, SimBroker } from '../../test/support/sim-broker.ts'
import {
  bindingsBytesMax,
  bindingsPerGroupMax,
  bindingsPerTopicMax,
  expiryRecordsPerTurn,
  flyBytesMax,
  inFlightPerConnection,
  recordListMax,
} from '../model/limits.ts'
import type { LogRecord } from '../model/record.ts'

const recordsOf = <Kind extends LogRecord['kind']>(
  broker: SimBroker,
  kind: Kind,
): Extract<LogRecord, { kind: Kind }>[] =>
  broker.log.records
    .map(({ record }) => record)
    .filter((record): record is Extract<LogRecord, { kind: Kind }> => record.kind === kind)

const feedbackOf = (broker: SimBroker, connection: ReturnType<SimBroker['join']>): string => {
  const acks = (broker.sent.get(connection) ?? []).filter((one) => one.kind === 'command-ack')
  const last = acks.at(-1)
  return last?.kind === 'command-ack' ? `${last.status} ${last.feedback}` : 'none'
}

test('what a group without connections skips is written in records of a bounded length', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const c = broker.join('sub', { window: 0 })
  broker.bind(c, 'trade', [{ persistent: false }])
  const count = recordListMax + 5000
  for (let id = 1; id <= count; id++) {
    broker.publishOnly(p, { id })
    if (id % 4096 === 0) broker.clock.runTurns()
  }
  broker.leave(c)
  const skipped = recordsOf(broker, 'skipped')
  assert.ok(skipped.length >= 2)
  for (const { messages } of skipped) assert.ok(messages.length <= recordListMax)
  assert.equal(
    skipped.reduce((sum, { messages }) => sum + messages.length, 0),
    count,
  )
  assert.equal(broker.loop.state.liveCount, 0)
  assert.equal(foldAll(broker.log.records).digest(), broker.loop.state.digest())
})

test('the acks of one turn are written in records of a bounded length', () => {
  const broker = new SimBroker()
  const group = 1 as never
  const messages = Array.from({ length: recordListMax * 2 + 7 }, (_, n) => n as never)
  for (const message of messages) broker.loop.session.gatherAck(group, message)
  broker.join('pub') // a turn
  const acked = recordsOf(broker, 'acked')
  assert.deepEqual(
    acked.map((record) => record.messages.length),
    [recordListMax, recordListMax, 7],
  )
})

test('a list of bindings is bounded in bytes, as UTF-8 counts them', () => {
  const broker = new SimBroker()
  const c = broker.join('sub')
  const wide = '\u{fffd}'.repeat(1000) // 3 bytes each
  const many = Math.floor(bindingsBytesMax / 3000) + 1
  broker.bind(
    c,
    'trade',
    Array.from({ length: many }, () => ({ bindType: 'direct' as const, messageType: wide })),
  )
  assert.match(feedbackOf(broker, c), /^false bindings: expected at most \d+ bytes/)
  assert.equal(recordsOf(broker, 'bindings-changed').length, 0)
})

test('the bindings of one group are bounded over all topics, and what it replaces does not count twice', () => {
  const broker = new SimBroker()
  const c = broker.join('sub')
  const list = Array.from({ length: bindingsPerTopicMax }, (_, n) => ({
    bindType: 'direct' as const,
    messageType: `type-${n}`,
  }))
  const topics = bindingsPerGroupMax / bindingsPerTopicMax
  for (let n = 0; n < topics; n++) {
    broker.bind(c, `topic-${n}`, list)
    assert.match(feedbackOf(broker, c), /^true/)
  }
  broker.bind(c, 'one-more', list)
  assert.match(feedbackOf(broker, c), /^false bindings: expected at most \d+ of one group/)
  broker.bind(c, 'topic-0', [...list.slice(1), { bindType: 'direct', messageType: 'other' }])
  assert.match(feedbackOf(broker, c), /^true/)
  broker.bind(c, 'topic-1', [])
  broker.bind(c, 'one-more', list)
  assert.match(feedbackOf(broker, c), /^true/)
})

test('changing bindings over many waiting messages again and again is refused for a moment', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const c = broker.join('sub', { window: 0 })
  broker.bind(c, 'trade', [{}])
  for (let id = 1; id <= 20_000; id++) {
    broker.publishOnly(p, { id })
    if (id % 4096 === 0) broker.clock.runTurns()
  }
  broker.clock.runTurns()
  let changes = 0
  for (; changes < 100; changes++) {
    broker.bind(c, 'trade', [{ watermark: changes + 1 }])
    if (!feedbackOf(broker, c).startsWith('true')) break
  }
  assert.match(feedbackOf(broker, c), /too fast/)
  assert.ok(changes >= 10 && changes < 60, `${changes} changes went through`)
  broker.clock.advance(1000)
  broker.bind(c, 'trade', [{ watermark: 7777 }])
  assert.match(feedbackOf(broker, c), /^true/)
})

test('messages of many groups that expire together are worked off in slices', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const groups = 300
  for (let n = 0; n < groups; n++) broker.bind(broker.join(`g${n}`, { window: 0 }), 'trade', [{}])
  const count = 60
  for (let id = 1; id <= count; id++) broker.publishOnly(p, { id, livesSeconds: 5 })
  broker.clock.runTurns()
  const from = broker.log.records.length
  broker.clock.advance(10_000)
  const buried = broker.kinds(from).filter((kind) => kind === 'dead-lettered').length
  assert.equal(buried, count * groups)
  // One clock reading a slice: no more records carry one time than a slice holds.
  const atOnce = new Map<number, number>()
  for (const { timeMs } of broker.log.records.slice(from))
    atOnce.set(timeMs, (atOnce.get(timeMs) ?? 0) + 1)
  assert.ok(Math.max(...atOnce.values()) <= expiryRecordsPerTurn + groups)
})

test('fly messages count against their bound until their leases end', () => {
  const broker = new SimBroker()
  const c = broker.join('sub', { window: 10_000 })
  broker.bind(c, 'trade', [{}])
  const { session, state } = broker.loop
  const group = state.groupNames.numberOfText('sub')
  const bytes = new Uint8Array(8 * 1024 * 1024)
  for (let n = 0; n < (2 * flyBytesMax) / bytes.length; n++) {
    session.addFly(group as never, { topic: 1 as never, form: 0x11, bytes, attempt: 1 })
    broker.join('other') // a turn: what waits goes out
  }
  const out = (broker.sent.get(c) ?? []).filter((one) => one.kind === 'fly').length
  assert.equal(out, flyBytesMax / bytes.length)
  assert.equal(session.counters.droppedFly, out)
})

test('a publisher is asked about no more transactions at a time than any client can read', () => {
  const broker = new SimBroker()
  const p = broker.join('pub', { window: 0 })
  for (let id = 1; id <= 200; id++) broker.publish(p, { id, commit: false })
  let most = 0
  for (let second = 0; second < 300; second++) {
    broker.clock.advance(1000)
    most = Math.max(most, broker.loop.session.inFlight.size)
  }
  assert.equal(most, inFlightPerConnection)
  const asked = new Set(recordsOf(broker, 'inquired').map((record) => record.prepared))
  assert.ok(asked.size > inFlightPerConnection, 'the others are asked later')
})
