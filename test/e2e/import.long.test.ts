// A large import, killed twice and gone on with, while a consumer takes what comes: none missing, none doubled.
// IMPORT_MESSAGES says how many.

import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { ask } from '../../src/cli/folder.ts'
import { connect } from '../../src/client/client.ts'
import { startBroker } from '../support/broker-process.ts'
import { mariaDb, missingMariaDb } from '../support/mariadb-server.ts'
import { createOriginal, insertRows, nowSeconds, originalRow } from '../support/original-tables.ts'
import { program } from '../support/program.ts'

const count = Number(process.env['IMPORT_MESSAGES'] ?? 100_000)
const rowsAtATime = 5_000
const top = path.resolve(import.meta.dirname, '../..')

test(
  `${count} messages are imported, the import killed twice, and none is missing or doubled`,
  { timeout: 60_000 + count, skip: missingMariaDb() },
  async (t) => {
    const server = await mariaDb()
    t.after(() => server.remove())
    await createOriginal(server, 'kite')
    const wanted = new Set<string>()
    for (let at = 0; at < count; at += rowsAtATime) {
      const rows = Array.from({ length: Math.min(rowsAtATime, count - at) }, (_, n) =>
        originalRow({ body: `message ${at + n}`, publishedAt: nowSeconds() - 3600 + (at >> 10) }),
      )
      for (const { id } of rows) wanted.add(id)
      await insertRows(server, 'kite', rows)
    }
    const broker = await startBroker()
    t.after(() => broker.stop())
    const seen = await consume(t, broker.address)
    const env = { ...process.env, KITEQ_MYSQL_PASSWORD: server.password }
    const uri = `mysql://${server.user}@${server.host}:${server.port}?db=kite`
    const args = [...program, 'import', '--mysql', uri, '--data-dir', broker.dataDir, '--json']
    const startMs = performance.now()
    for (const part of [1 / 3, 2 / 3]) {
      const child = start(args, env)
      await received(broker.dataDir, count * part, child)
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    const last = start(args, env)
    let text = ''
    last.stdout!.on('data', (bytes: Buffer) => (text += bytes.toString()))
    const [code] = (await once(last, 'close')) as [number | null]
    assert.equal(code, 0, text)
    const { before, done } = JSON.parse(text) as { before: number; done: number }
    const seconds = (performance.now() - startMs) / 1000
    t.diagnostic(
      `${count} in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)}/s; the last run passed ${before} by and took ${done}`,
    )
    assert.ok(before >= (count * 2) / 3, `only ${before} passed by`)
    await seen.until(count)
    assert.deepEqual([...seen.doubled], [], 'doubled')
    for (const id of wanted) assert.ok(seen.ids.has(id), `${id} is missing`)
    assert.equal(seen.ids.size, count)
  },
)

/** What arrives, by id, from one group that acks everything. */
class Seen {
  readonly ids = new Set<string>()
  readonly doubled = new Set<string>()
  #wake: (() => void) | undefined

  add(id: string): void {
    if (this.ids.has(id)) this.doubled.add(id)
    this.ids.add(id)
    this.#wake?.()
  }

  async until(size: number): Promise<void> {
    while (this.ids.size < size) await new Promise<void>((resolve) => (this.#wake = resolve))
  }
}

async function consume(t: TestContext, address: string): Promise<Seen> {
  const seen = new Seen()
  const client = await connect({ address, group: 's-import' })
  t.after(() => client.close({ drainMs: 0 }))
  await client.subscribe({ topic: 'trade', bindings: [{ kind: 'fanout' }] }, ({ id }) => {
    seen.add(id)
  })
  return seen
}

function start(args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, args, { cwd: top, env, stdio: ['ignore', 'pipe', 'inherit'] })
}

/** Until the broker has stored so many, or the import has ended by itself. */
async function received(dataDir: string, least: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const status = (await ask(dataDir, { op: 'status' })) as { received: number }
    if (status.received >= least) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.fail(`the import ended with ${child.exitCode} before ${least} were stored`)
}
