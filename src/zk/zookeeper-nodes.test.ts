// The broker's own nodes in a real ZooKeeper when somebody else takes them away, forbids them, or has them already.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import zookeeper from 'node-zookeeper-client'
import { Told } from '../../test/support/registry-told.ts'
import { ZooKeeperObserver } from '../../test/support/zookeeper-observer.ts'
import {
  missingZooKeeper,
  zooKeeper,
  type ZooKeeperEnsemble,
} from '../../test/support/zookeeper-server.ts'
import { ZooKeeperRegistry, type ZooKeeperRegistryOptions } from './zookeeper-registry.ts'

const skip = missingZooKeeper()
const within = { skip, timeout: 60_000 }
const own = '10.0.0.7:13800'
/** The longest that this server gives: a slow machine must not end one. */
const sessionTimeoutMs = 4000
let ensemble: ZooKeeperEnsemble
let chroots = 0

before(async () => {
  if (skip !== false) return
  ensemble = await zooKeeper(1, { tickMs: 200 })
  await ensemble.start()
})
after(() => (skip === false ? ensemble.remove() : undefined))

interface Bench {
  readonly other: ZooKeeperObserver
  readonly client: zookeeper.Client
  /** One more broker. */
  readonly broker: (more?: Partial<ZooKeeperRegistryOptions>) => ZooKeeperRegistry
}

async function bench(t: TestContext): Promise<Bench> {
  const chroot = `/c${++chroots}`
  const address = ensemble.address + chroot
  const other = new ZooKeeperObserver(address)
  const top = new ZooKeeperObserver(ensemble.address)
  await top.make(chroot)
  top.close()
  const client = zookeeper.createClient(address)
  client.connect()
  await once(client, 'connected')
  t.after(() => {
    other.close()
    client.close()
  })
  const broker = (more: Partial<ZooKeeperRegistryOptions> = {}): ZooKeeperRegistry => {
    const registry = new ZooKeeperRegistry({
      address: { servers: [ensemble.address], chroot, ignored: [] },
      topics: ['a', 'b'],
      known: [],
      sessionTimeoutMs,
      credentials: undefined,
      acl: 'open',
      startMs: 10_000,
      absentMs: 20,
      ...more,
    })
    t.after(() => registry.close())
    return registry
  }
  return { other, client, broker }
}

function setAcl(client: zookeeper.Client, path: string, permission: number): Promise<void> {
  const { ACL, Id } = zookeeper
  const acls = [new ACL(permission, new Id('world', 'anyone'))]
  return new Promise((resolve, reject) =>
    client.setACL(path, acls, -1, (error) =>
      error ? reject(new Error(String(error))) : resolve(),
    ),
  )
}

test(
  'own nodes that somebody removed are back with the next look, and told; clients are not disturbed otherwise',
  within,
  async (t) => {
    const { other, client, broker } = await bench(t)
    const told = new Told()
    const registry = broker({ rereadMs: 100 })
    await registry.start(told)
    await registry.announce(own, ['a', 'b'])
    const stays = other.follow('/kiteq/server/b')
    // Both at once: between the two the broker would make its node again.
    const both = client.transaction().remove(`/kiteq/server/a/${own}`).remove('/kiteq/server/a')
    await new Promise<void>((resolve, reject) =>
      both.commit((error) => (error === null ? resolve() : reject(new Error(String(error))))),
    )
    await other.remove(`/kiteq/alive_servers/${own}`)
    for (const path of ['server/a', 'alive_servers'])
      await other.follow(`/kiteq/${path}`).until([own])
    await told.problemLike(/had gone while the session lives: made again$/)
    await stays.until([own])
    assert.equal(stays.lists.length, 1)
    assert.equal(told.infos.length, 1, 'announced once')
  },
)

test(
  'a node that could not be made is told and tried again, until all are there',
  within,
  async (t) => {
    const { other, client, broker } = await bench(t)
    const told = new Told()
    const registry = broker()
    await other.make('/kiteq/server/a')
    const { Permission } = zookeeper
    await setAcl(client, '/kiteq/server/a', Permission.READ | Permission.ADMIN)
    await registry.start(told)
    const announced = registry.announce(own, ['a', 'b'])
    assert.match(
      await told.problemLike(/announced/),
      /^announced as 10\.0\.0\.7:13800 for 1 of 2 topics: ZooKeeper: create \/kiteq\/server\/a\/.*: not allowed with these credentials; it is tried again$/,
    )
    assert.deepEqual(told.infos, [])
    await setAcl(client, '/kiteq/server/a', Permission.ALL)
    await announced
    assert.equal(told.infos.join(), `announced as ${own} for 2 topics`)
    assert.deepEqual(await other.children('/kiteq/server/a'), [own])
  },
)

test(
  'parents that are open to all although only brokers are to make nodes there are told once, all together',
  within,
  async (t) => {
    const { other, broker } = await bench(t)
    await other.make('/kiteq/server')
    await other.make('/kiteq/all_servers')
    const told = new Told()
    const registry = broker({ acl: 'creator', credentials: 'broker:secret', rereadMs: 50 })
    await registry.start(told)
    await registry.announce(own, ['a'])
    assert.deepEqual(told.problems, [
      '/kiteq/server, /kiteq/all_servers: open to all, so that anybody may remove brokers there in spite of zookeeper.acl = "creator"; expected another setAcl',
    ])
  },
)

test(
  'a node of another broker with this address stays, whatever this one does, and both are told apart',
  within,
  async (t) => {
    const { other, broker } = await bench(t)
    const first = broker()
    await first.start(new Told())
    await first.announce(own, ['a', 'b'])
    const list = other.follow('/kiteq/server/a')
    const up = await list.until([own])
    const told = new Told()
    const brief = { sessionTimeoutMs: 600 } // as long it waits for a node of its own to go
    const second = broker(brief)
    await second.start(told)
    void second.announce(own, ['a', 'b'])
    assert.match(
      await told.problemLike(/another broker/),
      /^announced as .* for 0 of 2 topics: \/kiteq\/server\/a\/.* is there already, of session [0-9a-f]{16}, and ours is [0-9a-f]{16}: does another broker have this address\?/,
    )
    await second.bounce()
    await second.withdraw()
    assert.equal(list.lists.length, up, 'the list has not changed')
    const third = new Told()
    const next = broker(brief)
    await next.start(third)
    const announced = next.announce(own, ['a', 'b'])
    await third.problemLike(/another broker/)
    await first.withdraw()
    await announced
    assert.deepEqual(await other.children('/kiteq/server/a'), [own])
  },
)

test(
  'a broker that was killed knows the nodes of its last session as its own, and takes them away at once',
  within,
  async (t) => {
    const { other, broker } = await bench(t)
    const dir = mkdtempSync(join(tmpdir(), 'kiteq-memory-'))
    t.after(() => rmSync(dir, { recursive: true, force: true }))
    const more = { memoryFile: join(dir, 'zookeeper.json') }
    const killed = broker(more)
    await killed.start(new Told())
    await killed.announce(own, ['a', 'b'])
    const list = other.follow('/kiteq/server/b')
    const up = await list.until([own])
    const told = new Told()
    const next = broker(more)
    await next.start(told)
    const since = performance.now()
    await next.announce(own, ['a', 'b'])
    const tookMs = performance.now() - since
    assert.ok(tookMs < sessionTimeoutMs, `announced after ${tookMs} ms`)
    await list.until([own], await list.until([], up))
    assert.deepEqual(told.problems, [])
  },
)
