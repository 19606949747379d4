// /metrics of a broker that stands in a real ZooKeeper: the session is told, lost and come back.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readPrometheus, valueIn } from '../support/prometheus-text.ts'
import { missingZooKeeper, zooKeeper, type ZooKeeperEnsemble } from '../support/zookeeper-server.ts'
import { brokerFor } from './door.ts'
import { place } from './zookeeper-door.ts'

const skip = missingZooKeeper()
const within = { skip, timeout: 120_000 }
let ensemble: ZooKeeperEnsemble

before(async () => {
  if (skip !== false) return
  ensemble = await zooKeeper(1, { tickMs: 200 })
  await ensemble.start()
})
after(() => (skip === false ? ensemble.remove() : undefined))

test(
  'the session with ZooKeeper is told while it is there and while it is away',
  within,
  async (t) => {
    const { options } = place(t, ensemble.address, 'a', { args: ['--http', '127.0.0.1:0'] })
    const broker = await brokerFor(t, options)
    const connected = async (): Promise<number | undefined> => {
      const response = await fetch(`http://${broker.http}/metrics`)
      return valueIn(readPrometheus(await response.text()), 'kiteq_zookeeper_connected')
    }
    assert.equal(await connected(), 1)
    await ensemble.servers[0]!.kill('SIGKILL')
    await broker.line(/bindings stay as they were/)
    // The page before is given again for a moment when it was dear to make.
    while ((await connected()) !== 0) await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal((await fetch(`http://${broker.http}/readyz`)).status, 200, 'publishes are taken')
    await ensemble.start()
    await broker.line(/ZooKeeper answers again/)
    while ((await connected()) !== 1) await new Promise((resolve) => setTimeout(resolve, 50))
  },
)
