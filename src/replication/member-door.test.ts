// What a stranger, a liar in between and a member gone mad can do at the door: nothing, for a bounded price.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import {
  asking,
  between,
  credentials,
  member,
  otherKey,
  pull,
  RawMember,
  records,
  status,
  type Member,
  type Tamper,
} from '../../test/support/member-bench.ts'
import { frameBytes } from '../net/frame.ts'
import { commands } from '../net/packet.ts'
import { readU32, writeU32 } from './member-frame.ts'
import {
  challengeTo,
  helloFrame,
  helloOf,
  kinds,
  memberCommand,
  plainFrame,
  provenIntroduction,
} from './member-handshake.ts'
import { decodeAnswer, decodeIntroduction, encodeRequest } from './member-packet.ts'
import type { ReplicaReply } from './ports.ts'
import { nonceBytes, proofBytes } from './proof.ts'
import { sealedFrame } from './sealed-frame.ts'

const longMs = 20_000
const question = encodeRequest({ kind: 'status' })

/** Polls what other connections change. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  const endAtMs = performance.now() + longMs
  while (!isSo()) {
    assert.ok(performance.now() < endAtMs, `never ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

function greet(t: TestContext, port: number, localAddress: string): Socket {
  const socket = connect({ host: '127.0.0.1', port, localAddress })
  socket.on('error', () => undefined)
  socket.on('data', () => undefined)
  socket.write(helloFrame(helloOf(randomBytes(nonceBytes))))
  t.after(() => socket.destroy())
  return socket
}

test('the hello is a frame of the clients’ protocol, in either framing', async (t) => {
  const hello = helloOf(randomBytes(nonceBytes))
  assert.deepEqual(helloFrame(hello), frameBytes(0, memberCommand, hello, 'bare'))
  assert.equal(memberCommand, commands.member)
  const { port, server, door } = await member(t)
  const socket = connect({ host: '127.0.0.1', port })
  t.after(() => socket.destroy())
  const frame = frameBytes(0, memberCommand, hello, 'prefixed')
  socket.write(frame.subarray(0, 30))
  const challenge = new Promise<Uint8Array>((resolve) => socket.once('data', resolve))
  await until('the first piece has come', () => server.stats().bytesIn === 30)
  socket.write(frame.subarray(30))
  assert.deepEqual([...(await challenge).subarray(4, 8)], [kinds.challenge, 1, 1, 1])
  const { connections, strangers, unfinishedBytes } = server.stats()
  assert.deepEqual([connections, strangers, unfinishedBytes], [0, 0, 0], 'no client any more')
  assert.equal(door.stats().strangers, 1)
})

test('a wrong key has to wait for its end, and floods no log', async (t) => {
  const { port, door, told } = await member(t, { limits: { wrongKeyMs: 60 } })
  const startedAtMs = performance.now()
  const liars = Array.from({ length: 10 }, () => new RawMember(t, port))
  const as = credentials('b2', otherKey())
  const hands = liars.map((liar) => assert.rejects(liar.shakeHands(as), /the connection ended/))
  await Promise.all(hands)
  assert.ok(performance.now() - startedAtMs >= 55, 'not at once')
  assert.equal(door.stats().wrongKeys, 10)
  assert.equal(told.length, 1)
  assert.equal(liars[0]!.frames.length, 0, 'nothing but the challenge was said')
})

test('a listener that does not know the key is asked nothing', async (t) => {
  const heard: Buffer[] = []
  const impostor = createServer((socket) => {
    t.after(() => socket.destroy())
    socket.once('data', (frame) => {
      const hello = frame.subarray(19)
      const challenge = challengeTo(hello, randomBytes(nonceBytes))!
      socket.write(plainFrame(kinds.challenge, challenge))
      socket.once('data', (proof) => {
        const said = [hello, challenge, proof.subarray(5)]
        const welcome = provenIntroduction(credentials('b1', otherKey()), 'dialled', said)
        socket.write(plainFrame(kinds.welcome, welcome))
        socket.on('data', (more) => void heard.push(more))
      })
    })
  })
  await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve))
  t.after(() => impostor.close())
  const address = `127.0.0.1:${(impostor.address() as AddressInfo).port}`
  await assert.rejects(asking(t).ask(address, { kind: 'status' }, longMs), {
    code: 'KITEQ_REFUSED',
    message: /does not know the key/,
  })
  assert.deepEqual(heard, [])
})

test('a proof sent back, or heard on another connection, opens nothing', async (t) => {
  const { port, door } = await member(t, { limits: { wrongKeyMs: 10 } })
  let overheard: Uint8Array | undefined
  const address = await between(t, port, (from, index, frame) => {
    if (from === 'asker' && index === 1) overheard = frame
    return [frame]
  })
  await asking(t).ask(address, { kind: 'status' }, longMs)
  const repeated = new RawMember(t, port)
  repeated.socket.write(helloFrame(helloOf(randomBytes(nonceBytes))))
  await repeated.next()
  repeated.socket.write(overheard!)
  await repeated.ended
  assert.equal(door.stats().wrongKeys, 1)
  assert.equal(repeated.frames.length, 0)
})

/** Sends questions through somebody in between; resolves once the door has counted what he did. */
async function tampered(t: TestContext, { port }: Member, tamper: Tamper): Promise<string> {
  const address = await between(t, port, tamper)
  const transport = asking(t, {}, { retryMs: 1, pingMs: 20, silentMs: 100 })
  try {
    const reply = await transport.ask(address, { kind: 'status' }, longMs)
    assert.deepEqual(reply, status(1), 'what was not said')
    await transport.ask(address, { kind: 'status' }, longMs)
    return 'answered'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  } finally {
    transport.close()
  }
}

test('no byte of any frame can be changed on its way', async (t) => {
  const bench = await member(t, { limits: { wrongKeyMs: 1 } })
  assert.equal(await tampered(t, bench, (_from, _index, frame) => [frame]), 'answered')
  const { answered } = bench.door.stats()
  let heard = 0
  for (const from of ['asker', 'answerer'] as const) {
    for (const changed of [0, 1, 2]) {
      const step = changed === 0 || changed === 2 ? 5 : 9
      // The head of the clients' protocol before the hello says nothing that counts.
      const first = from === 'asker' && changed === 0 ? 19 : 4
      for (let at = first, bytes = at + 1; at < bytes; at += step) {
        const end = await tampered(t, bench, (side, index, frame) => {
          if (side !== from || index !== changed) return [frame]
          bytes = frame.length
          frame[at]! ^= 1 << (at % 8)
          return [frame]
        })
        if (from === 'answerer' && changed === 2) heard++
        assert.notEqual(end, 'answered', `byte ${at} of frame ${changed} of the ${from}`)
      }
    }
  }
  const { answered: after, forged, wrongKeys } = bench.door.stats()
  assert.ok(forged > 5 && wrongKeys > 5, `${forged} forged, ${wrongKeys} wrong proofs`)
  // Only where an answer was changed had the question been heard.
  assert.equal(after - answered, heard)
})

test('no frame can be dropped, doubled, put in, swapped or sent back', async (t) => {
  const bench = await member(t)
  const asks = (change: (frame: Uint8Array) => Uint8Array[]): Tamper => {
    return (from, index, frame) => (from === 'asker' && index === 2 ? change(frame) : [frame])
  }
  let answer: Uint8Array | undefined
  const changes: Record<string, Tamper> = {
    dropped: asks(() => []),
    doubled: asks((frame) => [frame, frame]),
    'put in': asks((frame) => [plainFrame(kinds.question, frame.slice(5)), frame]),
    'sent back': (from, index, frame) => {
      if (from === 'answerer' && index === 2) answer = frame
      return from === 'asker' && index === 3 ? [answer!] : [frame]
    },
    'an old answer': (from, index, frame) => {
      if (from === 'answerer' && index === 2) answer = frame
      return from === 'answerer' && index === 3 ? [answer!] : [frame]
    },
  }
  for (const [what, tamper] of Object.entries(changes)) {
    const { forged } = bench.door.stats()
    assert.equal(await tampered(t, bench, tamper), 'KITEQ_CLOSED', what)
    if (what === 'doubled' || what === 'put in' || what === 'sent back') {
      assert.equal(bench.door.stats().forged, forged + 1, what)
    }
  }
  const liar = new RawMember(t, bench.port)
  await liar.shakeHands()
  const first = Buffer.concat(sealedFrame(liar.sealing, kinds.question, 1, question, []))
  const second = Buffer.concat(sealedFrame(liar.sealing, kinds.question, 2, question, []))
  liar.socket.write(Buffer.concat([second, first]))
  await liar.ended
  assert.equal(liar.frames.length, 0, 'swapped')
})

test('frames over the limits end a connection before they are there', async (t) => {
  const { port, door } = await member(t)
  const announced = new Uint8Array(8)
  const stranger = new RawMember(t, port)
  stranger.socket.write(helloFrame(helloOf(randomBytes(nonceBytes))))
  await stranger.next()
  writeU32(announced, 0, 1025)
  stranger.socket.write(announced)
  await stranger.ended
  assert.equal(door.stats().malformed, 1)

  const known = new RawMember(t, port)
  await known.shakeHands()
  known.send(kinds.question, 1, new Uint8Array(64 * 1024).fill(0xff))
  const { head, raw } = await known.opened()
  assert.equal(decodeAnswer(head, raw).kind, 'refused', 'just not too much')
  writeU32(announced, 0, 64 * 1024 + 26)
  known.socket.write(announced)
  await known.ended
  assert.equal(door.stats().malformed, 2)

  const noHello = new RawMember(t, port)
  noHello.socket.write(frameBytes(0, memberCommand, randomBytes(40), 'bare'))
  await noHello.ended
  assert.equal(door.stats().malformed, 3)
})

test('whoever proves nothing in time is sent away, however busily he says it', async (t) => {
  const { port, door, told } = await member(t, { limits: { handshakeMs: 80 } })
  const mute = new RawMember(t, port)
  const slow = new RawMember(t, port)
  for (const one of [mute, slow]) one.socket.write(helloFrame(helloOf(randomBytes(nonceBytes))))
  const dripping = setInterval(() => slow.socket.write(Uint8Array.of(0, 0)), 5)
  slow.socket.write(Uint8Array.of(0, 0, 4, 0, kinds.proof))
  await Promise.all([mute.ended, slow.ended])
  clearInterval(dripping)
  assert.equal(door.stats().overdue, 2)
  assert.match(told[0]!, /not proved in time/)
})

test('strangers of one address take no place from others, and there are never more than 16', async (t) => {
  const { port, door } = await member(t)
  const crowd = Array.from({ length: 40 }, () => greet(t, port, '127.0.0.1'))
  await until('all but 16 are gone', () => door.stats().displaced === 24)
  assert.equal(door.stats().strangers, 16)
  const other = new RawMember(t, port)
  await assert.rejects(other.shakeHands(), 'one more of the crowd')
  greet(t, port, '127.0.0.2')
  await until('one of the crowd made room', () => crowd.filter((one) => one.closed).length === 25)
  assert.equal(door.stats().strangers, 16)
})

test('a member has few connections at a time, its oldest goes', async (t) => {
  const { port, door } = await member(t, { limits: { connectionsPerIdMax: 2, connectionsMax: 3 } })
  const same = [new RawMember(t, port), new RawMember(t, port), new RawMember(t, port)]
  for (const one of same) await one.shakeHands()
  await same[0]!.ended
  assert.deepEqual(door.stats().members, ['b2', 'b2'])
  await new RawMember(t, port).shakeHands(credentials('b3'))
  const tooMany = await new RawMember(t, port).shakeHands(credentials('b4'))
  assert.equal(decodeIntroduction(tooMany).refused, 'too many members are connected')
  await until('it is gone', () => door.stats().strangers === 0)
})

test('a member that asks too much at once loses its connection', async (t) => {
  const { port, door } = await member(t, { answer: () => new Promise(() => {}) })
  const mad = new RawMember(t, port)
  await mad.shakeHands()
  for (let number = 1; number <= 9; number++) mad.send(kinds.question, number, question)
  await mad.ended
  assert.equal(door.stats().malformed, 1)
})

test('a member that does not read its answers costs few of them, and then its connection', async (t) => {
  let begun = 0
  const answer = (): Promise<ReplicaReply> => {
    begun++
    return Promise.resolve(records(new Uint8Array(15 * 1024 * 1024)))
  }
  const { port, door } = await member(t, { answer, limits: { unreadMs: 150 } })
  const deaf = new RawMember(t, port)
  await deaf.shakeHands()
  deaf.socket.pause()
  for (let number = 1; number <= 8; number++)
    deaf.send(kinds.question, number, encodeRequest(pull({ bytesMax: 15 * 1024 * 1024 })))
  await until('it is given up', () => door.stats().members.length === 0)
  assert.ok(begun <= 4, `${begun} answers were begun`)
})

test('what a newer member says is passed over, and a newer protocol is answered with ours', async (t) => {
  const { port, door } = await member(t)
  const newer = new RawMember(t, port)
  await newer.shakeHands()
  newer.send(77, 1, question)
  newer.send(kinds.question, 2, Uint8Array.of(0x7a, 0))
  const { number, head, raw } = await newer.opened()
  assert.equal(number, 2)
  assert.equal(decodeAnswer(head, raw).kind, 'refused')

  const next = new RawMember(t, port)
  const hello = Buffer.from(helloOf(randomBytes(nonceBytes)))
  hello[4] = 2
  hello[5] = 3
  next.socket.write(helloFrame(hello))
  const challenge = await next.next()
  assert.deepEqual([...challenge.subarray(4, 8)], [kinds.challenge, 0, 1, 1])
  await next.ended
  const both = Buffer.from(helloOf(randomBytes(nonceBytes)))
  both[5] = 3
  const chosen = new RawMember(t, port)
  chosen.socket.write(helloFrame(Buffer.concat([both, Buffer.from('more')])))
  assert.equal((await chosen.next())[5], 1, 'the highest that both speak')
  assert.equal(door.stats().malformed, 0)
})

test('random bytes at every step are an end, and never a crash', async (t) => {
  const { port, door } = await member(t, { limits: { handshakeMs: 30, wrongKeyMs: 1 } })
  const liars = Array.from({ length: 60 }, async (_, index) => {
    const liar = new RawMember(t, port)
    if (index % 3 === 0) await liar.shakeHands(credentials(`b${index}`)).catch(() => undefined)
    else liar.socket.write(helloFrame(helloOf(randomBytes(nonceBytes))))
    const noise = randomBytes(200)
    if (index % 2 === 0) writeU32(noise, 0, readU32(noise, 0) % 190)
    liar.socket.write(noise)
    liar.socket.write(new Uint8Array(proofBytes))
    await liar.ended
  })
  await Promise.all(liars)
  assert.equal(door.stats().answered, 0)
  assert.equal(door.stats().strangers, 0)
  await new RawMember(t, port).shakeHands()
})
