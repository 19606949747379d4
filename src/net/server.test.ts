// Connections come, overstay and go: limits, timeouts, an orderly close.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConnectionNumber } from '../model/ids.ts'
import { frameBytes } from './frame.ts'
import * as packet from './packet.ts'
import { message, bench, deliveries, deliver, inMemory } from '../../test/support/net-bench.ts'

test('whoever does not say who he is in time is closed', async (t) => {
  const { server, peer } = await bench(t, { handshakeTimeoutMs: 20, sweepIntervalMs: 5 })
  const silent = peer()
  await silent.ended
  assert.equal(server.stats().closedBy.get('no handshake'), 1)
})

test('a silent connection, an unfinished frame and unread output end a connection', async (t) => {
  const quick = { silentConnectionTimeoutMs: 40, sweepIntervalMs: 5 }
  const silent = await bench(t, quick)
  const client = silent.peer()
  await client.join()
  await client.ended
  assert.equal(silent.server.stats().closedBy.get('silent'), 1)

  const unfinished = await bench(t, { unfinishedFrameTimeoutMs: 30, sweepIntervalMs: 5 })
  const cut = unfinished.peer()
  await cut.join()
  cut.socket.write(frameBytes(1, 0x11, message(1, 10), 'bare').subarray(0, 30))
  await cut.ended
  assert.equal(unfinished.server.stats().closedBy.get('unfinished frame'), 1)

  const small = { unreadWriteTimeoutMs: 50, sweepIntervalMs: 5, endingMs: 20 }
  const unread = await bench(t, small, inMemory(1_000_000))
  const deaf = unread.peer()
  await deaf.join()
  deaf.socket.pause()
  unread.server.release([deliver(1 as ConnectionNumber, deliveries(40))])
  const { unsent } = await unread.broker.seen('leave')
  assert.equal(unread.server.stats().closedBy.get('unread output'), 1)
  assert.ok(unsent.length > 10 && unsent.at(-1) === 0x80000000 + 39)
})

test('a client that takes no replies is read only now and then', async (t) => {
  const limits = {
    replyBytesMax: 100_000,
    sweepIntervalMs: 5,
    unreadWriteTimeoutMs: 200,
    endingMs: 20,
  }
  const { broker, server, peer } = await bench(t, limits)
  const client = peer()
  await client.join()
  client.socket.pause()
  const burst = Buffer.concat(
    Array.from({ length: 1000 }, (_, index) => frameBytes(index, 0x11, message(index, 1), 'bare')),
  )
  let unsentMax = 0
  const write = (): void => {
    for (const { unsentBytes } of server.connections()) {
      unsentMax = Math.max(unsentMax, unsentBytes)
    }
    if (!client.socket.destroyed) client.socket.write(burst, () => setImmediate(write))
  }
  write()
  await broker.seen('leave')
  assert.ok(server.stats().readPauses > 0)
  // What one chunk causes comes on top, at every sweep until the connection ends.
  assert.ok(unsentMax < 100_000 + 60 * 65_536, `${unsentMax} bytes unsent`)
})

test('connections past the limits are refused at once', async (t) => {
  const { server, peer } = await bench(t, { connectionsPerAddressMax: 1 })
  const first = peer()
  await first.join()
  await peer().ended
  assert.equal(server.stats().refusedConnections, 1)
  first.send(0x01, 1, packet.encodeHeartBeat({ low: 1, high: 0 }))
  assert.equal((await first.next()).command, 0x01)
})

test('closing flushes what is due, passes on late acks and ends every connection', async (t) => {
  const { broker, server, peer } = await bench(t, {}, inMemory(300_000))
  const client = peer()
  await client.join()
  client.socket.pause()
  server.release([deliver(1 as ConnectionNumber, deliveries(10))])
  const closed = server.close({ graceMs: 5_000 })
  client.socket.resume()
  for (let index = 0; index < 10; index++) await client.next()
  await closed
  await client.ended
  assert.deepEqual((await broker.seen('leave')).unsent, [])
})

test('a broker of no set takes a member’s first frame for any other unknown command', async (t) => {
  const { server, peer } = await bench(t)
  const stranger = peer()
  stranger.send(packet.commands.member, 7, new Uint8Array(40))
  assert.equal((await stranger.next()).command, packet.commands.connAuth)
  await stranger.ended
  assert.equal(server.stats().unauthorised, 1)
  const client = peer()
  await client.join()
  client.send(packet.commands.member, 8, new Uint8Array(40))
  client.send(packet.commands.heartBeat, 9, packet.encodeHeartBeat({ low: 1, high: 0 }))
  assert.equal((await client.next()).opaque, 9)
  assert.equal(server.stats().unknownCommands, 1)
})
