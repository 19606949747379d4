import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pace, rateOf } from './pace.ts'

test('a rate is a number a second, and nothing else', () => {
  assert.deepEqual(['50', '50/s', '0'].map(rateOf), [50, 50, 0])
  for (const text of ['', '-1', '1.5', '50/m', 'fast', '1e3'])
    assert.throws(() => rateOf(text), /Expected a number a second/, text)
})

test('slices are a tenth of a second of the rate, one at least and never many', () => {
  for (const [rate, slice] of [
    [0, 256],
    [1, 1],
    [100, 10],
    [1_000_000, 256],
  ] as const) {
    const pace = new Pace(rate)
    assert.equal(pace.slice, slice)
    pace.end()
  }
})

test('work waits for its rate, and Control-C ends the wait', async () => {
  const pace = new Pace(1)
  const waiting = pace.took(1000, () => '')
  process.emit('SIGINT')
  await waiting
  assert.equal(pace.isStopped, true)
  pace.end()
})
