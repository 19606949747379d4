// Whether a start would take a folder as it is, and which state it would begin from: does all that a start does before it
// writes. Only reads.

import type { Disk } from '../log/disk.ts'
import { Log } from '../log/log.ts'
import { KiteQError } from '../model/errors.ts'
import { silent } from '../model/logger.ts'
import { recoverState, type RecoveredState } from '../recover-state.ts'
import { recordedIn, type RecordedLosses } from './recorded-losses.ts'

/** Whether a start would succeed, and what it would find. */
export type Outlook =
  | {
      readonly ok: true
      readonly endOffset: number
      readonly epoch: number
      /** Of the state at `endOffset`, as the broker would have it: `kiteq replay --until` says the same. */
      readonly digest: string
      /** Where the state is not that of the records alone: the offset of the checkpoint it rests on. */
      readonly checkpoint: number | null
      readonly recorded: RecordedLosses
    }
  | { readonly ok: false; readonly why: string }

export type TriedStart =
  | { readonly ok: true; readonly recovered: RecoveredState }
  | { readonly ok: false; readonly why: string }

export async function tryStart(dir: string, disk: Disk): Promise<TriedStart> {
  try {
    const log = await Log.open({ dir, disk, durability: { kind: 'memory' }, random: () => 0 })
    try {
      const recovered = await recoverState(log, { dataDir: dir, rebuild: false }, silent, disk)
      return { ok: true, recovered }
    } finally {
      await log.close()
    }
  } catch (error) {
    if (!(error instanceof KiteQError)) throw error
    return { ok: false, why: error.message }
  }
}

export async function outlookOf(dir: string, disk: Disk): Promise<Outlook> {
  const tried = await tryStart(dir, disk)
  if (!tried.ok) return tried
  const { recovery, state, checkpoint } = tried.recovered
  return {
    ok: true,
    endOffset: recovery.end.offset,
    epoch: recovery.epoch,
    digest: state.digest(),
    checkpoint: checkpoint ?? null,
    recorded: recordedIn(state),
  }
}
