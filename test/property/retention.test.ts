// Retention under crashes: histories with segments of some KiB, old ones dropped at random moments, the power cut or the
// process killed anywhere. What remains folds to what the whole history would have, and what lives can still be read.

import { test } from 'node:test'
import fc from 'fast-check'
import { drawHistory } from '../support/log-history.ts'
import { seeded, variedFrom } from '../support/property.ts'
import { RetentionLives } from '../support/retention-lives.ts'

const anyLife = fc.record({
  seed: fc.nat(2 ** 30),
  steps: fc.integer({ min: 20, max: 900 }),
  how: fc.constantFrom('kill' as const, 'power' as const),
})

test('whatever is dropped, wherever it crashes, the rest folds to the same and every live message can be read', async () => {
  const sum = { base: 0, moved: 0, dropped: 0, begunLater: 0, judged: 0 }
  const history = fc.asyncProperty(
    fc.nat(2 ** 30),
    fc.array(anyLife, { minLength: 1, maxLength: 5 }),
    fc.nat(2 ** 30),
    async (seed, lives, last) => {
      const world = new RetentionLives(drawHistory(900, seed))
      for (const life of lives) await world.live(life)
      await world.live({ seed: last, steps: Infinity, how: 'kill' })
      await world.end()
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += world.seen[key]
    },
  )
  const runs = seeded('retention', 8)
  await variedFrom(
    'retention',
    runs.seed,
    (seed) => fc.assert(history, { ...runs, seed }),
    () => Object.entries(sum).flatMap(([what, count]) => (count > 0 ? [] : [what])),
  )
  console.log(JSON.stringify(sum))
})
