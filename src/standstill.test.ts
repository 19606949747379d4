// A process that did not run says so once, and a late timer alone is nothing to speak of.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Standstill } from './standstill.ts'

test('a gap of more than 2 s between two ticks is told once, with its length', () => {
  const lines: [object, string][] = []
  const logger = { info: () => {}, warn: (at: object, text: string) => void lines.push([at, text]) }
  let nowMs = 1000
  let cpuMs = 0
  const watch = new Standstill({ logger, nowMs: () => nowMs, cpuMs: () => cpuMs })
  for (const [gapMs, workMs] of [
    [500, 100],
    [2_400, 2_000],
    [500, 0],
    [9_000, 40],
    [500, 0],
  ] as const) {
    nowMs += gapMs
    cpuMs += workMs
    watch.tick()
  }
  assert.deepEqual(lines, [
    [{ stoodMs: 8_500, workedMs: 40 }, 'the process stood still for 8500 ms'],
  ])
})
