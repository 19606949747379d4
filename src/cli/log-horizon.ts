// How far back a log reaches whose first segments were dropped: its records from its first segment on, states from its oldest
// image on. Names that were given before are known from that image.

import type { BrokerState } from '../broker/state.ts'
import { findBases } from '../log/base.ts'
import type { Log } from '../log/log.ts'
import { missingSegments } from '../log/segment.ts'
import { KiteQError } from '../model/errors.ts'
import type { DictionaryName, LogRecord } from '../model/record.ts'
import { beginningOf } from '../recover-state.ts'

/**
 * States of this offset and later ones can be made from the log alone: 0, or where its oldest complete image stands. Rejects
 * KITEQ_LOG_CORRUPT when segments are missing and there is no image: then they were not dropped.
 */
export async function stateHorizon(log: Log, dir: string, end: number): Promise<number> {
  const first = log.segments[0]
  if (first === undefined || first.number === 1) return 0
  let offset: number | undefined
  await findBases(log, { to: end, load: false }, ({ resume }) => {
    offset = resume.offset
    return true
  })
  if (offset !== undefined) return offset
  throw new KiteQError(
    'KITEQ_LOG_CORRUPT',
    `${dir}: ${missingSegments(1, first.number - 1)} before it, and no image of the state stands in what is left`,
  )
}

/** The names that records before the first one left have given, as such records. */
export async function earlierNames(
  log: Log,
  dir: string,
): Promise<Extract<LogRecord, { kind: 'named' }>[]> {
  const state = (await beginningOf(log, dir, Infinity))?.state
  return state === undefined ? [] : namedRecords(state)
}

/** The records that gave a state its names. */
export function namedRecords(state: BrokerState): Extract<LogRecord, { kind: 'named' }>[] {
  const records: Extract<LogRecord, { kind: 'named' }>[] = []
  const add = (dictionary: DictionaryName) => (number: number, name: Uint8Array) =>
    void records.push({ kind: 'named', dictionary, number, name })
  state.topicNames.forEach(add('topic'))
  state.typeNames.forEach(add('type'))
  state.groupNames.forEach(add('group'))
  return records
}

/** For people: what is not there any more; undefined when nothing is. */
export function horizonText(firstOffset: number): string | undefined {
  return firstOffset === 0 ? undefined : `records before offset ${firstOffset} are gone (retention)`
}
