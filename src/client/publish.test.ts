import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import snappyjs from 'snappyjs'
import { FakeBroker } from '../../test/support/fake-broker.ts'
import { KiteQError } from '../model/errors.ts'
import { commands } from '../net/packet.ts'
import { connect, type Client } from './client.ts'
import type { ClientOptions } from './options.ts'

const open: (() => Promise<void>)[] = []
after(async () => {
  for (const close of open.reverse()) await close()
})

async function pair(
  options: Partial<ClientOptions> = {},
): Promise<{ broker: FakeBroker; client: Client }> {
  const broker = await FakeBroker.start()
  open.push(() => broker.close())
  const client = await connect({ address: broker.address, group: 'ps-trade-a', ...options })
  open.push(() => client.close({ drainMs: 0 }))
  return { broker, client }
}

const hello = { topic: 'trade', type: 'pay-succ-200', body: 'hello' }

function rejectsWith(code: string, message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof KiteQError, String(error))
    assert.equal(error.code, code)
    assert.match(error.message, message)
    return true
  }
}

test('a string travels as a string message with every field of the header', async () => {
  const { broker, client } = await pair()
  const expiresAt = new Date(1_900_000_000_000)
  const properties = { venue: 'tokyo', '': 'empty key' }
  const answer = await client.publish({ ...hello, expiresAt, properties, deliverLimit: 7 })
  const seen = await broker.next('publish')
  assert.equal(seen.command, commands.stringMessage)
  assert.equal(answer.id, seen.id)
  assert.match(answer.id, /^[0-9a-f]{32}$/)
  assert.equal(answer.feedback, 'Store Result true Cost:0')
  const { header } = seen
  assert.equal(Buffer.from(header.topic).toString(), 'trade')
  assert.equal(Buffer.from(header.messageType).toString(), 'pay-succ-200')
  assert.equal(Buffer.from(header.group).toString(), 'ps-trade-a')
  assert.equal(header.expiredTime, 1_900_000_000)
  assert.equal(header.deliverLimit, 7)
  assert.equal(header.commit, true)
  assert.equal(header.fly, false)
  assert.ok(Math.abs(header.createTime! - Date.now() / 1000) < 5)
  assert.equal(header.snappy, undefined)
  assert.deepEqual(
    header.properties.map(({ key, value }) => [
      Buffer.from(key).toString(),
      Buffer.from(value).toString(),
    ]),
    Object.entries(properties),
  )
  assert.equal(seen.body.toString(), 'hello')
})

test('bytes travel as a bytes message, and no expiry is sent as -1', async () => {
  const { broker, client } = await pair()
  const body = Uint8Array.from({ length: 300_000 }, (_, at) => at * 7)
  await client.publish({ ...hello, body })
  const seen = await broker.next('publish')
  assert.equal(seen.command, commands.bytesMessage)
  assert.ok(seen.body.equals(body))
  assert.equal(seen.header.expiredTime, -1)
  assert.equal(seen.header.deliverLimit, 100)
})

test('text outside ASCII arrives as UTF-8', async () => {
  const { broker, client } = await pair()
  await client.publish({ topic: '交易', type: 'payé', body: '支付成功 🪁' })
  const seen = await broker.next('publish')
  assert.equal(Buffer.from(seen.header.topic).toString(), '交易')
  assert.equal(seen.body.toString(), '支付成功 🪁')
})

test('snappy packs bytes as a block and a string as the base64 of its block', async () => {
  const { broker, client } = await pair()
  const text = 'again and '.repeat(100)
  await client.publish({ ...hello, body: text, snappy: true })
  await client.publish({ ...hello, body: Buffer.from(text), snappy: true })
  const [asText, asBytes] = broker.all('publish')
  assert.equal(asText!.header.snappy, true)
  const block = Buffer.from(asText!.body.toString(), 'base64')
  assert.equal(Buffer.from(snappyjs.uncompress(block)).toString(), text)
  assert.ok(asBytes!.body.length < text.length / 4)
  assert.equal(Buffer.from(snappyjs.uncompress(asBytes!.body)).toString(), text)
})

test('a refusal carries the words of the broker', async () => {
  const { broker, client } = await pair()
  broker.answers.store = () => ({ status: false, feedback: 'UnSupport Topic Message!' })
  await assert.rejects(
    client.publish(hello),
    rejectsWith('KITEQ_REFUSED', /^UnSupport Topic Message!$/),
  )
  assert.equal(client.pendingCount, 0)
})

test('answers in any order reach the publish they belong to', async () => {
  const { broker, client } = await pair()
  broker.answers.store = () => undefined
  const answers = Array.from({ length: 100 }, () => client.publish(hello))
  await broker.next('publish', () => broker.all('publish').length === 100)
  for (const { peer, opaque, id } of broker.all('publish').reverse())
    peer.storeAck(opaque, id, true, `for ${id}`)
  for (const { id, feedback } of await Promise.all(answers)) assert.equal(feedback, `for ${id}`)
})

test('publishes of one turn leave in one write', async () => {
  const { broker, client } = await pair()
  const { peer } = await broker.next('connected')
  await broker.next('credit')
  const before = peer.reads
  await Promise.all(Array.from({ length: 100 }, () => client.publish(hello)))
  assert.equal(peer.reads - before, 1)
})

test('a publish without an answer times out, and its late answer hurts nobody', async () => {
  const { broker, client } = await pair({ answerTimeoutMs: 300 })
  broker.answers.store = () => undefined
  await assert.rejects(client.publish(hello), rejectsWith('KITEQ_TIMEOUT', /may be stored/))
  const late = await broker.next('publish')
  // The same place is used again: only the generation tells the two apart.
  const second = client.publish(hello)
  const next = await broker.next('publish', ({ id }) => id !== late.id)
  late.peer.storeAck(late.opaque, late.id, false, 'too late')
  next.peer.storeAck(next.opaque, next.id, true, 'in time')
  assert.equal((await second).feedback, 'in time')
})

test('past the limit a publish is refused at once, and room() tells when to go on', async () => {
  const { broker, client } = await pair({ pendingMax: 4 })
  broker.answers.store = () => undefined
  const first = Array.from({ length: 4 }, () => client.publish(hello))
  await assert.rejects(client.publish(hello), rejectsWith('KITEQ_FULL', /4 publishes/))
  let roomy = false
  const room = client.room().then(() => (roomy = true))
  await broker.next('publish', () => broker.all('publish').length === 4)
  assert.equal(roomy, false)
  for (const { peer, opaque, id } of broker.all('publish')) peer.storeAck(opaque, id, true, '')
  await room
  await Promise.all(first)
  broker.answers.store = () => ({ status: true, feedback: '' })
  await client.publish(hello)
})

test('the bytes of unanswered publishes are bounded, too', async () => {
  const { broker, client } = await pair({ pendingBytesMax: 100_000 })
  broker.answers.store = () => undefined
  const body = new Uint8Array(60_000)
  client.publish({ ...hello, body }).catch(() => undefined)
  client.publish({ ...hello, body }).catch(() => undefined)
  await assert.rejects(
    client.publish({ ...hello, body }),
    rejectsWith('KITEQ_FULL', /wait for room/),
  )
})

test('after a reconnect what was not answered is sent again, in order and under the same ids', async () => {
  const { broker, client } = await pair({ reconnect: { minMs: 1, maxMs: 5 } })
  broker.answers.store = () => undefined
  const answers = Array.from({ length: 50 }, (_, at) => client.publish({ ...hello, body: `${at}` }))
  await broker.next('publish', () => broker.all('publish').length === 50)
  const before = broker.all('publish')
  // One is answered before the break, and must not come again.
  const answered = before[10]!
  answered.peer.storeAck(answered.opaque, answered.id, true, 'first time')
  await answers[10]
  broker.answers.store = () => ({ status: true, feedback: 'second time' })
  broker.dropAll()
  const all = await Promise.all(answers)
  const repeated = broker.all('publish').slice(50)
  const missing = before.filter(({ id }) => id !== answered.id)
  assert.deepEqual(
    repeated.map(({ id, body }) => [id, body.toString()]),
    missing.map(({ id, body }) => [id, body.toString()]),
  )
  assert.equal(all.filter(({ feedback }) => feedback === 'second time').length, 49)
})

test('a publish made while there is no connection goes out with the next one', async () => {
  const { broker, client } = await pair({ reconnect: { minMs: 1, maxMs: 5 } })
  const lost = new Promise((resolve) => client.on('disconnected', resolve))
  broker.dropAll()
  await lost
  const answer = client.publish(hello)
  assert.equal((await answer).feedback, 'Store Result true Cost:0')
  assert.equal(broker.all('publish').length, 1)
})

test('without retry, and for a fly message, a lost connection is the end of it', async () => {
  const { broker, client } = await pair({ reconnect: { minMs: 1, maxMs: 5 } })
  broker.answers.store = () => undefined
  const fly = client.publish({ ...hello, fly: true })
  await broker.next('publish')
  const again = new Promise((resolve) => client.on('connected', resolve))
  broker.dropAll()
  await assert.rejects(fly, rejectsWith('KITEQ_CLOSED', /connection/))
  await again
  assert.equal(broker.all('publish').length, 1)
})

test('what cannot be published is refused before anything is sent', async () => {
  const { broker, client } = await pair()
  const wrong: [object, RegExp][] = [
    [{ topic: '' }, /publish: topic has 0 bytes; expected 1 to 255/],
    [{ type: 'x'.repeat(1025) }, /type has 1025 bytes/],
    [{ id: 'abc' }, /id is "abc"; expected 32 hex digits/],
    [{ deliverLimit: 101 }, /deliverLimit is 101; expected an integer from 1 to 100/],
    [{ expiresAt: new Date(Number.NaN) }, /expiresAt/],
    [{ body: new Uint8Array(2 * 1024 * 1024) }, /at most 2097152/],
    [{ properties: { big: 'x'.repeat(70_000) } }, /properties/],
  ]
  for (const [part, message] of wrong)
    await assert.rejects(client.publish({ ...hello, ...part }), rejectsWith('KITEQ_USAGE', message))
  await client.publish(hello)
  assert.equal(broker.all('publish').length, 1)
  assert.equal(client.pendingCount, 0)
})

test('the largest message there is goes through', async () => {
  const { broker, client } = await pair()
  const id = '0'.repeat(32)
  await assert.rejects(client.publish({ ...hello, id, body: new Uint8Array(2_097_152 - 100) }))
  await client.publish({ ...hello, id, body: new Uint8Array(2_097_152 - 200) })
  assert.equal((await broker.next('publish')).body.length, 2_097_152 - 200)
})
