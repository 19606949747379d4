// Random histories of the log on a disk that loses its power or its process at random steps, over several lives. Every image
// is held against what was announced. The run counts the distinct crash points it has seen.

import { test } from 'node:test'
import fc from 'fast-check'
import { CrashPoints } from '../support/crash-disk-lab.ts'
import { Lives, sampling } from '../support/crash-disk-lives.ts'
import { failingFast } from '../support/crash-disk-shrink.ts'
import { anySteps, historyOf } from '../support/histories.ts'
import { seeded, variedFrom } from '../support/property.ts'

const life = fc.record({
  steps: fc.integer({ min: 1, max: 250 }),
  how: fc.constantFrom('power' as const, 'power' as const, 'kill' as const),
  seed: fc.nat(),
})
const shape = fc.record({
  segmentBytes: fc.integer({ min: 6_200, max: 12_000 }),
  batchBytesMax: fc.integer({ min: 700, max: 2_000 }),
  seed: fc.nat(1_000_000),
})

/** Set where a figure is promised. */
const wanted = Number(process.env['CRASH_POINTS_MIN'] ?? '1')

test('wherever the power goes or the process dies, what was announced is there, and nothing else has come', async () => {
  const points = new CrashPoints()
  const lives = fc.array(life, { minLength: 2, maxLength: 4 })
  const histories = fc.asyncProperty(
    anySteps(90),
    lives,
    shape,
    failingFast(async (steps, lives, shape) => {
      const entries = historyOf(steps)
      const run = new Lives(entries, shape, points, sampling(2))
      for (const [i, one] of lives.entries())
        await run.live(one, Math.ceil((entries.length * (i + 1)) / lives.length))
      await run.end()
    }),
  )
  const runs = seeded('crash-points', 40)
  await variedFrom(
    'crash-points',
    runs.seed,
    (seed) => fc.assert(histories, { ...runs, seed }),
    () => (points.count >= wanted ? [] : [`more than ${points.count} crash points of ${wanted}`]),
  )
  console.log(`crash-points: ${points.count} distinct crash points, none lost anything`)
})
