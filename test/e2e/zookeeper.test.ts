// The broker as a process with a real ZooKeeper: what it puts there, whom it serves by it, and what it does without it.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bindingJson } from '../support/zookeeper-observer.ts'
import { missingZooKeeper, zooKeeper, type ZooKeeperEnsemble } from '../support/zookeeper-server.ts'
import { brokerFor, DoorClient } from './door.ts'
import { arrives, arrivesNoMore, folder, impatient, place } from './zookeeper-door.ts'

const skip = missingZooKeeper()
const within = { skip, timeout: 60_000 }
let ensemble: ZooKeeperEnsemble

before(async () => {
  if (skip !== false) return
  ensemble = await zooKeeper(1, { tickMs: 200 })
  await ensemble.start()
})
after(() => (skip === false ? ensemble.remove() : undefined))

test('nodes stand where those of the original stand, and go with the broker', within, async (t) => {
  const { options, other } = place(t, ensemble.address, 'a,b')
  const broker = await brokerFor(t, options)
  const own = broker.address
  for (const topic of ['a', 'b']) await other.follow(`/kiteq/server/${topic}`).until([own])
  await other.follow('/kiteq/all_servers').until([own])
  const roots = ['alive_servers', 'all_servers', 'pub', 'server', 'sub']
  assert.deepEqual(await other.children('/kiteq'), roots)
  for (const parent of ['server', 'pub', 'sub'])
    assert.deepEqual(await other.children(`/kiteq/${parent}`), ['a', 'b'])
  const made = { data: undefined, acl: ['world:anyone:31'] }
  for (const path of ['/kiteq', '/kiteq/server/a', '/kiteq/sub/b', `/kiteq/all_servers/${own}`])
    assert.deepEqual(await other.node(path), { ...made, isEphemeral: false }, path)
  for (const path of [`/kiteq/server/b/${own}`, `/kiteq/alive_servers/${own}`])
    assert.deepEqual(await other.node(path), { ...made, isEphemeral: true }, path)
  assert.deepEqual(await broker.stop(), { code: 0, signal: null })
  assert.deepEqual(await other.children('/kiteq/server/a'), [])
  assert.deepEqual(await other.children('/kiteq/alive_servers'), [])
  assert.deepEqual(await other.children('/kiteq/all_servers'), [own])
})

test(
  'a binding counts once it is written, changed or gone, for its own group, and in the next start without ZooKeeper',
  within,
  async (t) => {
    const { options, other } = place(t, ensemble.address, 'trade', { dataDir: folder(t) })
    const broker = await brokerFor(t, options)
    const publisher = await DoorClient.join(broker.port, 'p')
    const one = await DoorClient.join(broker.port, 'one')
    const two = await DoorClient.join(broker.port, 'two')
    await other.makeWith('/kiteq/sub/trade/one-bind', bindingJson(['x']))
    await arrives(publisher, one, 'x')
    await other.makeWith('/kiteq/sub/trade/two-bind', bindingJson(['y.*', 1]))
    await arrives(publisher, two, 'y-1')
    await other.write('/kiteq/sub/trade/one-bind', bindingJson(['z']))
    await arrives(publisher, one, 'z')
    await other.remove('/kiteq/sub/trade/one-bind')
    await arrivesNoMore(publisher, one, 'z', two, 'y-2')
    await broker.stop()

    const server = ensemble.servers[0]!
    await server.kill('SIGKILL')
    const again = await brokerFor(t, { ...options, config: impatient })
    assert.match(
      await again.line(/starts with the bindings/),
      /could not be read within 1000 ms: .*ECONNREFUSED; the broker starts with the bindings of its last run, and is announced once/,
    )
    const back = await DoorClient.join(again.port, 'two')
    await arrives(await DoorClient.join(again.port, 'p'), back, 'y-3')
    await server.start()
    await other.follow('/kiteq/server/trade').until([again.address])
  },
)
