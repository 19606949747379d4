// The door seen by the last Java client (2016): prefix framing, opaque 0, frames of at most 32 KiB, acks without
// feedback, decisions that say commit=true. The client is ours, checked against a recording; the broker is the real one.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test, type TestContext } from 'node:test'
import { startBroker, type BrokerProcess } from '../support/broker-process.ts'
import { registryText, type TestBinding } from '../support/file-registry-text.ts'
import { bytesOfHex, captured, capturedGroup, capturedHeader } from './java-framing/captured.ts'
import { JavaClient, javaFrameBytesMax, type Listener } from './java-framing/java-client.ts'
import { command, connMeta, message, type Header } from './java-framing/packets.ts'

const quickTimes = `
[delivery]
deliverySeconds = 2
backOff = [[1, 0], [4, 0.5]]

[transactions]
inquiryFirstSeconds = 1
inquiryMaxSeconds = 5
`
const topics = ['round-trip', 'raised', 'commit', 'asked', 'raised-inquiry', 'too-large', 'burst']
const bindings: readonly TestBinding[] = [
  ...topics.map((topic) => ({ group: `${topic}-sub`, topic })),
  { group: 'wire-sub', topic: 'wire' },
]
const weekSeconds = 604_800

let broker: BrokerProcess // set once `before` is through
let started = false

before(async () => {
  broker = await startBroker({ registry: registryText(bindings), config: quickTimes })
  started = true
})

after(async () => {
  if (!started) return // the start has already said why
  const exit = await broker.stop()
  assert.equal(exit.code, 0, broker.stderr.join('\n'))
})

function newHeader(topic: string, given: Partial<Header> = {}): Header {
  return {
    messageId: randomBytes(16).toString('hex'),
    topic,
    messageType: 't',
    expiredTime: -1n,
    deliverLimit: 100,
    groupId: `${topic}-pub`,
    commit: true,
    fly: false,
    properties: [],
    ...given,
  }
}

async function join(
  t: TestContext,
  group: string,
  more: Listener & { readonly prefixed?: boolean; readonly opaques?: { next: number } } = {},
): Promise<JavaClient> {
  const { host, port } = broker
  const client = await JavaClient.connect({ host, port, group, warmingUpSeconds: 0, ...more })
  t.after(() => client.close())
  return client
}

async function store(client: JavaClient, header: Header, body: string | Uint8Array): Promise<void> {
  const ack = await client.publish(header, body)
  assert.ok(ack.status, ack.feedback)
  assert.match(ack.feedback, /^Store Result true Cost:/)
}

test('the first handshake of a Java process has opaque 0 and gets it back', async (t) => {
  const client = await join(t, 'handshake')
  assert.equal(client.heads[0]?.opaque, 0)
  assert.equal(client.heads[0].command, command.connAuth)
})

test('the recorded packets are understood as they are', async (t) => {
  const consumer = await join(t, 'wire-sub')
  const { host, port } = broker
  const client = await JavaClient.dial({ host, port, group: capturedGroup })
  t.after(() => client.close())
  const authorised = client.answerTo(0, command.connAuth)
  const stored = client.answerTo(1, command.storeAck)
  const beat = client.answerTo(4, command.heartbeat)
  client.write(bytesOfHex(captured.handshake))
  await authorised
  client.write(
    Buffer.concat([
      bytesOfHex(captured.stringMessage),
      bytesOfHex(captured.txAckCommit), // of a message that was never prepared: changes nothing
      bytesOfHex(captured.deliverAck), // of a delivery that never was
      bytesOfHex(captured.heartbeat),
    ]),
  )
  await stored
  assert.deepEqual((await beat).body, bytesOfHex(captured.heartbeat).subarray(23))
  await consumer.until('the recorded message', () => consumer.deliveries.length === 1)
  const [delivery] = consumer.deliveries
  assert.equal(delivery!.body.toString(), 'hi')
  assert.equal(delivery!.kind, command.stringMessage)
  assert.equal(delivery!.header.messageId, capturedHeader.messageId)
})

test('a handshake that arrives byte by byte is still told apart', async (t) => {
  const { host, port } = broker
  const client = await JavaClient.dial({ host, port, group: 'byte-by-byte' })
  t.after(() => client.close())
  const opaque = client.nextOpaque()
  const answer = client.answerTo(opaque, command.connAuth)
  const bytes = bytesOfHex(captured.handshake)
  for (const byte of bytes) client.write(Uint8Array.of(byte))
  await answer
})

test('a heartbeat in milliseconds comes back unchanged', async (t) => {
  const client = await join(t, 'heartbeat')
  const version = BigInt(Date.now())
  assert.equal(await client.heartbeat(version), version)
})

test('what either framing publishes reaches the other, byte for byte', async (t) => {
  const java = await join(t, 'round-trip-pub')
  const bare = await join(t, 'round-trip-pub', { prefixed: false })
  for (const [publisher, prefixed] of [
    [java, false],
    [bare, true],
  ] as const) {
    const consumer = await join(t, 'round-trip-sub', { prefixed })
    const bodies = ['', 'text 𝒳', Buffer.from([0xff, 0xfe, 0, 1]), randomBytes(30_000)]
    const sent = new Map<string, string | Uint8Array>()
    for (const body of bodies) {
      const header = newHeader('round-trip', {
        properties: [
          ['k', 'v'],
          ['键', '🔑'],
        ],
      })
      sent.set(header.messageId, body)
      await store(publisher, header, body)
    }
    await consumer.until('all bodies', () => consumer.deliveries.length === bodies.length)
    for (const delivery of consumer.deliveries) {
      const body = sent.get(delivery.header.messageId)
      assert.ok(body !== undefined, 'delivery of something else, or twice')
      sent.delete(delivery.header.messageId)
      assert.deepEqual(delivery.body, Buffer.from(body))
      assert.equal(typeof body === 'string', delivery.kind === command.stringMessage)
      assert.equal(delivery.header.groupId, 'round-trip-pub')
      assert.equal(delivery.header.properties.length, 2)
      const lifeSeconds = Number(delivery.header.expiredTime) - Date.now() / 1000
      assert.ok(Math.abs(lifeSeconds - weekSeconds) < 60, `expires in ${lifeSeconds} s`)
    }
    await consumer.close()
  }
})

test('a listener that raises gets the message again', async (t) => {
  let attempts = 0
  const consumer = await join(t, 'raised-sub', {
    onMessage: () => {
      if (++attempts === 1) throw new Error('bad')
      return true
    },
  })
  const publisher = await join(t, 'raised-pub')
  await store(publisher, newHeader('raised'), 'again')
  await consumer.until('a second attempt', () => consumer.deliveries.length === 2)
  const [first, second] = consumer.deliveries
  assert.deepEqual(first!.raw, second!.raw)
  assert.notEqual(first!.opaque, second!.opaque)
})

test('a decision whose header says commit=true counts, also from another connection of the group', async (t) => {
  const consumer = await join(t, 'commit-sub')
  const publisher = await join(t, 'commit-pub')
  const other = await join(t, 'commit-pub')
  const kept = newHeader('commit', { commit: false })
  const undone = newHeader('commit', { commit: false })
  await store(publisher, kept, 'kept')
  await store(publisher, undone, 'undone')
  other.decide(undone, 2)
  other.decide(kept, 1)
  await other.heartbeat()
  await consumer.until('the committed message', () => consumer.deliveries.length === 1)
  await store(publisher, newHeader('commit'), 'after')
  await consumer.until('the message after it', () => consumer.deliveries.length === 2)
  assert.deepEqual(
    consumer.deliveries.map((delivery) => delivery.body.toString()),
    ['kept', 'after'],
  )
})

test('an inquiry whose listener says nothing is asked again', async (t) => {
  let asks = 0
  const consumer = await join(t, 'asked-sub')
  const publisher = await join(t, 'asked-pub', {
    onInquiry: () => (++asks === 1 ? undefined : 'commit'),
  })
  const header = newHeader('asked', { commit: false })
  await store(publisher, header, 'asked twice')
  await consumer.until('the committed message', () => consumer.deliveries.length === 1)
  assert.equal(publisher.inquiries.length, 2)
  for (const inquiry of publisher.inquiries) {
    assert.equal(inquiry.header.messageId, header.messageId)
    assert.deepEqual([inquiry.status, inquiry.feedback], [0, 'Server Check'])
    assert.ok(inquiry.opaque >= 0x80000000, `opaque ${inquiry.opaque} is in a client's own range`)
  }
})

test('an inquiry whose listener raises rolls back', async (t) => {
  const consumer = await join(t, 'raised-inquiry-sub')
  const publisher = await join(t, 'raised-inquiry-pub', {
    onInquiry: () => {
      throw new Error('no idea')
    },
  })
  const header = newHeader('raised-inquiry', { commit: false })
  await store(publisher, header, 'never')
  await publisher.until('an inquiry', () => publisher.inquiries.length === 1)
  await publisher.heartbeat()
  publisher.decide(header, 1) // too late: the first decision wins
  await store(publisher, newHeader('raised-inquiry'), 'after')
  await consumer.until('the message after it', () => consumer.deliveries.length === 1)
  assert.equal(consumer.deliveries[0]!.body.toString(), 'after')
})

test('a message larger than the client reads is kept for a member that can read it', async (t) => {
  const consumer = await join(t, 'too-large-sub')
  const publisher = await join(t, 'too-large-pub', { prefixed: false })
  const large = newHeader('too-large')
  await store(publisher, large, randomBytes(40_000))
  const fits = newHeader('too-large')
  const overhead = message({ ...fits, expiredTime: 4_000_000_000n }, '').length + 23
  await store(publisher, fits, randomBytes(javaFrameBytesMax - overhead - 32))
  await consumer.until('the smaller message', () => consumer.deliveries.length === 1)
  assert.equal(consumer.deliveries[0]!.header.messageId, fits.messageId)
  await consumer.heartbeat()
  assert.equal(consumer.discarded, 0, 'the broker sent a frame that this client cannot read')
  const reader = await join(t, 'too-large-sub', { prefixed: false })
  await reader.until('the large message', () => reader.deliveries.length === 1)
  assert.equal(reader.deliveries[0]!.header.messageId, large.messageId)
})

test('a burst leaves no delivery without a thread', async (t) => {
  const messages = 500
  let working = 0
  let most = 0
  const consumer = await join(t, 'burst-sub', {
    onMessage: async () => {
      most = Math.max(most, ++working)
      await new Promise((resolve) => setImmediate(resolve))
      working--
      return true
    },
  })
  const publisher = await join(t, 'burst-pub')
  const headers = Array.from({ length: messages }, () => newHeader('burst'))
  await Promise.all(headers.map((header) => store(publisher, header, 'burst')))
  await consumer.until('the burst', () => consumer.deliveries.length === messages)
  assert.equal(consumer.dropped, 0)
  assert.equal(new Set(consumer.deliveries.map((one) => one.header.messageId)).size, messages)
  t.diagnostic(`at most ${most} deliveries at a time`)
  assert.ok(most <= 50, `${most} deliveries at a time`)
})

test('a message before the handshake ends the connection unstored', async (t) => {
  const { host, port } = broker
  const client = await JavaClient.dial({ host, port, group: 'nobody' })
  t.after(() => client.close())
  const body = message(newHeader('wire'), 'too early')
  client.send(client.nextOpaque(), command.stringMessage, body)
  await client.closed
  assert.ok(!client.heads.some((head) => head.command === command.storeAck))
})

test('opaques that wrap to 0 are echoed as they are', async (t) => {
  const client = await join(t, 'wrap', { opaques: { next: 499_998 } })
  for (let i = 0; i < 4; i++) await client.heartbeat()
  assert.deepEqual(
    client.heads.map((head) => head.opaque),
    [499_998, 499_999, 0, 1, 2],
  )
  const meta = connMeta('wrap', 'sk', 0)
  const again = await client.request(command.connMeta, meta, command.connAuth)
  assert.equal(again.opaque, 3)
})
