import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { FakeBroker, type Peer } from '../../test/support/fake-broker.ts'
import { KiteQError } from '../model/errors.ts'
import { commands, encodeCommandAck } from '../net/packet.ts'
import { connect, type Client } from './client.ts'
import type { Message } from './message.ts'
import { pack, packText, unpack } from './snappy.ts'
import type { FlowOptions, Handler } from './subscriber.ts'

const open: (() => Promise<void>)[] = []
after(async () => {
  for (const close of open.reverse()) await close()
})

interface Setting {
  readonly broker: FakeBroker
  readonly client: Client
  readonly peer: Peer
}

async function subscribed(handler: Handler, flow: FlowOptions = {}): Promise<Setting> {
  const broker = await FakeBroker.start()
  open.push(() => broker.close())
  const client = await connect({ address: broker.address, group: 's-trade-a' })
  open.push(() => client.close({ drainMs: 0 }))
  await client.subscribe({ topic: 'trade', bindings: [{ type: 'pay-succ-200' }] }, handler, flow)
  const { peer } = await broker.next('connected')
  return { broker, client, peer }
}

const delivery = 0x80000001

test('a handler sees the message, and its return is the ack', async () => {
  const seen: unknown[] = []
  const { broker, peer } = await subscribed((message) => {
    seen.push([message.id, message.topic, message.type, message.group, message.form])
    seen.push([message.text(), [...message.properties], message.headers])
  })
  const properties = [{ key: Buffer.from('k'), value: Buffer.from('v') }]
  peer.deliver(delivery, { properties }, 'hello 支付')
  const acked = await broker.next('acked')
  assert.deepEqual([acked.opaque, acked.status, acked.feedback], [delivery, true, ''])
  assert.deepEqual(seen, [
    ['0123456789abcdef0123456789abcdef', 'trade', 'pay-succ-200', 'publishers', 'string'],
    [
      'hello 支付',
      [['k', 'v']],
      {
        expiresAt: new Date(2_000_000_000_000),
        deliverLimit: 100,
        createdAt: new Date(1_700_000_000_000),
        snappy: false,
        fly: false,
        commit: true,
      },
    ],
  ])
})

test('false and every kind of throw are nacks that say why', async () => {
  const results: (() => boolean | Promise<boolean>)[] = [
    () => false,
    () => Promise.resolve(false),
    () => {
      throw new Error('no stock')
    },
    () => Promise.reject(new Error('no stock later')),
    () => Promise.resolve(true),
    () => null as unknown as boolean, // what JavaScript may answer is no reason to end
  ]
  const { broker, peer } = await subscribed((message) => results[Number(message.text())]!())
  results.forEach((_, at) => peer.deliver(delivery + at, {}, String(at)))
  await broker.next('acked', () => broker.all('acked').length === results.length)
  const answers = broker.all('acked').sort((one, other) => one.opaque - other.opaque)
  assert.deepEqual(
    answers.map(({ status, feedback }) => [status, feedback]),
    [
      [false, 'the handler said no'],
      [false, 'the handler said no'],
      [false, 'no stock'],
      [false, 'no stock later'],
      [true, ''],
      [true, ''],
    ],
  )
})

test('packed bodies arrive unpacked, in both forms', async () => {
  const bodies: string[] = []
  const { broker, peer } = await subscribed((message) => {
    bodies.push(message.text(), Buffer.from(message.bytes()).toString())
  })
  const text = 'again and '.repeat(50)
  peer.deliver(delivery, { snappy: true }, packText(text))
  peer.deliver(delivery + 1, { snappy: true }, pack(Buffer.from(text)))
  await broker.next('acked', () => broker.all('acked').length === 2)
  assert.deepEqual(bodies, [text, text, text, text])
})

test('a body that is packed wrongly is a nack, not a crash', async () => {
  const { broker, peer } = await subscribed((message) => void message.text())
  peer.deliver(delivery, { snappy: true }, Buffer.from('not snappy at all'))
  peer.deliver(delivery + 1, { snappy: true }, 'not base64!')
  await broker.next('acked', () => broker.all('acked').length === 2)
  for (const { status, feedback } of broker.all('acked')) {
    assert.equal(status, false)
    assert.match(feedback, /no (snappy block|base64)/)
  }
})

test('a few bytes that claim to unpack to a lot are refused before the memory is taken', () => {
  assert.throws(() => unpack(Uint8Array.of(0xff, 0xff, 0xff, 0x1f, 0, 1)), KiteQError)
  const dense = new Uint8Array(1_000_000)
  assert.equal(unpack(pack(dense)).length, dense.length)
})

test('no more handlers are at work than asked for, and everything gets its turn in order', async () => {
  const started: string[] = []
  const finish: (() => void)[] = []
  const { broker, peer } = await subscribed(
    (message: Message) => {
      started.push(message.text())
      return new Promise<void>((resolve) => finish.push(resolve))
    },
    { window: 10, concurrency: 2 },
  )
  assert.equal((await broker.next('credit', ({ window }) => window > 0)).window, 10)
  for (let at = 0; at < 6; at++) peer.deliver(delivery + at, {}, String(at))
  for (let done = 1; done <= 6; done++) {
    while (finish.length === 0) await new Promise((resolve) => setImmediate(resolve))
    assert.ok(started.length <= done + 1)
    finish.shift()!()
    await broker.next('acked', () => broker.all('acked').length === done)
  }
  assert.deepEqual(started, ['0', '1', '2', '3', '4', '5'])
})

test('acks of one turn leave in one write', async () => {
  const { broker, peer } = await subscribed(() => true)
  const before = peer.reads
  for (let at = 0; at < 100; at++) peer.deliver(delivery + at, {}, 'x')
  await broker.next('acked', () => broker.all('acked').length === 100)
  assert.ok(peer.reads - before < 20, `${peer.reads - before} reads for 100 acks`)
})

test('a topic nobody handles is given back', async () => {
  const { broker, peer } = await subscribed(() => true)
  peer.deliver(delivery, { topic: Buffer.from('other') }, 'x')
  const { status, feedback } = await broker.next('acked')
  assert.deepEqual([status, feedback], [false, 'no handler for this topic'])
})

test('a refused bind rejects and leaves no handler', async () => {
  const { broker, client } = await subscribed(() => true)
  broker.answers.command = () => ({ status: false, feedback: 'bad pattern' })
  const options = { topic: 'other', bindings: [{ kind: 'regex' as const, type: '(' }] }
  await assert.rejects(
    client.subscribe(options, () => true),
    /^KiteQError: bad pattern$/,
  )
  broker.answers.command = () => ({ status: true, feedback: '' })
  await client.subscribe(options, () => true)
})

test('a bind that is not answered times out', async () => {
  const broker = await FakeBroker.start()
  open.push(() => broker.close())
  broker.answers.command = () => undefined
  const client = await connect({ address: broker.address, group: 'g', answerTimeoutMs: 20 })
  open.push(() => client.close({ drainMs: 0 }))
  await assert.rejects(client.bind('trade', [{ type: 'x' }]), /bind trade: no answer in 20 ms/)
})

test('one handler per topic', async () => {
  const { client } = await subscribed(() => true)
  await assert.rejects(
    client.subscribe({ topic: 'trade' }, () => true),
    /expected one per topic/,
  )
})

test('stop keeps the bindings, unsubscribe removes them, both end the credit', async () => {
  const { broker, client } = await subscribed(() => true, { window: 5 })
  const other = await client.subscribe({ topic: 'other' }, () => true, { window: 7 })
  await broker.next('credit', ({ window }) => window === 12)
  let from = broker.seen.length
  other.stop()
  await broker.next('credit', ({ window }) => window === 5, from)
  assert.equal(broker.all('unbind').length, 0)
  const again = await client.subscribe({ topic: 'other' }, () => true, { window: 7 })
  from = broker.seen.length
  await again.unsubscribe()
  await broker.next('credit', ({ window }) => window === 5, from)
  assert.equal(broker.all('unbind').length, 1)
})

test('the credit lists the topics that have a handler; a broker that keeps no list is asked for all of them', async () => {
  const { broker, client, peer } = await subscribed(() => true, { window: 5 })
  assert.deepEqual((await broker.next('credit', ({ window }) => window === 5)).topics, ['trade'])
  const other = await client.subscribe({ topic: 'other' }, () => true, { window: 7 })
  const both = await broker.next('credit', ({ window }) => window === 12)
  assert.deepEqual(both.topics, ['trade', 'other'])
  const errors: string[] = []
  client.on('error', ({ message }) => errors.push(message))
  const from = broker.seen.length
  const no = { status: false, feedback: Buffer.from('CREDIT refused: no room for lists') }
  peer.send(0, commands.commandAck, encodeCommandAck(no))
  assert.deepEqual((await broker.next('credit', ({ window }) => window === 12, from)).topics, [])
  assert.deepEqual(errors, ['CREDIT refused: no room for lists'])
  other.stop()
  const left = await broker.next('credit', ({ window }) => window === 5, from)
  assert.deepEqual(left.topics, [])
})

test('close stops the deliveries, waits for the handlers at work and sends their acks', async () => {
  const finish: (() => void)[] = []
  const started = new Promise<void>((begun) => {
    void subscribed(() => {
      begun()
      return new Promise<void>((resolve) => finish.push(resolve))
    }).then((setting) => {
      setting.peer.deliver(delivery, {}, 'x')
      settings.push(setting)
    })
  })
  const settings: Setting[] = []
  await started
  const { broker, client, peer } = settings[0]!
  const closing = client.close()
  await broker.next('credit', ({ window }) => window === 0, broker.seen.length - 1)
  peer.deliver(delivery + 1, {}, 'too late')
  finish[0]!()
  await closing
  await broker.next('lost')
  assert.deepEqual(
    broker.all('acked').map(({ opaque, status }) => [opaque, status]),
    [[delivery, true]],
  )
})

test('close does not wait for ever for a handler that never ends', async () => {
  let begun: () => void
  const started = new Promise<void>((resolve) => (begun = resolve))
  const { broker, client, peer } = await subscribed(() => {
    begun()
    return new Promise<void>(() => {
      // never settles
    })
  })
  peer.deliver(delivery, {}, 'x')
  await started
  await client.close({ drainMs: 10 })
  assert.equal(broker.all('acked').length, 0)
})
