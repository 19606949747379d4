// Every call of a life with retention at work fails once: images of the state, copies of what lives, removed segments,
// checkpoints, rolls. What was announced is in the fold of what is left, and every live message can be read.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { CallFault, faultKinds } from '../support/crash-disk-fault.ts'
import { allLost, someKept } from '../support/crash-disk-lab.ts'
import type { Entry } from '../support/histories.ts'
import { drawHistory } from '../support/log-history.ts'
import {
  RetentionLives,
  type RetentionLife,
  type RetentionSize,
} from '../support/retention-lives.ts'

const size = {
  segmentBytes: 6 * 1024,
  batchBytesMax: 2048,
  keepBytes: 7 * 1024,
  look: 0.1,
  checkpoint: 0.1,
}

/** One of them, and all in CI. */
const count = Number(process.env['CRASH_CALL_HISTORIES'] ?? '1')
const seed = Number(process.env['SEED'] ?? '46')
console.log(`crash-calls-retention: SEED=${seed} (${count} histories)`)
let failedCalls = 0
after(() => console.log(`crash-calls-retention: ${failedCalls} calls failed, none lost anything`))

for (let n = 0; n < count; n++)
  test(`history ${n}: any single call may fail while old segments go; nothing announced is lost, and what lives can be read`, async () => {
    const course = await courseFrom(seed + 100 * n, 60, size, ({ base, moved, dropped }) => {
      return base > 0 && moved > 0 && dropped > 0
    })
    const { calls, life } = course
    let final = 0
    for (let k = 1; k <= calls.length; k++) {
      const kind = faultKinds[(k + n) % faultKinds.length]!
      const fault = new CallFault(k, kind)
      try {
        const world = await lived(course, { ...life, fault, ends: [allLost, someKept(k)] })
        assert.equal(fault.struck, calls[k - 1])
        if (!world.isDone) final++
        await world.live({ ...life, seed: life.seed + k })
        await world.end()
      } catch (error) {
        throw new Error(`seed ${course.seed}, call ${k} (${calls[k - 1]}) with ${kind}`, {
          cause: error,
        })
      }
    }
    failedCalls += calls.length
    assert.ok(final > 12, `only ${final} failures of the log itself`)
    console.log(
      `history ${n}, seed ${course.seed}: each of ${calls.length} calls failed once, ${final} times for good`,
    )
  })

test('a segment that cannot be removed leaves no gap when later ones go', async () => {
  const often = { ...size, look: 0.5, checkpoint: 0.4 }
  const course = await courseFrom(42, 120, often, ({ dropped }) => dropped > 1)
  const removals = course.calls.flatMap((call, i) => (isRemoval(call) ? [i + 1] : []))
  assert.ok(removals.length > 1)
  for (const k of removals) {
    const fault = new CallFault(k, 'EIO')
    const world = await lived(course, { ...course.life, fault })
    assert.equal(fault.struck, course.calls[k - 1])
    await world.end()
  }
})

function isRemoval(call: string): boolean {
  return /^remove .*segment$/.test(call)
}

/** A history that was lived once without any fault, and the calls of that. */
interface Course {
  readonly seed: number
  readonly history: readonly Entry[]
  readonly size: RetentionSize
  readonly life: RetentionLife
  readonly calls: readonly string[]
}

/** Of this seed, or of the first one behind it in whose course there is what is wanted. */
async function courseFrom(
  first: number,
  length: number,
  size: RetentionSize,
  isWanted: (seen: RetentionLives['seen']) => boolean,
): Promise<Course> {
  for (let seed = first; seed < first + 50; seed++) {
    const history = drawHistory(length, seed)
    const life = { seed: 7 * seed, steps: Infinity, how: 'kill', ends: [] } as const
    const course = { seed, history, size, life }
    const { seen, calls } = await lived(course, life)
    if (isWanted(seen) && calls.some(isRemoval)) return { ...course, calls }
  }
  assert.fail(`no such course from seed ${first} on`)
}

async function lived(
  { history, size }: Pick<Course, 'history' | 'size'>,
  life: RetentionLife,
): Promise<RetentionLives> {
  const world = new RetentionLives(history, size)
  await world.live(life)
  return world
}
