// What publishers and consumers are promised, seen from outside: a real broker, real sockets, bytes compared as bytes.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { kiteq } from '../../proto/kiteq.js'
import { askOwner } from '../../src/log/folder-owner.ts'
import { commands, encodeMessage } from '../../src/net/packet.ts'
import { startBroker, type BrokerProcess } from '../support/broker-process.ts'
import {
  bodyIn,
  brokerFor,
  bytesOf,
  DoorClient,
  headerOf,
  idIn,
  newId,
  residentBytes,
  within,
} from './door.ts'

interface Status {
  readonly live: number
  readonly deadLetters: number
  readonly openTransactions: number
}
const statusOf = async (one: BrokerProcess): Promise<Status> =>
  (await askOwner(one.dataDir, { op: 'status' })) as Status

const patient = '[delivery]\nbackOff = [[1, 0]]\n[transactions]\ninquiryFirstSeconds = 0.2\n'
const hasty = '[delivery]\ndeliverySeconds = 0.4\nbackOff = [[1, 0]]\n'

let broker: BrokerProcess
/** Its leases end while one looks: only for what waits for that. */
let hastyBroker: BrokerProcess
before(async () => {
  const [one, other] = await Promise.all([patient, hasty].map((config) => startBroker({ config })))
  broker = one!
  hastyBroker = other!
})
after(async () => {
  await Promise.all([broker.stop(), hastyBroker.stop()])
})

test(
  'what arrives is byte for byte what was published, unknown fields of the header included',
  within,
  async () => {
    const publisher = await DoorClient.join(broker.port, 'p')
    const consumer = await DoorClient.join(broker.port, 'c-exact', { exact: [{}] })
    const header = headerOf({
      topic: bytesOf('exact'),
      expiredTime: Math.floor(Date.now() / 1000) + 3600,
      createTime: 1_700_000_000,
      snappy: true,
      properties: [
        { key: bytesOf('k'), value: Uint8Array.of(0, 255, 10) },
        { key: bytesOf('k'), value: bytesOf('twice') },
        { key: bytesOf(''), value: bytesOf('') },
      ],
    })
    const known = encodeMessage(header, new Uint8Array(0))
    // Field 15 as a varint and field 20 as bytes, at the end of the header, as a newer client would add them.
    const unknown = Buffer.concat([
      Uint8Array.of(0x78, 0x96, 0x01, 0xa2, 0x01, 0x03),
      bytesOf('new'),
    ])
    const plain = kiteq.BytesMessage.decode(known).header
    const inner = Buffer.concat([kiteq.Header.encode(plain).finish(), unknown])
    const body = Uint8Array.from({ length: 100_000 }, (_, at) => (at * 7) & 0xff)
    const sent = Buffer.concat([lengthPrefixed(1, inner), lengthPrefixed(2, body)])
    for (const form of [commands.bytesMessage, commands.stringMessage]) {
      const bytes = Buffer.from(sent)
      bytes.set(bytesOf(newId()), bytes.indexOf(header.messageId))
      const opaque = publisher.send(form, bytes)
      assert.equal((await publisher.answerTo(opaque)).status, true)
      const delivery = await consumer.next(form)
      assert.ok(Buffer.from(delivery.body).equals(bytes), 'every byte')
      assert.ok(delivery.opaque >= 0x80000000, 'an opaque no client counter reaches')
      consumer.answer(delivery)
    }
  },
)

test(
  'bodies of 2,000,000 bytes, of none and of every byte pass through unchanged',
  within,
  async () => {
    const publisher = await DoorClient.join(broker.port, 'p')
    const consumer = await DoorClient.join(broker.port, 'c-sizes', { sizes: [{}] })
    const large = new Uint8Array(2_000_000)
    for (let at = 0; at < large.length; at++) large[at] = (at * 31 + (at >>> 8)) & 0xff
    for (const body of [
      large,
      new Uint8Array(0),
      Uint8Array.from({ length: 256 }, (_, at) => at),
    ]) {
      assert.ok((await publisher.publish({ topic: bytesOf('sizes') }, body)).status)
      const delivery = await consumer.next(commands.bytesMessage)
      assert.ok(Buffer.from(bodyIn(delivery)).equals(body), `${body.length} bytes`)
      consumer.answer(delivery)
    }
  },
)

test('messages of one connection arrive in the order of their publishing', within, async () => {
  const publisher = await DoorClient.join(broker.port, 'p')
  const consumer = await DoorClient.join(broker.port, 'c-order', { order: [{}] })
  const ids = Array.from({ length: 500 }, newId)
  for (const id of ids)
    publisher.publishOnly(
      headerOf({ topic: bytesOf('order'), messageId: bytesOf(id) }),
      bytesOf('x'),
    )
  const got: string[] = []
  while (got.length < ids.length) {
    const delivery = await consumer.next(commands.bytesMessage)
    consumer.answer(delivery)
    got.push(idIn(delivery))
  }
  assert.ok(
    got.every((id, n) => id === ids[n]),
    'in order, nothing twice',
  )
})

test(
  'the delivery limit and the expiry both end in the dead letters, counted',
  within,
  async () => {
    const publisher = await DoorClient.join(broker.port, 'p')
    const consumer = await DoorClient.join(broker.port, 'c-ends', { ends: [{}] })
    const start = (await statusOf(broker)).deadLetters
    assert.ok((await publisher.publish({ topic: bytesOf('ends'), deliverLimit: 2 })).status)
    for (const reason of ['first', 'second'])
      consumer.answer(await consumer.next(commands.bytesMessage), false, reason)
    await until(async () => (await statusOf(broker)).deadLetters === start + 1)
    await consumer.heartBeat()
    assert.deepEqual(consumer.frames, [], 'the limit is the limit')
    consumer.close()
    await consumer.ended
    const expiredTime = Math.floor(Date.now() / 1000) + 2
    assert.ok((await publisher.publish({ topic: bytesOf('ends'), expiredTime })).status)
    await until(async () => (await statusOf(broker)).deadLetters === start + 2)
  },
)

test(
  'a delivery that is not answered comes again, and a late answer to the first one settles it',
  within,
  async () => {
    const { port } = hastyBroker
    const publisher = await DoorClient.join(port, 'p')
    const consumer = await DoorClient.join(port, 'c-late', { late: [{}] })
    const { live } = await statusOf(hastyBroker)
    assert.ok((await publisher.publish({ topic: bytesOf('late') })).status)
    const first = await consumer.next(commands.bytesMessage)
    const second = await consumer.next(commands.bytesMessage)
    assert.equal(idIn(first), idIn(second))
    assert.notEqual(first.opaque, second.opaque)
    consumer.answer(first)
    await until(async () => (await statusOf(hastyBroker)).live <= live)
  },
)

test(
  'an answer of another group, with another id or to nothing settles nothing',
  within,
  async () => {
    const { port } = hastyBroker
    const publisher = await DoorClient.join(port, 'p')
    const consumer = await DoorClient.join(port, 'c-forged', { forged: [{}] })
    const foreign = await DoorClient.join(port, 'other')
    const topic = bytesOf('forged')
    const [one, two] = [newId(), newId()]
    const answers = [one, two].map((id) => publisher.publish({ topic, messageId: bytesOf(id) }))
    for (const { status } of await Promise.all(answers)) assert.equal(status, true)
    const [first, second] = await consumer.until(commands.bytesMessage, 2)
    foreign.answer(first!)
    consumer.answer({ command: first!.command, opaque: first!.opaque, body: second!.body })
    consumer.answer({ ...first!, opaque: (first!.opaque ^ 0x00ff_0000) >>> 0 })
    await Promise.all([foreign.heartBeat(), consumer.heartBeat()])
    const again = await consumer.until(commands.bytesMessage, 4)
    assert.deepEqual(new Set(again.slice(2).map(idIn)), new Set([one, two]), 'both come again')
    const newer = await DoorClient.join(port, 'c-forged')
    for (const delivery of again.slice(2)) newer.answer(delivery) // another connection of the group may
  },
)

test('every refusal says why, in words', within, async (t) => {
  const served = await brokerFor(t, { args: ['--topics', 'message,user-profile'] })
  const client = await DoorClient.join(served.port, 'p')
  const topic = bytesOf('message')
  const id = newId()
  assert.ok((await client.publish({ topic, messageId: bytesOf(id) })).status)
  const refusals: [object, RegExp][] = [
    [{ topic: bytesOf('aaa') }, /^UnSupport Topic Message!$/],
    [{ topic: bytesOf('zzz') }, /^UnSupport Topic Message!$/],
    [{ topic, messageId: bytesOf('no id') }, /^Invalid MessageId For UUID!$/],
    [{ topic, expiredTime: 1_000_000 }, /^Expired Message!$/],
    [{ topic, fly: true, commit: false }, /FLY MUST BE COMMITTED !/],
    [{ topic, messageId: bytesOf(id), messageType: bytesOf('t') }, /./],
  ]
  for (const [fields, words] of refusals.slice(0, 5)) {
    const answer = await client.publish(fields)
    assert.equal(answer.status, false)
    assert.match(answer.feedback, words)
  }
  const other = await client.publish({ topic, messageId: bytesOf(id) }, bytesOf('other content'))
  assert.deepEqual(
    [other.status, other.feedback],
    [false, 'Message id is taken by another message!'],
  )
  const again = await client.publish({ topic, messageId: bytesOf(id) })
  assert.equal(again.status, true, 'the same once more is only acked once more')
})

test(
  'a prepared message is decided by its own group only, by the first decision, and asked for when forgotten',
  within,
  async () => {
    const { port } = broker
    const publisher = await DoorClient.join(port, 'tx')
    const consumer = await DoorClient.join(port, 'c-tx', { tx: [{}] })
    const topic = bytesOf('tx')
    const stranger = await DoorClient.join(port, 'stranger')
    const prepare = async (): Promise<Uint8Array> => {
      const messageId = bytesOf(newId())
      assert.ok((await publisher.publish({ topic, messageId, commit: false })).status)
      return messageId
    }
    const decide = async (
      from: DoorClient,
      messageId: Uint8Array,
      status: number,
    ): Promise<void> => {
      const header = kiteq.Header.decode(
        kiteq.Header.encode(protoHeader(messageId, topic)).finish(),
      )
      const packet = kiteq.TxACKPacket.encode({ header, status, feedback: new Uint8Array(0) })
      from.send(commands.txAck, packet.finish(), 0)
      await from.heartBeat()
    }
    const [kept, dropped, forgotten] = [await prepare(), await prepare(), await prepare()]
    await decide(stranger, dropped, 1)
    await decide(publisher, dropped, 2)
    await decide(publisher, dropped, 1)
    await decide(publisher, kept, 1)
    await decide(publisher, kept, 2)
    const delivery = await consumer.next(commands.bytesMessage)
    assert.equal(idIn(delivery), Buffer.from(kept).toString())
    consumer.answer(delivery)
    let inquiry = await publisher.next(commands.txAck)
    let asked = kiteq.TxACKPacket.decode(inquiry.body)
    while (!Buffer.from(forgotten).equals(asked.header.messageId)) {
      // On a slow disk the others were asked for, too, before they were decided.
      inquiry = await publisher.next(commands.txAck)
      asked = kiteq.TxACKPacket.decode(inquiry.body)
    }
    assert.equal(asked.status, 0)
    assert.ok(inquiry.opaque >= 0x80000000)
    publisher.send(
      commands.txAck,
      kiteq.TxACKPacket.encode({
        header: asked.header,
        status: 1,
        feedback: asked.feedback,
      }).finish(),
      inquiry.opaque,
    )
    const late = await consumer.next(commands.bytesMessage)
    assert.equal(idIn(late), Buffer.from(forgotten).toString())
    consumer.answer(late)
    await until(async () => (await statusOf(broker)).openTransactions === 0)
  },
)

test(
  'consumers that are slow, silent or never read leave the others their pace and the broker its memory',
  within,
  async (t) => {
    const own = await brokerFor(t)
    const publisher = await DoorClient.join(own.port, 'p')
    const good = await DoorClient.join(own.port, 'good', { trade: [{}] })
    const body = new Uint8Array(16 * 1024)
    const round = async (): Promise<number> => {
      const started = performance.now()
      for (let n = 0; n < 50; n++) publisher.publishOnly(headerOf(), body)
      for (let n = 0; n < 50; n++) good.answer(await good.next(commands.bytesMessage))
      return performance.now() - started
    }
    for (let n = 0; n < 25; n++) await round() // what a broker at work holds anyway: the newest bytes of its log
    const bad = await Promise.all(
      ['slow', 'silent', 'deaf'].map((group) => DoorClient.join(own.port, group, { trade: [{}] })),
    )
    for (const consumer of bad) consumer.credit(10_000)
    bad[2]!.socket.pause()
    const first = await round()
    const before = residentBytes(readFileSync(`/proc/${own.pid}/status`, 'utf8'))
    let slowest = 0
    for (let n = 0; n < 60; n++) slowest = Math.max(slowest, await round()) // 48 MiB for each group
    const grown = residentBytes(readFileSync(`/proc/${own.pid}/status`, 'utf8')) - before
    assert.ok(grown < 64 * 1024 * 1024, `${grown} bytes more`)
    assert.ok(
      slowest < Math.max(1000, first * 20),
      `a round took ${slowest} ms, the first ${first} ms`,
    )
  },
)

test('fly is acked on receipt, tried three times and never again', within, async () => {
  const publisher = await DoorClient.join(broker.port, 'p')
  const consumer = await DoorClient.join(broker.port, 'c-fly', { fly: [{}] })
  const answer = await publisher.publish({ topic: bytesOf('fly'), fly: true })
  assert.deepEqual([answer.status, answer.feedback], [true, 'FLY NO NEED SAVE'])
  for (let attempt = 1; attempt <= 3; attempt++)
    consumer.answer(await consumer.next(commands.bytesMessage), false, 'no')
  assert.ok((await publisher.publish({ topic: bytesOf('fly') })).status)
  const next = await consumer.next(commands.bytesMessage)
  assert.notEqual(idIn(next), answer.id)
  consumer.answer(next)
})

/** Polls the owner's door, which has no events. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const late = performance.now() + 15_000
  while (!(await holds())) assert.ok(performance.now() < late, 'it never came to be')
}

function lengthPrefixed(field: number, bytes: Uint8Array): Uint8Array {
  const head = [(field << 3) | 2]
  let left = bytes.length
  for (; left > 127; left >>>= 7) head.push((left & 127) | 128)
  head.push(left)
  return Buffer.concat([Uint8Array.from(head), bytes])
}

function protoHeader(messageId: Uint8Array, topic: Uint8Array): kiteq.Header.$Properties {
  const decoded = kiteq.BytesMessage.decode(
    encodeMessage(headerOf({ messageId, topic, commit: false }), new Uint8Array(0)),
  )
  return decoded.header
}
