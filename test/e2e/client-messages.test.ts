// The typed client against the real broker: what is published arrives, to whom it should, as it was.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connect, type Client } from '../../src/client/client.ts'
import type { Message } from '../../src/client/message.ts'
import type { ClientBinding, Handler } from '../../src/client/subscriber.ts'
import { startBroker, type BrokerProcess } from '../support/broker-process.ts'

let broker: BrokerProcess
const clients: Client[] = []

before(async () => {
  broker = await startBroker({ config: '[transactions]\ninquiryFirstSeconds = 0.1\n' })
})
after(async () => {
  await Promise.all(clients.map((client) => client.close({ drainMs: 0 })))
  const { code } = await broker.stop()
  assert.equal(code, 0)
})

async function client(group: string): Promise<Client> {
  const connected = await connect({ address: broker.address, group })
  clients.push(connected)
  return connected
}

/** Subscribes and resolves with the first `count` messages. */
async function collect(
  group: string,
  topic: string,
  bindings: readonly ClientBinding[],
  count: number,
  answer: Handler = () => true,
): Promise<Promise<readonly Message[]>[]> {
  const consumer = await client(group)
  const seen: Message[] = []
  let done: (messages: readonly Message[]) => void
  const all = new Promise<readonly Message[]>((resolve) => (done = resolve))
  await consumer.subscribe({ topic, bindings }, (message) => {
    seen.push(message)
    if (seen.length === count) done(seen)
    return answer(message)
  })
  // In an array: a promise of a promise would be waited for.
  return [all]
}

test('strings, bytes and packed bodies arrive as they were published', async () => {
  const [arrived] = await collect('s-forms', 'forms', [{ kind: 'fanout' }], 4)
  const publisher = await client('ps-forms')
  const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => (at * at) & 0xff)
  const text = '支付成功 '.repeat(1000)
  const properties = { venue: 'tokyo' }
  const ids: string[] = []
  for (const part of [
    { body: text, properties },
    { body: bytes },
    { body: text, snappy: true },
    { body: bytes, snappy: true },
  ])
    ids.push((await publisher.publish({ topic: 'forms', type: 'a', ...part })).id)
  const messages = await arrived!
  assert.deepEqual(messages.map(({ id }) => id).sort(), [...ids].sort())
  for (const message of messages) {
    assert.equal(message.group, 'ps-forms')
    if (message.form === 'string') assert.equal(message.text(), text)
    else assert.deepEqual(new Uint8Array(message.bytes()), bytes)
  }
  const first = messages.find(({ id }) => id === ids[0])
  assert.deepEqual(Object.fromEntries(first!.properties), properties)
})

test('direct, regex and fanout each get what they asked for', async () => {
  const [direct] = await collect('s-direct', 'kinds', [{ type: 'pay-succ-200' }], 1)
  const [regex] = await collect('s-regex', 'kinds', [{ kind: 'regex', type: '^pay-.*-\\d+$' }], 2)
  const [fanout] = await collect('s-fanout', 'kinds', [{ kind: 'fanout' }], 3)
  const publisher = await client('ps-kinds')
  for (const type of ['pay-succ-200', 'pay-fail-500', 'refund'])
    await publisher.publish({ topic: 'kinds', type, body: type })
  const types = (messages: readonly Message[]): string[] => messages.map(({ type }) => type).sort()
  assert.deepEqual(types(await direct!), ['pay-succ-200'])
  assert.deepEqual(types(await regex!), ['pay-fail-500', 'pay-succ-200'])
  assert.deepEqual(types(await fanout!), ['pay-fail-500', 'pay-succ-200', 'refund'])
})

test('a message that is not acked comes again', async () => {
  const answers = [() => false, () => Promise.reject(new Error('not yet')), () => true]
  let at = 0
  const [arrived] = await collect('s-again', 'again', [{ type: 'x' }], 3, () => answers[at++]!())
  const publisher = await client('ps-again')
  const { id } = await publisher.publish({ topic: 'again', type: 'x', body: 'y' })
  assert.deepEqual(
    (await arrived!).map((message) => message.id),
    [id, id, id],
  )
})

test('a pattern that can never match is remarked upon', async () => {
  const consumer = await client('s-broken')
  const bindings = [{ kind: 'regex', type: '(' }] as const
  const { remark } = await consumer.subscribe({ topic: 'broken', bindings }, () => true)
  assert.match(remark, /\(/)
  assert.equal(await consumer.bind('broken', [{ kind: 'regex', type: '.' }]), '')
})

test('what has expired is refused, and the same id twice is stored once', async () => {
  const [arrived] = await collect('s-once', 'once', [{ type: 'x' }], 2)
  const publisher = await client('ps-once')
  const message = { topic: 'once', type: 'x', body: 'first' }
  await assert.rejects(publisher.publish({ ...message, expiresAt: new Date(1_000_000_000_000) }), {
    code: 'KITEQ_REFUSED',
    message: 'Expired Message!',
  })
  const { id } = await publisher.publish(message)
  await publisher.publish({ ...message, id })
  await assert.rejects(publisher.publish({ ...message, id, body: 'other' }), {
    code: 'KITEQ_REFUSED',
  })
  const last = await publisher.publish({ ...message, body: 'last' })
  assert.deepEqual(
    (await arrived!).map((one) => one.id),
    [id, last.id],
  )
})

test('a committed transaction is delivered, one rolled back is not', async () => {
  const [arrived] = await collect('s-txn', 'txn', [{ type: 'x' }], 2)
  const publisher = await client('ps-txn')
  const message = { topic: 'txn', type: 'x', body: 'y' }
  const failing = publisher.publishInTransaction(message, () => Promise.reject(new Error('no')))
  await assert.rejects(failing, /^Error: no$/)
  const { id } = await publisher.publishInTransaction(message, () => 1)
  const last = await publisher.publish(message)
  assert.deepEqual((await arrived!).map((one) => one.id).sort(), [id, last.id].sort())
})

test('a publisher that dies undecided is asked about, in its group', async () => {
  const [arrived] = await collect('s-check', 'check', [{ type: 'x' }], 1)
  const message = { topic: 'check', type: 'x', body: 'y', properties: { order: '17' } }
  const forgetful = await client('ps-check')
  await new Promise<void>((prepared) => {
    const never = new Promise<never>(() => undefined)
    forgetful
      .publishInTransaction(message, () => {
        prepared()
        return never
      })
      .catch(() => undefined)
  })
  const colleague = await client('ps-check')
  const asked: string[] = []
  colleague.onCheck(({ id, properties }) => {
    asked.push(`${id} ${properties.get('order')}`)
    // The first time it does not know yet.
    return asked.length === 1 ? 'unknown' : 'commit'
  })
  await forgetful.close({ drainMs: 0 })
  const [delivered] = await arrived!
  assert.deepEqual(asked, [`${delivered!.id} 17`, `${delivered!.id} 17`])
})

test('a burst from several publishers arrives whole', async () => {
  const count = 5_000
  const seen = new Set<string>()
  const consumer = await client('s-burst')
  let done: () => void
  const all = new Promise<void>((resolve) => (done = resolve))
  await consumer.subscribe({ topic: 'burst', bindings: [{ type: 'x' }] }, (message) => {
    seen.add(message.id)
    if (seen.size === count) done()
  })
  const publishers = await Promise.all(Array.from({ length: 4 }, () => client('ps-burst')))
  const answers = Array.from({ length: count }, (_, at) =>
    publishers[at % 4]!.publish({ topic: 'burst', type: 'x', body: `message ${at}` }),
  )
  const ids = new Set((await Promise.all(answers)).map(({ id }) => id))
  await all
  assert.deepEqual(seen, ids)
})
