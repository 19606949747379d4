import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InSyncMember } from '../model/coordinator.ts'
import type { Offset } from '../model/ids.ts'
import { Watermark } from './watermark.ts'

const listOf = (...copies: string[]): InSyncMember[] =>
  copies.map((copy) => ({ id: copy, copy, bound: 0 as Offset }))

function watermark(minInSync: number, copies: string, from = 0): Watermark {
  return new Watermark(minInSync, listOf(...Array.from(copies)), from as Offset)
}

function report(mark: Watermark, copies: string, synced: number): number {
  for (const copy of copies) mark.report(copy, synced as Offset)
  return mark.offset
}

test('a record is safe once every copy of the list has it', () => {
  const mark = watermark(2, 'abc')
  assert.equal(report(mark, 'ab', 10), 0)
  assert.equal(report(mark, 'c', 7), 7)
  assert.equal(report(mark, 'cd', 12), 10)
})

test('nothing becomes safe while the list has too few copies', () => {
  const mark = watermark(2, 'a')
  assert.equal(report(mark, 'abc', 10), 0)
  assert.equal(mark.settleList(listOf('a', 'b')), true)
  assert.equal(mark.offset, 10)
})

test('it never moves back, whatever is reported and whoever comes', () => {
  const mark = watermark(2, 'ab', 5)
  report(mark, 'ab', 9)
  assert.equal(report(mark, 'ab', 3), 9)
  mark.settleList(listOf('a', 'b', 'c'))
  assert.equal(mark.offset, 9)
})

test('while nobody knows which list is in force, the copies of both count', () => {
  const mark = watermark(2, 'abc')
  report(mark, 'ab', 10)
  mark.proposeList(listOf('a', 'b'))
  assert.equal(mark.offset, 0, 'the one that is to leave may still be elected')
  mark.settleList(listOf('a', 'b'))
  assert.equal(mark.offset, 10)
  mark.proposeList(listOf('a', 'b', 'd'))
  assert.equal(report(mark, 'ab', 20), 10, 'the one that is to come may be elected already')
  assert.equal(report(mark, 'd', 15), 15)
})
