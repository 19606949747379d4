// The pace of the zeros for the next segment.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numbered, recoverSmall, startSmall, writeBatch } from '../../test/support/disk-log.ts'
import { MemoryDisk } from '../../test/support/disk-memory.ts'
import { nodeTurn } from '../../test/support/disk-turns.ts'
import type { DiskFile, OpenMode } from './disk.ts'
import type { Log } from './log.ts'
import { preparedName, preparingName, reserveName } from './segment-supply.ts'

const mebibyte = 1024 * 1024

/** A disk on which files of some names cannot be opened while `code` is set. */
class NoFiles extends MemoryDisk {
  code: 'EMFILE' | 'ENFILE' | undefined
  refused = 0
  /** Only the opens from this one on, so many of them. */
  from = 1
  count = Infinity
  opens = 0
  readonly #names: readonly string[]

  constructor(...names: string[]) {
    super()
    this.#names = names
  }

  /** The folder is opened to be synced. */
  override syncFolder(): Promise<void> {
    const { code } = this
    if (code === undefined || !this.#names.includes('data')) return super.syncFolder()
    this.refused++
    return Promise.reject(Object.assign(new Error(`${code}: no file, open data`), { code }))
  }

  override open(
    path: string,
    mode: OpenMode,
    options?: { readonly create?: boolean },
  ): Promise<DiskFile> {
    const { code } = this
    if (!this.#names.some((name) => path.endsWith(name))) return super.open(path, mode, options)
    const at = ++this.opens - this.from
    if (code === undefined || at < 0 || at >= this.count) return super.open(path, mode, options)
    this.refused++
    return Promise.reject(Object.assign(new Error(`${code}: no file, open ${path}`), { code }))
  }
}

/** Writes until the log refuses publishes. */
async function fill(log: Log, bytes: number): Promise<void> {
  for (let n = 1; !log.isFull; n++) {
    assert.ok(n < 5000, 'never refused')
    await writeBatch(log, [numbered(n, bytes)])
  }
}

async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await nodeTurn()
}

test('the zeros of the next segment come as the present one is used, and all of them before it ends', async () => {
  const disk = new MemoryDisk()
  const segmentBytes = 8 * mebibyte
  const { log } = await startSmall(disk, { segmentBytes, batchBytesMax: 512 * 1024 })
  const zeros = (): number => {
    const ready = disk.files.get(`data/${preparedName}`)
    return (ready ?? disk.files.get(`data/${preparingName}`))?.size ?? 0
  }
  for (let n = 1; log.endPlace.segment === 1; n++) {
    const used = log.endPlace.position / segmentBytes
    if (used < 0.95) await writeBatch(log, [numbered(n, 100 * 1024)])
    else break
    for (let turn = 0; turn < 20; turn++) await nodeTurn()
    const share = zeros() / segmentBytes
    assert.ok(share <= used / 0.7 + 0.25, `${share} of the zeros when ${used} was used`)
  }
  assert.equal(zeros(), segmentBytes)
  assert.ok(disk.files.has(`data/${preparedName}`))
  await log.close()
})

test('a segment that is needed at once is not kept waiting for the pace', async () => {
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk, {
    segmentBytes: 2 * mebibyte,
    batchBytesMax: 512 * 1024,
  })
  // One turn's worth of appends, past the end of the segment before a single batch is written.
  for (let n = 1; n <= 30; n++) log.append(numbered(n, 100 * 1024), 1)
  await writeBatch(log, [numbered(31, 10)])
  assert.equal(log.endPlace.segment, 2)
  assert.equal(log.durableOffset, log.endOffset)
  await log.close()
})

test('a disk that was full is seen to have space again, also while zeros were being written', async () => {
  for (let free = 6; free <= 24; free += 2) {
    const disk = new MemoryDisk()
    disk.free = free * mebibyte
    const options = { segmentBytes: 8 * mebibyte, batchBytesMax: 512 * 1024 }
    const { log } = await startSmall(disk, options)
    for (let n = 1; !log.isFull; n++) {
      assert.ok(n < 5000, 'never full')
      await writeBatch(log, [numbered(n, 50 * 1024)])
    }
    disk.free += 60 * mebibyte
    const hasSpace = (): boolean => !log.isFull && !log.outOfSpace
    for (let look = 0; !hasSpace(); look++) {
      assert.ok(look < 20, `still full, ${free} MiB were free at the start`)
      log.checkSpace()
      for (let turn = 0; turn < 50; turn++) await nodeTurn()
    }
    await writeBatch(log, [numbered(5001, 50 * 1024)])
    await log.close()
  }
})

for (const code of ['EMFILE', 'ENFILE'] as const) {
  test(`no file for the next segment (${code}) is a full disk: refused, and taken again without a restart`, async () => {
    const disk = new NoFiles(preparingName)
    const { log } = await startSmall(disk, { segmentBytes: 64 * 1024, batchBytesMax: 4096 })
    disk.code = code
    await fill(log, 600)
    assert.ok(disk.refused > 0)
    const refused = disk.refused
    log.checkSpace()
    await someTurns()
    assert.equal(disk.refused, refused + 1, 'one try a look')
    assert.equal(log.isFull, true)

    disk.code = undefined
    log.checkSpace()
    await someTurns()
    assert.equal(log.isFull, false)
    assert.equal(log.outOfSpace, false)
    for (let n = 1; n <= 300; n++) await writeBatch(log, [numbered(n, 600)])
    assert.equal(log.durableOffset, log.endOffset)
    await log.close()
  })
}

test('a log past its last segment waits for a file and loses nothing', async () => {
  const disk = new NoFiles(preparingName)
  const { log } = await startSmall(disk, { segmentBytes: 64 * 1024, batchBytesMax: 4096 })
  disk.code = 'EMFILE'
  log.onFailure = (error) => assert.fail(error)
  for (let n = 1; n <= 400; n++) {
    log.append(numbered(n, 600), 1)
    log.flush()
    if (n % 20 === 0) await nodeTurn()
  }
  await someTurns()
  assert.ok(log.durableOffset < log.endOffset)
  disk.code = undefined
  for (let look = 0; log.durableOffset < log.endOffset; look++) {
    assert.ok(look < 20, 'still waiting')
    log.checkSpace()
    await someTurns()
  }
  await log.close()
  const { records } = await recoverSmall(disk, { segmentBytes: 64 * 1024, batchBytesMax: 4096 })
  assert.equal(records.length, 400)
})

for (const [what, name] of [
  ['the prepared file', preparedName],
  ['the segment', '.segment'],
  ['the folder', 'data'],
] as const) {
  test(`no file to open ${what} of the next segment is waited out like a full disk, and loses nothing`, async () => {
    const disk = new NoFiles(name)
    const { log } = await startSmall(disk, { segmentBytes: 64 * 1024, batchBytesMax: 4096 })
    disk.code = 'EMFILE'
    log.onFailure = (error) => assert.fail(error)
    for (let n = 1; n <= 400; n++) {
      log.append(numbered(n, 600), 1)
      log.flush()
      if (n % 20 === 0) await nodeTurn()
    }
    await someTurns()
    assert.ok(disk.refused > 0 && log.durableOffset < log.endOffset)
    assert.deepEqual([log.isFull, log.outOfSpace], [true, true])
    const { refused } = disk
    log.checkSpace()
    await someTurns()
    assert.equal(disk.refused, refused + 1, 'one try a look')
    disk.code = undefined
    for (let look = 0; log.durableOffset < log.endOffset; look++) {
      assert.ok(look < 20, 'still waiting')
      log.checkSpace()
      await someTurns()
    }
    assert.deepEqual([log.isFull, log.outOfSpace], [false, false])
    await log.close()
    const { records } = await recoverSmall(disk, { segmentBytes: 64 * 1024, batchBytesMax: 4096 })
    assert.equal(records.length, 400)
  })
}

test('a log that waits to open its next segment closes all the same', async () => {
  const disk = new NoFiles('.segment')
  const { log } = await startSmall(disk, { segmentBytes: 64 * 1024, batchBytesMax: 4096 })
  disk.code = 'ENFILE'
  log.onFailure = (error) => assert.fail(error)
  for (let n = 1; n <= 400; n++) log.append(numbered(n, 600), 1)
  log.flush()
  await someTurns()
  const durable = log.durableOffset
  await log.close()
  disk.code = undefined
  const { records } = await recoverSmall(disk, { segmentBytes: 64 * 1024, batchBytesMax: 4096 })
  assert.equal(records.length, durable)
})

test('a log that waits for a file closes all the same', async () => {
  const disk = new NoFiles(preparingName)
  const { log } = await startSmall(disk, { segmentBytes: 64 * 1024, batchBytesMax: 4096 })
  disk.code = 'EMFILE'
  log.onFailure = (error) => assert.fail(error)
  for (let n = 1; n <= 400; n++) log.append(numbered(n, 600), 1)
  log.flush()
  await someTurns()
  const durable = log.durableOffset
  await log.close()
  const { records } = await recoverSmall(disk, { segmentBytes: 64 * 1024, batchBytesMax: 4096 })
  assert.equal(records.length, durable)
})

test('without a file for the reserve the next segment is ready all the same', async () => {
  const disk = new NoFiles(reserveName)
  disk.code = 'EMFILE'
  const { log } = await startSmall(disk, { segmentBytes: 64 * 1024, batchBytesMax: 4096 })
  for (let n = 1; n <= 300; n++) await writeBatch(log, [numbered(n, 600)])
  assert.equal(log.isFull, false)
  assert.ok(disk.refused > 0)
  await log.close()
})

test('a start without a file for its first segment says which error it was', async () => {
  const disk = new NoFiles(preparingName)
  disk.code = 'EMFILE'
  await assert.rejects(startSmall(disk), { code: 'EMFILE' })
})

test('any open of the supply may fail for want of files, on a disk that is full besides', async () => {
  const sizes = { segmentBytes: 64 * 1024, batchBytesMax: 4096 }
  for (let from = 2; ; from++) {
    const disk = new NoFiles(preparingName, reserveName)
    disk.free = 300 * 1024
    Object.assign(disk, { code: 'EMFILE', from, count: 3 })
    const { log } = await startSmall(disk, sizes)
    log.onFailure = (error) => assert.fail(error)
    for (let n = 1; n <= 600; n++) {
      log.append(numbered(n, 700), 1)
      log.flush()
      if (n % 7 === 0) await someTurns()
      if (n % 70 === 0) log.checkSpace()
    }
    disk.free += 4 * mebibyte
    for (let look = 0; log.durableOffset < log.endOffset; look++) {
      assert.ok(look < 20, `still waiting after open ${from}`)
      log.checkSpace()
      await someTurns()
    }
    await log.close()
    assert.equal((await recoverSmall(disk, sizes)).records.length, 600, `open ${from}`)
    if (disk.refused === 0) {
      assert.ok(from > 8, `only ${from} opens to fail`)
      return
    }
  }
})
