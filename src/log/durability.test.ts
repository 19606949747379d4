// What each setting asks of the disk.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allLost } from '../../test/support/crash-disk-lab.ts'
import { CrashDisk } from '../../test/support/crash-disk.ts'
import { FaultyDisk } from '../../test/support/disk-faulty.ts'
import { folder, numbered, recoverSmall, writeBatch } from '../../test/support/disk-log.ts'
import { MemoryDisk } from '../../test/support/disk-memory.ts'
import { nodeTurn } from '../../test/support/disk-turns.ts'
import type { Durability } from './durability.ts'
import { Log } from './log.ts'

const segment = `${folder}/0000000001.segment`

/** One log with that setting, and the modes in which its segments were opened to write. */
async function start(
  durability: Durability,
): Promise<{ log: Log; disk: FaultyDisk; modes: string[] }> {
  const disk = new FaultyDisk(new MemoryDisk(), 0, 'EIO')
  const modes: string[] = []
  const open = disk.open.bind(disk)
  disk.open = (path, mode, options) => {
    if (path === segment && mode !== 'read') modes.push(mode)
    return open(path, mode, options)
  }
  const log = await Log.open({
    dir: folder,
    disk,
    durability,
    random: () => 7,
    segmentBytes: 16 * 1024,
    firstSegmentBytes: 16 * 1024,
    batchBytesMax: 4096,
  })
  await log.recover(() => undefined)
  await log.startWriting()
  return { log, disk, modes }
}

const syncsOf = (disk: FaultyDisk): number =>
  disk.trace.filter((call) => call === `sync ${segment}`).length

test('fsync writes through: one call a batch and no sync behind it', async () => {
  const { log, disk, modes } = await start({ kind: 'fsync' })
  await writeBatch(log, [numbered(1)])
  assert.deepEqual(modes, ['synced'])
  assert.equal(disk.trace.filter((call) => call === `write ${segment}`).length, 1)
  assert.equal(syncsOf(disk), 0)
  await log.close()
})

test('memory leaves it to the kernel until the end', async () => {
  const { log, disk, modes } = await start({ kind: 'memory' })
  await writeBatch(log, [numbered(1)])
  assert.deepEqual(modes, ['write'])
  assert.equal(syncsOf(disk), 0)
  await log.close()
  assert.equal(syncsOf(disk), 1)
})

test('interval syncs once behind several batches, without being asked', async () => {
  const { log, disk, modes } = await start({ kind: 'interval', intervalMs: 5 })
  await writeBatch(log, [numbered(1)])
  await writeBatch(log, [numbered(2)])
  assert.deepEqual(modes, ['write'])
  while (syncsOf(disk) === 0) await nodeTurn()
  assert.ok(syncsOf(disk) <= 2)
  await log.close()
})

test('whatever the setting, a segment is safe once the next one has a name', async () => {
  for (const durability of [
    { kind: 'interval', intervalMs: 3_600_000 },
    { kind: 'memory' },
  ] as const) {
    const disk = new CrashDisk()
    const log = await Log.open({
      dir: folder,
      disk,
      durability,
      random: () => 7,
      segmentBytes: 5200,
      firstSegmentBytes: 5200,
      batchBytesMax: 1024,
    })
    await log.recover(() => undefined)
    await log.startWriting()
    let last = 0
    for (let n = 1; last < 3; n++) last = (await writeBatch(log, [numbered(n)]))[0]!.segment
    const { report, records } = await recoverSmall(CrashDisk.of(disk.powerLost(allLost)))
    assert.deepEqual(report.holes, [], durability.kind)
    assert.ok(records.length > 5, 'the first two are there')
    await log.close()
  }
})
