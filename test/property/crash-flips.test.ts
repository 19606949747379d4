// Every byte of a log and of its checkpoint, one bit turned at a time: in headers each of the eight, elsewhere one by chance.
// No altered record is ever handed out, at most one is lost, and the loss is told. Only the last batch is exempt.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { latestCheckpoint, writeCheckpoint } from '../../src/log/checkpoint.ts'
import { logFrameHeadBytes } from '../../src/log/frame.ts'
import type { Log } from '../../src/log/log.ts'
import { segmentHeaderBytes, segmentName } from '../../src/log/segment.ts'
import type { Offset } from '../../src/model/ids.ts'
import type { LogRecord, RecordPlace } from '../../src/model/record.ts'
import { SectionWriter } from '../../src/model/section.ts'
import { durable, unlessFailed } from '../support/crash-disk-drive.ts'
import { markOf, newState, openLog } from '../support/crash-disk-lab.ts'
import { CrashDisk, type Image } from '../support/crash-disk.ts'
import { folder, numbered } from '../support/disk-log.ts'
import { seeded } from '../support/property.ts'
import { randomOf } from '../support/seeded-random.ts'

/** Of the closed segment; 64 KiB in CI. */
const segmentBytes = Number(process.env['FLIP_SEGMENT_BYTES'] ?? String(10 * 1024))
const bodyBytesMax = Math.floor(segmentBytes / 11)
const shape = { segmentBytes, batchBytesMax: 3 * bodyBytesMax + 1024, seed: 5 }
const timeMs = 1000

interface Written {
  readonly image: Image
  readonly records: readonly LogRecord[]
  readonly marks: readonly number[]
  readonly places: readonly RecordPlace[]
  /** Position of the last batch, in the second segment. */
  readonly lastBatch: number
}

/** A closed segment, full of records of many lengths, and one with two batches behind it. */
async function written(): Promise<Written> {
  const disk = new CrashDisk()
  const log = await openLog(disk, shape)
  await log.recover(() => undefined)
  await log.startWriting()
  const random = randomOf(9)
  const records: LogRecord[] = []
  const places: RecordPlace[] = []
  let lastBatch = 0
  const write = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const record = numbered(records.length + 1, 1 + Math.floor(random() ** 4 * bodyBytesMax))
      const place = { ...log.append(record, timeMs) }
      if (i === 0) lastBatch = place.position
      records.push(record)
      places.push(place)
    }
    await unlessFailed(log, disk, (isOver) => durable(log, isOver))
  }
  while (places.at(-1)?.segment !== 2) await write(1 + Math.floor(random() * 5))
  await write(3)
  await write(2)
  await log.close({ clean: false })
  const image = new Map([...disk.names.shown].map(([path, file]) => [path, file.shown]))
  return { image, records, places, lastBatch, marks: records.map((one) => markOf(one, timeMs)) }
}

function flipped(image: Image, path: string, at: number, bit: number): CrashDisk {
  const bytes = image.get(path)!.slice()
  bytes[at]! ^= 1 << bit
  return CrashDisk.of(new Map(image).set(path, bytes))
}

interface Found {
  readonly log: Log
  /** By offset. */
  readonly marks: readonly (number | undefined)[]
  readonly lost: readonly number[]
  readonly cut: boolean
}

/** Reads the log and holds what comes against what was written; what is missing must have been told. */
async function read(disk: CrashDisk, { marks }: Written): Promise<Found> {
  const log = await openLog(disk, shape)
  const found: (number | undefined)[] = new Array<undefined>(marks.length)
  const report = await log.recover((record, place) => {
    assert.equal(markOf(record, place.timeMs), marks[place.offset], `${place.offset} was altered`)
    found[place.offset] = marks[place.offset]
  })
  const told = new Set(
    report.holes.flatMap((one) => Array.from({ length: one.count }, (_, i) => one.firstOffset + i)),
  )
  assert.equal(report.degraded, told.size > 0)
  const lost: number[] = []
  for (let offset = 0; offset < report.end.offset; offset++) {
    assert.equal(found[offset] === undefined, told.has(offset), `the loss of ${offset} is told`)
    if (told.has(offset)) lost.push(offset)
  }
  return { log, marks: found, lost, cut: report.cut !== undefined }
}

async function assertHandsOut(log: Log, written: Written, offset: number): Promise<void> {
  const place = written.places[offset]!
  const { source, start, end } = await log.load(place.segment, place.position)
  const { message } = written.records[offset] as Extract<LogRecord, { kind: 'published' }>
  assert.deepEqual(source.slice(start, end), message.source)
}

const bitsOf = (isHead: boolean, random: () => number): readonly number[] =>
  isHead ? [0, 1, 2, 3, 4, 5, 6, 7] : [Math.floor(random() * 8)]

test('a flipped bit of a record costs at most this record, is told, and is never handed out', async () => {
  const all = await written()
  const random = randomOf(seeded('crash-flips', 1).seed)
  let flips = 0
  for (const [offset, place] of all.places.entries()) {
    const isExempt = place.segment === 2 && place.position >= all.lastBatch
    const path = `${folder}/${segmentName(place.segment)}`
    for (let i = 0; i < place.length; i++)
      for (const bit of bitsOf(i < logFrameHeadBytes, random)) {
        flips++
        const where = `bit ${bit} of byte ${i} of record ${offset}`
        const { log, lost, marks } = await read(
          flipped(all.image, path, place.position + i, bit),
          all,
        )
        if (!isExempt) {
          assert.deepEqual(lost, [offset], where)
          assert.equal(marks.filter((one) => one !== undefined).length, all.marks.length - 1, where)
        } else assert.ok(marks.findIndex((one) => one === undefined) >= all.marks.length - 2, where)
        await assert.rejects(log.load(place.segment, place.position), { code: 'KITEQ_LOG_CORRUPT' })
        if (offset > 0 && i % 8 === 0) await assertHandsOut(log, all, offset - 1)
        await log.close()
      }
  }
  console.log(`crash-flips: ${flips} flips in ${all.places.length} records`)
})

test('a flipped bit of a segment header refuses the log and names the file', async () => {
  const { image } = await written()
  for (const number of [1, 2])
    for (let at = 0; at < segmentHeaderBytes; at++)
      for (const bit of bitsOf(true, Math.random)) {
        const path = `${folder}/${segmentName(number)}`
        const disk = flipped(image, path, at, bit)
        await assert.rejects(openLog(disk, shape), (error: Error & { code?: string }) => {
          return error.code === 'KITEQ_LOG_CORRUPT' && error.message.includes(path)
        })
      }
})

test('a flipped bit behind the last record of a segment costs nothing', async () => {
  const all = await written()
  for (const number of [1, 2]) {
    const path = `${folder}/${segmentName(number)}`
    const last = all.places.findLast((place) => place.segment === number)!
    for (let at = last.position + last.length; at < all.image.get(path)!.length; at += 7) {
      const { log, lost, marks, cut } = await read(flipped(all.image, path, at, at % 8), all)
      assert.deepEqual(lost, [])
      assert.deepEqual(marks, all.marks)
      assert.equal(cut, number === 2, 'behind the end of the log it is a torn tail')
      await log.close()
    }
  }
})

test('a flipped bit of a checkpoint makes it none, and the one before counts', async () => {
  const { image } = await written()
  const disk = CrashDisk.of(image)
  const log = await openLog(disk, shape)
  await log.recover(() => undefined)
  const target = { disk, dir: folder, logId: log.logId! }
  const writer = new SectionWriter()
  newState().save(writer)
  const digest = newState().digest()
  const filled = new Uint8Array(300).fill(7)
  const source = { digest, durableOffset: log.durableOffset }
  const sections = [...writer.finish(), new Uint8Array(0), filled]
  const before = { ...log.endPlace, offset: (log.endOffset - 1) as Offset }
  const older = await writeCheckpoint(target, { ...source, sections: [], resume: before })
  const path = await writeCheckpoint(target, { ...source, sections, resume: log.endPlace })
  await log.close()
  const whole = new Map([...disk.names.shown].map(([path, file]) => [path, file.shown]))
  const random = randomOf(seeded('crash-flips, checkpoint', 1).seed)
  assert.equal((await latestCheckpoint(target)).latest?.path, path)
  for (let at = 0; at < whole.get(path)!.length; at++)
    for (const bit of bitsOf(at < 256, random)) {
      const hurt = flipped(whole, path, at, bit)
      const { latest, problems } = await latestCheckpoint({ ...target, disk: hurt })
      assert.equal(latest?.path, older, `bit ${bit} of byte ${at}`)
      assert.equal(problems.length, 1)
      assert.match(problems[0]!, /checkpoint at byte \d+/)
    }
})
