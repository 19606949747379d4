// The door of /metrics against a broker that is made up: what the page looks like, who gets it, and what it costs.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test, type TestContext } from 'node:test'
import { readPrometheus, valueIn } from '../../test/support/prometheus-text.ts'
import { Metrics } from './metrics.ts'
import type { BrokerFigures, MetricsSource } from './metrics-figures.ts'
import { HttpServer, type HttpOptions } from './server.ts'

/** Every number is 0, every set is empty. */
const zeros = new Proxy({}, { get: (_, name) => (/By$|reads|names$/.test(String(name)) ? {} : 0) })

function figuresOf(more: Partial<BrokerFigures> = {}): BrokerFigures {
  return {
    accepts: true,
    healthy: false,
    messages: zeros as never,
    topics: [],
    groups: [],
    transactions: zeros as never,
    consumers: zeros as never,
    log: new Proxy(zeros, {
      get: (none, name) =>
        name === 'flushes'
          ? { bounds: [0.001, 0.01], counts: [3, 0, 2], sum: 0.5 }
          : (Reflect.get(none, name) as unknown),
    }) as never,
    storage: new Proxy(zeros, {
      get: (none, name) => (name === 'disk' ? undefined : (Reflect.get(none, name) as unknown)),
    }) as never,
    net: zeros as never,
    peers: undefined,
    zooKeeper: undefined,
    archive: undefined,
    ...more,
  }
}

const sourceOf = (figures: () => BrokerFigures | Promise<BrokerFigures>): MetricsSource => ({
  figures: async () => figures(),
})

async function pageOf(more: Partial<BrokerFigures>): Promise<string> {
  const metrics = new Metrics(
    sourceOf(() => figuresOf(more)),
    () => 0,
  )
  try {
    return (await metrics.answer()).body
  } finally {
    metrics.close()
  }
}

const topic = (name: string, published: number): BrokerFigures['topics'][number] => ({
  topic: name,
  published,
  delivered: 0,
  waiting: 0,
})

test('names of topics stay apart and break no line, whatever is in them', async () => {
  const names = [
    'a"b',
    'a\\b',
    'a\nb',
    'a\\nb',
    '',
    '付款 💸',
    'a\u001b[2Jb',
    '\u202eb',
    'x}y{',
    '\\xff',
  ]
  const text = await pageOf({ topics: names.map((name, at) => topic(name, at + 1)) })
  const found = readPrometheus(text).get('kiteq_topic_published_messages_total')!.series
  assert.deepEqual(
    [...found.values()],
    names.map((_, at) => at + 1),
  )
  // eslint-disable-next-line no-control-regex -- these are what must not reach a terminal
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
})

test('flushes are a histogram whose buckets add up', async () => {
  const page = readPrometheus(await pageOf({}))
  const name = 'kiteq_log_flush_duration_seconds'
  assert.equal(page.get(name)?.type, 'histogram')
  assert.equal(valueIn(page, `${name}_bucket{le="0.001"}`), 3)
  assert.equal(valueIn(page, `${name}_bucket{le="0.01"}`), 3)
  assert.equal(valueIn(page, `${name}_bucket{le="+Inf"}`), 5)
  assert.equal(valueIn(page, `${name}_sum`), 0.5)
  assert.equal(valueIn(page, `${name}_count`), 5)
})

test('what a broker does not have has no series, and what says yes or no is 1 or 0', async () => {
  const without = readPrometheus(await pageOf({}))
  for (const name of ['kiteq_archive_lag_seconds', 'kiteq_zookeeper_connected', 'kiteq_peer_links'])
    assert.equal(without.get(name)?.series.size, 0, name)
  assert.equal(valueIn(without, 'kiteq_accepts_publishes'), 1)
  assert.equal(valueIn(without, 'kiteq_healthy'), 0)
  const archive = {
    connected: false,
    required: true,
    droppedRecords: 7,
    archivedOffset: undefined,
    lagRecords: 7,
    lagBytes: 8,
    lagSeconds: 9,
    gaps: 1,
    gapRecords: 2,
    why: 'away',
  }
  const having = readPrometheus(await pageOf({ archive, zooKeeper: true }))
  assert.equal(valueIn(having, 'kiteq_archive_connected'), 0)
  assert.equal(valueIn(having, 'kiteq_archive_lag_seconds'), 9)
  assert.equal(valueIn(having, 'kiteq_archive_dropped_records'), 7)
  assert.equal(having.get('kiteq_archive_offset')?.series.size, 0, 'it is not known yet')
  assert.equal(valueIn(having, 'kiteq_zookeeper_connected'), 1)
})

test('a series that is gone is not told any more', async () => {
  let topics = [topic('a', 1), topic('b', 2)]
  const metrics = new Metrics(
    sourceOf(() => figuresOf({ topics })),
    () => 0,
  )
  await metrics.answer()
  topics = [topic('b', 3)]
  const page = readPrometheus((await metrics.answer()).body)
  const { series } = page.get('kiteq_topic_published_messages_total')!
  assert.deepEqual([...series], [['kiteq_topic_published_messages_total{topic="b"}', 3]])
  metrics.close()
})

test('those who ask together get one look, and whoever asks again at once gets the same when it was dear', async () => {
  let nowMs = 0
  let looks = 0
  const metrics = new Metrics(
    sourceOf(() => {
      looks += 1
      nowMs += 100
      return figuresOf()
    }),
    () => nowMs,
  )
  const [one, other] = await Promise.all([metrics.answer(), metrics.answer()])
  assert.equal(one, other)
  nowMs += 4_900
  assert.equal(await metrics.answer(), one)
  assert.equal(looks, 1)
  nowMs += 101
  assert.notEqual(await metrics.answer(), one)
  assert.equal(looks, 2)
  metrics.close()
})

async function serve(t: TestContext, options: Partial<HttpOptions>): Promise<number> {
  const source = {
    stat: () => assert.fail('nobody asks'),
    binds: () => [],
    health: () => ({ ok: true }),
    ready: () => ({ ok: true }),
  }
  const server = new HttpServer({ source, sampleMs: 1e6, ...options })
  t.after(() => server.close())
  return (await server.listen('127.0.0.1', 0)).port
}

async function get(port: number, host: string, path = '/metrics'): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  let answer = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk))
  await once(socket, 'close')
  return answer
}

test('it is served as the text format of Prometheus, under names of this machine only', async (t) => {
  const port = await serve(t, { metrics: sourceOf(() => figuresOf()) })
  const answer = await get(port, `127.0.0.1:${port}`)
  assert.match(answer, /^HTTP\/1\.1 200 /)
  assert.match(answer, /content-type: text\/plain; version=0\.0\.4; charset=utf-8\r\n/i)
  readPrometheus(answer.slice(answer.indexOf('\r\n\r\n') + 4))
  const other = await get(port, 'rebound.example')
  assert.match(other, /^HTTP\/1\.1 421 /)
  assert.doesNotMatch(other, /kiteq_/)
})

test('a bug behind the figures is told and answered, and the next scrape is another one', async (t) => {
  const problems: string[] = []
  let isBroken = true
  const metrics = sourceOf(() => {
    if (isBroken) throw new Error('walked off the table')
    return figuresOf()
  })
  const port = await serve(t, { metrics, problem: (message) => problems.push(message) })
  const answer = await get(port, 'localhost')
  assert.match(answer, /^HTTP\/1\.1 500 /)
  assert.doesNotMatch(answer, /table/)
  assert.ok(
    problems.some((line) => line.includes('walked off the table')),
    'it is told',
  )
  isBroken = false
  assert.match(await get(port, 'localhost'), /^HTTP\/1\.1 200 /)
})
