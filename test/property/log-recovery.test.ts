// What comes back of a log after its bytes were cut, zeroed, garbled or flipped, and after it was written, recovered and
// written again. The rule under test: a torn tail costs nothing but itself, damage elsewhere costs one record and is told.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { frameDistance, frameLength } from '../../src/log/frame.ts'
import { segmentHeaderBytes } from '../../src/log/segment.ts'
import type { LogRecord, RecordPlace } from '../../src/model/record.ts'
import { folder, numbered, recoverSmall, startSmall, writeBatch } from '../support/disk-log.ts'
import type { SmallLog, SmallOptions } from '../support/disk-log.ts'
import { MemoryDisk } from '../support/disk-memory.ts'
import { anyRecord } from '../support/disk-records.ts'
import { seeded } from '../support/property.ts'
import { ownCopy } from '../../src/log/own-copy.ts'

const first = `${folder}/0000000001.segment`
const batchesOfRecords = fc.array(fc.array(anyRecord, { minLength: 1, maxLength: 5 }), {
  minLength: 1,
  maxLength: 8,
})

/** A few records a segment. */
const tight: SmallOptions = { segmentBytes: 5200, batchBytesMax: 1024 }

interface Written {
  readonly disk: MemoryDisk
  readonly records: readonly LogRecord[]
  readonly places: readonly RecordPlace[]
}

/** Left as a crash leaves it, after the last batch was written whole. */
async function written(
  batches: readonly (readonly LogRecord[])[],
  options?: SmallOptions,
): Promise<Written> {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk, options)
  const places: RecordPlace[] = []
  for (const batch of batches) places.push(...(await writeBatch(log, batch)))
  await log.close({ clean: false })
  return { disk, records: batches.flat().map(ownCopy), places }
}

function assertPrefix(small: SmallLog, records: readonly LogRecord[]): void {
  assert.deepEqual(small.records, records.slice(0, small.records.length))
}

/** Recovers twice with a start of writing in between: both times the same, and what is appended then stays. */
async function assertGoesOn(disk: MemoryDisk, before: SmallLog): Promise<void> {
  const second = await startSmall(disk)
  assert.deepEqual(second.records, before.records)
  await writeBatch(second.log, [numbered(77)])
  await second.log.close({ clean: false })
  const third = await recoverSmall(disk)
  assert.deepEqual(third.records, [...before.records, ownCopy(numbered(77))])
  assert.equal(third.report.cut, undefined)
  assert.deepEqual(third.report.holes, before.report.holes)
  await third.log.close()
}

test('what was written comes back, record by record and place by place, over any number of segments', async () => {
  await fc.assert(
    fc.asyncProperty(
      batchesOfRecords,
      fc.integer({ min: 6200, max: 12000 }),
      async (batches, bytes) => {
        const { disk, records, places } = await written(batches, {
          segmentBytes: bytes,
          batchBytesMax: 2048,
        })
        const back = await recoverSmall(disk, { segmentBytes: bytes })
        assert.deepEqual(back.records, records)
        assert.deepEqual(back.places, places)
        assert.equal(back.report.degraded, false)
        assert.equal(back.report.cut, undefined)
        await back.log.close()
      },
    ),
    seeded('round trip', 100),
  )
})

test('any cut of the bytes recovers a prefix, and the log goes on behind it', async () => {
  await fc.assert(
    fc.asyncProperty(batchesOfRecords, fc.nat(), async (batches, cut) => {
      const { disk, records, places } = await written(batches, { segmentBytes: 64 * 1024 })
      const end = places.at(-1)!.position + places.at(-1)!.length
      const at = segmentHeaderBytes + (cut % (end - segmentHeaderBytes + 1))
      disk.restore(first, disk.image(first).subarray(0, at))
      const back = await recoverSmall(disk)
      assertPrefix(back, records)
      assert.equal(
        back.records.length,
        places.filter((place) => place.position + place.length <= at).length,
      )
      await assertGoesOn(disk, back)
    }),
    seeded('cut', 100),
  )
})

type Damage = (image: Uint8Array, at: number, end: number, random: (n: number) => number) => void

const damages: Readonly<Record<string, Damage>> = {
  truncated: (image, at) => image.fill(0, at), // the file is cut below
  zeroed: (image, at) => image.fill(0, at),
  garbage: (image, at, end, random) => {
    for (let i = at; i < end + 40 && i < image.length; i++) image[i] = random(256)
  },
  'one flipped bit': (image, at, _end, random) => {
    image[at]! ^= 1 << random(8)
  },
  'an overwritten length': (image, at, _end, random) => {
    for (let i = 0; i < 4 && at + i < image.length; i++) image[at + i] = random(256)
  },
  'a duplicated tail': (image, at, end) => {
    image.copyWithin(at, Math.max(segmentHeaderBytes, at - (end - at)), at)
  },
}

test('damage at any byte of the last three records of the last batch is a torn tail', async () => {
  const batches = [
    [numbered(1), numbered(2)],
    [numbered(3)],
    [numbered(4), numbered(5), numbered(6)],
  ]
  const { disk, records, places } = await written(batches, { segmentBytes: 8192 })
  const from = places[3]!.position
  const end = places[5]!.position + places[5]!.length
  let seed = 12345
  const random = (n: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
    return Math.floor((seed / 2 ** 32) * n)
  }
  for (const [name, damage] of Object.entries(damages)) {
    for (let at = from; at < end; at++) {
      const image = disk.image(first)
      damage(image, at, end, random)
      const hurt = disk.copy()
      hurt.restore(first, name === 'truncated' ? image.subarray(0, at) : image)
      const back = await recoverSmall(hurt)
      assertPrefix(back, records)
      assert.equal(back.report.degraded, false, `${name} at ${at}`)
      const whole = places.filter((place) => place.position + place.length <= at).length
      // Duplicated bytes and a garbled byte may happen to be the right ones.
      assert.ok(
        back.records.length >= whole,
        `${name} at ${at}: ${back.records.length} of ${whole}`,
      )
      if (at % 16 === 0) await assertGoesOn(hurt, back)
      await back.log.close()
    }
  }
})

test('a flip of any byte in a closed segment costs at most that record and is reported', async () => {
  const batches = Array.from({ length: 10 }, (_, i) => [numbered(i * 2 + 1), numbered(i * 2 + 2)])
  const { disk, records, places } = await written(batches, tight)
  const sealedPlaces = places.filter((place) => place.segment === 1)
  const end = sealedPlaces.at(-1)!.position + sealedPlaces.at(-1)!.length
  assert.ok(places.at(-1)!.segment > 1)
  for (let at = segmentHeaderBytes; at < end; at++) {
    const hurt = disk.copy()
    const image = hurt.image(first)
    image[at]! ^= 1 << (at % 8)
    hurt.restore(first, image)
    const back = await recoverSmall(hurt, tight)
    const victim = sealedPlaces.findIndex((p) => at >= p.position && at < p.position + p.length)
    assert.deepEqual(
      back.records,
      records.filter((_, i) => i !== victim),
    )
    assert.equal(back.report.degraded, true)
    assert.equal(back.report.cut, undefined)
    assert.deepEqual(back.report.holes, [
      {
        segment: 1,
        position: sealedPlaces[victim]!.position,
        length: sealedPlaces[victim]!.length,
        firstOffset: victim,
        count: 1,
      },
    ])
    await back.log.close()
  }
})

test('a flip in the last segment with a later batch behind it is a hole, not a torn tail', async () => {
  const batches = [[numbered(1), numbered(2)], [numbered(3), numbered(4)], [numbered(5)]]
  const { disk, records, places } = await written(batches)
  for (const victim of [0, 1, 2, 3]) {
    const hurt = disk.copy()
    const image = hurt.image(first)
    image[places[victim]!.position + 50]! ^= 4
    hurt.restore(first, image)
    const back = await recoverSmall(hurt)
    assert.deepEqual(
      back.records,
      records.filter((_, i) => i !== victim),
    )
    assert.equal(back.report.holes.length, 1)
    assert.equal(back.report.holes[0]?.firstOffset, victim)
    await assertGoesOn(hurt, back)
  }
})

test('bytes of another segment, whole frames with the right offsets, are not taken for records', async () => {
  const batches = [[numbered(1)], [numbered(2)], [numbered(3)]]
  const { disk, places } = await written(batches, { seed: 1 })
  const other = await written([...batches, [numbered(4)]], { seed: 2 })
  const image = disk.image(first)
  const end = places[2]!.position + places[2]!.length
  const last = other.places[3]!
  assert.equal(last.position, end)
  image.set(other.disk.image(first).subarray(end, end + last.length), end)
  disk.restore(first, image)
  const back = await recoverSmall(disk)
  assert.equal(back.records.length, 3)
  assert.equal(back.report.cut?.bytes, last.length)
  await assertGoesOn(disk, back)
})

test('a length of any value is survived', async () => {
  const { disk, records, places } = await written([[numbered(1)], [numbered(2), numbered(3)]])
  const victim = places[1]!
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 0xffffffff }), async (length) => {
      const image = disk.image(first)
      fc.pre(length !== frameLength(image, victim.position))
      new DataView(image.buffer).setUint32(victim.position + 4, length, true)
      const hurt = disk.copy()
      hurt.restore(first, image)
      const back = await recoverSmall(hurt)
      assert.deepEqual(back.records, records.slice(0, 1))
      assert.equal(back.report.cut?.position, victim.position)
      await back.log.close()
    }),
    seeded('length', 200),
  )
})

test('writing, crashing with a torn batch and recovering, over and over, keeps every durable record', async () => {
  const life = fc.record({
    batches: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 5 }),
    torn: fc.integer({ min: 0, max: 6 }),
    cut: fc.nat(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 6 }), async (lives) => {
      const disk = new MemoryDisk()
      const options = tight
      const durable: LogRecord[] = []
      let number = 1
      for (const [i, { batches, torn, cut }] of lives.entries()) {
        const { log, records } = await startSmall(disk, { ...options, seed: i + 1 })
        assert.deepEqual(records, durable)
        for (const size of batches) {
          const batch = Array.from({ length: size }, () => numbered(number++))
          await writeBatch(log, batch)
          durable.push(...batch.map(ownCopy))
        }
        const tail = Array.from({ length: torn }, () => numbered(number++))
        const before = tail.length === 0 ? [] : await writeBatch(log, tail)
        await log.close({ clean: false })
        durable.push(...tear(disk, before, tail, cut))
      }
      const last = await recoverSmall(disk, options)
      assert.deepEqual(last.records, durable)
      assert.equal(last.report.degraded, false)
      await last.log.close()
    }),
    seeded('lives', 60),
  )
})

/** Undoes the end of the last batch as a crash would; returns the records that are still whole. */
function tear(
  disk: MemoryDisk,
  places: readonly RecordPlace[],
  records: readonly LogRecord[],
  cut: number,
): LogRecord[] {
  const last = places.at(-1)
  if (last === undefined) return []
  const path = `${folder}/${String(last.segment).padStart(10, '0')}.segment`
  const image = disk.image(path)
  const end = last.position + last.length
  const start = last.position - frameDistance(image, last.position)
  const at = start + (cut % (end - start))
  image.fill(0, at, end)
  disk.restore(path, image)
  const isWhole = (place: RecordPlace): boolean =>
    place.segment !== last.segment || place.position + place.length <= at
  return records.filter((_, i) => isWhole(places[i]!)).map(ownCopy)
}
