// A percentile may be off by a bucket's width, never by more.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Histogram } from './histogram.ts'

test('percentiles of an even spread are within two percent', () => {
  const histogram = new Histogram()
  for (let i = 1; i <= 100_000; i++) histogram.record(i / 1000)
  for (const share of [0.1, 0.5, 0.9, 0.99, 0.999]) {
    const error = Math.abs(histogram.percentile(share) / (share * 100) - 1)
    assert.ok(error < 0.02, `share ${share} is off by ${error}`)
  }
  assert.equal(histogram.summary().max, 100)
  assert.equal(histogram.count, 100_000)
})
