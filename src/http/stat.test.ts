// The original's statistics: its names, its types, and rates that reading does not change.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  nextSampleMs,
  RateSampler,
  unlimitedPerSecond,
  type BoundGroup,
  type StatSnapshot,
  type StatSource,
} from './stat.ts'

/** A broker that is a few numbers. */
class Figures implements StatSource {
  received = 0
  delivered = 0
  bytes = 0
  receiveRate = 0
  binding: BoundGroup[] = []
  stored = new Map([
    ['trade', 3],
    ['user-profile', 0],
  ])

  stat(): StatSnapshot {
    const { received, delivered } = this
    return {
      tasks: 4,
      inFlight: 2,
      received,
      delivered,
      topics: new Map(
        [...this.stored].map(([name, stored]) => [name, { received, delivered, stored }]),
      ),
      groups: new Map([['s-mts', ['10.0.0.9:2', '10.0.0.1:1']]]),
      receiveRate: this.receiveRate,
      network: {
        packetsRead: received,
        bytesRead: this.bytes,
        packetsWritten: delivered,
        bytesWritten: this.bytes,
        connections: 7,
        unfinishedBytes: 11,
        unsentBytes: 12,
        unfinishedEvictions: 1,
        unreadEvictions: 2,
        memoryWaits: 3,
        queued: 1,
        queuedMax: 100,
      },
    }
  }
  binds(): readonly BoundGroup[] {
    return this.binding
  }
  health(): { ok: boolean } {
    return { ok: true }
  }
  ready(): { ok: boolean } {
    return { ok: true }
  }
}

interface StatJson {
  kiteq: Record<string, unknown>
  network: Record<string, unknown>
}
const stat = (sampler: RateSampler): StatJson => JSON.parse(sampler.statBody()) as StatJson
const binds = (sampler: RateSampler): unknown => JSON.parse(sampler.bindsBody())

test('before two looks every rate is 0 and every served topic is there', () => {
  assert.deepEqual(stat(new RateSampler(new Figures())), {
    kiteq: {
      goroutine: 4,
      deliver_go: 2,
      deliver_count: 0,
      recieve_count: 0,
      message_count: { trade: 3, 'user-profile': 0 },
      topics_deliver: { trade: 0, 'user-profile': 0 },
      topics_recieve: { trade: 0, 'user-profile': 0 },
      groups: { 's-mts': ['10.0.0.1:1', '10.0.0.9:2'] },
      accept_limiter: [0, unlimitedPerSecond],
    },
    network: {
      read_count: 0,
      read_bytes: 0,
      write_count: 0,
      write_bytes: 0,
      dispool_size: 1,
      dispool_cap: 100,
      dispatcher_go: 1,
      connections: 7,
      unfinished_bytes: 11,
      unsent_bytes: 12,
      unfinished_evictions: 1,
      unread_evictions: 2,
      memory_waits: 3,
    },
  })
})

test('rates are whole numbers a second, however far apart the looks are', () => {
  const figures = new Figures()
  const sampler = new RateSampler(figures)
  figures.receiveRate = 20_000
  sampler.sample(1000)
  figures.received = 101
  figures.delivered = 50
  figures.bytes = 4_000_000_001
  sampler.sample(3000)
  const { kiteq, network } = stat(sampler)
  assert.equal(kiteq['recieve_count'], 51)
  assert.equal(kiteq['deliver_count'], 25)
  assert.deepEqual(kiteq['topics_recieve'], { trade: 51, 'user-profile': 51 })
  assert.deepEqual(kiteq['accept_limiter'], [51, 20_000])
  assert.equal(network['read_bytes'], 2_000_000_001)
  assert.deepEqual(stat(sampler).kiteq, kiteq, 'reading again changes nothing')
})

test('what is counted now is of now, not of the last look', () => {
  const figures = new Figures()
  const sampler = new RateSampler(figures)
  sampler.sample(1000)
  figures.stored.set('trade', 9)
  assert.deepEqual(stat(sampler).kiteq['message_count'], { trade: 9, 'user-profile': 0 })
})

test('a topic that comes between two looks begins at its own count', () => {
  const figures = new Figures()
  const sampler = new RateSampler(figures)
  sampler.sample(0)
  figures.received = 10
  figures.stored.set('new', 1)
  sampler.sample(1000)
  assert.deepEqual(stat(sampler).kiteq['topics_recieve'], {
    trade: 10,
    'user-profile': 10,
    new: 10,
  })
})

test('every bound group has a limiter with a limit that can be divided by', () => {
  const figures = new Figures()
  const sampler = new RateSampler(figures)
  const bound = (
    topic: string,
    group: string,
    delivered: number,
    watermark: number,
  ): BoundGroup => ({ topic, group, delivered, watermark })
  figures.binding = [
    bound('trade', 'a', 5, 1000),
    bound('trade', 'b', 0, 0),
    bound('tradea', '', 0, -1),
  ]
  sampler.sample(0)
  figures.binding = [
    bound('trade', 'a', 25, 1000),
    bound('trade', 'b', 1, 0),
    bound('tradea', '', 0, -1),
  ]
  sampler.sample(1000)
  assert.deepEqual(binds(sampler), {
    topic_2_groups: { trade: ['a', 'b'], tradea: [''] },
    topic_limiters: {
      trade: { a: [20, 1000], b: [1, unlimitedPerSecond] },
      tradea: { '': [0, unlimitedPerSecond] },
    },
  })
})

test('a topic may have any name', () => {
  const figures = new Figures()
  figures.stored = new Map([['__proto__', 1]])
  figures.binding = [{ topic: '__proto__', group: 'constructor', delivered: 0, watermark: 0 }]
  const sampler = new RateSampler(figures)
  assert.match(sampler.statBody(), /"message_count":\{"__proto__":1\}/)
  assert.match(
    sampler.bindsBody(),
    /"topic_limiters":\{"__proto__":\{"constructor":\[0,2147483647\]\}\}/,
  )
})

test('dear looks are taken more rarely, cheap ones once a second', () => {
  assert.equal(nextSampleMs(0.2, 1000), 1000)
  assert.equal(nextSampleMs(50, 1000), 5000)
})
