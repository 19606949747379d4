import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  countPastKeeping,
  planDrop,
  whyNotYet,
  type Outlay,
  type SegmentUse,
} from './retention-plan.ts'

const uses = (...pairs: readonly (readonly [bytes: number, liveBytes: number])[]): SegmentUse[] =>
  pairs.map(([bytes, liveBytes], index) => ({ number: index + 1, bytes, liveBytes }))

const never = (): Promise<boolean> => Promise.resolve(false)

test('segments of which less than a quarter lives go together, and one full of life stays with what follows', () => {
  assert.deepEqual(planDrop(uses([100, 0], [100, 0])), { last: 2, bytes: 200, liveBytes: 0 })
  assert.deepEqual(planDrop(uses([100, 24])), { last: 1, bytes: 100, liveBytes: 24 })
  assert.equal(planDrop(uses([100, 25])), undefined)
  assert.deepEqual(planDrop(uses([100, 0], [100, 90])), { last: 1, bytes: 100, liveBytes: 0 })
  assert.equal(planDrop([]), undefined)
})

test('a segment that lives pins nothing once enough dead ones stand behind it', () => {
  assert.equal(planDrop(uses([100, 80], [100, 0])), undefined)
  const plan = planDrop(uses([100, 80], [100, 0], [100, 0], [100, 0]))
  assert.deepEqual(plan, { last: 4, bytes: 400, liveBytes: 80 })
})

test('the oldest go until all together take no more than is kept, or while they are too old', async () => {
  const bytes = [10, 10, 10, 10]
  const policy = { keepMs: 0, keepBytes: 25 }
  assert.equal(await countPastKeeping(bytes, policy, never), 2)
  assert.equal(await countPastKeeping(bytes, { ...policy, keepBytes: 40 }, never), 0)
  const isOld = (index: number): Promise<boolean> => Promise.resolve(index < 3)
  assert.equal(await countPastKeeping(bytes, policy, isOld), 3)
  assert.equal(await countPastKeeping(bytes, { keepMs: 1, keepBytes: 0 }, isOld), 3)
  assert.equal(await countPastKeeping(bytes, { keepMs: 0, keepBytes: 0 }, never), 0)
})

test('an image is written when it is worth it or space has run out, and on a full disk within half of what acks have left', () => {
  const plan = { last: 3, bytes: 1000, liveBytes: 100 }
  const space: Outlay = { imageBytes: 200, gain: 4, isShort: false, isFull: false, sureBytes: 0 }
  const short = { ...space, isShort: true }
  const full = { ...short, isFull: true, sureBytes: 600 }
  assert.equal(whyNotYet(plan, space), undefined)
  assert.match(whyNotYet(plan, { ...space, imageBytes: 226 })!, /from 904 on it is worth it/)
  assert.equal(whyNotYet(plan, { ...short, imageBytes: 899 }), undefined)
  assert.match(whyNotYet(plan, { ...short, imageBytes: 900 })!, /no more than 900 bytes would go/)
  assert.equal(whyNotYet(plan, full), undefined)
  assert.match(whyNotYet(plan, { ...full, sureBytes: 599 })!, /too full.* 300 bytes, and 599 /)
  const emptied = { ...full, imageBytes: 0, sureBytes: 0 }
  assert.equal(whyNotYet({ ...plan, liveBytes: 0 }, emptied), undefined)
  assert.match(whyNotYet(plan, emptied)!, /too full/)
})
