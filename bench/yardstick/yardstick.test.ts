// The parts of the yardstick that would make it fast by being wrong.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IdSource } from '../load/id-source.ts'
import { headBytes } from '../wire/frames.ts'
import { publishTemplate } from '../wire/packets.ts'
import { crc32 } from './crc32.ts'
import { AckBitmap, IdIndex } from './id-index.ts'
import { Routing } from './routing.ts'

test('the checksum agrees with the standard vector', () => {
  assert.equal(crc32(Buffer.from('..123456789..'), 2, 11), 0xcbf43926)
})

test('the index finds every id it was given, also after growing, and no other', () => {
  const index = new IdIndex(7)
  const count = 1_500_000
  for (let i = 0; i < count; i++) index.put(i, 1, 2, 3, i)
  for (let i = 0; i < count; i += 997) assert.equal(index.get(i, 1, 2, 3), i)
  assert.equal(index.get(count, 1, 2, 3), -1)
})

test('an acknowledgement counts once', () => {
  const acks = new AckBitmap()
  assert.deepEqual([acks.add(70_000), acks.add(3), acks.add(70_000)], [true, true, false])
  assert.equal(acks.acked, 2)
})

test('routing reads the generated message, and refuses it cut at any byte of its header', () => {
  const shape = { topic: 'orders', type: 'paid', group: 'shop', bodyBytes: 64 }
  const template = publishTemplate(shape)
  new IdSource(1).write(template.bytes, template.idAt)
  const routing = new Routing()
  const { bytes } = template
  assert.equal(routing.decode(bytes, headBytes, bytes.length), true)
  assert.equal(routing.commit, true)
  assert.equal(routing.fly, false)
  assert.equal(routing.idAt, template.idAt)
  const digits = bytes.toString('latin1', template.idAt, template.idAt + 8)
  assert.equal(routing.id0, Number.parseInt(digits, 16) | 0)
  for (let end = headBytes; end < template.bodyAt - 3; end++) {
    assert.equal(routing.decode(bytes, headBytes, end), false, `cut at ${end}`)
  }
})
