// What an ensemble and its network go through in a bad week, with the broker as a process: connections cut and silent, servers
// frozen and killed, all of them away. Bindings stay, messages go through, the nodes come back.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BrokerProcess } from '../support/broker-process.ts'
import { startKiteq } from '../support/command-line.ts'
import { CutProxy } from '../support/cut-proxy.ts'
import { bindingJson } from '../support/zookeeper-observer.ts'
import { missingZooKeeper, zooKeeper, type ZooKeeperEnsemble } from '../support/zookeeper-server.ts'
import { brokerFor, DoorClient } from './door.ts'
import { arrives, arrivesNoMore, folder, impatient, place, Traffic } from './zookeeper-door.ts'

/** How long all of an ensemble is away. */
const awaySeconds = Number(process.env['ZOOKEEPER_AWAY_SECONDS'] ?? 60)
const backWithinMs = 5000
const stopWithinMs = 12_000
const skip = missingZooKeeper()
const within = { skip, timeout: 90_000 }
let ensemble: ZooKeeperEnsemble

before(async () => {
  if (skip !== false) return
  ensemble = await zooKeeper(1, { tickMs: 200 })
  await ensemble.start()
})
after(() => (skip === false ? ensemble.remove() : undefined))

async function stopMs(broker: BrokerProcess): Promise<number> {
  const since = performance.now()
  assert.equal((await broker.stop()).code, 0)
  return performance.now() - since
}

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

test(
  'a broker killed -9 leaves the list with its session, and is back with its next start',
  within,
  async (t) => {
    const { options, other } = place(t, ensemble.address, 'a', { dataDir: folder(t) })
    const broker = await brokerFor(t, options)
    const list = other.follow('/kiteq/server/a')
    const up = await list.until([broker.address])
    const killed = performance.now()
    await broker.kill9()
    const down = await list.until([], up)
    const lastedMs = list.lists[down - 1]!.atMs - killed
    assert.ok(lastedMs < 5000, `its node lasted ${lastedMs} ms`)
    await brokerFor(t, { ...options, args: [...options.args!, '--listen', broker.address] })
    await list.until([broker.address], down)
  },
)

test(
  'a broker that was frozen for longer than its session comes back into the list',
  within,
  async (t) => {
    const { options, other } = place(t, ensemble.address, 'a')
    const broker = await brokerFor(t, options)
    const list = other.follow('/kiteq/server/a')
    const up = await list.until([broker.address])
    broker.signal('SIGSTOP')
    const down = await list.until([], up)
    broker.signal('SIGCONT')
    await list.until([broker.address], down)
    await broker.line(/with a new session/)
  },
)

test(
  'two brokers stand beside each other, and one that stops takes only its own node',
  within,
  async (t) => {
    const { options, other } = place(t, ensemble.address, 'a')
    const brokers = await Promise.all([brokerFor(t, options), brokerFor(t, options)])
    const list = other.follow('/kiteq/server/a')
    await list.until(brokers.map(({ address }) => address).sort())
    await brokers[0].stop()
    await list.until([brokers[1].address])
  },
)

test(
  'a connection that is cut costs no session, and is followed by one bounce of the nodes',
  within,
  async (t) => {
    const proxy = await CutProxy.to(ensemble.servers[0]!.port)
    t.after(() => proxy.close())
    const config = '[zookeeper]\nsessionSeconds = 4\n' // a slow machine must not end it
    const { options, other } = place(t, ensemble.address, 'a', { through: proxy.address, config })
    const broker = await brokerFor(t, options)
    const list = other.follow('/kiteq/server/a')
    const up = await list.until([broker.address])
    for (let times = 0; times < 3; times++) {
      proxy.cut()
      const lines = broker.stderr.length
      while (!broker.stderr.slice(lines).some((line) => line.includes('announced as')))
        await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const down = await list.until([], up)
    const back = await list.until([broker.address], down)
    const awayMs = list.lists[back - 1]!.atMs - list.lists[down - 1]!.atMs
    assert.ok(awayMs > 500 && awayMs < 8000, `absent for ${awayMs} ms`) // as seen from here
    assert.equal(list.lists.length, back, 'three losses, one bounce')
    assert.ok(!broker.stderr.some((line) => line.includes('new session')), 'the session was kept')
  },
)

test(
  'a network that goes silent ends the session, and what was bound meanwhile counts once it is back',
  within,
  async (t) => {
    const proxy = await CutProxy.to(ensemble.servers[0]!.port)
    t.after(() => proxy.close())
    const { options, other } = place(t, ensemble.address, 'trade', { through: proxy.address })
    const broker = await brokerFor(t, options)
    await other.makeWith('/kiteq/sub/trade/g-bind', bindingJson(['x']))
    const group = await DoorClient.join(broker.port, 'g')
    const publisher = await DoorClient.join(broker.port, 'p')
    await arrives(publisher, group, 'x')
    const list = other.follow('/kiteq/server/trade')
    const up = await list.until([broker.address])
    proxy.silence()
    const down = await list.until([], up)
    await other.write('/kiteq/sub/trade/g-bind', bindingJson(['y']))
    await arrives(publisher, group, 'x')
    proxy.speak()
    const since = performance.now()
    await list.until([broker.address], down)
    const backMs = performance.now() - since
    assert.ok(backMs < backWithinMs, `back after ${backMs} ms`)
    await arrives(publisher, group, 'y')
  },
)

test('a server that stands still for longer than a session is found again', within, async (t) => {
  const { options, other } = place(t, ensemble.address, 'trade')
  const broker = await brokerFor(t, options)
  await other.makeWith('/kiteq/sub/trade/g-bind', bindingJson(['x']))
  await other.follow('/kiteq/server/trade').until([broker.address])
  const traffic = await Traffic.through(broker)
  await ensemble.servers[0]!.kill('SIGSTOP')
  await broker.line(/bindings stay as they were/)
  await new Promise((resolve) => setTimeout(resolve, 4000))
  await ensemble.servers[0]!.kill('SIGCONT')
  await broker.line(/ZooKeeper answers again/)
  await other.follow('/kiteq/server/trade').until([broker.address])
  await traffic.end()
})

test(
  'without ZooKeeper a broker that knows no bindings is refused, and one that runs stops in time',
  within,
  async (t) => {
    const { options, other } = place(t, ensemble.address, 'a')
    const frozen = await brokerFor(t, options)
    const killed = await brokerFor(t, options)
    await other.follow('/kiteq/server/a').until([frozen.address, killed.address].sort())
    const server = ensemble.servers[0]!
    await server.kill('SIGSTOP')
    const frozenMs = await stopMs(frozen)
    assert.ok(frozenMs < stopWithinMs, `stopped after ${frozenMs} ms with a frozen ZooKeeper`)
    await server.kill('SIGKILL')
    const killedMs = await stopMs(killed)
    assert.ok(killedMs < stopWithinMs, `stopped after ${killedMs} ms without ZooKeeper`)
    await assert.rejects(
      brokerFor(t, { ...options, config: impatient, dataDir: folder(t) }),
      (error) => {
        assert.match(
          String(error),
          /KITEQ_REGISTRY: ZooKeeper \(.*\) could not be read within 1000 ms/,
        )
        assert.match(String(error), /code 78/)
        return true
      },
    )
    const args = ['--registry', `zk://${ensemble.address}`, '--topics', 'a']
    const waiting = startKiteq(
      ['serve', '--data-dir', folder(t), '--listen', '127.0.0.1:0', '--http', 'off', ...args],
      {},
    )
    await waiting.said('bindings stay as they were')
    waiting.child.kill('SIGTERM')
    const { code, stdout } = await waiting.ended
    assert.equal(stdout, 'SIGTERM: stopped while it was waiting for the registry\n')
    assert.equal(code, 0)
    await server.start()
  },
)

test(
  'an ensemble of three loses one, then all for a while: messages go through, and the nodes of ten topics are back at once',
  { skip, timeout: 120_000 + 2000 * awaySeconds },
  async (t) => {
    const three = await zooKeeper(3, { tickMs: 200 })
    t.after(() => three.remove())
    await three.start()
    const topics = ['trade', ...Array.from({ length: 9 }, (_, i) => `t${i}`)]
    const { options, other } = place(t, three.address, topics.join())
    const broker = await brokerFor(t, options)
    const allThere = async (): Promise<void> => {
      for (const topic of topics)
        await other.follow(`/kiteq/server/${topic}`).until([broker.address])
    }
    await allThere()
    await other.makeWith('/kiteq/sub/trade/g-bind', bindingJson(['x']))
    const traffic = await Traffic.through(broker)

    await three.servers[0]!.kill('SIGKILL')
    const rest = three.servers.slice(1)
    await Promise.all(rest.map((server) => server.start())) // until they have a leader
    let since = performance.now()
    await allThere()
    assert.ok(performance.now() - since < backWithinMs, 'the nodes are there with two of three')

    const before = traffic.count
    for (const server of rest) await server.kill('SIGKILL')
    await broker.line(/bindings stay as they were/)
    await new Promise((resolve) => setTimeout(resolve, awaySeconds * 1000))
    assert.ok(traffic.count > before, 'it goes on while all are away')
    const lines = broker.stderr.length
    await three.start()
    since = performance.now()
    await allThere()
    while (!broker.stderr.slice(lines).some((line) => line.includes('announced as')))
      await new Promise((resolve) => setTimeout(resolve, 20))
    const backMs = performance.now() - since
    assert.ok(backMs < backWithinMs, `back ${backMs} ms after the ensemble answered`)
    await traffic.end()

    for (const server of three.servers) await server.kill('SIGKILL')
    const tookMs = await stopMs(broker)
    assert.ok(tookMs < stopWithinMs, `stopped after ${tookMs} ms`)
    t.diagnostic(
      `${traffic.count} messages; back after ${Math.round(backMs)} ms; stopped in ${Math.round(tookMs)} ms`,
    )
  },
)
