// Two real brokers and one registry file: a transaction that is prepared at one and decided through the other. Inquiries come
// quickly and no client here answers one but where the test does, so whatever is settled otherwise was passed on.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { TxAckView } from '../../src/net/ack-packet.ts'
import { commands, encodeTxAck } from '../../src/net/packet.ts'
import { BrokerSet } from '../support/broker-set.ts'
import { bytesOf, DoorClient, headerOf, idIn, newId, textOf, within } from './door.ts'

const commit = 1
const rollback = 2
/** In no `brokers:` of the registry file. */
const unlisted = 'unlisted'

let set: BrokerSet
/** The broker that has the messages, and the other one. */
let a: number
let b: number

before(async () => {
  set = await BrokerSet.start(2, {
    topics: ['trade'],
    bindings: ['trade', unlisted].map(
      (topic) =>
        `{groupIds: [s-${topic}], topic: ${topic}, messageType: "*", bindType: fanout, persistent: true}`,
    ),
    config: '[transactions]\ninquiryFirstSeconds = 0.2\ninquiryMaxSeconds = 0.4\n',
  })
  a = set.port(0)
  b = set.port(1)
})

after(() => set.close())

async function prepare(client: DoorClient, id: string, topic = 'trade'): Promise<void> {
  const fields = { messageId: bytesOf(id), topic: bytesOf(topic), commit: false }
  const { status, feedback } = await client.publish(fields)
  assert.ok(status, feedback)
}

/** As a client does after its local transaction, at whichever broker; the Java client's header says commit=true. */
function decide(client: DoorClient, id: string, status: number, topic = 'trade', opaque = 0): void {
  const header = headerOf({ messageId: bytesOf(id), topic: bytesOf(topic) })
  client.send(commands.txAck, encodeTxAck(header, status, bytesOf('')), opaque)
}

async function nextId(consumer: DoorClient): Promise<string> {
  const delivery = await consumer.next(commands.bytesMessage)
  consumer.answer(delivery)
  return idIn(delivery)
}

async function nothingMore(consumer: DoorClient): Promise<void> {
  await consumer.heartBeat()
  assert.deepEqual(consumer.frames, [])
  consumer.close()
}

const counter = async (index: number, name: string): Promise<number> =>
  (await set.peersOf(index))[name] ?? 0

test(
  'what is prepared at one broker and decided through the other is decided once',
  within,
  async () => {
    const consumer = await DoorClient.join(a, 's-trade')
    const elsewhere = await DoorClient.join(b, 's-trade')
    const atA = await DoorClient.join(a, 'p-trade')
    const atB = await DoorClient.join(b, 'p-trade')
    const [first, second, third, last] = [newId(), newId(), newId(), newId()]
    for (const id of [first, second, third]) await prepare(atA, id)
    decide(atB, first, commit)
    assert.equal(await nextId(consumer), first)
    decide(atB, second, rollback)
    decide(atB, second, commit)
    decide(atB, third, commit)
    assert.equal(await nextId(consumer), third, 'what is rolled back is never seen')
    decide(atA, second, commit)
    decide(atA, third, rollback)
    await atA.publish({ messageId: bytesOf(last) })
    assert.equal(await nextId(consumer), last, 'the first decision won')
    await nothingMore(consumer)
    await nothingMore(elsewhere)
    await set.untilPeers(1, 'confirmed', 4)
    const { brokers, passed_on: passedOn, dropped, waiting } = await set.peersOf(1)
    assert.deepEqual([brokers, passedOn, dropped, waiting], [1, 4, 0, 0])
  },
)

test(
  'a stranger decides nothing through another broker, and no decision goes in a circle',
  within,
  async () => {
    const consumer = await DoorClient.join(a, 's-trade')
    const atA = await DoorClient.join(a, 'p-trade')
    const stranger = await DoorClient.join(b, 's-trade')
    await set.untilPeers(0, 'waiting', 0)
    const id = newId()
    await prepare(atA, id)
    const confirmed = await counter(1, 'confirmed')
    const [back, ignored] = [await counter(0, 'passed_on'), await counter(0, 'ignored')]
    decide(stranger, id, commit)
    decide(stranger, newId(), rollback)
    await set.untilPeers(1, 'confirmed', confirmed + 2)
    await set.untilPeers(0, 'ignored', ignored + 2)
    assert.equal(await counter(0, 'passed_on'), back, 'nothing goes on from there')
    decide(atA, id, commit)
    assert.equal(await nextId(consumer), id)
    const stat = await (await fetch(`http://${set.at(0).http}/stat`)).text()
    const { groups } = (JSON.parse(stat) as { kiteq: { groups: Record<string, string[]> } }).kiteq
    assert.equal(groups['s-trade']?.length, 1, 'the other broker is no member of the group')
    await nothingMore(consumer)
  },
)

test(
  'where no other broker is known for the topic, the inquiry settles what was decided elsewhere',
  within,
  async () => {
    const consumer = await DoorClient.join(a, `s-${unlisted}`)
    const atA = await DoorClient.join(a, 'p-unlisted')
    const atB = await DoorClient.join(b, 'p-unlisted')
    const id = newId()
    const passedOn = await counter(1, 'passed_on')
    await prepare(atA, id, unlisted)
    decide(atB, id, commit, unlisted)
    const { opaque, body } = await atA.next(commands.txAck)
    const asked = new TxAckView()
    assert.ok(asked.read(body, 0, body.length), 'an inquiry can be read')
    assert.equal(textOf(body.subarray(asked.header.idStart, asked.header.idEnd)), id)
    assert.equal(await counter(1, 'passed_on'), passedOn, 'there was nobody to pass it on to')
    decide(atA, id, commit, unlisted, opaque)
    assert.equal(await nextId(consumer), id)
    await nothingMore(consumer)
  },
)

test(
  'a decision waits at the other broker while the one with the message restarts',
  within,
  async () => {
    const atA = await DoorClient.join(a, 'p-trade')
    const atB = await DoorClient.join(b, 'p-trade')
    const [earlier, during] = [newId(), newId()]
    await prepare(atA, earlier)
    await prepare(atA, during)
    await set.kill9(0)
    decide(atB, during, commit)
    await set.untilPeers(1, 'waiting', 1)
    await set.restart(0)
    const consumer = await DoorClient.join(a, 's-trade')
    assert.equal(await nextId(consumer), during, 'decided while it was away')
    decide(atB, earlier, commit)
    assert.equal(await nextId(consumer), earlier, 'decided after it was back')
    await nothingMore(consumer)
  },
)
