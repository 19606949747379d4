// What may stand behind the last whole record after a crash: nothing, zeros, garbage, a tail written twice, the bytes of
// another segment or of an earlier life of this place. Whatever it is, and wherever in the last three records it begins, it
// is cut, it costs nothing before it, and it never comes back.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { segmentHeaderBytes, segmentName } from '../../src/log/segment.ts'
import type { LogRecord, RecordPlace } from '../../src/model/record.ts'
import { durable, unlessFailed } from '../support/crash-disk-drive.ts'
import { allLost, markOf, openLog, readBack } from '../support/crash-disk-lab.ts'
import { CrashDisk, type Image } from '../support/crash-disk.ts'
import { folder, numbered } from '../support/disk-log.ts'
import { seeded } from '../support/property.ts'
import { randomOf } from '../support/seeded-random.ts'

const shape = { segmentBytes: 7_000, batchBytesMax: 2_000, seed: 3 }
const last = `${folder}/${segmentName(1)}`
const timeMs = 1000

interface Written {
  readonly image: Image
  readonly marks: readonly number[]
  readonly places: readonly RecordPlace[]
}

async function written(batches: readonly number[], seed: number): Promise<Written> {
  const disk = new CrashDisk()
  const log = await openLog(disk, { ...shape, seed })
  await log.recover(() => undefined)
  await log.startWriting()
  const places: RecordPlace[] = []
  const records: LogRecord[] = []
  for (const count of batches) {
    for (let i = 0; i < count; i++) {
      const record = numbered(records.length + 1, 30 + 13 * records.length)
      records.push(record)
      places.push({ ...log.append(record, timeMs) })
    }
    await unlessFailed(log, disk, (isOver) => durable(log, isOver))
  }
  disk.stop()
  return {
    image: disk.powerLost(allLost),
    marks: records.map((one) => markOf(one, timeMs)),
    places,
  }
}

const endOf = (place: RecordPlace): number => place.position + place.length

/** Puts something behind byte `at` of a whole segment. */
type Tail = (bytes: Uint8Array, at: number, end: number, random: () => number) => Uint8Array

async function tails(): Promise<Record<string, Tail>> {
  const foreign = (await written([1, 1, 1, 3, 2, 4], 50)).image.get(last)!
  return {
    'the file ends': (bytes, at) => bytes.subarray(0, at),
    zeros: (bytes, at) => bytes.fill(0, at),
    'zeros up to the end of the records': (bytes, at, end) => bytes.fill(0, at, end),
    garbage: (bytes, at, end, random) => {
      const stop = Math.min(bytes.length, end + 600)
      for (let i = at; i < stop; i++) bytes[i] = Math.floor(random() * 256)
      return bytes
    },
    'the tail twice': (bytes, at, end) => {
      const again = bytes.slice(segmentHeaderBytes, at)
      bytes.fill(0, at)
      bytes.set(again.subarray(Math.max(0, again.length - (end - at) - 200)), at)
      return bytes
    },
    'all records twice': (bytes, at) => {
      const again = bytes.slice(segmentHeaderBytes, at).subarray(0, bytes.length - at)
      bytes.fill(0, at)
      bytes.set(again, at)
      return bytes
    },
    'bytes of another segment': (bytes, at) => {
      bytes.set(foreign.subarray(at), at)
      return bytes
    },
    'bytes of another segment, from its first record': (bytes, at) => {
      bytes.fill(0, at)
      bytes.set(foreign.subarray(segmentHeaderBytes, segmentHeaderBytes + 900), at)
      return bytes
    },
  }
}

/** Read, started on, written, read again: nothing of the tail in either. */
async function assertCut(disk: CrashDisk, expected: readonly number[]): Promise<void> {
  const back = await readBack(disk, { ...shape, seed: 91 }, false)
  assert.deepEqual(back.report.holes, [])
  assert.deepEqual(back.marks, expected)
  await back.log.startWriting()
  const record = numbered(99, 25)
  back.log.append(record, timeMs)
  await unlessFailed(back.log, disk, (isOver) => durable(back.log, isOver))
  disk.stop()
  const after = CrashDisk.of(disk.powerLost(allLost))
  const again = await readBack(after, { ...shape, seed: 92 }, false)
  assert.deepEqual(again.marks, [...expected, markOf(record, timeMs)])
  assert.deepEqual(again.report.holes, [])
  assert.equal(again.report.cut, undefined)
}

const ways = [
  ['in one batch', [2, 1, 3]],
  ['in three batches', [3, 1, 1, 1]],
] as const

for (const [how, batches] of ways.slice(0, process.env['TAIL_BATCHES'] === 'all' ? 2 : 1))
  test(`whatever the last three records, ${how}, were torn into is cut, at every length`, async () => {
    const { image, marks, places } = await written(batches, shape.seed)
    const random = randomOf(seeded('crash-tails', 1).seed)
    const end = endOf(places.at(-1)!)
    for (const [name, tail] of Object.entries(await tails()))
      for (let at = places.at(-3)!.position; at <= end; at++) {
        const bytes = tail(image.get(last)!.slice(), at, end, random)
        const whole = places.filter((place) => endOf(place) <= at).length
        const kept = wholeAnyway(bytes, image.get(last)!, places, whole)
        try {
          await assertCut(CrashDisk.of(new Map(image).set(last, bytes)), marks.slice(0, kept))
        } catch (error) {
          throw new Error(`${name} from byte ${at}`, { cause: error })
        }
      }
  })

/** Bytes put in place of others may happen to be the same. */
function wholeAnyway(
  bytes: Uint8Array,
  before: Uint8Array,
  places: readonly RecordPlace[],
  whole: number,
): number {
  let count = whole
  while (count < places.length) {
    const { position, length } = places[count]!
    const span = (of: Uint8Array): Uint8Array => of.subarray(position, position + length)
    if (Buffer.compare(span(bytes), span(before)) !== 0) break
    count++
  }
  return count
}
