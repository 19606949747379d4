// Decisions on their way to other brokers: repeated when a connection is lost, dropped when nobody is there, never without bound.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { PassOnEffect } from '../broker/effect.ts'
import type { ConnectionNumber } from '../model/ids.ts'
import { passOnMs, passOnWaitingMax, peerLinksMax } from '../model/limits.ts'
import { frameBytes } from './frame.ts'
import {
  commands,
  encodeConnAuth,
  encodeHeartBeat,
  encodeMessage,
  encodeTxAck,
  type MessageHeader,
} from './packet.ts'
import { Peers, type PeersOptions } from './peers.ts'
import { FakeBroker } from '../../test/support/fake-broker.ts'

const within = { timeout: 20_000 }
const bytes = (text: string): Uint8Array => Buffer.from(text)
const idOf = (number: number): string => number.toString(16).padStart(32, '0')

function headerOf(number: number, group = 'pub', topic = 'trade'): MessageHeader {
  return {
    messageId: bytes(idOf(number)),
    topic: bytes(topic),
    messageType: bytes('pay'),
    expiredTime: -1,
    deliverLimit: 100,
    group: bytes(group),
    commit: false,
    fly: false,
    properties: [],
  }
}

function decision(number: number, group = 'pub', topic = 'trade'): PassOnEffect {
  const packet = encodeTxAck(headerOf(number, group, topic), 1, bytes('done'))
  const connection = 1 as ConnectionNumber
  return { kind: 'pass-on', connection, group: bytes(group), topic: bytes(topic), packet }
}

interface Setup {
  readonly peers: Peers
  /** Lines of the log. */
  readonly told: string[]
  /** Resolves with the next line. */
  readonly line: () => Promise<string>
  readonly clock: { aheadMs: number }
}

function setup(t: TestContext, dials?: PeersOptions['dials']): Setup {
  const told: string[] = []
  const waiting: ((line: string) => void)[] = []
  const clock = { aheadMs: 0 }
  const peers = new Peers({
    clock: { monotonicMs: () => performance.now() + clock.aheadMs },
    ...(dials && { dials }),
    log: {
      warn: (details, message) => {
        told.push(`${JSON.stringify(details)} ${message}`)
        waiting.shift()?.(message)
      },
    },
  })
  const alive = setInterval(() => undefined, 60_000) // a broker has its door; this process has nothing else
  t.after(() => {
    clearInterval(alive)
    return peers.close({ graceMs: 0 })
  })
  return { peers, told, clock, line: () => new Promise((resolve) => waiting.push(resolve)) }
}

async function fake(t: TestContext): Promise<FakeBroker> {
  const broker = await FakeBroker.start()
  t.after(() => broker.close())
  return broker
}

test(
  'a decision goes to every other broker of its topic, in the name of its group',
  within,
  async (t) => {
    const { peers } = setup(t)
    const [a, b, own, other] = await Promise.all([fake(t), fake(t), fake(t), fake(t)])
    peers.own(own.address)
    peers.tell('trade', [a.address, b.address, own.address, 'not an address'])
    peers.tell('other', [other.address])
    assert.deepEqual(peers.peersOf(bytes('trade')), [a.address, b.address])
    for (const number of [1, 2, 3]) peers.passOn(decision(number))
    await peers.close({ graceMs: 10_000 })
    for (const broker of [a, b]) {
      assert.deepEqual(
        broker.all('decided').map(({ id, status, feedback }) => [id, status, feedback]),
        [1, 2, 3].map((number) => [idOf(number), 1, 'done']),
      )
      assert.deepEqual(
        broker.all('connected').map(({ group }) => group),
        ['pub'],
      )
    }
    assert.deepEqual([own.seen, other.seen], [[], []])
    const counts = { brokers: 3, links: 0, waiting: 0, passedOn: 6, confirmed: 6, dropped: 0 }
    assert.deepEqual(peers.stats(), counts)
  },
)

test('each group has a connection of its own', within, async (t) => {
  const { peers } = setup(t)
  const a = await fake(t)
  peers.tell('trade', [a.address])
  peers.passOn(decision(1, 'one'))
  peers.passOn(decision(2, 'two'))
  await peers.close({ graceMs: 10_000 })
  for (const { group, peer } of a.all('connected')) {
    const decided = a.all('decided').filter((one) => one.peer === peer)
    assert.deepEqual(
      decided.map(({ id }) => id),
      [idOf(group === 'one' ? 1 : 2)],
    )
  }
})

test('what was not confirmed goes out again on the next connection', within, async (t) => {
  const { peers } = setup(t)
  const a = await fake(t)
  a.answers.heartbeat = () => false
  peers.tell('trade', [a.address])
  peers.passOn(decision(1))
  await a.next('decided')
  a.answers.heartbeat = () => true
  const from = a.seen.length
  a.dropAll()
  const again = await a.next('decided', () => true, from)
  assert.equal(again.id, idOf(1))
  await peers.close({ graceMs: 10_000 })
  assert.equal(peers.stats().confirmed, 1)
})

test(
  'where nobody is, decisions are dropped after their time, and that is told once',
  within,
  async (t) => {
    const { peers, told, clock, line } = setup(t)
    const gone = await fake(t)
    await gone.close()
    peers.tell('trade', [gone.address])
    for (const number of [1, 2, 3]) peers.passOn(decision(number))
    assert.equal(peers.stats().waiting, 3)
    const next = line()
    clock.aheadMs = passOnMs + 1
    assert.match(await next, /ECONNREFUSED.*will ask/)
    assert.deepEqual([peers.stats().waiting, peers.stats().dropped], [0, 3])
    assert.match(told.join('\n'), /"decisions":3/)
    for (let number = 4; number < 4 + passOnWaitingMax + 5; number++) peers.passOn(decision(number))
    assert.deepEqual([peers.stats().waiting, peers.stats().dropped], [passOnWaitingMax, 8])
    assert.equal(told.length, 1, 'what is told is told at most once a minute')
  },
)

test(
  'a broker that takes decisions and confirms none is left after their time',
  within,
  async (t) => {
    const { peers, clock, line } = setup(t)
    const deaf = await fake(t)
    deaf.answers.heartbeat = () => false
    peers.tell('trade', [deaf.address])
    peers.passOn(decision(1))
    await deaf.next('decided')
    const next = line()
    clock.aheadMs = passOnMs + 1
    assert.match(await next, /no answer/)
    await deaf.next('lost')
    assert.deepEqual([peers.stats().waiting, peers.stats().dropped], [0, 1])
  },
)

test('there are so many connections and no more', within, async (t) => {
  const { peers } = setup(t)
  const gone = await fake(t)
  await gone.close()
  peers.tell('trade', [gone.address])
  for (let number = 0; number <= peerLinksMax; number++)
    peers.passOn(decision(number, `group ${number}`))
  const { links, waiting, dropped } = peers.stats()
  assert.deepEqual([links, waiting, dropped], [peerLinksMax, peerLinksMax, 1])
})

test('a broker that takes the connection for a member gets its message back', within, async (t) => {
  const { peers } = setup(t)
  const original = await fake(t)
  peers.tell('trade', [original.address])
  peers.passOn(decision(1))
  const { peer } = await original.next('decided')
  peer.deliver(0x80000007, {}, 'for a member')
  const { status, opaque } = await original.next('acked')
  assert.deepEqual([status, opaque], [false, 0x80000007])
})

test('a broker that is gone from the list is tried a little longer, since it may only be restarting', (t) => {
  const { peers, clock } = setup(t)
  peers.tell('trade', ['127.0.0.1:1', '127.0.0.1:1', '[::1]:2?since=now'])
  assert.deepEqual(peers.peersOf(bytes('trade')), ['127.0.0.1:1', '[::1]:2'])
  peers.tell('trade', ['127.0.0.1:3'])
  peers.tell('trade', [])
  assert.deepEqual([...peers.peersOf(bytes('trade'))].sort(), [
    '127.0.0.1:1',
    '127.0.0.1:3',
    '[::1]:2',
  ])
  clock.aheadMs = passOnMs + 1
  assert.deepEqual(peers.peersOf(bytes('trade')), [])
  peers.passOn(decision(1))
  assert.deepEqual([peers.stats().passedOn, peers.stats().brokers], [0, 0])
})

/** One that shakes hands and then says this, again and again, as fast as it is taken; resolves with the bytes when left. */
async function flooder(
  t: TestContext,
  frame: Uint8Array,
  reads: boolean,
): Promise<{ readonly address: string; readonly left: Promise<number> }> {
  const flood = Buffer.concat(Array.from({ length: 200 }, () => frame))
  let gone: (bytes: number) => void = () => undefined
  const left = new Promise<number>((resolve) => (gone = resolve))
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => {
      const ack = encodeConnAuth({ status: true, feedback: new Uint8Array(0) })
      socket.write(frameBytes(1, commands.connAuth, ack, 'bare'))
      if (!reads) socket.pause()
      const more = (): void => {
        while (socket.writable && socket.write(flood));
      }
      socket.on('drain', more)
      more()
    })
    socket.on('close', () => gone(socket.bytesWritten))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, left }
}

async function isIn(happening: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)))
  const found = await Promise.race([happening.then(() => true), late])
  clearTimeout(timer)
  return found
}

test(
  'a broker that floods the connection is left, whether it reads the answers or not',
  within,
  async (t) => {
    const message = encodeMessage(headerOf(1), new Uint8Array(16))
    const beat = encodeHeartBeat({ low: 7, high: 0 })
    for (const [frame, reads] of [
      [frameBytes(5, commands.bytesMessage, message, 'bare'), true],
      [frameBytes(5, commands.bytesMessage, message, 'bare'), false],
      [frameBytes(5, commands.heartBeat, beat, 'bare'), true],
    ] as const) {
      const { peers } = setup(t)
      const { address, left } = await flooder(t, frame, reads)
      peers.tell('trade', [address])
      peers.passOn(decision(1))
      assert.ok(await isIn(left, 15_000), `still there; it reads its answers: ${reads}`)
      await peers.close({ graceMs: 0 })
    }
  },
)

test('where others write the registry, only numbers of other machines are dialled', (t) => {
  const names = [
    '10.0.0.8:13800',
    'db.internal:5432',
    '127.0.0.1:6379',
    '169.254.169.254:80',
    '0.0.0.0:13800',
    '224.0.0.1:13800',
    '255.255.255.255:13800',
    '[::1]:13800',
    '010.0.0.9:13800',
    '2130706433:80',
  ]
  const dialled = (dials?: 'elsewhere' | 'here'): readonly string[] => {
    const { peers } = setup(t, dials)
    peers.tell('trade', names)
    return peers.peersOf(bytes('trade'))
  }
  assert.deepEqual(dialled('elsewhere'), ['10.0.0.8:13800'])
  assert.deepEqual(dialled('here'), ['10.0.0.8:13800', '127.0.0.1:6379'])
  assert.equal(dialled().length, names.length)
})

test('a group with control characters in its name is spoken for to nobody', within, async (t) => {
  const { peers, line } = setup(t)
  const a = await fake(t)
  peers.tell('trade', [a.address])
  const told = line()
  peers.passOn(decision(1, 'x\r\nFLUSHALL\r\n'))
  assert.match(await told, /control characters/)
  assert.deepEqual([peers.stats().links, peers.stats().dropped, a.seen], [0, 1, []])
})
