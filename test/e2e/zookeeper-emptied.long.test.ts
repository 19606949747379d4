// Bad nights with ZooKeeper, with the broker as a process: emptied, away when a topic is added, two brokers with one address.
// What was acked is delivered, and what cannot be is refused.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { bindingJson, ZooKeeperObserver } from '../support/zookeeper-observer.ts'
import { missingZooKeeper, zooKeeper, type ZooKeeperEnsemble } from '../support/zookeeper-server.ts'
import { commands } from '../../src/net/packet.ts'
import { brokerFor, bytesOf, DoorClient, idIn, type StoreAnswer } from './door.ts'
import { arrives, folder, impatient, place, Traffic } from './zookeeper-door.ts'

const skip = missingZooKeeper()
const within = { skip, timeout: 90_000 }
let ensemble: ZooKeeperEnsemble

before(async () => {
  if (skip !== false) return
  ensemble = await zooKeeper(1, { tickMs: 200 })
  await ensemble.start()
})
after(() => (skip === false ? ensemble.remove() : undefined))

test(
  'a ZooKeeper that comes back empty costs no message, also over kill -9 of the broker',
  within,
  async (t) => {
    const registry = `zk://${ensemble.address}` // no path: it would be gone, too
    const args = ['--registry', registry, '--topics', 'trade']
    const options = { dataDir: folder(t), config: '[zookeeper]\nsessionSeconds = 1.5\n' }
    const observer = new ZooKeeperObserver(ensemble.address)
    t.after(() => observer.close())
    const broker = await brokerFor(t, { ...options, args })
    await observer.makeWith('/kiteq/sub/trade/g-bind', bindingJson(['x']))
    const traffic = await Traffic.through(broker)
    const server = ensemble.servers[0]!
    await server.kill('SIGKILL')
    server.empty()
    await server.start()
    await broker.line(/has no \/kiteq\/sub: was it emptied/)
    await observer.follow('/kiteq/server/trade').until([broker.address])
    const count = traffic.count
    await traffic.end()
    assert.ok(traffic.count >= count, 'it goes on')
    await broker.kill9()
    await observer.make('/kiteq/sub/trade') // as a broker of the original does

    const again = await brokerFor(t, { ...options, args: [...args, '--listen', broker.address] })
    await again.line(/lost what was below \/kiteq\/sub for trade/)
    const publisher = await DoorClient.join(again.port, 'p')
    await arrives(publisher, await DoorClient.join(again.port, 'g'), 'x')
    await observer.follow('/kiteq/server/trade').until([again.address])
    await again.stop()
  },
)

test(
  'a topic that is added while ZooKeeper is away is refused until its bindings are read',
  within,
  async (t) => {
    const { options, other } = place(t, ensemble.address, 'trade', { dataDir: folder(t) })
    const broker = await brokerFor(t, { ...options, config: impatient })
    await other.makeWith('/kiteq/sub/feed/g-bind', bindingJson(['x']))
    await other.makeWith('/kiteq/sub/trade/g-bind', bindingJson(['x']))
    await arrives(
      await DoorClient.join(broker.port, 'p'),
      await DoorClient.join(broker.port, 'g'),
      'x',
    )
    await broker.stop()
    const server = ensemble.servers[0]!
    await server.kill('SIGSTOP')
    t.after(() => server.kill('SIGCONT'))
    const args = options.args!.map((arg) => (arg === 'trade' ? 'trade,feed' : arg))
    const again = await brokerFor(t, { ...options, args, config: impatient })
    const publisher = await DoorClient.join(again.port, 'p')
    const consumer = await DoorClient.join(again.port, 'g')
    const publish = (topic: string): Promise<StoreAnswer> =>
      publisher.publish({ topic: bytesOf(topic), messageType: bytesOf('x') })
    assert.equal((await publish('trade')).status, true)
    const refused = await publish('feed')
    assert.match(`${refused.status} ${refused.feedback}`, /^false .*not known yet, retry later/)
    await server.kill('SIGCONT')
    let answer = refused
    while (!answer.status) answer = await publish('feed')
    while (idIn(await consumer.next(commands.bytesMessage)) !== answer.id);
    await again.stop()
  },
)
