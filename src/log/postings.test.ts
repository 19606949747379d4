import assert from 'node:assert/strict'
import { test } from 'node:test'
import { someKept } from '../../test/support/crash-disk-lab.ts'
import { CrashDisk, type Image } from '../../test/support/crash-disk.ts'
import { FaultyDisk } from '../../test/support/disk-faulty.ts'
import { acked, numbered, startSmall, writeBatch } from '../../test/support/disk-log.ts'
import { MemoryDisk } from '../../test/support/disk-memory.ts'
import type { LogRecord, RecordPlace } from '../model/record.ts'
import type { Disk } from './disk.ts'
import { coverFolder, removeOrphans, type CoverReport } from './postings-folder.ts'
import { postingsName, postingsTemporaryName } from './postings-format.ts'
import { hashOfConnection, hashOfId, hashOfName, hashOfTopic } from './postings-keys.ts'
import { openPostings, type Postings, type SegmentEnd } from './postings.ts'
import { arePostingsRight, writePostings, type PostingsTask } from './postings-writer.ts'
import { readSegmentHeaders, segmentName } from './segment.ts'

const dir = 'data'
const blockBytes = 200
const infinite: SegmentEnd = { position: Infinity, offset: Infinity }
const path = (number: number): string => `${dir}/${postingsName(number)}`

interface SmallFolder {
  readonly disk: MemoryDisk
  readonly places: readonly RecordPlace[]
  readonly task: PostingsTask
}

/** One segment with forty messages and what became of them. */
async function smallFolder(disk: MemoryDisk = new MemoryDisk()): Promise<SmallFolder> {
  const { log } = await startSmall(disk, { dir })
  const places: RecordPlace[] = []
  const other = (fields: object): LogRecord => fields as LogRecord
  const batches: LogRecord[][] = [
    [other({ kind: 'named', dictionary: 'topic', number: 7, name: new Uint8Array([116]) })],
    [other({ kind: 'members-changed', group: 1, connection: 9, peer: 'p', change: 'joined' })],
  ]
  for (let n = 0; n < 40; n++) batches.push([numbered(n), acked([n + 2, Math.max(2, n - 20)])])
  batches.push([other({ kind: 'paused', group: 1, who: 'me' })])
  batches.push([
    other({
      kind: 'bindings-changed',
      source: 'client',
      topic: 7,
      group: 1,
      bindings: [],
      parks: [1],
      unparks: [],
    }),
  ])
  for (const records of batches) places.push(...(await writeBatch(log, records)))
  const end = { ...log.durablePlace }
  await log.close()
  const header = (await readSegmentHeaders(disk, dir))[0]!
  return { disk, places, task: { disk, dir, header, end, blockBytes } }
}

const idOf = (number: number): { id0: number; id1: number; id2: number; id3: number } => ({
  id0: number,
  id1: 2,
  id2: 3,
  id3: 4,
})

/** Everything that can be asked of it. */
async function answers(postings: Postings, seed: number): Promise<string> {
  const found: unknown[] = [postings.head.endPosition, postings.head.endOffset]
  for (let n = 0; n < 40; n++) found.push(await postings.blocksWith(hashOfId(seed, idOf(n))))
  found.push(await postings.blocksWith(hashOfName(seed, 'topic', 7)))
  found.push(await postings.blocksWith(hashOfConnection(seed, 9)))
  found.push(await postings.blocksWith(hashOfTopic(seed, 7)))
  for (let n = 0; n < 90; n++) found.push(await postings.blocksNaming([n]))
  found.push(await postings.blocks(), await postings.rare())
  return JSON.stringify(found)
}

async function opened<T>(
  { disk, header }: PostingsTask,
  use: (postings: Postings) => Promise<T>,
): Promise<T> {
  const postings = await openPostings(disk, dir, header, infinite)
  assert.ok(postings !== undefined)
  return use(postings).finally(() => postings.close())
}

test('postings lead to the block of an id, a name, a peer, a binding, and of every record that names a message', async () => {
  const { task, places } = await smallFolder()
  await writePostings(task)
  const { seed } = task.header
  await opened(task, async (postings) => {
    const blocks = await postings.blocks()
    assert.ok(blocks.length > 10)
    const blockAt = (offset: number): number =>
      blocks.findLastIndex((block) => block.offset <= offset)
    for (let n = 0; n < 40; n++) {
      assert.ok(
        (await postings.blocksWith(hashOfId(seed, idOf(n)))).includes(blockAt(2 + 2 * n)),
        `message ${n}`,
      )
      const naming = await postings.blocksNaming([n + 2])
      const records = [3 + 2 * n, ...(n + 22 < 40 ? [3 + 2 * (n + 22)] : [])]
      for (const offset of records) assert.ok(naming.includes(blockAt(offset)), `ack of ${n}`)
      if (n > 0) assert.ok(naming.length <= records.length, 'and to no others')
    }
    assert.deepEqual(await postings.blocksWith(hashOfName(seed, 'topic', 7)), [0])
    assert.deepEqual(await postings.blocksWith(hashOfConnection(seed, 9)), [0])
    assert.deepEqual(await postings.blocksWith(hashOfTopic(seed, 7)), [blocks.length - 1])
    const [paused] = await postings.rare()
    assert.equal(paused?.position, places.at(-2)!.position)
    assert.deepEqual(await postings.blocksWith(hashOfId(seed, idOf(99))), [])
    assert.deepEqual(await postings.blocksNaming([500]), [])
  })
  assert.deepEqual(await arePostingsRight(task), { end: ends(task), equal: true })
})

const ends = ({ end }: PostingsTask): SegmentEnd => ({ position: end.position, offset: end.offset })

test('whatever byte is flipped, postings answer as before or refuse, and a check tells it', async () => {
  const { task, disk } = await smallFolder()
  await writePostings(task)
  const whole = disk.image(path(1))
  const right = await opened(task, (postings) => answers(postings, task.header.seed))
  let refused = 0
  for (let at = 0; at < whole.length; at++) {
    const image = whole.slice()
    image[at]! ^= 1 << (at % 8)
    disk.restore(path(1), image)
    try {
      const told = await opened(task, (postings) => answers(postings, task.header.seed))
      assert.equal(told, right, `byte ${at}`)
    } catch (error) {
      assert.equal(
        (error as { code?: unknown }).code,
        'KITEQ_LOG_CORRUPT',
        `byte ${at}: ${String(error)}`,
      )
      refused++
    }
    const checked = await arePostingsRight(task).catch(() => undefined)
    assert.notEqual(checked?.equal, true, `byte ${at} passes a check`)
  }
  assert.ok(refused > whole.length / 2)
})

test('postings that were cut are refused, wherever it was', async () => {
  const { task, disk } = await smallFolder()
  await writePostings(task)
  const whole = disk.image(path(1))
  for (let length = 0; length < whole.length; length += 7) {
    disk.restore(path(1), whole.subarray(0, length))
    await assert.rejects(openPostings(disk, dir, task.header, infinite), {
      code: 'KITEQ_LOG_CORRUPT',
    })
  }
})

test('of a segment that ends before what they cover, postings are refused', async () => {
  const { task, disk } = await smallFolder()
  await writePostings(task)
  const { position, offset } = task.end
  for (const end of [
    { position: position - 1, offset },
    { position, offset: offset - 1 },
    { position, offset: offset + 1 },
    { position: position + 100, offset: offset - 1 },
  ])
    await assert.rejects(openPostings(disk, dir, task.header, end), { code: 'KITEQ_LOG_CORRUPT' })
  const known = await openPostings(disk, dir, task.header, task.end)
  await known!.close()
})

test('postings that have their name are whole, wherever the power goes', async () => {
  const small = await smallFolder()
  const images: Image[] = []
  const segment = `${dir}/${segmentName(1)}`
  const { names } = CrashDisk.of(new Map([[segment, small.disk.image(segment)]]))
  const disk: CrashDisk = new CrashDisk({
    names,
    onStep: () => {
      for (let seed = 0; seed < 10; seed++) images.push(disk.powerLost(someKept(seed)))
    },
  })
  const task = { ...small.task, disk }
  const half = small.places[30]!
  const end = { position: half.position, offset: half.offset }
  await writePostings({ ...task, end })
  await writePostings(task)
  const seen = new Set<number>()
  for (const image of images) {
    const after = CrashDisk.of(image)
    const known = await openPostings(after, dir, task.header, infinite)
    if (known === undefined) continue
    seen.add(known.head.endOffset)
    const { endPosition: position, endOffset: offset } = known.head
    await known.close()
    const again = { ...task, disk: after, end: { position, offset } }
    assert.deepEqual(await arePostingsRight(again), { end: again.end, equal: true })
  }
  assert.deepEqual([...seen].sort(), [end.offset, task.end.offset].sort())
})

test('a write that fails leaves what was there, and nothing else', async () => {
  for (const fault of ['EIO', 'ENOSPC', 'short'] as const) {
    for (let call = 1; call < 12; call++) {
      const { task, disk, places } = await smallFolder()
      const half = { position: places[30]!.position, offset: places[30]!.offset }
      await writePostings({ ...task, end: half })
      const before = disk.image(path(1))
      const faulty = new FaultyDisk(disk, call, fault)
      const failed = await writePostings({ ...task, disk: faulty }).then(
        () => false,
        () => true,
      )
      const now = disk.image(path(1))
      const renamed = faulty.trace.some((one) => one === `rename ${path(1)}`)
      if (failed && !renamed) assert.deepEqual(now, before, `${fault} at call ${call}`)
      const checked = await arePostingsRight(task)
      assert.equal(checked?.equal, true)
    }
  }
})

function cover(disk: Disk, upTo: PostingsTask['end'] & { segment: number }): Promise<CoverReport> {
  return coverFolder({
    disk,
    dir,
    upTo: upTo as never,
    bytesMax: Infinity,
    freeBytes: 0,
    except: [],
  })
}

test('a folder is covered once; what is dropped takes its postings along, and orphans go', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk, { dir })
  for (let n = 0; n < 60; n++) await writeBatch(log, [numbered(n, 1000)])
  const upTo = { ...log.durablePlace }
  assert.ok(upTo.segment > 3)
  const report = await cover(disk, upTo)
  assert.equal(report.written, upTo.segment)
  assert.deepEqual([report.more, report.failed, report.why], [false, [], undefined])
  assert.equal((await cover(disk, upTo)).written, 0, 'nothing is written twice')
  await log.dropSegments(2)
  const left = (await disk.list(dir)).filter((name) => name.endsWith('.postings'))
  assert.equal(left.length, upTo.segment - 2)
  disk.restore(path(1), new Uint8Array(300))
  disk.restore(path(upTo.segment + 1), new Uint8Array(300))
  await removeOrphans(disk, dir)
  assert.equal(await disk.exists(path(1)), false)
  assert.ok(await disk.exists(path(upTo.segment + 1)), 'it proves that the end of the log is gone')
  await log.close()
})

test('postings of a segment that is dropped while they are written do not stay', async () => {
  const { task, disk } = await smallFolder()
  const rename = disk.rename.bind(disk)
  disk.rename = async (from, to) => {
    await rename(from, to)
    await disk.remove(`${dir}/${segmentName(1)}`)
  }
  await writePostings(task)
  const left = await disk.list(dir)
  assert.deepEqual(
    left.filter((name) => name.includes('postings')),
    [],
  )
})

test('a damaged segment gets none and is told, the others get theirs; a full disk gets none at all', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk, { dir })
  const places: RecordPlace[] = []
  for (let n = 0; n < 40; n++) places.push(...(await writeBatch(log, [numbered(n, 1000)])))
  const upTo = { ...log.durablePlace }
  await log.close()
  const image = disk.image(`${dir}/${segmentName(1)}`)
  image[places[3]!.position + 40]! ^= 4
  disk.restore(`${dir}/${segmentName(1)}`, image)
  const full = { disk, dir, upTo, bytesMax: Infinity, freeBytes: 2 ** 40, except: [] }
  const refused = await coverFolder(full)
  assert.deepEqual([refused.written, refused.more], [0, true])
  assert.match(refused.why ?? '', /space/)
  const report = await cover(disk, upTo)
  assert.deepEqual(report.failed, [1])
  assert.match(report.why ?? '', /damaged: it gets no postings/)
  assert.equal(report.written, upTo.segment - 1)
  assert.equal(await disk.exists(`${dir}/${postingsTemporaryName}`), false)
})

test('a run reads about as much as it may, and says that there is more', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk, { dir })
  for (let n = 0; n < 60; n++) await writeBatch(log, [numbered(n, 1000)])
  const upTo = { ...log.durablePlace }
  const request = { disk, dir, upTo, bytesMax: 1, freeBytes: 0, except: [] }
  let runs = 0
  while ((await coverFolder(request)).more) runs++
  assert.equal(runs, upTo.segment - 1)
  await log.close()
})
