// The registry file under the hands of people: edited, replaced, broken, removed, half written.

import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { KiteQError } from '../model/errors.ts'
import type { RegistryEvents, RegistrySnapshot } from '../model/registry.ts'
import { FileRegistry, type FileRegistryOptions } from './file-registry.ts'

/** What the registry told, in order; `next` waits for the next one. */
class Told implements RegistryEvents {
  readonly #queue: (RegistrySnapshot | string)[] = []
  #waiting: ((told: RegistrySnapshot | string) => void) | undefined

  snapshot(snapshot: RegistrySnapshot): void {
    this.#push(snapshot)
  }
  problem(message: string): void {
    this.#push(message)
  }
  get waiting(): number {
    return this.#queue.length
  }
  async next(): Promise<RegistrySnapshot | string> {
    return this.#queue.shift() ?? (await new Promise((resolve) => (this.#waiting = resolve)))
  }
  async groups(): Promise<string[]> {
    const told = await this.next()
    return typeof told === 'string' ? [told] : told.bindings.map((binding) => binding.group)
  }
  async line(): Promise<string> {
    const told = await this.next()
    return typeof told === 'string' ? told : assert.fail('a snapshot came, no problem')
  }
  #push(told: RegistrySnapshot | string): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting) waiting(told)
    else this.#queue.push(told)
  }
}

function bindings(...groups: string[]): string {
  return `bindings:\n${groups.map((group) => `  - {groupIds: [${group}], topic: t, messageType: m}\n`).join('')}`
}

interface Setup {
  readonly path: string
  readonly told: Told
  readonly registry: FileRegistry
  readonly write: (text: string) => void
}

function setup(t: TestContext, options: Partial<FileRegistryOptions> = {}): Setup {
  const folder = mkdtempSync(join(tmpdir(), 'kiteq-registry-'))
  const path = join(folder, 'registry.yaml')
  const registry = new FileRegistry({ path, address: 'localhost:13800', settleMs: 5, ...options })
  t.after(async () => {
    await registry.close()
    rmSync(folder, { recursive: true })
  })
  return { path, told: new Told(), registry, write: (text) => writeFileSync(path, text) }
}

/** Both ways of noticing a change must do on their own. */
const ways: readonly [name: string, options: Partial<FileRegistryOptions>][] = [
  ['the watch', { rereadMs: 60_000 }],
  ['re-reading', { rereadMs: 20, watch: false }],
]
for (const [name, options] of ways) {
  test(`a changed file is one new snapshot, seen by ${name}`, async (t) => {
    const { told, registry, write } = setup(t, options)
    write(bindings('a', 'b'))
    await registry.start(told)
    assert.deepEqual(await told.groups(), ['a', 'b'])
    write(bindings('b', 'c'))
    assert.deepEqual(await told.groups(), ['b', 'c'])
    assert.equal(told.waiting, 0)
  })

  test(`a file replaced by another is seen by ${name}`, async (t) => {
    const { path, told, registry, write } = setup(t, options)
    write(bindings('a'))
    await registry.start(told)
    await told.next()
    writeFileSync(`${path}.new`, bindings('b'))
    renameSync(`${path}.new`, path)
    assert.deepEqual(await told.groups(), ['b'])
  })

  test(`a broken file keeps the last good one and says so once, seen by ${name}`, async (t) => {
    const { told, registry, write } = setup(t, options)
    write(bindings('a'))
    await registry.start(told)
    await told.next()
    write('bindings: [')
    const problem = await told.line()
    assert.match(problem, /registry\.yaml line 1: .*; expected YAML; the last good one stays$/)
    write(bindings('b'))
    assert.deepEqual(await told.groups(), ['b']) // and no second problem before it
  })
}

test('an emptied or removed file takes no binding away', async (t) => {
  const { path, told, registry, write } = setup(t)
  write(bindings('a'))
  await registry.start(told)
  await told.next()
  write('')
  assert.match(await told.line(), /the file is null; expected the keys brokers and bindings/)
  rmSync(path)
  assert.match(
    await told.line(),
    /cannot be read \(ENOENT\); expected a YAML file; the last good one stays/,
  )
  write(bindings('a'))
  write(bindings('a', 'b'))
  assert.deepEqual(await told.groups(), ['a', 'b'])
})

test('a file still being written is not read until it rests', async (t) => {
  const { path, told, registry, write } = setup(t, { rereadMs: 5, settleMs: 60_000, watch: false })
  write(bindings('a', 'b'))
  await registry.start(told)
  await told.next()
  const witness = new FileRegistry({ path, address: '', rereadMs: 5, settleMs: 0, watch: false })
  t.after(() => witness.close())
  const seen = new Told()
  await witness.start(seen)
  await seen.next()
  for (const group of ['a', 'b', 'c']) {
    write(bindings(group)) // what a reader would meet between two writes of an editor
    assert.deepEqual(await seen.groups(), [group])
  }
  write(bindings('b', 'c'))
  utimesSync(path, 1_000_000, 1_000_000)
  assert.deepEqual(await told.groups(), ['b', 'c'])
})

test('a file that was written in this very millisecond is not at rest', async (t) => {
  const { path, told, registry, write } = setup(t, { rereadMs: 1, settleMs: 60_000, watch: false })
  write(bindings('a'))
  await registry.start(told)
  await told.next()
  const nowMs = Date.now() + 10_000
  t.mock.method(Date, 'now', () => nowMs)
  const witness = new FileRegistry({ path, address: '', rereadMs: 5, settleMs: 0, watch: false })
  t.after(() => witness.close())
  const seen = new Told()
  await witness.start(seen)
  await seen.next()
  for (const group of ['b', 'c', 'd', 'e', 'f']) {
    write(bindings(group))
    utimesSync(path, nowMs / 1000, (nowMs + 0.5) / 1000)
    assert.deepEqual(await seen.groups(), [group])
  }
  write(bindings('g'))
  utimesSync(path, 1_000_000, 1_000_000)
  assert.deepEqual(await told.groups(), ['g'], 'what was there before has rested')
})

test('news of changes does not put a look off', { timeout: 20_000 }, async (t) => {
  const { path, told, registry, write } = setup(t, { rereadMs: 200, settleMs: 60_000 })
  write(bindings('a'))
  await registry.start(told)
  await told.next()
  write(bindings('b'))
  utimesSync(path, 1_000_000, 1_000_000)
  assert.deepEqual(await told.groups(), ['b'])
})

test('a file that was not changed is told once', async (t) => {
  const { told, registry, write } = setup(t, { rereadMs: 5 })
  write(bindings('a'))
  await registry.start(told)
  await told.next()
  write(bindings('a'))
  write(bindings('a'))
  write(bindings('b'))
  assert.deepEqual(await told.groups(), ['b'])
})

test('topics of our own broker entry are in the snapshot', async (t) => {
  const { told, registry, write } = setup(t)
  write('brokers: [{address: "localhost:13800", topics: [z, a]}]')
  await registry.start(told)
  assert.deepEqual(await told.next(), { source: 'file', bindings: [], topics: ['z', 'a'] })
})

test('the brokers of each topic are told, and that a topic has none any more', async (t) => {
  const { told, registry, write } = setup(t)
  const brokers: [string, readonly string[]][] = []
  const events: RegistryEvents = {
    snapshot: (snapshot) => told.snapshot(snapshot),
    problem: (message) => told.problem(message),
    brokers: (topic, addresses) => void brokers.push([topic, addresses]),
  }
  write('brokers: [{address: "h:1", topics: [z, a]}, {address: "h:2", topics: [a]}]')
  await registry.start(events)
  await told.next()
  assert.deepEqual(brokers.splice(0).sort(), [
    ['a', ['h:1', 'h:2']],
    ['z', ['h:1']],
  ])
  write('brokers: [{address: "h:2", topics: [a]}]\nbindings: []')
  await told.next()
  assert.deepEqual(brokers.sort(), [
    ['a', ['h:2']],
    ['z', []],
  ])
})

test('a start without a good file is refused with what, where and expected', async (t) => {
  const { path, told, registry, write } = setup(t)
  await assert.rejects(registry.start(told), (error) => {
    assert.ok(error instanceof KiteQError)
    assert.equal(error.code, 'KITEQ_REGISTRY')
    assert.equal(
      error.message,
      `registry file ${path} cannot be read (ENOENT); expected a YAML file`,
    )
    return true
  })
  write('bindings: 7')
  await assert.rejects(registry.start(told), /line 1: bindings is 7; expected a list$/)
  assert.equal(told.waiting, 0)
})

test('after close nothing is told any more', async (t) => {
  const { told, registry, write } = setup(t, { rereadMs: 5 })
  write(bindings('a'))
  await registry.start(told)
  await told.next()
  write(bindings('b'))
  await registry.close()
  const after = told.waiting
  await registry.close()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(told.waiting, after)
})
