// The registry against a real ZooKeeper: what others write there, and what they see of this broker.

import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import { Told } from '../../test/support/registry-told.ts'
import { bindingJson, ZooKeeperObserver } from '../../test/support/zookeeper-observer.ts'
import {
  missingZooKeeper,
  zooKeeper,
  type ZooKeeperEnsemble,
} from '../../test/support/zookeeper-server.ts'
import { KiteQError } from '../model/errors.ts'
import { ZooKeeperRegistry, type ZooKeeperRegistryOptions } from './zookeeper-registry.ts'

const skip = missingZooKeeper()
const within = { skip, timeout: 60_000 }
const own = '10.0.0.7:13800'
let ensemble: ZooKeeperEnsemble
let chroots = 0

before(async () => {
  if (skip !== false) return
  ensemble = await zooKeeper(1, { tickMs: 200 })
  await ensemble.start()
})
after(() => (skip === false ? ensemble.remove() : undefined))

function setup(
  t: TestContext,
  topics: readonly string[],
  more: Partial<ZooKeeperRegistryOptions> = {},
): { told: Told; other: ZooKeeperObserver; registry: ZooKeeperRegistry } {
  const chroot = `/c${++chroots}/d`
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
  const other = new ZooKeeperObserver(ensemble.address + chroot)
  t.after(async () => {
    other.close()
    await registry.close()
  })
  return { told: new Told(), other, registry }
}

test(
  'bindings are read at the start, and again whenever one is made, changed or taken away',
  within,
  async (t) => {
    const { told, other, registry } = setup(t, ['a', 'b'])
    await registry.start(told)
    assert.deepEqual(told.snapshots, [{ source: 'registry', bindings: [] }])
    await other.makeWith('/kiteq/sub/a/g1-bind', bindingJson(['x'], ['y.*', 1]))
    await told.bound(['a g1 x', 'a g1 y.*'])
    assert.deepEqual(told.snapshots.at(-1)?.bindings[1], {
      topic: 'a',
      group: 'g1',
      bindType: 'regex',
      messageType: 'y.*',
      watermark: 1000,
      persistent: true,
    })
    await other.makeWith('/kiteq/sub/b/g2-bind', bindingJson(['*', 2]))
    await told.bound(['a g1 x', 'a g1 y.*', 'b g2 *'])
    await other.write('/kiteq/sub/a/g1-bind', bindingJson(['z']))
    await told.bound(['a g1 z', 'b g2 *'])
    await other.remove('/kiteq/sub/a/g1-bind')
    await told.bound(['b g2 *'])
    await other.remove('/kiteq/sub/b/g2-bind')
    await told.bound([])
    await other.remove('/kiteq/sub/b')
    await other.makeWith('/kiteq/sub/b/g3-bind', bindingJson(['w']))
    await told.bound(['b g3 w'])
    assert.deepEqual(told.problems, [
      '/kiteq/sub/a/g1-bind was removed: the group is bound no more',
      '/kiteq/sub/b/g2-bind was removed: the group is bound no more',
    ])
  },
)

test(
  'what is no list of bindings harms only its own node, and what was there before stays',
  within,
  async (t) => {
    const { told, other, registry } = setup(t, ['a'])
    await registry.start(told)
    await other.makeWith('/kiteq/sub/a/good-bind', bindingJson(['x']))
    await told.bound(['a good x'])
    await other.write('/kiteq/sub/a/good-bind', '[{"messageType":"x","bindType":7}]')
    await told.until(() => told.problems.length === 1)
    assert.match(
      told.problems[0]!,
      /good-bind: binding 1: bindType is 7; expected 0, 1 or 2; what was bound there before stays/,
    )
    await other.makeWith('/kiteq/sub/a/third-bind', bindingJson(['z']))
    await told.bound(['a good x', 'a third z'])
    await other.make('/kiteq/sub/a/stranger')
    await other.write('/kiteq/sub/a/third-bind', '[]')
    await told.bound(['a good x'])
    assert.equal(told.problems.length, 1)
  },
)

test(
  'what a Java client writes first is no problem when its bindings follow at once, and is told when they do not',
  within,
  async (t) => {
    const { told, other, registry } = setup(t, ['a'])
    await registry.start(told)
    await other.makeWith('/kiteq/sub/a/java-bind', '127.0.0.1')
    await other.makeWith('/kiteq/sub/a/stuck-bind', '127.0.0.1')
    await other.write('/kiteq/sub/a/java-bind', bindingJson(['x']))
    await told.bound(['a java x'])
    await told.until(() => told.problems.length > 0)
    assert.deepEqual(told.problems, [
      '/kiteq/sub/a/stuck-bind: "127.0.0.1" is no JSON; expected a JSON list of bindings; the group stuck has no bindings: its messages are not kept',
    ])
  },
)

test(
  'a node that cannot be used at a start keeps what the log has of it, also of a topic served no longer',
  within,
  async (t) => {
    const more = { bindType: 'direct', watermark: 0, persistent: true } as const
    const known = [
      { ...more, topic: 'a', group: 'bad', messageType: 'kept' },
      { ...more, topic: 'old', group: 'g', messageType: 'kept' },
      { ...more, topic: 'older', group: 'g', messageType: 'gone' },
    ]
    const { told, other, registry } = setup(t, ['a'], { known })
    const chroot = `/c${chroots}/d`
    const maker = new ZooKeeperObserver(ensemble.address)
    t.after(() => maker.close())
    await maker.make(chroot)
    await other.makeWith('/kiteq/sub/a/bad-bind', 'no list')
    await other.makeWith('/kiteq/sub/old/g-bind', bindingJson(['kept']))
    await other.make('/kiteq/sub/older')
    await registry.start(told)
    await told.bound(['a bad kept', 'old g kept'])
    assert.deepEqual(await other.children('/kiteq/server'), ['a'])
  },
)

test(
  'a broker is known by its address under each topic, and by nothing else, until it withdraws',
  within,
  async (t) => {
    const { told, other, registry } = setup(t, ['a', 'b'])
    await registry.start(told)
    assert.deepEqual(await other.children('/kiteq/server'), ['a', 'b'])
    assert.deepEqual(await other.children('/kiteq/server/a'), [])
    await registry.announce(own, ['a', 'b'])
    const places = ['/server/a', '/server/b', '/alive_servers', '/all_servers']
    for (const place of places) assert.deepEqual(await other.children(`/kiteq${place}`), [own])
    assert.deepEqual(await other.children('/kiteq/pub'), ['a', 'b'])
    await told.until(() => told.lists.length === 2)
    assert.deepEqual(told.lists.toSorted(), [`a: ${own}`, `b: ${own}`])
    await registry.withdraw()
    assert.deepEqual(await other.children('/kiteq/server/a'), [])
    assert.deepEqual(await other.children('/kiteq/alive_servers'), [])
    assert.deepEqual(await other.children('/kiteq/all_servers'), [own])
  },
)

test(
  'announced with other topics, it reads their bindings, and touches only the nodes that differ',
  within,
  async (t) => {
    const { told, other, registry } = setup(t, ['a', 'b'])
    await registry.start(told)
    await registry.announce(own, ['a', 'b'])
    await other.makeWith('/kiteq/sub/c/g-bind', bindingJson(['x']))
    const stays = other.follow('/kiteq/server/b')
    const alive = other.follow('/kiteq/alive_servers')
    await registry.announce(own, ['b', 'c'])
    assert.deepEqual(await other.children('/kiteq/server/a'), [])
    assert.deepEqual(await other.children('/kiteq/server/c'), [own])
    await told.bound(['c g x'])
    assert.deepEqual([stays.lists.length, alive.lists.length], [1, 1])
  },
)

test(
  'a bounce takes the nodes away for a second, one topic after the other, and back',
  within,
  async (t) => {
    const topics = ['a', 'b', 'c']
    const { told, other, registry } = setup(t, topics, { absentMs: 1000 })
    await registry.start(told)
    await registry.announce(own, topics)
    const lists = topics.map((topic) => other.follow(`/kiteq/server/${topic}`))
    for (const list of lists) await list.until([own])
    await registry.bounce()
    for (const list of lists) await list.until([own], await list.until([]))
    for (const { lists: seen } of lists) {
      const awayMs = seen[2]!.atMs - seen[1]!.atMs
      assert.ok(awayMs > 500 && awayMs < 8000, `absent for ${awayMs} ms`) // as seen from here
    }
  },
)

test(
  'with credentials and the acl of their creator, others read the nodes of brokers and change none',
  within,
  async (t) => {
    const { told, other, registry } = setup(t, ['a'], {
      credentials: 'broker:secret',
      acl: 'creator',
    })
    await registry.start(told)
    await registry.announce(own, ['a'])
    assert.deepEqual(await other.children('/kiteq/server/a'), [own])
    assert.deepEqual((await other.node(`/kiteq/server/a/${own}`)).acl, [
      'digest:…:31',
      'world:anyone:1',
    ])
    await assert.rejects(other.remove(`/kiteq/server/a/${own}`), /NO_AUTH/)
    await other.makeWith('/kiteq/sub/a/g-bind', bindingJson(['x']))
    await told.bound(['a g x'])
    assert.deepEqual(told.problems, [])
  },
)

test(
  'while ZooKeeper is away the bindings stay; when it is back nodes and bindings are those of then',
  within,
  async (t) => {
    const topics = Array.from({ length: 10 }, (_, i) => `t${i}`)
    const { told, other, registry } = setup(t, topics)
    await registry.start(told)
    await registry.announce(own, topics)
    await other.makeWith('/kiteq/sub/t3/g-bind', bindingJson(['x']))
    await told.bound(['t3 g x'])
    const snapshots = told.snapshots.length
    const server = ensemble.servers[0]!
    await server.kill('SIGKILL')
    await told.until(() => told.problems.some((line) => line.includes('bindings stay')))
    assert.equal(told.snapshots.length, snapshots)
    await server.start()
    await other.makeWith('/kiteq/sub/t4/h-bind', bindingJson(['y']))
    await told.bound(['t3 g x', 't4 h y'])
    for (const topic of topics) await other.follow(`/kiteq/server/${topic}`).until([own])
  },
)

test('a start without ZooKeeper says so in time, and goes on trying', within, async (t) => {
  const { told, other, registry } = setup(t, ['a'], { startMs: 500 })
  const server = ensemble.servers[0]!
  await server.kill('SIGSTOP')
  t.after(() => server.kill('SIGCONT'))
  await assert.rejects(registry.start(told), (error) => {
    assert.ok(error instanceof KiteQError, 'it is an error of ours')
    assert.equal(error.code, 'KITEQ_REGISTRY')
    assert.match(error.message, /^ZooKeeper \(.*\) could not be read within 500 ms: /)
    return true
  })
  await server.kill('SIGCONT')
  await told.until(() => told.snapshots.length > 0)
  await other.makeWith('/kiteq/sub/a/g-bind', bindingJson(['x']))
  await told.bound(['a g x'])
})
