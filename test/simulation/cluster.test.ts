// Replica sets in virtual time: whatever goes wrong, nothing acked is lost, no two leaders speak, and in the end all members have
// the same log and the same state.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keptSeeds, seededFrom } from './seeds.ts'
import { SimCluster } from './sim-cluster.ts'
import { runMany, runOne } from './sim-run.ts'

const troubledMs = Number(process.env['TROUBLED_MS'] ?? 15_000)

test('whatever goes wrong in a replica set, nothing acked is lost and the members end up the same', async () => {
  const { seed, numRuns } = seededFrom('cluster', 1000, 2)
  const total = await runMany({ seed, clusters: numRuns, troubledMs })
  assert.ok(total.acked > 0 && total.leaderChanges >= total.clusters, JSON.stringify(total))
})

test('the seeds that are known to show much of what may go wrong go well', async () => {
  for (const { seed, members, troubledMs: ms } of keptSeeds) {
    const options = { seed, members, minInSync: (members + 1) / 2, troubledMs: ms }
    await new SimCluster(options).run()
  }
})

test('one seed is one run: the same events in the same order, and the same log', async () => {
  const first = await runOne(4, 5000)
  assert.deepEqual(await runOne(4, 5000), first)
  assert.notEqual((await runOne(6, 5000)).trace, first.trace)
})
