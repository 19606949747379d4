// A copy of a log and the log it is made of, on disks in memory.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Epoch, Offset, Position, SegmentNumber } from '../model/ids.ts'
import { readMemberFile, writeMemberFile } from './member-file.ts'
import { emptyPlace, firstPlace, type LogPlace, type RawRecords } from './raw-records.ts'
import { walkFrames } from './raw-frames.ts'
import { ReplicaLog } from './replica-log.ts'
import { encodeSegmentHeader, segmentHeaderBytes, segmentName } from './segment.ts'
import type { SegmentHeader } from './segment.ts'
import {
  folder,
  numbered,
  recoverSmall,
  startSmall,
  writeBatch,
  type SmallOptions,
} from '../../test/support/disk-log.ts'
import { MemoryDisk } from '../../test/support/disk-memory.ts'
import type { Log } from './log.ts'

/** A few records a segment. */
const tight: SmallOptions = { segmentBytes: 5200, batchBytesMax: 1024 }
const copy = 'c0'.repeat(16)
const pathOf = (segment: number): string => `${folder}/${segmentName(segment)}`

async function copyOn(disk: MemoryDisk, from?: LogPlace): Promise<ReplicaLog> {
  if ((await readMemberFile(disk, folder)) === undefined)
    await writeMemberFile(disk, folder, { set: 's', id: 'b', copy, isKnown: true })
  return ReplicaLog.open({ disk, dir: folder, from, aheadBytes: 512 })
}

/** Pulls and appends until nothing comes; how many answers that took. */
async function catchUp(log: Log, replica: ReplicaLog, bytesMax = 600): Promise<number> {
  for (let count = 0; ; count++) {
    const raw = await log.readRaw(replica.end, bytesMax)
    if (raw === undefined) return count
    await replica.append(raw)
  }
}

const code = (wanted: string) => (error: unknown) => (error as { code?: string }).code === wanted

/** Every byte of every segment, up to where the log ends. */
function assertSame(leader: MemoryDisk, follower: MemoryDisk, replica: ReplicaLog): void {
  const { segments, end } = replica
  for (const [i, { number }] of segments.entries()) {
    const stop = segments[i + 1]?.previousEnd ?? end.position
    const bytes = (disk: MemoryDisk): Uint8Array => disk.image(pathOf(number)).subarray(0, stop)
    assert.deepEqual(bytes(follower), bytes(leader), `segment ${number}`)
  }
}

/** The last frame of an answer closes its batch. */
function assertWhole({ bytes, place, end }: RawRecords): void {
  const walk = { bytes, start: 0, end: bytes.length, seed: 0, offset: place.offset }
  const { batchEnds, nextOffset } = walkFrames({ ...walk, below: Infinity, bytesMax: Infinity })
  assert.deepEqual([batchEnds.at(-1), nextOffset], [bytes.length, end.offset])
}

async function written(batches: number, options: SmallOptions = tight): Promise<[MemoryDisk, Log]> {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk, options)
  for (let i = 0; i < batches; i++)
    await writeBatch(log, [numbered(3 * i + 1), numbered(3 * i + 2), numbered(3 * i + 3, 200)])
  return [disk, log]
}

test('a copy that has caught up is the same files, and a log opens on it', async () => {
  const [disk, log] = await written(20)
  const own = new MemoryDisk()
  const replica = await copyOn(own)
  assert.ok((await catchUp(log, replica)) > 10, 'more than ten answers')
  assert.deepEqual(replica.end, log.durablePlace)
  assert.deepEqual(replica.epochStarts(), log.epochStarts())
  assert.equal(replica.logId, log.logId)
  assertSame(disk, own, replica)
  await replica.close()
  const back = await recoverSmall(own, tight)
  const whole = await recoverSmall(disk, tight)
  assert.deepEqual(back.records, whole.records)
  assert.deepEqual(back.places, whole.places)
})

test('a leader that starts again is followed into its new segment, empty ones too', async () => {
  const [disk, first] = await written(3)
  const own = new MemoryDisk()
  const replica = await copyOn(own)
  await catchUp(first, replica)
  await first.close({ clean: false })
  const empty = await startSmall(disk, { ...tight, seed: 2 })
  await catchUp(empty.log, replica)
  assert.deepEqual(replica.end, { offset: 9, segment: empty.log.segments.length, position: 4096 })
  await empty.log.close({ clean: false })
  const { log } = await recoverSmall(disk, { ...tight, seed: 3 })
  assert.equal(await log.startWriting({ epoch: 7 as Epoch }), 7)
  await writeBatch(log, [numbered(50)])
  await catchUp(log, replica)
  assert.deepEqual(
    replica.epochStarts().map(({ epoch, firstOffset }) => [epoch, firstOffset]),
    [
      [1, 0],
      [2, 9],
      [7, 9],
    ],
  )
  assertSame(disk, own, replica)
})

test('an epoch that does not grow, and the id of another log, are refused before anything is written', async () => {
  const [disk, first] = await written(1)
  await first.close()
  const { log } = await recoverSmall(disk, tight)
  const before = [...disk.files.keys()].sort()
  await assert.rejects(log.startWriting({ epoch: 1 as Epoch }), code('KITEQ_USAGE'))
  await assert.rejects(log.startWriting({ logId: 'ab'.repeat(16) }), code('KITEQ_USAGE'))
  assert.deepEqual([...disk.files.keys()].sort(), before)
})

test('a new log takes the id that its set has', async () => {
  const { log } = await recoverSmall(new MemoryDisk(), tight)
  const logId = 'ab'.repeat(16)
  await log.startWriting({ epoch: 4 as Epoch, logId })
  assert.deepEqual([log.logId, log.epoch], [logId, 4])
})

test('answers hold whole batches up to a limit, one at least, and come from memory or disk alike', async () => {
  const [disk, log] = await written(12)
  const cold = await recoverSmall(disk, tight)
  for (const bytesMax of [1, 500, 900, 1400, 100_000]) {
    let place = emptyPlace
    for (;;) {
      const hot = await log.readRaw(place, bytesMax)
      const fromDisk = await cold.log.readRaw(place, bytesMax)
      if (hot === undefined || fromDisk === undefined) {
        assert.equal(fromDisk, hot)
        break
      }
      assert.deepEqual([fromDisk.place, fromDisk.header], [hot.place, hot.header])
      // Memory is in pieces.
      assert.deepEqual(fromDisk.bytes.subarray(0, hot.bytes.length), hot.bytes)
      assertWhole(fromDisk)
      assert.equal(hot.header !== undefined, hot.place.position === segmentHeaderBytes)
      assertWhole(hot)
      assert.ok(hot.bytes.length <= Math.max(bytesMax, 600), `${hot.bytes.length} bytes`)
      place = hot.end
    }
    assert.deepEqual(place, log.durablePlace)
  }
})

test('nothing from a watermark on is handed out', async () => {
  const [, log] = await written(4, { segmentBytes: 32 * 1024 })
  const below = async (offset: number): Promise<number | undefined> =>
    (await log.readRaw(emptyPlace, 100_000, offset))?.end.offset
  const ends = [await below(0), await below(2), await below(3), await below(5), await below(6)]
  assert.deepEqual(ends, [0, 0, 3, 3, 6])
})

test('a reading goes on inside a batch, and at either name of a segment end', async () => {
  const [disk, log] = await written(12)
  const { places } = await recoverSmall(disk, tight)
  const second = log.segments[1]!
  for (const { offset, segment, position } of places) {
    const raw = await log.readRaw({ offset, segment, position }, 1)
    assert.equal(raw?.place.offset, offset)
    assertWhole(raw)
  }
  const end = { ...firstPlace(second), segment: 1, position: second.previousEnd } as LogPlace
  assert.deepEqual(await log.readRaw(end, 1), await log.readRaw(firstPlace(second), 1))
})

test('what is no place of the log is refused, and damage is never handed out', async () => {
  const [disk, log] = await written(12)
  const cold = (await recoverSmall(disk, tight)).log
  const at = (offset: number, segment: number, position: number): LogPlace => ({
    offset: offset as Offset,
    segment: segment as SegmentNumber,
    position: position as Position,
  })
  const places = [
    at(0, 1, 4097),
    at(1, 1, 4096),
    at(3, 1, 4200),
    at(0, 2, 4096),
    at(1000, 2, 5000),
    at(0, 99, 4096),
    at(36, 3, 4097),
  ]
  for (const place of places)
    for (const one of [log, cold])
      await assert.rejects(one.readRaw(place, 600), code('KITEQ_USAGE'), JSON.stringify(place))
  const image = disk.image(pathOf(1))
  const { end } = (await cold.readRaw(emptyPlace, 1))!
  for (const byte of [0, 3, 5, 20, 100]) {
    const hurt = disk.copy()
    const bytes = image.slice()
    bytes[end.position + byte]! ^= 16
    hurt.restore(pathOf(1), bytes)
    const other = (await recoverSmall(hurt, tight)).log
    const first = await other.readRaw(emptyPlace, 100_000)
    assert.deepEqual(first?.end, end, 'what stands before it')
    await assert.rejects(other.readRaw(end, 100_000), code('KITEQ_LOG_CORRUPT'))
  }
})

test('segments that are gone are told, and the first that is there begins a copy', async () => {
  const [disk, log] = await written(20)
  await log.dropSegments(2)
  await assert.rejects(log.readRaw(emptyPlace, 600), code('KITEQ_NOT_FOUND'))
  const own = new MemoryDisk()
  const replica = await copyOn(own)
  const raw = await log.readRaw(firstPlace(log.segments[0]!), 600)
  await replica.append(raw!)
  await catchUp(log, replica)
  assert.equal(replica.segments[0]?.number, 3)
  assertSame(disk, own, replica)
})

test('nothing is appended that belongs elsewhere or does not hold', async () => {
  const [, log] = await written(12)
  const replica = await copyOn(new MemoryDisk())
  const first = (await log.readRaw(emptyPlace, 600))!
  await replica.append(first)
  const next = (await log.readRaw(replica.end, 600))!
  const { end } = replica
  await assert.rejects(replica.append(first), code('KITEQ_USAGE'))
  await assert.rejects(
    replica.append((await log.readRaw(next.end, 600))!),
    code('KITEQ_USAGE'),
    'a gap',
  )
  for (let at = 0; at < next.bytes.length; at += 7) {
    const bytes = next.bytes.slice()
    bytes[at]! ^= 1
    await assert.rejects(
      replica.append({ ...next, bytes }),
      code('KITEQ_LOG_CORRUPT'),
      `byte ${at}`,
    )
  }
  const short = { ...next, bytes: next.bytes.subarray(0, -1) }
  await assert.rejects(replica.append(short), code('KITEQ_LOG_CORRUPT'))
  const lying = { ...next, end: { ...next.end, offset: (next.end.offset + 1) as Offset } }
  await assert.rejects(replica.append(lying), code('KITEQ_LOG_CORRUPT'))
  assert.deepEqual(replica.end, end)
  await replica.append(next)
  await catchUp(log, replica)
})

test('a segment is opened only by the header that may follow', async () => {
  const [, log] = await written(12)
  const [, other] = await written(12, { ...tight, seed: 9 })
  const replica = await copyOn(new MemoryDisk())
  const pulled: RawRecords[] = []
  for (let place = emptyPlace; ;) {
    const raw = await log.readRaw(place, 100_000)
    if (raw === undefined) break
    pulled.push(raw)
    place = raw.end
  }
  await assert.rejects(replica.append({ ...pulled[0]!, header: undefined }), code('KITEQ_USAGE'))
  await replica.append(pulled[0]!)
  const [, second, third] = pulled
  const foreign = (await other.readRaw(replica.end, 100_000))!
  for (const header of [
    third!.header!,
    foreign.header!,
    second!.header!.map((b, i) => b ^ +(i === 28)),
  ])
    await assert.rejects(replica.append({ ...second!, header }), code('KITEQ_LOG_CORRUPT'))
  await assert.rejects(replica.append(third!), code('KITEQ_USAGE'))
  await replica.append(second!)
  assert.equal(replica.segments.length, 2)
})

test('a segment of another log, of an older epoch, or behind another end, is not opened', async () => {
  const [, log] = await written(2)
  const replica = await copyOn(new MemoryDisk())
  await catchUp(log, replica)
  const { offset, segment, position } = replica.end
  const last = replica.segments.at(-1)!
  const next = { ...last, number: segment + 1, firstOffset: offset, previousEnd: position }
  const open = (changes: object): Promise<void> => {
    const header = { ...next, ...changes } as unknown as SegmentHeader
    const place = firstPlace(header)
    const bytes = new Uint8Array(0)
    return replica.append({ place, header: encodeSegmentHeader(header), bytes, end: place })
  }
  const wrong = [{ epoch: 0 }, { previousEnd: position - 1 }, { logId: 'ab'.repeat(16) }]
  for (const changes of wrong)
    await assert.rejects(open(changes), code('KITEQ_LOG_CORRUPT'), JSON.stringify(changes))
  for (const changes of [{ firstOffset: offset + 1 }, { number: segment + 2 }])
    await assert.rejects(open(changes), code('KITEQ_USAGE'), JSON.stringify(changes))
  await open({})
  assert.equal(replica.segments.length, next.number)
})

test('an empty segment of a leader that wrote nothing makes way for that of the next one', async () => {
  const [disk, first] = await written(2)
  const own = new MemoryDisk()
  const replica = await copyOn(own)
  await catchUp(first, replica)
  await first.close({ clean: false })
  const branch = disk.copy()
  const dead = await startSmall(branch, { ...tight, seed: 2 })
  await catchUp(dead.log, replica)
  const { log } = await recoverSmall(disk, { ...tight, seed: 3 })
  await log.startWriting({ epoch: 3 as Epoch })
  await writeBatch(log, [numbered(1)])
  await catchUp(log, replica)
  assert.deepEqual(replica.end, log.durablePlace)
  assertSame(disk, own, replica)
  await assert.rejects(
    replica.append(
      (await dead.log.readRaw(firstPlace(dead.log.segments.at(-1)!), 1)) ?? raw(dead.log),
    ),
    code('KITEQ_USAGE'),
  )
})

/** The first answer of a log. */
function raw(log: Log): RawRecords {
  const place = firstPlace(log.segments[0]!)
  return { place, header: undefined, bytes: new Uint8Array(0), end: place }
}

test('a copy is cut at any record, and goes on with what another leader has there', async () => {
  const [disk, log] = await written(10)
  const end = log.durableOffset
  for (let to = end as number; to >= 0; to--) {
    const own = new MemoryDisk()
    const replica = await copyOn(own)
    await catchUp(log, replica, 2000)
    await replica.cut(to as Offset)
    assert.equal(replica.end.offset, to)
    await replica.close()
    const again = await copyOn(own)
    assert.deepEqual(again.end, replica.end, 'the same after it is opened again')
    assert.ok(
      again.segments.every(({ firstOffset }) => firstOffset < to),
      `no segment begins at ${to} or later`,
    )
    await catchUp(log, again, 2000)
    assert.deepEqual(again.end, log.durablePlace)
    assertSame(disk, own, again)
  }
})

test('a segment that ends inside a batch is copied as it is, whichever of the two was torn', async () => {
  const [disk, first] = await written(3, { segmentBytes: 32 * 1024 })
  await first.close({ clean: false })
  const { places } = await recoverSmall(disk)
  for (const torn of places.slice(-3)) {
    const leader = disk.copy()
    leader.restore(pathOf(1), leader.image(pathOf(1)).subarray(0, torn.position + 10))
    const { log } = await startSmall(leader, { seed: 4 })
    await writeBatch(log, [numbered(70)])
    const own = new MemoryDisk()
    const replica = await copyOn(own)
    while (replica.end.offset < torn.offset)
      await replica.append((await log.readRaw(replica.end, 1))!)
    await replica.close()
    for (const tornHere of places.slice(0, torn.offset)) {
      const hurt = own.copy()
      hurt.restore(pathOf(1), hurt.image(pathOf(1)).fill(0, tornHere.position + 10))
      const back = await copyOn(hurt)
      await catchUp(log, back, 1)
      assert.deepEqual(back.end, log.durablePlace)
      assertSame(leader, hurt, back)
      await back.cut(torn.offset)
      await catchUp(log, back, 1)
      assertSame(leader, hurt, back)
    }
  }
})

test('a copy that is cleared is empty, even if it dies in between', async () => {
  const [disk, log] = await written(10)
  const own = new MemoryDisk()
  const replica = await copyOn(own)
  await catchUp(log, replica)
  own.restore(`${folder}/0000000000000009.checkpoint`, new Uint8Array(300))
  await writeMemberFile(own, folder, { set: 's', id: 'b', copy, isKnown: true, isClearing: true })
  const half = await copyOn(own)
  assert.deepEqual([half.end, half.isUnsure], [emptyPlace, false])
  assert.deepEqual([...own.files.keys()], [`${folder}/member.json`])
  await catchUp(log, half)
  await half.clear()
  assert.deepEqual([half.end, half.logId], [emptyPlace, undefined])
  await catchUp(log, half)
  assertSame(disk, own, half)
})

test('while a copy is filled, damage behind that place is cut off, and it is unsure', async () => {
  const [disk, log] = await written(10, { segmentBytes: 32 * 1024 })
  const own = new MemoryDisk()
  const replica = await copyOn(own)
  await replica.append((await log.readRaw(emptyPlace, 600))!)
  await replica.fill()
  assert.equal(replica.isUnsure, true)
  await replica.append((await log.readRaw(replica.end, 3000))!)
  await replica.close()
  const image = own.image(pathOf(1))
  image[replica.segments.length * 4096 + 900]! ^= 1
  own.restore(pathOf(1), image)
  const back = await copyOn(own)
  assert.ok(back.end.offset < replica.end.offset && back.end.offset >= 3, `${back.end.offset}`)
  assert.deepEqual([back.isUnsure, back.holes], [true, []])
  await catchUp(log, back)
  await back.filled()
  assert.deepEqual([back.isUnsure, back.end], [false, log.durablePlace])
  assertSame(disk, own, back)
  await back.close()
  assert.equal((await copyOn(own)).isUnsure, false)
})

test('damage in a copy that is not being filled is kept and told', async () => {
  const [, log] = await written(4, { segmentBytes: 32 * 1024 })
  const own = new MemoryDisk()
  const replica = await copyOn(own)
  await catchUp(log, replica)
  await replica.close()
  const image = own.image(pathOf(1))
  image[4096 + 700]! ^= 1
  own.restore(pathOf(1), image)
  const back = await copyOn(own)
  assert.deepEqual([back.isUnsure, back.holes.length, back.end], [true, 1, log.durablePlace])
})

test('records are visited from any place up to a watermark', async () => {
  const [disk, log] = await written(10)
  const { places, records } = await recoverSmall(disk, tight)
  const replica = await copyOn(new MemoryDisk())
  await catchUp(log, replica)
  let place = emptyPlace
  const seen: number[] = []
  for (const to of [1, 2, 7, 7, 15, 100]) {
    const { end } = await replica.scan(place, to, (record, { offset }) => {
      assert.equal(record.kind, records[offset]?.kind)
      seen.push(offset)
    })
    place = end
  }
  assert.deepEqual(
    seen,
    places.map(({ offset }) => offset),
  )
  const nowhere = { ...place, offset: 4 as Offset, position: 4444 as Position }
  await assert.rejects(
    replica.scan(nowhere, 9, () => undefined),
    code('KITEQ_USAGE'),
  )
})

test('a copy opened from a place reads no more than follows it, and a wrong place harms nothing', async () => {
  const [disk, log] = await written(6, { segmentBytes: 32 * 1024 })
  const { places } = await recoverSmall(disk)
  const own = new MemoryDisk()
  await catchUp(log, await copyOn(own))
  for (const { offset, segment, position } of places) {
    const from = { offset, segment, position }
    assert.deepEqual((await copyOn(own, from)).end, log.durablePlace)
    const wrong = { ...from, position: (position + 1) as Position }
    assert.deepEqual((await copyOn(own, wrong)).end, log.durablePlace)
  }
  assert.deepEqual((await copyOn(own, log.durablePlace)).end, log.durablePlace)
})

test('a full disk refuses a stretch and takes it later', async () => {
  const [disk, log] = await written(20)
  for (const isFilling of [false, true]) {
    const own = new MemoryDisk()
    const replica = await copyOn(own)
    if (isFilling) await replica.fill()
    let refused = 0
    for (;;) {
      const raw = await log.readRaw(replica.end, 900)
      if (raw === undefined) break
      own.free = 100
      await replica.append(raw).catch((error: unknown) => {
        assert.equal((error as { code?: string }).code, 'KITEQ_DISK_FULL')
        refused++
      })
      own.free = 1024 * 1024
      if (replica.end.offset < raw.end.offset)
        await replica.append((await log.readRaw(replica.end, 900))!)
    }
    assert.ok(refused >= 5, `refused ${refused} times`)
    assertSame(disk, own, replica)
  }
})
