// Settings: what a person may write, what they are told when it is wrong, and that nothing slips through.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig, type Config, type Flags } from './config.ts'
import {
  addressText,
  bytesText,
  parseAddress,
  parseBytes,
  parseDurability,
} from './config-values.ts'
import { backoffMs } from './consumer-offsets/redelivery.ts'
import { KiteQError } from './model/errors.ts'
import * as limits from './model/limits.ts'

function fromFile(toml: string, flags: Flags = {}): Config {
  return loadConfig({ ...flags, config: 'kiteq.toml' }, () => toml)
}

function refusal(load: () => unknown): string {
  try {
    load()
  } catch (error) {
    assert.ok(error instanceof KiteQError)
    assert.equal(error.code, 'KITEQ_CONFIG')
    assert.doesNotMatch(error.message, /\n/)
    return error.message
  }
  return assert.fail('was accepted')
}

const noFile = (): string => assert.fail('no file may be read')

test('without flags and file the broker is embedded, durable and on loopback', () => {
  const config = loadConfig({}, noFile)
  assert.deepEqual(config.listen, { host: '127.0.0.1', port: 13800 })
  assert.deepEqual(config.http, { host: '127.0.0.1', port: 13801 })
  assert.deepEqual(config.durability, { kind: 'fsync' })
  assert.equal(config.dataDir, './data')
  assert.equal(config.registry, undefined)
  assert.equal(config.advertise, undefined)
  assert.equal(config.broker.topics, '*')
  assert.equal(config.broker.deliveryTimeoutMs, 5000)
  assert.equal(config.broker.inFlightWindow, 32)
  assert.equal(config.broker.receiveRate, 0)
  assert.equal(config.broker.deliveryFirst, false)
  assert.deepEqual(config.broker.inquiry, { firstMs: 5000, maxMs: 300_000 })
  assert.equal(config.log.segmentBytes, limits.segmentBytesDefault)
  assert.equal(config.net.handshakeTimeoutMs, limits.handshakeTimeoutMs)
  assert.equal(config.rebuild, false)
})

test('the default back-off table waits as long as the original does', () => {
  const { backoff } = loadConfig({}, noFile).broker
  const waits = [1, 3, 4, 9, 10, 19, 20, 29, 30, 39, 40, 49, 50, 99].map(
    (n) => backoffMs(backoff, n) / 1000,
  )
  assert.deepEqual(waits, [0, 0, 5, 5, 10, 10, 20, 20, 40, 40, 80, 80, 160, 160])
})

test('a flag wins over the file, the file over the default', () => {
  const config = fromFile('listen = "127.0.0.1:7000"\ndataDir = "/srv/kiteq"\n', {
    listen: 'localhost:0',
    rebuild: true,
  })
  assert.deepEqual(config.listen, { host: 'localhost', port: 0 })
  assert.equal(config.dataDir, '/srv/kiteq')
  assert.equal(config.rebuild, true)
})

test('every part of the file arrives in its unit', () => {
  const config = fromFile(`
    durability = "interval:20"
    topics = ["trade", "user-profile", "trade"]
    registry = "file://brokers.yaml"
    http = "off"
    httpNames = ["kite-1.example", "KITE"]
    stopSeconds = 3
    [delivery]
    deliverySeconds = 0.25
    backOff = [[1, 0], [2, 1.5]]
    [transactions]
    inquiryFirstSeconds = 1
    [log]
    segmentBytes = "8 MiB"
    [connections]
    silentSeconds = 2
    max = 7
  `)
  assert.deepEqual(config.durability, { kind: 'interval', intervalMs: 20 })
  assert.deepEqual(config.broker.topics, ['trade', 'user-profile'])
  assert.deepEqual(config.registry, { kind: 'file', path: 'brokers.yaml' })
  assert.equal(config.http, undefined)
  assert.deepEqual(config.httpNames, ['kite-1.example', 'KITE'])
  assert.equal(config.stopTimeoutMs, 3000)
  assert.equal(config.broker.deliveryTimeoutMs, 250)
  assert.deepEqual(config.broker.backoff, [
    { fromAttempt: 1, waitMs: 0 },
    { fromAttempt: 2, waitMs: 1500 },
  ])
  assert.deepEqual(config.broker.inquiry, { firstMs: 1000, maxMs: 300_000 })
  assert.equal(config.log.segmentBytes, 8 * 1024 * 1024)
  assert.equal(config.net.silentConnectionTimeoutMs, 2000)
  assert.equal(config.net.connectionsPerAddressMax, 7)
})

test('topics on the command line are names between commas, or a star', () => {
  assert.deepEqual(loadConfig({ topics: 'a, b' }, noFile).broker.topics, ['a', 'b'])
  assert.equal(loadConfig({ topics: '*' }, noFile).broker.topics, '*')
})

test('a checked configuration cannot be changed any more', () => {
  const config = loadConfig({}, noFile)
  assert.throws(() => ((config as { dataDir: string }).dataDir = 'x'), TypeError)
  assert.throws(() => ((config.broker.backoff[0] as { waitMs: number }).waitMs = 1), TypeError)
})

const wrong: readonly [toml: string, message: string][] = [
  [
    'listen = "nowhere"',
    'kiteq.toml: listen is "nowhere"; expected host:port with a port from 0 to 65535',
  ],
  ['listen = 13800', 'kiteq.toml: listen is 13800; expected host:port with a port from 0 to 65535'],
  [
    'advertise = "0.0.0.0:13800"',
    'kiteq.toml: advertise is "0.0.0.0:13800"; expected an address that clients can dial',
  ],
  ['http = "on"', 'kiteq.toml: http is "on"; expected host:port or off'],
  [
    'httpNames = ["kite:13801"]',
    'kiteq.toml: httpNames[0] is "kite:13801"; expected at most 100 host names, without ports',
  ],
  [
    'http = "127.0.0.1:13800"',
    'kiteq.toml: http is "127.0.0.1:13800"; expected another address than listen',
  ],
  [
    'registry = "etcd://localhost:2379"',
    'kiteq.toml: registry is "etcd://localhost:2379"; expected file://PATH or zk://host:port,host:port',
  ],
  [
    'durability = "interval:0"',
    'kiteq.toml: durability is "interval:0"; expected fsync, interval:MS (1 to 60000) or memory',
  ],
  ['delivery = 5', 'kiteq.toml: delivery is 5; expected a table of settings'],
  [
    '[delivery]\ninFlight = 0',
    'kiteq.toml: delivery.inFlight is 0; expected a whole number from 1 to 65536',
  ],
  [
    '[delivery]\ninFlight = 1.5',
    'kiteq.toml: delivery.inFlight is 1.5; expected a whole number from 1 to 65536',
  ],
  [
    '[delivery]\ndeliverySeconds = nan',
    'kiteq.toml: delivery.deliverySeconds is null; expected seconds from 0.05 to 86400',
  ],
  [
    '[delivery]\ndeliverFirst = true',
    'kiteq.toml: delivery.deliverFirst is not a setting; expected one of deliverySeconds, deliveryFirst, backOff, inFlight, firstDelaySeconds, receivePerSecond',
  ],
  [
    '[delivery]\nbackOff = [[2, 0]]',
    'kiteq.toml: delivery.backOff is [[2,0]]; expected pairs [attempt, seconds] with ascending attempts, the first for attempt 1, such as [[1, 0], [4, 5]]',
  ],
  [
    '[log]\nsegmentBytes = "1 KiB"',
    'kiteq.toml: log.segmentBytes is "1 KiB"; expected bytes from 4 MiB to 1 GiB, as a number or such as "64 MiB"',
  ],
  [
    '[transactions]\ninquiryFirstSeconds = 400',
    'kiteq.toml: transactions.inquiryMaxSeconds is 300; expected at least transactions.inquiryFirstSeconds',
  ],
]
for (const [toml, message] of wrong)
  test(`refused with key, value and expectation: ${toml.replaceAll('\n', ' ')}`, () => {
    assert.equal(
      refusal(() => fromFile(toml)),
      message,
    )
  })

test('a wrong flag is named as a flag', () => {
  assert.match(
    refusal(() => loadConfig({ dataDir: '' }, noFile)),
    /^--data-dir is ""; expected a folder$/,
  )
  assert.match(
    refusal(() => loadConfig({ topics: 'a,,b' }, noFile)),
    /^--topics is "a,,b"; expected \* or names/,
  )
})

test('a key that hides in the prototype is no setting', () => {
  assert.match(
    refusal(() => fromFile('constructor = 1')),
    /constructor is not a setting; expected one of listen/,
  )
  assert.match(
    refusal(() => fromFile('__proto__ = 1')),
    /__proto__ is not a setting/,
  )
})

test('a file that is not TOML is refused with its line', () => {
  assert.match(
    refusal(() => fromFile('listen = "a:1"\nhttp = off\n')),
    /^kiteq\.toml line 2: .*; expected TOML$/,
  )
})

test('a file that cannot be read is refused with the reason', () => {
  const missing = (): string => {
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
  }
  const message = refusal(() => loadConfig({ config: 'gone.toml' }, missing))
  assert.equal(
    message,
    '--config is "gone.toml", which cannot be read (ENOENT); expected a TOML file',
  )
})

test('a file of any size costs no more than its limit', () => {
  assert.match(
    refusal(() => fromFile('#'.repeat(limits.configFileBytesMax + 1))),
    /expected at most/,
  )
})

test('addresses, levels and sizes are read and written back', () => {
  for (const text of ['127.0.0.1:13800', 'broker-1.example:1', '[::1]:65535'])
    assert.equal(addressText(parseAddress(text)!), text)
  for (const text of ['', ':1', 'a:', 'a:70000', 'a b:1', '::1:80', 'a:1:2', 'http://a:1'])
    assert.equal(parseAddress(text), undefined, text)
  assert.equal(parseDurability('interval:60001'), undefined)
  assert.equal(parseBytes('64 KiB'), 65_536)
  assert.equal(parseBytes('64 kb'), undefined)
  assert.equal(bytesText(3 * 1024 * 1024), '3 MiB')
})

test('a flag that is none is refused, also from a program', () => {
  const flags = { dataDirr: 'x' } as never
  assert.throws(
    () => loadConfig(flags, () => ''),
    /KITEQ_CONFIG|dataDirr is no flag; expected one of listen/,
  )
})
