// What clients of the original do wrong and cannot be changed, as the broker meets it: silence, answers by another
// connection, frames they cannot read, the same thing said again and again.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldAll, SimBroker } from '../../test/support/sim-broker.ts'
import type { ConnectionNumber } from '../model/ids.ts'
import {
  breakerTimeouts,
  inFlightPerConnection,
  javaPacketBytesMax,
  lateKeptMs,
  probeIntervalMs,
} from '../model/limits.ts'
import type { Delivery } from './effect.ts'
import type { Member } from './member.ts'

const leaseMs = 5_000
const java = { frameBytesMax: javaPacketBytesMax }
const large = 'x'.repeat(javaPacketBytesMax)

const memberOf = (broker: SimBroker, connection: ConnectionNumber): Member =>
  broker.loop.session.memberOf(connection)!

function check(broker: SimBroker): void {
  assert.equal(foldAll(broker.log.records).digest(), broker.loop.state.digest())
}

/** A group whose only member has answered nothing to messages 1 to n, and is set aside. */
function stuckGroup(): {
  broker: SimBroker
  p: ConnectionNumber
  stuck: ConnectionNumber
  lost: Delivery[]
} {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const stuck = broker.join('sub')
  broker.bind(stuck, 'trade', [{}])
  for (let id = 1; id <= breakerTimeouts; id++) broker.publish(p, { id })
  const lost = broker.deliveries(stuck)
  assert.equal(lost.length, breakerTimeouts)
  broker.clock.advance(leaseMs)
  return { broker, p, stuck, lost }
}

/** What a member gets now, all of it acked. */
function takeAll(broker: SimBroker, connection: ConnectionNumber): number[] {
  const ids: number[] = []
  for (;;) {
    const got = broker.deliveries(connection)
    if (got.length === 0) return ids
    for (const delivery of got) {
      ids.push(broker.idOf(delivery))
      broker.ack(connection, delivery)
    }
  }
}

test('a consumer that answers nothing is set aside: others get its messages, and it a probe now and then', () => {
  const { broker, p, stuck } = stuckGroup()
  assert.deepEqual([...broker.loop.session.setAside], [memberOf(broker, stuck)])
  assert.equal(broker.loop.session.counters.setAside, 1)
  assert.deepEqual(broker.received(stuck), [], 'nothing at once, although it has room')
  const good = broker.join('sub')
  assert.deepEqual(takeAll(broker, good), [1, 2, 3, 4, 5])
  broker.clock.advance(probeIntervalMs)
  for (let id = 6; id <= 9; id++) broker.publish(p, { id })
  assert.deepEqual(broker.received(stuck), [6], 'one to see whether it answers')
  assert.deepEqual(takeAll(broker, good), [7, 8, 9])
  broker.clock.advance(leaseMs)
  const again = broker.deliveries(good)
  assert.deepEqual(
    again.map((delivery) => [broker.idOf(delivery), delivery.attempt]),
    [[6, 2]],
  )
  broker.publish(p, { id: 10 })
  assert.deepEqual(broker.received(stuck), [], 'the next one only after twice the time')
  check(broker)
})

test('an answered probe takes a consumer back', () => {
  const { broker, p, stuck } = stuckGroup()
  broker.clock.advance(probeIntervalMs)
  const [probe, more] = broker.deliveries(stuck)
  assert.equal(more, undefined)
  broker.ack(stuck, probe!)
  assert.equal(broker.loop.session.setAside.size, 0)
  assert.ok(broker.received(stuck).length >= breakerTimeouts - 1, 'it has a window again')
  broker.publish(p, { id: 100 })
  assert.deepEqual(broker.received(stuck), [100])
})

test('a late answer takes a consumer back, also one to what another member has acked by then', () => {
  const { broker, p, stuck, lost } = stuckGroup()
  const good = broker.join('sub')
  assert.equal(takeAll(broker, good).length, breakerTimeouts)
  broker.publish(p, { id: 50 })
  const left = broker.loop.state.liveCount
  broker.ackAs(stuck, lost[0]!.opaque, 1)
  assert.equal(broker.loop.session.setAside.size, 0)
  assert.equal(broker.loop.state.liveCount, left, 'it settles nothing')
  check(broker)
})

test('what an original client holds unanswered stays within the window, also past its leases', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const c = broker.join('sub')
  broker.bind(c, 'trade', [{}])
  const isHeld = (delivery: Delivery): boolean => broker.idOf(delivery) <= 10
  const held: Delivery[] = []
  let id = 0
  let done = 0
  const second = (): void => {
    for (let n = 0; n < 40; n++) broker.publish(p, { id: ++id })
    for (let got = broker.deliveries(c); got.length > 0; got = broker.deliveries(c)) {
      const quick = got.filter((delivery) => !isHeld(delivery))
      held.push(...got.filter(isHeld))
      const out = held.length + quick.length
      assert.ok(out <= inFlightPerConnection, `${out} unanswered`)
      for (const delivery of quick) broker.ack(c, delivery)
      done += quick.length
    }
    broker.clock.advance(1_000)
  }
  for (let ms = 0; ms < leaseMs + lateKeptMs; ms += 1_000) second()
  assert.ok(held.length > 20, 'those that are held go out again')
  assert.ok(done > 100, 'and the others go on')
})

test('the last attempt of a message is not spent on a consumer that is set aside while another is there', () => {
  const { broker, p, stuck } = stuckGroup()
  const good = broker.join('sub', { window: 1 })
  assert.equal(takeAll(broker, good).length, breakerTimeouts)
  broker.publish(p, { id: 20 })
  const [first] = broker.deliveries(good)
  assert.equal(broker.idOf(first!), 20)
  broker.clock.advance(probeIntervalMs - 1_000)
  broker.ack(good, first!)
  broker.publish(p, { id: 21 })
  const [second] = broker.deliveries(good)
  broker.clock.advance(1_000) // a probe is due, and the other one is full
  broker.publish(p, { id: 22, deliverLimit: 1 })
  broker.clock.advance(1_000)
  assert.deepEqual(broker.received(stuck), [])
  assert.deepEqual(broker.received(good), [])
  broker.ack(good, second!)
  assert.deepEqual(takeAll(broker, good), [22])
  assert.deepEqual(broker.loop.state.dead.list(), [])
  check(broker)
})

test('an answer by a newer connection of the same address counts, and from then on that one gets the messages', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const old = broker.join('sub', { host: '10.0.0.1' })
  broker.bind(old, 'trade', [{}])
  broker.publish(p, { id: 1 })
  const [first] = broker.deliveries(old)
  const newer = broker.join('sub', { host: '10.0.0.1' })
  broker.ack(newer, first!)
  assert.equal(broker.loop.state.liveCount, 0)
  for (let id = 2; id <= 9; id++) broker.publish(p, { id })
  assert.deepEqual(broker.received(old), [])
  assert.equal(broker.deliveries(newer).length, 8)
  broker.leave(newer)
  assert.equal(broker.received(old).length, 8, 'back to the older one when the newer is gone')
})

test('an answer by a connection of another address or an older one moves nothing', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const a = broker.join('sub', { host: '10.0.0.1' })
  broker.bind(a, 'trade', [{}])
  broker.publish(p, { id: 1 })
  const [first] = broker.deliveries(a)
  const b = broker.join('sub', { host: '10.0.0.2' })
  broker.ack(b, first!)
  for (let id = 2; id <= 5; id++) broker.publish(p, { id })
  const [second] = broker.deliveries(b)
  assert.equal(broker.deliveries(a).length, 2)
  broker.ack(a, second!)
  broker.publish(p, { id: 6 })
  assert.equal(memberOf(broker, a).isSuperseded || memberOf(broker, b).isSuperseded, false)
})

test('a client that reconnected answers by the new connection what the old one brought: it is alive again', () => {
  const { broker, p, stuck, lost } = stuckGroup()
  const newer = broker.join('sub')
  assert.deepEqual(takeAll(broker, newer), [1, 2, 3, 4, 5])
  broker.ackAs(newer, lost[1]!.opaque, 2)
  assert.equal(broker.loop.session.setAside.size, 0)
  broker.clock.advance(probeIntervalMs)
  for (let id = 10; id <= 13; id++) broker.publish(p, { id })
  assert.deepEqual(broker.received(stuck), [], 'no probe is spent on the old one')
  assert.deepEqual(takeAll(broker, newer), [10, 11, 12, 13])
})

test('with only a member set aside, one that is warming up serves', () => {
  const { broker } = stuckGroup()
  const cold = broker.join('sub', { warmingUpSeconds: 1_000_000 })
  assert.deepEqual(takeAll(broker, cold), [1, 2, 3, 4, 5])
})

test('a message that a client cannot read goes to a member that can, who is waited for when it is full', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const reader = broker.join('sub', { window: 1 })
  broker.bind(reader, 'trade', [{}])
  const small = broker.join('sub', java)
  broker.publish(p, { id: 1, body: large })
  assert.deepEqual(broker.received(small), [])
  const [first] = broker.deliveries(reader)
  broker.publish(p, { id: 2, body: large })
  broker.publish(p, { id: 3, body: 'short', topic: 'trade' })
  broker.clock.advance(1_000)
  assert.deepEqual(broker.received(small), [], 'order holds: what is behind it waits')
  broker.ack(reader, first!)
  const [second] = broker.deliveries(reader)
  assert.deepEqual([broker.idOf(second!), second!.attempt], [2, 1])
  assert.deepEqual(broker.received(small), [3])
  assert.equal(broker.kinds().includes('failed'), false)
  check(broker)
})

test('a reader that is warming up gets what nobody else can read', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const small = broker.join('sub', java)
  broker.bind(small, 'trade', [{}])
  const cold = broker.join('sub', { warmingUpSeconds: 1_000_000 })
  for (let id = 1; id <= 5; id++) broker.publish(p, { id, body: large })
  assert.equal(broker.deliveries(cold).length, 5)
})

test('what nobody of the group can read fails with its reason, rarely, and ends in the dead letters', () => {
  const broker = new SimBroker({ backoff: [{ fromAttempt: 1, waitMs: 0 }] })
  const p = broker.join('pub')
  const small = broker.join('sub', java)
  broker.bind(small, 'trade', [{}])
  broker.publish(p, { id: 1, body: large, deliverLimit: 3 })
  let tries = 0
  const refuse = (): void => {
    for (const { opaque } of broker.deliveries(small)) {
      tries += 1
      broker.loop.submit({ kind: 'undeliverable', connection: small, opaque, cause: 'too-large' })
    }
  }
  broker.clock.advance(leaseMs - 1, refuse)
  assert.equal(tries, 1, 'not again before a lease would be over')
  broker.publish(p, { id: 2 })
  assert.deepEqual(broker.received(small), [2], 'others pass it')
  broker.clock.advance(3 * leaseMs, refuse)
  const [letter] = broker.loop.state.dead.list()
  assert.equal(letter?.reason, 'limit')
  const failed = broker.log.records
    .map(({ record }) => record)
    .filter((one) => one.kind === 'failed')
  const reasons = failed.filter(({ cause }) => cause === 'too-large').map((one) => one.feedback)
  assert.equal(reasons[0], `larger than the ${javaPacketBytesMax} bytes that this client reads`)
  assert.equal(memberOf(broker, small).breaker.isOpen, false, 'the client did nothing wrong')
  check(broker)
})

test('a message that a later member can read waits for it', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const small = broker.join('sub', java)
  broker.bind(small, 'trade', [{}])
  broker.publish(p, { id: 1, body: large })
  const [{ opaque }] = broker.deliveries(small) as [Delivery]
  broker.loop.submit({ kind: 'undeliverable', connection: small, opaque, cause: 'too-large' })
  const reader = broker.join('sub')
  broker.clock.advance(leaseMs)
  assert.deepEqual(broker.received(reader), [1])
})

test('a fly message goes to a member that can read it, and is dropped when there is none', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const small = broker.join('sub', java)
  broker.bind(small, 'trade', [{}])
  const flown = (connection: ConnectionNumber): number =>
    (broker.sent.get(connection) ?? []).filter(({ kind }) => kind === 'fly').length
  broker.publish(p, { id: 1, body: large, fly: true })
  assert.equal(flown(small), 0)
  assert.equal(broker.loop.session.counters.droppedFly, 1)
  const reader = broker.join('sub')
  broker.publish(p, { id: 2, body: large, fly: true })
  assert.deepEqual([flown(small), flown(reader)], [0, 1])
})

test('the same bindings told again and again change nothing and write nothing', () => {
  const broker = new SimBroker()
  const c = broker.join('sub')
  const binding = {
    topic: 'trade',
    group: 'sub',
    bindType: 'direct' as const,
    messageType: 'pay-succ-200',
    watermark: 100,
    persistent: true,
  }
  const tell = (): void => {
    broker.loop.submit({ kind: 'registry', snapshot: { source: 'registry', bindings: [binding] } })
    broker.bind(c, 'trade', [{}])
  }
  tell()
  broker.clock.advance(2_000)
  const before = broker.log.records.length
  for (let n = 0; n < 100; n++) tell()
  assert.deepEqual(broker.kinds(before), [])
  const acks = (broker.sent.get(c) ?? []).filter((one) => one.kind === 'command-ack')
  assert.equal(acks.length, 101, 'each is answered')
})

test('a decision about a message that was not prepared is counted, and changes nothing', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const c = broker.join('sub')
  broker.bind(c, 'trade', [{}])
  broker.publish(p, { id: 1 })
  const from = broker.log.records.length
  for (const status of [1, 2]) broker.decideTransaction(p, 1, status)
  assert.equal(broker.loop.session.counters.ignoredDecisions, 2)
  assert.deepEqual(broker.kinds(from), [])
  assert.deepEqual(takeAll(broker, c), [1])
  assert.equal(broker.loop.state.liveCount, 0)
})

test('nobody is blamed for what still waits for the disk', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const c = broker.join('sub')
  broker.bind(c, 'trade', [{}])
  broker.log.isFast = false
  for (let id = 1; id <= 2 * breakerTimeouts; id++) broker.publish(p, { id })
  broker.clock.advance(leaseMs)
  assert.equal(broker.received(c).length, 0)
  assert.equal(broker.loop.session.setAside.size, 0)
  assert.equal(memberOf(broker, c).late, 2 * breakerTimeouts)
})

test('a connection set aside is asked about what it has prepared only when its group has no other', () => {
  const { broker, p, stuck } = stuckGroup()
  const askedBy = (connection: ConnectionNumber): number => {
    const sent = broker.sent.get(connection) ?? []
    return sent.filter(({ kind }) => kind === 'inquire').length
  }
  broker.publish(stuck, { id: 80, commit: false })
  broker.clock.advance(leaseMs + 1_000)
  assert.equal(askedBy(stuck), 1, 'it is the only one of its group')
  const good = broker.join('sub')
  for (let second = 0; second < 60; second++) {
    takeAll(broker, good)
    broker.clock.advance(1_000)
  }
  assert.ok(askedBy(good) > 0, 'the one that answers is asked from then on')
  assert.equal(askedBy(stuck), 1, 'and the other is not')
  assert.equal(askedBy(p), 0, 'nor is a connection of another group')
})

test('a first delivery keeps its distance from the handshake, unless the client asks for it', () => {
  const broker = new SimBroker({ firstDelayMs: 100 })
  const p = broker.join('pub')
  const c = broker.join('sub')
  broker.bind(c, 'trade', [{}])
  broker.publish(p, { id: 1 })
  broker.publish(p, { id: 2, fly: true })
  broker.clock.advance(99)
  assert.deepEqual(broker.received(c), [], 'its answers would be lost')
  assert.equal((broker.sent.get(c) ?? []).filter(({ kind }) => kind === 'fly').length, 0)
  broker.clock.advance(1)
  assert.deepEqual(broker.received(c), [1])
  assert.equal((broker.sent.get(c) ?? []).filter(({ kind }) => kind === 'fly').length, 1)
  const ours = broker.join('sub', { window: 10 })
  broker.publish(p, { id: 3 })
  assert.deepEqual(broker.received(ours), [3], 'a credit says that it is ready')
  const next = broker.join('sub')
  broker.publish(p, { id: 4 })
  assert.deepEqual([...broker.received(c), ...broker.received(ours)], [4], 'others go on meanwhile')
  assert.deepEqual(broker.received(next), [])
  check(broker)
})

test('an inquiry that waited for its group keeps its distance from the handshake, too', () => {
  const broker = new SimBroker({ firstDelayMs: 100 })
  const p = broker.join('pub')
  broker.publish(p, { id: 1, commit: false })
  broker.leave(p)
  broker.clock.advance(6_000)
  const again = broker.join('pub')
  const asked = (): number =>
    (broker.sent.get(again) ?? []).filter(({ kind }) => kind === 'inquire').length
  broker.clock.advance(99)
  assert.equal(asked(), 0)
  broker.clock.advance(1)
  assert.equal(asked(), 1)
})
