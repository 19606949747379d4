import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOfFold } from '../../test/support/one-fold.ts'
import { messageFields, placeAt } from '../../test/support/histories.ts'
import {
  statusLive,
  statusPrepared,
  statusRolledBack,
  statusSettled,
} from '../index/message-table.ts'
import type {
  ConnectionNumber,
  Epoch,
  GroupNumber,
  Offset,
  Ordinal,
  Position,
  Row,
  SegmentNumber,
  TopicNumber,
  TypeNumber,
} from '../model/ids.ts'
import type { Binding, LogRecord } from '../model/record.ts'
import { SectionReader, SectionWriter } from '../model/section.ts'
import { apply } from './apply.ts'
import { BrokerState } from './state.ts'

const topic = 1 as TopicNumber
const one = 1 as GroupNumber
const two = 2 as GroupNumber
const connection = 1 as ConnectionNumber
const first = 0 as Ordinal

/** A log in memory and its fold. */
class Log {
  readonly state: BrokerState
  timeMs = 1_000_000
  constructor(settledWindowMs = 1000, settledIdsMax = 100) {
    this.state = new BrokerState({ indexSeed: 1 })
    this.state.settled.windowMs = settledWindowMs
    this.state.settled.idsMax = settledIdsMax
  }

  append(record: LogRecord): Offset {
    const offset = this.state.nextOffset
    apply(this.state, record, placeAt(offset, this.timeMs))
    return offset
  }

  publish(durable: GroupNumber[], transient: GroupNumber[] = [], type = 1): Offset {
    const fields = messageFields(this.state.nextOffset, topic, type)
    return this.append({ kind: 'published', ...fields, routing: { durable, transient } })
  }

  prepare(): Offset {
    return this.append({ kind: 'prepared', ...messageFields(this.state.nextOffset, topic, 1) })
  }

  commit(prepared: Offset, durable: GroupNumber[]): Offset {
    const routing = { durable, transient: [] }
    return this.append({ kind: 'committed', prepared, routing, reason: 'client', feedback: '' })
  }

  rollBack(prepared: Offset): Offset {
    return this.append({ kind: 'rolled-back', prepared, reason: 'client', feedback: '' })
  }

  deliver(group: GroupNumber, message: Offset, attempt: number): Offset {
    const messages = [message]
    return this.append({ kind: 'delivered', group, connection, messages, attempts: [attempt] })
  }

  ack(group: GroupNumber, ...messages: Offset[]): Offset {
    return this.append({ kind: 'acked', group, messages })
  }

  bury(group: GroupNumber, message: Offset): Offset {
    return this.append({ kind: 'dead-lettered', group, message, reason: 'limit', feedback: 'no' })
  }

  row(message: Offset): Row {
    const row = this.state.offsets.find(message)
    assert.notEqual(row, -1)
    return row as Row
  }

  status(message: Offset): number {
    return this.state.messages.statusOf(this.row(message))
  }
}

test('a published message waits for every group and is settled when the last has acked', () => {
  const log = new Log()
  const message = log.publish([one], [two])
  assert.equal(log.state.messages.pendingOf(log.row(message)), 2)
  log.ack(one, message)
  assert.equal(log.status(message), statusLive)
  assert.equal(log.state.queues.find(one, topic)?.unsettled, 0)
  assert.equal(log.state.queues.find(two, topic)?.isTransient(first), true)
  log.append({ kind: 'skipped', group: two, messages: [message] })
  assert.equal(log.status(message), statusSettled)
  assert.equal(log.state.liveCount, 0)
  assert.equal(log.state.topics.rowAt(topic, first), -1)
})

test('a message no group wants is settled at once, and its id is still known', () => {
  const log = new Log()
  const message = log.publish([])
  assert.equal(log.status(message), statusSettled)
  assert.equal(log.state.ids.find(messageFields(message, topic, 1)), log.row(message))
})

test('an ack that comes twice, late, from a foreign group or for nothing changes nothing', () => {
  const log = new Log()
  const message = log.publish([one])
  log.ack(two, message)
  log.ack(one, 777 as Offset)
  assert.equal(log.status(message), statusLive)
  log.ack(one, message, message)
  log.ack(one, message)
  log.bury(one, message)
  log.deliver(one, message, 2)
  assert.equal(log.status(message), statusSettled)
  assert.equal(log.state.settled.size, 1)
  assert.equal(log.state.dead.count, 0)
})

test('a failed delivery counts, one that was not sent does not, and waits for its time', () => {
  const log = new Log()
  const message = log.publish([one])
  const queue = log.state.queues.find(one, topic)!
  const fail = { kind: 'failed', group: one, message, feedback: '' } as const
  log.deliver(one, message, 1)
  assert.equal(queue.isOut(first), true)
  log.append({ ...fail, cause: 'nack', retryAtMs: 5000 })
  assert.deepEqual([queue.out, queue.attemptsOf(first), queue.retryAtOf(first)], [0, 1, 5000])
  log.deliver(one, message, 2)
  log.append({ ...fail, cause: 'not-sent', retryAtMs: 0 })
  assert.deepEqual([queue.out, queue.attemptsOf(first), queue.retryAtOf(first)], [0, 1, 0])
  log.append({ ...fail, cause: 'timeout', retryAtMs: 9000 })
  assert.equal(queue.retryAtOf(first), 0, 'what is not out cannot fail')
})

test('a start ends every lease and gives its attempt back', () => {
  const log = new Log()
  const messages = [log.publish([one]), log.publish([one]), log.publish([one])]
  const queue = log.state.queues.find(one, topic)!
  for (const message of messages.slice(0, 2)) log.deliver(one, message, 3)
  const window = { settledWindowMs: 2000, settledIdsMax: 50 }
  const started = { kind: 'started', formatVersion: 1, logId: 'a', host: 'b', ...window } as const
  log.append({ ...started, epoch: 7 as Epoch })
  assert.equal(log.state.epoch, 7)
  assert.deepEqual([log.state.settled.windowMs, log.state.settled.idsMax], [2000, 50])
  assert.deepEqual([queue.out, queue.attemptsOf(first)], [0, 2])
  const attempted: number[] = []
  queue.forEachAttempted((ordinal) => attempted.push(ordinal))
  assert.deepEqual(attempted, [0, 1])
  assert.equal(queue.nextFresh(first), 2)
})

test('a prepared message is nowhere until it is committed, and then stands behind what was published meanwhile', () => {
  const log = new Log()
  const prepared = log.prepare()
  assert.equal(log.status(prepared), statusPrepared)
  assert.equal(log.state.transactions.get(prepared)?.publisher, 1)
  const published = log.publish([one])
  log.commit(prepared, [one])
  assert.equal(log.status(prepared), statusLive)
  assert.equal(log.state.topics.ordinalOf(log.row(published)), 0)
  assert.equal(log.state.topics.ordinalOf(log.row(prepared)), 1)
  assert.equal(log.state.transactions.open, 0)
})

test('the first decision wins; repeated and contrary ones are counted', () => {
  const log = new Log()
  const [taken, dropped] = [log.prepare(), log.prepare()]
  log.commit(taken, [one])
  log.rollBack(dropped)
  const digest = digestOfFold(log.state.messages)
  log.rollBack(taken)
  log.commit(taken, [two])
  log.commit(dropped, [one])
  assert.equal(digestOfFold(log.state.messages), digest)
  assert.equal(log.status(dropped), statusRolledBack)
  assert.deepEqual(log.state.transactions.counts, {
    committed: 1,
    rolledBack: 1,
    repeated: 1,
    contrary: 2,
  })
  assert.equal(log.state.queues.find(two, topic), undefined)
})

test('an inquiry is remembered until the transaction is decided', () => {
  const log = new Log()
  const prepared = log.prepare()
  log.timeMs += 5000
  log.append({ kind: 'inquired', prepared, attempt: 1, connection })
  assert.equal(log.state.transactions.get(prepared)?.inquiries, 1)
  assert.equal(log.state.transactions.get(prepared)?.lastInquiryAtMs, log.timeMs)
  log.rollBack(prepared)
  log.append({ kind: 'inquired', prepared, attempt: 2, connection })
  assert.equal(log.state.transactions.open, 0)
})

test('a dead letter holds its message until it is purged', () => {
  const log = new Log()
  const message = log.publish([one, two])
  log.deliver(one, message, 1)
  log.bury(one, message)
  log.ack(two, message)
  assert.equal(log.status(message), statusLive)
  assert.equal(log.state.messages.pendingOf(log.row(message)), 1)
  assert.equal(log.state.dead.find(one, message)?.attempts, 1)
  log.ack(one, message)
  assert.equal(log.state.dead.count, 1, 'an ack after death comes too late')
  log.append({ kind: 'purged', group: one, message, who: 'me' })
  assert.equal(log.status(message), statusSettled)
  assert.equal(log.state.dead.count, 0)
})

test('a redriven dead letter waits again as if it were new', () => {
  const log = new Log()
  const message = log.publish([], [one])
  log.deliver(one, message, 3)
  log.bury(one, message)
  assert.deepEqual(log.state.expiry.due(0xfffffff0, 10), [], 'a dead letter does not expire')
  log.append({ kind: 'redriven', group: one, message, who: 'me' })
  const queue = log.state.queues.find(one, topic)!
  assert.deepEqual([queue.attemptsOf(first), queue.isTransient(first)], [0, true])
  assert.equal(queue.nextFresh(first), 0)
  assert.deepEqual(log.state.expiry.due(0xfffffff0, 10), [log.row(message)])
  log.ack(one, message)
  assert.equal(log.status(message), statusSettled)
})

test('what waits of a type that is no longer wanted is parked, and comes back when it is wanted again', () => {
  const log = new Log()
  log.publish([one], [], 1)
  log.publish([one], [], 2)
  const queue = log.state.queues.find(one, topic)!
  const binding: Binding = {
    topic,
    group: one,
    bindType: 'direct',
    messageType: 'a',
    watermark: 0,
    persistent: true,
  }
  const change = { kind: 'bindings-changed', source: 'client', topic, group: one } as const
  log.append({ ...change, bindings: [binding], parks: [2 as TypeNumber], unparks: [] })
  assert.deepEqual([queue.isParked(first), queue.isParked(1 as Ordinal)], [false, true])
  assert.deepEqual(log.state.bindings.listOf('client', topic, one), [binding])
  log.append({ ...change, bindings: [], parks: [], unparks: [2 as TypeNumber] })
  assert.equal(queue.parked, 0)
  assert.equal(log.state.bindings.isBound(topic, one), false)
})

test('settled ids are forgotten after the window, a few a record, and beyond their number at once', () => {
  const log = new Log(1000, 30)
  const messages = Array.from({ length: 40 }, () => log.publish([]))
  assert.equal(log.state.settled.size, 30)
  assert.equal(log.state.offsets.find(messages[9]!), -1)
  assert.notEqual(log.state.offsets.find(messages[10]!), -1)
  log.timeMs += 1000
  log.append({ kind: 'closed', clean: false })
  assert.equal(log.state.settled.size, 22)
  log.append({ kind: 'closed', clean: false })
  assert.equal(log.state.settled.size, 14)
  assert.equal(log.state.messages.count, 14)
  assert.equal(log.state.ids.size, 14)
})

test('holes and clean stops are kept for the report', () => {
  const log = new Log()
  const place = { segment: 1 as SegmentNumber, position: 64 as Position, length: 80 }
  log.append({ kind: 'hole', ...place, firstOffset: 5 as Offset, count: 2 })
  log.append({ kind: 'closed', clean: true })
  assert.deepEqual(log.state.journal.holes, [{ ...place, firstOffset: 5, count: 2 }])
  assert.equal(log.state.journal.counts.recordsLost, 2)
  assert.equal(log.state.journal.counts.cleanStops, 1)
})

test('a name that damage has eaten leaves its number unknown and the next ones right', () => {
  const log = new Log()
  const name = new TextEncoder().encode('later')
  log.append({ kind: 'named', dictionary: 'topic', number: 3, name })
  assert.equal(log.state.topicNames.numberOf(name, 0, name.length), 3)
  assert.equal(log.state.topicNames.nextNumber(), 4)
  assert.equal(log.state.topicNames.textOf(2), '\\#2')
})

test('a checkpoint with a flipped bit or cut short is refused', () => {
  const log = new Log()
  const name = new TextEncoder().encode('zebra')
  log.append({ kind: 'named', dictionary: 'topic', number: 1, name })
  const message = log.publish([one, two])
  log.deliver(one, message, 1)
  log.ack(two, log.publish([two]))
  const writer = new SectionWriter()
  log.state.save(writer)
  const bytes = Buffer.concat(writer.finish())
  const load = (from: Uint8Array): void => {
    const state = new BrokerState({ indexSeed: 2 })
    state.load(new SectionReader([from]))
    assert.equal(state.digest(), log.state.digest())
  }
  load(bytes)
  const corrupt = { code: 'KITEQ_LOG_CORRUPT' }
  assert.throws(() => load(bytes.subarray(0, bytes.length - 1)), corrupt)
  const flipped = Uint8Array.from(bytes)
  flipped[bytes.indexOf('zebra')]! ^= 4
  assert.throws(() => load(flipped), corrupt)
})
