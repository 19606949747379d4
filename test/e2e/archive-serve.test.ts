// The archive of a running broker, in a real MariaDB: turned on by our settings or by the original's alone, away and back while
// messages come.

import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { ArchiverEvent } from '../../src/archive/archiver.ts'
import { addressOf, archive, writeMessages } from '../support/archive-log.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { freePortPair } from '../support/free-ports.ts'
import { keptFolders } from '../support/kept-folder.ts'
import { mariaDb, missingMariaDb, type MariaDb } from '../support/mariadb-server.ts'
import {
  archived,
  archiveStat,
  caughtUp,
  clientOf,
  publishTo,
  rowsIn,
  start,
  until,
  type ArchiveStat,
} from './archive-door.ts'
import { brokerFor } from './door.ts'

const missing = missingMariaDb()
const skip = missing === false ? false : missing
if (missing !== false) console.log(`SKIPPED: ${missing}`)
const within = { timeout: 60_000, skip }

let server: MariaDb
before(async () => {
  if (missing === false) server = await mariaDb()
})
after(async () => {
  if (missing === false) await server.remove()
})

test(
  'what clients did stands in the archive once, over a kill and a server that was away',
  within,
  async (t) => {
    const settings = archived(t, server, 'history', 'decompress = true\n')
    let broker = await start(t, settings)
    const got: string[] = []
    const consumer = await clientOf(t, broker, 's-trade')
    await consumer.subscribe({ topic: 'trade', bindings: [{ kind: 'fanout' }] }, (message) => {
      got.push(message.text())
      return true
    })
    let publisher = await clientOf(t, broker, 'p-trade')
    await publishTo(publisher, 0, 100)
    await until(() => Promise.resolve(got.length === 100), 'delivered')
    await broker.line(/the archive is connected/)
    await publishTo(publisher, 100, 50)
    await broker.kill9()

    broker = await start(t, settings)
    publisher = await clientOf(t, broker, 'p-trade')
    const before = await caughtUp(broker)
    await server.kill()
    const away = await broker.line(/the archive cannot be reached/)
    await publishTo(publisher, 150, 200)
    let lost: ArchiveStat | undefined
    const isLost = async (): Promise<boolean> => {
      lost = await archiveStat(broker)
      return lost?.connected === false && lost.lag_records! >= 200
    }
    await until(isLost, 'lost with 200 records to go')
    assert.match(away, new RegExp(lost!.why!.slice(0, 20)))
    await server.start()
    const back = JSON.parse(await broker.line(/the archive is back/)) as Record<string, number>
    assert.ok(back['lagRecords']! >= 200)
    await caughtUp(broker, before.archived_offset! + 200)
    const warnings = broker.stderr.filter((line) => line.includes('cannot be reached'))
    assert.ok(warnings.length <= 2, warnings.join('\n')) // it was lost, then it was refused

    const rows = await server.query(
      'SELECT CONVERT(body USING utf8mb4) AS body FROM history.messages ORDER BY record',
    )
    const bodies = rows.map(({ body }) => body as string)
    const wanted = Array.from({ length: 350 }, (_, n) => `order ${n} 𝄞`)
    assert.deepEqual(bodies.toSorted(), wanted.toSorted())
    assert.equal(await rowsIn(server, 'history.messages', "body_text LIKE 'order %'"), 350)
    assert.equal(await rowsIn(server, 'history.routes'), 350)
    assert.equal(await rowsIn(server, 'history.outcomes', "outcome = 'acked'"), 100)
    assert.equal(await rowsIn(server, 'history.gaps'), 0)
    assert.equal((await broker.stop()).code, 0)
    const all = [...broker.stdout, ...broker.stderr].join('\n')
    assert.doesNotMatch(all, new RegExp(server.password))
  },
)

test('the original’s configuration alone turns the archive on', within, async (t) => {
  const folder = temporaryFolder('archive-original')
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(path.join(folder, 'conf'))
  const { host, port, user, password } = server
  const cluster = `
[registry.local]
hosts = "file://./conf/registry.yaml"
[clusters.shop]
env = "local"
topics = ["trade"]
db = "mysql://${host}:${port},${host}:1?db=kite&username=${user}&password=${password}&maxConn=5"
deliverySeconds = 5
recievePermitsPerSecond = 20000
`
  writeFileSync(path.join(folder, 'conf/cluster.toml'), cluster)
  writeFileSync(path.join(folder, 'conf/registry.yaml'), 'brokers: []\n')
  const bind = await freePortPair()
  const args = [
    '-configPath',
    'conf/cluster.toml',
    '-clusterName=shop',
    '-bind',
    `localhost:${bind}`,
  ]
  const broker = await brokerFor(t, { bareIn: folder, args: [...args, '-pport', `${bind + 1}`] })
  await broker.line(/\.db turns the archive on: .* mysql:\/\/127\.0\.0\.1:\d+\/kite_archive/)
  const publisher = await clientOf(t, broker, 'p-trade')
  await publishTo(publisher, 0, 10)
  await caughtUp(broker)
  assert.equal(await rowsIn(server, 'kite_archive.messages', "topic = 'trade'"), 10)
  assert.doesNotMatch(broker.stderr.join('\n'), new RegExp(password))
})

test(
  'a folder that goes on otherwise than its archive, as one from an older backup, is told and left alone',
  within,
  async (t) => {
    const folder = temporaryFolder('archive-restored')
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const address = addressOf(server, 'restored')
    const [before, back] = [path.join(folder, 'before'), path.join(folder, 'back')]
    await writeMessages(before, [{}, {}, {}])
    const { next, logId } = await archive(before, address)
    await writeMessages(back, [{}, {}, {}, {}, {}], 1, 1_790_000_000_500)
    await assert.rejects(archive(back, address), {
      code: 'KITEQ_REFUSED',
      message: new RegExp(
        `record ${next - 1} of the log is of .*500Z, the archive has one of .*000Z`,
      ),
    })
    const rows = await server.query('SELECT log_id, next_offset FROM restored.logs')
    assert.deepEqual(
      rows.map((row) => [String(row['log_id']), Number(row['next_offset'])]),
      [[logId, next]],
    )
    assert.equal(await rowsIn(server, 'restored.messages'), 3)
  },
)

test(
  'a folder that was copied back under an archiver that follows it is told once another broker has it',
  within,
  async (t) => {
    const folder = temporaryFolder('archive-back')
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const [dir, other] = [path.join(folder, 'dir'), path.join(folder, 'other')]
    await writeMessages(dir, [{}, {}, {}])
    await writeMessages(other, [{}, {}, {}, {}, {}, {}], 1, 1_790_000_000_500)
    let end = 4
    let broker = 'first'
    let hasLeft = false
    const stop = new AbortController()
    const onEvent = ({ kind }: ArchiverEvent): void => {
      if (kind !== 'archived') return
      if (hasLeft) stop.abort() // it was to be refused before
      if (hasLeft) return
      hasLeft = true
      rmSync(dir, { recursive: true })
      renameSync(other, dir)
      end = 9
      broker = 'second'
    }
    await assert.rejects(
      archive(dir, addressOf(server, 'back'), {
        follow: true,
        watermark: () => Promise.resolve(end),
        owner: () => Promise.resolve(broker),
        signal: stop.signal,
        onEvent,
      }),
      {
        code: 'KITEQ_REFUSED',
        message: /^record 3 of the log is of .*500Z, the archive has one of .*000Z/,
      },
    )
    const [at] = await server.query('SELECT next_offset FROM back.logs')
    assert.equal(Number(at!['next_offset']), 4, 'nothing of the other one')
  },
)

test(
  'a folder that no longer has the archive’s last record goes on only if it is of the same life',
  within,
  async (t) => {
    const folder = temporaryFolder('archive-life')
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const address = addressOf(server, 'life')
    const [ours, named, alike] = ['ours', 'named', 'alike'].map((name) => path.join(folder, name))
    await keptFolders(ours!, { topic: 'lost', firstId: 1 })
    await keptFolders(named!, { topic: 'neww', firstId: 1 })
    await keptFolders(alike!, { topic: 'lost', firstId: 500 })
    const { next } = await archive(path.join(ours!, 'early'), address)
    const late = (dir: string): Promise<unknown> => archive(path.join(dir, 'late'), address)
    const rows = await rowsIn(server, 'life.messages')
    const refused = (message: RegExp): Parameters<typeof assert.rejects>[1] => ({
      code: 'KITEQ_REFUSED',
      message,
    })
    await assert.rejects(
      late(named!),
      refused(/^topic \d+ of the log is neww, the archive has lost for it/),
    )
    await assert.rejects(
      late(alike!),
      refused(/^record \d+ of the log was message .*, the archive has message /),
    )
    assert.equal(await rowsIn(server, 'life.messages'), rows)
    assert.equal(await rowsIn(server, 'life.gaps'), 0)
    const { gaps } = await archive(path.join(ours!, 'late'), address)
    assert.deepEqual(
      gaps.map(({ from, why }) => [from, why]),
      [[next, 'dropped']],
    )
  },
)
