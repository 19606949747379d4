// A connection may list the topics it wants: it gets no others, and nobody is held up by those who want something else.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimBroker } from '../../test/support/sim-broker.ts'
import type { ConnectionNumber, Offset } from '../model/ids.ts'
import { wantedTopicsBytesMax, wantedTopicsMax } from '../model/limits.ts'
import { liveStandingOf } from './standing.ts'

const bytesOf = (name: string): Uint8Array => new TextEncoder().encode(name)

/** A group bound to topics, with nobody who takes anything yet, and a publisher. */
function bench(topics: readonly string[]): { broker: SimBroker; p: ConnectionNumber } {
  const broker = new SimBroker()
  const p = broker.join('pub', { window: 0 })
  const binder = broker.join('sub', { window: 0 })
  for (const topic of topics) broker.bind(binder, topic, [{}])
  broker.leave(binder)
  return { broker, p }
}

function credit(
  broker: SimBroker,
  connection: ConnectionNumber,
  window: number,
  topics: readonly string[] = [],
): void {
  const command = { kind: 'credit', connection, opaque: 77, window } as const
  broker.loop.submit({ ...command, topics: topics.map(bytesOf) })
  broker.clock.runTurns()
}

function member(
  broker: SimBroker,
  topics: readonly string[],
  window = 10,
  warmingUpSeconds = 0,
): ConnectionNumber {
  const connection = broker.join('sub', { window: 0, warmingUpSeconds })
  credit(broker, connection, window, topics)
  return connection
}

function publish(broker: SimBroker, p: ConnectionNumber, topic: string, ids: number[]): void {
  for (const id of ids) broker.publishOnly(p, { id, topic })
  broker.clock.runTurns()
}

function ids(count: number, from: number): number[] {
  return Array.from({ length: count }, (_, at) => from + at)
}

test('members get the topics they listed and no others, and one without a list gets any', () => {
  const { broker, p } = bench(['a', 'b'])
  const [one, other] = [member(broker, ['a']), member(broker, ['b'])]
  publish(broker, p, 'a', [1, 2])
  publish(broker, p, 'b', [3, 4])
  assert.deepEqual([broker.received(one), broker.received(other)], [[1, 2], [3, 4]]) // prettier-ignore
  const all = member(broker, [])
  publish(broker, p, 'a', [5, 6])
  publish(broker, p, 'b', [7])
  const both = [...broker.received(one), ...broker.received(other), ...broker.received(all)]
  assert.deepEqual(both.sort(), [5, 6, 7])
})

test('a topic that nobody of the group wants waits, unharmed, for one who does', () => {
  const { broker, p } = bench(['a', 'b'])
  const one = member(broker, ['a'])
  publish(broker, p, 'b', ids(300, 1))
  publish(broker, p, 'a', [1000])
  for (const delivery of broker.deliveries(one)) broker.ack(one, delivery)
  publish(broker, p, 'a', [1001])
  for (const delivery of broker.deliveries(one)) broker.ack(one, delivery)
  broker.clock.advance(120_000)
  assert.deepEqual(broker.received(one), [])
  const other = member(broker, ['b'], 300)
  const came = broker.deliveries(other)
  assert.deepEqual(
    came.map((delivery) => broker.idOf(delivery)),
    ids(300, 1),
  )
  assert.ok(came.every(({ attempt }) => attempt === 1))
})

test('when the only one that wanted a topic leaves, what it had waits for the next who does', () => {
  const { broker, p } = bench(['a', 'b'])
  const one = member(broker, ['a'])
  const other = member(broker, ['b'])
  publish(broker, p, 'b', [1, 2])
  assert.deepEqual(broker.received(other), [1, 2])
  broker.leave(other)
  publish(broker, p, 'b', [3])
  broker.clock.advance(60_000)
  assert.deepEqual(broker.received(one), [])
  const heir = member(broker, ['b'])
  assert.deepEqual(broker.received(heir).sort(), [1, 2, 3])
})

test('a list may grow, shrink and be taken back, and name a topic before anybody has used it', () => {
  const { broker, p } = bench(['a', 'b'])
  const one = member(broker, ['a', 'later'])
  publish(broker, p, 'b', [1])
  assert.deepEqual(broker.received(one), [])
  credit(broker, one, 10, ['a', 'b', 'later'])
  assert.deepEqual(broker.received(one), [1])
  const binder = broker.join('sub', { window: 0 })
  broker.bind(binder, 'later', [{}])
  broker.leave(binder)
  publish(broker, p, 'later', [2])
  assert.deepEqual(broker.received(one), [2])
  credit(broker, one, 10, ['b'])
  publish(broker, p, 'a', [3])
  publish(broker, p, 'later', [4])
  assert.deepEqual(broker.received(one), [])
  credit(broker, one, 10)
  assert.deepEqual(broker.received(one).sort(), [3, 4])
})

test('a member that is full of one topic does not hold up another topic, nor lose its turn', () => {
  const { broker, p } = bench(['a', 'b'])
  const slow = member(broker, ['a'], 2)
  const fast = member(broker, ['b'], 10)
  publish(broker, p, 'a', ids(100, 1))
  publish(broker, p, 'b', ids(100, 1001))
  const [first, second] = broker.deliveries(slow)
  let got = 0
  for (;;) {
    const came = broker.deliveries(fast)
    if (came.length === 0) break
    got += came.length
    for (const delivery of came) broker.ack(fast, delivery)
  }
  assert.equal(got, 100)
  assert.deepEqual(broker.received(slow), [])
  broker.ack(slow, first!)
  assert.deepEqual(broker.received(slow), [3])
  broker.ack(slow, second!)
  assert.deepEqual(broker.received(slow), [4])
})

test('topics take turns however small the window is, so that none waits for the end of another', () => {
  for (const topics of [[], ['a', 'b', 'c']]) {
    const { broker, p } = bench(['a', 'b', 'c'])
    for (const [at, topic] of ['a', 'b', 'c'].entries())
      publish(broker, p, topic, ids(1000, at * 1000))
    const one = member(broker, topics, 10)
    const other = member(broker, ['b'], 1) // its queue is full or not while the first goes round
    const order: number[] = []
    while (order.length < 3000) {
      const before = order.length
      for (const connection of [one, other])
        for (const delivery of broker.deliveries(connection)) {
          order.push(broker.idOf(delivery))
          broker.ack(connection, delivery)
        }
      assert.ok(order.length > before, `nothing comes after ${before}`)
    }
    for (const from of [0, 1000, 2000]) {
      const first = order.findIndex((id) => id >= from && id < from + 1000)
      assert.ok(first < 800, `topic from ${from} began after ${first} messages`)
    }
  }
})

test('of those that want a topic the one furthest in its warm-up serves, whoever else is warm', () => {
  const { broker, p } = bench(['a', 'b'])
  const cold = member(broker, ['a'], 100, 3600)
  member(broker, ['b'], 100)
  publish(broker, p, 'a', ids(50, 1))
  assert.equal(broker.received(cold).length, 50)
})

test('a restart forgets the lists with the connections', () => {
  const { broker, p } = bench(['a', 'b'])
  member(broker, ['a'])
  publish(broker, p, 'b', [1])
  const again = broker.crash()
  const anybody = again.join('sub')
  assert.deepEqual(again.received(anybody), [1])
})

test('fly messages go to who wants their topic, and are dropped when nobody does', () => {
  const { broker, p } = bench(['a', 'b'])
  const one = member(broker, ['a'], 1)
  const flew = (connection: ConnectionNumber): number => {
    const effects = broker.sent.get(connection) ?? []
    return effects.filter(({ kind }) => kind === 'fly').length
  }
  broker.publish(p, { id: 1, topic: 'b', fly: true })
  broker.publish(p, { id: 2, topic: 'a', fly: true })
  broker.publish(p, { id: 3, topic: 'a', fly: true }) // waits: the window is full
  const other = member(broker, ['b'], 5)
  broker.publish(p, { id: 4, topic: 'b', fly: true }) // passes the one that waits
  assert.deepEqual([flew(one), flew(other)], [1, 1])
  credit(broker, one, 1, ['b'])
  assert.equal(broker.loop.session.counters.droppedFly, 1)
})

test('a queue that is not kept is skipped when the last member leaves, also when nobody wanted it', () => {
  const broker = new SimBroker()
  const p = broker.join('pub', { window: 0 })
  const one = broker.join('sub')
  broker.bind(one, 'b', [{ persistent: false }])
  credit(broker, one, 10, ['a'])
  publish(broker, p, 'b', [1])
  assert.equal(broker.loop.state.messages.count, 1)
  broker.leave(one)
  assert.ok(broker.kinds().includes('skipped'))
})

test('lists of all connections together are bounded; one too many is refused, and what held before holds', () => {
  const { broker, p } = bench(['a', 'b'])
  const long = 'x'.repeat(240)
  const perList = wantedTopicsMax * (64 + 244)
  const fits = Math.floor(wantedTopicsBytesMax / perList)
  const lists: ConnectionNumber[] = []
  for (let at = 0; at < fits; at++) {
    const names = ids(wantedTopicsMax, 1000).map((n) => long + String(n))
    lists.push(member(broker, names))
  }
  const one = member(broker, ['a'])
  credit(broker, one, 5, ids(wantedTopicsMax, 1000).map((n) => long + String(n))) // prettier-ignore
  const refusal = (broker.sent.get(one) ?? []).find(({ kind }) => kind === 'command-ack')
  assert.ok(refusal?.kind === 'command-ack')
  assert.deepEqual([refusal.status, refusal.opaque], [false, 77])
  assert.match(refusal.feedback, /the topics of all connections together/)
  publish(broker, p, 'b', [1])
  publish(broker, p, 'a', [2])
  assert.deepEqual(broker.received(one), [2])
  broker.leave(lists[0]!)
  credit(broker, one, 5, ['b', ...ids(1000, 1000).map((n) => long + String(n))])
  assert.deepEqual(broker.received(one), [1])
})

test('a topic that is no UTF-8 is wanted byte for byte, as it is bound and published', () => {
  const broker = new SimBroker()
  const one = broker.join('sub', { window: 0 })
  const [name, alike] = [Uint8Array.of(0xff, 0xfe), Uint8Array.of(0xff, 0xfd)]
  for (const topic of [name, alike]) {
    const binding = {
      bindType: 'fanout',
      messageType: '*',
      watermark: 0,
      persistent: true,
    } as const
    broker.loop.submit({ kind: 'bind', connection: one, opaque: 2, topic, bindings: [binding] })
  }
  broker.loop.submit({ kind: 'credit', connection: one, window: 1, topics: [alike] })
  broker.clock.runTurns()
  const numberOf = (topic: Uint8Array): number =>
    broker.loop.state.topicNames.numberOf(topic, 0, topic.length)
  const found = broker.loop.session.memberOf(one)
  assert.deepEqual([...(found?.wanted ?? [])], [numberOf(alike)])
})

test('thousands of topics that nobody takes cost those that go on nothing', () => {
  const topics = ids(2000, 0).map((n) => `t${n}`)
  const { broker, p } = bench(['live', ...topics])
  const one = member(broker, ['live'])
  topics.forEach((topic, at) => broker.publishOnly(p, { id: at + 1, topic }))
  broker.clock.runTurns()
  const { activeCount, unwanted } = broker.loop.session.groupOf(
    broker.loop.session.memberOf(one)!.group,
  )
  assert.deepEqual([activeCount, unwanted.size], [0, 2000])
  publish(broker, p, 'live', [5000])
  assert.deepEqual(broker.received(one), [5000])
})

test('the standing of a message tells that nobody of the group wants its topic', () => {
  const { broker, p } = bench(['a', 'b'])
  member(broker, ['a'])
  publish(broker, p, 'b', [1])
  const offset = broker.log.records.findIndex(({ record }) => record.kind === 'published')
  const standing = (): ReturnType<typeof liveStandingOf> => {
    const { state, session } = broker.loop
    return liveStandingOf(state, session, 'sub', offset as Offset, broker.loop.nowMs())
  }
  assert.deepEqual([standing().live?.isUnwanted, standing().live?.membersOnline], [true, 1])
  const other = member(broker, ['b'], 0)
  assert.deepEqual(
    [standing().live?.isUnwanted, standing().live?.members.map(({ connection }) => connection)],
    [true, [other]],
  )
})
