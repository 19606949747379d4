// Losses that the log has on record: damage that some start or delivery met and wrote down. They stay true when the place is
// mended later, and are told wherever somebody asks whether a log is whole. Only reads and words.

import type { Hole } from '../broker/journal.ts'
import { knownLosses } from '../broker/known-losses.ts'
import type { BrokerState } from '../broker/state.ts'
import { counted } from './counted.ts'

export interface RecordedLosses {
  readonly places: number
  readonly records: number
  /** An operator has accepted them all. */
  readonly accepted: boolean
  /** The first ones. */
  readonly first: readonly Hole[]
}

const listedMax = 5

export function recordedIn({ journal }: BrokerState): RecordedLosses {
  const { places, unlisted, records } = knownLosses(journal)
  return {
    places: places.length + unlisted,
    records,
    accepted: journal.counts.holes > 0 && !journal.isDegraded,
    first: places.slice(0, listedMax),
  }
}

/** One clause; undefined when nothing is on record. */
export function recordedText(losses: RecordedLosses): string | undefined {
  const { places, records, accepted, first } = losses
  if (places === 0) return undefined
  const hole = first[0]
  const where =
    hole === undefined ? '' : `, the first in segment ${hole.segment} at byte ${hole.position}`
  return `${counted(places, 'damaged place')} with ${counted(records, 'record')}${where}${accepted ? '; accepted' : ''}`
}
