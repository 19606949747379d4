// What happens when the disk fills up, and when space comes back.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  acked,
  numbered,
  recoverSmall,
  startSmall,
  writeBatch,
} from '../../test/support/disk-log.ts'
import { MemoryDisk } from '../../test/support/disk-memory.ts'
import { nodeTurn } from '../../test/support/disk-turns.ts'
import { preparedName, preparingName, reserveName } from './segment-supply.ts'

const sizes = { segmentBytes: 64 * 1024, batchBytesMax: 4096 }
const kiB = 1024

/** Publishes until the log says that the disk is full. */
async function fill(
  disk: MemoryDisk,
): Promise<{ log: Awaited<ReturnType<typeof startSmall>>['log'] }> {
  const { log } = await startSmall(disk, sizes)
  for (let i = 0; !log.isFull; i++) {
    assert.ok(i < 5000, 'never full')
    await writeBatch(log, [numbered(i + 1, 600)])
  }
  return { log }
}

test('segments, the prepared one and the reserve fit a small disk', async () => {
  const disk = new MemoryDisk()
  disk.free = 100 * kiB
  const { log } = await startSmall(disk, { segmentBytes: 256 * kiB, batchBytesMax: 4096 })
  assert.ok(disk.image('data/0000000001.segment').length <= 25 * kiB)
  for (let i = 0; i < 20; i++) await writeBatch(log, [numbered(i + 1, 100)])
  assert.equal(log.isFull, false)
  await log.close()
})

test('a full disk is told before the segment ends, and acknowledgements still find room', async () => {
  const disk = new MemoryDisk()
  disk.free = 160 * kiB
  const { log } = await fill(disk)
  assert.equal(log.outOfSpace, true)
  const before = log.stats().rolls
  for (let i = 0; log.stats().rolls === before; i++) {
    assert.ok(i < 5000, 'never rolled')
    await writeBatch(log, [acked([i]), acked([i + 1])])
  }
  await log.close()
  const { report } = await recoverSmall(disk, sizes)
  assert.equal(report.degraded, false)
  assert.equal(report.end.offset, log.endOffset)
})

test('when space comes back the log goes on without a restart', async () => {
  const disk = new MemoryDisk()
  disk.free = 160 * kiB
  const { log } = await fill(disk)
  disk.free += 1024 * kiB
  while (log.outOfSpace) {
    log.checkSpace()
    await nodeTurn()
  }
  assert.equal(log.isFull, false)
  for (let i = 0; i < 200; i++) await writeBatch(log, [numbered(i + 1, 600)])
  assert.equal(log.outOfSpace, false)
  await log.close()
})

test('a log that can write nothing more waits, and closes all the same', async () => {
  const disk = new MemoryDisk()
  disk.free = 160 * kiB
  const { log } = await fill(disk)
  let durable = log.durableOffset
  log.onDurable = () => (durable = log.durableOffset)
  log.onFailure = (error) => assert.fail(error)
  for (let i = 0; i < 400; i++) {
    log.append(numbered(i + 1, 600), 1)
    log.flush()
    await nodeTurn()
  }
  assert.ok(durable < log.endOffset)
  await log.close()
  const { records, report } = await recoverSmall(disk, sizes)
  assert.equal(records.length, durable)
  assert.equal(report.degraded, false)
})

test('a start on a full disk uses what was prepared or kept back, and says when there is nothing', async () => {
  const disk = new MemoryDisk()
  disk.free = 400 * kiB
  const first = await startSmall(disk, sizes)
  for (let i = 0; i < 30; i++) await writeBatch(first.log, [numbered(i + 1, 600)])
  while (
    !(await disk.exists(`data/${preparedName}`)) ||
    !(await disk.exists(`data/${reserveName}`))
  ) {
    await nodeTurn()
  }
  await first.log.close()
  disk.free = 0
  const second = await startSmall(disk, { ...sizes, seed: 2 })
  await writeBatch(second.log, [numbered(1)])
  await second.log.close({ clean: false })
  disk.free = 0
  const third = await startSmall(disk, { ...sizes, seed: 3 })
  await third.log.close({ clean: false })
  await disk.remove(`data/${preparedName}`)
  await disk.remove(`data/${reserveName}`)
  disk.free = 0
  const fourth = await recoverSmall(disk, { ...sizes, seed: 4 })
  disk.free = -1024 * kiB
  await assert.rejects(fourth.log.startWriting(), { code: 'KITEQ_DISK_FULL' })
})

test('what an earlier run had half prepared is thrown away', async () => {
  const disk = new MemoryDisk()
  disk.restore(`data/${preparingName}`, new Uint8Array(5000).fill(1))
  disk.restore(`data/${preparedName}`, new Uint8Array(300))
  const { log } = await startSmall(disk, sizes)
  assert.equal(await disk.exists(`data/${preparingName}`), false)
  await writeBatch(log, [numbered(1)])
  await log.close()
  assert.equal((await recoverSmall(disk, sizes)).records.length, 1)
})
