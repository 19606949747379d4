import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldAll, SimBroker } from '../../test/support/sim-broker.ts'

test('a message that failed is not tried again while its group does not want its type', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const c = broker.join('sub')
  broker.bind(c, 'trade', [{}])
  broker.publish(p, { id: 1 })
  const [first] = broker.deliveries(c)
  const d = broker.join('sub', { window: 0 })
  broker.loop.submit({ kind: 'credit', connection: c, window: 0 })
  broker.ack(c, first!, false, 'no')
  broker.bind(d, 'trade', [{ bindType: 'direct', messageType: 'other' }])
  broker.loop.submit({ kind: 'credit', connection: d, window: 10 })
  broker.clock.advance(60_000)
  assert.deepEqual(broker.received(d), [])
  broker.bind(d, 'trade', [{}])
  assert.deepEqual(
    broker.deliveries(d).map(({ attempt }) => attempt),
    [2],
  )
  assert.equal(foldAll(broker.log.records).digest(), broker.loop.state.digest())
})

test('what had failed before a restart is tried again when its time has come', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const c = broker.join('sub')
  broker.bind(c, 'trade', [{}])
  broker.publish(p, { id: 1 })
  for (let attempt = 1; attempt <= 4; attempt++)
    broker.ack(c, broker.deliveries(c)[0]!, false, 'no')
  const again = broker.crash()
  const d = again.join('sub')
  again.clock.advance(4_999)
  assert.deepEqual(again.deliveries(d), [])
  again.clock.advance(1)
  assert.deepEqual(
    again.deliveries(d).map(({ attempt }) => attempt),
    [5],
  )
})
