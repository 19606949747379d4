// Members of one group that handle different topics: each gets its own, and what nobody handles waits and says so. Through
// the doors: the typed client, bare frames, `why-not`.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { whyNot } from '../../src/cli/why-not.ts'
import { connect, type Client } from '../../src/client/client.ts'
import { loadConfig } from '../../src/config.ts'
import { startBroker, type RunningBroker } from '../../src/kiteq.ts'
import { commands, decodeCommandAck, encodeCredit } from '../../src/net/packet.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { bytesOf, DoorClient, readMessage, textOf, within, type DoorFrame } from './door.ts'

const dataDir = temporaryFolder('wanted')
let broker: RunningBroker
let port: number
const clients: Client[] = []

before(async () => {
  broker = await startBroker(loadConfig({ dataDir, listen: '127.0.0.1:0', http: 'off' }, () => ''))
  port = Number(broker.address.split(':').at(-1))
})
after(async () => {
  await Promise.all(clients.map((client) => client.close({ drainMs: 0 })))
  await broker.close()
  rmSync(dataDir, { recursive: true, force: true })
})

async function client(group: string): Promise<Client> {
  const connected = await connect({ address: broker.address, group })
  clients.push(connected)
  return connected
}

/** What a handler has seen, and a wait for so many. */
class Seen {
  readonly texts: string[] = []
  #wake: (() => void)[] = []

  readonly handler = (message: { text(): string }): void => {
    this.texts.push(message.text())
    for (const wake of this.#wake.splice(0)) wake()
  }

  async until(count: number): Promise<string[]> {
    while (this.texts.length < count) await new Promise<void>((resolve) => this.#wake.push(resolve))
    return this.texts
  }
}

test(
  'members that handle different topics get each its own; what nobody handles waits',
  within,
  async () => {
    const bindings = [{ kind: 'fanout' as const }]
    const [first, second, publisher] = [
      await client('shop'),
      await client('shop'),
      await client('p'),
    ]
    const [orders, bills, late] = [new Seen(), new Seen(), new Seen()]
    await first.subscribe({ topic: 'orders', bindings }, orders.handler)
    const ofBills = await second.subscribe({ topic: 'bills', bindings }, bills.handler)
    const names = Array.from({ length: 50 }, (_, at) => String(at))
    for (const name of names)
      await Promise.all([
        publisher.publish({ topic: 'orders', type: 't', body: `order ${name}` }),
        publisher.publish({ topic: 'bills', type: 't', body: `bill ${name}` }),
      ])
    assert.deepEqual(await orders.until(50), names.map((name) => `order ${name}`)) // prettier-ignore
    assert.deepEqual(await bills.until(50), names.map((name) => `bill ${name}`)) // prettier-ignore

    ofBills.stop()
    const { id } = await publisher.publish({ topic: 'bills', type: 't', body: 'the last bill' })
    // Behind it, so that it had every chance.
    await publisher.publish({ topic: 'orders', type: 't', body: 'the last order' })
    await orders.until(51)
    const { reasons } = await whyNot(dataDir, id, 'shop')
    assert.deepEqual(
      [reasons[0]?.code, reasons[0]?.text],
      ['unwanted', 'no member of the group wants topic "bills": 2 connected'],
    )
    await first.subscribe({ topic: 'bills', bindings }, late.handler)
    assert.deepEqual(await late.until(1), ['the last bill'])
    assert.equal(bills.texts.length, 50)
  },
)

test(
  'a topic added while messages come, and a member that goes, leave nothing behind',
  within,
  async () => {
    const bindings = [{ kind: 'fanout' as const }]
    const publisher = await client('p')
    const [one, other] = [await client('desk'), await client('desk')]
    const [seen, heir] = [new Seen(), new Seen()]
    await one.subscribe({ topic: 'left', bindings }, seen.handler)
    await other.subscribe({ topic: 'right', bindings }, heir.handler)
    const total = 400
    const publishing: Promise<unknown>[] = []
    for (let at = 0; at < total; at++)
      publishing.push(publisher.publish({ topic: 'left', type: 't', body: `left ${at}` }))
    await seen.until(20)
    await other.subscribe({ topic: 'left', bindings }, heir.handler)
    await heir.until(20)
    await one.close({ drainMs: 0 })
    await Promise.all(publishing)
    const all = new Set<string>()
    while (all.size < total) {
      for (const text of [...seen.texts, ...heir.texts]) all.add(text)
      if (all.size < total) await heir.until(heir.texts.length + 1)
    }
  },
)

test(
  'a list too many or too long is refused, opaque echoed, and what was said before holds',
  within,
  async () => {
    const member = await DoorClient.join(port, 'wire', { good: [{}], bad: [{}] })
    const publisher = await DoorClient.join(port, 'p')
    const answer = async (opaque: number): Promise<[boolean, string]> => {
      const { body }: DoorFrame = await member.next(commands.commandAck, opaque)
      const ack = decodeCommandAck(body, 0, body.length)!
      return [ack.status, textOf(ack.feedback)]
    }
    member.send(commands.credit, encodeCredit(10, [bytesOf('good')]))
    const many = Array.from({ length: 1025 }, (_, at) => bytesOf(String(at)))
    const refusals: [Uint8Array[], string][] = [
      [many, 'topics: expected at most 1024, got 1025'],
      [[bytesOf('bad'), new Uint8Array(256)], 'topics[1]: expected 1 to 255 bytes, got 256'],
      [[new Uint8Array(0)], 'topics[0]: expected 1 to 255 bytes, got 0'],
    ]
    for (const [topics, words] of refusals) {
      const opaque = member.send(commands.credit, encodeCredit(10, topics))
      assert.deepEqual(await answer(opaque), [false, `CREDIT refused: ${words}`])
    }
    assert.ok((await publisher.publish({ topic: bytesOf('bad') })).status)
    assert.ok((await publisher.publish({ topic: bytesOf('good') })).status)
    const delivery = await member.next(commands.bytesMessage)
    const view = readMessage(delivery)
    assert.equal(textOf(delivery.body.subarray(view.topicStart, view.topicEnd)), 'good')
    member.send(commands.credit, encodeCredit(10))
    await member.next(commands.bytesMessage)
    const wrongType = await member.bind(bytesOf('good'), [
      { bindType: 'direct', messageType: Uint8Array.of(0x61, 0xff) },
    ])
    assert.deepEqual(wrongType, {
      status: false,
      feedback: 'bindings[0].messageType: expected UTF-8, byte 1 is none',
    })
  },
)
