// Series of topics and groups: whatever is chosen, they add up to the whole, and what is told of the others never becomes less.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimBroker } from '../test/support/sim-broker.ts'
import type { BrokerLoop } from './broker/loop.ts'
import { Dictionary } from './index/dictionary.ts'
import { MetricsNames, type NameFigures } from './metrics-names.ts'

type Row = Readonly<Record<string, string | number>>

const sumOf = (rows: readonly object[], key: string): number =>
  rows.reduce((sum, row) => sum + ((row as Row)[key] as number), 0)

const rowOf = (rows: readonly object[], name: string): Row | undefined =>
  (rows as readonly Row[]).find((row) => (row['topic'] ?? row['group']) === name)

const namesIn = (rows: readonly object[]): unknown[] =>
  (rows as readonly Row[]).map((row) => row['topic'] ?? row['group'])

test('topics and groups tell what happened under them, and all together everything', async () => {
  const broker = new SimBroker()
  const publisher = broker.join('pub')
  const consumer = broker.join('sub', { window: 100 })
  for (const topic of ['a', 'b', 'c']) broker.bind(consumer, topic, [{}])
  let id = 0
  for (const [topic, count] of [
    ['a', 1],
    ['b', 5],
    ['c', 3],
  ] as const)
    for (let n = 0; n < count; n++) broker.publish(publisher, { id: ++id, topic })
  const [first, second, third] = broker.deliveries(consumer)
  broker.ack(consumer, first!)
  broker.ack(consumer, second!)
  broker.ack(consumer, third!, false, 'no')
  const { topics, groups } = await new MetricsNames(broker.loop, 2).figures()
  assert.deepEqual(namesIn(topics).sort(), ['b', 'c', 'other'])
  assert.deepEqual(rowOf(topics, 'b'), { topic: 'b', published: 5, delivered: 6, waiting: 4 })
  assert.equal(rowOf(topics, 'other')?.['published'], 1)
  assert.equal(sumOf(topics, 'published'), 9)
  assert.equal(sumOf(topics, 'waiting'), 7)
  const sub = {
    delivered: 10,
    acked: 2,
    failed: 1,
    waiting: 0,
    inFlight: 7,
    dead: 0,
    connections: 1,
  }
  assert.deepEqual(rowOf(groups, 'sub'), { group: 'sub', ...sub })
  assert.equal(rowOf(groups, 'pub')?.['connections'], 1)
})

test('counts of the others never become less, whoever becomes busy, and the sum is that of all', async () => {
  const broker = new SimBroker()
  const publisher = broker.join('pub')
  const names = new MetricsNames(broker.loop, 3)
  let id = 0
  let before: NameFigures | undefined
  for (let round = 1; round <= 8; round++) {
    // New topics, of which each round makes another one the busiest.
    for (let topic = 1; topic <= round; topic++)
      for (let n = 0; n < (topic === round ? 20 : 1); n++)
        broker.publish(publisher, { id: ++id, topic: `t${topic}` })
    const found = await names.figures()
    assert.equal(sumOf(found.topics, 'published'), id)
    assert.equal(found.topics.length, Math.min(round, 3) + 1)
    for (const row of before?.topics ?? [])
      assert.ok(
        (rowOf(found.topics, row.topic)?.['published'] as number) >= row.published,
        row.topic,
      )
    before = found
  }
})

test('topics that are served by name have places before others', async () => {
  const broker = new SimBroker({ topics: ['quiet', 'loud', 'never'] })
  const publisher = broker.join('pub')
  broker.publish(publisher, { id: 1, topic: 'quiet' })
  for (let id = 2; id < 9; id++) broker.publish(publisher, { id, topic: 'loud' })
  const { topics } = await new MetricsNames(broker.loop, 1).figures()
  assert.deepEqual(namesIn(topics), ['quiet', 'other'])
})

test('a topic or group that is called other is told among the others', async () => {
  const broker = new SimBroker()
  const publisher = broker.join('other')
  broker.publish(publisher, { id: 1, topic: 'other' })
  broker.publish(publisher, { id: 2, topic: 'a' })
  const { topics, groups } = await new MetricsNames(broker.loop, 5).figures()
  assert.deepEqual(namesIn(topics), ['a', 'other'])
  assert.equal(rowOf(topics, 'other')?.['published'], 1)
  assert.deepEqual(namesIn(groups), ['other'])
  assert.equal(rowOf(groups, 'other')?.['connections'], 1)
})

test('of a million topics and queues it looks at a slice at a time', async () => {
  const count = 1_000_000
  let looks = 0
  let longest = 0
  const look = (): number => {
    looks += 1
    return 0
  }
  const queue = { group: 1, unsettled: 2, out: 1, parked: 0 }
  const loop = {
    settings: { topics: '*' },
    traffic: {
      received: 0,
      delivered: 0,
      acked: 0,
      failed: 0,
      receivedOf: look,
      deliveredOf: () => 0,
      deliveredTo: () => 0,
      ackedBy: () => 0,
      failedOf: () => 0,
    },
    session: { groups: new Map(), members: new Map() },
    state: {
      liveCount: 0,
      transactions: { open: 0 },
      topicNames: Object.assign(new Dictionary(), { nextNumber: () => count }),
      groupNames: Object.assign(new Dictionary(), { nextNumber: () => 2, textOf: () => 'g' }),
      topics: { liveOf: () => 0 },
      dead: { countOf: () => 0, count: 0 },
      queues: {
        *all() {
          for (let n = 0; n < count; n++) {
            looks += 1
            yield queue
          }
        },
      },
    },
  }
  const pause = (): Promise<void> => {
    longest = Math.max(longest, looks)
    looks = 0
    return Promise.resolve()
  }
  const names = new MetricsNames(loop as unknown as BrokerLoop, 100, pause)
  const { groups } = await names.figures()
  longest = Math.max(longest, looks)
  assert.equal(rowOf(groups, 'g')?.['waiting'], count)
  assert.equal(rowOf(groups, 'g')?.['inFlight'], count)
  assert.ok(longest > 0 && longest < 10_000, `${longest} at a time`)
})
