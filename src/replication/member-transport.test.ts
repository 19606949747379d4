// Two members over real sockets, through the clients' port: questions, answers, losses.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { test } from 'node:test'
import {
  asking,
  between,
  member,
  otherKey,
  pull,
  records,
  status,
} from '../../test/support/member-bench.ts'
import type { ReplicaReply, ReplicaRequest } from './ports.ts'

const longMs = 20_000

test('a question is answered, and the connection stays for the next', async (t) => {
  const asked: [ReplicaRequest, string][] = []
  const { address, door } = await member(t, {
    answer: (request, from) => {
      asked.push([request, from])
      return Promise.resolve(request.kind === 'status' ? status(5) : records(Buffer.from('bytes')))
    },
  })
  const transport = asking(t)
  assert.deepEqual(await transport.ask(address, { kind: 'status' }, longMs), status(5))
  const reply = await transport.ask(address, pull(), longMs)
  assert.ok(reply.kind === 'records' && reply.records !== undefined, 'records came')
  assert.equal(Buffer.from(reply.records.bytes).toString(), 'bytes')
  assert.deepEqual(asked, [
    [{ kind: 'status' }, 'b2'],
    [pull(), 'b2'],
  ])
  assert.deepEqual(door.stats().members, ['b2'])
  assert.equal(door.stats().admitted, 1, 'one connection for both')
  assert.equal(transport.stats()[0]?.peer, 'b1')
})

test('questions go at once, and answers come in any order', async (t) => {
  const waiting: ((reply: ReplicaReply) => void)[] = []
  let most = 0
  let allAsked = (): void => {}
  const four = new Promise<void>((resolve) => (allAsked = resolve))
  const { address } = await member(t, {
    answer: () =>
      new Promise((resolve) => {
        most = waiting.push(resolve)
        if (most === 4) allAsked()
      }),
    limits: { unansweredMax: 4 },
  })
  const transport = asking(t, {}, { unansweredMax: 4 })
  const settled: number[] = []
  const questions = [0, 1, 2, 3, 4].map(async (index) => {
    const reply = await transport.ask(address, { kind: 'status' }, longMs)
    settled.push(index)
    return reply
  })
  await four
  waiting[3]!(status(3))
  assert.deepEqual(await questions[3], status(3))
  waiting[0]!(status(0))
  assert.deepEqual(await questions[0], status(0))
  assert.deepEqual(settled, [3, 0])
  while (most < 5) await new Promise((resolve) => setImmediate(resolve))
  for (const index of [1, 2, 4]) waiting[index]!(status(index))
  assert.deepEqual(await questions[4], status(4), 'the fifth waited for a place')
})

test('an answer of 16 MiB comes whole, and a larger one is refused', async (t) => {
  const most = randomBytes(16 * 1024 * 1024 - 4096 - 100)
  const header = randomBytes(4096)
  let answer = records(most, header)
  const { address, door } = await member(t, { answer: () => Promise.resolve(answer) })
  const transport = asking(t)
  const reply = await transport.ask(address, pull(), longMs)
  assert.ok(reply.kind === 'records' && reply.records !== undefined, 'records came')
  assert.ok(most.equals(reply.records.bytes), 'every byte of the records')
  assert.ok(header.equals(reply.records.header!), 'every byte of the header')
  answer = records(new Uint8Array(16 * 1024 * 1024))
  await assert.rejects(transport.ask(address, pull(), longMs), {
    code: 'KITEQ_REFUSED',
    message: /an answer of 16777\d+ bytes, 16777216 are most/,
  })
  assert.equal(door.stats().admitted, 1, 'the connection lives on')
})

test('a member with another key or of another set learns nothing and is not let in', async (t) => {
  for (const other of [otherKey(), { set: 'invoices' }]) {
    const { address, door, told } = await member(t, { limits: { wrongKeyMs: 20 } })
    await assert.rejects(asking(t, other).ask(address, { kind: 'status' }, longMs), {
      code: 'KITEQ_REFUSED',
      message: /another key, or is of another set/,
    })
    const { admitted, wrongKeys, answered } = door.stats()
    assert.deepEqual({ admitted, wrongKeys, answered }, { admitted: 0, wrongKeys: 1, answered: 0 })
    assert.equal(told.length, 1)
    assert.ok(!/orders|b1|invoices/.test(told[0]!), told[0])
  }
})

test('versions are named when they do not fit, and an older log format may be pulled', async (t) => {
  const newer = await member(t, { credentials: { formatReads: 9, formatWrites: 8 } })
  await assert.rejects(asking(t).ask(newer.address, { kind: 'status' }, longMs), {
    code: 'KITEQ_REFUSED',
    message: /format 8, and this member reads up to 7/,
  })
  assert.equal(newer.door.stats().admitted, 0)
  const older = await member(t)
  const upgraded = asking(t, { formatReads: 9, formatWrites: 8 })
  assert.deepEqual(await upgraded.ask(older.address, { kind: 'status' }, longMs), status(1))
  await assert.rejects(asking(t, { id: 'b1' }).ask(older.address, { kind: 'status' }, longMs), {
    code: 'KITEQ_REFUSED',
    message: /the same id, b1/,
  })
})

test('a member that asks in the name of another is refused', async (t) => {
  const { address } = await member(t)
  await assert.rejects(asking(t).ask(address, pull({ member: 'b3' }), longMs), {
    code: 'KITEQ_REFUSED',
    message: /b2 asks as b3/,
  })
})

test('why a member cannot answer is told to the one that asks', async (t) => {
  const { address } = await member(t, { answer: () => Promise.reject(new Error('out of\nsorts')) })
  await assert.rejects(asking(t).ask(address, { kind: 'status' }, longMs), {
    code: 'KITEQ_REFUSED',
    message: /: out of\\nsorts$/,
  })
})

test('a question ends at its time, and a late answer disturbs nothing', async (t) => {
  const waiting: ((reply: ReplicaReply) => void)[] = []
  const answer = (): Promise<ReplicaReply> => new Promise((resolve) => waiting.push(resolve))
  const { address, door } = await member(t, { answer })
  const transport = asking(t)
  const first = transport.ask(address, { kind: 'status' }, 300)
  await assert.rejects(first, { code: 'KITEQ_TIMEOUT' })
  const second = transport.ask(address, { kind: 'status' }, longMs)
  while (waiting.length < 2) await new Promise((resolve) => setImmediate(resolve))
  waiting[0]!(status(1))
  waiting[1]!(status(2))
  assert.deepEqual(await second, status(2))
  assert.equal(door.stats().admitted, 1)
})

test('what is unanswered is rejected when the connection is lost, and the next question dials again', async (t) => {
  let asked = (): void => {}
  const isAsked = new Promise<void>((resolve) => (asked = resolve))
  const never = await member(t, {
    answer: () => {
      asked()
      return new Promise(() => {})
    },
  })
  const transport = asking(t)
  const lost = transport.ask(never.address, { kind: 'status' }, longMs)
  await isAsked
  never.door.close()
  await assert.rejects(lost, { code: 'KITEQ_CLOSED' })
  await never.server.close({ graceMs: 0 })
  await assert.rejects(transport.ask(never.address, { kind: 'status' }, longMs), {
    code: 'KITEQ_CLOSED',
    message: /ECONNREFUSED/,
  })
  await member(t, { port: never.port })
  assert.deepEqual(await transport.ask(never.address, { kind: 'status' }, longMs), status(1))
})

test('pauses between tries grow to a bound', async (t) => {
  const { port, server, address } = await member(t)
  await server.close({ graceMs: 0 })
  const transport = asking(t, {}, { retryMs: 10, retryMaxMs: 40 })
  const startedAtMs = performance.now()
  for (let tries = 0; tries < 6; tries++) {
    await assert.rejects(transport.ask(address, { kind: 'status' }, longMs), {
      code: 'KITEQ_CLOSED',
    })
  }
  const tookMs = performance.now() - startedAtMs
  assert.ok(tookMs >= 10 + 20 + 40 + 40 + 40 - 10, `six tries in ${tookMs} ms at port ${port}`)
})

test('a peer that has gone without a word is noticed while something is unanswered', async (t) => {
  const { port } = await member(t, { answer: () => new Promise(() => {}) })
  let isCut = false
  const address = await between(t, port, (_from, index, frame) => {
    if (index >= 2) isCut = true // behind the handshake nothing comes through any more, and nobody says so
    return isCut ? [] : [frame]
  })
  const limits = { pingMs: 20, silentMs: 100 }
  await assert.rejects(asking(t, {}, limits).ask(address, { kind: 'status' }, longMs), {
    code: 'KITEQ_CLOSED',
    message: /it is silent/,
  })
})

test('a slow answer is waited for while the peer answers pings', async (t) => {
  let answer: (reply: ReplicaReply) => void = () => {}
  const { port } = await member(t, { answer: () => new Promise((resolve) => (answer = resolve)) })
  let pongs = 0
  const address = await between(t, port, (from, index, frame) => {
    if (from === 'answerer' && index >= 2 && ++pongs === 5) answer(status(4))
    return [frame]
  })
  const transport = asking(t, {}, { pingMs: 20, silentMs: 5_000 })
  assert.deepEqual(await transport.ask(address, { kind: 'status' }, longMs), status(4))
  assert.ok(pongs >= 5, `${pongs} pongs`)
})

test('nobody at the other end: the handshake has its time, too', async (t) => {
  const sockets: Socket[] = []
  const mute = createServer((socket) => void sockets.push(socket))
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    mute.close()
  })
  const address = `127.0.0.1:${(mute.address() as AddressInfo).port}`
  const transport = asking(t, {}, { handshakeMs: 50 })
  await assert.rejects(transport.ask(address, { kind: 'status' }, longMs), {
    code: 'KITEQ_CLOSED',
    message: /no answer to the handshake/,
  })
})

test('a connection that nobody needs ends, and is made again when it is needed', async (t) => {
  const { address, door } = await member(t)
  const transport = asking(t, {}, { idleMs: 20 })
  await transport.ask(address, { kind: 'status' }, longMs)
  while (transport.stats().length > 0 || door.stats().members.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  assert.deepEqual(await transport.ask(address, { kind: 'status' }, longMs), status(1))
  assert.equal(door.stats().admitted, 2)
})

test('what is no address, too many members, and a member that stops', async (t) => {
  const { address } = await member(t, { answer: () => new Promise(() => {}) })
  const transport = asking(t, {}, { linksMax: 1, waitingMax: 2, unansweredMax: 1 })
  for (const wrong of ['', 'host', 'host:0', 'host:70000', 'a b:1', '::1:5']) {
    await assert.rejects(transport.ask(wrong, { kind: 'status' }, 10), { code: 'KITEQ_USAGE' })
  }
  const first = transport.ask(address, { kind: 'status' }, longMs)
  const second = transport.ask(address, { kind: 'status' }, longMs)
  const full = { code: 'KITEQ_FULL' }
  await assert.rejects(transport.ask(address, { kind: 'status' }, longMs), full)
  await assert.rejects(transport.ask('127.0.0.1:1', { kind: 'status' }, longMs), full)
  transport.close()
  for (const question of [first, second]) await assert.rejects(question, { code: 'KITEQ_CLOSED' })
  const late = transport.ask(address, { kind: 'status' }, longMs)
  await assert.rejects(late, { code: 'KITEQ_CLOSED' })
})
