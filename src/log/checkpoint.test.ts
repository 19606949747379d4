import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { someKept } from '../../test/support/crash-disk-lab.ts'
import { CrashDisk, type Image } from '../../test/support/crash-disk.ts'
import { MemoryDisk } from '../../test/support/disk-memory.ts'
import type { Offset, Position, SegmentNumber } from '../model/ids.ts'
import type { Disk } from './disk.ts'
import { latestCheckpoint, openCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { nodeDisk } from './disk-node.ts'
import type { ResumePlace } from './recover.ts'

const dir = 'data'
const logId = '00112233445566778899aabbccddeeff'
const place = (offset: number): ResumePlace => ({
  offset: offset as Offset,
  segment: 3 as SegmentNumber,
  position: 5000 as Position,
})
const sections = [new Uint8Array([1, 2, 3]), new Uint8Array(0), new Uint8Array(3_000_000).fill(7)]

function write(disk: MemoryDisk, offset: number, digest = 'abcd'): Promise<string> {
  const source = { resume: place(offset), digest, sections, durableOffset: offset as Offset }
  return writeCheckpoint({ disk, dir, logId }, source)
}

test('a checkpoint comes back as it was written', async () => {
  const disk = new MemoryDisk()
  const path = await write(disk, 42, '0123456789abcdef')
  const { latest, problems } = await latestCheckpoint({ disk, dir, logId })
  assert.deepEqual(problems, [])
  assert.equal(latest?.path, path)
  assert.deepEqual(latest.checkpoint.resume, place(42))
  assert.equal(latest.checkpoint.digest, '0123456789abcdef')
  const written = sections.filter(({ length }) => length > 0)
  assert.deepEqual(latest.checkpoint.sections, written, 'one without bytes says nothing')
  const opened = await openCheckpoint({ disk, dir, logId }, 42)
  assert.deepEqual(
    opened.sectionBytes,
    written.map(({ length }) => length),
  )
  const read: Uint8Array[] = []
  for await (const section of opened.sections) read.push(section)
  assert.deepEqual(read, written)
  await opened.close()
})

test('a file that claims gigabytes and holds nothing is found bad at once, and the one before counts', async (t) => {
  const real = mkdtempSync(path.join(tmpdir(), 'kiteq-checkpoint-'))
  t.after(() => rmSync(real, { recursive: true, force: true }))
  const target = { disk: nodeDisk, dir: real, logId }
  const source = { resume: place(5), digest: 'ab', sections, durableOffset: 99 as Offset }
  await writeCheckpoint(target, source)
  const forged = await writeCheckpoint(target, { ...source, resume: place(17) })
  const claims: Record<string, Uint8Array> = {
    'sections of no length': new Uint8Array(8),
    'one of 4 GiB less one byte': Uint8Array.from([0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
    'one of 1 GiB': Uint8Array.from([0, 0, 0, 0x40, 0, 0, 0, 0]),
  }
  for (const [what, claim] of Object.entries(claims)) {
    writeFileSync(forged, Buffer.concat([readFileSync(forged).subarray(0, 256), claim]))
    truncateSync(forged, 5 * 1024 ** 3)
    const { arrayBuffers } = process.memoryUsage()
    const started = performance.now()
    const { latest, problems } = await latestCheckpoint(target)
    assert.equal(latest?.checkpoint.resume.offset, 5, what)
    assert.match(problems[0] ?? '', /a section of \d+ bytes; expected 1 to 4194304$/)
    await assert.rejects(openCheckpoint(target, 17), { code: 'KITEQ_LOG_CORRUPT' })
    assert.ok(performance.now() - started < 5000, 'not byte by byte')
    assert.ok(process.memoryUsage().arrayBuffers - arrayBuffers < 64 * 1024 ** 2, what)
    truncateSync(forged, 256)
  }
})

test('a file of a great many small sections is given up', async () => {
  const disk = new MemoryDisk()
  const many = Array.from({ length: 16_385 }, () => new Uint8Array(1))
  const source = { resume: place(42), digest: 'ab', sections: many, durableOffset: 42 as Offset }
  await writeCheckpoint({ disk, dir, logId }, source)
  const { latest, problems } = await latestCheckpoint({ disk, dir, logId })
  assert.equal(latest, undefined)
  assert.match(problems[0] ?? '', /more than 16384 sections/)
})

test('two are kept, the newest one counts', async () => {
  const disk = new MemoryDisk()
  for (const offset of [5, 17, 100]) await write(disk, offset)
  assert.deepEqual(await disk.list(dir), [
    '0000000000000017.checkpoint',
    '0000000000000100.checkpoint',
  ])
  const { latest } = await latestCheckpoint({ disk, dir, logId })
  assert.equal(latest?.checkpoint.resume.offset, 100)
})

test('any damage is noticed and told, and the one before counts', async () => {
  const disk = new MemoryDisk()
  await write(disk, 5)
  const path = await write(disk, 17)
  const whole = disk.image(path)
  const places = [0, 9, 13, 20, 25, 40, 48, 60, 255, 256, 260, 266, 270, 280, 100_000]
  for (const at of [...places, whole.length - 8, whole.length - 1]) {
    const image = whole.slice()
    image[at]! ^= 0x10
    disk.restore(path, image)
    const { latest, problems } = await latestCheckpoint({ disk, dir, logId })
    assert.equal(latest?.checkpoint.resume.offset, 5, `byte ${at}`)
    assert.equal(problems.length, 1)
    assert.ok(problems[0]?.includes(path))
  }
  for (const length of [0, 100, 256, 262, 3000, whole.length - 1]) {
    disk.restore(path, whole.subarray(0, length))
    const { latest } = await latestCheckpoint({ disk, dir, logId })
    assert.equal(latest?.checkpoint.resume.offset, 5, `${length} bytes`)
  }
})

test('one that the system does not hand over is told as that, not as damaged, and the one before counts', async () => {
  const memory = new MemoryDisk()
  await write(memory, 5)
  const path = await write(memory, 17)
  const text = `EACCES: permission denied, open '${path}'`
  const refused = Object.assign(new Error(text), { code: 'EACCES', syscall: 'open' })
  const disk: Disk = {
    list: (folder) => memory.list(folder),
    exists: (one) => memory.exists(one),
    open: (one, mode) => (one === path ? Promise.reject(refused) : memory.open(one, mode)),
    rename: (from, to) => memory.rename(from, to),
    remove: (one) => memory.remove(one),
    ensureFolder: () => memory.ensureFolder(),
    syncFolder: () => memory.syncFolder(),
    freeBytes: () => memory.freeBytes(),
  }
  const { latest, problems, unreadable } = await latestCheckpoint({ disk, dir, logId })
  assert.deepEqual([problems, unreadable], [[], [text]])
  assert.equal(latest?.checkpoint.resume.offset, 5)
})

test('a checkpoint of another log is none', async () => {
  const disk = new MemoryDisk()
  await write(disk, 5)
  const other = { disk, dir, logId: 'ff'.repeat(16) }
  assert.equal((await latestCheckpoint(other)).latest, undefined)
})

test('a checkpoint ahead of what is durable is a broken invariant, and no file', async () => {
  const disk = new MemoryDisk()
  const source = { resume: place(9), digest: '', sections: [], durableOffset: 8 as Offset }
  await assert.rejects(writeCheckpoint({ disk, dir, logId }, source), /invariant broken/)
  assert.deepEqual(await disk.list(dir), [])
})

test('an empty folder has none', async () => {
  const found = await latestCheckpoint({ disk: new MemoryDisk(), dir, logId })
  assert.deepEqual(found, { latest: undefined, problems: [], unreadable: [] })
})

test('a checkpoint that has its name is whole, wherever the power goes', async () => {
  const images: Image[] = []
  const disk = new CrashDisk({
    onStep: () => {
      for (let seed = 0; seed < 20; seed++) images.push(disk.powerLost(someKept(seed)))
    },
  })
  for (const offset of [5, 17, 42]) {
    const sections = [new Uint8Array(3000).fill(offset)]
    const source = {
      resume: place(offset),
      digest: 'ab',
      sections,
      durableOffset: offset as Offset,
    }
    await writeCheckpoint({ disk, dir, logId }, source)
  }
  let found = 0
  for (const image of images) {
    const after = CrashDisk.of(image)
    const { latest, problems } = await latestCheckpoint({ disk: after, dir, logId })
    assert.deepEqual(problems, [])
    if (latest !== undefined) found++
  }
  assert.ok(found > 100 && found < images.length, `${found} of ${images.length} images have one`)
  assert.equal((await latestCheckpoint({ disk, dir, logId })).latest?.checkpoint.resume.offset, 42)
})
