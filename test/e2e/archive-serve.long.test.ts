// A log that is kept for its archive, on a disk that may fill meanwhile, and rows that go for their age.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { temporaryFolder } from '../support/broker-process.ts'
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
} from './archive-door.ts'

const missing = missingMariaDb()
const skip = missing === false ? false : missing
if (missing !== false) console.log(`SKIPPED: ${missing}`)
const within = { timeout: 180_000, skip }

let server: MariaDb
before(async () => {
  if (missing === false) server = await mariaDb()
})
after(async () => {
  if (missing === false) await server.remove()
})

const keep = `required = true
[log]
segmentBytes = "4 MiB"
batchBytes = ${2.5 * 1024 * 1024}
checkpointSeconds = 1
[retention]
bytes = 1
[settled]
idsMax = 10
`

test(
  'a log that is kept for an archive that refuses us drops nothing, says so, and goes on once the password is mended',
  within,
  async (t) => {
    const settings = archived(t, server, 'kept', keep, 'wrong')
    const broker = await start(t, settings)
    const refused = await broker.line(/the archive cannot be reached/)
    assert.match(refused, /ER_ACCESS_DENIED|Access denied/)
    const consumer = await clientOf(t, broker, 's-trade')
    await consumer.subscribe({ topic: 'trade', bindings: [{ kind: 'fanout' }] }, () => true)
    const publisher = await clientOf(t, broker, 'p-trade')
    const body = new Uint8Array(256 * 1024)
    for (let n = 0; n < 80; n++) await publisher.publish({ topic: 'trade', type: 'new', body })
    await broker.line(/the archive does not have them yet/)
    assert.equal(
      broker.stderr.some((line) => line.includes('old segments dropped')),
      false,
    )
    writeFileSync(settings.file, server.password)
    await broker.line(/old segments dropped/)
    await caughtUp(broker)
    assert.equal(await rowsIn(server, 'kept.messages'), 80)
    assert.equal(await rowsIn(server, 'kept.gaps'), 0)
  },
)

test(
  'rows go once they are older than they are kept, but for what is not over',
  within,
  async (t) => {
    const broker = await start(t, archived(t, server, 'aged', 'keepSeconds = 1\n'))
    const absent = await clientOf(t, broker, 's-absent')
    await absent.bind('later', [{ kind: 'fanout' }])
    await absent.close({ drainMs: 0 })
    const consumer = await clientOf(t, broker, 's-trade')
    await consumer.subscribe({ topic: 'trade', bindings: [{ kind: 'fanout' }] }, () => true)
    const publisher = await clientOf(t, broker, 'p-trade')
    await publisher.publish({ topic: 'later', type: 'new', body: 'nobody has taken it' })
    await publishTo(publisher, 0, 30)
    await broker.line(/rows of the archive past archive\.keepSeconds were removed/)
    await until(async () => (await rowsIn(server, 'aged.messages')) === 1, 'down to one message')
    assert.equal(await rowsIn(server, 'aged.messages', "topic = 'later'"), 1)
    await caughtUp(broker)
  },
)

const diskBytes = 64 * 1024 * 1024

test(
  'a disk that is full because of an archive that is away says so, and takes publishes again once it is back',
  within,
  async (t) => {
    const dataDir = temporaryFolder('full-archive')
    const mount = ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'kiteq-test', dataDir]
    if (process.platform !== 'linux' || spawnSync('mount', mount).status !== 0) {
      rmSync(dataDir, { recursive: true })
      const why = 'a small file system cannot be mounted here (it takes root on Linux)'
      assert.ok(process.env['CI'] !== 'true', why)
      console.log(`SKIPPED: ${why}`)
      t.skip(why)
      return
    }
    t.after(() => {
      spawnSync('umount', ['-l', dataDir])
      rmSync(dataDir, { recursive: true, force: true })
    })
    const settings = { ...archived(t, server, 'full', keep, 'wrong'), dataDir }
    const broker = await start(t, settings)
    const consumer = await clientOf(t, broker, 's-trade')
    await consumer.subscribe({ topic: 'trade', bindings: [{ kind: 'fanout' }] }, () => true)
    const publisher = await clientOf(t, broker, 'p-trade')
    const body = new Uint8Array(256 * 1024)
    let stored = 0
    let why = ''
    const publish = async (): Promise<boolean> => {
      try {
        await publisher.publish({ topic: 'trade', type: 'new', body })
        stored++
        return true
      } catch (error) {
        why = String(error)
        return false
      }
    }
    while (stored < 60) assert.ok(await publish(), why)
    await broker.line(/the archive does not have them yet/)
    while (await publish()) assert.ok(stored * body.length < 2 * diskBytes, 'never full')
    assert.match(why, /disk full, /)
    await until(async () => !(await publish()) && /wait for the archive/.test(why), 'told why')
    const ready = await fetch(`http://${broker.http}/readyz`)
    assert.equal(ready.status, 503)
    assert.match(await ready.text(), /old segments wait for the archive/)
    writeFileSync(settings.file, server.password)
    await until(publish, 'taken again')
    await broker.line(/old segments dropped/)
    await caughtUp(broker)
    assert.equal(await rowsIn(server, 'full.messages'), stored)
    assert.equal(await rowsIn(server, 'full.gaps'), 0)
    assert.equal((await archiveStat(broker))?.gaps, 0)
  },
)
