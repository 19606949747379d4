// The disk that crashes, held against what it claims to do: it can lose, tear, reorder and garble what nobody synced, and it
// loses nothing that was.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { syncFile, writeAll, type DiskFile } from '../../src/log/disk.ts'
import { CallFault } from '../support/crash-disk-fault.ts'
import { allKept, allLost, someKept } from '../support/crash-disk-lab.ts'
import { CrashDisk, type Image } from '../support/crash-disk.ts'
import { randomOf } from '../support/seeded-random.ts'

const path = 'data/a'
const images = 400

/** A durable file of so many bytes of 1 under a durable name. */
async function durableFile(bytes: number, disk = new CrashDisk()): Promise<[CrashDisk, DiskFile]> {
  const file = await disk.open(path, 'write', { create: true })
  await writeAll(file, new Uint8Array(bytes).fill(1), 0)
  await syncFile(file)
  await disk.syncFolder('data')
  return [disk, file]
}

/** Some of the legal images, as what `look` sees in them. */
function seenIn(disk: CrashDisk, look: (image: Image) => string): Set<string> {
  const seen = new Set<string>()
  for (let seed = 0; seed < images; seed++) seen.add(look(disk.powerLost(someKept(seed))))
  return seen
}

const at = (image: Image, position: number): string => String(image.get(path)?.[position])

test('what was synced under a synced name is in every image', async () => {
  const [disk] = await durableFile(10_000)
  const whole = new Uint8Array(10_000).fill(1)
  for (const choice of [allLost, allKept, ...Array.from({ length: images }, (_, i) => someKept(i))])
    assert.deepEqual(disk.powerLost(choice).get(path), whole)
})

test('a write that nobody synced is lost, kept or torn at blocks of 512 bytes or 4 KiB, in any order', async () => {
  const [disk, file] = await durableFile(16_384)
  await writeAll(file, new Uint8Array(16_384).fill(2), 0)
  assert.equal(at(disk.powerLost(allLost), 0), '1')
  assert.equal(at(disk.powerLost(allKept), 16_383), '2')
  const ends = seenIn(disk, (image) => at(image, 0) + at(image, 16_383))
  assert.deepEqual([...ends].sort(), ['11', '12', '21', '22'])
  for (let seed = 0; seed < images; seed++) {
    const choice = someKept(seed)
    const bytes = disk.powerLost(choice).get(path)!
    for (let i = 0; i < bytes.length; i++)
      assert.equal(bytes[i], bytes[i - (i % choice.blockBytes)], 'a block is never torn')
  }
  const torn = seenIn(disk, (image) => at(image, 0) + at(image, 512))
  assert.ok(torn.has('12') && torn.has('21'), 'two sectors of a page part')
})

test('of two writes the second may stay without the first, but not inside one block', async () => {
  const [disk, file] = await durableFile(8192)
  await writeAll(file, new Uint8Array([2]), 0)
  await writeAll(file, new Uint8Array([3]), 1)
  await writeAll(file, new Uint8Array([4]), 5000)
  const seen = seenIn(disk, (image) => at(image, 0) + at(image, 1) + at(image, 5000))
  assert.deepEqual([...seen].sort(), ['111', '114', '211', '214', '231', '234'])
})

test('a file that grew may have its size without its bytes: zeros, garbage or what lay there before', async () => {
  const disk = new CrashDisk()
  const old = await disk.open('data/old', 'write', { create: true })
  await writeAll(old, new Uint8Array(8192).fill(9), 0)
  await disk.remove('data/old')
  const [, file] = await durableFile(512, disk)
  await writeAll(file, new Uint8Array(1024).fill(2), 512)
  const seen = seenIn(disk, (image) => `${image.get(path)!.length} ${at(image, 1000)}`)
  for (const one of ['512 undefined', '1536 2', '1536 0', '1536 9']) assert.ok(seen.has(one), one)
  assert.ok(seen.size > 20, 'garbage is many things')
})

test('a cut may be lost, and its size apart from the bytes that were cut', async () => {
  const [disk, file] = await durableFile(4096)
  await file.truncate(1024)
  const seen = seenIn(disk, (image) => `${image.get(path)!.length} ${at(image, 2000)}`)
  for (const one of ['4096 1', '4096 0', '1024 undefined']) assert.ok(seen.has(one), one)
  await syncFile(file)
  assert.equal(disk.powerLost(allLost).get(path)!.length, 1024)
})

test('a name is lost although its bytes are safe, until the folder is synced', async () => {
  const disk = new CrashDisk()
  const file = await disk.open(path, 'write', { create: true })
  await writeAll(file, new Uint8Array([1]), 0)
  await syncFile(file)
  assert.deepEqual(
    seenIn(disk, (image) => [...image.keys()].join()),
    new Set(['', path]),
  )
  await disk.syncFolder('other')
  assert.equal(disk.powerLost(allLost).size, 0, 'another folder is another sync')
  await disk.syncFolder('data')
  assert.deepEqual(
    seenIn(disk, (image) => [...image.keys()].join()),
    new Set([path]),
  )
})

test('renames and removals are lost one by one and never in halves', async () => {
  const [disk] = await durableFile(1)
  await disk.rename(path, 'data/b')
  const other = await disk.open('data/c', 'write', { create: true })
  await other.close()
  await disk.remove('data/c')
  const names = seenIn(disk, (image) => [...image.keys()].sort().join())
  assert.deepEqual([...names].sort(), [path, 'data/a,data/c', 'data/b', 'data/b,data/c'])
  await disk.syncFolder('data')
  assert.deepEqual(
    seenIn(disk, (image) => [...image.keys()].join()),
    new Set(['data/b']),
  )
})

test('a write through counts once it came back, not before, and secures nothing but itself', async () => {
  const [disk, file] = await durableFile(8192)
  await writeAll(file, new Uint8Array(512).fill(2), 0)
  const through = await disk.open(path, 'synced')
  const written = writeAll(through, new Uint8Array(512).fill(3), 4096)
  assert.equal(at(disk.powerLost(allLost), 4096), '1')
  await written
  const lost = disk.powerLost(allLost)
  assert.equal(at(lost, 0) + at(lost, 4096), '13')
})

test('a sync covers what came back before it began, and nothing else', async () => {
  const random = randomOf(3)
  const [disk, file] = await durableFile(1024, new CrashDisk({ random }))
  const writing = writeAll(file, new Uint8Array([2]), 0)
  await syncFile(file)
  assert.equal(at(disk.powerLost(allLost), 0), '1')
  await writing
  const syncing = syncFile(file)
  assert.equal(at(disk.powerLost(allLost), 0), '1', 'a sync under way is none')
  await syncing
  assert.equal(at(disk.powerLost(allLost), 0), '2')
})

test('a process that dies leaves its cache, which a lost power still takes', async () => {
  const [disk, file] = await durableFile(1024)
  await writeAll(file, new Uint8Array(1024).fill(2), 0)
  const next = disk.killed(() => 0)
  assert.equal(at(next.powerLost(allLost), 0), '1')
  const again = await next.open(path, 'write')
  const bytes = new Uint8Array(1)
  await new Promise((resolve) => again.read(bytes, 0, 1, 0, resolve))
  assert.equal(bytes[0], 2)
  await syncFile(again)
  assert.equal(at(next.powerLost(allLost), 0), '2')
})

test('a process that dies inside a write leaves it whole, in part or not at all', () => {
  const lengths = new Set<number>()
  for (let seed = 0; seed < 60; seed++) {
    const disk = new CrashDisk()
    const file = disk.names.shown
    void disk.open(path, 'write', { create: true })
    const opened = file.get(path)!
    opened.write(new Uint8Array(8192).fill(2), 0)
    const next = disk.killed(randomOf(seed))
    lengths.add(next.powerLost(allKept).get(path)?.length ?? -1)
  }
  assert.deepEqual([...lengths].sort(), [0, 4096, 8192])
})

test('after a failed sync the next one says all is well, and the bytes never reach the disk', async () => {
  for (const kind of ['EIO', 'EIO shown'] as const) {
    const disk = new CrashDisk({ fault: new CallFault(6, kind) })
    const [, file] = await durableFile(512, disk)
    await writeAll(file, new Uint8Array([2]), 0)
    await assert.rejects(syncFile(file), { code: 'EIO' })
    await syncFile(file)
    assert.equal(at(disk.powerLost(allKept), 0), '1')
    const bytes = new Uint8Array(1)
    await new Promise((resolve) => file.read(bytes, 0, 1, 0, resolve))
    assert.equal(bytes[0], kind === 'EIO' ? 1 : 2)
  }
})

test('writes fail, come back short, and find the disk full', async () => {
  const shorter = new CrashDisk({ fault: new CallFault(5, 'short') })
  const [, file] = await durableFile(512, shorter)
  await assert.rejects(writeAll(file, new Uint8Array(100).fill(2), 0), /took 50 of 100/)
  const failing = new CrashDisk({ fault: new CallFault(5, 'EIO shown') })
  const [, other] = await durableFile(512, failing)
  await assert.rejects(writeAll(other, new Uint8Array(100).fill(2), 0), { code: 'EIO' })
  assert.equal(at(failing.powerLost(allKept), 0), '1')
  const small = new CrashDisk({ capacityBytes: 1000 })
  const [, third] = await durableFile(900, small)
  await assert.rejects(writeAll(third, new Uint8Array(200), 900), /took 100 of 200/)
  await assert.rejects(writeAll(third, new Uint8Array(200), 1000), { code: 'ENOSPC' })
  await writeAll(third, new Uint8Array(900), 0)
})

test('a caller that changes the bytes of a write under way is caught', async () => {
  const [disk, file] = await durableFile(512)
  const bytes = new Uint8Array([1, 2, 3])
  let caught: unknown
  const later = disk.later.bind(disk)
  disk.later = (back, what) =>
    later(() => {
      try {
        back()
      } catch (error) {
        caught = error
      }
    }, what)
  file.write(bytes, 0, 3, 0, () => undefined)
  bytes[1] = 9
  await new Promise((resolve) => setImmediate(resolve))
  assert.match(String(caught), /changed before it came back/)
})

test('a stopped process begins nothing and hears nothing', async () => {
  const [disk, file] = await durableFile(512)
  let came = false
  file.write(new Uint8Array([2]), 0, 1, 0, () => (came = true))
  disk.stop()
  file.write(new Uint8Array([3]), 0, 1, 0, () => (came = true))
  file.sync(() => (came = true))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(came, false)
  assert.equal(at(disk.powerLost(allKept), 0), '2')
})
