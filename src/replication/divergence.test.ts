import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Epoch, Offset } from '../model/ids.ts'
import { commonEpochOf, cutFor, type LogShape } from './divergence.ts'

/** Epochs with their first offsets, and the end. */
function shape(end: number, ...starts: readonly (readonly [number, number])[]): LogShape {
  const all = starts.map(([epoch, firstOffset]) => ({
    epoch: epoch as Epoch,
    firstOffset: firstOffset as Offset,
  }))
  return { starts: all, end: end as Offset }
}

/** What is left of the follower's log, in as many questions as it takes. */
function agreed(leader: LogShape, follower: LogShape): number {
  for (let round = 0; ; round++) {
    assert.ok(round < 10, 'it comes to an end')
    const lastEpoch = follower.starts.at(-1)?.epoch ?? (0 as Epoch)
    const common = commonEpochOf(leader, { lastEpoch, end: follower.end })
    if (common === undefined) return follower.end
    const end = cutFor(follower, common)
    const starts = follower.starts.filter(({ firstOffset }) => firstOffset < end)
    follower = { starts, end }
  }
}

test('a log that is the beginning of the leader’s stays as it is', () => {
  const leader = shape(100, [1, 0], [3, 40], [4, 80])
  for (const [end, ...starts] of [
    [0],
    [30, [1, 0]],
    [40, [1, 0]],
    [60, [1, 0], [3, 40]],
    [100, [1, 0], [3, 40], [4, 80]],
  ] as [number, ...[number, number][]][])
    assert.equal(agreed(leader, shape(end, ...starts)), end)
})

test('what a leader of before wrote and nobody else had is let go of', () => {
  const leader = shape(100, [1, 0], [3, 40])
  assert.equal(agreed(leader, shape(60, [1, 0], [2, 40])), 40)
  assert.equal(agreed(leader, shape(50, [1, 0])), 40)
  assert.equal(agreed(leader, shape(120, [1, 0], [3, 40])), 100)
})

test('epochs that the leader never saw go, one after another', () => {
  const leader = shape(100, [1, 0], [2, 10], [6, 50])
  assert.equal(agreed(leader, shape(90, [1, 0], [3, 30], [4, 60])), 10)
  assert.equal(agreed(leader, shape(90, [1, 0], [2, 10], [5, 45], [6, 50])), 90)
  assert.equal(agreed(shape(40, [7, 0]), shape(90, [1, 0], [3, 30])), 0)
})
