// `kiteq archive restore`: what an archive holds, published again to a broker that never had it; what is left out, and where a
// stopped one goes on. A real MariaDB, brokers at their doors.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, before, test, type TestContext } from 'node:test'
import { restoreSelected, type RestoreOptions } from '../../src/cli/archive-restore.ts'
import { ownerEnd } from '../../src/cli/folder.ts'
import { connect, type Client } from '../../src/client/client.ts'
import type { Message } from '../../src/client/message.ts'
import { loadConfig } from '../../src/config.ts'
import { startBroker, type RunningBroker } from '../../src/kiteq.ts'
import { commands } from '../../src/net/packet.ts'
import { addressOf, archive, writeMessages } from '../support/archive-log.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { kiteq } from '../support/command-line.ts'
import { mariaDb, missingMariaDb, type MariaDb } from '../support/mariadb-server.ts'
import { bytesOf, DoorClient } from './door.ts'

const skip = missingMariaDb()
const options = { skip, timeout: 60_000 }
let server: MariaDb
let databases = 0

before(async () => {
  if (skip === false) server = await mariaDb()
})
after(async () => {
  if (skip === false) await server.remove()
})

const newDb = (): string => `restored_${++databases}`

interface Broker {
  readonly dataDir: string
  readonly running: RunningBroker
}

async function brokerFor(t: TestContext): Promise<Broker> {
  const dataDir = temporaryFolder('archive-restore')
  const config = loadConfig({ dataDir, listen: '127.0.0.1:0', http: 'off', topics: '*' }, () => '')
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

/** What a group that wants all of `trade` gets. */
class Arrivals {
  readonly #messages: Message[] = []
  readonly #waiting: (() => void)[] = []

  static async at(t: TestContext, broker: Broker): Promise<Arrivals> {
    const found = new Arrivals()
    const client = await clientFor(t, broker, 'all')
    await client.subscribe({ topic: 'trade', bindings: [{ kind: 'fanout' }] }, (message) => {
      found.#messages.push(message)
      for (const wake of found.#waiting.splice(0)) wake()
    })
    return found
  }

  async count(count: number): Promise<readonly Message[]> {
    while (this.#messages.length < count)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.#messages
  }
}

function contentOf(message: Message): unknown {
  const { topic, type, form, headers, properties } = message
  const { expiresAt, deliverLimit, snappy } = headers
  const body = Buffer.from(message.bytes()).toString('hex')
  return { topic, type, form, expiresAt, deliverLimit, snappy, properties, body }
}

function optionsOf(db: string, into: string, more: Partial<RestoreOptions> = {}): RestoreOptions {
  const { host, port, user, password } = server
  const mysql = `mysql://${user}:${password}@${host}:${port}/${db}`
  return { mysql, into, from: 'earliest', to: 'latest', group: 'restored', window: 16, ...more }
}

type Restored = Awaited<ReturnType<typeof restoreSelected>>['result']

async function restored(wanted: RestoreOptions): Promise<Restored> {
  const { result, failure } = await restoreSelected(wanted, new AbortController().signal)
  assert.equal(failure, undefined)
  return result
}

/** Of a folder in use. */
function archiveOf({ dataDir }: Broker, db: string): ReturnType<typeof archive> {
  return archive(dataDir, addressOf(server, db), { watermark: () => ownerEnd(dataDir) })
}

/** As a client of the original sends it: any bytes. */
async function publishRaw(broker: Broker): Promise<void> {
  const port = Number(broker.running.address.split(':').at(-1))
  const door = await DoorClient.join(port, 'raw')
  const header = { topic: bytesOf('trade'), messageType: bytesOf('a\\x41 \\#1 🪁') }
  const answer = await door.publish(header, Uint8Array.of(0xff, 0xfe, 0x41), commands.stringMessage)
  assert.ok(answer.status, answer.feedback)
  const odd = { topic: Uint8Array.of(0x74, 0xff), messageType: bytesOf('odd name') }
  assert.ok((await door.publish(odd, bytesOf('x'))).status, 'a name that is no UTF-8 is stored')
  door.close()
}

test(
  'what was published and committed comes out of the archive as it went in',
  options,
  async (t) => {
    const source = await brokerFor(t)
    const target = await brokerFor(t)
    const client = await clientFor(t, source, 'shop')
    const before = await Arrivals.at(t, source)
    const arriving = await Arrivals.at(t, target)
    const text = 'a text that packs well, well, well, well'
    const expiresAt = new Date(Math.floor(Date.now() / 1000 + 3600) * 1000)
    const trade = { topic: 'trade', type: 'pay' }
    await client.publish({
      ...trade,
      body: 'plain',
      properties: { venue: 'tokyo', 'a\\x41': '🪁' },
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
    const db = newDb()
    await archiveOf(source, db)
    const result = await restored(optionsOf(db, target.running.address))
    assert.deepEqual(result.tally.skipped, { expired: 0, unreadable: 1, lost: 0 })
    assert.deepEqual([result.tally.stored, result.tally.refused, result.next], [6, 0, undefined])
    const copies = await arriving.count(6)
    assert.deepEqual(copies.map(contentOf), originals.map(contentOf))
    assert.equal(new Set([...originals, ...copies].map(({ id }) => id)).size, 12, 'every id is new')
  },
)

test(
  'topic, type, id and range select, a limit tells where to go on, a dry run only tells',
  options,
  async (t) => {
    const source = await brokerFor(t)
    const client = await clientFor(t, source, 'shop')
    const bodies = ['one', 'two', 'three', 'four']
    for (const [n, body] of bodies.entries())
      await client.publish({
        topic: n === 2 ? 'other' : 'trade',
        type: n === 1 ? 'cancel' : 'pay',
        body,
      })
    const { id } = await client.publish({ topic: 'trade', type: 'pay', body: 'by id' })
    const db = newDb()
    const { next } = await archiveOf(source, db)
    const target = await brokerFor(t)
    const arriving = await Arrivals.at(t, target)
    const into = target.running.address
    const kindsOf = ({ tally }: Restored): unknown[] =>
      [...tally.kinds.values()].map(({ topic, type, count }) => [topic, type, count])
    const dryRun = true
    const trade = await restored(optionsOf(db, into, { dryRun, topic: 'trade' }))
    assert.deepEqual(kindsOf(trade), [
      ['trade', 'pay', 3],
      ['trade', 'cancel', 1],
    ])
    const last = String(trade.tally.lastOffset)
    assert.deepEqual(kindsOf(await restored(optionsOf(db, into, { dryRun, from: last }))), [
      ['trade', 'pay', 1],
    ])
    assert.equal((await restored(optionsOf(db, into, { dryRun, to: last }))).tally.sent, 4)
    const early = { dryRun, to: '2020-01-01' } as const
    assert.equal((await restored(optionsOf(db, into, early))).tally.sent, 0)
    assert.equal(
      (await restored(optionsOf(db, into, { dryRun, from: '2020-01-01' }))).tally.sent,
      5,
    )
    assert.equal(target.running.loop.state.messages.count, 0)
    const some = await restored(optionsOf(db, into, { limit: 2 }))
    assert.equal(some.tally.stored, 2)
    const rest = await restored(optionsOf(db, into, { from: String(some.next), stableIds: true }))
    assert.equal(rest.tally.stored, 3)
    const again = await restored(optionsOf(db, into, { id, stableIds: true }))
    assert.equal(again.tally.stored, 1)
    assert.deepEqual(
      (await arriving.count(4)).map((one) => one.text()),
      ['one', 'two', 'four', 'by id'],
    )
    assert.equal(
      target.running.loop.state.messages.count,
      5,
      'the same id again is the same message',
    )
    const wrong = restored(optionsOf(db, into, { dryRun, from: String(next + 1) }))
    await assert.rejects(wrong, { code: 'KITEQ_USAGE', message: /where the archive ends/ })
  },
)

test(
  'the command says what it does; of several logs it wants to be told which',
  options,
  async (t) => {
    const dirs = ['a', 'b'].map((name) => temporaryFolder(`archive-restore-${name}`))
    t.after(() => {
      for (const dir of dirs) rmSync(dir, { recursive: true, force: true })
    })
    const db = newDb()
    const seconds = Math.floor(Date.now() / 1000)
    const logs: string[] = []
    for (const [n, dir] of dirs.entries()) {
      const messages = Array.from({ length: 3 }, () => ({ body: Buffer.from('x') }))
      await writeMessages(dir, messages, 1, (seconds - n * 100_000) * 1000)
      await archive(dir, addressOf(server, db))
      // Logs of tests all have the same id.
      const id = String(n).repeat(32)
      await server.query(`UPDATE ${db}.logs SET log_id = ? WHERE number = ?`, [id, n + 1])
      logs.push(id)
    }
    const { host, port, user, password } = server
    const env = { KITEQ_MYSQL_PASSWORD: password }
    const mysql = `mysql://${user}@${host}:${port}/${db}`
    const args = ['archive', 'restore', '--into', '127.0.0.1:9', '--mysql', mysql, '--dry-run']
    const both = await kiteq(args, { env })
    assert.equal(both.code, 2, both.stderr)
    assert.ok(
      logs.every((log) => both.stderr.includes(log)),
      both.stderr,
    )
    const one = await kiteq([...args, '--log', logs[0]!], { env })
    assert.deepEqual([one.code, one.stderr], [0, ''])
    assert.match(one.stdout, /^would publish 3 messages of 3 bytes/)
    await server.query(
      `INSERT INTO ${db}.gaps (log, first, behind, why, noted_at) VALUES (1, 1, 2, 'dropped', NOW())`,
    )
    const gap = await kiteq([...args, '--log', logs[0]!], { env })
    assert.deepEqual(
      [gap.code, gap.stderr],
      [1, 'kiteq: 1 record of this stretch are in gaps of the archive\n'],
      'records that are not there went unmentioned',
    )
    const old = await kiteq([...args, '--log', logs[1]!, '--json'], { env })
    const said = JSON.parse(old.stdout) as { messages: number; skipped: { expired: number } }
    assert.deepEqual([said.messages, said.skipped.expired], [0, 3])
    const kept = await kiteq([...args, '--log', logs[1]!, '--keep-expired-as', '60'], { env })
    assert.match(kept.stdout, /^would publish 3 messages/)
  },
)
