// The pace of the zeros for the next segment.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numbered, startSmall, writeBatch } from '../../test/support/disk-log.ts'
import { MemoryDisk } from '../../test/support/disk-memory.ts'
import { nodeTurn } from '../../test/support/disk-turns.ts'
import { preparedName, preparingName } from './segment-supply.ts'

const mebibyte = 1024 * 1024

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
