// What a program in JavaScript gets wrong and no compiler tells it: refused by name, and nothing of it reaches the broker.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { FakeBroker } from '../../test/support/fake-broker.ts'
import { KiteQError } from '../model/errors.ts'
import { Client, connect } from './client.ts'
import type { ClientOptions } from './options.ts'
import type { OutgoingMessage } from './outgoing.ts'
import type { ClientBinding, FlowOptions, Handler, SubscribeOptions } from './subscriber.ts'
import type { CheckHandler } from './transactions.ts'

const open: (() => Promise<void>)[] = []
after(async () => {
  for (const close of open.reverse()) await close()
})

async function pair(): Promise<{ broker: FakeBroker; client: Client }> {
  const broker = await FakeBroker.start()
  open.push(() => broker.close())
  const client = await connect({ address: broker.address, group: 'g' })
  open.push(() => client.close({ drainMs: 0 }))
  return { broker, client }
}

/** Exactly this text, and the code a program can look for. */
function usage(message: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof KiteQError, String(error))
    assert.deepEqual([error.code, error.message], ['KITEQ_USAGE', message])
    return true
  }
}

const hello = { topic: 'trade', type: 'pay-succ-200', body: 'hello' }
const knownOptions =
  'address, addresses, group, secret, warmingUpSeconds, retry, answerTimeoutMs, handshakeTimeoutMs, startupMs, ' +
  'heartbeatMs, heartbeatTimeoutMs, reconnect, pendingMax, pendingBytesMax'
const knownFields = 'topic, type, body, properties, snappy, expiresAt, deliverLimit, fly, id'

const wrongOptions: [unknown, string][] = [
  [undefined, 'connect: it is undefined; expected an object'],
  ['127.0.0.1:13800', 'connect: it is "127.0.0.1:13800"; expected an object'],
  [{}, 'connect: group is undefined; expected a string of 1 to 255 bytes'],
  [{ group: 7 }, 'connect: group is 7; expected a string of 1 to 255 bytes'],
  [{ group: 'g', timeout: 5 }, `connect: "timeout" is not known; expected one of ${knownOptions}`],
  [{ group: 'g', address: 13800 }, 'connect: address is 13800; expected a string'],
  [{ group: 'g', address: 'here' }, 'connect: address is "here"; expected host:port'],
  [
    { group: 'g', addresses: 'a:1' },
    'connect: addresses is "a:1"; expected a list of host:port, at least one',
  ],
  [
    { group: 'g', addresses: [] },
    'connect: addresses is an array of 0; expected a list of host:port, at least one',
  ],
  [{ group: 'g', addresses: [1] }, 'connect: address is 1; expected host:port'],
  [
    { group: 'g', address: 'a:1', addresses: ['a:1'] },
    'connect: address and addresses are both there; expected one of them',
  ],
  [{ group: 'g', secret: 5 }, 'connect: secret is 5; expected a string'],
  [{ group: 'g', retry: 'no' }, 'connect: retry is "no"; expected true or false'],
  [
    { group: 'g', heartbeatMs: '5' },
    'connect: heartbeatMs is "5"; expected an integer from 1 to 2147483647',
  ],
  [
    { group: 'g', reconnect: true },
    'connect: reconnect is true; expected false or an object with minMs and maxMs',
  ],
  [
    { group: 'g', reconnect: { min: 1 } },
    'connect: reconnect: "min" is not known; expected one of minMs, maxMs',
  ],
  [
    { group: 'g', reconnect: { minMs: 0 } },
    'connect: reconnect: minMs is 0; expected an integer from 1 to 2147483647',
  ],
]

test('connect refuses what it does not know or cannot use', async () => {
  for (const [options, message] of wrongOptions)
    await assert.rejects(connect(options as ClientOptions), usage(message))
})

const wrongMessages: [unknown, string][] = [
  [undefined, 'publish: it is undefined; expected an object'],
  [null, 'publish: it is null; expected an object'],
  ['hello', 'publish: it is "hello"; expected an object'],
  [{ ...hello, ttl: 5 }, `publish: "ttl" is not known; expected one of ${knownFields}`],
  [{ ...hello, toString: 1 }, `publish: "toString" is not known; expected one of ${knownFields}`],
  [{ ...hello, topic: undefined }, 'publish: topic is undefined; expected a string'],
  [{ ...hello, type: 200 }, 'publish: type is 200; expected a string'],
  [{ ...hello, body: undefined }, 'publish: body is undefined; expected a string or a Uint8Array'],
  [{ ...hello, body: 5 }, 'publish: body is 5; expected a string or a Uint8Array'],
  [{ ...hello, body: { a: 1 } }, 'publish: body is an object; expected a string or a Uint8Array'],
  [
    { ...hello, body: new Uint16Array(2) },
    'publish: body is of class Uint16Array; expected a string or a Uint8Array',
  ],
  [{ ...hello, id: 5 }, 'publish: id is 5; expected 32 hex digits'],
  [
    { ...hello, id: ['0123456789abcdef0123456789abcdef'] },
    'publish: id is an array of 1; expected 32 hex digits',
  ],
  [{ ...hello, id: null }, 'publish: id is null; expected 32 hex digits'],
  [
    { ...hello, deliverLimit: '5' },
    'publish: deliverLimit is "5"; expected an integer from 1 to 100',
  ],
  [{ ...hello, expiresAt: 1e12 }, 'publish: expiresAt is 1000000000000; expected a Date'],
  [{ ...hello, expiresAt: '2030-01-01' }, 'publish: expiresAt is "2030-01-01"; expected a Date'],
  [
    { ...hello, expiresAt: new Date(Number.NaN) },
    'publish: expiresAt is Invalid Date; expected a Date after 1970',
  ],
  [{ ...hello, fly: 'yes' }, 'publish: fly is "yes"; expected true or false'],
  [{ ...hello, snappy: 1 }, 'publish: snappy is 1; expected true or false'],
  [
    { ...hello, properties: new Map([['a', 'b']]) },
    'publish: properties is of class Map; expected an object of strings',
  ],
  [{ ...hello, properties: 'a=b' }, 'publish: properties is "a=b"; expected an object of strings'],
  [{ ...hello, properties: { n: 1 } }, 'publish: properties["n"] is 1; expected a string'],
]

test('a publish refuses what it does not know or cannot use, and the next one goes out', async () => {
  const { broker, client } = await pair()
  for (const [message, text] of wrongMessages) {
    await assert.rejects(client.publish(message as OutgoingMessage), usage(text))
    await assert.rejects(
      client.publishInTransaction(message as OutgoingMessage, () => assert.fail()),
      usage(text),
    )
  }
  assert.equal(client.pendingCount, 0)
  await client.publish(hello)
  assert.equal(broker.all('publish').length, 1)
})

test('every field of a message is taken, and one that is there but undefined is as if left out', async () => {
  const { broker, client } = await pair()
  const all: Required<OutgoingMessage> = {
    ...hello,
    properties: { a: 'b' },
    snappy: true,
    expiresAt: new Date(1_900_000_000_000),
    deliverLimit: 5,
    fly: true,
    id: '0123456789abcdef0123456789abcdef',
  }
  assert.equal((await client.publish(all)).id, all.id)
  const { topic, type, body, ...rest } = all
  const emptied = Object.fromEntries(Object.keys(rest).map((key) => [key, undefined]))
  await client.publish({ topic, type, body, ...emptied })
  assert.equal(broker.all('publish').length, 2)
})

const wrongBindings: [unknown, string][] = [
  [{ kind: 'regexp', type: 'a' }, 'kind is "regexp"; expected one of direct, regex, fanout'],
  [{ kind: 'toString', type: 'a' }, 'kind is "toString"; expected one of direct, regex, fanout'],
  [
    { type: 'a', durable: 'no' },
    '"durable" is not known; expected one of type, kind, watermark, persistent',
  ],
  [{ type: 'a', persistent: 'no' }, 'persistent is "no"; expected true or false'],
  [{ type: /a/ }, 'type is of class RegExp; expected a string of 0 to 1024 bytes'],
  [{}, 'type is undefined; expected a message type'],
  [{ kind: 'regex' }, 'type is undefined; expected a pattern'],
  [{ type: 'a', watermark: -1 }, 'watermark is -1; expected an integer from 0 to 2147483647'],
]

test('a wrong binding is refused with its place in the list, and the topic stays free', async () => {
  const { broker, client } = await pair()
  for (const [one, message] of wrongBindings) {
    const bindings = [{ type: 'right' }, one as ClientBinding]
    await assert.rejects(
      client.subscribe({ topic: 'trade', bindings }, () => true),
      usage(`subscribe: bindings[1]: ${message}`),
    )
    await assert.rejects(client.bind('trade', bindings), usage(`bind: bindings[1]: ${message}`))
  }
  await assert.rejects(
    client.bind('trade', [undefined] as unknown as ClientBinding[]),
    usage('bind: bindings[0]: it is undefined; expected an object'),
  )
  await client.subscribe({ topic: 'trade', bindings: [{ kind: 'fanout' }] }, () => true)
  assert.equal(broker.all('bind').length, 1)
})

test('subscribe, bind and unbind refuse wrong topics, handlers, options and windows', async () => {
  const { broker, client } = await pair()
  const handler = (): boolean => true
  const asked: [unknown, unknown, unknown, string][] = [
    ['trade', handler, {}, 'subscribe: it is "trade"; expected an object'],
    [{ topic: 5 }, handler, {}, 'subscribe: topic is 5; expected a string of 1 to 255 bytes'],
    [{}, handler, {}, 'subscribe: topic is undefined; expected a string of 1 to 255 bytes'],
    [
      { topic: 't', binding: [] },
      handler,
      {},
      'subscribe: "binding" is not known; expected one of topic, bindings',
    ],
    [
      { topic: 't', bindings: {} },
      handler,
      {},
      'subscribe: bindings is an object; expected a list of bindings',
    ],
    [{ topic: 't' }, undefined, {}, 'subscribe: the handler is undefined; expected a function'],
    [{ topic: 't' }, handler, 5, 'subscribe: flow: it is 5; expected an object'],
    [
      { topic: 't' },
      handler,
      { windows: 5 },
      'subscribe: flow: "windows" is not known; expected one of window, concurrency',
    ],
    [
      { topic: 't' },
      handler,
      { window: 0 },
      'subscribe: flow: window is 0; expected an integer from 1 to 65536',
    ],
  ]
  for (const [options, given, flow, message] of asked)
    await assert.rejects(
      client.subscribe(options as SubscribeOptions, given as Handler, flow as FlowOptions),
      usage(message),
    )
  await assert.rejects(
    client.bind('', []),
    usage('bind: topic is ""; expected a string of 1 to 255 bytes'),
  )
  await assert.rejects(
    client.bind('trade', undefined as unknown as ClientBinding[]),
    usage('bind: bindings is undefined; expected a list of bindings'),
  )
  await assert.rejects(
    client.unbind(5 as unknown as string),
    usage('unbind: topic is 5; expected a string of 1 to 255 bytes'),
  )
  assert.equal(broker.all('bind').length, 0)
})

test('what must be a function and is none is refused at the call, before anything is sent', async () => {
  const { broker, client } = await pair()
  const none = undefined as unknown as () => undefined
  assert.throws(
    () => client.send(hello, none),
    usage('send: settle is undefined; expected a function'),
  )
  assert.throws(
    () => client.onCheck(none as unknown as CheckHandler),
    usage('onCheck: the handler is undefined; expected a function'),
  )
  assert.throws(
    () => client.on('closed', none),
    usage('on: the listener is undefined; expected a function'),
  )
  assert.throws(
    () => client.on('close' as 'closed', () => undefined),
    usage('on: the event is "close"; expected one of connected, disconnected, error, closed'),
  )
  await assert.rejects(
    client.publishInTransaction(hello, none),
    usage('publishInTransaction: the work is undefined; expected a function'),
  )
  await client.publish(hello)
  assert.equal(broker.all('publish').length, 1)
  await assert.rejects(
    client.close({ drainMs: '5 s' as unknown as number }),
    usage('close: drainMs is "5 s"; expected an integer from 0 to 2147483647'),
  )
})

test('a check handler that answers nonsense is reported, and the broker hears unknown and why', async () => {
  const { broker, client } = await pair()
  const { peer } = await broker.next('connected')
  const reported = new Promise<KiteQError>((resolve) => client.on('error', resolve))
  client.onCheck((() => true) as unknown as CheckHandler)
  peer.inquire(0x8000_0007, {})
  const { status, feedback } = await broker.next('decided')
  const text = 'onCheck: the answer is true; expected one of unknown, commit, rollback'
  assert.deepEqual([status, feedback], [0, text])
  usage(text)(await reported)
})
