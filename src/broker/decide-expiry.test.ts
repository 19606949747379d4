import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldAll, SimBroker } from '../../test/support/sim-broker.ts'

test('a message that expires while it is out is buried then, and its answer comes too late', () => {
  const broker = new SimBroker({ deliveryTimeoutMs: 60_000 })
  const p = broker.join('pub')
  const c = broker.join('sub')
  broker.bind(c, 'trade', [{}])
  broker.publish(p, { id: 1, livesSeconds: 10 })
  const [delivery] = broker.deliveries(c)
  assert.ok(delivery !== undefined)
  broker.clock.advance(12_000)
  const { state } = broker.loop
  assert.deepEqual(
    state.dead.list().map(({ reason, attempts }) => [reason, attempts]),
    [['expired', 1]],
  )
  broker.ack(c, delivery)
  broker.clock.advance(120_000)
  assert.deepEqual(broker.deliveries(c), [])
  assert.equal(state.dead.count, 1, 'it stays until somebody redrives or purges it')
  assert.equal(broker.kinds().filter((kind) => kind === 'dead-lettered').length, 1)
  assert.equal(foldAll(broker.log.records).digest(), state.digest())
})

test('what has expired since it was last looked for is buried, not delivered', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  broker.bind(broker.join('sub', { window: 0 }), 'trade', [{}])
  broker.clock.advance(2_300)
  broker.publish(p, { id: 1, livesSeconds: 8 }) // until 10 s; looked for at 9.3 s and 10.3 s
  broker.clock.advance(7_800)
  assert.equal(broker.loop.state.dead.count, 0)
  const late = broker.join('sub')
  assert.deepEqual(broker.received(late), [])
  assert.equal(broker.loop.state.dead.list()[0]?.reason, 'expired')
})
