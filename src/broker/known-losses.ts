// What damage has taken, from all the records that say so: several may tell of one place, a start of the whole of it and a
// delivery of the one message it met there. For people and the degraded mark; the fold counts every record as it is.

import type { Hole, Journal } from './journal.ts'

export interface KnownLosses {
  /** Each place once, in the order of the log; an end that was lost stands where the log went on. */
  readonly places: readonly Hole[]
  /** Holes on record that are not among them: there were too many to keep. */
  readonly unlisted: number
  /** Records that are lost, each once as far as that is known. */
  readonly records: number
}

export function knownLosses({ holes, counts }: Journal): KnownLosses {
  const places = merged(holes)
  const listed = holes.reduce((sum, { count }) => sum + count, 0)
  const records = places.reduce((sum, { count }) => sum + count, counts.recordsLost - listed)
  return { places, unlisted: counts.holes - holes.length, records }
}

/** Of a hole without bytes the offsets came again: it is a place of its own. */
function merged(holes: readonly Hole[]): Hole[] {
  const sorted = holes.toSorted((a, b) => a.firstOffset - b.firstOffset || b.count - a.count)
  const places: Hole[] = []
  let last = -1
  for (const hole of sorted) {
    const known = places[last]
    const end = known === undefined ? -1 : known.firstOffset + known.count
    if (hole.length === 0 || known === undefined || hole.firstOffset >= end) {
      if (hole.length > 0) last = places.length
      places.push(hole)
      continue
    }
    const count = Math.max(end, hole.firstOffset + hole.count) - known.firstOffset
    if (count > known.count) places[last] = { ...known, count }
  }
  return places
}
