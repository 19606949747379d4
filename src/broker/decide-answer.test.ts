import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldAll, SimBroker } from '../../test/support/sim-broker.ts'
import type { LogRecord } from '../model/record.ts'

test('a late ack from another group settles nothing, not even what waits for that group', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const c = broker.join('sub')
  const other = broker.join('other', { window: 0 })
  for (const connection of [c, other]) broker.bind(connection, 'trade', [{}])
  broker.publish(p, { id: 1 })
  const [first] = broker.deliveries(c)
  broker.clock.advance(5_000)
  broker.ackAs(other, first!.opaque, 1)
  broker.loop.submit({ kind: 'credit', connection: other, window: 10 })
  broker.clock.runTurns()
  assert.deepEqual(broker.received(other), [1])
  broker.ackAs(c, first!.opaque, 1)
  assert.equal(broker.loop.state.liveCount, 1, 'its own group still settles by it')
})

test('a message whose bytes are damaged becomes a dead letter, and the damage is recorded', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const c = broker.join('sub')
  broker.bind(c, 'trade', [{}])
  broker.publish(p, { id: 1 })
  const [delivery] = broker.deliveries(c)
  const { opaque } = delivery!
  broker.loop.submit({ kind: 'undeliverable', connection: c, opaque, cause: 'damaged' })
  broker.clock.advance(60_000)
  const { dead, journal } = broker.loop.state
  assert.deepEqual(
    dead.list().map(({ reason }) => reason),
    ['damaged'],
  )
  assert.equal(journal.counts.recordsLost, 1)
  assert.deepEqual(broker.deliveries(c), [])
  assert.equal(foldAll(broker.log.records).digest(), broker.loop.state.digest())
})

test('a damaged message inside damage that is on record is a dead letter, and no damage of its own', () => {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const c = broker.join('sub')
  broker.bind(c, 'trade', [{}])
  broker.publish(p, { id: 1 })
  const [delivery] = broker.deliveries(c)
  const { messages } = broker.loop.state
  let offset = -1
  messages.forEach((row) => (offset = messages.offsetOf(row)))
  const place = { segment: 1, position: 4096, length: 100 }
  const hole = { kind: 'hole', ...place, firstOffset: offset, count: 1 } as unknown as LogRecord
  broker.loop.note(hole)
  const { opaque } = delivery!
  broker.loop.submit({ kind: 'undeliverable', connection: c, opaque, cause: 'damaged' })
  broker.clock.advance(60_000)
  const { dead, journal } = broker.loop.state
  assert.equal(dead.list().length, 1)
  assert.deepEqual([journal.counts.holes, journal.counts.recordsLost], [1, 1])
})
