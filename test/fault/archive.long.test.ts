// Broker, archiver and MariaDB as real processes under load, each killed in its turn, away, or out of disk: in the end the
// archive is the log, every row once.

import assert from 'node:assert/strict'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { connect } from '../../src/client/client.ts'
import { startBroker, temporaryFolder, type BrokerProcess } from '../support/broker-process.ts'
import { writeMessages } from '../support/archive-log.ts'
import { KillLoad } from '../support/kill-load.ts'
import { mariaDb, missingMariaDb, type MariaDb } from '../support/mariadb-server.ts'
import { program } from '../support/program.ts'
import { randomOf } from '../support/seeded-random.ts'
import { WirePeer } from '../support/wire-peer.ts'

const skip = missingMariaDb()
const options = { skip }
const messages = Number(process.env['ARCHIVE_MESSAGES'] ?? '20000')
const kills = Number(process.env['ARCHIVE_KILLS'] ?? '6')
const awaySeconds = Number(process.env['ARCHIVE_AWAY_SECONDS'] ?? '10')
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9))
const db = 'kiteq_archive'
const config = '[transactions]\ninquiryFirstSeconds = 0.5\ninquiryMaxSeconds = 2\n'

interface Verified {
  readonly equal: boolean
  readonly place: number
  readonly gaps: readonly unknown[]
  readonly tables: readonly {
    readonly name: string
    readonly log: number
    readonly archive: number
  }[]
}

function urlOf({ host, port, user }: MariaDb): string {
  return `mysql://${user}@${host}:${port}/${db}`
}

/** A process of `kiteq archive …`; not bounded in time. */
class Command {
  readonly child: ChildProcess
  readonly ended: Promise<unknown>
  stdout = ''
  stderr = ''

  constructor(server: MariaDb, dataDir: string, args: readonly string[]) {
    const words = ['archive', ...args, '--data-dir', dataDir, '--mysql', urlOf(server)]
    this.child = spawn(process.execPath, [...program, ...words], {
      cwd: path.resolve(import.meta.dirname, '../..'),
      env: { ...process.env, KITEQ_MYSQL_PASSWORD: server.password },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stdout!.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()))
    this.child.stderr!.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()))
    this.ended = once(this.child, 'close')
  }

  get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  async kill9(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.ended
  }
}

/** What is in the log by now, and then that the archive is exactly that. */
async function expectEqual(server: MariaDb, dataDir: string): Promise<Verified> {
  const rest = new Command(server, dataDir, ['--json'])
  await rest.ended
  assert.equal(rest.child.exitCode, 0, rest.stderr)
  const verify = new Command(server, dataDir, ['verify', '--json'])
  await verify.ended
  assert.equal(verify.child.exitCode, 0, verify.stdout + verify.stderr)
  const verified = JSON.parse(verify.stdout) as Verified
  assert.ok(verified.equal, verify.stdout)
  for (const { name, log, archive } of verified.tables) assert.equal(archive, log, name)
  return verified
}

async function countOf(server: MariaDb, what: string, from: string): Promise<number> {
  const [row] = await server.query(`SELECT ${what} AS n FROM ${db}.${from}`)
  return Number(row!['n'])
}

/** A group that refuses now and then what it gets. */
async function pickyGroup(port: number, random: () => number): Promise<WirePeer> {
  const peer: WirePeer = new WirePeer(port, 'picky', {
    received: (message) => message.answer(random() > 0.1, 'not now'),
  })
  await peer.ready
  await peer.bind('trade', [{ bindType: 'fanout' }])
  peer.credit(128)
  return peer
}

test(
  `${messages} messages are archived once while ${kills} kills hit broker, archiver and MariaDB in turn`,
  options,
  async (t) => {
    console.log(`archive: SEED=${seed} ARCHIVE_MESSAGES=${messages} ARCHIVE_KILLS=${kills}`)
    const random = randomOf(seed)
    const server = await mariaDb()
    t.after(() => server.remove())
    const dataDir = temporaryFolder('archive-kills')
    t.after(() => rmSync(dataDir, { recursive: true, force: true }))
    const load = new KillLoad(seed)
    let broker = await startBroker({ dataDir, config })
    t.after(() => broker.kill9())
    let archiver = new Command(server, dataDir, ['--follow'])
    t.after(() => archiver.kill9())
    let picky = await pickyGroup(broker.port, random)
    await load.start(broker.port)
    let ends = 0
    /** It may end when the broker goes in the middle of an answer; whoever watches over it starts it again. */
    const watched = (): Command => {
      if (!archiver.isOver) return archiver
      ends++
      console.log(`archive: the archiver ended: ${archiver.stderr.trim()}`)
      return (archiver = new Command(server, dataDir, ['--follow']))
    }
    for (let kill = 0; kill < kills; kill++) {
      const enough = Math.ceil((messages * (kill + 1)) / (kills + 1))
      while (load.report().acked < enough) await wait(Math.max(100, messages / 1000)) // a report looks at all
      await wait(random() * 200)
      watched()
      if (kill % 3 === 0) {
        load.killed()
        await broker.kill9()
        await load.disconnect()
        picky.close()
        broker = await startBroker({ dataDir, config })
        picky = await pickyGroup(broker.port, random)
        await load.start(broker.port)
      } else if (kill % 3 === 1) {
        await archiver.kill9()
        archiver = new Command(server, dataDir, ['--follow'])
      } else {
        await server.kill()
        await wait(random() * 500)
        await server.start()
      }
    }
    while (load.report().acked < messages) await wait(100)
    load.pause()
    await load.disconnect()
    picky.close()
    await load.start(broker.port, false)
    await load.quiet(6_000)
    load.pause()
    await load.disconnect()
    archiver.child.kill('SIGTERM')
    await archiver.ended
    await broker.stop()
    const { tables } = await expectEqual(server, dataDir)
    const report = load.report()
    const archived = await countOf(server, 'COUNT(DISTINCT id)', "messages WHERE topic = 'trade'")
    const rows = tables.map(({ name, archive }) => `${archive} ${name}`).join(', ')
    console.log(
      `archive: ${report.acked} acked, ${archived} archived; ${rows}; ${ends} ends of the archiver by itself`,
    )
    assert.equal(
      await countOf(server, 'COUNT(*)', "messages WHERE topic = 'trade'"),
      archived,
      'no id twice',
    )
    assert.ok(
      archived >= report.acked && archived <= report.published,
      'all that was acked, nothing else',
    )
    assert.deepEqual([report.lost, report.altered], [[], []])
    assert.equal(await countOf(server, 'COUNT(*)', 'gaps'), 0)
    assert.equal(ends, 0, 'the archiver waits for whoever is away')
  },
)

/** Ack times of publishes, ms, about every 5 ms one. */
async function pace(broker: BrokerProcess, forMs: number): Promise<number[]> {
  const client = await connect({ address: broker.address, group: 'shop' })
  const times: number[] = []
  const sent: Promise<unknown>[] = []
  const startMs = performance.now()
  for (let n = 0; performance.now() - startMs < forMs; n++) {
    const atMs = performance.now()
    const body = `${n} `.padEnd(200, 'x')
    sent.push(
      client
        .publish({ topic: 'trade', type: 'pay', body })
        .then(() => times.push(performance.now() - atMs)),
    )
    await wait(5)
  }
  await Promise.all(sent)
  await client.close()
  return times.sort((a, b) => a - b)
}

test(
  `MariaDB is away for ${awaySeconds} s under load: publishing does not notice, and nothing is missing`,
  options,
  async (t) => {
    const server = await mariaDb()
    t.after(() => server.remove())
    const dataDir = temporaryFolder('archive-away')
    t.after(() => rmSync(dataDir, { recursive: true, force: true }))
    const env = { KITEQ_MYSQL_PASSWORD: server.password }
    const broker = await startBroker({
      dataDir,
      env,
      config: `[archive]\nmysql = "${urlOf(server)}"\n`,
    })
    t.after(() => broker.kill9())
    const consumer: WirePeer = new WirePeer(broker.port, 'billing', {
      received: (message) => message.answer(true),
    })
    await consumer.ready
    await consumer.bind('trade', [{ bindType: 'fanout' }])
    consumer.credit(512)
    await broker.line(/the archive is connected/)
    const before = await pace(broker, Math.min(5_000, awaySeconds * 500))
    await server.kill()
    const away = await pace(broker, awaySeconds * 1000)
    await broker.line(/the archive cannot be reached/)
    await server.start()
    const after = await pace(broker, 1_000)
    await broker.line(/the archive has caught up/)
    consumer.close()
    await broker.stop()
    const { gaps } = await expectEqual(server, dataDir)
    assert.deepEqual(gaps, [])
    assert.equal(
      await countOf(server, 'COUNT(*)', 'messages'),
      before.length + away.length + after.length,
    )
    const [usual, meanwhile] = [middle(before), middle(away)]
    console.log(
      `archive: acks took ${usual.toFixed(1)} ms, ${meanwhile.toFixed(1)} ms while MariaDB was away`,
    )
    // Less than any wait for a server, and more than what another test beside it may cost.
    assert.ok(meanwhile < usual * 3 + 200, `${meanwhile} ms instead of ${usual}`)
  },
)

function middle(sorted: readonly number[]): number {
  return sorted[sorted.length >> 1] ?? NaN
}

const mebibyte = 1024 * 1024

function mount(dir: string, bytes: number, how = ''): boolean {
  const words = ['-t', 'tmpfs', '-o', `${how}size=${bytes}`, 'kiteq-test', dir]
  return process.platform === 'linux' && spawnSync('mount', words).status === 0
}

function onSmallDisk(t: TestContext, dir: string, bytes: number): boolean {
  if (mount(dir, bytes)) return true
  const why = 'a small file system cannot be mounted here (it takes root on Linux)'
  assert.ok(process.env['CI'] !== 'true', why)
  console.log(`SKIPPED: ${why}`)
  t.skip(why)
  return false
}

test(
  'a database whose disk is full is waited for, and what was half written is written once',
  options,
  async (t) => {
    const disk = temporaryFolder('archive-disk')
    const made: MariaDb[] = []
    t.after(async () => {
      for (const server of made) await server.remove()
      spawnSync('umount', ['-l', disk])
      rmSync(disk, { recursive: true, force: true })
    })
    if (!onSmallDisk(t, disk, 190 * mebibyte)) return
    const { TMPDIR } = process.env
    process.env['TMPDIR'] = disk
    const server = await mariaDb().finally(() => {
      if (TMPDIR === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = TMPDIR
    })
    made.push(server)
    const dataDir = temporaryFolder('archive-full')
    t.after(() => rmSync(dataDir, { recursive: true, force: true }))
    const body = new Uint8Array(256 * 1024).fill(0x61)
    await writeMessages(
      dataDir,
      Array.from({ length: 500 }, () => ({ body })),
    )
    const archiver = new Command(server, dataDir, ['--follow'])
    t.after(() => archiver.kill9())
    while (!/no room|takes nothing/.test(archiver.stderr) && !archiver.isOver)
      await once(archiver.child.stderr!, 'data')
    assert.equal(archiver.child.exitCode, null, archiver.stderr)
    assert.ok(mount(disk, 600 * mebibyte, 'remount,'), 'a larger disk')
    while (!/is back/.test(archiver.stderr) && !archiver.isOver)
      await once(archiver.child.stderr!, 'data')
    archiver.child.kill('SIGTERM')
    await archiver.ended
    const { gaps } = await expectEqual(server, dataDir)
    assert.deepEqual(gaps, [])
    assert.equal(await countOf(server, 'COUNT(*)', 'messages'), 500)
  },
)
