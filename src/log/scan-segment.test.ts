// Scans longer than a chunk, and the order of calls that makes a log safe: what the small logs of the other tests miss.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultyDisk } from '../../test/support/disk-faulty.ts'
import {
  folder,
  numbered,
  published,
  recoverSmall,
  startSmall,
  writeBatch,
} from '../../test/support/disk-log.ts'
import { MemoryDisk } from '../../test/support/disk-memory.ts'
import { scanChunkBytes } from '../model/limits.ts'
import type { RecordPlace } from '../model/record.ts'
import { findFrame, type ReadBytes } from './find-frame.ts'
import { sealFrame, writeFrameHead } from './frame.ts'

const MiB = 1024 * 1024
const first = `${folder}/0000000001.segment`
const wide = { segmentBytes: 16 * MiB, batchBytesMax: 3 * MiB }

/** About 10 MiB of records, some of them large, in one segment. */
async function longLog(): Promise<{ disk: MemoryDisk; places: readonly RecordPlace[] }> {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk, wide)
  const places: RecordPlace[] = []
  for (let i = 0; i < 500; i++) {
    const bytes = i % 100 === 42 ? 1.5 * MiB : 1000 + ((i * 7919) % 9000)
    places.push(...(await writeBatch(log, [numbered(i + 1, bytes)])))
  }
  await log.close()
  assert.ok(places.at(-1)!.position > 2 * scanChunkBytes)
  return { disk, places }
}

test('a scan over several chunks reads every record once and where it is', async () => {
  const { disk, places } = await longLog()
  const back = await recoverSmall(disk, wide)
  assert.deepEqual(back.places, places)
  for (const record of back.records) {
    assert.ok(record.kind === 'published')
    const { source, start, end } = record.message
    const fill = record.id0 & 0xff || 1
    assert.ok(source.subarray(start, end).every((byte) => byte === fill))
  }
  assert.equal(back.report.degraded, false)
  await back.log.close()
})

test('damage near the end of a chunk, in a large record, costs that record alone', async () => {
  const { disk, places } = await longLog()
  const chunkEnd = 4096 + scanChunkBytes
  const victims = new Set([
    places.findIndex((place) => place.position + place.length > chunkEnd - 1),
    places.findIndex((place) => place.position >= chunkEnd),
    42,
    142,
  ])
  for (const victim of victims) {
    const hurt = disk.copy()
    const image = hurt.image(first)
    image[places[victim]!.position + 5]! ^= 0x10
    hurt.restore(first, image)
    const back = await recoverSmall(hurt, wide)
    assert.deepEqual(
      back.places.map((place) => place.offset),
      places.map((place) => place.offset as number).filter((offset) => offset !== victim),
    )
    assert.equal(back.report.holes[0]?.length, places[victim]!.length)
    await back.log.close()
  }
})

test('the next frame is found wherever it begins behind zeros', async () => {
  for (let at = 4096 - 10; at <= 4096 + 2; at++) {
    const bytes = new Uint8Array(3 * 4096)
    const head = { length: 40, kind: 3, distance: 0, offset: 11 }
    // A crc whose first bytes are zero makes the block before look empty.
    let seed = 0
    do {
      seed++
      writeFrameHead(bytes, at, head.length, head.kind, head.distance, head.offset, 1)
      sealFrame(bytes, at, at + head.length, seed, 1)
    } while (bytes[at] !== 0)
    const read: ReadBytes = (target, start, length, position) => {
      target.set(bytes.subarray(position, position + length), start)
      return Promise.resolve(Math.min(length, bytes.length - position))
    }
    const { found } = await findFrame({
      read,
      seed,
      damagedAt: 0,
      expectedOffset: 10,
      from: 0,
      limit: bytes.length,
      laterBatch: false,
    })
    assert.deepEqual(found, { position: at, offset: 11, batchStart: at })
  }
})

test('a start writes the last batch again, syncs it and cuts before the new segment has a name', async () => {
  const memory = new MemoryDisk()
  const before = await startSmall(memory)
  await writeBatch(before.log, [numbered(1)])
  await before.log.close({ clean: false })
  const disk = new FaultyDisk(memory, 0, 'EIO')
  const { log } = await startSmall(disk, { seed: 2 })
  await writeBatch(log, [numbered(2)])
  const named = `rename ${folder}/0000000002.segment`
  const steps = [
    `write ${first}`,
    `sync ${first}`,
    `truncate ${first}`,
    `sync ${first}`,
    `write ${folder}/next.prepared`,
    `sync ${folder}/next.prepared`,
    named,
    `sync folder ${folder}`,
    `write ${folder}/0000000002.segment`,
  ]
  let at = -1
  for (const step of steps) {
    const found = disk.trace.indexOf(step, at + 1)
    assert.ok(found > at, `${step} is missing behind ${disk.trace[at]}: ${disk.trace.join(', ')}`)
    at = found
  }
  assert.ok(!disk.trace.slice(0, disk.trace.indexOf(named)).includes(steps.at(-1)!))
  await log.close()
})

test('what waits for the disk is never overwritten by what comes after it', async () => {
  const disk = new MemoryDisk()
  const options = { segmentBytes: 64 * 1024, batchBytesMax: 1024 }
  const { log } = await startSmall(disk, options)
  let number = 0
  const more = (count: number): void => {
    for (let i = 0; i < count; i++) {
      number++
      log.append(published(new Uint8Array(30).fill(number & 0xff || 1), number), 1)
    }
  }
  more(60)
  await new Promise<void>((resolve) => {
    log.onDurable = () => {
      if (number < 600) more(15)
      log.flush()
      if (log.durableOffset === log.endOffset) resolve()
    }
    log.flush()
  })
  await log.close()
  const back = await recoverSmall(disk, options)
  assert.equal(back.report.degraded, false)
  assert.deepEqual(
    back.records.map((record) => (record.kind === 'published' ? record.id0 : 0)),
    Array.from({ length: number }, (_, i) => i + 1),
  )
})
