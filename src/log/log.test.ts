import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  acked,
  folder,
  numbered,
  published,
  recoverSmall,
  startSmall,
  writeBatch,
} from '../../test/support/disk-log.ts'
import { MemoryDisk } from '../../test/support/disk-memory.ts'
import type { MessageBytes, RecordPlace } from '../model/record.ts'
import { ownCopy } from './own-copy.ts'

const tight = { segmentBytes: 5200, batchBytesMax: 1024 }
const bytesOf = (span: MessageBytes | undefined): Uint8Array | undefined =>
  span === undefined ? undefined : new Uint8Array(span.source.subarray(span.start, span.end))

async function rejectsWith(promise: Promise<unknown>, code: string, text?: RegExp): Promise<void> {
  await assert.rejects(promise, (error: { code: string; message: string }) => {
    assert.equal(error.code, code)
    if (text !== undefined) assert.match(error.message, text)
    return true
  })
}

test('an empty folder is an empty log, and opening it writes nothing', async () => {
  const disk = new MemoryDisk()
  const { log, report } = await recoverSmall(disk)
  assert.equal(report.records, 0)
  assert.equal(log.logId, undefined)
  assert.equal(log.endOffset, 0)
  assert.equal(disk.files.size, 0)
})

test('records are durable only once their batch is written', async () => {
  const { log } = await startSmall(new MemoryDisk())
  log.append(numbered(1), 5)
  log.append(numbered(2), 6)
  assert.equal(log.endOffset, 2)
  assert.equal(log.durableOffset, 0)
  assert.ok(log.unflushedBytes > 0)
  await new Promise<void>((resolve) => {
    log.onDurable = resolve
    log.flush()
    assert.equal(log.durableOffset, 0)
  })
  assert.equal(log.durableOffset, 2)
  assert.equal(log.unflushedBytes, 0)
  assert.equal(log.stats().batches, 1)
})

test('what gathers while a write is under way is the next batch', async () => {
  const { log } = await startSmall(new MemoryDisk())
  log.append(numbered(1), 1)
  log.flush()
  log.append(numbered(2), 1)
  log.append(numbered(3), 1)
  const seen: number[] = []
  await new Promise<void>((resolve) => {
    log.onDurable = () => {
      seen.push(log.durableOffset)
      if (log.durableOffset === 3) resolve()
    }
    log.flush()
  })
  assert.deepEqual(seen, [1, 3])
})

test('a full batch is closed, and no batch spans two segments', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk, tight)
  for (let i = 0; i < 60; i++) log.append(numbered(i + 1), i)
  await log.close()
  const { report, records, places } = await recoverSmall(disk, tight)
  assert.equal(records.length, 60)
  assert.equal(report.degraded, false)
  assert.ok(log.stats().batches > 5)
  assert.ok(log.stats().rolls >= 1)
  for (const [i, place] of places.entries()) {
    assert.ok(place.position + place.length <= 5200, `record ${i}`)
  }
})

test('every start is a new epoch in a new segment of the same log', async () => {
  const disk = new MemoryDisk()
  const ids: (string | undefined)[] = []
  for (let epoch = 1; epoch <= 3; epoch++) {
    const { log, report } = await recoverSmall(disk, { seed: epoch })
    assert.equal(report.epoch, epoch - 1)
    assert.equal(await log.startWriting(), epoch)
    const [place] = await writeBatch(log, [numbered(epoch)])
    assert.equal(place?.segment, epoch)
    assert.equal(place.offset, epoch - 1)
    ids.push(log.logId)
    await log.close()
  }
  assert.match(ids[0] ?? '', /^[0-9a-f]{32}$/)
  assert.deepEqual(ids, [ids[0], ids[0], ids[0]])
})

test('an old segment is cut to its valid bytes when the next epoch begins', async () => {
  const disk = new MemoryDisk()
  const first = await startSmall(disk)
  const [place] = await writeBatch(first.log, [numbered(1)])
  await first.log.close()
  assert.equal(disk.image(`${folder}/0000000001.segment`).length, 16 * 1024)
  const second = await startSmall(disk, { seed: 2 })
  await second.log.close()
  assert.equal(
    disk.image(`${folder}/0000000001.segment`).length,
    (place?.position ?? 0) + (place?.length ?? 0),
  )
})

test('only a closing record that says so makes the stop clean', async () => {
  const disk = new MemoryDisk()
  const first = await startSmall(disk)
  await writeBatch(first.log, [numbered(1), { kind: 'closed', clean: true }])
  await first.log.close()
  const second = await recoverSmall(disk, { seed: 2 })
  assert.equal(second.report.clean, true)
  await second.log.startWriting()
  await writeBatch(second.log, [numbered(2)])
  await second.log.close()
  assert.equal((await recoverSmall(disk)).report.clean, false)
})

test('a message is read back while it gathers, after it is durable, and from disk', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk, tight)
  const places: RecordPlace[] = []
  const messages: Uint8Array[] = []
  for (let i = 1; i <= 100; i++) {
    const message = new Uint8Array(10 + i).fill(i)
    messages.push(message)
    places.push({ ...log.append(published(message, i), i) })
    const { segment, position } = places.at(-1)!
    assert.deepEqual(bytesOf(log.peek(segment, position)), message)
  }
  await writeBatch(log, [acked([1])])
  assert.equal(log.peek(places[0]!.segment, places[0]!.position), undefined, 'long gone')
  for (const [i, { segment, position }] of places.entries()) {
    assert.deepEqual(bytesOf(await log.load(segment, position)), messages[i])
  }
  const { reads } = log.stats()
  assert.ok(reads.recent > 100 && reads.disk > 0 && reads.cached > 0, JSON.stringify(reads))
  await log.close()
})

test('a record that is no message, or no record, is not read as one', async () => {
  const { log } = await startSmall(new MemoryDisk())
  const [ack] = await writeBatch(log, [acked([1])])
  await rejectsWith(log.load(ack!.segment, ack!.position), 'KITEQ_LOG_CORRUPT', /no message/)
  await rejectsWith(log.load(ack!.segment, 9999 as never), 'KITEQ_LOG_CORRUPT', /no record/)
  await rejectsWith(log.load(7 as never, 4096 as never), 'KITEQ_LOG_CORRUPT')
  await log.close()
})

test('a message whose bytes were damaged on disk is never handed out', async () => {
  const disk = new MemoryDisk()
  const first = await startSmall(disk)
  const [place] = await writeBatch(first.log, [numbered(9)])
  await first.log.close()
  const path = `${folder}/0000000001.segment`
  const { log } = await startSmall(disk, { seed: 2 })
  const image = disk.image(path)
  image[place!.position + place!.length - 3]! ^= 1
  disk.restore(path, image)
  await rejectsWith(
    log.load(place!.segment, place!.position),
    'KITEQ_LOG_CORRUPT',
    /0000000001\.segment at byte 4096: the checksum/,
  )
  assert.equal(log.peek(place!.segment, place!.position), undefined)
  await log.close()
})

test('recovery from a place hands over exactly what is behind it', async () => {
  const disk = new MemoryDisk()
  const first = await startSmall(disk, tight)
  const resumes = [first.log.durablePlace]
  for (let i = 0; i < 20; i++) {
    await writeBatch(first.log, [numbered(2 * i + 1), numbered(2 * i + 2)])
    assert.deepEqual(first.log.durablePlace, first.log.endPlace)
    resumes.push(first.log.durablePlace)
  }
  await first.log.close()
  for (const resume of resumes) {
    const { log } = await recoverSmall(disk, tight)
    const offsets: number[] = []
    const report = await log.recover((_, place) => offsets.push(place.offset), resume)
    assert.equal(report.end.offset, 40)
    assert.equal(offsets.length, 40 - resume.offset)
    assert.equal(offsets[0] ?? 40, resume.offset)
    await log.startWriting()
    await log.close({ clean: false })
  }
})

test('a place that is not of this log hands nothing over and cannot be written behind', async () => {
  const disk = new MemoryDisk()
  const first = await startSmall(disk)
  await writeBatch(first.log, [numbered(1)])
  const shorter = disk.copy()
  await writeBatch(first.log, [numbered(2)])
  const resume = first.log.durablePlace
  await first.log.close()
  const { log } = await recoverSmall(shorter)
  const report = await log.recover(() => assert.fail('nothing is handed over'), resume)
  assert.equal(report.end.offset, 0)
  await assert.rejects(log.startWriting(), /startWriting follows recover/)
  assert.equal((await log.recover(() => undefined)).end.offset, 1)
  await log.startWriting()
  await log.close()
})

test('tools read single records and ranges, also while the log is written', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk, tight)
  for (let i = 0; i < 40; i++) await writeBatch(log, [numbered(i + 1)], i)
  log.append(numbered(99), 99)
  const reader = await recoverSmall(disk, tight)
  for (const from of [log, reader.log]) {
    const found = await from.readRecord(17 as never)
    assert.deepEqual(found?.record, ownCopy(numbered(18)))
    assert.equal(found.place.timeMs, 17)
    assert.equal(await from.readRecord(40 as never), undefined)
    const offsets: number[] = []
    await from.scan(30 as never, 35, (_, place) => offsets.push(place.offset))
    assert.deepEqual(offsets, [30, 31, 32, 33, 34])
  }
  await log.close()
})

test('a reader without a watermark stops at the last whole batch', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk)
  await writeBatch(log, [numbered(1), numbered(2)])
  const places = await writeBatch(log, [numbered(3), numbered(4)])
  const path = `${folder}/0000000001.segment`
  const image = disk.image(path)
  image.fill(0, places[1]!.position)
  disk.restore(path, image)
  const reader = await recoverSmall(disk)
  const offsets: number[] = []
  await reader.log.scan(0 as never, Infinity, (_, place) => offsets.push(place.offset))
  assert.deepEqual(offsets, [0, 1])
})

test('a damaged header, a missing segment and a newer format refuse the log by name', async () => {
  const disk = new MemoryDisk()
  for (let seed = 1; seed <= 3; seed++) {
    const { log } = await startSmall(disk, { seed })
    await writeBatch(log, [numbered(seed)])
    await log.close()
  }
  const second = `${folder}/0000000002.segment`
  const flipped = disk.copy()
  const image = disk.image(second)
  image[20]! ^= 1
  flipped.restore(second, image)
  await rejectsWith(recoverSmall(flipped), 'KITEQ_LOG_CORRUPT', /0000000002\.segment at byte 0/)

  for (const name of ['0000000001.segment', '0000000002.segment']) {
    const missing = disk.copy()
    await missing.remove(`${folder}/${name}`)
    await rejectsWith(recoverSmall(missing), 'KITEQ_LOG_CORRUPT', new RegExp(`${name} is missing`))
  }
})

test('a record too large for a batch is a broken invariant', async () => {
  const { log } = await startSmall(new MemoryDisk(), tight)
  assert.throws(() => log.append(numbered(1, 2000), 1), /invariant broken: a record of/)
  await log.close()
})

test('closing twice is closing once', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk)
  log.append(numbered(1), 1)
  await Promise.all([log.close(), log.close()])
  await log.close()
  assert.equal((await recoverSmall(disk)).records.length, 1)
})

test('what is missing before a place is told although recovery begins behind it', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk, tight)
  for (let i = 0; i < 20; i++) await writeBatch(log, [numbered(2 * i + 1), numbered(2 * i + 2)])
  const resume = log.durablePlace
  await log.close()
  assert.ok(resume.segment > 2)
  const path = `${folder}/0000000002.segment`
  disk.restore(path, disk.image(path).subarray(0, 4600))
  const back = await recoverSmall(disk, tight)
  const report = await back.log.recover(() => assert.fail('nothing is behind it'), resume)
  assert.equal(report.degraded, true)
  assert.deepEqual(
    report.holes.map(({ segment }) => segment),
    [2],
  )
  assert.ok(report.holes[0]!.count > 0)
})
