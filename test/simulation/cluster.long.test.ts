// The same as cluster.test.ts for minutes: as many clusters as there is time for, in processes of their own.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { seededFrom } from './seeds.ts'
import { add, emptyTotal, runOne, type RunTotal } from './sim-run.ts'

const kind = path.extname(import.meta.filename) // .js where the tests were built
const part = path.join(import.meta.dirname, `sim-part${kind}`)
/** In CI other tests run beside it, which look at the clock. */
const processes = Number(process.env['CLUSTER_PROCESSES'] ?? 1)
const minutes = Number(process.env['CLUSTER_MINUTES'] ?? 2)

test('whatever goes wrong in replica sets for minutes, nothing acked is lost', async () => {
  const { seed, numRuns } = seededFrom('clusters', 2000, 24)
  const clusters = Math.ceil(numRuns / processes)
  const parts = Array.from({ length: processes }, (_, i) => runPart(seed + i * clusters, clusters))
  const total = emptyTotal()
  for (const one of await Promise.all(parts)) add(total, one)
  const { hours, publishes, leaderChanges, faults } = total
  console.log(JSON.stringify(total))
  const faultCount = Object.values(faults).reduce((sum, count) => sum + count, 0)
  assert.ok(publishes / hours >= 1000 && faultCount / hours >= 10, 'an hour holds enough')
  assert.ok(leaderChanges >= total.clusters, `${leaderChanges} leader changes`)
})

test('seeds that failed once go well', async () => {
  await runOne(1949511674, 60_000) // the note of a copy that is being filled found the disk full, and that was final
})

function runPart(seed: number, clusters: number): Promise<RunTotal> {
  return new Promise((resolve, reject) => {
    const loader = kind === '.ts' ? ['--import', 'tsx'] : []
    const args = [...loader, part, `${seed}`, `${clusters}`, `${minutes * 60_000}`]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(text) as RunTotal)
      else reject(new assert.AssertionError({ message: `the run from seed ${seed} on failed` }))
    })
  })
}
