import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldAll, SimBroker } from '../../test/support/sim-broker.ts'
import type { ConnectionNumber } from '../model/ids.ts'

const unknown = 0
const commit = 1
const rollback = 2

function withConsumer(): { broker: SimBroker; p: ConnectionNumber; c: ConnectionNumber } {
  const broker = new SimBroker()
  const p = broker.join('pub')
  const c = broker.join('sub')
  broker.bind(c, 'trade', [{}])
  return { broker, p, c }
}

/** Opaques of the inquiries that have left for a connection. */
function inquiries(broker: SimBroker, connection: ConnectionNumber): number[] {
  const sent = broker.sent.get(connection) ?? []
  return sent.flatMap((one) => (one.kind === 'inquire' ? [one.opaque] : []))
}

test('who does not know yet is asked again, and may still decide', () => {
  const { broker, p, c } = withConsumer()
  broker.publish(p, { id: 1, commit: false })
  broker.clock.advance(5_000)
  assert.equal(inquiries(broker, p).length, 1)
  broker.decideTransaction(p, 1, unknown, 'trade', inquiries(broker, p)[0])
  const { state } = broker.loop
  assert.equal(state.transactions.open, 1)
  broker.clock.advance(10_000)
  assert.equal(inquiries(broker, p).length, 2)
  broker.decideTransaction(p, 1, commit, 'trade', inquiries(broker, p)[1])
  assert.deepEqual(broker.received(c), [1])
  assert.equal(state.transactions.open, 0)
  assert.equal(foldAll(broker.log.records).digest(), state.digest())
})

test('a publisher that is away when it is time is asked once it is back', () => {
  const { broker, p } = withConsumer()
  broker.publish(p, { id: 1, commit: false })
  broker.leave(p)
  broker.clock.advance(60_000)
  const other = broker.join('other')
  broker.clock.advance(1_000)
  const q = broker.join('pub')
  broker.clock.advance(1_000)
  assert.deepEqual(inquiries(broker, other), [])
  assert.equal(inquiries(broker, q).length, 1)
})

test('what is prepared cannot be published past its transaction', () => {
  const { broker, p, c } = withConsumer()
  broker.publish(p, { id: 1, commit: false })
  assert.equal(broker.publish(p, { id: 1, commit: false }), 'true stored', 'a repeat')
  assert.match(broker.publish(p, { id: 1 })!, /^false .*open transaction/)
  broker.decideTransaction(p, 1, rollback)
  assert.deepEqual(broker.received(c), [])
})

test('a decision that names another topic decides nothing', () => {
  const { broker, p, c } = withConsumer()
  broker.publish(p, { id: 1, commit: false })
  broker.publish(p, { id: 2, topic: 'other' })
  for (const topic of ['other', 'never heard of']) broker.decideTransaction(p, 1, commit, topic)
  assert.deepEqual(broker.received(c), [])
  assert.equal(broker.loop.state.transactions.open, 1)
})
