// A ZooKeeper in which the nodes of bindings are missing, against a real one: emptied, asked at a wrong path, not read yet.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import zookeeper from 'node-zookeeper-client'
import { Told } from '../../test/support/registry-told.ts'
import { bindingJson, ZooKeeperObserver } from '../../test/support/zookeeper-observer.ts'
import {
  missingZooKeeper,
  zooKeeper,
  type ZooKeeperEnsemble,
} from '../../test/support/zookeeper-server.ts'
import type { RegistryBinding } from '../model/registry.ts'
import { ZooKeeperRegistry, type ZooKeeperRegistryOptions } from './zookeeper-registry.ts'

const skip = missingZooKeeper()
const within = { skip, timeout: 60_000 }
const own = '10.0.0.7:13800'
let ensemble: ZooKeeperEnsemble

before(async () => {
  if (skip !== false) return
  ensemble = await zooKeeper(1, { tickMs: 200 })
  await ensemble.start()
})
after(() => (skip === false ? ensemble.remove() : undefined))

function registryAt(
  t: TestContext,
  chroot: string,
  topics: readonly string[],
  more: Partial<ZooKeeperRegistryOptions> = {},
): ZooKeeperRegistry {
  const registry = new ZooKeeperRegistry({
    address: { servers: [ensemble.address], chroot, ignored: [] },
    topics,
    known: [],
    sessionTimeoutMs: 2000,
    credentials: undefined,
    acl: 'open',
    startMs: 10_000,
    absentMs: 50,
    ...more,
  })
  t.after(() => registry.close())
  return registry
}

function observer(t: TestContext, chroot = ''): ZooKeeperObserver {
  const other = new ZooKeeperObserver(ensemble.address + chroot)
  t.after(() => other.close())
  return other
}

function memoryFile(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'kiteq-memory-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return join(dir, 'zookeeper.json')
}

async function rawClient(t: TestContext, chroot: string): Promise<zookeeper.Client> {
  const client = zookeeper.createClient(ensemble.address + chroot)
  t.after(() => client.close())
  client.connect()
  await once(client, 'connected')
  return client
}

function removeAtOnce(client: zookeeper.Client, paths: readonly string[]): Promise<void> {
  const all = client.transaction()
  for (const path of paths) all.remove(path, -1)
  return new Promise((resolve, reject) =>
    all.commit((error) => (error instanceof Error ? reject(error) : resolve())),
  )
}

const bound = (topic: string, group: string, messageType: string): RegistryBinding => ({
  topic,
  group,
  bindType: 'direct',
  messageType,
  watermark: 1000,
  persistent: true,
})

test(
  'a ZooKeeper whose nodes are gone takes no binding away: those of each group stay until it writes them again',
  within,
  async (t) => {
    const more = { memoryFile: memoryFile(t), rereadMs: 100 }
    const told = new Told()
    const other = observer(t, '/emptied')
    const registry = registryAt(t, '/emptied', ['a', 'b'], more)
    await registry.start(told)
    await other.makeWith('/kiteq/sub/a/g1-bind', bindingJson(['x']))
    await other.makeWith('/kiteq/sub/a/g2-bind', bindingJson(['y']))
    await told.bound(['a g1 x', 'a g2 y'])
    const snapshots = told.snapshots.length
    const paths = ['/a/g1-bind', '/a/g2-bind', '/a', '/b', ''].map((path) => `/kiteq/sub${path}`)
    await removeAtOnce(await rawClient(t, '/emptied'), paths)
    assert.equal(
      await told.problemLike(/emptied/),
      'ZooKeeper has no /kiteq/sub: was it emptied? Until they are written there again, the bindings of 2 groups stay',
    )
    await registry.announce(own, ['a', 'b'])
    assert.deepEqual(await other.children('/kiteq/server/a'), [own])
    assert.ok(!(await other.children('/kiteq')).includes('sub'), 'it is not made anew')
    await other.makeWith('/kiteq/sub/a/g1-bind', bindingJson(['z']))
    await told.bound(['a g1 z', 'a g2 y'])
    assert.equal(told.snapshots.length, snapshots + 1)
    await registry.close()

    const again = new Told()
    const known = [bound('a', 'g1', 'z'), bound('a', 'g2', 'y')]
    const next = registryAt(t, '/emptied', ['a', 'b'], { ...more, known })
    await next.start(again)
    await again.bound(['a g1 z', 'a g2 y'])
    await again.problemLike(/lost what was below \/kiteq\/sub for a: .* of one group stay$/)
    await other.write('/kiteq/sub/a/g2-bind', '[]')
    await again.bound(['a g1 z'])
    await other.remove('/kiteq/sub/a/g1-bind')
    await again.bound([])
  },
)

test(
  'a path that is not there takes no binding away and is not made; a first start makes it, and says so',
  within,
  async (t) => {
    const other = observer(t)
    const told = new Told()
    const known = [bound('a', 'g', 'x')]
    const registry = registryAt(t, '/mistyped', ['a'], { known })
    await registry.start(told)
    await told.bound(['a g x'])
    await told.problemLike(/^ZooKeeper has no \/mistyped: is the path right\?/)
    assert.deepEqual(await other.children('/mistyped'), [])
    const first = new Told()
    await registryAt(t, '/new', ['a']).start(first)
    assert.deepEqual(first.infos, ['ZooKeeper had no /new: it was made; is the path right?'])
    assert.deepEqual(await other.children('/new'), ['kiteq'])
  },
)

test(
  'a topic that is added while ZooKeeper is away counts as unread until it was read',
  within,
  async (t) => {
    const told = new Told()
    const registry = registryAt(t, '/added', ['a'])
    const starting = registry.start(told)
    assert.deepEqual(told.unreadTopics, ['a'])
    await starting
    assert.deepEqual(told.unreadTopics, [])
    await observer(t, '/added').makeWith('/kiteq/sub/b/g-bind', bindingJson(['x']))
    const server = ensemble.servers[0]!
    await server.kill('SIGSTOP')
    t.after(() => server.kill('SIGCONT'))
    await told.problemLike(/bindings stay/)
    const announced = registry.announce(own, ['a', 'b'])
    assert.deepEqual(told.unreadTopics, ['b'])
    await server.kill('SIGCONT')
    await announced
    await told.until(() => told.unreadTopics.length === 0)
    await told.bound(['b g x'])
  },
)

test(
  'a topic that is added and may not be read holds up no other, and stays unread',
  within,
  async (t) => {
    const told = new Told()
    const other = observer(t, '/forbidden')
    const registry = registryAt(t, '/forbidden', ['a'])
    await registry.start(told)
    await other.make('/kiteq/sub/b')
    const { ACL, Id, Permission } = zookeeper
    const client = await rawClient(t, '/forbidden')
    const acls = [new ACL(Permission.CREATE, new Id('world', 'anyone'))]
    await new Promise<void>((done) => client.setACL('/kiteq/sub/b', acls, -1, () => done()))
    await registry.announce(own, ['a', 'b'])
    await other.makeWith('/kiteq/sub/a/g-bind', bindingJson(['x']))
    await told.bound(['a g x'])
    assert.deepEqual(told.unreadTopics, ['b'])
    assert.match(await told.problemLike(/sub\/b/), /publishes to it are refused$/)
  },
)

test(
  'a broker that served a topic before may take its messages in a start without ZooKeeper',
  within,
  async (t) => {
    const more = { memoryFile: memoryFile(t), startMs: 300 }
    const before = registryAt(t, '/served', ['a'], { ...more, startMs: 10_000 })
    await before.start(new Told())
    await before.close()
    const server = ensemble.servers[0]!
    await server.kill('SIGSTOP')
    t.after(() => server.kill('SIGCONT'))
    const told = new Told()
    await assert.rejects(registryAt(t, '/served', ['a', 'b'], more).start(told))
    assert.deepEqual(told.unreadTopics, ['b'])
    await server.kill('SIGCONT')
  },
)

test(
  'a node that cannot be used at a first start says that nothing is bound',
  within,
  async (t) => {
    const other = observer(t)
    const told = new Told()
    await other.make('/unusable')
    const below = observer(t, '/unusable')
    await below.makeWith('/kiteq/sub/a/g-bind', 'no list')
    await registryAt(t, '/unusable', ['a']).start(told)
    assert.match(
      await told.problemLike(/g-bind/),
      /no JSON.*; the group g has no bindings: its messages are not kept$/,
    )
  },
)

test('a /kiteq that somebody made ephemeral is told in words, and once', within, async (t) => {
  await observer(t).make('/foreign')
  const client = await rawClient(t, '/foreign')
  await new Promise<void>((resolve) =>
    client.create('/kiteq', zookeeper.CreateMode.EPHEMERAL, () => resolve()),
  )
  const told = new Told()
  const registry = registryAt(t, '/foreign', ['a'], { startMs: 500 })
  await assert.rejects(registry.start(told), /could not be read/)
  await told.problemLike(/ephemeral/)
  assert.deepEqual(
    told.problems.filter((line) => /EPHEMERALS|\[-/.test(line)),
    [],
  )
  assert.deepEqual(
    told.problems.filter((line) => line.includes('create /kiteq/server')),
    ['ZooKeeper: create /kiteq/server: the node above it is ephemeral: nothing can stand below'],
  )
})
