// A data folder that is kept for its archive, and that fills within seconds while MariaDB is away: before a checkpoint is due,
// and over a kill of the broker on the full disk.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { after, before, test, type TestContext } from 'node:test'
import type { Client } from '../../src/client/client.ts'
import { archived, caughtUp, clientOf, rowsIn, start, until } from '../e2e/archive-door.ts'
import { temporaryFolder, type BrokerProcess } from '../support/broker-process.ts'
import { mariaDb, missingMariaDb, type MariaDb } from '../support/mariadb-server.ts'

const missing = missingMariaDb()
const within = { timeout: 180_000, skip: missing }
const diskBytes = 64 * 1024 * 1024
const backWithinMs = 10_000
const since = /old segments wait for the archive since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/

let server: MariaDb
before(async () => {
  if (missing === false) server = await mariaDb()
})
after(async () => {
  if (missing === false) await server.remove()
})

/** A small disk of its own at a new folder; undefined, and the test skipped, where none can be mounted. */
function smallDisk(t: TestContext): string | undefined {
  const dir = temporaryFolder('full-archive')
  const mount = ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'kiteq-test', dir]
  if (process.platform !== 'linux' || spawnSync('mount', mount).status !== 0) {
    rmSync(dir, { recursive: true })
    const why = 'a small file system cannot be mounted here (it takes root on Linux)'
    assert.ok(process.env['CI'] !== 'true', why)
    console.log(`SKIPPED: ${why}`)
    t.skip(why)
    return undefined
  }
  t.after(() => {
    spawnSync('umount', ['-l', dir])
    rmSync(dir, { recursive: true, force: true })
  })
  return dir
}

function keep(checkpointSeconds: number): string {
  return `required = true
[log]
segmentBytes = "4 MiB"
batchBytes = ${2.5 * 1024 * 1024}
checkpointSeconds = ${checkpointSeconds}
[retention]
bytes = ${24 * 1024 * 1024}
`
}

/** Publishes one after the other, and counts what was taken. */
class Publisher {
  stored = 0
  why = ''
  readonly #client: Client
  readonly #body = new Uint8Array(256 * 1024)

  constructor(client: Client) {
    this.#client = client
  }

  async publish(): Promise<boolean> {
    try {
      await this.#client.publish({ topic: 'trade', type: 'new', body: this.#body })
      this.stored++
      return true
    } catch (error) {
      this.why = String(error)
      return false
    }
  }

  async fill(): Promise<void> {
    while (await this.publish())
      assert.ok(this.stored * this.#body.length < 2 * diskBytes, 'the disk is never full')
  }
}

async function joined(t: TestContext, broker: BrokerProcess): Promise<Publisher> {
  const consumer = await clientOf(t, broker, 's-trade')
  await consumer.subscribe({ topic: 'trade', bindings: [{ kind: 'fanout' }] }, () => true)
  return new Publisher(await clientOf(t, broker, 'p-trade'))
}

async function reasonAt(broker: BrokerProcess, path: string, status: number): Promise<string> {
  const answer = await fetch(`http://${broker.http}${path}`)
  assert.equal(answer.status, status, path)
  return answer.text()
}

const cases = [
  { what: 'with a checkpoint of its first half', db: 'half', checkpointSeconds: 1, kill: false },
  { what: 'before any checkpoint is due', db: 'none', checkpointSeconds: 600, kill: false },
  { what: 'and is started again there', db: 'again', checkpointSeconds: 600, kill: true },
]

for (const { what, db, checkpointSeconds, kill } of cases)
  test(
    `a disk that fills at once while the archive is away, ${what}, takes publishes again within 10 s of its catching up`,
    within,
    async (t) => {
      const dataDir = smallDisk(t)
      if (dataDir === undefined) return
      const settings = { ...archived(t, server, db, keep(checkpointSeconds), 'wrong'), dataDir }
      let broker = await start(t, settings)
      let publisher = await joined(t, broker)
      await publisher.fill()
      let stored = publisher.stored
      const isTold = async (): Promise<boolean> => {
        if (await publisher.publish()) stored++
        return since.test(publisher.why)
      }
      await until(isTold, 'told why')
      if (kill) {
        await broker.line(/checkpoint written/)
        await broker.kill9()
        broker = await start(t, settings)
        publisher = await joined(t, broker)
        await until(isTold, 'told why after the start')
      }
      assert.match(await reasonAt(broker, '/readyz', 503), since)
      assert.match(await reasonAt(broker, '/healthz', 200), since)
      assert.match(await reasonAt(broker, '/stat', 200), /the archive does not have them yet/)
      writeFileSync(settings.file, server.password)
      const isBack = async (): Promise<boolean> => {
        if (!(await publisher.publish())) return false
        stored++
        return true
      }
      await caughtUp(broker)
      const fromMs = performance.now()
      await until(isBack, 'taken again')
      const tookMs = performance.now() - fromMs
      assert.ok(tookMs < backWithinMs, `publishes were taken again after ${tookMs} ms`)
      await broker.line(/old segments dropped/)
      await caughtUp(broker)
      assert.equal(await rowsIn(server, `${db}.messages`), stored)
      assert.equal(await rowsIn(server, `${db}.gaps`), 0)
    },
  )
