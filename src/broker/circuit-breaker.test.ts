import assert from 'node:assert/strict'
import { test } from 'node:test'
import { breakerTimeouts, probeIntervalMaxMs, probeIntervalMs } from '../model/limits.ts'
import { CircuitBreaker } from './circuit-breaker.ts'

/** Opened at `nowMs`, by deliveries given a lease before. */
function opened(nowMs: number): CircuitBreaker {
  const breaker = new CircuitBreaker()
  breaker.given(false, nowMs - 5_000)
  for (let n = 1; n < breakerTimeouts; n++)
    assert.equal(breaker.timedOut(nowMs - 5_000, nowMs), false)
  assert.equal(breaker.timedOut(nowMs - 5_000, nowMs), true)
  return breaker
}

test('it opens at the last of so many timeouts in a row, says so once and since when', () => {
  const breaker = opened(10_000)
  assert.equal(breaker.isOpen, true)
  assert.equal(breaker.timedOut(6_000, 11_000), false)
  assert.deepEqual([breaker.silentSinceMs, breaker.openedAtMs], [10_000, 10_000])
})

test('any answer begins the count anew', () => {
  const breaker = new CircuitBreaker()
  for (let n = 1; n < breakerTimeouts; n++) breaker.timedOut(0, n)
  breaker.answered(50)
  for (let n = 1; n < breakerTimeouts; n++) breaker.timedOut(60, 100 + n)
  assert.equal(breaker.isOpen, false)
  assert.equal(breaker.silentSinceMs, 101)
})

test('who answers others meanwhile is not silent, however many take too long', () => {
  const breaker = new CircuitBreaker()
  breaker.given(false, 0)
  breaker.answered(10)
  for (let n = 0; n < 100; n++) breaker.timedOut(0, 5_000)
  assert.equal(breaker.isOpen, false)
})

test('probes come at doubling distances up to the longest, and an answer closes it', () => {
  const breaker = opened(10_000)
  let nowMs = 10_000
  const waits: number[] = []
  for (let probe = 0; probe < 8; probe++) {
    waits.push(breaker.probeAt() - nowMs)
    nowMs = breaker.probeAt()
    breaker.given(true, nowMs)
    breaker.timedOut(nowMs, nowMs + 5_000)
    assert.equal(breaker.failedProbes, probe + 1)
  }
  const doubled = waits.map((_, n) => Math.min(probeIntervalMs * 2 ** n, probeIntervalMaxMs))
  assert.deepEqual(waits, doubled)
  breaker.answered(nowMs)
  assert.equal(breaker.isOpen, false)
  assert.deepEqual([breaker.unanswered, breaker.failedProbes], [0, 0])
  assert.equal(breaker.probeAt(), nowMs + probeIntervalMs)
})

test('what was out when it opened is no probe', () => {
  const breaker = opened(10_000)
  breaker.timedOut(7_000, 12_000)
  assert.equal(breaker.failedProbes, 0)
})
