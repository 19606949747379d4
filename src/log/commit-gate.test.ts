import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Offset, Position, SegmentNumber } from '../model/ids.ts'
import { CommitGate } from './commit-gate.ts'
import type { LogPlace } from './raw-records.ts'

const at = (offset: number): LogPlace => ({
  offset: offset as Offset,
  segment: 1 as SegmentNumber,
  position: (4096 + 100 * offset) as Position,
})

test('what is safe here counts once it is safe elsewhere, and a batch counts whole', () => {
  const gate = new CommitGate(at(0), 0 as Offset, () => true)
  assert.equal(gate.synced(at(3), 300, 10), false)
  assert.equal(gate.synced(at(5), 200, 20), false)
  assert.deepEqual([gate.place.offset, gate.waitingBytes, gate.waitingSinceMs], [0, 500, 10])
  assert.equal(gate.allow(2 as Offset), false)
  assert.equal(gate.allow(4 as Offset), true)
  assert.deepEqual([gate.place, gate.waitingBytes, gate.waitingSinceMs], [at(3), 200, 20])
  assert.equal(gate.allow(5 as Offset), true)
  assert.deepEqual([gate.place.offset, gate.waitingBytes, gate.waitingSinceMs], [5, 0, Infinity])
})

test('what is allowed ahead of this disk counts as soon as this disk has it', () => {
  const gate = new CommitGate(at(0), 0 as Offset, () => true)
  assert.equal(gate.allow(9 as Offset), false)
  assert.equal(gate.allow(7 as Offset), false)
  assert.equal(gate.synced(at(8), 800, 10), true)
  assert.equal(gate.synced(at(10), 200, 11), false)
  assert.equal(gate.place.offset, 8)
})

test('thousands of batches pass in order', () => {
  const gate = new CommitGate(at(0), 0 as Offset, () => true)
  for (let i = 1; i <= 5000; i++) {
    gate.synced(at(i), 1, i)
    if (i % 3 === 0) gate.allow((i - 2) as Offset)
    assert.equal(gate.place.offset, i < 3 ? 0 : i - (i % 3) - 2)
  }
  gate.allow(5000 as Offset)
  assert.deepEqual([gate.place.offset, gate.waitingBytes], [5000, 0])
})
