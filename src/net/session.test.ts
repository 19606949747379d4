// One connection: handshake, what is answered, what is refused, what becomes a command.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { StoreAckView, writeDeliverAck } from './ack-packet.ts'
import { frameBytes } from './frame.ts'
import * as packet from './packet.ts'
import {
  text,
  bytesOf,
  idOf,
  handshake,
  message,
  bench,
  deliveries,
  deliver,
  inMemory,
  readMessage,
} from '../../test/support/net-bench.ts'

test('frames that come byte by byte are answered, and opaque 0 is echoed', async (t) => {
  const { broker, peer } = await bench(t)
  const client = peer()
  const stream = Buffer.concat([
    frameBytes(0, 0x02, handshake(), 'bare'),
    frameBytes(5, 0x11, message(1, 10), 'bare'),
    frameBytes(0, 0x01, packet.encodeHeartBeat({ low: 9, high: 1 }), 'bare'),
  ])
  for (const byte of stream) {
    if (!client.socket.write(Uint8Array.of(byte))) await once(client.socket, 'drain')
  }
  const auth = await client.next()
  assert.deepEqual([auth.command, auth.opaque], [0x03, 0])
  assert.equal(text(packet.decodeConnAuth(auth.body, 0, auth.body.length)!.feedback), 'Auth Succ')
  const ack = await client.next()
  assert.deepEqual([ack.command, ack.opaque], [0x04, 5])
  const view = new StoreAckView()
  assert.ok(view.read(ack.body, 0, ack.body.length))
  assert.equal(text(ack.body.subarray(view.idStart, view.idEnd)), idOf(1))
  const feedback = text(ack.body.subarray(view.feedbackStart, view.feedbackEnd))
  assert.equal(feedback, 'Store Result true Cost:7')
  const beat = await client.next()
  assert.deepEqual([beat.command, beat.opaque], [0x01, 0])
  assert.deepEqual(packet.decodeHeartBeat(beat.body, 0, beat.body.length), { low: 9, high: 1 })
  const join = await broker.seen('join')
  assert.equal(text(join.group), 'g')
  assert.equal(join.peer, `127.0.0.1:${client.socket.localPort}`)
})

test('a client of the Java framing is answered in it, and gets nothing it cannot read', async (t) => {
  const { broker, server, peer } = await bench(t, {}, inMemory(40_000))
  const client = peer('prefixed')
  const auth = await client.join(0)
  assert.deepEqual([auth.command, auth.opaque], [0x03, 0])
  const { connection, frameBytesMax } = await broker.seen('join')
  assert.equal(frameBytesMax, 32 * 1024)
  server.release([deliver(connection, deliveries(1))])
  const undeliverable = await broker.seen('undeliverable')
  assert.equal(undeliverable.cause, 'too-large')
  assert.equal(undeliverable.opaque, 0x80000000)
  assert.equal(server.connections()[0]!.framing, 'prefixed')
})

for (const [name, length] of [
  ['over 2 MiB', 2 * 1024 * 1024 + 1],
  ['negative', -1],
] as const) {
  test(`a body length that is ${name} closes the connection`, async (t) => {
    const { broker, server, peer } = await bench(t)
    const client = peer()
    await client.join()
    const head = Buffer.from(frameBytes(1, 0x11, new Uint8Array(0), 'bare'))
    head.writeInt32BE(length, 15)
    client.socket.write(head)
    await client.ended
    await broker.seen('leave')
    assert.equal(server.stats().framingErrors, 1)
  })
}

test('a command before the handshake is refused, and the refusal arrives before the end', async (t) => {
  const { broker, peer } = await bench(t)
  for (const framing of ['bare', 'prefixed'] as const) {
    const client = peer(framing)
    client.send(0x01, 77, packet.encodeHeartBeat({ low: 1, high: 0 }))
    const refusal = await client.next()
    assert.deepEqual([refusal.command, refusal.opaque], [0x03, 77])
    const { status, feedback } = packet.decodeConnAuth(refusal.body, 0, refusal.body.length)!
    assert.equal(status, false)
    assert.equal(text(feedback), 'Unauthorized,Connection broken!')
    await client.ended
  }
  assert.deepEqual(broker.commands, [])
})

test('what cannot be read is answered where the id is known, counted and told once', async (t) => {
  const { broker, server, complaints, peer } = await bench(t)
  const client = peer()
  await client.join()
  const whole = message(3, 50)
  client.send(0x11, 11, whole.subarray(0, whole.length - 1))
  const refusal = await client.next()
  assert.deepEqual([refusal.command, refusal.opaque], [0x04, 11])
  const view = new StoreAckView()
  assert.ok(view.read(refusal.body, 0, refusal.body.length))
  assert.equal(view.status, false)
  assert.equal(text(refusal.body.subarray(view.idStart, view.idEnd)), idOf(3))
  client.send(0x12, 12, bytesOf('garbage'))
  client.send(0x05, 13, bytesOf('garbage'))
  client.send(0x06, 14, bytesOf('garbage'))
  client.send(0x22, 15, bytesOf('garbage'))
  client.send(0x44, 16, bytesOf('whatever'))
  client.send(0x20, 17, bytesOf('garbage'))
  const bind = await client.next()
  assert.deepEqual([bind.command, bind.opaque], [0x23, 17])
  const { badPackets, unknownCommands, closedBy } = server.stats()
  assert.deepEqual([badPackets, unknownCommands, closedBy.size], [6, 1, 0])
  assert.equal(complaints.length, 1)
  assert.equal(broker.commands.length, 1)
})

test('a message that would be too large once its header is normalised is refused', async (t) => {
  const { broker, peer } = await bench(t)
  const client = peer()
  await client.join()
  // Life of 7 days in place of -1: five bytes less; a create time: six more.
  const overhead = message(1, 2_000_000).length - 2_000_000
  const view = new StoreAckView()
  for (const [delivered, status] of [
    [2_097_152, true],
    [2_097_153, false],
  ] as const) {
    client.send(0x11, 9, message(1, delivered - 1 - overhead))
    const ack = await client.next()
    assert.ok(view.read(ack.body, 0, ack.body.length))
    assert.equal(view.status, status)
  }
  const published = broker.commands.filter(({ kind }) => kind === 'publish')
  assert.equal(published.length, 1)
})

test('acks, decisions, bindings and credit become commands', async (t) => {
  const { broker, peer } = await bench(t)
  const client = peer()
  await client.join()
  const view = readMessage(message(0xabc, 5))
  const ack = new Uint8Array(400)
  const at = writeDeliverAck(ack, 0, 'bare', 0x80000005, view, false, bytesOf('not today'))
  client.socket.write(ack.subarray(0, at))
  const acked = await broker.seen('deliver-ack')
  assert.deepEqual([acked.opaque, acked.status, acked.feedback], [0x80000005, false, 'not today'])
  assert.deepEqual([acked.id0, acked.id3], [0, 0xabc])

  client.send(0x06, 0, packet.encodeTxAck(packet.decodeHeader(view)!, 2, bytesOf('failed')))
  const decided = await broker.seen('transaction')
  assert.deepEqual([decided.opaque, decided.status, decided.feedback], [0, 2, 'failed'])
  assert.equal(text(decided.topic), 'topic')

  const binding = {
    bindType: 'regex',
    messageType: bytesOf('a.*'),
    watermark: 5,
    persistent: false,
  } as const
  client.send(0x20, 8, packet.encodeBind({ topic: bytesOf('topic'), bindings: [binding] }))
  const bound = await broker.seen('bind')
  assert.deepEqual(bound.bindings, [{ ...binding, messageType: 'a.*' }])
  client.send(0x22, 0, packet.encodeCredit(1_000_000))
  assert.equal((await broker.seen('credit')).window, 65_536)
})
