// The arbiter of a replica set against a real ZooKeeper: who may write, who leads, whose session is over, and what is said when
// nobody can know.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { ClusterView } from '../../src/model/coordinator.ts'
import { readSets } from '../../src/zk/zookeeper-cluster-sets.ts'
import {
  copyOf,
  firstState,
  leaderOf,
  ledBy,
  madeSet,
  memberOf,
  SetMember,
} from '../support/cluster-members.ts'
import { CutProxy } from '../support/cut-proxy.ts'
import { ZooKeeperObserver } from '../support/zookeeper-observer.ts'
import { missingZooKeeper, zooKeeper, type ZooKeeperEnsemble } from '../support/zookeeper-server.ts'

const skip = missingZooKeeper()
const within = { skip, timeout: 60_000 }
let ensemble: ZooKeeperEnsemble

before(async () => {
  if (skip !== false) return
  ensemble = await zooKeeper(1)
  await ensemble.start()
})
after(() => (skip === false ? ensemble.remove() : undefined))

const ids = ({ live }: ClusterView): string => live.map(({ id }) => id).join()

test('the first answers of a server that has just begun take their time', within, async (t) => {
  const a = await madeSet(t, { set: 'first', address: ensemble.address })
  assert.equal((await a.cluster.join(memberOf('a'))).kind, 'done')
  assert.equal((await a.cluster.lead(ledBy(firstState, 'a'), 0, leaderOf('a', 1))).kind, 'done')
  await a.sees(({ leader }) => leader !== undefined)
})

describe('with a ZooKeeper that answers', { concurrency: true }, () => {
  test('a set is made once, and each change rests on the last one', within, async (t) => {
    const place = { set: 'made', address: ensemble.address, chroot: '/made' }
    const a = new SetMember(t, place)
    const b = new SetMember(t, place)
    assert.deepEqual(await a.up(), { state: undefined, version: -1, leader: undefined, live: [] })
    await b.up()
    assert.deepEqual(await a.cluster.create(firstState), { kind: 'done', version: 0 })
    assert.deepEqual(await b.cluster.create(firstState), { kind: 'conflict' })
    const { state, version } = await b.sees((view) => view.state !== undefined)
    assert.deepEqual({ state, version }, { state: firstState, version: 0 })
    const more = { ...firstState, minInSync: 3 }
    assert.deepEqual(await b.cluster.write(more, 0), { kind: 'done', version: 1 })
    assert.deepEqual(await a.cluster.write(firstState, 0), { kind: 'conflict' })
    assert.deepEqual((await a.sees((view) => view.version === 1)).state, more)
    assert.equal((await a.cluster.join(memberOf('a'))).kind, 'done')
    assert.equal((await b.cluster.join(memberOf('b', 'b'))).kind, 'done')
    const { live } = await a.sees((view) => ids(view) === 'a,b')
    assert.deepEqual(live, [memberOf('a'), memberOf('b', 'b')])
    const other = new ZooKeeperObserver(`${ensemble.address}/made/kiteq`)
    t.after(() => other.close())
    assert.deepEqual(await other.children('/cluster/made'), ['live', 'state'])
  })

  test('of two that would lead at once exactly one does', within, async (t) => {
    const place = { set: 'race', address: ensemble.address }
    const a = await madeSet(t, place)
    const b = new SetMember(t, place)
    let view = await b.up()
    const other = new ZooKeeperObserver(ensemble.address)
    t.after(() => other.close())
    for (let round = 1; round <= 5; round++) {
      const [byA, byB] = await Promise.all([
        a.cluster.lead(ledBy(view.state!, 'a'), view.version, leaderOf('a', round)),
        b.cluster.lead(ledBy(view.state!, 'b'), view.version, leaderOf('b', round)),
      ])
      const kinds = [byA.kind, byB.kind]
      assert.deepEqual([...kinds].sort(), ['conflict', 'done'], `round ${round}`)
      const [winner, id] = byA.kind === 'done' ? [a, 'a'] : [b, 'b']
      const loser = winner === a ? b : a
      const version = round
      view = await loser.sees((seen) => seen.leader?.epoch === round)
      assert.deepEqual(view.leader, leaderOf(id, round))
      assert.deepEqual([view.state?.leader, view.state?.epoch, view.version], [id, round, version])
      const { isEphemeral } = await other.node('/kiteq/cluster/race/leader')
      assert.ok(isEphemeral, 'it goes with its session')
      const third = leaderOf('c', round + 1)
      assert.deepEqual(await loser.cluster.lead(ledBy(view.state!, 'c'), version, third), {
        kind: 'conflict',
      })
      assert.equal((await loser.up()).version, version, 'both or nothing')
      await loser.cluster.resign() // of what is not its own
      assert.deepEqual((await loser.up()).leader, leaderOf(id, round))
      await winner.cluster.resign()
      view = await loser.sees((seen) => seen.leader === undefined)
    }
  })

  test('what a lost session had goes, its member is told, and begins anew', within, async (t) => {
    const proxy = await CutProxy.to(ensemble.servers[0]!.port)
    t.after(() => proxy.close())
    const place = { set: 'lost', sessionTimeoutMs: 1500 }
    const a = await madeSet(t, { ...place, address: proxy.address })
    const b = new SetMember(t, { ...place, address: ensemble.address })
    await a.settled(() => a.cluster.join(memberOf('a')))
    const led = ledBy(firstState, 'a')
    await a.settled(() => a.cluster.lead(led, 0, leaderOf('a', 1)))
    await b.sees((view) => ids(view) === 'a' && view.leader?.id === 'a')
    proxy.silence()
    const { state } = await b.sees((view) => view.live.length === 0 && view.leader === undefined)
    assert.deepEqual(state, led)
    assert.equal(a.expirations, 0, 'nobody could tell it')
    proxy.speak()
    assert.equal((await a.sees(({ leader }) => leader === undefined)).live.length, 0)
    assert.equal(a.expirations, 1)
    await a.settled(() => a.cluster.join(memberOf('a')))
    await b.sees((view) => ids(view) === 'a')
  })

  test(
    'what a run before has left is replaced, what another process has is not',
    within,
    async (t) => {
      const proxy = await CutProxy.to(ensemble.servers[0]!.port)
      t.after(() => proxy.close())
      const place = { set: 'twice', address: ensemble.address }
      const before = await madeSet(t, { ...place, address: proxy.address })
      assert.equal((await before.cluster.join(memberOf('a'))).kind, 'done')
      const now = new SetMember(t, place)
      await now.up()
      const moved = { ...memberOf('a'), address: 'h:7' }
      assert.equal((await now.cluster.join(moved)).kind, 'done')
      await before.sees(({ live }) => live[0]?.address === 'h:7')
      await before.until(() => before.problems.some((line) => /has taken its place/.test(line)))
      const other = new SetMember(t, { ...place, sessionTimeoutMs: 1000 })
      await other.up()
      const since = performance.now()
      const isRefused = (): boolean =>
        other.problems.some((line) => /is alive with another/.test(line))
      while (!isRefused()) {
        const { kind } = await other.cluster.join(memberOf('a', 'b'))
        assert.notEqual(kind, 'done')
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      assert.ok(performance.now() - since > 1000, 'it may have been a run that ended')
      assert.deepEqual((await other.up()).live, [moved])
      await now.cluster.close()
      await other.sees(({ live }) => live.length === 0)
      await other.settled(() => other.cluster.join(memberOf('a', 'b')))
      await other.sees(({ live }) => live[0]?.copy === copyOf('b'))
    },
  )

  test(
    'what cannot be read is told with path and field, and is never nothing',
    within,
    async (t) => {
      const address = ensemble.address
      const a = await madeSet(t, { set: 'garbage', address, chroot: '/g' })
      const other = new ZooKeeperObserver(`${address}/g`)
      t.after(() => other.close())
      const path = '/kiteq/cluster/garbage'
      await other.write(`${path}/live/x`, '{"id":"y"}')
      const shortLive = { view: { state: firstState, version: 0, leader: undefined, live: [] } }
      const complaint = `${path}/live/x: copy is missing; expected 32 hex digits`
      assert.deepEqual(await a.up(), shortLive.view)
      assert.deepEqual(a.problems.slice(-1), [complaint])
      await other.write(`${path}/leader`, '[]')
      const leaderLine = `ZooKeeper: ${path}/leader: it is a list; expected an object`
      await assert.rejects(a.cluster.look(), { code: 'KITEQ_REGISTRY', message: leaderLine })
      await other.write(`${path}/state`, '{"format":2}')
      const line = `ZooKeeper: ${path}/state: format is 2, of a newer version; expected 1`
      await assert.rejects(a.cluster.look(), { code: 'KITEQ_REGISTRY', message: line })
      assert.ok(a.problems.includes(line), 'the operator is told')
      await other.write('/kiteq/cluster/none', '')
      const place = { servers: address.split(','), chroot: '/g', ignored: [] }
      const sets = await readSets({ address: place, credentials: undefined, withinMs: 5000 })
      const none = { state: undefined, version: -1, leader: undefined, live: [] }
      assert.deepEqual(sets, [
        { set: 'garbage', view: line, complaints: [] },
        { set: 'none', view: none, complaints: [] },
      ])
    },
  )

  test(
    'with credentials nobody else changes anything, and a longer session than was asked for is told',
    within,
    async (t) => {
      const place = { set: 'closed', address: ensemble.address, chroot: '/closed' }
      const a = await madeSet(t, { ...place, credentials: 'kiteq:secret' })
      const b = new SetMember(t, place)
      assert.deepEqual((await b.up()).state, firstState)
      const result = await b.cluster.write(firstState, 0)
      assert.ok(result.kind === 'unknown', result.kind)
      assert.match(result.why, /set \/kiteq\/cluster\/closed\/state: not allowed with these/)
      assert.match(b.problems.at(-1)!, /not allowed/)
      assert.equal((await b.cluster.join(memberOf('b'))).kind, 'unknown')
      assert.equal((await a.up()).version, 0)
      const hasty = new SetMember(t, { ...place, sessionTimeoutMs: 300 })
      const given = /gives sessions of 1000 ms, 300 were asked for/
      await hasty.until(() => hasty.problems.some((line) => given.test(line)))
      assert.throws(() => new SetMember(t, { ...place, set: 'a/b' }), { code: 'KITEQ_CONFIG' })
    },
  )
})

test(
  'a lease counts from when it was asked for, and stands still with the servers',
  within,
  async (t) => {
    const a = await madeSet(t, { set: 'lease', address: ensemble.address, sessionTimeoutMs: 3000 })
    const { cluster } = a
    const server = ensemble.servers[0]!
    const first = cluster.answeredAtMs
    assert.ok(first > 0 && first <= performance.now(), `answered at ${first}`)
    await server.kill('SIGSTOP')
    const asked = cluster.write(firstState, 0)
    await new Promise((resolve) => setTimeout(resolve, 150)) // the time that its answer takes
    const continuedAtMs = performance.now()
    await server.kill('SIGCONT')
    assert.equal((await asked).kind, 'done')
    assert.ok(cluster.answeredAtMs > first, 'it was answered')
    assert.ok(cluster.answeredAtMs < continuedAtMs, 'but it was asked for before')

    await server.kill('SIGSTOP')
    const stoppedAtMs = performance.now()
    const unsure = await cluster.write(firstState, 1)
    assert.ok(unsure.kind === 'unknown', unsure.kind)
    await assert.rejects(cluster.look(), { code: 'KITEQ_REGISTRY' })
    assert.ok(cluster.answeredAtMs < stoppedAtMs, 'nothing was answered since')
    const after = await cluster.write(firstState, 1)
    assert.ok(after.kind === 'unknown', after.kind)
    await server.kill('SIGCONT')
    await a.up()
    assert.ok(
      cluster.answeredAtMs > stoppedAtMs || cluster.answeredAtMs === -Infinity,
      'it goes on',
    )
  },
)
