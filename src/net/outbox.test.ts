// Deliveries on their way out: order, the disk, slow readers, damaged bytes.

import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { test } from 'node:test'
import type { Effect, MessageSource } from '../broker/effect.ts'
import { KiteQError } from '../model/errors.ts'
import type { ConnectionNumber } from '../model/ids.ts'
import { TxAckView } from './ack-packet.ts'
import * as packet from './packet.ts'
import {
  text,
  bytesOf,
  idOf,
  message,
  bench,
  deliveries,
  deliver,
  inMemory,
  readMessage,
} from '../../test/support/net-bench.ts'

test('heartbeats and store acks are answered while deliveries wait for the disk', async (t) => {
  const loads: (() => void)[] = []
  const stored = inMemory(10)
  const load: MessageSource['load'] = async (segment, position) => {
    await new Promise<void>((resolve) => loads.push(resolve))
    return stored.load(segment, position)
  }
  const { server, peer } = await bench(t, {}, { peek: () => undefined, load })
  const client = peer()
  await client.join()
  server.release([deliver(1 as ConnectionNumber, deliveries(7))])
  client.send(0x01, 4, packet.encodeHeartBeat({ low: 1, high: 0 }))
  assert.equal((await client.next()).command, 0x01)
  client.send(0x11, 5, message(99, 10))
  assert.equal((await client.next()).command, 0x04)
  assert.equal(server.connections()[0]!.waiting, 7)
  // Loads end in any order; deliveries keep theirs.
  const opaques: number[] = []
  while (opaques.length < 7) {
    for (const resolve of loads.splice(0).reverse()) resolve()
    const frame = await client.next()
    opaques.push(frame.opaque - 0x80000000)
  }
  assert.deepEqual(opaques, [0, 1, 2, 3, 4, 5, 6])
  assert.equal(server.connections()[0]!.waiting, 0)
})

test('a message whose bytes are damaged is reported, and those behind it are delivered', async (t) => {
  const stored = inMemory(10)
  const load: MessageSource['load'] = (segment, position) =>
    position === 1
      ? Promise.reject(new KiteQError('KITEQ_LOG_CORRUPT', 'crc'))
      : stored.load(segment, position)
  const { broker, server, peer } = await bench(t, {}, { peek: () => undefined, load })
  const client = peer()
  await client.join()
  server.release([deliver(1 as ConnectionNumber, deliveries(3))])
  assert.equal((await client.next()).opaque, 0x80000000)
  assert.equal((await client.next()).opaque, 0x80000002)
  const { opaque, cause } = await broker.seen('undeliverable')
  assert.deepEqual([opaque, cause], [0x80000001, 'damaged'])
})

test('a slow reader gets no more than its limit, and everything in order once it reads', async (t) => {
  const limit = 300_000
  const bodyBytes = 100_000
  const { server, peer } = await bench(t, { writeBufferBytesMax: limit }, inMemory(bodyBytes))
  const client = peer()
  await client.join()
  client.socket.pause()
  server.release([deliver(1 as ConnectionNumber, deliveries(200))])
  const { unsentBytes, waiting } = server.connections()[0]!
  assert.ok(unsentBytes <= limit + bodyBytes + 200, `${unsentBytes} bytes unsent`)
  assert.ok(waiting > 100, `${waiting} waiting`)
  client.socket.resume()
  for (let index = 0; index < 200; index++) {
    const frame = await client.next()
    assert.equal(frame.opaque, 0x80000000 + index)
  }
})

test('an inquiry carries the stored header and asks', async (t) => {
  const { server, peer } = await bench(t, {}, inMemory(10))
  const client = peer()
  await client.join()
  const place = { message: 6, segment: 1, position: 6 }
  const inquiry = { kind: 'inquire', connection: 1, opaque: 0x80000009, ...place }
  server.release([inquiry as unknown as Effect])
  const frame = await client.next()
  assert.deepEqual([frame.command, frame.opaque], [0x06, 0x80000009])
  const tx = new TxAckView()
  assert.ok(tx.read(frame.body, 0, frame.body.length))
  assert.equal(tx.status, 0)
  assert.equal(text(frame.body.subarray(tx.feedbackStart, tx.feedbackEnd)), 'Server Check')
  const expected = readMessage(message(6, 10))
  assert.equal(
    text(frame.body.subarray(tx.header.headerStart, tx.header.headerEnd)),
    text(expected.raw.subarray(expected.headerStart, expected.headerEnd)),
  )
})

test('everything of one release leaves in one write per socket', async (t) => {
  const { server, peer } = await bench(t, {}, inMemory(100))
  const clients = [peer(), peer()]
  for (const client of clients) await client.join()
  const write = t.mock.method(Socket.prototype, 'write')
  const acks = Array.from({ length: 100 }, (_, index): Effect => {
    const idSource = bytesOf(idOf(index))
    const ack = { opaque: index, idSource, idStart: 0, idEnd: 32, status: true, feedback: 'x' }
    return { kind: 'store-ack', connection: 1 as ConnectionNumber, takenAtMs: 0, ...ack }
  })
  server.release([
    deliver(2 as ConnectionNumber, deliveries(50)),
    ...acks,
    deliver(1 as ConnectionNumber, deliveries(50)),
  ])
  assert.equal(write.mock.callCount(), 2)
  write.mock.restore()
  for (let index = 0; index < 50; index++) await clients[1]!.next()
  for (let index = 0; index < 150; index++) await clients[0]!.next()
})
