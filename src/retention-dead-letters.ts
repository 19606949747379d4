// Bounds what dead letters may pile up: those that are too old, and the oldest of a group that has too many, are purged, by
// the same record an operator's purge makes. Some at a time.

import type { GroupNumber } from './model/ids.ts'
import type { RecordSink } from './retention.ts'

export interface DeadLetterPolicy {
  /** Ms; 0: for ever. */
  readonly keepMs: number
  /** Of one group; 0: any number. */
  readonly max: number
}

const purgedPerLook = 1024

/** Whoever purges is named in the record, and the setting that told him to. */
const ofAge = 'retention (deadLetters.seconds)'
const ofNumber = 'retention (deadLetters.max)'

/** How many were purged, of each group. */
export function purgeOutdated(
  sink: RecordSink,
  { keepMs, max }: DeadLetterPolicy,
): ReadonlyMap<GroupNumber, number> {
  const before = keepMs === 0 ? -Infinity : sink.nowMs() - keepMs
  const letters = sink.state.dead.outdated(before, max === 0 ? Infinity : max, purgedPerLook)
  const purged = new Map<GroupNumber, number>()
  for (const { group, message, atMs } of letters) {
    sink.note({ kind: 'purged', group, message, who: atMs < before ? ofAge : ofNumber })
    purged.set(group, (purged.get(group) ?? 0) + 1)
  }
  return purged
}
