// Bounds what dead letters may pile up: those that are too old, and the oldest of a group that has too many, are purged, by
// the same record an operator's purge makes. Some at a time.

import type { RecordSink } from './retention.ts'

export interface DeadLetterPolicy {
  /** Ms; 0: for ever. */
  readonly keepMs: number
  /** Of one group; 0: any number. */
  readonly max: number
}

const purgedPerLook = 1024

/** Whoever purges is named in the record. */
export const retentionName = 'retention'

/** How many were purged. */
export function purgeOutdated(sink: RecordSink, { keepMs, max }: DeadLetterPolicy): number {
  const before = keepMs === 0 ? -Infinity : sink.nowMs() - keepMs
  const letters = sink.state.dead.outdated(before, max === 0 ? Infinity : max, purgedPerLook)
  for (const { group, message } of letters)
    sink.note({ kind: 'purged', group, message, who: retentionName })
  return letters.length
}
