// The worker of checkpointer.ts: last checkpoint, the log behind it up to a durable place, a new checkpoint. It reads the
// folder as any tool does and shares no memory with the broker.

import { parentPort, workerData } from 'node:worker_threads'
import { apply } from './broker/apply.ts'
import { stepBack } from './log/background-worker.ts'
import { readCheckpoint, writeCheckpoint } from './log/checkpoint.ts'
import { nodeDisk } from './log/disk-node.ts'
import { Log } from './log/log.ts'
import type { ResumePlace } from './log/recover.ts'
import { readSegmentHeaders } from './log/segment.ts'
import type { Offset } from './model/ids.ts'
import { silent } from './model/logger.ts'
import { SectionReader, SectionWriter } from './model/section.ts'
import { beginningOf, emptyState, loadCheckpoint } from './recover-state.ts'

export interface CheckpointTask {
  readonly dataDir: string
  readonly upTo: ResumePlace
}
/** Whether the checkpoint of this offset gives back the state whose digest it says. */
export interface CheckTask {
  readonly dataDir: string
  readonly check: number
}
export type CheckpointOutcome =
  | { readonly ok: true; readonly offset: number; readonly digest: string; readonly tookMs: number }
  | { readonly ok: false; readonly why: string }

async function makeCheckpoint(task: CheckpointTask): Promise<CheckpointOutcome> {
  const started = performance.now()
  const { dataDir, upTo } = task
  const log = await Log.open({
    dir: dataDir,
    disk: nodeDisk,
    durability: { kind: 'memory' },
    random: () => 0,
  })
  const logId = log.logId
  if (logId === undefined) return { ok: false, why: 'the log has no segment' }
  const loaded =
    (await loadCheckpoint(log, { dataDir, rebuild: false }, silent)) ??
    (await beginningOf(log, dataDir, upTo.offset))
  const state = loaded?.state ?? emptyState()
  const from = loaded?.resume ?? (0 as Offset)
  const report = await log.scan(from, upTo.offset, (record, place) => apply(state, record, place))
  await log.close()
  if (state.nextOffset !== upTo.offset)
    return {
      ok: false,
      why: `read up to ${state.nextOffset} of ${upTo.offset}, ${report.holes.length} holes`,
    }
  const writer = new SectionWriter()
  const digest = state.save(writer)
  const source = { resume: upTo, digest, sections: writer.finish(), durableOffset: upTo.offset }
  await writeCheckpoint({ disk: nodeDisk, dir: dataDir, logId }, source)
  return { ok: true, offset: upTo.offset, digest, tookMs: Math.round(performance.now() - started) }
}

/** Before anything rests on a checkpoint alone, it is loaded as a start would. */
async function checkCheckpoint({ dataDir, check }: CheckTask): Promise<CheckpointOutcome> {
  const started = performance.now()
  const logId = (await readSegmentHeaders(nodeDisk, dataDir)).at(-1)?.logId ?? ''
  const { checkpoint } = await readCheckpoint({ disk: nodeDisk, dir: dataDir, logId }, check)
  const { digest, resume, sections } = checkpoint
  const state = emptyState()
  const found = state.load(new SectionReader(sections))
  if (found !== digest || state.nextOffset !== resume.offset)
    return { ok: false, why: `checkpoint ${check} says ${digest}, its content ${found}` }
  return { ok: true, offset: check, digest, tookMs: Math.round(performance.now() - started) }
}

stepBack()
const task = workerData as CheckpointTask | CheckTask
const work = 'check' in task ? checkCheckpoint(task) : makeCheckpoint(task)
work
  .catch((error: unknown): CheckpointOutcome => ({
    ok: false,
    why: error instanceof Error ? error.message : String(error),
  }))
  .then(
    (outcome) => parentPort?.postMessage(outcome),
    () => {},
  )
