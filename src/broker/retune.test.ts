// Settings that change while the broker runs: what holds from then on, and what is left as it was.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimBroker } from '../../test/support/sim-broker.ts'
import { breakerTimeouts } from '../model/limits.ts'

test('other topics are served at once, and what waits on a withdrawn one is still delivered', () => {
  const broker = new SimBroker({ topics: ['trade', 'feed'] })
  const p = broker.join('pub')
  const c = broker.join('sub', { window: 1 })
  broker.bind(c, 'trade', [{}])
  for (const id of [1, 2]) assert.equal(broker.publish(p, { id }), 'true stored')
  const [first] = broker.deliveries(c)
  broker.loop.retune({ ...broker.loop.settings, topics: ['feed', 'order'] })
  assert.equal(broker.publish(p, { id: 3 }), 'false UnSupport Topic Message!')
  assert.equal(broker.publish(p, { id: 4, topic: 'order' }), 'true stored')
  assert.equal(broker.publish(p, { id: 5, topic: 'feed' }), 'true stored')
  broker.ack(c, first!)
  assert.deepEqual(broker.received(c), [2])
})

test('a topic whose bindings nobody has read takes no message, until somebody has', () => {
  const broker = new SimBroker({ topics: ['trade'] })
  const p = broker.join('pub')
  broker.loop.refuseTopics(['feed'])
  broker.loop.retune({ ...broker.loop.settings, topics: ['trade', 'feed'] })
  const records = broker.log.records.length
  assert.equal(
    broker.publish(p, { id: 1, topic: 'feed' }),
    'false Store Result false Cost:0 the bindings of this topic are not known yet, retry later',
  )
  assert.match(
    broker.publish(p, { id: 1, topic: 'feed', commit: false })!,
    /^false .*not known yet/,
  )
  assert.equal(broker.log.records.length, records)
  assert.equal(broker.publish(p, { id: 2 }), 'true stored')
  broker.loop.refuseTopics([])
  assert.equal(broker.publish(p, { id: 1, topic: 'feed' }), 'true stored')
})

test('another rate begins with a full bucket, and none takes the limit away', () => {
  const broker = new SimBroker({ receiveRate: 4 })
  const p = broker.join('pub')
  let id = 0
  const taken = (): number => {
    let count = 0
    while (count < 50 && broker.publish(p, { id: ++id }) === 'true stored') count += 1
    return count
  }
  assert.equal(taken(), 2)
  broker.loop.retune({ ...broker.loop.settings, deliveryFirst: true })
  assert.equal(taken(), 0, 'the same rate goes on with the same bucket')
  broker.loop.retune({ ...broker.loop.settings, receiveRate: 20 })
  assert.equal(taken(), 10)
  broker.loop.retune({ ...broker.loop.settings, receiveRate: 0 })
  assert.equal(taken(), 50)
})

test('a shorter lease holds for what is given out later, and every lease ends', () => {
  const broker = new SimBroker({ deliveryTimeoutMs: 60_000 })
  const p = broker.join('pub')
  const slow = broker.join('one')
  const quick = broker.join('two')
  broker.bind(slow, 'trade', [{}])
  broker.publish(p, { id: 1 })
  broker.loop.retune({ ...broker.loop.settings, deliveryTimeoutMs: 1_000 })
  broker.bind(quick, 'feed', [{}])
  broker.publish(p, { id: 2, topic: 'feed' })
  assert.equal(broker.loop.session.inFlight.size, 2)
  const failed = (): number => broker.kinds().filter((kind) => kind === 'failed').length
  broker.clock.advance(59_000)
  assert.equal(failed(), 0, 'leases end in the order in which they began')
  broker.clock.advance(2_000)
  assert.ok(failed() >= 2, `${failed()} attempts have failed`)
  broker.clock.advance(120_000)
  broker.leave(slow)
  broker.leave(quick)
  broker.clock.advance(1)
  assert.equal(broker.loop.session.inFlight.size, 0)
})

test('leases from before a shorter one are not held against who has answered since', () => {
  const broker = new SimBroker({ deliveryTimeoutMs: 60_000 })
  const p = broker.join('pub')
  const c = broker.join('sub')
  broker.bind(c, 'trade', [{}])
  for (let id = 1; id <= 2 * breakerTimeouts; id++) broker.publish(p, { id })
  broker.deliveries(c)
  broker.clock.advance(10_000)
  broker.publish(p, { id: 100 })
  broker.ack(c, broker.deliveries(c)[0]!)
  for (let round = 0; round < 2; round++)
    broker.loop.retune({ ...broker.loop.settings, deliveryTimeoutMs: 1_000 })
  broker.clock.advance(50_500)
  assert.ok(broker.kinds().includes('failed'))
  assert.equal(broker.loop.session.counters.setAside, 0)
})

test('the address in a refusal stays', () => {
  const broker = new SimBroker({ receiveRate: 1, address: '10.1.2.3:13800' })
  const p = broker.join('pub')
  broker.loop.retune({ ...broker.loop.settings, receiveRate: 2 })
  broker.publish(p, { id: 1 })
  const answer = broker.publish(p, { id: 2 })
  assert.equal(answer, 'false Store Result KiteQ OverFlow [10.1.2.3:13800]')
})
