// A disk that takes too long: new publishes are refused with the reason, everything else goes on and leaves once the disk
// has done its part.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SimBroker } from '../../test/support/sim-broker.ts'

test('a disk that stores nothing for 5 s refuses publishes until it does, and decisions and acks are taken', () => {
  const broker = new SimBroker({ deliveryTimeoutMs: 60_000 })
  const publisher = broker.join('pub')
  const consumer = broker.join('sub')
  broker.bind(consumer, 'trade', [{}])
  assert.equal(broker.publish(publisher, { id: 1 }), 'true stored')
  assert.equal(broker.publish(publisher, { id: 2, commit: false }), 'true stored')
  const [delivery] = broker.deliveries(consumer)
  broker.log.isFast = false
  const waiting = broker.publishOnly(publisher, { id: 3 })
  broker.clock.advance(4_900)
  assert.equal(broker.publish(publisher, { id: 4 }), undefined, 'taken, and waits')
  assert.equal(broker.loop.isSlow(), false)
  broker.clock.advance(2_200)
  assert.equal(broker.loop.isSlow(), true)
  assert.match(broker.publish(publisher, { id: 5 })!, /^false .*overload: the disk is slow/)
  assert.match(broker.publish(publisher, { id: 6, commit: false })!, /^false .*overload/)
  assert.equal(broker.storeAck(publisher, waiting), undefined, 'neither acked nor refused')
  broker.ack(consumer, delivery!)
  broker.decideTransaction(publisher, 2, 1)

  broker.log.isFast = true
  broker.log.makeDurable()
  assert.equal(broker.storeAck(publisher, waiting)?.status, true)
  assert.equal(broker.loop.isSlow(), false)
  assert.equal(broker.publish(publisher, { id: 5 }), 'true stored', 'at once, no restart')
  assert.deepEqual(broker.received(consumer).sort(), [2, 3, 4, 5])
  assert.equal(broker.loop.state.messages.count, 5)
})

test('what has waited too long is the oldest record: a disk that goes on slowly is not trusted again too early', () => {
  const broker = new SimBroker({ unflushedMsMax: 1_000 })
  const publisher = broker.join('pub')
  broker.log.isFast = false
  for (let id = 1; id <= 10; id++) {
    broker.publish(publisher, { id })
    broker.clock.advance(200)
  }
  assert.match(broker.publish(publisher, { id: 11 })!, /overload/)
  const { durableOffset } = broker.log
  broker.log.makeDurable(durableOffset + 1)
  assert.match(broker.publish(publisher, { id: 12 })!, /overload/, 'the next one is old as well')
  broker.log.makeDurable()
  broker.log.isFast = true
  assert.equal(broker.publish(publisher, { id: 13 }), 'true stored')
})

test('a process that stood still does not blame the disk, which only has to be heard', () => {
  const broker = new SimBroker()
  const publisher = broker.join('pub')
  broker.log.isFast = false
  broker.publish(publisher, { id: 1 })
  const wokenMs = broker.clock.monotonicMs() + 30_000
  broker.clock.monotonicMs = () => wokenMs // no timer and no turn has run meanwhile
  const waiting = broker.publishOnly(publisher, { id: 2 })
  broker.log.isFast = true
  broker.log.makeDurable()
  broker.clock.runTurns()
  assert.equal(broker.storeAck(publisher, waiting)?.status, true)
  assert.equal(broker.loop.isSlow(), false)
})
