import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Offset } from '../model/ids.ts'
import { numbersField, offsetsField, readNumbers, readOffsets } from './packed-list.ts'
import { BodyReader, varintSize } from './varint.ts'

const start = 5

/** A reader of what was written into just enough room, behind the tag; nothing around it is touched. */
function written(bytes: number, write: (target: Uint8Array) => number): BodyReader {
  const size = 1 + varintSize(bytes) + bytes
  const target = new Uint8Array(start + size + 3).fill(0xaa)
  assert.equal(write(target), start + size)
  const around = [...target.subarray(0, start), ...target.subarray(start + size)]
  assert.ok(around.every((byte) => byte === 0xaa))
  assert.equal(target[start], 0x22)
  const reader = new BodyReader()
  reader.reset(target, start + 1, start + size)
  return reader
}

/** Around the lengths that take one byte more to say. */
const counts = [1, 126, 127, 128, 129, 16_383, 16_384]

test('a list of numbers of any length is read as it was written', () => {
  for (const count of counts) {
    const values = Array.from({ length: count }, (_, i) => i % 128)
    const reader = written(count, (target) => numbersField(target, start, 0x22, values))
    assert.deepEqual(readNumbers(reader), values)
  }
})

test('a list of offsets of any length is read as it was written', () => {
  for (const count of counts) {
    const offsets = Array.from({ length: count }, (_, i) => ((i * 7) % 40) as Offset)
    const reader = written(count, (target) => offsetsField(target, start, 0x22, offsets))
    assert.deepEqual(readOffsets(reader), offsets)
  }
})

test('an empty list takes no byte', () => {
  const target = new Uint8Array(8)
  assert.equal(numbersField(target, 3, 0x22, []), 3)
  assert.equal(offsetsField(target, 3, 0x22, []), 3)
  assert.deepEqual(target, new Uint8Array(8))
})
