import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Dictionary } from './dictionary.ts'

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

test('names are found as spans of a larger buffer, again and again', () => {
  const dictionary = new Dictionary()
  dictionary.add(1, bytes('orders'))
  dictionary.add(2, bytes('order'))
  const raw = bytes('xxordersxx')
  for (let i = 0; i < 3; i++) {
    assert.equal(dictionary.numberOf(raw, 2, 8), 1)
    assert.equal(dictionary.numberOf(raw, 2, 7), 2)
    assert.equal(dictionary.numberOf(raw, 2, 9), 0)
    assert.equal(dictionary.numberOf(raw, 3, 3), 0)
  }
})

test('names that fall on the same memo slot are told apart', () => {
  const dictionary = new Dictionary()
  // Same length, first, middle and last byte.
  dictionary.add(1, bytes('abXcdYefg'))
  dictionary.add(2, bytes('abZcdZefg'))
  for (let i = 0; i < 3; i++) {
    assert.equal(dictionary.numberOf(bytes('abXcdYefg'), 0, 9), 1)
    assert.equal(dictionary.numberOf(bytes('abZcdZefg'), 0, 9), 2)
    assert.equal(dictionary.numberOf(bytes('abQcdQefg'), 0, 9), 0)
  }
})

test('a name may be any bytes, also the names objects are born with', () => {
  const dictionary = new Dictionary()
  const names = [
    bytes('__proto__'),
    bytes('constructor'),
    Uint8Array.of(0xff, 0xfe),
    bytes('ÿþ'),
    bytes(''),
  ]
  names.forEach((name, i) => dictionary.add(i + 1, name))
  names.forEach((name, i) => assert.equal(dictionary.numberOf(name, 0, name.length), i + 1))
  assert.deepEqual(dictionary.bytesOf(3), Uint8Array.of(0xff, 0xfe))
  assert.equal(dictionary.textOf(3), '\\xff\\xfe')
  assert.equal(dictionary.textOf(4), 'ÿþ')
  assert.equal(dictionary.size, 5)
})

test('a number never names two things', () => {
  const dictionary = new Dictionary()
  dictionary.add(1, bytes('a'))
  dictionary.add(1, bytes('a'))
  assert.throws(() => dictionary.add(1, bytes('b')), /number 1/)
})

test('a name is kept when the buffer it came in is used again', () => {
  const dictionary = new Dictionary()
  const buffer = bytes('first')
  dictionary.add(1, buffer)
  buffer.fill(0)
  assert.equal(dictionary.numberOf(bytes('first'), 0, 5), 1)
  assert.deepEqual(dictionary.bytesOf(1), bytes('first'))
})

test('a name that begins with a byte order mark is another name, also for people', () => {
  const names = new Dictionary()
  names.add(1, Buffer.from('\ufefftrade'))
  names.add(2, Buffer.from('trade'))
  assert.equal(names.textOf(1), '\ufefftrade')
  assert.equal(names.numberOfText('\ufefftrade'), 1)
  assert.equal(names.numberOfText('trade'), 2)
})
