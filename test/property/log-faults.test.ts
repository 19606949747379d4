// Every call that changes or secures something fails once, in each way it can: nothing durable is lost, nothing is
// written behind a failure, and the folder recovers.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Log } from '../../src/log/log.ts'
import type { LogRecord } from '../../src/model/record.ts'
import {
  numbered,
  recoverSmall,
  startSmall,
  writeBatch,
  type SmallOptions,
} from '../support/disk-log.ts'
import { FaultyDisk, type Fault } from '../support/disk-faulty.ts'
import { MemoryDisk } from '../support/disk-memory.ts'
import { ownCopy } from '../../src/log/own-copy.ts'

const tight: SmallOptions = { segmentBytes: 5200, batchBytesMax: 1024 }

interface Outcome {
  readonly durable: readonly LogRecord[]
  readonly appended: readonly LogRecord[]
  readonly failed: boolean
}

/** Two lives of a log over several segments; what was durable before a failure counts. */
async function history(disk: FaultyDisk): Promise<Outcome> {
  const durable: LogRecord[] = []
  const appended: LogRecord[] = []
  let number = 1
  let log: Log | undefined
  try {
    for (let life = 1; life <= 2; life++) {
      log = (await startSmall(disk, { ...tight, seed: life })).log
      for (let i = 0; i < 6; i++) {
        const batch = Array.from({ length: 3 }, () => numbered(number++))
        appended.push(...batch.map(ownCopy))
        await whileSpaceIsSought(log, writeBatch(log, batch))
        durable.push(...batch.map(ownCopy))
      }
      await log.close()
    }
    return { durable, appended, failed: false }
  } catch {
    await log?.close({ clean: false })
    return { durable, appended, failed: true }
  }
}

/** A full disk is no failure: somebody looks for space now and then. */
async function whileSpaceIsSought<T>(log: Log, work: Promise<T>): Promise<T> {
  const state = { done: false }
  const seek = (): void => {
    if (log.outOfSpace) log.checkSpace()
    if (!state.done) setImmediate(seek)
  }
  seek()
  try {
    return await work
  } finally {
    state.done = true
  }
}

for (const fault of ['EIO', 'ENOSPC', 'short'] satisfies Fault[]) {
  test(`any single call may fail with ${fault} and nothing durable is lost`, async () => {
    const smooth = new FaultyDisk(new MemoryDisk(), 0, fault)
    const { failed } = await history(smooth)
    assert.equal(failed, false)
    assert.ok(smooth.calls > 60, `only ${smooth.calls} calls to fail`)
    for (let k = 1; k <= smooth.calls; k++) {
      const memory = new MemoryDisk()
      const faulty = new FaultyDisk(memory, k, fault)
      const { durable, appended, failed } = await history(faulty)
      const where = `call ${k} (${smooth.trace[k - 1]}) with ${fault}`
      if (failed) assert.deepEqual(faulty.afterFailure, [], where)
      const { log, report, records } = await recoverSmall(memory, tight)
      assert.deepEqual(records, appended.slice(0, records.length), where)
      assert.ok(records.length >= durable.length, where)
      assert.equal(report.degraded, false, where)
      await log.startWriting()
      await writeBatch(log, [numbered(200)])
      await log.close()
    }
  })
}

test('a failed write of the log is told once and nothing is written after it', async () => {
  const probe = new FaultyDisk(new MemoryDisk(), 0, 'EIO')
  const { log } = await startSmall(probe, tight)
  await writeBatch(log, [numbered(1)])
  const next = probe.calls + 1
  await log.close()

  const faulty = new FaultyDisk(new MemoryDisk(), next, 'EIO')
  const second = await startSmall(faulty, tight)
  await writeBatch(second.log, [numbered(1)])
  const told: string[] = []
  await new Promise<void>((resolve) => {
    second.log.append(numbered(2), 1)
    second.log.onFailure = (error) => {
      told.push(error.code)
      resolve()
    }
    second.log.flush()
  })
  second.log.append(numbered(3), 1)
  second.log.flush()
  await second.log.close()
  assert.deepEqual(told, ['KITEQ_LOG_FAILED'])
  assert.equal(second.log.durableOffset, 1)
  assert.deepEqual(faulty.afterFailure, [])
})
