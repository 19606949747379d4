// The original's files with ZooKeeper as their registry: a start, what stands there then, and other topics while it runs.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test, type TestContext } from 'node:test'
import zookeeper from 'node-zookeeper-client'
import { commands } from '../../src/net/packet.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { freePortPair } from '../support/free-ports.ts'
import { missingZooKeeper, zooKeeper } from '../support/zookeeper-server.ts'
import { brokerFor, bytesOf, DoorClient, idIn, within } from './door.ts'

/** Looks and writes as an ops page does, beside the broker. */
class Observer {
  readonly #client: zookeeper.Client

  private constructor(client: zookeeper.Client) {
    this.#client = client
  }

  static async connect(t: TestContext, address: string): Promise<Observer> {
    const client = zookeeper.createClient(address)
    t.after(() => client.close())
    client.connect()
    await once(client, 'connected')
    return new Observer(client)
  }

  /** Resolves once the children are these; waits on the watch of the node, and of its parent while it is not there. */
  async until(path: string, wanted: readonly string[]): Promise<void> {
    for (;;) {
      let changed: () => void = () => undefined
      const change = new Promise<void>((resolve) => (changed = resolve))
      const found = await this.#children(path, changed)
      if (found.toSorted().join() === wanted.toSorted().join()) return
      await change
    }
  }

  create(path: string, data: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#client.mkdirp(path, Buffer.from(data), (error) => {
        if (error) reject(new Error(`${path} cannot be made: ${String(error)}`))
        else resolve()
      })
    })
  }

  async #children(path: string, changed: () => void): Promise<readonly string[]> {
    for (;;) {
      const found = await new Promise<readonly string[] | undefined>((resolve) => {
        this.#client.getChildren(path, changed, (error, children) => {
          resolve(error ? undefined : children)
        })
      })
      if (found !== undefined) return found
      const isThere = await new Promise<boolean>((resolve) => {
        this.#client.exists(path, changed, (_error, stat: zookeeper.Stat | null) => {
          resolve(Boolean(stat))
        })
      })
      if (!isThere) return []
    }
  }
}

function binding(group: string, topic: string): string {
  const one = {
    groupId: group,
    topic,
    messageType: 'new',
    bindType: 0,
    version: '1.0.0',
    watermark: 1000,
    persistent: true,
  }
  return JSON.stringify([one])
}

function clusterToml(zk: string, topics: readonly string[]): string {
  return `
[registry.dev]
hosts = "zk://${zk}?timeout=5"
[registry.other]
hosts = "file://registry.yaml"
[clusters.default_dev]
env = "dev"
topics = ${JSON.stringify(topics)}
db = "memory://?initcap=1000&maxcap=5000"
deliverySeconds = 5
recievePermitsPerSecond = 20000
`
}

test(
  "the original's files with ZooKeeper start a broker that clients find there, and a reload moves its nodes",
  { ...within, skip: missingZooKeeper() },
  async (t) => {
    const ensemble = await zooKeeper(1)
    t.after(() => ensemble.remove())
    await ensemble.start()
    const folder = temporaryFolder('original-zk')
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    mkdirSync(path.join(folder, 'conf'))
    const write = (topics: readonly string[]): void =>
      writeFileSync(path.join(folder, 'conf/cluster.toml'), clusterToml(ensemble.address, topics))
    write(['order', 'feed'])
    const observer = await Observer.connect(t, ensemble.address)
    await observer.create('/kiteq/sub/order/s-order-bind', binding('s-order', 'order'))
    await observer.create('/kiteq/sub/goods/s-goods-bind', binding('s-goods', 'goods'))

    const port = await freePortPair()
    const broker = await brokerFor(t, {
      bareIn: folder,
      args: [
        '-configPath',
        'conf/cluster.toml',
        `-bind=localhost:${port}`,
        '-pport',
        String(port + 1),
      ],
    })
    const own = [`127.0.0.1:${port}`]
    for (const node of ['server/order', 'server/feed', 'alive_servers', 'all_servers'])
      await observer.until(`/kiteq/${node}`, own)
    const publisher = await DoorClient.join(port, 'pb')
    const publish = async (topic: string): Promise<string> => {
      const consumer = await DoorClient.join(port, `s-${topic}`)
      t.after(() => consumer.close())
      const answer = await publisher.publish({
        topic: bytesOf(topic),
        messageType: bytesOf('new'),
      })
      if (answer.status) assert.equal(idIn(await consumer.next(commands.bytesMessage)), answer.id)
      return answer.feedback.replace(/Cost:\d+/, 'Cost:0')
    }
    assert.equal(await publish('order'), 'Store Result true Cost:0')
    assert.equal(await publish('goods'), 'UnSupport Topic Message!')

    write(['goods', 'feed'])
    const answer = (await (await fetch(`http://${broker.http}/reload`)).json()) as object
    assert.deepEqual(answer, {
      status: 200,
      topics: ['goods', 'feed'],
      changed: ['topics'],
      needs_restart: [],
    })
    await observer.until('/kiteq/server/goods', own)
    await observer.until('/kiteq/server/order', [])
    await observer.until('/kiteq/alive_servers', own)
    assert.equal(await publish('goods'), 'Store Result true Cost:0')
    assert.equal(await publish('order'), 'UnSupport Topic Message!')
    await broker.stop()
    await observer.until('/kiteq/server/goods', [])
    await observer.until('/kiteq/alive_servers', [])
  },
)
