import { newNameBook } from '../index/name-book.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { acked, numbered, startSmall, writeBatch, folder } from '../../test/support/disk-log.ts'
import { MemoryDisk } from '../../test/support/disk-memory.ts'
import { anySteps, historyOf } from '../../test/support/histories.ts'
import { seeded } from '../../test/support/property.ts'
import { segmentName } from '../log/segment.ts'
import type { Log } from '../log/log.ts'
import { Follower, type Batch, type FollowerOptions, type Gap } from './follower.ts'
import { RowMaker } from './rows.ts'
import { deliveriesTable, messagesTable, outcomesTable, tables, type Value } from './tables.ts'

type Options = Partial<FollowerOptions> & { readonly disk: MemoryDisk }

function follow(options: Options): Promise<Follower> {
  return Follower.open({
    dir: folder,
    from: 0,
    names: newNameBook(),
    watermark: () => Promise.resolve(undefined),
    ...options,
  })
}

async function readAll(follower: Follower): Promise<(Batch | Gap)[]> {
  const all: (Batch | Gap)[] = []
  for (let next; (next = await follower.next()) !== undefined;) all.push(next)
  return all
}

const batchesOf = (all: readonly (Batch | Gap)[]): Batch[] =>
  all.filter((one) => one.kind === 'batch')
const gapsOf = (all: readonly (Batch | Gap)[]): Gap[] => all.filter((one) => one.kind === 'gap')
const shown = ({ from, to, why }: Gap): string => `${from}-${to} ${why}`

function expectSeamless(all: readonly (Batch | Gap)[], from: number, to: number): void {
  let at = from
  for (const one of all) {
    assert.equal(one.from, at)
    assert.ok(one.to > at, 'every step is one ahead')
    at = one.to
  }
  assert.equal(at, to)
}

function messageRecords(all: readonly (Batch | Gap)[]): Value[] {
  return batchesOf(all).flatMap(({ rows }) => rows[messagesTable]!.map(([record]) => record!))
}

/** Messages in batches of ten. */
async function fill(log: Log, count: number, bytes = 40): Promise<void> {
  for (let n = 0; n < count; n += 10)
    await writeBatch(
      log,
      Array.from({ length: 10 }, (_, i) => numbered(n + i, bytes)),
      1000 + n,
    )
}

test('all rows of a log come in order, once, in batches of any size, with the bodies that were read', async () => {
  await fc.assert(
    fc.asyncProperty(
      anySteps(150),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 4000 }),
      async (steps, recordsMax, rowsMax, bytesMax) => {
        const disk = new MemoryDisk()
        const { log } = await startSmall(disk)
        const entries = historyOf(steps)
        for (const { record, place } of entries) log.append(record, place.timeMs)
        await writeBatch(log, [numbered(1)], 1_700_000_000_000)
        await log.close()
        const expected: Value[][][] = tables.map(() => [])
        const maker = new RowMaker(newNameBook())
        for (const { record, place } of entries)
          maker.rowsOf(record, place, (table, row) => expected[table]!.push(row))
        const follower = await follow({ disk, recordsMax, rowsMax, bytesMax })
        const all = await readAll(follower)
        await follower.close()
        expectSeamless(all, 0, entries.length + 1)
        for (const [table, rows] of expected.entries()) {
          const got = batchesOf(all).flatMap((batch) => batch.rows[table]!)
          // But for those of the closing one, which has offset `entries.length`.
          const ours = got.filter(([record]) => record !== entries.length)
          assert.deepEqual(ours, rows, tables[table]!.name)
        }
        for (const { from, to, rowCount, rows } of batchesOf(all)) {
          assert.ok(to - from <= recordsMax, `${to - from} records in a batch`)
          assert.equal(
            rows.reduce((sum, list) => sum + list.length, 0),
            rowCount,
          )
        }
      },
    ),
    seeded('follower', 40),
  )
})

test('only what is below the watermark is read, and the rest once it moves', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk)
  let watermark = 0
  const follower = await follow({ disk, watermark: () => Promise.resolve(watermark) })
  await fill(log, 50)
  assert.equal(await follower.next(), undefined)
  watermark = 17
  const first = await follower.next()
  assert.deepEqual([first?.from, first?.to], [0, 17])
  assert.deepEqual(await readAll(follower), [])
  assert.deepEqual([follower.at, follower.end], [17, 17])
  watermark = 50
  assert.deepEqual(messageRecords(await readAll(follower))[0], 17)
  await fill(log, 400) // over more than one segment
  watermark = 450
  expectSeamless(await readAll(follower), 50, 450)
  assert.equal(follower.logId, log.logId)
  await follower.close()
  await log.close()
})

test('a folder that nobody owns is read up to its last whole batch', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk)
  await fill(log, 30)
  await log.close({ clean: false })
  const path = `${folder}/${segmentName(1)}`
  const bytes = disk.image(path)
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1
  bytes.fill(0, end - 20, end) // the last record of three batches
  disk.restore(path, bytes)
  const follower = await follow({ disk })
  const all = await readAll(follower)
  assert.deepEqual(gapsOf(all), [])
  expectSeamless(all, 0, 20)
  await follower.close()
})

test('records that damage took are a gap, and what stands behind it follows', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk)
  await fill(log, 30)
  await log.close({ clean: false })
  const path = `${folder}/${segmentName(1)}`
  disk.restore(path, damaged(disk.image(path), 12))
  const follower = await follow({ disk })
  const all = await readAll(follower)
  assert.deepEqual(gapsOf(all).map(shown), ['12-13 damaged'])
  expectSeamless(all, 0, 30)
  assert.deepEqual(messageRecords(all).length, 29)
  await follower.close()
})

/** One byte of the message with this number is another one. */
function damaged(bytes: Uint8Array, number: number): Uint8Array {
  const body = Buffer.alloc(40, number)
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(body)
  assert.ok(at > 0, 'the message is there')
  bytes[at]! ^= 0xff
  return bytes
}

test('what was dropped before it was read is a gap, and the names from before are asked for', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk)
  await fill(log, 400)
  await log.dropSegments(1)
  const first = log.segments[0]!.firstOffset
  assert.ok(first > 0, 'a segment was dropped')
  const asked: number[] = []
  const follower = await follow({
    disk,
    from: 3,
    watermark: () => Promise.resolve(log.durableOffset),
    learnNames: (names, offset) => {
      asked.push(offset)
      names.topics.add(1, Buffer.from('trade'))
      return Promise.resolve()
    },
  })
  const all = await readAll(follower)
  assert.deepEqual(gapsOf(all).map(shown), [`3-${first} dropped`])
  expectSeamless(all, 3, 400)
  assert.deepEqual(asked, [first])
  const row = batchesOf(all)[0]!.rows[messagesTable]![0]!
  assert.equal(
    row[tables[messagesTable].columns.findIndex(({ name }) => name === 'topic')],
    'trade',
  )
  await log.dropSegments(log.segments.at(-2)!.number)
  await fill(log, 10)
  expectSeamless(await readAll(follower), 400, 410)
  await follower.close()
  await log.close()
})

test('a stretch ends where it was asked to, and reading may begin anywhere', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk)
  await fill(log, 400)
  await log.close({ clean: false })
  const follower = await follow({ disk, from: 133, to: 377 })
  const all = await readAll(follower)
  expectSeamless(all, 133, 377)
  assert.equal(await follower.next(), undefined)
  await follower.close()
})

test('a log that ends before what was read already is refused', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk)
  await fill(log, 30)
  await log.close({ clean: false })
  const follower = await follow({ disk, from: 31 })
  await assert.rejects(follower.next(), { code: 'KITEQ_LOG_CORRUPT' })
  await follower.close()
})

test('a log that is put back under its reader is told, whether its end is known or only what is durable', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk)
  await fill(log, 60)
  await log.close({ clean: false })
  let watermark = 40
  const follower = await follow({ disk, watermark: () => Promise.resolve(watermark) })
  await readAll(follower)
  watermark = 39
  await assert.rejects(follower.next(), {
    code: 'KITEQ_LOG_CORRUPT',
    message: /durable up to record 39, and it was read up to record 40 before/,
  })
  watermark = 60
  const path = `${folder}/${segmentName(1)}`
  const bytes = disk.image(path)
  disk.restore(path, bytes.subarray(0, 4096 + 500)) // back to some of its first records
  await assert.rejects(follower.next(), {
    code: 'KITEQ_LOG_CORRUPT',
    message:
      /durable up to record 60, but what can be read of it ends at record \d+, and it was read/,
  })
  await follower.close()
})

test('rows are made of the tables and records that are wanted, and the place moves on over the others', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk)
  await fill(log, 50)
  await writeBatch(log, [acked([3, 4, 5]), acked([6], 2)])
  await log.close({ clean: false })
  const only = await follow({ disk, tables: [outcomesTable, deliveriesTable], recordsMax: 10 })
  const all = await readAll(only)
  expectSeamless(all, 0, 52)
  assert.deepEqual(
    batchesOf(all).flatMap(({ rows }) => rows.flat().map(([record, message]) => [record, message])),
    [
      [50, 3],
      [50, 4],
      [50, 5],
      [51, 6],
    ],
  )
  assert.equal(
    batchesOf(all).reduce((sum, { bytes }) => sum + bytes, 0) > 50 * 40,
    true,
    'the bytes of all records count',
  )
  await only.close()
  const shownTo: number[] = []
  const some = await follow({
    disk,
    isWanted: (record, { offset }) => {
      shownTo.push(offset)
      return record.kind === 'published' && offset % 7 === 0
    },
  })
  assert.deepEqual(messageRecords(await readAll(some)), [0, 7, 14, 21, 28, 35, 42, 49])
  assert.deepEqual(shownTo, [...Array(52).keys()])
  await some.close()
})

test('reading waits for whoever takes the rows, and ends at once when it is closed', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk, { segmentBytes: 2 ** 25, batchBytesMax: 2 ** 20 })
  for (let n = 0; n < 30; n++) await writeBatch(log, [numbered(n, 900_000)])
  await log.close({ clean: false })
  let seen = 0
  const follower = await follow({ disk, isWanted: () => ++seen > 0 })
  await follower.next()
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
  assert.ok(seen < 25, `${seen} of 30 messages were read before the second batch was asked for`)
  await follower.close()
})
