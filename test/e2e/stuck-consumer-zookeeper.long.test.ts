// A consumer that stopped acking, with a real ZooKeeper: the broker's node goes and comes back, once, and what the client then
// answers by its new connection counts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { breakerTimeouts } from '../../src/model/limits.ts'
import { type Received, WirePeer } from '../support/wire-peer.ts'
import { bindingJson, ZooKeeperObserver } from '../support/zookeeper-observer.ts'
import { missingZooKeeper, zooKeeper } from '../support/zookeeper-server.ts'
import { brokerFor, DoorClient } from './door.ts'

const skip = missingZooKeeper()

test(
  'the node of a broker with a stuck consumer leaves the list and comes back, and the client is whole again',
  { skip, timeout: 120_000 },
  async (t) => {
    const ensemble = await zooKeeper(1, { tickMs: 200 })
    t.after(() => ensemble.remove())
    await ensemble.start()
    const observer = new ZooKeeperObserver(ensemble.address)
    t.after(() => observer.close())
    await observer.makeWith('/kiteq/sub/trade/sub-bind', bindingJson(['*', 2]))
    const broker = await brokerFor(t, {
      args: ['--registry', `zk://${ensemble.address}`, '--topics', 'trade'],
      config: '[delivery]\ndeliverySeconds = 0.5\nbackOff = [[1, 0]]\n',
    })
    const nodes = observer.follow('/kiteq/server/trade')
    const there = await nodes.until([broker.address])
    const lost: Received[] = []
    const stuck = new WirePeer(broker.port, 'sub', { received: (message) => lost.push(message) })
    await stuck.ready
    const beats = setInterval(() => stuck.heartBeat(), 100)
    const publisher = await DoorClient.join(broker.port, 'pub')
    t.after(() => {
      clearInterval(beats)
      stuck.close()
      publisher.close()
    })
    for (let n = 0; n <= breakerTimeouts; n++)
      assert.ok((await publisher.publish()).status, 'taken')
    await broker.line(/has stopped acking and is set aside/)
    const gone = await nodes.until([], there)
    await nodes.until([broker.address], gone)
    // Only now the client dials anew. It answers everything by its new connection, also what comes by the old one.
    let answered = 0
    const newer = new WirePeer(broker.port, 'sub', {
      received: (message) => {
        answered += 1
        message.answer(true)
      },
    })
    for (const message of lost) message.answer(true, '', newer)
    await newer.ready
    t.after(() => newer.close())
    await broker.line(/a consumer that was set aside answers again/)
    const before = lost.length
    for (let n = 0; n < 20; n++) assert.ok((await publisher.publish()).status, 'taken')
    while (answered < 20) await new Promise((resolve) => newer.socket.once('data', resolve))
    assert.equal(lost.length, before, 'nothing goes to the old connection any more')
    const away = nodes.lists.slice(there).filter(({ names }) => names.length === 0)
    assert.equal(away.length, 1, 'away once')
  },
)
