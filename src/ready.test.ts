// /readyz at its door, beside a publish at the other: whenever one of them is refused for what the broker is, so is the other,
// and the reason says which.

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { SimBroker } from '../test/support/sim-broker.ts'
import type { BrokerSettings } from './broker/settings.ts'
import { HttpServer } from './http/server.ts'
import type { ConnectionNumber } from './model/ids.ts'
import { StatPort } from './stat-port.ts'

interface Bench {
  readonly broker: SimBroker
  readonly publisher: ConnectionNumber
  failure: string | undefined
  /** Both doors must say the same; resolves with the reason of /readyz, undefined when it is ready. */
  reason(): Promise<string | undefined>
}

async function benchOf(t: TestContext, settings: Partial<BrokerSettings> = {}): Promise<Bench> {
  const broker = new SimBroker(settings)
  const publisher = broker.join('pub')
  const source = new StatPort({
    loop: broker.loop,
    net: { stats: () => ({}) } as never,
    health: () => ({ ok: true }),
    failure: () => bench.failure,
  })
  const server = new HttpServer({ source })
  t.after(() => server.close())
  const { port } = await server.listen('127.0.0.1', 0)
  let id = 1_000_000
  const bench: Bench = {
    broker,
    publisher,
    failure: undefined,
    reason: async () => {
      const response = await fetch(`http://127.0.0.1:${port}/readyz`)
      const { status, reason } = (await response.json()) as { status: string; reason?: string }
      const opaque = broker.publishOnly(publisher, { id: ++id })
      broker.clock.runTurns()
      const isRefused = broker.storeAck(publisher, opaque)?.status === false
      // A loop that has stopped answers nobody any more.
      if (broker.loop.refusal !== 'stopped')
        assert.equal(isRefused, response.status === 503, reason)
      assert.equal(status, response.status === 503 ? 'not ready' : 'ready')
      return reason
    },
  }
  return bench
}

test('ready while publishes are taken, also while the disk has not stored the last ones yet', async (t) => {
  const bench = await benchOf(t)
  assert.equal(await bench.reason(), undefined)
  bench.broker.log.isFast = false
  assert.equal(await bench.reason(), undefined)
})

test('not ready while it stops, with the words that publishers hear', async (t) => {
  const bench = await benchOf(t)
  bench.broker.loop.refusePublishes('shutting down, retry later')
  assert.equal(await bench.reason(), 'shutting down, retry later')
  bench.broker.loop.refusePublishes(undefined)
  assert.equal(await bench.reason(), undefined)
})

test('not ready while the disk is full, and ready again with space', async (t) => {
  const bench = await benchOf(t)
  bench.broker.log.isFull = true
  assert.match((await bench.reason())!, /^publishes are refused: disk full/)
  bench.broker.loop.fullReason = 'disk full, the archive has to catch up, retry later'
  assert.match((await bench.reason())!, /the archive has to catch up/)
  bench.broker.log.isFull = false
  assert.equal(await bench.reason(), undefined)
})

test('not ready while the disk is slow, and ready again once it keeps up', async (t) => {
  const bench = await benchOf(t)
  bench.broker.log.isFast = false
  bench.broker.publish(bench.publisher, { id: 1 })
  bench.broker.clock.advance(5_100)
  bench.broker.loop.isSlow()
  bench.broker.clock.advance(200)
  assert.equal(await bench.reason(), 'disk slow: publishes are refused')
  bench.broker.log.isFast = true
  bench.broker.log.makeDurable()
  assert.equal(await bench.reason(), undefined)
})

test('not ready while of no topic it is known who is bound, and ready with a word while some are left', async (t) => {
  const bench = await benchOf(t, { topics: ['trade', 'feed'] })
  bench.broker.loop.refuseTopics(['feed', 'trade'])
  assert.equal(await bench.reason(), 'publishes are refused: who is bound is not known yet')
  bench.broker.loop.refuseTopics(['feed'])
  assert.equal(
    await bench.reason(),
    'of one topic publishes are refused: who is bound is not known yet',
  )
  bench.broker.loop.refuseTopics([])
  assert.equal(await bench.reason(), undefined)
})

test('not ready while more waits for the disk than may', async (t) => {
  const bench = await benchOf(t, { unflushedBytesMax: 1_000 })
  bench.broker.log.isFast = false
  for (let id = 1; id <= 5; id++) bench.broker.publishOnly(bench.publisher, { id })
  const reason =
    'overload: publishes are refused, more than the 1000 bytes of log.unflushedBytes wait for the disk'
  assert.equal(await bench.reason(), reason)
  bench.broker.log.isFast = true
  bench.broker.log.makeDurable()
  assert.equal(await bench.reason(), undefined)
})

test('not ready while publishers are past the rate, and ready again a moment later', async (t) => {
  const bench = await benchOf(t, { receiveRate: 10 })
  for (let id = 1; id <= 20; id++) bench.broker.publish(bench.publisher, { id })
  assert.equal(
    await bench.reason(),
    'overload: publishes are refused, more than the 10 a second of delivery.receivePerSecond',
  )
  bench.broker.clock.advance(1_000)
  assert.equal(await bench.reason(), undefined)
})

test('not ready once the log has failed, and the reason is that of the failure', async (t) => {
  const bench = await benchOf(t)
  bench.broker.loop.stop()
  assert.equal(await bench.reason(), 'stopped')
  bench.failure = 'the log could not be written: EIO'
  assert.equal(await bench.reason(), 'the log could not be written: EIO')
})
