// Transactions over several brokers: decided wherever the client happens to be connected, with brokers dying in between.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { connect } from '../../src/client/client.ts'
import { BrokerSet } from '../support/broker-set.ts'
import { randomOf } from '../support/seeded-random.ts'
import { WirePeer } from '../support/wire-peer.ts'

const topic = 'trade'
/** So late that only what is passed on can settle anything. */
const config = '[transactions]\ninquiryFirstSeconds = 3600\ninquiryMaxSeconds = 3600\n'
const bindings = [
  `{groupIds: [s-trade], topic: ${topic}, messageType: "*", bindType: fanout, persistent: true}`,
]
const within = { timeout: 120_000 }
const commit = 1
const rollback = 2

test(
  'transactions prepared at one of three brokers and decided at any other are each delivered once',
  within,
  async (t) => {
    const set = await BrokerSet.start(3, { bindings, config })
    t.after(() => set.close())
    const count = 3000
    const chance = randomOf(5)
    const received = new Map<string, number>()
    const wanted = new Set<string>()
    const [prepared, delivered] = [new Gate(), new Gate()]
    const ports = [0, 1, 2].map((index) => set.port(index))
    const consumers = ports.map(
      (port) =>
        new WirePeer(port, 's-trade', {
          received: ({ id, answer }) => {
            received.set(id, (received.get(id) ?? 0) + 1)
            answer(true)
            if (received.size === wanted.size) delivered.open()
          },
        }),
    )
    let acked = 0
    const publishers = ports.map((port, index): WirePeer => {
      const peer: WirePeer = new WirePeer(port, 'p-trade', {
        stored: (id, status, feedback) => {
          assert.ok(status, feedback)
          const other = publishers[(index + 1 + Math.floor(chance() * 2)) % 3]!
          other.decide({ id, body: '' }, wanted.has(id) ? commit : rollback)
          if (++acked === count) prepared.open()
        },
      })
      return peer
    })
    t.after(() => [...publishers, ...consumers].forEach((peer) => peer.close()))
    await Promise.all([...publishers, ...consumers].map((peer) => peer.ready))
    const begun = performance.now()
    for (let n = 0; n < count; n++) {
      const id = createHash('md5').update(String(n)).digest('hex')
      if (n % 3 > 0) wanted.add(id)
      publishers[Math.floor(chance() * 3)]!.publish({ id, body: 'in two phases', commit: false })
    }
    await prepared.opened
    await delivered.opened
    const seconds = (performance.now() - begun) / 1000
    t.diagnostic(`${Math.round(count / seconds)} transactions/s`)
    assert.deepEqual([...received.keys()].sort(), [...wanted].sort())
    assert.ok(
      [...received.values()].every((times) => times === 1),
      'none came twice',
    )
    const sum = async (name: string): Promise<number> => {
      const counts = await Promise.all([0, 1, 2].map((index) => set.peersOf(index)))
      return counts.reduce((total, one) => total + one[name]!, 0)
    }
    while ((await sum('passed_on')) < 2 * count) await new Promise(setImmediate) // roll-backs, too
    assert.deepEqual([await sum('passed_on'), await sum('dropped')], [2 * count, 0])
  },
)

test(
  'a client whose broker dies between prepare and decision decides at the next one',
  within,
  async (t) => {
    const set = await BrokerSet.start(2, { bindings, config })
    t.after(() => set.close())
    const publisher = await connect({
      addresses: set.addresses,
      group: 'p-trade',
      reconnect: { minMs: 20, maxMs: 100 },
      answerTimeoutMs: 60_000,
    })
    t.after(() => publisher.close({ drainMs: 0 }))
    const { id } = await publisher.publishInTransaction({ topic, type: 'pay', body: 'once' }, () =>
      set.kill9(0),
    )
    assert.equal(publisher.address, set.address(1))
    await set.restart(0)
    const arrived = new Gate<string>()
    const consumer = new WirePeer(set.port(0), 's-trade', {
      received: (message) => {
        message.answer(true)
        arrived.open(message.id)
      },
    })
    t.after(() => consumer.close())
    assert.equal(await arrived.opened, id)
  },
)

class Gate<Value = void> {
  open: (value: Value) => void = () => undefined
  readonly opened: Promise<Value> = new Promise((resolve) => (this.open = resolve))
}
