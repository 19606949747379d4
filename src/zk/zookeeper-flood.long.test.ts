// Somebody who writes more into ZooKeeper than a broker can take, against a real one: what was bound stays, and nothing starts
// with nothing.

import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import { Told } from '../../test/support/registry-told.ts'
import { bindingJson, ZooKeeperObserver } from '../../test/support/zookeeper-observer.ts'
import {
  missingZooKeeper,
  zooKeeper,
  type ZooKeeperEnsemble,
} from '../../test/support/zookeeper-server.ts'
import { bindingsPerTopicMax, registryBindingsMax } from '../model/limits.ts'
import type { RegistryBinding } from '../model/registry.ts'
import { ZooKeeperRegistry } from './zookeeper-registry.ts'

const skip = missingZooKeeper()
const within = { skip, timeout: 60_000 }
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
  known: readonly RegistryBinding[] = [],
): ZooKeeperRegistry {
  const registry = new ZooKeeperRegistry({
    address: { servers: [ensemble.address], chroot, ignored: [] },
    topics: ['t'],
    known,
    sessionTimeoutMs: 4000,
    credentials: undefined,
    acl: 'open',
    startMs: 20_000,
    absentMs: 50,
  })
  t.after(() => registry.close())
  return registry
}

function observerAt(t: TestContext, chroot: string): ZooKeeperObserver {
  const other = new ZooKeeperObserver(ensemble.address + chroot)
  t.after(() => other.close())
  return other
}

const full = JSON.stringify(
  Array.from({ length: bindingsPerTopicMax }, (_, at) => ({ messageType: `${at}` })),
)
const nodesMax = Math.floor(registryBindingsMax / bindingsPerTopicMax)

function groupsOf(told: Told): Set<string> {
  return new Set(told.snapshots.at(-1)?.bindings.map(({ group }) => group))
}

test(
  'more bindings than fit leave everybody what they had, and a start that knows of none is refused',
  within,
  async (t) => {
    const told = new Told()
    const registry = registryAt(t, '/flood')
    await registry.start(told)
    const other = observerAt(t, '/flood')
    await other.makeWith('/kiteq/sub/t/honest-bind', bindingJson(['x']))
    await told.until(() => groupsOf(told).has('honest'))
    const flood = Array.from({ length: nodesMax + 2 }, (_, at) => `f${at}`)
    for (const group of flood) await other.makeWith(`/kiteq/sub/t/${group}-bind`, full)
    await told.until(() =>
      told.problems.some((line) => line.includes('expected at most 100000 bindings')),
    )
    assert.equal(groupsOf(told).size, nodesMax + 1, 'as many as fit, and who was there')
    await other.write('/kiteq/sub/t/honest-bind', bindingJson(['y']))
    const honest = (): unknown =>
      told.snapshots.at(-1)?.bindings.find(({ group }) => group === 'honest')?.messageType
    await told.until(() => honest() === 'y')

    const fresh = new Told()
    await assert.rejects(registryAt(t, '/flood').start(fresh), (error: Error) => {
      assert.match(error.message, /has more bindings than a broker takes: expected at most 100000/)
      return true
    })
    assert.deepEqual(fresh.snapshots, [], 'nothing is told of a part')
    for (const group of flood.slice(0, 3)) await other.remove(`/kiteq/sub/t/${group}-bind`)
    await told.until(() => groupsOf(told).has(flood.at(-1)!) && !groupsOf(told).has('f0'))
  },
)

test(
  'what one node says changes once a second at most, and its last word counts',
  within,
  async (t) => {
    const told = new Told()
    const registry = registryAt(t, '/restless')
    await registry.start(told)
    const other = observerAt(t, '/restless')
    await other.makeWith('/kiteq/sub/t/g-bind', bindingJson(['0']))
    const sinceMs = performance.now()
    let writes = 0
    while (performance.now() - sinceMs < 1500)
      await other.write('/kiteq/sub/t/g-bind', bindingJson([`${++writes}`]))
    await told.bound([`t g ${writes}`])
    const seconds = (performance.now() - sinceMs) / 1000
    assert.ok(
      told.snapshots.length <= 2 + Math.ceil(seconds),
      `${told.snapshots.length} snapshots of ${writes} writes in ${seconds} s`,
    )
  },
)
