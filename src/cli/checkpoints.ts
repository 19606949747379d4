// Checkpoints as the tools need them: not only the newest, but each, and the nearest one at or before an offset. Reads
// them through the log's own reader; what is wrong with one is told, never repaired.

import type { BrokerState } from '../broker/state.ts'
import { checkpointOffsets, readCheckpoint, type CheckpointTarget } from '../log/checkpoint.ts'
import { SectionReader } from '../model/section.ts'
import { emptyState } from '../recover-state.ts'
import type { ResumePlace } from '../log/recover.ts'

export interface LoadedCheckpoint {
  readonly path: string
  readonly state: BrokerState
  readonly resume: ResumePlace
  /** As its head says; that of the state is the same. */
  readonly digest: string
}

/** The newest one that holds and is not behind `offset`; undefined without any. */
export async function nearestCheckpoint(
  target: CheckpointTarget,
  offset: number,
): Promise<LoadedCheckpoint | undefined> {
  for (const at of (await checkpointOffsets(target.disk, target.dir)).reverse()) {
    if (at > offset) continue
    try {
      return await loadCheckpointAt(target, at)
    } catch {
      // The one before it, or the whole log, does its work; kiteq verify tells what is wrong.
    }
  }
  return undefined
}

/** The one of this offset. Rejects as reading it does, and with what its content is no state for. */
export async function loadCheckpointAt(
  target: CheckpointTarget,
  offset: number,
): Promise<LoadedCheckpoint> {
  const { path, checkpoint } = await readCheckpoint(target, offset)
  const state = emptyState()
  state.load(new SectionReader(checkpoint.sections))
  return { path, state, resume: checkpoint.resume, digest: checkpoint.digest }
}
