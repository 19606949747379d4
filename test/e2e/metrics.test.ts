// /metrics of the real broker: what clients did is what it counts, and docs/metrics.md tells of every metric and of no other.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { connect, type Client } from '../../src/client/client.ts'
import { metricRows } from '../../src/http/metrics-table.ts'
import { startBroker, type BrokerProcess } from '../support/broker-process.ts'
import { readPrometheus, valueIn, type Family } from '../support/prometheus-text.ts'
import { within } from './door.ts'

let broker: BrokerProcess
const clients: Client[] = []

before(async () => {
  const config = 'metricsTopics = 2\n[delivery]\nbackOff = [[1, 0]]\n[log]\ncheckpointSeconds = 1\n'
  broker = await startBroker({ config, args: ['--http', '127.0.0.1:0', '--log-format', 'text'] })
})
after(async () => {
  await Promise.all(clients.map((client) => client.close({ drainMs: 0 })))
  await broker.stop()
})

async function client(group: string): Promise<Client> {
  const connected = await connect({ address: broker.address, group })
  clients.push(connected)
  return connected
}

async function scrape(): Promise<Map<string, Family>> {
  const response = await fetch(`http://${broker.http}/metrics`)
  assert.equal(response.status, 200)
  return readPrometheus(await response.text())
}

/** Acks have no event at this end; a page that was dear to make is kept for some tenths of a second. */
async function scrapeUntil(series: string, value: number): Promise<Map<string, Family>> {
  for (;;) {
    const page = await scrape()
    if (valueIn(page, series) === value) return page
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('what clients do is what is counted', within, async () => {
  const consumer = await client('s-metrics')
  let refusals = 1
  for (const topic of ['paid', 'sent'])
    await consumer.subscribe({ topic, bindings: [{ kind: 'fanout' }] }, () => refusals-- <= 0)
  const publisher = await client('p-metrics')
  for (const topic of ['paid', 'paid', 'paid', 'sent', 'nobody'])
    await publisher.publish({ topic, type: 'a', body: 'b' })
  const message = { topic: 'paid', type: 'a', body: 'b' }
  await publisher.publishInTransaction(message, () => true)
  const undone = new Error('undone')
  await assert.rejects(
    publisher.publishInTransaction(message, () => Promise.reject(undone)),
    undone,
  )
  await assert.rejects(publisher.publish({ ...message, expiresAt: new Date(1_000_000) }))
  const page = await scrapeUntil('kiteq_acked_messages_total', 5)
  const expected = {
    kiteq_accepts_publishes: 1,
    kiteq_healthy: 1,
    kiteq_published_messages_total: 7,
    kiteq_refused_publishes_total: 1,
    kiteq_delivered_messages_total: 6,
    kiteq_redelivered_messages_total: 1,
    'kiteq_failed_deliveries_total{cause="nack"}': 1,
    'kiteq_failed_deliveries_total{cause="timeout"}': 0,
    kiteq_waiting_messages: 0,
    kiteq_prepared_transactions_total: 2,
    kiteq_committed_transactions_total: 1,
    kiteq_rolled_back_transactions_total: 1,
    kiteq_open_transactions: 0,
    kiteq_connections: 2,
    'kiteq_names{dictionary="topic"}': 3,
    'kiteq_group_acked_messages_total{group="s-metrics"}': 5,
    'kiteq_group_failed_deliveries_total{group="s-metrics"}': 1,
    'kiteq_group_connections{group="p-metrics"}': 1,
  }
  for (const [series, value] of Object.entries(expected))
    assert.equal(valueIn(page, series), value, series)
  const topics = page.get('kiteq_topic_published_messages_total')!.series
  assert.equal(topics.size, 3, 'two topics, and the others')
  assert.equal(
    [...topics.values()].reduce((sum, count) => sum + count, 0),
    7,
  )
  const records = valueIn(page, 'kiteq_log_records_written_total')!
  assert.equal(valueIn(page, 'kiteq_log_end_offset'), records, 'of a log that began with this run')
  assert.equal(
    valueIn(page, 'kiteq_log_flush_duration_seconds_count'),
    valueIn(page, 'kiteq_log_batches_written_total'),
  )
  assert.ok(valueIn(page, 'kiteq_disk_free_bytes')! > 0, 'some of the disk is free')
  const size = valueIn(page, 'kiteq_disk_size_bytes')!
  assert.ok(size >= valueIn(page, 'kiteq_disk_free_bytes')!, `${size} in all`)
})

test('checkpoints are counted, and told in lines for people', within, async () => {
  const text =
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} INFO {2}checkpoint written {2}ok=true {2}offset=\d+/
  await broker.line(text)
  const written = 'kiteq_checkpoints_written_total'
  let page = await scrape()
  while (valueIn(page, written) === 0) page = await scrape()
  const behind = valueIn(page, 'kiteq_checkpoint_lag_records')!
  const offset = valueIn(page, 'kiteq_log_end_offset')! - behind
  await broker.line(new RegExp(`checkpoint written .*offset=${offset} `))
  assert.ok(valueIn(page, 'kiteq_checkpoint_age_seconds')! < 60, 'it was just now')
  assert.equal(valueIn(page, 'kiteq_checkpoints_failed_total'), 0)
})

test(
  'docs/metrics.md tells of every metric, with type and label, and of no other',
  within,
  async () => {
    const text = readFileSync(path.resolve(import.meta.dirname, '../../docs/metrics.md'), 'utf8')
    const told = [...text.matchAll(/^\| `(\w+)` \| (\w+) \| (?:`(\w+)`)? *\| ([^|]+) \|/gm)].map(
      ([, name, type, label = '', meaning]) => `${name} ${type} ${label}: ${meaning!.trim()}.`,
    )
    const labels = new Map(metricRows.map(({ name, label }) => [name, label]))
    labels.set('kiteq_log_flush_duration_seconds', 'le')
    const page = await scrape()
    const there = [...page].map(
      ([name, { type, help }]) => `${name} ${type} ${labels.get(name) ?? ''}: ${help}`,
    )
    assert.deepEqual(told.toSorted(), there.toSorted())
  },
)
