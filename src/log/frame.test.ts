import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logFrameBytesMax, scanChunkBytes } from '../model/limits.ts'
import { checksum } from './checksum.ts'
import * as frame from './frame.ts'

test('the checksum is the CRC-32 of the world', () => {
  assert.equal(checksum(Buffer.from('123456789'), 0, 9, 0), 0xcbf43926)
  const long = new Uint8Array(4096).fill(7)
  assert.equal(checksum(long, 100, 4096, checksum(long, 0, 100, 5)), checksum(long, 0, 4096, 5))
})

test('a head says what was written, little endian at its places', () => {
  const bytes = new Uint8Array(48)
  frame.writeFrameHead(bytes, 8, 40, 3, 0x01020304, 2 ** 45 + 9, 1_763_870_000_123)
  assert.equal(frame.frameLength(bytes, 8), 40)
  assert.equal(frame.frameKind(bytes, 8), 3)
  assert.equal(frame.frameFlags(bytes, 8), 0)
  assert.equal(frame.frameDistance(bytes, 8), 0x01020304)
  assert.equal(frame.frameOffset(bytes, 8), 2 ** 45 + 9)
  assert.equal(frame.frameTimeMs(bytes, 8), 1_763_870_000_123)
  assert.deepEqual([...bytes.subarray(8 + 4, 8 + 16)], [40, 0, 0, 0, 3, 0, 0, 0, 4, 3, 2, 1])
})

test('a sealed frame holds under its own seed only', () => {
  const bytes = new Uint8Array(40).fill(9)
  frame.writeFrameHead(bytes, 0, 40, 3, 0, 1, 2)
  frame.sealFrame(bytes, 0, 40, 77, frame.lastOfBatch)
  assert.equal(frame.frameFlags(bytes, 0), frame.lastOfBatch)
  assert.ok(frame.looksLikeFrame(bytes, 0))
  assert.ok(frame.frameHolds(bytes, 0, 40, 77))
  assert.ok(!frame.frameHolds(bytes, 0, 40, 78))
})

test('a flip of any bit of a frame is noticed', () => {
  const sealed = new Uint8Array(40).fill(9)
  frame.writeFrameHead(sealed, 0, 40, 3, 0, 1, 2)
  frame.sealFrame(sealed, 0, 40, 77, 0)
  for (let bit = 0; bit < 40 * 8; bit++) {
    const bytes = sealed.slice()
    bytes[bit >> 3]! ^= 1 << (bit & 7)
    assert.ok(!frame.looksLikeFrame(bytes, 0) || !frame.frameHolds(bytes, 0, 40, 77), `bit ${bit}`)
  }
})

test('a length outside its bounds is no frame', () => {
  for (const length of [0, 1, 31, logFrameBytesMax + 1, 0xffffffff]) {
    const bytes = new Uint8Array(40)
    frame.writeFrameHead(bytes, 0, length, 3, 0, 1, 2)
    assert.ok(!frame.looksLikeFrame(bytes, 0), `${length}`)
  }
})

test('the largest frame fits the chunk of a scan, with room to move on', () => {
  assert.ok(logFrameBytesMax + 1024 * 1024 <= scanChunkBytes)
})
