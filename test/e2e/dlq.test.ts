// Dead letters by an operator's hand, on a real process: listed, shown, put back, taken back again, removed.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test, type TestContext } from 'node:test'
import { commands, type MessageHeader } from '../../src/net/packet.ts'
import type { BrokerProcess } from '../support/broker-process.ts'
import { kiteq, kiteqJson, startKiteq } from '../support/command-line.ts'
import { bodyIn, brokerFor, bytesOf, DoorClient, newId, textOf, within } from './door.ts'

const message = commands.bytesMessage

interface Letter {
  readonly id: string
  readonly group: string
  readonly topic: string
  readonly reason: string
  readonly attempts: number
  readonly feedback: string
}

async function joined(
  t: TestContext,
  broker: BrokerProcess,
  group: string,
  topics: readonly string[] = [],
): Promise<DoorClient> {
  const bindings = Object.fromEntries(topics.map((topic) => [topic, [{}]]))
  const client = await DoorClient.join(broker.port, group, bindings)
  t.after(() => client.close())
  return client
}

/** Publishes so many that the consumer refuses once, which is their limit; the ids. */
async function bury(
  publisher: DoorClient,
  consumer: DoorClient,
  topic: string,
  bodies: readonly Uint8Array[],
  fields: Partial<MessageHeader> = {},
): Promise<string[]> {
  const ids: string[] = []
  for (const body of bodies) {
    const id = newId()
    const header = { messageId: bytesOf(id), topic: bytesOf(topic), deliverLimit: 1, ...fields }
    assert.equal((await publisher.publish(header, body)).status, true)
    consumer.answer(await consumer.next(message), false, `no to ${id.slice(0, 4)}`)
    ids.push(id)
  }
  await consumer.heartBeat()
  return ids
}

const letters = (folder: readonly string[], ...args: string[]): Promise<Letter[]> =>
  kiteqJson<Letter[]>(['dlq', 'list', ...args, ...folder])

const bodies = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, at) => bytesOf(`body ${at}`))

test(
  'dead letters are listed by filter and shown whole, by a running broker and without one',
  within,
  async (t) => {
    const broker = await brokerFor(t)
    const folder = ['--data-dir', broker.dataDir]
    const consumer = await joined(t, broker, 's-dead', ['trade', 'feed'])
    const publisher = await joined(t, broker, 'p')
    const properties = [{ key: bytesOf('venue'), value: bytesOf('tokyo') }]
    const [text] = await bury(publisher, consumer, 'trade', [bytesOf('order 17')], { properties })
    const [binary] = await bury(publisher, consumer, 'feed', [Uint8Array.of(0, 1, 2, 0xff)])
    const both = await letters(folder)
    assert.deepEqual(
      both.map(({ id, group, topic, reason, attempts, feedback }) => ({
        id,
        group,
        topic,
        reason,
        attempts,
        feedback,
      })),
      [text!, binary!].map((id, at) => ({
        id,
        group: 's-dead',
        topic: ['trade', 'feed'][at],
        reason: 'limit',
        attempts: 1,
        feedback: `no to ${id.slice(0, 4)}`,
      })),
    )
    const ids = async (...args: string[]): Promise<string[]> =>
      (await letters(folder, ...args)).map(({ id }) => id)
    assert.deepEqual(await ids('--topic', 'feed'), [binary])
    assert.deepEqual(await ids('--group', 's-dead', '--limit', '1'), [text])
    assert.deepEqual(await ids('--reason', 'expired'), [])
    assert.deepEqual(await ids('--older-than', '1h'), [])
    const nobody = await kiteq(['dlq', 'list', '--group', 'nobody', ...folder])
    assert.deepEqual([nobody.code, nobody.stdout], [1, ''])
    assert.match(nobody.stderr, /KITEQ_NOT_FOUND: no group "nobody"/)
    const look = async (): Promise<void> => {
      const shown = await kiteq(['dlq', 'show', text!, ...folder])
      assert.equal(shown.code, 0, shown.stderr)
      for (const part of [
        `dead letter ${text} of group s-dead`,
        `limit, 1 attempt of at most 1`,
        `last feedback: "no to ${text!.slice(0, 4)}"`,
        'property venue = tokyo',
        'body, 8 bytes: order 17',
        'delivered',
      ])
        assert.ok(shown.stdout.includes(part), `${part} in ${shown.stdout}`)
      const hex = await kiteq(['dlq', 'show', binary!, ...folder])
      assert.match(hex.stdout, /body, 4 bytes, no text:\n {4}00000000 {2}00 01 02 ff +\.\.\.\./)
      assert.deepEqual(
        (await letters(folder)).map(({ id }) => id),
        [text, binary],
      )
    }
    await look()
    await broker.kill9()
    await look()
    const alone = await kiteq(['dlq', 'redrive', '--all', ...folder])
    assert.equal(alone.code, 69)
    assert.match(alone.stderr, /KITEQ_CLOSED: nobody serves/)
  },
)

test(
  'redriven messages are delivered with attempts counted anew, and one that expired is told of',
  within,
  async (t) => {
    const broker = await brokerFor(t)
    const folder = ['--data-dir', broker.dataDir]
    const consumer = await joined(t, broker, 's-redrive', ['trade'])
    const publisher = await joined(t, broker, 'p')
    const expiredTime = Math.floor(Date.now() / 1000) + 3
    const [old] = await bury(publisher, consumer, 'trade', bodies(1), { expiredTime })
    const [first, second] = await bury(publisher, consumer, 'trade', bodies(2))
    while (Date.now() <= expiredTime * 1000) await consumer.heartBeat()
    const nothing = await kiteq(['dlq', 'redrive', ...folder])
    assert.equal(nothing.code, 2)
    assert.match(nothing.stderr, /nothing says which dead letters/)
    const dry = await kiteq(['dlq', 'redrive', '--all', '--dry-run', ...folder])
    assert.match(dry.stdout, /^redrive: 2 of 3 dead letters would be put back\n {2}1 expired/)
    assert.equal((await letters(folder)).length, 3)
    const one = await kiteq(['dlq', 'redrive', first!, ...folder])
    assert.equal(one.code, 0, one.stderr)
    assert.match(
      one.stdout,
      /^redrive \d+: 1 of 1 dead letter put back\nundo .*--undo \d+ --data-dir .+\n$/,
    )
    const delivery = await consumer.next(message)
    assert.equal(textOf(bodyIn(delivery)), 'body 0')
    consumer.answer(delivery)
    await consumer.heartBeat()
    const rest = await kiteq(['dlq', 'redrive', '--group', 's-redrive', ...folder])
    assert.equal(rest.code, 1)
    assert.match(rest.stdout, /: 1 of 2 dead letters put back\n {2}1 expired: nobody would get it/)
    consumer.answer(await consumer.next(message), false, 'again no')
    await consumer.heartBeat()
    const left = await letters(folder)
    assert.deepEqual(
      left.map(({ id, attempts }) => [id, attempts]),
      [
        [old, 1],
        [second, 1],
      ],
    )
    const why = await kiteq(['why', second!, ...folder])
    assert.match(why.stdout, /redriven +s-redrive +by kiteq dlq, pid \d+, act \d+, was limit/)
  },
)

test(
  'an undo takes back what nobody was sent, also after a kill and with the reason it had',
  within,
  async (t) => {
    const broker = await brokerFor(t)
    const folder = ['--data-dir', broker.dataDir]
    const consumer = await joined(t, broker, 's-undo', ['trade'])
    const publisher = await joined(t, broker, 'p')
    const ids = await bury(publisher, consumer, 'trade', bodies(5))
    consumer.credit(1)
    await consumer.heartBeat()
    const before = await letters(folder)
    const redriven = await kiteqJson<{ act: number; redriven: number }>([
      ...['dlq', 'redrive', '--all', ...folder],
    ])
    assert.equal(redriven.redriven, 5)
    await consumer.next(message) // one was sent: it is the group's
    await broker.kill9()
    const next = await brokerFor(t, { dataDir: broker.dataDir })
    const undo = ['dlq', 'redrive', '--undo', String(redriven.act), ...folder]
    const dry = await kiteq([...undo, '--dry-run'])
    assert.match(dry.stdout, /4 of 5 would go back to the dead letters\n {2}1 sent or settled/)
    assert.equal((await letters(folder)).length, 0)
    const undone = await kiteq(undo)
    assert.equal(undone.code, 0, undone.stderr)
    assert.match(undone.stdout, /4 of 5 went back to the dead letters/)
    const back = await letters(folder)
    assert.deepEqual(back, before.slice(1), 'reason, feedback, attempts and time of death')
    const again = await kiteq(undo)
    assert.match(
      again.stdout,
      /0 of 5 went back .*\n {2}4 already undone by act \d+\n {2}1 sent or settled since: left as it is\n$/,
    )
    const whyNot = await kiteq(['why-not', ids[1]!, 's-undo', ...folder])
    assert.match(whyNot.stdout, /used up, last feedback "no to ...."/)
    const two = await joined(t, next, 's-undo')
    assert.equal(textOf(bodyIn(await two.next(message))), 'body 0')
    await two.heartBeat()
    assert.equal(two.frames.length, 0)
    const wrong = await kiteq(['dlq', 'redrive', '--undo', String(redriven.act + 1), ...folder])
    assert.equal(wrong.code, 1)
    assert.match(wrong.stderr, /KITEQ_NOT_FOUND: no redrive \d+ in .*kiteq dump --kind operator/)
    await next.kill9()
    assert.deepEqual(await letters(folder), before.slice(1), 'also after a start')
  },
)

test(
  'Control-C ends a redrive between two slices: what is done stays done and is told',
  within,
  async (t) => {
    const broker = await brokerFor(t)
    const folder = ['--data-dir', broker.dataDir]
    const consumer = await joined(t, broker, 's-slow', ['trade'])
    const publisher = await joined(t, broker, 'p')
    await bury(publisher, consumer, 'trade', bodies(20))
    const { child, ended } = startKiteq(['dlq', 'redrive', '--all', '--rate', '2/s', ...folder])
    for (let i = 0; i < 2; i++) consumer.answer(await consumer.next(message))
    child.kill('SIGINT')
    const { code, stdout } = await ended
    assert.equal(code, 1)
    const [, done, left] =
      /(\d+) of 20 dead letters put back[^]* (\d+) left as they were/.exec(stdout) ?? []
    assert.ok(Number(done) >= 2 && Number(done) < 20, stdout)
    assert.equal(Number(done) + Number(left), 20)
    assert.equal((await letters(folder)).length, Number(left))
  },
)

test('a purge asks for --yes, removes and is on record', within, async (t) => {
  const broker = await brokerFor(t)
  const folder = ['--data-dir', broker.dataDir]
  const consumer = await joined(t, broker, 's-purge', ['trade', 'feed'])
  const publisher = await joined(t, broker, 'p')
  const [id] = await bury(publisher, consumer, 'trade', bodies(1))
  await bury(publisher, consumer, 'feed', bodies(600))
  const asked = await kiteq(['dlq', 'purge', '--topic', 'feed', ...folder])
  assert.equal(asked.code, 2)
  assert.match(asked.stderr, /would remove 600 dead letters; expected --yes/)
  const dry = await kiteq(['dlq', 'purge', '--topic', 'feed', '--dry-run', ...folder])
  assert.match(dry.stdout, /600 of 600 dead letters would be removed/)
  const done = await kiteq(['dlq', 'purge', '--topic', 'feed', '--yes', ...folder])
  assert.deepEqual([done.code, done.stdout], [0, 'purge: 600 of 600 dead letters removed\n'])
  assert.deepEqual(
    (await letters(folder)).map((one) => one.id),
    [id],
  )
  const { stdout } = await kiteq(['dump', '--kind', 'operator', ...folder])
  assert.match(stdout, /"action":"purge","detail":"topic feed"/)
  await once(consumer.socket.end(), 'close')
  await broker.kill9()
  const next = await brokerFor(t, { dataDir: broker.dataDir })
  assert.deepEqual(
    (await letters(folder)).map((one) => one.id),
    [id],
  )
  await next.stop()
})
