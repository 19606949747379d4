import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countBar } from './progress-bar.ts'

test('a bar of things says how many, how fast and how much longer', () => {
  assert.equal(
    countBar(250, 1000, 500),
    '██████░░░░░░░░░░░░░░░░░░ 25 %  250 of 1000, 500/s, 2 s left',
  )
  assert.match(countBar(0, 1000, 0), / 0 % {2}0 of 1000, 0\/s$/)
  assert.match(countBar(0, 0, 10), / 100 % {2}0 of 0, 0\/s$/)
  assert.match(countBar(3, 2, 1000), / 100 % {2}3 of 2, 3\/s, 0 s left$/)
})
