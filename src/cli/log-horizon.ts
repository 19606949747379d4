// How far back a log reaches whose first segments were dropped: its records from its first segment on, states from its oldest
// image on. Names that were given before are known from that image.

import type { BrokerState } from '../broker/state.ts'
import { findBases } from '../log/base.ts'
import type { Log } from '../log/log.ts'
import { KiteQError } from '../model/errors.ts'
import type { DictionaryName, LogRecord } from '../model/record.ts'
import type { Beginning } from '../recover-state.ts'
import { tell } from './terminal.ts'

/**
 * States of this offset and later ones can be made from the log alone: 0, or where its oldest complete image stands. Infinity
 * when segments are missing and there is no image: then they were not dropped, and only records can be read.
 */
export async function stateHorizon(log: Log, end: number): Promise<number> {
  const first = log.segments[0]
  if (first === undefined || first.number === 1) return 0
  let offset = Infinity
  await findBases(log, { to: end, load: false }, ({ resume }) => {
    offset = resume.offset
    return true
  })
  return offset
}

/** The oldest image, for whoever reads records: where segments are missing and nothing stands for them, he is told, and goes on. */
export async function beginningLeft(log: Log, dir: string): Promise<Beginning | undefined> {
  const { beginningOf } = await import('../recover-state.ts') // most tools fold no state
  try {
    return await beginningOf(log, dir, Infinity)
  } catch (error) {
    if (!(error instanceof KiteQError) || error.code !== 'KITEQ_LOG_CORRUPT') throw error
    tell(`kiteq: ${error.message}; names and messages from before are not known`)
    return undefined
  }
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
