// The arbiter of a replica set in an ensemble that falls apart: what one server says by itself is no agreement.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ZooKeeperLink } from '../../src/zk/zookeeper-link.ts'
import {
  firstState,
  leaderOf,
  ledBy,
  madeSet,
  memberOf,
  SetMember,
} from '../support/cluster-members.ts'
import { missingZooKeeper, zooKeeper, type ZooKeeperEnsemble } from '../support/zookeeper-server.ts'

const skip = missingZooKeeper()
const within = { skip, timeout: 120_000 }
let ensemble: ZooKeeperEnsemble

before(async () => {
  if (skip !== false) return
  ensemble = await zooKeeper(3, { tickMs: 500 })
  await ensemble.start()
})
after(() => (skip === false ? ensemble.remove() : undefined))

test(
  'a server that is cut off still answers readings, and prolongs no lease',
  within,
  async (t) => {
    const sessionTimeoutMs = 6000
    for (const server of ensemble.servers) {
      const set = `cut-${server.port}`
      const others = ensemble.servers.filter((one) => one !== server)
      const a = await madeSet(t, { set, address: server.address, sessionTimeoutMs })
      const plain = new ZooKeeperLink({
        server: server.address,
        chroot: '',
        sessionTimeoutMs,
        credentials: undefined,
        session: undefined,
        onLost: () => undefined,
      })
      await plain.open(5000)
      t.after(() => plain.close(500))
      for (const other of others) await other.kill('SIGSTOP')
      const cutAtMs = performance.now()
      assert.equal(await plain.exists('/kiteq', undefined, 2000), true)
      const result = await a.cluster.write(firstState, 0)
      assert.ok(result.kind === 'unknown', `${server.port}: ${result.kind}`)
      assert.ok(a.cluster.answeredAtMs < cutAtMs, `${server.port}: nobody agreed since`)
      for (const other of others) await other.kill('SIGCONT')
      await a.sees((view) => view.state !== undefined)
      await a.cluster.close()
    }
  },
)

test('who leads goes on over the loss of any server, with the same session', within, async (t) => {
  const { address } = ensemble
  const a = await madeSet(t, { set: 'any', address, sessionTimeoutMs: 6000 })
  const b = new SetMember(t, { set: 'any', address, sessionTimeoutMs: 6000 })
  await a.cluster.join(memberOf('a'))
  assert.equal((await a.cluster.lead(ledBy(firstState, 'a'), 0, leaderOf('a', 1))).kind, 'done')
  for (const server of ensemble.servers) {
    await server.kill('SIGKILL')
    await server.start()
    const view = await b.sees(({ leader }) => leader !== undefined)
    assert.equal(view.leader?.id, 'a')
  }
  await a.up()
  assert.equal(a.expirations, 0)
  assert.equal((await a.up()).version, 1)
})
