// The limits of what comes in by the door: each one at a real broker over a real socket, with small times where the
// default is long. A connection is closed for the reasons listed in the protocol's page only.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { startBroker, type BrokerProcess } from '../support/broker-process.ts'
import { commands, decodeConnAuth, encodeMessage } from '../../src/net/packet.ts'
import {
  brokerFor,
  bytesOf,
  DoorClient,
  handshake,
  headerOf,
  headOf,
  residentBytes,
  textOf,
  within,
} from './door.ts'

const times = (seconds: string): string => `[connections]\n${seconds}\n`

/** One for all tests that need nothing special; each has a topic of its own. */
let shared: BrokerProcess
before(async () => {
  shared = await startBroker()
})
after(async () => {
  await shared.stop()
})

test(
  'a body of over 2 MiB or of negative length closes the connection, and no other',
  within,
  async () => {
    const { port } = shared
    const bystander = await DoorClient.join(port, 'g')
    for (const length of [2 * 1024 * 1024 + 1, 0x7fffffff, -1, -0x80000000]) {
      const client = await DoorClient.join(port, 'g')
      client.socket.write(headOf(commands.bytesMessage, length))
      await client.ended
    }
    await bystander.heartBeat()
  },
)

test(
  'memory grows with the bytes that came, not with the bytes that were announced',
  within,
  async () => {
    const broker = shared
    const before = residentBytes(readFileSync(`/proc/${broker.pid}/status`, 'utf8'))
    const clients = await Promise.all(
      Array.from({ length: 200 }, () => DoorClient.join(broker.port, 'g')),
    )
    for (const client of clients)
      client.socket.write(headOf(commands.bytesMessage, 2 * 1024 * 1024))
    const bystander = await DoorClient.join(broker.port, 'g')
    await bystander.heartBeat()
    const grown = residentBytes(readFileSync(`/proc/${broker.pid}/status`, 'utf8')) - before
    assert.ok(grown < 100 * 1024 * 1024, `400 MiB announced, ${grown} bytes taken`)
  },
)

test(
  'a frame that stays unfinished closes the connection although its bytes trickle in',
  within,
  async (t) => {
    const { port } = await brokerFor(t, {
      config: times('unfinishedFrameSeconds = 0.5\nsilentSeconds = 30'),
    })
    const client = await DoorClient.join(port, 'g')
    client.socket.write(headOf(commands.bytesMessage, 10_000))
    const trickle = setInterval(() => client.socket.write(Uint8Array.of(0)), 50)
    await client.ended
    clearInterval(trickle)
  },
)

test('without a handshake in time the connection is closed', within, async (t) => {
  const { port } = await brokerFor(t, { config: times('handshakeSeconds = 0.3') })
  const silent = new DoorClient(port)
  const joined = await DoorClient.join(port, 'g')
  await silent.ended
  await joined.heartBeat()
})

test(
  'a connection without a byte is closed, one that says something now and then is not',
  within,
  async (t) => {
    const { port } = await brokerFor(t, { config: times('silentSeconds = 1.2') })
    const silent = await DoorClient.join(port, 'g')
    const alive = await DoorClient.join(port, 'g')
    const beats = setInterval(() => void alive.heartBeat().catch(() => undefined), 200)
    await silent.ended
    clearInterval(beats)
    await alive.heartBeat()
  },
)

test(
  'a consumer that reads nothing is closed once its output has waited too long',
  within,
  async (t) => {
    const { port } = await brokerFor(t, { config: times('unreadWriteSeconds = 0.5') })
    const publisher = await DoorClient.join(port, 'p')
    const stuck = await DoorClient.join(port, 'stuck', { trade: [{}] })
    stuck.credit(1000)
    await stuck.heartBeat()
    stuck.socket.pause()
    const body = new Uint8Array(256 * 1024)
    for (let n = 0; n < 100; n++) assert.ok((await publisher.publish({}, body)).status)
    // A paused socket hears of its end only by writing into it.
    const knock = setInterval(() => stuck.socket.write(headOf(0x7e, 0)), 50)
    await stuck.ended
    clearInterval(knock)
    await publisher.heartBeat()
  },
)

test(
  'connections past the limits are refused, and taken again when others have left',
  within,
  async (t) => {
    const { port } = await brokerFor(t, { config: times('max = 3\nmaxPerAddress = 2') })
    const first = await DoorClient.join(port, 'g')
    await DoorClient.join(port, 'g').then((second) => second.heartBeat())
    const third = new DoorClient(port)
    await third.ended
    first.close()
    await first.ended
    for (;;) {
      try {
        const again = await DoorClient.join(port, 'g')
        await again.heartBeat()
        return
      } catch {
        // the broker has not heard of the end yet
      }
    }
  },
)

test(
  'unfinished frames of all connections share one memory, which is shown and can be set',
  within,
  async (t) => {
    const broker = await brokerFor(t, {
      args: ['--http', '127.0.0.1:0'],
      config: times('unfinishedBytes = "8 MiB"'),
    })
    const bystander = await DoorClient.join(broker.port, 'g')
    const half = new Uint8Array(1024 * 1024)
    let ended = 0
    for (let n = 0; n < 12; n++) {
      const client = new DoorClient(broker.port)
      void client.ended.then(() => ended++)
      client.socket.write(headOf(commands.connMeta, 2 * half.length))
      client.socket.write(half)
    }
    while (ended === 0) await bystander.heartBeat()
    await broker.line(/too many unfinished frames/)
    const stat = await fetch(`http://${broker.http}/stat`).then((answer) => answer.json())
    const { network } = stat as { network: Record<string, number> }
    assert.ok(network['unfinished_evictions']! > 0)
    assert.ok(network['unfinished_bytes']! <= 8 * half.length)
    assert.ok((await bystander.publish({}, half)).status)
  },
)

test('places kept without a handshake go to those who shake hands', within, async (t) => {
  const { port } = await brokerFor(t, { config: times('max = 4\nhandshakeSeconds = 60') })
  const member = await DoorClient.join(port, 'g')
  const strangers = Array.from({ length: 3 }, () => new DoorClient(port))
  const drip = setInterval(() => {
    for (const stranger of strangers) stranger.socket.write(Uint8Array.of(0))
  }, 100)
  t.after(() => clearInterval(drip))
  for (let joined = 0; joined < 2;) {
    const late = await DoorClient.join(port, 'g').catch(() => undefined)
    if (late !== undefined) joined++ // until then they had only just come
  }
  await strangers[0]!.ended
  await member.heartBeat()
})

test('an unknown command is ignored and the connection stays', within, async () => {
  const { port } = shared
  const client = await DoorClient.join(port, 'g')
  for (const command of [0x00, 0x07, 0x13, 0x24, 0x7f, 0xff])
    client.send(command, bytesOf('anything'))
  await client.heartBeat()
  assert.deepEqual(client.frames, [])
})

test(
  'a packet that cannot be read is answered where its id is known, else ignored; the connection stays',
  within,
  async () => {
    const broker = shared
    const client = await DoorClient.join(broker.port, 'g')
    const { messageId } = headerOf()
    // A header that is its id only: readable as far as the id, but nothing required follows.
    const header = Buffer.concat([Uint8Array.of(0x0a, messageId.length), messageId])
    const opaque = client.send(
      commands.bytesMessage,
      Buffer.concat([Uint8Array.of(0x0a, header.length), header]),
    )
    const answer = await client.answerTo(opaque)
    assert.equal(answer.status, false)
    assert.equal(answer.id, textOf(messageId))
    for (const command of [0x01, 0x05, 0x06, 0x11, 0x12, 0x22])
      for (const body of [Uint8Array.of(0xff), Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f)])
        client.send(command, body)
    await client.heartBeat()
    assert.equal((await client.publish()).status, true)
    await broker.line(/cannot be read/)
    const lines = [...broker.stdout, ...broker.stderr].filter((line) => /cannot be read/.test(line))
    assert.ok(lines.length <= 2, `13 bad packets at once made ${lines.length} lines`)
  },
)

test(
  'a command before the handshake is refused in the words of the original, and then closed',
  within,
  async () => {
    const { port } = shared
    const client = new DoorClient(port)
    client.publishOnly(headerOf(), bytesOf('body'))
    const { body } = await client.next(commands.connAuth)
    const refusal = decodeConnAuth(body, 0, body.length)!
    assert.equal(refusal.status, false)
    assert.equal(textOf(refusal.feedback), 'Unauthorized,Connection broken!')
    await client.ended
  },
)

test(
  'publishes past the receive rate are refused with the words of the original',
  within,
  async (t) => {
    const { port } = await brokerFor(t, { config: '[delivery]\nreceivePerSecond = 4\n' })
    const client = await DoorClient.join(port, 'g')
    const opaques = Array.from({ length: 40 }, () => client.publishOnly(headerOf(), bytesOf('x')))
    const answers = await Promise.all(opaques.map((opaque) => client.answerTo(opaque)))
    const refused = answers.filter((answer) => !answer.status)
    assert.ok(refused.length >= 25, `${refused.length} of 40 refused at 4 a second, burst 2`)
    assert.match(refused[0]!.feedback, /^Store Result KiteQ OverFlow \[127\.0\.0\.1:\d+\]$/)
    await client.heartBeat()
  },
)

test(
  'deliveries out to one connection stay within its window, for as long as none is answered',
  within,
  async () => {
    const { port } = shared
    const publisher = await DoorClient.join(port, 'p')
    const consumer = await DoorClient.join(port, 'c-window', { window: [{}] })
    const topic = bytesOf('window')
    await Promise.all(Array.from({ length: 100 }, () => publisher.publish({ topic })))
    await consumer.until(commands.bytesMessage, 32)
    await consumer.heartBeat()
    assert.equal(consumer.frames.length, 32)
    consumer.answer(consumer.frames[0]!)
    await consumer.until(commands.bytesMessage, 33)
  },
)

test(
  'the largest body there is passes, and one that would not fit a delivery is refused at once',
  within,
  async () => {
    const { port } = shared
    const publisher = await DoorClient.join(port, 'p')
    const consumer = await DoorClient.join(port, 'c-largest', { largest: [{}] })
    // With every field in full nothing grows when the header is normalised.
    const topic = bytesOf('largest')
    const expiredTime = Math.floor(Date.now() / 1000) + 600
    const full = { topic, expiredTime, createTime: 1_700_000_000 }
    assert.equal((await publisher.publish(full, largestBody(full))).status, true)
    const delivery = await consumer.next(commands.bytesMessage)
    assert.equal(delivery.body.length, 2 * 1024 * 1024)
    // Without a time of creation it gets one, and then it is too large.
    const short = { topic, expiredTime }
    const refused = await publisher.publish(short, largestBody(short))
    assert.equal(refused.status, false)
    assert.match(refused.feedback, /larger than/)
  },
)

/** The body that makes a packet of exactly 2 MiB. */
function largestBody(fields: Parameters<typeof headerOf>[0]): Uint8Array {
  const packet = encodeMessage(headerOf(fields), new Uint8Array(2_000_000)).length
  return new Uint8Array(2_000_000 + 2 * 1024 * 1024 - packet).fill(7)
}

test('a group that is too long is refused at the handshake', within, async () => {
  const { port } = shared
  await DoorClient.join(port, 'g'.repeat(255))
  const client = new DoorClient(port)
  client.send(commands.connMeta, handshake('g'.repeat(256)))
  const { body } = await client.next(commands.connAuth)
  assert.equal(decodeConnAuth(body, 0, body.length)?.status, false)
  client.close()
})

test(
  'a connection that shakes hands twice is a member once, and leaves no ghost behind',
  within,
  async () => {
    const { port } = shared
    const topic = bytesOf('ghost')
    const client = await DoorClient.join(port, 'c-ghost', { ghost: [{}] })
    client.send(commands.connMeta, handshake('c-ghost'))
    await client.next(commands.connAuth)
    client.close()
    await client.ended
    const heir = await DoorClient.join(port, 'c-ghost')
    const publisher = await DoorClient.join(port, 'p')
    await Promise.all(Array.from({ length: 20 }, () => publisher.publish({ topic })))
    // A ghost would hold its share until the leases end.
    await heir.until(commands.bytesMessage, 20)
  },
)
