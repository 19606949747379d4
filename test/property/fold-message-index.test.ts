// The id index against a Map, and against ids chosen to hurt it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MessageIndex } from '../../src/index/message-index.ts'
import { MessageTable, statusLive } from '../../src/index/message-table.ts'
import type { MessageId, Ordinal, Row } from '../../src/model/ids.ts'
import { messageFields, placeAt } from '../support/histories.ts'
import { numbersFrom } from '../support/numbers.ts'
import { seeded } from '../support/property.ts'

function addMessage(table: MessageTable, id: MessageId, n: number): Row {
  const fields = { ...messageFields(n, 1, 1), ...id }
  return table.add(fields, placeAt(n, 0), statusLive, n as Ordinal, 1)
}

function idOf(id0: number, id1: number, id2: number, id3: number): MessageId {
  return { id0: id0 >>> 0, id1: id1 >>> 0, id2: id2 >>> 0, id3: id3 >>> 0 }
}

test('finds what was added and not removed, like a Map', () => {
  // A small universe of ids, so that shards hold neighbours and gaps are closed.
  const anyMove = fc.tuple(fc.boolean(), fc.nat(399))
  fc.assert(
    fc.property(
      fc.array(anyMove, { maxLength: 2000, size: 'max' }),
      fc.integer(),
      (moves, indexSeed) => {
        const table = new MessageTable()
        const index = new MessageIndex(table, indexSeed)
        index.build()
        const model = new Map<number, Row>()
        moves.forEach(([adds, name], n) => {
          const row = model.get(name)
          if (adds && row === undefined) {
            const added = addMessage(table, idOf(name, 0, 0, 0), n)
            index.add(added)
            model.set(name, added)
          } else if (!adds && row !== undefined) {
            index.remove(row)
            table.forget(row)
            model.delete(name)
          }
        })
        assert.equal(index.size, model.size)
        for (let name = 0; name < 400; name++) {
          assert.equal(index.find(idOf(name, 0, 0, 0)), model.get(name) ?? -1)
        }
      },
    ),
    seeded('fold-message-index', 60),
  )
})

const hostileIds: Record<string, (n: number) => MessageId> = {
  'counting in the first word': (n) => idOf(n, 0, 0, 0),
  'counting in the last word': (n) => idOf(0xdeadbeef, 0xdeadbeef, 0xdeadbeef, n),
  'counting in the high bytes only': (n) => idOf(n << 16, 0, 0, (n >>> 8) << 24),
  'sharing all but two bytes far apart': (n) => idOf((n & 255) << 8, 7, 7, (n >>> 8) << 16),
  'the same word four times': (n) => idOf(n, n, n, n),
  'words that cancel when xored': (n) => idOf(n, n ^ 0x5555, n, n ^ 0x5555),
  'decimal digits as hex': (n) => idOf(0x20240101, Number(`0x${n}`), 0, 0),
}

for (const [what, make] of Object.entries(hostileIds)) {
  test(`ids ${what} are walked over no longer than others`, () => {
    const { seed } = seeded(`fold-message-index, ids ${what}`, 1)
    const table = new MessageTable()
    const index = new MessageIndex(table, seed)
    index.build()
    const count = 50_000
    for (let n = 0; n < count; n++) index.add(addMessage(table, make(n), n))
    assert.ok(index.longestProbe < 256, `the longest walk is ${index.longestProbe} slots`)
    for (let n = 0; n < count; n += 7) assert.notEqual(index.find(make(n)), -1)
    assert.equal(index.find(idOf(1, 2, 3, 4)), -1)
  })
}

test('many rows under one id, which only damage makes, do not make it grow without end', () => {
  const table = new MessageTable()
  const index = new MessageIndex(table, 1)
  index.build()
  const rows: Row[] = []
  for (let n = 0; n < 3000; n++) rows.push(addMessage(table, idOf(1, 2, 3, 4), n))
  for (const row of rows) index.add(row)
  for (const row of rows.slice(1)) index.remove(row)
  assert.equal(index.find(idOf(1, 2, 3, 4)), rows[0])
  assert.equal(index.size, 1)
})

test('the table gives rows out again, and keeps what it was told, over chunks that fill and empty', () => {
  const { seed } = seeded('fold-message-index, table', 1)
  const random = numbersFrom(seed)
  const table = new MessageTable()
  const live = new Map<Row, number>()
  for (let n = 0; n < 200_000; n++) {
    const row = addMessage(table, idOf(n, 0, 0, 0), n)
    assert.ok(!live.has(row), 'a row in use is given out')
    live.set(row, n)
    // Waves: what came first goes first, now and then nearly everything.
    const keep = n % 70_000 === 0 ? 3 : 66_000 + (random() % 100)
    for (const old of live.keys()) {
      if (live.size <= keep) break
      table.forget(old)
      live.delete(old)
    }
  }
  assert.equal(table.count, live.size)
  assert.ok(table.chunkCount <= 3, `${table.chunkCount} chunks were opened for 66,000 rows`)
  for (const [row, n] of live) {
    assert.equal(table.offsetOf(row), n)
    assert.ok(table.idMatches(row, idOf(n, 0, 0, 0)))
  }
})

test('rows that were forgotten are all used again before new ones are', () => {
  const table = new MessageTable()
  const rows: Row[] = []
  for (let n = 0; n < 1000; n++) rows.push(addMessage(table, idOf(n, 0, 0, 0), n))
  for (const row of rows) table.forget(row)
  for (let n = 0; n < 1000; n++) addMessage(table, idOf(n, 0, 0, 0), n)
  assert.equal(table.chunkEnd(0), 1000)
  assert.equal(table.count, 1000)
})

test('ids that share a hash are told apart', () => {
  const { seed } = seeded('fold-message-index, shared hashes', 1)
  const random = numbersFrom(seed)
  const table = new MessageTable()
  const index = new MessageIndex(table, seed)
  index.build()
  // So many pairs that some ten of them have one hash; all ids share a half.
  const anyId = (): MessageId => idOf(1, 2, random(), random())
  for (let n = 0; n < 150_000; n++) index.add(addMessage(table, anyId(), n))
  for (let n = 0; n < 300_000; n++) assert.equal(index.find(anyId()), -1)
})
