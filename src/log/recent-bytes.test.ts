import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numbered, recoverSmall, startSmall } from '../../test/support/disk-log.ts'
import { MemoryDisk } from '../../test/support/disk-memory.ts'
import { ownCopy } from './own-copy.ts'

test('what gathers while more waits to be written than memory is kept for is written as it was appended', async () => {
  const tight = { segmentBytes: 5200, batchBytesMax: 1024 }
  const count = 200
  const disk = new MemoryDisk()
  const { log } = await startSmall(disk, tight)
  const append = (some: number): void => {
    for (let i = 0; i < some && log.endOffset < count; i++)
      log.append(numbered(log.endOffset + 1), 1000)
  }
  append(60)
  await new Promise<void>((resolve) => {
    log.onDurable = () => {
      append(5)
      log.flush()
      if (log.durableOffset === count) resolve()
    }
    log.flush()
  })
  await log.close()
  const { records } = await recoverSmall(disk, tight)
  assert.deepEqual(
    records,
    Array.from({ length: count }, (_, i) => ownCopy(numbered(i + 1))),
  )
})
