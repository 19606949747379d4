// A history written into a data folder as brokers would: in batches, over several segments and epochs, with checkpoints in
// between; and what the state's digest was before each of its records.

import fc from 'fast-check'
import { apply } from '../../src/broker/apply.ts'
import { BrokerState } from '../../src/broker/state.ts'
import { writeCheckpoint } from '../../src/log/checkpoint.ts'
import { nodeDisk } from '../../src/log/disk-node.ts'
import type { Disk } from '../../src/log/disk.ts'
import { Log } from '../../src/log/log.ts'
import { SectionWriter } from '../../src/model/section.ts'
import type { RecordPlace } from '../../src/model/record.ts'
import { anySteps, historyOf, type Entry } from './histories.ts'
import { randomOf } from './seeded-random.ts'

export interface HistoryOptions {
  readonly seed?: number
  /** Records of a batch, of a run of one broker, between two checkpoints. */
  readonly batch?: number
  readonly run?: number
  readonly checkpoint?: number
}

export interface WrittenHistory {
  /** digests[n]: of the state before record n. */
  readonly digests: readonly string[]
  readonly places: readonly RecordPlace[]
  /** Offsets of the checkpoints that lie there. */
  readonly checkpoints: readonly number[]
}

/** A random history of exactly so many records. */
export function drawHistory(records: number, seed: number): Entry[] {
  const step = anySteps(1)
    .filter((steps) => steps.length === 1)
    .map(([one]) => one!)
  const steps = fc.array(step, { minLength: records, maxLength: records })
  return historyOf(fc.sample(steps, { seed, numRuns: 1 })[0]!)
}

export async function writeHistory(
  dir: string,
  entries: readonly Entry[],
  options: HistoryOptions = {},
): Promise<WrittenHistory> {
  const { seed = 1, batch = 7, run = 90, checkpoint = 120 } = options
  const random = randomOf(seed)
  const state = new BrokerState({ indexSeed: 1 })
  const digests = [state.digest()]
  const places: RecordPlace[] = []
  const checkpoints: number[] = []
  let log: Log | undefined
  for (const [n, { record, place }] of entries.entries()) {
    if (n % run === 0) {
      await log?.close({ clean: false })
      log = await startLog(dir, random)
    }
    const at = log!.append(record, place.timeMs)
    places.push({ ...at })
    apply(state, record, at)
    digests.push(state.digest())
    if (n % batch === 0 || n % run === run - 1 || n === entries.length - 1) await durable(log!)
    if ((n + 1) % checkpoint === 0) {
      await durable(log!)
      await saveCheckpoint(dir, log!, state)
      checkpoints.push(n + 1)
    }
  }
  await log?.close({ clean: false })
  return { digests, places, checkpoints: checkpoints.slice(-2) }
}

/** Of this state, at the end of what is durable. */
export async function saveCheckpoint(
  dir: string,
  log: Log,
  state: BrokerState,
  disk: Disk = nodeDisk,
): Promise<void> {
  const writer = new SectionWriter()
  state.save(writer)
  await writeCheckpoint(
    { disk, dir, logId: log.logId! },
    {
      resume: log.durablePlace,
      digest: state.digest(),
      sections: writer.finish(),
      durableOffset: log.durableOffset,
    },
  )
}

async function startLog(dir: string, random: () => number): Promise<Log> {
  const log = await Log.open({
    dir,
    disk: nodeDisk,
    durability: { kind: 'memory' },
    segmentBytes: 16 * 1024,
    firstSegmentBytes: 16 * 1024,
    batchBytesMax: 8 * 1024,
    random: () => Math.floor(random() * 2 ** 32),
  })
  await log.recover(() => undefined)
  await log.startWriting()
  return log
}

export async function durable(log: Log): Promise<void> {
  while (log.durableOffset < log.endOffset) {
    const done = new Promise<void>((resolve) => (log.onDurable = resolve))
    log.flush()
    await done
  }
}
