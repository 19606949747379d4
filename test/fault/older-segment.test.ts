// A segment of another course of things stands in the folder: of an earlier run behind a later one, or of another log. It is
// refused by its name; nothing of it is taken for a part of this log.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { segmentName } from '../../src/log/segment.ts'
import { folder, numbered, startSmall, writeBatch } from '../support/disk-log.ts'
import { MemoryDisk } from '../support/disk-memory.ts'

/** One run: so many records of 1 KiB. */
async function run(disk: MemoryDisk, records: number, seed: number): Promise<void> {
  const { log } = await startSmall(disk, { seed })
  for (let n = 0; n < records; n++) await writeBatch(log, [numbered(n + 1, 1024)])
  await log.close()
}

test('a segment of an earlier run behind one of a later run is refused', async () => {
  const first = new MemoryDisk()
  await run(first, 5, 1)
  const older = first.copy()
  await run(first, 5, 2)
  await run(first, 5, 3)
  await run(older, 50, 4) // its segments from the third on are of its second run
  const path = `${folder}/${segmentName(4)}`
  first.restore(path, older.image(path))
  await assert.rejects(startSmall(first, { seed: 9 }), {
    code: 'KITEQ_LOG_CORRUPT',
    message: new RegExp(`${path} at byte 24: epoch 2 follows 3`),
  })
})

test('a segment of another log is refused', async () => {
  const one = new MemoryDisk()
  const other = new MemoryDisk()
  await run(one, 5, 1)
  await run(other, 50, 2)
  const path = `${folder}/${segmentName(2)}`
  one.restore(path, other.image(path))
  await assert.rejects(startSmall(one, { seed: 9 }), {
    code: 'KITEQ_LOG_CORRUPT',
    message: /it belongs to log \w+, the one before to \w+/,
  })
})
