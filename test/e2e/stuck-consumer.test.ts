// A client of the original that goes on sending and never acks again, at the broker's door: it is set aside, it is seen, and
// what it says by another connection counts.

import assert from 'node:assert/strict'
import { after, before, type TestContext, test } from 'node:test'
import { askOwner } from '../../src/log/folder-owner.ts'
import { breakerTimeouts, inFlightPerConnection } from '../../src/model/limits.ts'
import { commands, encodeBind, encodeHeartBeat, encodeMessage } from '../../src/net/packet.ts'
import { type BrokerProcess, startBroker } from '../support/broker-process.ts'
import { kiteq } from '../support/command-line.ts'
import { type PeerEvents, type Received, WirePeer } from '../support/wire-peer.ts'
import { bytesOf, DoorClient, handshake, headerOf, newId, within } from './door.ts'

let broker: BrokerProcess
before(async () => {
  broker = await startBroker({
    config: '[delivery]\ndeliverySeconds = 0.5\nbackOff = [[1, 0]]\n',
    args: ['--http', '127.0.0.1:0'],
  })
})
after(async () => {
  await broker.stop()
})

/** A peer that keeps what it gets and answers only what it is told to. */
class Keeper {
  readonly got: Received[] = []
  readonly peer: WirePeer
  #wake: () => void = () => {}

  constructor(
    t: TestContext,
    group: string,
    answers: (message: Received) => boolean = () => false,
  ) {
    const events: PeerEvents = {
      received: (message) => {
        this.got.push(message)
        if (answers(message)) message.answer(true)
        this.#wake()
      },
    }
    this.peer = new WirePeer(broker.port, group, events)
    t.after(() => this.peer.close())
  }

  async until(count: number): Promise<void> {
    while (this.got.length < count) await new Promise<void>((resolve) => (this.#wake = resolve))
  }
}

/** By which other connections the clients of a group answer. */
async function answeredBy(group: string): Promise<unknown[]> {
  const shown = await askOwner(broker.dataDir, { op: 'group', group })
  return (shown as { connections: { answersBy?: number }[] }).connections.map(
    ({ answersBy }) => answersBy,
  )
}

async function liveMessages(): Promise<number> {
  return ((await askOwner(broker.dataDir, { op: 'status' })) as { live: number }).live
}

test(
  'a consumer that stops acking is set aside, and what it answers by a newer connection settles',
  within,
  async (t) => {
    const stuck = new Keeper(t, 'sub')
    await stuck.peer.ready
    await stuck.peer.bind('trade', [{}])
    const beats = setInterval(() => stuck.peer.heartBeat(), 50)
    t.after(() => clearInterval(beats))
    const publisher = await DoorClient.join(broker.port, 'pub')
    for (let n = 0; n < breakerTimeouts; n++) await publisher.publish()
    const line = await broker.line(/has stopped acking and is set aside/)
    assert.match(line, /"group":"sub"/)
    const stat = (await (await fetch(`http://${broker.http}/stat`)).json()) as {
      set_aside: { group: string; peer: string; unanswered: number }[]
    }
    assert.equal(stat.set_aside.length, 1)
    assert.equal(stat.set_aside[0]!.group, 'sub')
    assert.ok(stat.set_aside[0]!.unanswered >= breakerTimeouts, 'how many it left unanswered')
    const { stdout } = await kiteq(['groups', 'show', 'sub', '--data-dir', broker.dataDir])
    assert.match(stdout, /SET ASIDE: no answer since \S+Z, tried again at \S+Z$/m)
    const newer = new Keeper(t, 'sub', () => true)
    // As the Go client after its node came back: acks for what came by the old connection leave by the new one.
    for (const message of stuck.got) message.answer(true, '', newer.peer)
    await newer.peer.ready
    await broker.line(/a consumer that was set aside answers again/)
    assert.equal(await liveMessages(), 0)
    assert.equal(typeof (await answeredBy('sub'))[0], 'number')
    const [before, had] = [stuck.got.length, newer.got.length]
    for (let n = 0; n < 10; n++) await publisher.publish()
    await newer.until(had + 10)
    assert.equal(stuck.got.length, before, 'the new connection gets what comes')
  },
)

test(
  'an original client has at most 32 packets unanswered, whatever its leases do',
  within,
  async (t) => {
    const publisher = await DoorClient.join(broker.port, 'pub')
    const neverAcked = new Set<string>()
    const kept: Received[] = []
    let answered = 0
    let most = 0
    const client: Keeper = new Keeper(t, 'many', (message) => {
      const { id } = message
      most = Math.max(most, client.got.length - answered)
      if (neverAcked.size < 10) neverAcked.add(id)
      if (neverAcked.has(id)) return kept.push(message) < 0
      answered += 1
      return true
    })
    await client.peer.ready
    await client.peer.bind('many', [{}])
    const isAside = /"group":"many".*is set aside|is set aside.*"group":"many"/
    for (let aside = 0; most < 29;) {
      await publisher.publish({ topic: bytesOf('many') })
      if (broker.stderr.filter((line) => isAside.test(line)).length > aside) {
        // A disk that was slow for a whole lease has left it nothing to ack: an answer, whatever it says, ends that.
        aside += 1
        answered += 1
        kept.shift()!.answer(false)
      }
      assert.ok(most <= inFlightPerConnection, `${most} unanswered`)
    }
    assert.ok(answered > 0, 'the others go on')
  },
)

test('a request of opaque 0 is answered with opaque 0, whatever it is', within, async (t) => {
  const client = new DoorClient(broker.port)
  t.after(() => client.close())
  client.send(commands.connMeta, handshake('g'), 0)
  assert.equal((await client.next(commands.connAuth)).opaque, 0)
  client.send(commands.connMeta, handshake('g'), 0)
  assert.equal((await client.next(commands.connAuth)).opaque, 0, 'also the second time')
  client.send(commands.heartBeat, encodeHeartBeat({ low: 7, high: 0 }), 0)
  assert.equal((await client.next(commands.heartBeat)).opaque, 0)
  const stored = encodeMessage(headerOf(), bytesOf('body'))
  const refused = encodeMessage(headerOf({ messageId: bytesOf('no id') }), bytesOf('body'))
  const flown = encodeMessage(headerOf({ fly: true, messageId: bytesOf(newId()) }), bytesOf('body'))
  for (const message of [stored, refused, flown]) {
    client.send(commands.bytesMessage, message, 0)
    assert.equal((await client.next(commands.storeAck)).opaque, 0)
  }
  client.send(commands.bind, encodeBind({ topic: bytesOf('t'), bindings: [] }), 0)
  assert.equal((await client.next(commands.commandAck)).opaque, 0)
})
