// `kiteq replay --into`: what a log holds, published again to another broker; what is left out, refused and stopped.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test, type TestContext } from 'node:test'
import { linesOf, publishSelected, type ReplayIntoOptions } from '../../src/cli/replay-into.ts'
import { connect, type Client } from '../../src/client/client.ts'
import type { Message } from '../../src/client/message.ts'
import { loadConfig } from '../../src/config.ts'
import { startBroker, type RunningBroker } from '../../src/kiteq.ts'
import { commands } from '../../src/net/packet.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { bytesOf, DoorClient } from './door.ts'
import { startKiteq, type RunningCommand } from '../support/command-line.ts'

const within = { timeout: 60_000 }

interface Broker {
  readonly dataDir: string
  readonly running: RunningBroker
}

async function brokerFor(t: TestContext, topics = '*'): Promise<Broker> {
  const dataDir = temporaryFolder('replay-into')
  const config = loadConfig({ dataDir, listen: '127.0.0.1:0', http: 'off', topics }, () => '')
  const running = await startBroker(config)
  t.after(async () => {
    await running.close()
    rmSync(dataDir, { recursive: true, force: true })
  })
  return { dataDir, running }
}

async function clientFor(t: TestContext, { running }: Broker, group: string): Promise<Client> {
  const client = await connect({ address: running.address, group })
  t.after(() => client.close({ drainMs: 0 }))
  return client
}

/** What a group that wants everything gets, in the order it comes. */
async function arrivals(t: TestContext, broker: Broker, topics: string[]): Promise<Arrivals> {
  const client = await clientFor(t, broker, 'all')
  const found = new Arrivals()
  for (const topic of topics)
    await client.subscribe({ topic, bindings: [{ kind: 'fanout' }] }, (message) => {
      found.add(message)
    })
  return found
}

class Arrivals {
  readonly messages: Message[] = []
  readonly #waiting: (() => void)[] = []

  add(message: Message): void {
    this.messages.push(message)
    for (const wake of this.#waiting.splice(0)) wake()
  }

  async count(count: number): Promise<readonly Message[]> {
    while (this.messages.length < count)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.messages
  }
}

function optionsOf(
  from: Broker,
  into: Broker,
  more: Partial<ReplayIntoOptions> = {},
): ReplayIntoOptions {
  const { dataDir } = from
  const defaults = { group: 'replayed', rate: Infinity, window: 16, limit: Infinity }
  return { dataDir, into: into.running.address, ...defaults, ...more }
}

async function replayed(
  options: ReplayIntoOptions,
): Promise<Awaited<ReturnType<typeof publishSelected>>['result']> {
  const { result, failure } = await publishSelected(options, new AbortController().signal)
  assert.equal(failure, undefined)
  return result
}

/** As a client of the original sends it: any bytes. */
async function publishRaw(broker: Broker): Promise<void> {
  const port = Number(broker.running.address.split(':').at(-1))
  const door = await DoorClient.join(port, 'raw')
  const header = { topic: bytesOf('trade'), messageType: bytesOf('raw') }
  const answer = await door.publish(header, Uint8Array.of(0xff, 0xfe, 0x41), commands.stringMessage)
  assert.ok(answer.status, answer.feedback)
  const odd = { topic: Uint8Array.of(0x74, 0xff), messageType: bytesOf('odd name') }
  assert.ok((await door.publish(odd, bytesOf('x'))).status)
  door.close()
}

test(
  'what was published and committed arrives again as it was, under new ids',
  within,
  async (t) => {
    const source = await brokerFor(t)
    const target = await brokerFor(t)
    const client = await clientFor(t, source, 'shop')
    const before = await arrivals(t, source, ['trade'])
    const after = await arrivals(t, target, ['trade'])
    const text = 'a text that packs well, well, well, well'
    const expiresAt = new Date(Math.floor(Date.now() / 1000 + 3600) * 1000)
    const trade = { topic: 'trade', type: 'pay' }
    await client.publish({
      ...trade,
      body: 'plain',
      properties: { venue: 'tokyo', __proto__x: '' },
    })
    await client.publish({ ...trade, body: Uint8Array.of(0, 255, 1), deliverLimit: 3, expiresAt })
    await client.publish({ ...trade, body: text, snappy: true })
    await client.publish({ ...trade, body: Buffer.from(text), snappy: true })
    await publishRaw(source)
    await client.publishInTransaction({ ...trade, type: 'committed', body: 'c' }, () => undefined)
    const no = new Error('no')
    const rolledBack = client.publishInTransaction({ ...trade, body: 'rolled back' }, () => {
      throw no
    })
    await assert.rejects(rolledBack, no)
    const originals = await before.count(6)
    const result = await replayed(optionsOf(source, target))
    assert.deepEqual(result.tally.skipped, { expired: 0, unreadable: 1, lost: 0 })
    assert.deepEqual([result.tally.stored, result.tally.refused, result.next], [6, 0, undefined])
    const copies = await after.count(6)
    assert.deepEqual(copies.map(contentOf), originals.map(contentOf))
    const ids = new Set([...originals, ...copies].map(({ id }) => id))
    assert.equal(ids.size, 12, 'every id is new')
    assert.deepEqual(new Set(copies.map(({ group }) => group)), new Set(['replayed']))
  },
)

function contentOf(message: Message): unknown {
  const { topic, type, form, headers, properties } = message
  const { expiresAt, deliverLimit, snappy } = headers
  const body = Buffer.from(message.bytes()).toString('hex')
  return { topic, type, form, expiresAt, deliverLimit, snappy, properties, body }
}

test('topic, type, id and range select; a dry run only tells', within, async (t) => {
  const source = await brokerFor(t)
  const target = await brokerFor(t)
  const client = await clientFor(t, source, 'shop')
  for (const [topic, type, body] of [
    ['trade', 'pay', 'one'],
    ['trade', 'cancel', 'two'],
    ['other', 'pay', 'three'],
    ['trade', 'pay', 'four'],
  ] as const)
    await client.publish({ topic, type, body })
  const { id } = await client.publish({ topic: 'trade', type: 'pay', body: 'by id' })
  const dry = await replayed(optionsOf(source, target, { topic: 'trade', dryRun: true }))
  assert.deepEqual(
    [...dry.tally.kinds.values()].map(({ topic, type, count }) => [topic, type, count]),
    [
      ['trade', 'pay', 3],
      ['trade', 'cancel', 1],
    ],
  )
  assert.match(
    linesOf(dry)[0]!,
    /^would publish 4 messages of 15 bytes to 127\.0\.0\.1:\d+, records/,
  )
  assert.equal(target.running.loop.state.messages.count, 0)
  const after = await arrivals(t, target, ['trade', 'other'])
  await replayed(optionsOf(source, target, { topic: 'trade', type: 'pay', limit: 1 }))
  await replayed(optionsOf(source, target, { id }))
  const from = String(dry.tally.lastOffset! + 1)
  assert.equal((await replayed(optionsOf(source, target, { from }))).tally.sent, 0)
  const until = String(dry.tally.firstOffset!)
  assert.equal((await replayed(optionsOf(source, target, { until }))).tally.sent, 0)
  await assert.rejects(replayed(optionsOf(source, target, { from, until })), {
    code: 'KITEQ_USAGE',
  })
  assert.deepEqual(
    (await after.count(2)).map((one) => one.text()),
    ['one', 'by id'],
  )
})

test(
  'a limit tells where to go on; a commit in the range finds what was prepared before',
  within,
  async (t) => {
    const source = await brokerFor(t)
    const target = await brokerFor(t)
    const client = await clientFor(t, source, 'shop')
    const between: number[] = []
    const { state } = source.running.loop
    await client.publishInTransaction(
      { topic: 'trade', type: 'x', body: 'committed' },
      async () => {
        await client.publish({ topic: 'trade', type: 'x', body: 'one' })
        between.push(state.nextOffset)
      },
    )
    await client.publish({ topic: 'trade', type: 'y', body: 'not this type' })
    for (const body of ['two', 'three']) await client.publish({ topic: 'trade', type: 'x', body })
    const after = await arrivals(t, target, ['trade'])
    const first = await replayed(
      optionsOf(source, target, { type: 'x', from: String(between[0]!), limit: 2 }),
    )
    assert.match(linesOf(first).at(-1)!, /^stopped before record \d+; go on with: --from \d+$/)
    await replayed(optionsOf(source, target, { type: 'x', from: String(first.next) }))
    assert.deepEqual(
      (await after.count(3)).map((one) => one.text()),
      ['committed', 'two', 'three'],
    )
  },
)

test('with stable ids a replay may be run again, without them it doubles', within, async (t) => {
  const source = await brokerFor(t)
  const target = await brokerFor(t)
  const client = await clientFor(t, source, 'shop')
  await client.publishInTransaction({ topic: 'trade', type: 'x', body: 'one' }, () => undefined)
  await client.publish({ topic: 'trade', type: 'x', body: 'two' }) // its ack says that the commit is safe, too
  const late = await clientFor(t, target, 'late')
  await late.bind('trade', [{ kind: 'fanout' }])
  const { state } = target.running.loop
  for (let round = 0; round < 2; round++) {
    const { tally } = await replayed(optionsOf(source, target, { stableIds: true }))
    assert.deepEqual([tally.stored, tally.refused, state.liveCount], [2, 0, 2])
  }
  await replayed(optionsOf(source, target))
  assert.equal(state.liveCount, 4)
})

test('the expired are skipped, or get a new life', within, async (t) => {
  const source = await brokerFor(t)
  const target = await brokerFor(t)
  const client = await clientFor(t, source, 'shop')
  const soon = Math.ceil(Date.now() / 1000) + 1 // not before it is published
  const message = { topic: 'trade', type: 'x', expiresAt: new Date(soon * 1000), body: 'old' }
  await client.publish(message)
  while (Date.now() < soon * 1000) await new Promise((resolve) => setTimeout(resolve, 20))
  const skipped = await replayed(optionsOf(source, target))
  assert.deepEqual([skipped.tally.sent, skipped.tally.skipped.expired], [0, 1])
  assert.ok(linesOf(skipped).includes('skipped 1 message: expired'))
  const after = await arrivals(t, target, ['trade'])
  await replayed(optionsOf(source, target, { keepExpiredAs: 600 }))
  const lifeMs = (await after.count(1))[0]!.headers.expiresAt.getTime() - Date.now()
  assert.ok(lifeMs > 590_000 && lifeMs <= 600_000, `${lifeMs} ms to live`)
})

function start(args: readonly string[]): RunningCommand {
  return startKiteq(['replay', ...args])
}

test(
  'the command: refusals end it with 1 and their reason, wrong options with 2',
  within,
  async (t) => {
    const source = await brokerFor(t)
    const target = await brokerFor(t, 'trade')
    const client = await clientFor(t, source, 'shop')
    await client.publish({ topic: 'trade', type: 'x', body: 'one' })
    await client.publish({ topic: 'other', type: 'x', body: 'two' })
    const folder = ['--data-dir', source.dataDir]
    const into = ['--into', target.running.address]
    const { code, stdout } = await start([...folder, ...into]).ended
    assert.equal(code, 1)
    assert.match(stdout, /^1 stored in 127\.0\.0\.1:\d+, 1 refused, \d+\/s, records \d+ to \d+\n/)
    assert.match(stdout, /\nrefused 1: UnSupport Topic Message! \(the first: record \d+\)\n$/)
    const json = await start([...folder, ...into, '--topic', 'trade', '--json']).ended
    assert.equal(json.code, 0, json.stderr)
    const { stored, next, skipped } = JSON.parse(json.stdout) as Record<string, unknown>
    assert.deepEqual([stored, next, skipped], [1, null, { expired: 0, unreadable: 0, lost: 0 }])
    const wrong: [string[], number, RegExp][] = [
      [[...folder, '--topic', 'trade', '--until', '3'], 2, /--topic goes only with --into/],
      [[...folder, ...into, '--diff', '3'], 2, /--into does not go with --diff/],
      [[...folder, ...into, '--rate', '0'], 2, /Expected an integer from 1/],
      [[...folder, ...into, '--id', 'zz'], 2, /expected 32 hex digits/],
      [[...folder, '--into', '127.0.0.1:1'], 69, /KITEQ_CLOSED: no broker at 127\.0\.0\.1:1/],
    ]
    for (const [args, expected, message] of wrong) {
      const ended = await start(args).ended
      assert.equal(ended.code, expected, `${args.join(' ')}: ${ended.stderr}`)
      assert.match(ended.stderr, message)
    }
  },
)

test(
  'stopped by Control-C it says where to go on, and nothing is lost or doubled',
  within,
  async (t) => {
    const source = await brokerFor(t)
    const target = await brokerFor(t)
    const client = await clientFor(t, source, 'shop')
    const count = 200
    for (let n = 0; n < count; n++)
      await client.publish({ topic: 'trade', type: 'x', body: `${n}` })
    const after = await arrivals(t, target, ['trade'])
    const args = ['--data-dir', source.dataDir, '--into', target.running.address]
    const slow = start([...args, '--rate', '50'])
    await after.count(20)
    slow.child.kill('SIGINT')
    const { code, stdout } = await slow.ended
    assert.equal(code, 1)
    const from = /\nstopped before record (\d+); go on with: --from \1\n$/.exec(stdout)?.[1]
    assert.ok(from !== undefined, stdout)
    assert.ok(after.messages.length < count, 'it was stopped before its end')
    const rest = await start([...args, '--from', from]).ended
    assert.equal(rest.code, 0, rest.stderr)
    const bodies = (await after.count(count)).map((one) => one.text())
    assert.deepEqual(
      bodies,
      Array.from({ length: count }, (_, n) => `${n}`),
    )
  },
)

test(
  'a broker that goes away is told at once, and how many may be stored without an answer',
  within,
  async (t) => {
    const source = await brokerFor(t)
    const target = await brokerFor(t)
    const client = await clientFor(t, source, 'shop')
    for (let n = 0; n < 100; n++) await client.publish({ topic: 'trade', type: 'x', body: `${n}` })
    const after = await arrivals(t, target, ['trade'])
    const args = ['--data-dir', source.dataDir, '--into', target.running.address]
    const slow = start([...args, '--rate', '50'])
    await after.count(10)
    await target.running.close()
    const lostMs = performance.now()
    await slow.said('the connection to')
    assert.ok(performance.now() - lostMs < 5_000, 'long before it gives up')
    const { code, stdout, stderr } = await slow.ended
    assert.equal(code, 69, stderr)
    const [, next] = /go on with: --from (\d+)\n$/.exec(stderr) ?? []
    assert.ok(next !== undefined, stderr)
    assert.match(stdout, new RegExp(`go on with: --from ${next}`))
  },
)
