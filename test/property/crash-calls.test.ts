// Every call that changes or secures something fails once, in each way there is, with the pages of a failed sync dropped and
// marked clean. Nothing announced is lost, neither by the process alone nor with the power, and nothing is announced after.

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { drive } from '../support/crash-disk-drive.ts'
import { CallFault, faultKinds } from '../support/crash-disk-fault.ts'
import {
  allLost,
  assertCheckpointHolds,
  assertHolds,
  digestsOf,
  readBack,
  someKept,
  Witness,
  type LogShape,
} from '../support/crash-disk-lab.ts'
import { CrashDisk } from '../support/crash-disk.ts'
import { fixedEntries } from '../support/crash-disk-lives.ts'
import type { Entry } from '../support/histories.ts'
import { randomOf } from '../support/seeded-random.ts'

interface History {
  readonly seed: number
  readonly length: number
  readonly segmentBytes: number
  readonly batchBytesMax: number
}

/** Each with some twenty to sixty calls besides those of its two starts. */
function historyOf(seed: number, n: number): History {
  const batchBytesMax = 900 + 200 * (n % 4)
  return { seed: seed + n, length: 60 - 2 * (n % 8), segmentBytes: 5_400 + 100 * n, batchBytesMax }
}

/** A segment or its header; what fails elsewhere may be tried again or done without. */
const ofTheLog = /^(write|sync|rename) .*segment$|^(write|sync) .*next\.prepared$/

interface Course {
  readonly history: History
  readonly entries: readonly Entry[]
  readonly digests: readonly string[]
}

interface Run {
  readonly disk: CrashDisk
  readonly witness: Witness
  /** Announced when the log's own file failed; undefined when no such call did. */
  readonly atFailure: number | undefined
}

/** Two lives of a log; the first that fails is the last. */
async function lives({ history, entries, digests }: Course, fault?: CallFault): Promise<Run> {
  const witness = new Witness(digests)
  let announced = (): number => witness.announced
  let atFailure: number | undefined
  const onStep = (): void => {
    if (ofTheLog.test(fault?.struck ?? '')) atFailure ??= announced()
  }
  const random = randomOf(history.seed)
  const disk = new CrashDisk({ random, onStep, ...(fault && { fault }) })
  try {
    for (const life of [1, 2]) {
      const back = await readBack(disk, { ...history, seed: life }, false)
      assertHolds(back, witness.expectation())
      const { log, marks } = back
      await log.startWriting()
      witness.restart(marks.length)
      announced = () => log.durableOffset
      const upTo = life === 1 ? entries.slice(0, history.length / 2) : entries
      const work = { disk, log, witness, entries: upTo, random, life }
      await drive(work).finally(() => (witness.announced = log.durableOffset))
      await log.close({ clean: life === 1 })
    }
  } catch (error) {
    if (error instanceof assert.AssertionError || fault?.struck === undefined) throw error
  }
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
  if (atFailure !== undefined) assert.equal(announced(), atFailure, 'announced after a failure')
  return { disk, witness, atFailure }
}

/** Reads, starts, and loses all that is not safe then: what the first reading told must be what stays. */
async function assertSafe(
  disk: CrashDisk,
  shape: LogShape,
  witness: Witness,
  isFolded: boolean,
): Promise<void> {
  const back = await readBack(disk, { ...shape, seed: 77 }, isFolded)
  assertHolds(back, witness.expectation())
  if (isFolded) await assertCheckpointHolds(disk, shape, witness.expectation())
  await back.log.startWriting()
  disk.stop()
  const after = CrashDisk.of(disk.powerLost(allLost))
  const again = await readBack(after, { ...shape, seed: 78 }, false)
  assert.deepEqual(again.marks, back.marks, 'what a start has read is safe once it is over')
  assert.deepEqual(again.report.holes, [])
}

/** One of them, and all in CI. */
const count = Number(process.env['CRASH_CALL_HISTORIES'] ?? '1')
const seed = Number(process.env['SEED'] ?? '11')
console.log(`crash-calls: SEED=${seed} (${count} histories)`)
let failedCalls = 0
after(() => console.log(`crash-calls: ${failedCalls} calls failed, none lost anything`))

for (let n = 0; n < count; n++)
  for (const kind of faultKinds)
    test(`history ${n}: any single call may fail with ${kind}; nothing announced is lost, nothing more is announced`, async () => {
      const history = historyOf(seed, n)
      const entries = fixedEntries(history.seed, history.length)
      const course = { history, entries, digests: digestsOf(entries) }
      const smooth = await lives(course)
      const { calls } = smooth.disk
      assert.equal(smooth.witness.announced, history.length)
      assert.ok(calls.length > 40, `only ${calls.length} calls to fail`)
      let final = 0
      for (let k = 1; k <= calls.length; k++) {
        const fault = new CallFault(k, kind)
        const { disk, witness, atFailure } = await lives(course, fault)
        assert.equal(fault.struck, calls[k - 1])
        if (atFailure !== undefined) final++
        try {
          for (const choice of [allLost, someKept(k)])
            await assertSafe(CrashDisk.of(disk.powerLost(choice)), history, witness, k % 8 === 0)
          await assertSafe(disk.killed(randomOf(k)), history, witness, k % 8 === 4)
        } catch (error) {
          throw new Error(`seed ${history.seed}, call ${k} (${fault.struck}) with ${kind}`, {
            cause: error,
          })
        }
      }
      failedCalls += calls.length
      assert.ok(final > 12, `only ${final} failures of the log itself`)
      console.log(
        `history ${n}, seed ${history.seed}: each of ${calls.length} calls failed with ${kind}, ${final} of them of the log itself`,
      )
    })
