// The last Java client (2016) in a real ZooKeeper: ephemeral publisher nodes, a watch on the brokers without a look at
// whether there are any, binding nodes that first hold what is no JSON. The client is ours, the broker is the real one.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { missingZooKeeper } from '../support/zookeeper-server.ts'
import { quickTimes } from './go-program.ts'
import { JavaMember, type JavaMemberOptions } from './java-framing/java-member.ts'
import type { Header } from './java-framing/packets.ts'
import { Installation } from './zookeeper-installation.ts'

const skip = missingZooKeeper()
const topics = ['trade', 'late', 'back']

function newHeader(topic: string, given: Partial<Header> = {}): Header {
  return {
    messageId: randomBytes(16).toString('hex'),
    topic,
    messageType: 't',
    expiredTime: -1n,
    deliverLimit: 100,
    groupId: `${topic}-pub`,
    commit: true,
    fly: false,
    properties: [['k', 'v']],
    ...given,
  }
}

async function store(member: JavaMember, header: Header, body: string | Uint8Array): Promise<void> {
  const ack = await member.publish(header, body)
  assert.ok(ack.status, ack.feedback)
}

const stored = (member: JavaMember): string[] =>
  member.deliveries
    .filter((delivery) => !delivery.header.fly)
    .map((delivery) => delivery.body.toString())

/** Nobody tells a client that its binding holds: fly messages, which nobody keeps, until one arrives. */
async function untilBound(
  publisher: JavaMember,
  consumer: JavaMember,
  topic: string,
  messageType: string,
): Promise<void> {
  const arrived = (): boolean =>
    consumer.deliveries.some(({ header }) => header.fly && header.messageType === messageType)
  for (const until = Date.now() + 20_000; !arrived();) {
    assert.ok(Date.now() < until, `the binding of ${messageType} is not in force`)
    await store(publisher, newHeader(topic, { fly: true, messageType }), 'is somebody there')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('the last Java client lives in ZooKeeper as it did', { skip }, async (t) => {
  const installation = await Installation.start(t, { topics, config: quickTimes })
  const [address] = installation.addresses
  const opaques = { next: 0 } // one Java process
  const join = async (
    inner: TestContext,
    options: Omit<JavaMemberOptions, 'zookeeper'>,
  ): Promise<JavaMember> => {
    const zookeeper = installation.ensemble.address
    const member = await JavaMember.start({ zookeeper, opaques, ...options })
    inner.after(() => member.close())
    return member
  }
  const connected = (member: JavaMember): Promise<void> =>
    member.until('a connection', () => member.isConnected(address!))

  await t.test('it publishes, transacts and consumes', async (inner) => {
    const consumer = await join(inner, {
      group: 'trade-sub',
      bindings: [
        { topic: 'trade', messageType: 't', bindType: 0 },
        { topic: 'trade', messageType: '^re.*x$', bindType: 1 },
      ],
    })
    const everything = await join(inner, {
      group: 'trade-all',
      bindings: [{ topic: 'trade', messageType: '*', bindType: 2 }],
    })
    const publisher = await join(inner, {
      group: 'trade-pub',
      publishes: ['trade'],
      onInquiry: () => 'commit',
    })
    await Promise.all([consumer, everything, publisher].map(connected))
    for (const messageType of ['t', 'regex'])
      await untilBound(publisher, consumer, 'trade', messageType)
    await untilBound(publisher, everything, 'trade', 'anything')
    await store(publisher, newHeader('trade'), 'direct')
    await store(publisher, newHeader('trade', { messageType: 'regex' }), 'matched')
    await store(publisher, newHeader('trade', { messageType: 'other' }), 'for all')
    const [kept, undone, open] = [0, 1, 2].map(() => newHeader('trade', { commit: false }))
    await store(publisher, kept!, 'committed')
    publisher.decide(kept!, 1)
    await store(publisher, undone!, 'rolled back')
    publisher.decide(undone!, 2)
    await store(publisher, open!, 'asked about')
    await publisher.until('an inquiry', () => publisher.inquiries.length === 1)
    assert.equal(publisher.inquiries[0]!.header.messageId, open!.messageId)
    await consumer.until('4 messages', () => stored(consumer).length === 4)
    await everything.until('5 messages', () => stored(everything).length === 5)
    assert.deepEqual(stored(consumer), ['direct', 'matched', 'committed', 'asked about'])
    assert.deepEqual(stored(everything), [
      ...['direct', 'matched', 'for all', 'committed', 'asked about'],
    ])
  })

  await t.test(
    'a node that is no JSON yet harms no other group, and holds once it is',
    async (inner) => {
      const publisher = await join(inner, { group: 'late-pub', publishes: ['late'] })
      const early = await join(inner, {
        group: 'late-early',
        bindings: [{ topic: 'late', messageType: 't', bindType: 0 }],
      })
      await Promise.all([publisher, early].map(connected))
      await untilBound(publisher, early, 'late', 't')
      const late = await join(inner, {
        group: 'late-late',
        bindings: [{ topic: 'late', messageType: 't', bindType: 0 }],
        beforeJson: async () => {
          await installation.brokers[0]!.line(/late-late-bind/)
          await store(publisher, newHeader('late'), 'meanwhile')
          await early.until('a message', () => stored(early).length === 1)
        },
      })
      await untilBound(publisher, late, 'late', 't')
      await store(publisher, newHeader('late'), 'after')
      await Promise.all([
        early.until('the message after', () => stored(early).length === 2),
        late.until('the message after', () => stored(late).length === 1),
      ])
      assert.deepEqual([stored(early), stored(late)], [['meanwhile', 'after'], ['after']])
    },
  )

  await t.test(
    'a broker that was killed is found again, also by who came meanwhile',
    async (inner) => {
      const bindings = [{ topic: 'back', messageType: 't', bindType: 0 }] as const
      const publisher = await join(inner, { group: 'back-pub', publishes: ['back'] })
      const consumer = await join(inner, { group: 'back-sub', bindings })
      await Promise.all([publisher, consumer].map(connected))
      await untilBound(publisher, consumer, 'back', 't')
      await installation.kill(address!)
      await publisher.until('the end of the connection', () => !publisher.isConnected(address!))
      const meanwhile = await join(inner, { group: 'back-late', publishes: ['back'] })
      assert.equal(meanwhile.isConnected(address!), false)
      await installation.restart(address!)
      await Promise.all([publisher, consumer, meanwhile].map(connected))
      await store(publisher, newHeader('back'), 'one')
      await store(meanwhile, newHeader('back'), 'two')
      await consumer.until('both', () => stored(consumer).length === 2)
      assert.deepEqual(stored(consumer).sort(), ['one', 'two'])
    },
  )
})
