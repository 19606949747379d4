import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldAll, idOf, SimBroker } from '../../test/support/sim-broker.ts'
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

test('a decision about a message that is not open here is handed on once, and what was handed on stops here', () => {
  const { broker, p, c } = withConsumer()
  const relay = joinAsBroker(broker, 'pub')
  broker.publish(p, { id: 1 })
  broker.publish(p, { id: 2, commit: false })
  const source = new Uint8Array([9, 8, 7, 6, 5])
  const packet = { source, start: 1, end: 4 }
  const inquiry = 0x8000_0000
  decideWith(broker, p, { id: 1, packet }) // not a prepared one
  decideWith(broker, p, { id: 3, packet }) // never heard of
  decideWith(broker, p, { id: 3, packet, topic: 'other' })
  decideWith(broker, c, { id: 2, packet }) // open here, and not of this group
  decideWith(broker, p, { id: 3, packet, status: unknown })
  decideWith(broker, p, { id: 3, packet, opaque: inquiry })
  decideWith(broker, p, {
    id: 3,
    packet: { source: new Uint8Array(200_000), start: 0, end: 200_000 },
  })
  decideWith(broker, relay, { id: 3, packet })
  source.fill(0) // what is handed on is a copy
  const handedOn = [...broker.sent.values()].flat().filter((effect) => effect.kind === 'pass-on')
  assert.deepEqual(
    handedOn.map(({ connection, group, topic, packet: bytes }) => [
      connection,
      Buffer.from(group).toString(),
      Buffer.from(topic).toString(),
      [...bytes],
    ]),
    ['trade', 'trade', 'other'].map((topic) => [p, 'pub', topic, [8, 7, 6]]),
  )
  assert.equal(broker.loop.session.counters.ignoredDecisions, 7)
})

test('another broker decides as the group it speaks for, and is no member of it', () => {
  const { broker, p, c } = withConsumer()
  const from = broker.log.records.length
  const stranger = joinAsBroker(broker, 'sub')
  const relay = joinAsBroker(broker, 'pub')
  broker.publish(p, { id: 1, commit: false })
  broker.leave(p)
  broker.clock.advance(600_000)
  assert.deepEqual(inquiries(broker, relay), [], 'it is not asked')
  decideWith(broker, stranger, { id: 1 })
  assert.equal(broker.loop.state.transactions.open, 1)
  decideWith(broker, relay, { id: 1 })
  assert.deepEqual(broker.received(c), [1])
  broker.leave(c)
  broker.loop.submit({ kind: 'credit', connection: stranger, window: 10 })
  broker.publish(broker.join('pub'), { id: 2 })
  assert.deepEqual(broker.received(stranger), [], 'it gets no message')
  broker.leave(stranger)
  broker.leave(relay)
  assert.deepEqual(broker.received(broker.join('sub')), [1, 2])
  const joined = broker.log.records
    .slice(from)
    .filter((one) => one.record.kind === 'members-changed')
  assert.equal(joined.length, 4, 'who came and went is recorded of members alone')
})

/** Another broker's connection on behalf of a group. */
function joinAsBroker(broker: SimBroker, group: string): ConnectionNumber {
  const connection = broker.loop.nextConnection()
  broker.loop.submit({
    kind: 'join',
    connection,
    opaque: 1,
    group: new TextEncoder().encode(group),
    warmingUpSeconds: 0,
    peer: '127.0.0.1:50000',
    frameBytesMax: 4_000_000,
    isRelay: true,
  })
  broker.clock.runTurns()
  return connection
}

function decideWith(
  broker: SimBroker,
  connection: ConnectionNumber,
  one: {
    id: number
    packet?: { source: Uint8Array; start: number; end: number }
    topic?: string
    status?: number
    opaque?: number
  },
): void {
  const { id, packet, topic = 'trade', status = commit, opaque = 0 } = one
  broker.loop.submit({
    kind: 'transaction',
    connection,
    opaque,
    ...idOf(id),
    topic: new TextEncoder().encode(topic),
    status,
    feedback: '',
    ...(packet && { packet }),
  })
  broker.clock.runTurns()
}
