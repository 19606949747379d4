// The broker as a process with a real ZooKeeper: what it puts there, and takes away. The rest is in zookeeper.long.test.ts.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { missingZooKeeper, zooKeeper, type ZooKeeperEnsemble } from '../support/zookeeper-server.ts'
import { brokerFor } from './door.ts'
import { place } from './zookeeper-door.ts'

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
  const config = '[zookeeper]\nsessionSeconds = 4\n' // a slow machine must not end it
  const { options, other } = place(t, ensemble.address, 'a,b', { config })
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
