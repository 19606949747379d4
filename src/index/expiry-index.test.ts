import assert from 'node:assert/strict'
import { test } from 'node:test'
import { messageFields, placeAt } from '../../test/support/histories.ts'
import type { Ordinal, Row } from '../model/ids.ts'
import { ExpiryIndex } from './expiry-index.ts'
import { MessageTable, statusLive, statusPrepared, statusSettled } from './message-table.ts'

function filled(
  count: number,
  expiresAt: (n: number) => number,
): { table: MessageTable; expiry: ExpiryIndex } {
  const table = new MessageTable()
  const expiry = new ExpiryIndex(table)
  for (let n = 0; n < count; n++) {
    const fields = { ...messageFields(n, 1, 1), expiresAt: expiresAt(n) }
    const status = n % 2 === 0 ? statusLive : statusPrepared
    const row = table.add(
      fields,
      placeAt(n, 0),
      status,
      n as Ordinal,
      status === statusLive ? 1 : 0,
    )
    expiry.note(row, fields.expiresAt)
  }
  return { table, expiry }
}

test('what is due is found wherever it lies, up to the limit, and stays due until a record ends it', () => {
  const { table, expiry } = filled(70_000, (n) => (n % 10_000 === 3 ? 100 : 200))
  assert.equal(expiry.soonestSeconds, 100)
  assert.deepEqual(expiry.due(99, 10), [])
  assert.deepEqual(expiry.due(100, 3), [3, 10_003, 20_003])
  assert.deepEqual(expiry.due(199, 100), [3, 10_003, 20_003, 30_003, 40_003, 50_003, 60_003])
  for (const row of expiry.due(199, 100)) table.change(row, statusSettled, 0 as Ordinal, 0, 0)
  assert.deepEqual(expiry.due(199, 100), [])
  assert.equal(expiry.soonestSeconds, 200)
  assert.equal(expiry.due(200, 100_000).length, 70_000 - 7)
})

test('a message only dead letters hold is not due; back in a queue it is', () => {
  const { table, expiry } = filled(1, () => 50)
  const row = 0 as Row
  table.change(row, statusLive, 0 as Ordinal, 0, 1)
  assert.deepEqual(expiry.due(60, 10), [])
  table.change(row, statusLive, 0 as Ordinal, 1, 0)
  expiry.note(row, 50)
  assert.deepEqual(expiry.due(60, 10), [row])
})

test('a row that was given out again is due by its new message', () => {
  const { table, expiry } = filled(1, () => 50)
  table.forget(0 as Row)
  const fields = { ...messageFields(9, 1, 1), expiresAt: 80 }
  expiry.note(table.add(fields, placeAt(9, 0), statusLive, 0 as Ordinal, 1), 80)
  assert.deepEqual(expiry.due(60, 10), [])
  assert.deepEqual(expiry.due(80, 10), [0])
})
