import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seeded } from '../../test/support/property.ts'
import { checksum } from './checksum.ts'
import { seedOfFrame, solveSeed } from './crc-seed.ts'
import { findSeed } from './find-seed.ts'
import { lastOfBatch, sealFrame, writeFrameHead } from './frame.ts'
import { segmentHeaderBytes } from './segment.ts'

const anySeed = fc.integer({ min: 0, max: 0xffffffff })

test('the seed of a crc is solved from the crc, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 700 }), anySeed, (bytes, seed) => {
      const crc = checksum(bytes, 0, bytes.length, seed)
      assert.equal(solveSeed(bytes, 0, bytes.length, crc), seed)
    }),
    seeded('crc-seed', 300),
  )
})

/** Frames of these body lengths behind zeros in the place of a header; batches of three. */
function segmentOf(lengths: readonly number[], seed: number, firstOffset: number): Uint8Array {
  const total = lengths.reduce((sum, length) => sum + 32 + length, segmentHeaderBytes)
  const bytes = new Uint8Array(total + 500)
  let at = segmentHeaderBytes
  let batch = at
  lengths.forEach((length, n) => {
    if (n % 3 === 0) batch = at
    const end = at + 32 + length
    for (let i = at + 32; i < end; i++) bytes[i] = (i * 31 + n) & 0xff
    writeFrameHead(bytes, at, 32 + length, 3, at - batch, firstOffset + n, 1_700_000_000_000)
    sealFrame(bytes, at, end, seed, n % 3 === 2 || n === lengths.length - 1 ? lastOfBatch : 0)
    at = end
  })
  return bytes
}

function search(
  bytes: Uint8Array,
  more: { hint?: number; fromOffset?: number; toOffset?: number } = {},
): ReturnType<typeof findSeed> {
  return findSeed({
    read: (target, start, length, position) => {
      const piece = bytes.subarray(position, position + length)
      target.set(piece, start)
      return Promise.resolve(piece.length)
    },
    limit: bytes.length,
    hint: undefined,
    fromOffset: 0,
    toOffset: 2 ** 47,
    ...more,
  })
}

test('the seed of a segment is found while two frames of it are whole, wherever the others are hit', async () => {
  const lengths = fc.array(fc.nat(300), { minLength: 3, maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(
      lengths,
      anySeed,
      fc.nat(),
      fc.nat(0xff),
      async (bodies, seed, where, flip) => {
        const bytes = segmentOf(bodies, seed, 500)
        const used = bytes.length - 500 - segmentHeaderBytes
        bytes[segmentHeaderBytes + (where % used)]! ^= flip
        const found = await search(bytes)
        assert.equal(found?.seed, seed)
        assert.ok(found.offset === 500 || found.offset === 501)
      },
    ),
    seeded('find-seed', 100),
  )
})

test('one frame alone proves no seed, unless the header still says the same', async () => {
  const bytes = segmentOf([40], 77, 500)
  assert.equal(seedOfFrame(bytes, segmentHeaderBytes), 77)
  assert.equal(await search(bytes), undefined)
  assert.equal(await search(bytes, { hint: 78 }), undefined)
  assert.equal((await search(bytes, { hint: 77 }))?.seed, 77)
})

test('frames of other offsets are not asked', async () => {
  const bytes = segmentOf([40, 50, 60], 77, 500)
  assert.equal(await search(bytes, { fromOffset: 503 }), undefined)
  assert.equal(await search(bytes, { toOffset: 501 }), undefined)
  assert.equal((await search(bytes, { fromOffset: 501, toOffset: 503 }))?.position, 4096 + 72)
  assert.equal(await search(new Uint8Array(100_000)), undefined)
})
