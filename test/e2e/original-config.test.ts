// The original's command line, files and pages at our door: a start by what its operators have, what its ops page reads, and
// a configuration read again while clients are connected.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import { commands } from '../../src/net/packet.ts'
import { temporaryFolder, type BrokerProcess } from '../support/broker-process.ts'
import { startKiteq } from '../support/command-line.ts'
import { registryText } from '../support/file-registry-text.ts'
import { freePortPair } from '../support/free-ports.ts'
import { brokerFor, bytesOf, DoorClient, idIn, within } from './door.ts'

interface Cluster {
  readonly topics: string
  readonly db: string
  readonly more?: string
}

/** As the original's operators have it: two registries, several clusters, and of all its keys the ones that matter here. */
function clusterToml({ topics, db, more = '' }: Cluster): string {
  return `
[registry]
  [registry.dev]
  hosts = "zk://localhost:2181"
  [registry.local]
  hosts = "file://./conf/registry.yaml"

[clusters]
  [clusters.default_dev]
  env = "dev"
  topics = ["trade"]
  db = "memory://?initcap=100000&maxcap=500000"

  [clusters.shop]
  env = "local"
  topics = ${topics}
  dlqExecHour = 2
  deliveryFirst = false
  logxml = "./conf/log.xml"
  db = "${db}"
  deliverySeconds = 5
  maxDeliverWorkers = 8000
  recoverSeconds = 10
  ${more}
`
}

/** A folder of an operator: conf/cluster.toml and conf/registry.yaml. Removed with the test. */
function installation(t: TestContext, cluster: Cluster): string {
  const folder = temporaryFolder('original')
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(path.join(folder, 'conf'))
  writeCluster(folder, cluster)
  const yaml = registryText([
    { group: 's-order', topic: 'order', messageType: 'new', watermark: 100 },
    { group: 's-all', topic: 'order', bindType: 'fanout', messageType: '*', watermark: 0 },
    { group: 's-feed', topic: 'feed', messageType: 'new' },
  ])
  writeFileSync(path.join(folder, 'conf/registry.yaml'), yaml)
  return folder
}

function writeCluster(folder: string, cluster: Cluster): void {
  writeFileSync(path.join(folder, 'conf/cluster.toml'), clusterToml(cluster))
}

const plainShop: Cluster = { topics: '["order", "feed"]', db: 'memory://' }

async function start(
  t: TestContext,
  folder: string,
  args: readonly string[],
): Promise<BrokerProcess> {
  const flags = ['-configPath', 'conf/cluster.toml', '-clusterName=shop', '-logPath', './logs']
  return brokerFor(t, { bareIn: folder, args: [...flags, ...args] })
}

for (const [db, log] of [
  ['memory://?initcap=100000&maxcap=500000', 'data-0'],
  ['file://./store?cap=1000000&checkSeconds=1&flushBatchSize=1000', 'store/log'],
  ['rocksdb://./rocks', 'rocks/log'],
  ['mysql://localhost:3306,localhost:3307?db=kite&username=kiteq&password=pass', 'data-0'],
] as const)
  test(
    `the original's files start a broker that keeps what ${db.split(':')[0]} would`,
    within,
    async (t) => {
      const folder = installation(t, { ...plainShop, db, more: 'recievePermitsPerSecond = 20000' })
      const broker = await start(t, folder, ['-bind', 'localhost:0'])
      assert.match(await broker.line(/\.db is /), new RegExp(`in the log in (\\./)?${log},`))
      assert.doesNotMatch(broker.stderr.join('\n'), /pass"|=pass/)
      assert.ok(
        readdirSync(path.join(folder, log)).some((name) => name.endsWith('.segment')),
        log,
      )
      assert.equal(broker.http, undefined)
      const consumer = await DoorClient.join(broker.port, 's-order')
      const publisher = await DoorClient.join(broker.port, 'pb')
      const answer = await publisher.publish({
        topic: bytesOf('order'),
        messageType: bytesOf('new'),
      })
      assert.ok(answer.status, answer.feedback)
      assert.equal(idIn(await consumer.next(commands.bytesMessage)), answer.id)
      const other = await publisher.publish({ topic: bytesOf('trade') })
      assert.deepEqual([other.status, other.feedback], [false, 'UnSupport Topic Message!'])
      assert.equal(existsSync(path.join(folder, 'logs')), false)
    },
  )

interface StatPage {
  readonly kiteq: Readonly<Record<string, unknown>> & { readonly accept_limiter: number[] }
  readonly network: Readonly<Record<string, number>>
}

interface BindsPage {
  readonly topic_2_groups: Readonly<Record<string, readonly string[]>>
  readonly topic_limiters: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>
}

/** As the ops page divides and looks up: what it cannot do without. */
function readAsOpsPage(stat: StatPage, binds: BindsPage): void {
  const { accept_limiter: limiter, ...kiteq } = stat.kiteq
  assert.equal(limiter.length, 2)
  assert.ok(limiter.every(Number.isInteger) && limiter[1] !== 0, limiter.join(' '))
  for (const key of ['goroutine', 'deliver_go', 'deliver_count', 'recieve_count'])
    assert.ok(Number.isInteger(kiteq[key]), key)
  for (const key of ['message_count', 'topics_deliver', 'topics_recieve'])
    assert.deepEqual(Object.keys(kiteq[key] as object).toSorted(), ['feed', 'order'], key)
  for (const key of 'read_count read_bytes write_count write_bytes dispool_size dispool_cap dispatcher_go connections'.split(
    ' ',
  ))
    assert.ok(Number.isInteger(stat.network[key]), key)
  const limiters = binds.topic_limiters
  for (const [topic, names] of Object.entries(binds.topic_2_groups))
    for (const name of names) assert.ok(limiters[topic]![name]![1]! > 0, `${topic} ${name}`)
}

test('the ops page finds what it reads at the port after -bind', within, async (t) => {
  const folder = installation(t, { ...plainShop, more: 'recievePermitsPerSecond = 20000' })
  writeFileSync(path.join(folder, 'kiteq.toml'), 'httpNames = ["Kite.example"]\n')
  const port = await freePortPair()
  const doors = [`-bind=127.0.0.1:${port}`, '-pport', String(port + 1)]
  const broker = await start(t, folder, [...doors, '--config', 'kiteq.toml'])
  assert.equal(broker.port, port)
  const consumer = await DoorClient.join(port, 's-order')
  const publisher = await DoorClient.join(port, 'pb')
  await publisher.publish({ topic: bytesOf('order'), messageType: bytesOf('new') })
  await consumer.next(commands.bytesMessage)
  const page = async (name: string): Promise<never> => {
    const answer = await fetch(`http://127.0.0.1:${port + 1}/${name}`)
    assert.match(answer.headers.get('content-type') ?? '', /^text\/json/)
    return (await answer.json()) as never
  }
  const stat: StatPage = await page('stat')
  const binds: BindsPage = await page('binds')
  readAsOpsPage(stat, binds)
  assert.equal(stat.kiteq.accept_limiter[1], 20_000)
  assert.equal((stat.kiteq['message_count'] as Record<string, number>)['order'], 1)
  assert.equal((stat.kiteq['groups'] as Record<string, string[]>)['s-order']?.length, 1)
  assert.deepEqual(binds.topic_2_groups, { order: ['s-order', 's-all'], feed: ['s-feed'] })
  for (const [host, wanted] of [
    [hostname(), 200],
    ['kite.example:80', 200],
    ['evil.example', 421],
  ] as const) {
    const status = await new Promise((resolve, reject) => {
      const options = { port: port + 1, path: '/stat', headers: { host } }
      request(options, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end()
    })
    assert.equal(status, wanted, host)
  }
})

interface ReloadAnswer {
  readonly status: number
  readonly topics?: readonly string[]
  readonly changed?: readonly string[]
  readonly needs_restart?: readonly string[]
  readonly error?: string
}

async function reload(broker: BrokerProcess): Promise<ReloadAnswer> {
  const answer = await fetch(`http://${broker.http}/reload`)
  const body = (await answer.json()) as ReloadAnswer
  assert.equal(answer.status, body.status)
  return body
}

test(
  'a reload serves other topics at another rate, and a broken file changes nothing',
  within,
  async (t) => {
    const folder = installation(t, plainShop)
    const port = await freePortPair()
    const broker = await start(t, folder, [`-bind=127.0.0.1:${port}`, '-pport', String(port + 1)])
    const client = await DoorClient.join(port, 'pb')
    const publish = async (topic: string): Promise<string> =>
      (await client.publish({ topic: bytesOf(topic) })).feedback.replace(/Cost:\d+/, 'Cost:0')
    assert.equal(await publish('order'), 'Store Result true Cost:0')
    assert.equal(await publish('goods'), 'UnSupport Topic Message!')

    const other: Cluster = {
      ...plainShop,
      topics: '["goods", "feed"]',
      more: 'recievePermitsPerSecond = 2',
    }
    writeCluster(folder, { ...other, topics: '["goods", "feed"' })
    const broken = await reload(broker)
    assert.equal(broken.status, 500)
    assert.match(
      broken.error!,
      /^conf\/cluster\.toml line \d+: .*; expected TOML; nothing was changed$/,
    )
    writeCluster(folder, { ...other, topics: '[]' })
    assert.match(
      (await reload(broker)).error!,
      /topics is \[\]; expected a list of the topics to serve/,
    )
    assert.equal(await publish('order'), 'Store Result true Cost:0')
    assert.equal(await publish('goods'), 'UnSupport Topic Message!')

    writeCluster(folder, { ...other, db: 'file://./elsewhere' })
    assert.deepEqual(await reload(broker), {
      status: 200,
      topics: ['goods', 'feed'],
      changed: ['topics', 'delivery.receivePerSecond'],
      needs_restart: ['dataDir'],
    })
    const [taken, refused] = await Promise.all(['goods', 'goods'].map(publish))
    assert.equal(taken, 'Store Result true Cost:0', 'one token is there')
    assert.match(refused!, /OverFlow/)
    const stat = (await (await fetch(`http://${broker.http}/stat`)).json()) as StatPage
    assert.equal(stat.kiteq.accept_limiter[1], 2)
    assert.ok('goods' in (stat.kiteq['message_count'] as object))
    await broker.line(
      /reload: changed: topics, delivery\.receivePerSecond; waits for a restart: dataDir/,
    )
    assert.equal(existsSync(path.join(folder, 'elsewhere')), false)
  },
)

test('nobody but this machine makes a broker read its settings again', within, async (t) => {
  const outside = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find((one) => one.family === 'IPv4' && !one.internal)?.address
  if (outside === undefined) {
    t.skip('this machine has no address but loopback')
    return
  }
  const folder = installation(t, plainShop)
  const port = await freePortPair()
  const broker = await start(t, folder, [`-bind=:${port}`, '-pport', String(port + 1)])
  assert.match(await broker.line(/listening on 0\.0\.0\.0/), /http on 0\.0\.0\.0/)
  const from = (localAddress: string, host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const options = { host, localAddress, port: port + 1, path: '/reload' }
      request(options, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end()
    })
  assert.equal(
    await from(outside, outside),
    200,
    'the broker listens there, and nowhere else maybe',
  )
  assert.equal(await from(outside, '127.0.0.1'), 403, 'as from another machine')
})

test('a port that is taken is told by the flag that names it', within, async (t) => {
  const folder = installation(t, plainShop)
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const starting = start(t, folder, ['-bind', `localhost:${port}`])
  await assert.rejects(starting, /KITEQ_CONFIG: -bind is 127\.0\.0\.1:\d+, .* \(EADDRINUSE\)/)
})

test(
  'a wrong file ends the start in one line, with the key and what was expected',
  within,
  async (t) => {
    const folder = installation(t, { ...plainShop, db: 'oracle://x' })
    const config = path.join(folder, 'conf/cluster.toml')
    const { code, stderr } = await startKiteq(['serve', '-configPath', config, '-clusterName=shop'])
      .ended
    assert.equal(code, 78, stderr)
    assert.match(
      stderr,
      /^kiteq: KITEQ_CONFIG: \S*cluster\.toml: clusters\.shop\.db is "oracle:\/\/x"; expected memory:.*\n$/,
    )
  },
)

test('an address that cannot be had leaves nothing behind', within, async (t) => {
  const folder = installation(t, plainShop)
  const taken = createServer()
  taken.listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.after(() => taken.close())
  const { port } = taken.address() as AddressInfo
  const before = readdirSync(folder)
  await assert.rejects(
    start(t, folder, ['-bind', `127.0.0.1:${port}`]),
    /code 78.*\n(.*\n)*kiteq: KITEQ_CONFIG: -bind is .* \(EADDRINUSE\)/,
  )
  await assert.rejects(start(t, folder, ['-bind', '203.0.113.7:13800']), /EADDRNOTAVAIL/)
  assert.deepEqual(readdirSync(folder), before)
})
