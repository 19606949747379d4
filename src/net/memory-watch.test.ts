// Memory of all connections together: who is closed when it runs short, who only waits, and who never notices.

import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { test } from 'node:test'
import type { Effect } from '../broker/effect.ts'
import type { ConnectionNumber } from '../model/ids.ts'
import { frameBytes } from './frame.ts'
import * as packet from './packet.ts'
import {
  message,
  bench,
  deliveries,
  deliver,
  handshake,
  inMemory,
  type Bench,
  type Peer,
} from '../../test/support/net-bench.ts'

const within = { timeout: 20_000 }
const kib = 1024
const mib = 1024 * kib

/** The beginning of the largest frame. */
function begin(peer: Peer, bytes: number): void {
  const head = Buffer.from(frameBytes(1, 0x11, new Uint8Array(0), 'bare'))
  head.writeInt32BE(2 * mib, 15)
  peer.socket.write(head)
  peer.socket.write(new Uint8Array(bytes - head.length))
}

async function heartBeat(peer: Peer): Promise<void> {
  peer.send(0x01, 1, packet.encodeHeartBeat({ low: 1, high: 0 }))
  assert.equal((await peer.next()).command, 0x01)
}

/** What the server sees has no event here: somebody else's heartbeats give it time. */
async function until(bystander: Peer, holds: () => boolean): Promise<void> {
  while (!holds()) await heartBeat(bystander)
}

async function joined({ peer }: Bench, count: number): Promise<Peer[]> {
  const peers: Peer[] = []
  for (let n = 0; n < count; n++) {
    peers.push(peer())
    await peers[n]!.join() // one by one: their connections are numbered from 1
  }
  return peers
}

test(
  'unfinished frames of all connections together stay within their memory',
  within,
  async (t) => {
    const door = await bench(t, { unfinishedBytesMax: mib })
    const [bystander, ...greedy] = await joined(door, 41)
    let ended = 0
    for (const peer of greedy) void peer.ended.then(() => ended++)
    for (const peer of greedy) begin(peer, 100 * kib)
    await until(bystander!, () => {
      assert.ok(door.server.stats().unfinishedBytes <= mib)
      return ended >= 30
    })
    const { unfinishedEvictions, unfinishedBytes, closedBy } = door.server.stats()
    assert.ok(unfinishedEvictions < 40, 'not all of them: some fit')
    assert.ok(unfinishedBytes > mib / 2, `${unfinishedBytes} bytes left`)
    assert.equal(closedBy.get('too many unfinished frames'), unfinishedEvictions)
    assert.ok(door.complaints.includes('closed: too many unfinished frames'))
  },
)

test('when their memory runs short, those without a handshake go first', within, async (t) => {
  const door = await bench(t, { unfinishedBytesMax: mib })
  const [publisher] = await joined(door, 1)
  const strangers = Array.from({ length: 3 }, () => door.peer())
  for (const stranger of strangers) begin(stranger, 150 * kib)
  await until(publisher!, () => door.server.stats().unfinishedBytes >= 450 * kib)
  publisher!.send(0x11, 9, message(1, 900 * kib))
  assert.equal((await publisher!.next()).command, 0x04)
  assert.equal(door.server.stats().closedBy.size, 1)
  await Promise.race(strangers.map((stranger) => stranger.ended))
})

test('then frames that were begun long ago, before larger ones that are new', within, async (t) => {
  const patience = { crowdedPatienceMs: 150, sweepIntervalMs: 50 }
  const door = await bench(t, { unfinishedBytesMax: mib, ...patience })
  const [publisher, ...old] = await joined(door, 4)
  for (const peer of old) begin(peer, 150 * kib)
  await until(publisher!, () => door.server.stats().unfinishedBytes >= 450 * kib)
  const late = performance.now() + 500
  await until(publisher!, () => performance.now() > late)
  publisher!.send(0x11, 9, message(1, 900 * kib))
  assert.equal((await publisher!.next()).command, 0x04)
  await Promise.race(old.map((peer) => peer.ended))
})

test(
  'memory of frames is given back when they end, when they are wrong and when the client goes',
  within,
  async (t) => {
    const door = await bench(t)
    const [bystander, whole, wrong, gone] = await joined(door, 4)
    for (const peer of [whole!, wrong!, gone!]) begin(peer, 100 * kib)
    await until(bystander!, () => door.server.stats().unfinishedBytes >= 300 * kib)
    whole!.socket.write(new Uint8Array(2 * mib + 19 - 100 * kib))
    wrong!.socket.write(new Uint8Array(2 * mib + 19 - 100 * kib).fill(0xff))
    wrong!.socket.write(new Uint8Array(100).fill(0xff))
    gone!.socket.destroy()
    await until(bystander!, () => door.server.stats().unfinishedBytes === 0)
    await wrong!.ended
    await heartBeat(whole!)
  },
)

test(
  'consumers that read nothing share one memory, and one that reads gets all of its own',
  within,
  async (t) => {
    const most = 2 * mib
    const patience = { crowdedPatienceMs: 50, sweepIntervalMs: 100 }
    const door = await bench(t, { unsentBytesMax: most, ...patience }, inMemory(100_000))
    const peers = await joined(door, 9)
    const reader = peers.pop()!
    for (const peer of peers) peer.socket.pause()
    let unsentMax = 0
    for (let connection = 1; connection <= 8; connection++) {
      door.server.release([deliver(connection as ConnectionNumber, deliveries(150))])
      unsentMax = Math.max(unsentMax, door.server.stats().unsentBytes)
      if (connection === 1) assert.ok(unsentMax < most * 0.6, `one alone has ${unsentMax} bytes`)
    }
    door.server.release([deliver(9 as ConnectionNumber, deliveries(100))])
    for (let n = 0; n < 100; n++) {
      unsentMax = Math.max(unsentMax, door.server.stats().unsentBytes)
      assert.equal((await reader.next()).opaque, 0x80000000 + n)
    }
    assert.ok(unsentMax > most / 2 && unsentMax <= most, `${unsentMax} bytes unsent`)
    // One that reads nothing is closed, and the broker knows what it never got.
    await until(reader, () => door.server.stats().unreadEvictions > 0)
    assert.ok((await door.broker.seen('leave')).unsent.length > 0)
    const { unreadEvictions, closedBy } = door.server.stats()
    assert.equal(closedBy.get('too much unread output'), unreadEvictions)
    assert.ok(unreadEvictions < 8, 'no more than it takes')
    for (const peer of peers) peer.socket.destroy()
    await until(reader, () => door.server.stats().unsentBytes === 0)
  },
)

for (const bodyBytes of [100_000, 1_000_000])
  test(
    `slow consumers of ${bodyBytes} bytes a message only wait for each other`,
    within,
    async (t) => {
      const most = 4 * mib
      const patience = { crowdedPatienceMs: 60_000, sweepIntervalMs: 5 }
      const door = await bench(t, { unsentBytesMax: most, ...patience }, inMemory(bodyBytes))
      const peers = await joined(door, 9)
      const bystander = peers.pop()!
      for (const peer of peers) peer.socket.pause()
      const count = Math.ceil(15_000_000 / bodyBytes)
      for (let connection = 1; connection <= 8; connection++) {
        door.server.release([deliver(connection as ConnectionNumber, deliveries(count))])
        assert.ok(door.server.stats().unsentBytes <= most + 8 * 64 * kib)
      }
      await heartBeat(bystander)
      for (const peer of peers) peer.socket.resume()
      for (const peer of peers)
        for (let n = 0; n < count; n++) assert.equal((await peer.next()).opaque, 0x80000000 + n)
      assert.equal(door.server.stats().unreadEvictions, 0)
      await until(bystander, () => door.server.stats().unsentBytes === 0)
    },
  )

for (const crowdedPatienceMs of [50, 60_000])
  test(
    `clients that take no answers are not asked for more, and closed after ${crowdedPatienceMs} ms`,
    within,
    async (t) => {
      const most = 4 * mib
      const limits = { unsentBytesMax: most, crowdedPatienceMs, sweepIntervalMs: 5 }
      const door = await bench(t, limits)
      const [bystander, ...deaf] = await joined(door, 5)
      for (const peer of deaf) flood(peer)
      let unsentMax = 0
      const isFull = (): boolean => {
        unsentMax = Math.max(unsentMax, door.server.stats().unsentBytes)
        return door.server.stats().unreadEvictions > 1 || unsentMax > (most / 8) * 7
      }
      await until(bystander!, isFull)
      const later = performance.now() + 100
      await until(bystander!, () => isFull() && performance.now() > later)
      assert.ok(unsentMax <= most, `${unsentMax} bytes unsent`)
      if (crowdedPatienceMs > 1_000) assert.equal(door.server.stats().unreadEvictions, 0)
      else await until(bystander!, () => door.server.stats().unreadEvictions > 1)
    },
  )

/** Messages that are their id only, which is echoed in the refusal; for as long as the connection stands. */
function flood(peer: Peer): void {
  const id = new Uint8Array(1000).fill(0x61)
  const header = Buffer.concat([Uint8Array.of(0x0a, 0xe8, 0x07), id])
  const body = Buffer.concat([Uint8Array.of(0x0a, 0xeb, 0x07), header])
  const burst = Buffer.concat(Array.from({ length: 50 }, () => frameBytes(1, 0x11, body, 'bare')))
  peer.socket.pause()
  const write = (): void => {
    if (!peer.socket.destroyed) peer.socket.write(burst, () => setImmediate(write))
  }
  write()
}

test(
  'fly messages wait up to the limit for one who does not read, and are all written to one who does',
  within,
  async (t) => {
    const door = await bench(t, { writeBufferBytesMax: 300_000 })
    const [deaf, reader] = await joined(door, 2)
    deaf!.socket.pause()
    const flyTo = (connection: number): Effect[] =>
      Array.from({ length: 150 }, (_, n) => {
        const source = message(n, 100_000)
        const bytes = { source, start: 0, end: source.length }
        const place = { connection: connection as ConnectionNumber, group: 1 as never, opaque: n }
        return { kind: 'fly', ...place, topic: 1 as never, attempt: 1, form: 0x11, message: bytes }
      })
    door.server.release(flyTo(1))
    const { droppedFly, unsentBytes } = door.server.stats()
    assert.ok(droppedFly > 10 && droppedFly < 150, `${droppedFly} dropped`)
    assert.ok(unsentBytes < 1_000_000, `${unsentBytes} bytes`)
    for (let n = 0; n < 150; n += 10) {
      door.server.release(flyTo(2).slice(n, n + 10)) // more at a time than may wait
      for (let k = 0; k < 10; k++) assert.equal((await reader!.next()).opaque, n + k)
    }
  },
)

test('small answers behind a full socket take little more than their bytes', within, async (t) => {
  const door = await bench(t, {}, inMemory(100_000))
  const [deaf] = await joined(door, 1)
  deaf!.socket.pause()
  const connection = 1 as ConnectionNumber
  door.server.release([deliver(connection, deliveries(200))])
  const before = process.memoryUsage().arrayBuffers
  const answer: Effect = { kind: 'command-ack', connection, opaque: 1, status: true, feedback: '' }
  const write = t.mock.method(Socket.prototype, 'write')
  for (let n = 0; n < 2_000; n++) door.server.release([answer])
  assert.ok(write.mock.callCount() < 10, `${write.mock.callCount()} writes`)
  write.mock.restore()
  const grown = process.memoryUsage().arrayBuffers - before
  assert.ok(grown < 8 * mib, `${grown} bytes for 2,000 answers`)
  deaf!.socket.resume()
  for (let n = 0; n < 2_200; n++) await deaf!.next()
  await until(deaf!, () => door.server.stats().unsentBytes === 0)
})

test('a byte now and then is no handshake', within, async (t) => {
  const door = await bench(t, { handshakeTimeoutMs: 60, sweepIntervalMs: 5 })
  const stranger = door.peer()
  const stream = frameBytes(1, 0x02, handshake(), 'bare')
  let at = 0
  const drip = setInterval(() => stranger.socket.write(stream.subarray(at, ++at)), 10)
  await stranger.ended
  clearInterval(drip)
  assert.ok(at < stream.length, 'it was not at its end')
  assert.equal(door.server.stats().closedBy.get('no handshake'), 1)
})

for (const limit of ['connectionsMax', 'connectionsPerAddressMax'] as const)
  test(
    `without a free place (${limit}), the oldest without a handshake makes room`,
    within,
    async (t) => {
      const door = await bench(t, { [limit]: 3, handshakeGraceMs: 0 })
      const [member] = await joined(door, 1)
      const strangers = [door.peer(), door.peer()]
      await until(member!, () => door.server.stats().strangers === 2)
      const late = door.peer()
      await late.join()
      await strangers[0]!.ended
      assert.equal(door.server.stats().displaced, 1)
      await heartBeat(member!)
      assert.equal(door.server.stats().strangers, 1)
    },
  )

test('a place is not taken from one who has only just come', within, async (t) => {
  const door = await bench(t, { connectionsMax: 1, handshakeGraceMs: 60_000 })
  const first = door.peer()
  const refused = door.peer()
  await refused.ended
  await first.join()
  assert.equal(door.server.stats().refusedConnections, 1)
})
