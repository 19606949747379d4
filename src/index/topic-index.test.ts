import assert from 'node:assert/strict'
import { test } from 'node:test'
import { messageFields, placeAt } from '../../test/support/histories.ts'
import { numbersFrom } from '../../test/support/numbers.ts'
import type { Offset, Ordinal, Row, TopicNumber } from '../model/ids.ts'
import { SectionReader, SectionWriter } from '../model/section.ts'
import { MessageTable, statusLive } from './message-table.ts'
import { OffsetIndex } from './offset-index.ts'
import { TopicIndex } from './topic-index.ts'

const topic = 3 as TopicNumber

test('ordinals are dense per topic and lead to their row until nobody holds the message', () => {
  const index = new TopicIndex(new MessageTable())
  const random = numbersFrom(7)
  const held = new Map<Ordinal, Row>()
  for (let n = 0; n < 5000; n++) {
    const ordinal = index.take(topic)
    assert.equal(ordinal, n)
    index.add(topic, ordinal, n as Row)
    held.set(ordinal, n as Row)
    while (held.size > 600) {
      const [gone] = [...held.keys()].slice(random() % 600)
      held.delete(gone!)
      index.remove(topic, gone!)
      index.remove(topic, gone!)
    }
  }
  assert.equal(index.liveOf(topic), held.size)
  for (let n = 0; n < 5000; n++) {
    assert.equal(index.rowAt(topic, n as Ordinal), held.get(n as Ordinal) ?? -1)
  }
  // An old one comes back, as by a redrive.
  index.add(topic, 2 as Ordinal, 99 as Row)
  assert.equal(index.rowAt(topic, 2 as Ordinal), 99)
  assert.equal(index.rowAt(9 as TopicNumber, 0 as Ordinal), -1)
})

test('an ordinal past 32 bits is rebuilt whole from the low bits a row keeps', () => {
  const table = new MessageTable()
  const index = new TopicIndex(table)
  const writer = new SectionWriter()
  writer.u32(topic + 1)
  for (const next of [0, 0, 0, 0x500000001]) writer.f64(next)
  index.load(new SectionReader(writer.finish()))
  for (const ordinal of [0x500000000, 0x4fffffff0, 0x400000002] as Ordinal[]) {
    const fields = messageFields(ordinal % 97, topic, 1)
    const row = table.add(fields, placeAt(ordinal % 97, 0), statusLive, ordinal, 1)
    assert.equal(index.ordinalOf(row), ordinal)
  }
})

test('an offset leads to its row until it is removed, however far apart offsets are', () => {
  const index = new OffsetIndex()
  const offsets = [0, 1, 511, 512, 100_000, 8 * 512, 16 * 512, 2 ** 40, 2 ** 52 + 1] as Offset[]
  offsets.forEach((offset, row) => index.add(offset, row as Row))
  offsets.forEach((offset, row) => assert.equal(index.find(offset), row))
  assert.equal(index.find(2 as Offset), -1)
  for (const offset of offsets.slice(1)) {
    index.remove(offset)
    index.remove(offset)
  }
  assert.deepEqual(
    offsets.map((offset) => index.find(offset)),
    [0, -1, -1, -1, -1, -1, -1, -1, -1],
  )
})

test('an offset whose chunk was dropped can be used again', () => {
  const index = new OffsetIndex()
  index.add(5 as Offset, 1 as Row)
  index.remove(5 as Offset)
  index.add(5 as Offset, 2 as Row)
  // Another chunk takes the same place in the memo.
  index.add((5 + 512 * 16) as Offset, 3 as Row)
  assert.equal(index.find(5 as Offset), 2)
})
