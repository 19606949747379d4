// Which names get series of their own.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChosenNames } from './metrics-names.ts'

const offerAll = (chosen: ChosenNames, activity: Record<number, number>): number[] => {
  for (const [number, much] of Object.entries(activity)) chosen.offer(Number(number), much)
  chosen.choose()
  return [...chosen.numbers]
}

test('the busiest get the places that are free, and nobody without anything', () => {
  assert.deepEqual(offerAll(new ChosenNames(2), { 1: 5, 2: 0, 3: 9, 4: 7 }).sort(), [3, 4])
  assert.deepEqual(offerAll(new ChosenNames(9), { 1: 5, 2: 0, 3: 9 }).sort(), [1, 3])
})

test('who has a place keeps it, however busy others become', () => {
  const chosen = new ChosenNames(2)
  offerAll(chosen, { 1: 1 })
  assert.equal(chosen.isFull, false)
  assert.deepEqual(offerAll(chosen, { 1: 1, 2: 3, 3: 4 }), [1, 3])
  assert.equal(chosen.isFull, true)
  assert.deepEqual(offerAll(chosen, { 2: 1000 }), [1, 3])
  chosen.add(7)
  assert.deepEqual([...chosen.numbers], [1, 3])
})

test('of very many the busiest are found, in whatever order they come', () => {
  for (const order of [1, -1]) {
    const chosen = new ChosenNames(3)
    const numbers = Array.from({ length: 100_000 }, (_, at) => at + 1)
    for (const number of order === 1 ? numbers : numbers.reverse()) chosen.offer(number, number)
    chosen.choose()
    assert.deepEqual([...chosen.numbers], [100_000, 99_999, 99_998])
  }
})
