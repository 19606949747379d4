// The original's files and flags as its operators have them: what becomes of each key, and what is said when one is wrong.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig, type Config, type Flags } from './config.ts'
import { KiteQError } from './model/errors.ts'

const file = `
[registry.dev]
hosts = "zk://10.0.0.1:2181,10.0.0.2:2181"

[registry.local]
hosts = "file://conf/registry.yaml"

[clusters.default_dev]
env = "local"
topics = ["trade", "feed", "trade"]
dlqExecHour = 2
deliveryFirst = false
logxml = "./conf/log.xml"
db = "memory://?initcap=100000&maxcap=500000"
deliverySeconds = 7
maxDeliverWorkers = 8000
recoverSeconds = 10
recievePermitsPerSecond = 20000

[clusters.shop]
env = "local"
topics = ["order"]
db = "rocksdb:///data/kiteq"
deliverySeconds = 0
deliveryFirst = true
`

interface Read {
  readonly config: Config
  readonly told: string
}

function read(flags: Flags = {}, cluster = file, ours = ''): Read {
  const config = loadConfig({ configPath: 'cluster.toml', ...flags }, (path) =>
    path === 'cluster.toml' ? cluster : ours,
  )
  return { config, told: config.told.join('\n') }
}

function refusal(load: () => unknown): string {
  try {
    load()
  } catch (error) {
    assert.ok(error instanceof KiteQError, String(error))
    assert.equal(error.code, 'KITEQ_CONFIG')
    assert.doesNotMatch(error.message, /\n/)
    return error.message
  }
  return assert.fail('was accepted')
}

/** The file with one line of its first cluster in another form; a key that is not there comes to it. */
function changed(key: string, value: string): string {
  const lines = new RegExp(`^${key} = .*$`, 'm')
  const first = file.indexOf('[clusters.default_dev]')
  const [before, cluster] = [file.slice(0, first), file.slice(first)]
  if (lines.test(cluster)) return before + cluster.replace(lines, value && `${key} = ${value}`)
  return before + cluster.replace('\nenv', `\n${key} = ${value}\nenv`)
}

test('the file alone starts the default cluster where the original would', () => {
  const { config, told } = read()
  assert.deepEqual(config.listen, { host: '127.0.0.1', port: 13800 })
  assert.equal(config.http, undefined, 'no -pport, no HTTP')
  assert.deepEqual(config.broker.topics, ['trade', 'feed'])
  assert.equal(config.broker.deliveryTimeoutMs, 7000)
  assert.equal(config.broker.receiveRate, 20_000)
  assert.equal(config.broker.deliveryFirst, false)
  assert.deepEqual(config.registry, { kind: 'file', path: 'conf/registry.yaml' })
  assert.equal(config.advertise, 'localhost:13800', 'as the registry file names it')
  assert.deepEqual(config.durability, { kind: 'fsync' })
  for (const key of ['dlqExecHour', 'logxml', 'maxDeliverWorkers', 'recoverSeconds'])
    assert.match(
      told,
      new RegExp(`^cluster\\.toml: clusters\\.default_dev\\.${key} is not needed: .`, 'm'),
    )
})

test('another cluster, with its doors', () => {
  const { config } = read({ clusterName: 'shop', bind: '10.1.2.3:7000', pport: '7001' })
  assert.deepEqual(config.listen, { host: '10.1.2.3', port: 7000 })
  assert.deepEqual(config.http, { host: '10.1.2.3', port: 7001 })
  assert.deepEqual(config.broker.topics, ['order'])
  assert.equal(config.broker.deliveryFirst, true)
})

test('no host is every address, localhost is one, and a name stays a name', () => {
  for (const [bind, host] of [
    [':13800', '0.0.0.0'],
    ['localhost:13800', '127.0.0.1'],
    ['kite-1.example:13800', 'kite-1.example'],
    ['0.0.0.0:13800', '0.0.0.0'],
  ] as const)
    assert.deepEqual(read({ bind, pport: '13801' }).config.http, { host, port: 13801 }, bind)
  assert.equal(read({ bind: ':13800' }).config.advertise, undefined)
})

test('an ops page that would look elsewhere is told of', () => {
  assert.match(read({ pport: '9000' }).told, /-pport 9000: the original's ops page asks port 13801/)
  assert.doesNotMatch(read({ pport: '13801' }).told, /ops page/)
})

for (const [db, dataDir, left] of [
  ['memory://?initcap=1&maxcap=500000', './data-13800', /no limit evicts/],
  ['mock://', './data-13800', /no limit evicts/],
  ['file:///srv/kite?cap=1000', '/srv/kite/log', /left in \/srv\/kite stays there/],
  ['file://./store/', './store/log', /left in \.\/store stays there/],
  ['rocksdb://data/rocks', 'data/rocks/log', /left in data\/rocks stays there/],
  [
    'mysql://db:3306,db2:3306?db=kite&username=k&password=se=cret&maxConn=5',
    './data-13800',
    /kiteq import/,
  ],
] as const)
  test(`a store ${db.split('?')[0]} becomes a log, and where is told`, () => {
    const { config, told } = read({}, changed('db', JSON.stringify(db)))
    assert.equal(config.dataDir, dataDir)
    assert.ok(told.includes(`in the log in ${dataDir}, synced before they are acked`), told)
    assert.match(told, left)
    assert.doesNotMatch(told, /cret/)
  })

test('a password in front of an at-sign is not told either', () => {
  const { told } = read({}, changed('db', '"mysql://kite:secret@db:3306?db=kite"'))
  assert.doesNotMatch(told, /secret/)
  assert.match(told, /mysql:\/\/…@db:3306/)
})

test('numbers with which the original does nothing right are mended and told', () => {
  const { config, told } = read({ clusterName: 'shop' })
  assert.equal(config.broker.deliveryTimeoutMs, 5000)
  assert.equal(config.broker.receiveRate, 0)
  assert.match(told, /clusters\.shop\.deliverySeconds is 0, .*: 5 s is taken/)
  assert.match(told, /clusters\.shop\.recievePermitsPerSecond is missing, .*: there is no limit/)
})

test('a key that the original does not know is told', () => {
  const { told } = read({}, changed('receivePermitsPerSecond', '5'))
  assert.match(told, /\.receivePermitsPerSecond is no setting of the original: it is not read/)
})

test('the log folder of the original is told of', () => {
  assert.match(
    read({ logPath: './logs' }).told,
    /-logPath \.\/logs is not used: logs are JSON lines/,
  )
  const same = { logPath: './store/log', dataDir: 'store/log/' }
  assert.match(read(same).told, /-logPath \.\/store\/log is the data folder here/)
  assert.doesNotMatch(read({ logPath: './logs' }).told, /is the data folder/)
})

test('our own flags and file win, key by key, and it is told', () => {
  const flags: Flags = {
    bind: 'localhost:1',
    listen: '127.0.0.1:0',
    config: 'kiteq.toml',
    dataDir: '/d',
  }
  const ours = 'topics = ["own"]\n[delivery]\ndeliverySeconds = 1\n[retention]\nseconds = 60\n'
  const { config, told } = read(flags, file, ours)
  assert.deepEqual(config.listen, { host: '127.0.0.1', port: 0 })
  assert.deepEqual(config.broker.topics, ['own'])
  assert.equal(config.broker.deliveryTimeoutMs, 1000)
  assert.equal(config.broker.receiveRate, 20_000, 'what ours does not say is the original’s')
  assert.equal(config.retention.keepMs, 60_000)
  assert.equal(config.dataDir, '/d')
  assert.match(told, /in the log in \/d,/)
  assert.match(told, /^-bind gives way to --listen$/m)
  assert.match(
    told,
    /^cluster\.toml: clusters\.default_dev\.topics gives way to kiteq\.toml: topics$/m,
  )
  assert.match(told, /\.deliverySeconds gives way to kiteq\.toml: delivery\.deliverySeconds$/m)
  assert.doesNotMatch(told, /-pport/)
})

test('a broker that listens or registers elsewhere is not known by the name in -bind', () => {
  assert.equal(read({ listen: '127.0.0.1:0' }).config.advertise, undefined)
  assert.equal(read({ registry: 'file://other.yaml' }).config.advertise, undefined)
  assert.equal(read({ advertise: '10.0.0.9:1' }).config.advertise, '10.0.0.9:1')
})

test('ZooKeeper is told a number, and the operator which one', () => {
  const { config, told } = read({ bind: 'localhost:13800' }, changed('env', '"dev"'))
  assert.equal(config.registry?.kind, 'zookeeper')
  assert.equal(config.advertise, undefined)
  assert.match(told, /^-bind localhost:13800: the registry is told 127\.0\.0\.1:13800$/m)
  const everywhere = read({ bind: ':13800' }, changed('env', '"dev"'))
  assert.match(everywhere.told, /^-bind :13800: listens on every address; .* --advertise chooses$/m)
})

test('without the original nothing is told', () => {
  assert.deepEqual(loadConfig({}, () => '').told, [])
})

const wrong: readonly [what: string, load: () => unknown, message: string][] = [
  [
    'a flag without the file',
    () => loadConfig({ bind: 'localhost:1' }, () => ''),
    '-bind is given without -configPath; expected -configPath FILE, as the original needs it, or our own flags (--help)',
  ],
  [
    'a file that is not there',
    () =>
      loadConfig({ configPath: 'no.toml' }, () => {
        throw Object.assign(new Error('x'), { code: 'ENOENT' })
      }),
    '-configPath is "no.toml", which cannot be read (ENOENT); expected a TOML file',
  ],
  [
    'a cluster that is not there',
    () => read({ clusterName: 'prod' }),
    '-clusterName is prod, which cluster.toml does not have; expected one of default_dev, shop',
  ],
  [
    'a cluster by the name of something else',
    () => read({ clusterName: '__proto__' }),
    '-clusterName is __proto__, which cluster.toml does not have; expected one of default_dev, shop',
  ],
  [
    'a file of something else',
    () => read({}, 'a = 1'),
    '-clusterName is default_dev, which cluster.toml does not have; expected a file with [clusters.<name>]',
  ],
  [
    'an environment without registry',
    () => read({}, changed('env', '"prod"')),
    'cluster.toml: registry.prod.hosts is missing; expected zk://host:port,host:port or file://PATH',
  ],
  [
    'no environment',
    () => read({}, changed('env', '')),
    'cluster.toml: clusters.default_dev.env is missing; expected the name of a [registry.<env>]',
  ],
  [
    'another registry',
    () => read({}, file.replace('file://conf', 'etcd://conf')),
    'cluster.toml: registry.local.hosts is "etcd://conf/registry.yaml"; expected zk://host:port,host:port or file://PATH',
  ],
  [
    'topics that are no list',
    () => read({}, changed('topics', '"trade"')),
    'cluster.toml: clusters.default_dev.topics is "trade"; expected a list of the topics to serve',
  ],
  [
    'a topic without a name',
    () => read({}, changed('topics', '["trade", ""]')),
    'cluster.toml: clusters.default_dev.topics is ["trade",""]; expected * or names of 1 to 255 bytes, separated by commas',
  ],
  [
    'a store that is none',
    () => read({}, changed('db', '"oracle://x?password=secret"')),
    'cluster.toml: clusters.default_dev.db is "oracle://x?password=…; expected memory://, file://PATH, rocksdb://PATH or mysql://host:port?…',
  ],
  [
    'no store',
    () => read({}, changed('db', '')),
    'cluster.toml: clusters.default_dev.db is missing; expected memory://, file://PATH, rocksdb://PATH or mysql://host:port?…',
  ],
  [
    'seconds that are a text',
    () => read({}, changed('deliverySeconds', '"5"')),
    'cluster.toml: clusters.default_dev.deliverySeconds is "5"; expected seconds',
  ],
  [
    'seconds past every bound',
    () => read({}, changed('deliverySeconds', '100000')),
    'cluster.toml: clusters.default_dev.deliverySeconds is 100000; expected seconds from 0.05 to 86400',
  ],
  [
    'a word that is a text',
    () => read({}, changed('deliveryFirst', '"yes"')),
    'cluster.toml: clusters.default_dev.deliveryFirst is "yes"; expected true or false',
  ],
  [
    'a rate below nothing',
    () => read({}, changed('recievePermitsPerSecond', '-1')),
    'cluster.toml: clusters.default_dev.recievePermitsPerSecond is -1; expected whole messages a second',
  ],
  [
    'a place that is none',
    () => read({ bind: 'nowhere' }),
    '-bind is "nowhere"; expected host:port with a port up to 65535',
  ],
  [
    'a port that is none',
    () => read({ pport: '70000' }),
    '-pport is "70000"; expected a port up to 65535, or -1 for no HTTP',
  ],
  [
    'one port for both',
    () => read({ bind: 'localhost:7', pport: '7' }),
    '-pport is "127.0.0.1:7"; expected another address than listen',
  ],
]

for (const [what, load, message] of wrong)
  test(`${what} is refused with key, value and what was expected`, () => {
    assert.equal(refusal(load), message)
  })

test('a file that is no TOML is refused with its line', () => {
  assert.match(
    refusal(() => read({}, 'a = 1\nb = [')),
    /^cluster\.toml line \d+: .*; expected TOML$/,
  )
})
