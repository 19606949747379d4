import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOfFold } from '../../test/support/one-fold.ts'
import { messageFields, placeAt } from '../../test/support/histories.ts'
import type { Ordinal, Row } from '../model/ids.ts'
import { MessageTable, statusSettled } from './message-table.ts'
import { SettledWindow } from './settled-window.ts'

test('entries leave in the order they came, each after its time, over many chunks', () => {
  const table = new MessageTable()
  const window = new SettledWindow(table, 100, 10_000)
  let left = 0
  for (let n = 0; n < 30_000; n++) {
    window.add(table.add(messageFields(n, 1, 1), placeAt(n, n), statusSettled, 0 as Ordinal, 0), n)
    while (window.outdated(n) !== -1) {
      const row = window.shift() as Row
      assert.equal(table.offsetOf(row), left++)
      table.forget(row)
    }
    assert.equal(window.size, Math.min(n + 1, 100))
  }
  assert.equal(left, 29_900)
  while (window.shift() !== -1) left++
  assert.equal(left, 30_000)
  assert.equal(digestOfFold(window), '0'.repeat(16))
})
