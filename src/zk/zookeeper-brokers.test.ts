// The brokers of a topic as ZooKeeper names them, over a link that says what the test wants.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZooKeeperBrokers } from './zookeeper-brokers.ts'
import type { ZooKeeperLink } from './zookeeper-link.ts'

type Told = [topic: string, addresses: readonly string[]]

class FakeLink {
  readonly nodes = new Map<string, readonly string[]>()
  readonly watches = new Map<string, () => void>()
  isAway = false

  children(path: string, watch: (() => void) | undefined): Promise<readonly string[] | undefined> {
    if (this.isAway) return Promise.reject(new Error('away'))
    if (watch !== undefined) this.watches.set(path, watch)
    return Promise.resolve(this.nodes.get(path))
  }
}

function setup(): {
  link: FakeLink
  brokers: ZooKeeperBrokers
  told: Told[]
  next: () => Promise<Told>
} {
  const link = new FakeLink()
  const told: Told[] = []
  let wake: ((one: Told) => void) | undefined
  const brokers = new ZooKeeperBrokers({
    topics: ['trade', 'other'],
    requestMs: () => 1000,
    link: () => link as unknown as ZooKeeperLink,
    tell: (...one) => {
      told.push(one)
      wake?.(one)
    },
  })
  return { link, brokers, told, next: () => new Promise((resolve) => (wake = resolve)) }
}

test('brokers are told when they differ, and again when a node comes or goes', async () => {
  const { link, brokers, told, next } = setup()
  link.nodes.set('/kiteq/server/trade', ['10.0.0.2:13800', '10.0.0.1:13800'])
  await brokers.readAll()
  await brokers.readAll()
  assert.deepEqual(told, [['trade', ['10.0.0.1:13800', '10.0.0.2:13800']]])
  link.nodes.set('/kiteq/server/trade', ['10.0.0.2:13800'])
  const changed = next()
  link.watches.get('/kiteq/server/trade')!()
  assert.deepEqual(await changed, ['trade', ['10.0.0.2:13800']])
  brokers.close()
})

test('while ZooKeeper is away the brokers of before stay', async () => {
  const { link, brokers, told } = setup()
  link.nodes.set('/kiteq/server/trade', ['10.0.0.1:13800'])
  await brokers.readAll()
  link.isAway = true
  await brokers.readAll()
  assert.equal(told.length, 1)
  link.isAway = false
  link.nodes.delete('/kiteq/server/trade')
  brokers.serve(['third'])
  link.nodes.set('/kiteq/server/third', ['10.0.0.3:13800'])
  await brokers.readAll()
  assert.deepEqual(told.slice(1).sort(), [
    ['third', ['10.0.0.3:13800']],
    ['trade', []],
  ])
  brokers.close()
})
