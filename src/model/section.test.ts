import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Digest, EntryHash } from './mix.ts'
import { SectionReader, SectionWriter } from './section.ts'

test('what was written is read back, over the borders of pieces cut anywhere', () => {
  const writer = new SectionWriter()
  const large = Uint32Array.from({ length: 400_000 }, (_, i) => Math.imul(i, 0x9e3779b1))
  writer.u8(7)
  writer.f64(-0.5)
  writer.array(large)
  writer.string('ключ')
  writer.u32(0xffffffff)
  writer.bytes(Uint8Array.of(1, 2, 3))
  const length = writer.length
  const whole = Buffer.concat(writer.finish())
  assert.equal(whole.length, length)
  for (const cut of [1, 8, 4096, whole.length]) {
    const pieces = []
    for (let at = 0; at < whole.length; at += cut) {
      pieces.push(whole.subarray(at, at + cut))
      if (pieces.length > 40) {
        pieces.push(whole.subarray(at + cut))
        break
      }
    }
    const reader = new SectionReader(pieces)
    assert.equal(reader.u8(), 7)
    assert.equal(reader.f64(), -0.5)
    const read = new Uint32Array(large.length)
    reader.array(read)
    assert.deepEqual(read, large)
    assert.equal(reader.string(), 'ключ')
    assert.equal(reader.u32(), 0xffffffff)
    assert.deepEqual(reader.bytes(), Uint8Array.of(1, 2, 3))
    assert.equal(reader.left(), 0)
    assert.throws(() => reader.u8(), { code: 'KITEQ_LOG_CORRUPT' })
  }
})

test('a length that is larger than what is left is refused before anything is allocated', () => {
  const writer = new SectionWriter()
  writer.u32(0xfffffff0)
  assert.throws(() => new SectionReader(writer.finish()).bytes(), { code: 'KITEQ_LOG_CORRUPT' })
})

test('a digest does not depend on the order, and every entry counts', () => {
  const entry = new EntryHash()
  const [one, other] = [new Digest(), new Digest()]
  for (const n of [1, 2, 3])
    entry
      .word(n)
      .whole(2 ** 40 + n)
      .addTo(one)
  for (const n of [3, 1, 2])
    entry
      .word(n)
      .whole(2 ** 40 + n)
      .addTo(other)
  assert.equal(one.hex, other.hex)
  entry
    .word(4)
    .whole(2 ** 40 + 4)
    .addTo(other)
  assert.notEqual(one.hex, other.hex)
  assert.match(one.hex, /^[0-9a-f]{16}$/)
})

test('words of an entry are not interchangeable, and neither lane misses a bit', () => {
  const entry = new EntryHash()
  const seen = new Set<string>()
  for (let at = 0; at < 3; at++) {
    for (let bit = 0; bit < 32; bit++) {
      const words = [5, 5, 5]
      words[at]! ^= 1 << bit
      const digest = new Digest()
      entry.word(words[0]!).word(words[1]!).word(words[2]!).addTo(digest)
      seen.add(digest.hex.slice(0, 8)).add(`b${digest.hex.slice(8)}`)
    }
  }
  assert.equal(seen.size, 2 * 96)
})
