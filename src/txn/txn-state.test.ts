import assert from 'node:assert/strict'
import { test } from 'node:test'
import { digestOfFold } from '../../test/support/one-fold.ts'
import type { GroupNumber, Offset, Row } from '../model/ids.ts'
import { SectionReader, SectionWriter } from '../model/section.ts'
import { TxnState } from './txn-state.ts'

function prepared(prepared = 1, publisher = 2, timeMs = 3): TxnState {
  const state = new TxnState()
  state.prepare(prepared as Offset, 0 as Row, publisher as GroupNumber, timeMs)
  return state
}

test('every field of an open transaction and every count shows in the digest', () => {
  const inquired = prepared()
  inquired.inquire(1 as Offset, 1, 50)
  const later = prepared()
  later.inquire(1 as Offset, 1, 60)
  const again = prepared()
  again.inquire(1 as Offset, 2, 60)
  const all = [prepared(), prepared(9), prepared(1, 9), prepared(1, 2, 9), inquired, later, again]
  for (const what of ['committed', 'rolledBack', 'repeated', 'contrary'] as const) {
    const counted = prepared()
    counted.count(what)
    all.push(counted)
  }
  assert.equal(new Set(all.map(digestOfFold)).size, all.length)
})

test('a transaction is open until it is decided, once', () => {
  const state = prepared()
  assert.equal(state.decide(1 as Offset, 'committed'), true)
  assert.equal(state.decide(1 as Offset, 'rolledBack'), false)
  assert.equal(state.get(1 as Offset), undefined)
  assert.deepEqual(state.counts, { committed: 1, rolledBack: 0, repeated: 0, contrary: 0 })
})

test('transactions are loaded as they were saved', () => {
  const state = prepared()
  state.inquire(1 as Offset, 4, 50)
  state.count('contrary')
  const writer = new SectionWriter()
  state.save(writer)
  const loaded = new TxnState()
  loaded.load(new SectionReader(writer.finish()))
  assert.deepEqual(loaded.get(1 as Offset), state.get(1 as Offset))
  assert.equal(digestOfFold(loaded), digestOfFold(state))
})
