import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seeded } from '../../test/support/property.ts'
import { logFrameHeadBytes, sealFrame, writeFrameHead } from './frame.ts'
import { runFrameBytesMax, runHolds } from './frame-run.ts'

const anySeed = fc.integer({ min: 0, max: 0xffffffff })
const someLengths = fc.array(
  fc.oneof(
    fc.integer({ min: logFrameHeadBytes, max: 300 }),
    fc.integer({ min: logFrameHeadBytes, max: runFrameBytesMax }),
  ),
  { maxLength: 30 },
)

/** Sealed frames of these lengths, behind three bytes that are none of theirs; `byte` tells what fills their bodies. */
function runOf(lengths: readonly number[], seed: number, byte: number): Uint8Array {
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 3)).fill(byte)
  let at = 3
  lengths.forEach((length, n) => {
    for (let i = at; i < at + length; i += 7) bytes[i] = i * 31 + n
    writeFrameHead(bytes, at, length, 3, 0, n, 1_700_000_000_000)
    sealFrame(bytes, at, at + length, seed, 0)
    at += length
  })
  return bytes
}

test('a run of whole frames holds under its seed and under no other', () => {
  fc.assert(
    fc.property(someLengths, anySeed, anySeed, fc.nat(255), (lengths, seed, other, byte) => {
      const bytes = runOf(lengths, seed, byte)
      assert.equal(runHolds(bytes, 3, bytes.length, seed), true)
      const holds = lengths.length === 0 || other === seed
      assert.equal(runHolds(bytes, 3, bytes.length, other), holds)
    }),
    seeded('frame-run', 200),
  )
})

test('any bytes of a frame that change, its crc too, are seen from behind any number of frames', () => {
  fc.assert(
    fc.property(
      someLengths.filter((lengths) => lengths.length > 0),
      anySeed,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      fc.integer({ min: 1, max: 4 }),
      (lengths, seed, where, change, count) => {
        const bytes = runOf(lengths, seed, 7)
        let at = 3
        for (const length of lengths.slice(0, where % lengths.length)) at += length
        const inside = lengths[where % lengths.length]!
        for (let i = 0; i < count; i++) {
          const place = (where + i) % inside
          if (place < 4 || place > 7) bytes[at + place]! ^= change // a changed length makes other frames
        }
        const isSame = Array.from({ length: count }, (_, i) => (where + i) % inside).every(
          (place) => place >= 4 && place <= 7,
        )
        assert.equal(runHolds(bytes, 3, bytes.length, seed), isSame)
      },
    ),
    seeded('frame-run-damage', 500),
  )
})
