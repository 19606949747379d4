// Settings read again: what a comparison finds, and that nothing is half done.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig, type Config } from './config.ts'
import { KiteQError } from './model/errors.ts'
import { compareConfigs, Reloader } from './reload.ts'

const configOf = (toml: string): Config => loadConfig({ config: 'kiteq.toml' }, () => toml)

test('equal files differ in nothing, whatever the order of their topics', () => {
  const one = configOf('topics = ["a", "b"]\nregistry = "file://r.yaml"')
  const other = configOf('registry = "file://r.yaml"\ntopics = ["b", "a", "b"]')
  assert.deepEqual(compareConfigs(one, other), { changed: [], needsRestart: [] })
})

test('what changes at once and what waits for a restart are told by the keys of the file', () => {
  const next = configOf(`
    topics = ["a"]
    listen = "127.0.0.1:7"
    registrySeconds = 1
    stopSeconds = 2
    dataDir = "/elsewhere"
    durability = "memory"
    registry = "file://r.yaml"
    [delivery]
    deliverySeconds = 1
    receivePerSecond = 5
    inFlight = 7
    deliveryFirst = true
    backOff = [[1, 3]]
    [transactions]
    inquiryFirstSeconds = 1
    [log]
    unflushedSeconds = 1
    segmentBytes = "8 MiB"
    [connections]
    max = 5
  `)
  const { changed, needsRestart } = compareConfigs(configOf(''), next)
  assert.deepEqual(changed.toSorted(), [
    'delivery.backOff',
    'delivery.deliveryFirst',
    'delivery.deliverySeconds',
    'delivery.inFlight',
    'delivery.receivePerSecond',
    'log.unflushedSeconds',
    'topics',
    'transactions',
  ])
  assert.deepEqual(needsRestart.toSorted(), [
    'connections',
    'dataDir',
    'durability',
    'listen',
    'log',
    'registry',
    'registrySeconds',
    'stopSeconds',
  ])
})

interface Bench {
  readonly reloader: Reloader
  readonly applied: Config['broker'][]
  readonly announced: (readonly string[])[]
  readonly lines: string[]
  text: string
}

function benchOf(text: string): Bench {
  const bench: Omit<Bench, 'reloader'> = { applied: [], announced: [], lines: [], text }
  const say = (_details: object, line: string): void => void bench.lines.push(line)
  const reloader = new Reloader({
    config: configOf(text),
    reread: () => configOf((bench as Bench).text),
    apply: (settings) => bench.applied.push(settings),
    announce: (topics) => {
      bench.announced.push(topics)
      return Promise.reject(new Error('nobody there'))
    },
    logger: { info: say, warn: say },
  })
  return Object.assign(bench, { reloader })
}

test('other topics are applied, announced and answered; other settings are not announced', () => {
  const bench = benchOf('topics = ["a", "b"]')
  bench.text = 'topics = ["b", "c"]'
  assert.deepEqual(bench.reloader.reload(), {
    topics: ['b', 'c'],
    changed: ['topics'],
    needsRestart: [],
  })
  assert.deepEqual(bench.applied.at(-1)?.topics, ['b', 'c'])
  assert.deepEqual(bench.announced, [['b', 'c']])
  bench.text = 'topics = ["b", "c"]\n[delivery]\nreceivePerSecond = 9'
  assert.deepEqual(bench.reloader.reload().changed, ['delivery.receivePerSecond'])
  assert.equal(bench.applied.at(-1)?.receiveRate, 9)
  assert.equal(bench.announced.length, 1)
})

test('what waits for a restart is told again by every reload until then', () => {
  const bench = benchOf('')
  bench.text = 'listen = "127.0.0.1:7"'
  for (let round = 0; round < 2; round++)
    assert.deepEqual(bench.reloader.reload().needsRestart, ['listen'])
  assert.match(bench.lines.at(-1)!, /nothing has changed; waits for a restart: listen/)
})

test('a broken file changes nothing and is told with its reason', () => {
  const bench = benchOf('topics = ["a"]')
  for (const text of ['topics = [', 'topics = []', 'topics = ["a"]\nnonsense = 1']) {
    bench.text = text
    assert.throws(() => bench.reloader.reload(), KiteQError)
    assert.match(bench.lines.at(-1)!, /^reload: kiteq\.toml.*; nothing was changed$/)
  }
  assert.deepEqual(bench.applied, [])
  bench.text = 'topics = ["a"]'
  assert.deepEqual(bench.reloader.reload().changed, [])
})

test('a registry that cannot be told is a line in the log, and the topics are served', async () => {
  const bench = benchOf('topics = ["a"]')
  bench.text = 'topics = ["b"]'
  bench.reloader.reload()
  await new Promise(setImmediate)
  assert.match(bench.lines.at(-1)!, /registry was not told the new topics: nobody there/)
})

test('a broker that stops reads nothing again', () => {
  const bench = benchOf('topics = ["a"]')
  bench.text = 'topics = ["b"]'
  bench.reloader.close()
  assert.throws(() => bench.reloader.reload(), /stopping/)
  assert.deepEqual(bench.announced, [])
})
