// The state of a log as it was before a record: the nearest checkpoint, or an image in the log, or its beginning, then the
// records behind it, in this process. Must never read past the offset asked for.

import { apply } from '../broker/apply.ts'
import type { BrokerState } from '../broker/state.ts'
import type { Hole } from '../log/scan-segment.ts'
import { KiteQError } from '../model/errors.ts'
import type { Offset } from '../model/ids.ts'
import type { LogRecord, RecordPlace } from '../model/record.ts'
import { beginningOf, emptyState } from '../recover-state.ts'
import { nearestCheckpoint } from './checkpoints.ts'
import type { LogFolder } from './folder.ts'

export interface Rebuilt {
  readonly state: BrokerState
  /** The state is the fold of all records below. */
  readonly offset: number
  /** Offset of the checkpoint it began from; undefined: from the first record. */
  readonly checkpoint: number | undefined
  /** Of the image in the log it began from, where there was no checkpoint. */
  readonly image?: number
  /** Records folded behind it. */
  readonly records: number
  /** Damage that was stepped over. */
  readonly holes: readonly Hole[]
}

type Visit = (record: LogRecord, place: RecordPlace) => void

/** Rejects KITEQ_NOT_FOUND when the log does not begin at the beginning and no checkpoint helps; and as the log does. */
export async function rebuild(
  folder: LogFolder,
  until: number,
  seen: Visit = ignore,
): Promise<Rebuilt> {
  const { logId } = folder.log
  const near =
    logId === undefined ? undefined : await nearestCheckpoint({ ...folder, logId }, until)
  if (near !== undefined) {
    const { state, resume } = near
    const report = await folder.log.scan(resume, until, foldInto(state, seen))
    // Where the checkpoint is of no place in this log, nothing was read.
    if (report.end.offset >= resume.offset)
      return {
        state,
        offset: until,
        checkpoint: resume.offset,
        records: report.records,
        holes: report.holes,
      }
  }
  if (until < folder.horizon && folder.horizon !== Infinity)
    throw new KiteQError(
      'KITEQ_NOT_FOUND',
      `no state before offset ${folder.horizon} can be made, ${until} was asked for: older segments were dropped, the log begins at ${folder.headers[0]?.firstOffset ?? 0} and the oldest image of the state in it is of ${folder.horizon}`,
    )
  const base = await beginningOf(folder.log, folder.dir, until)
  const state = base?.state ?? emptyState()
  const from = base?.resume ?? (0 as Offset)
  const { records, holes } = await folder.log.scan(from, until, foldInto(state, seen))
  const image = base === undefined ? {} : { image: base.resume.offset }
  return { state, offset: until, checkpoint: undefined, ...image, records, holes }
}

/** Goes on from a state, which becomes that of `until`. */
export async function rebuildOn(
  folder: LogFolder,
  from: Rebuilt,
  until: number,
  seen: Visit = ignore,
): Promise<Rebuilt> {
  const visit = foldInto(from.state, seen)
  const { records, holes } = await folder.log.scan(from.offset as Offset, until, visit)
  return {
    state: from.state,
    offset: until,
    checkpoint: from.checkpoint,
    ...(from.image === undefined ? {} : { image: from.image }),
    records: from.records + records,
    holes: [...from.holes, ...holes],
  }
}

function foldInto(state: BrokerState, seen: Visit): Visit {
  return (record, place) => {
    apply(state, record, place)
    seen(record, place)
  }
}

const ignore = (): void => undefined
