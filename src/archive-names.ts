// The names a log gave before one of its records, for whoever begins to read there: out of a checkpoint or an image inside the
// log as far as they reach, and of the log behind it. Writes and locks nothing.

import type { GivenName } from './index/name-book.ts'
import type { BrokerState } from './broker/state.ts'
import { latestCheckpoint } from './log/checkpoint.ts'
import { nodeDisk } from './log/disk-node.ts'
import { Log } from './log/log.ts'
import { KiteQError } from './model/errors.ts'
import type { Offset } from './model/ids.ts'
import type { DictionaryName } from './model/record.ts'
import { SectionReader } from './model/section.ts'
import { beginningOf, emptyState } from './recover-state.ts'

/**
 * Maybe some that were given later, too: a name never changes. Names that only records had which are gone, with no image of
 * them, are not among them. Rejects as Log.open and Log.scan.
 */
export async function namesBefore(dataDir: string, offset: number): Promise<readonly GivenName[]> {
  const log = await Log.open({
    dir: dataDir,
    disk: nodeDisk,
    durability: { kind: 'fsync' }, // nothing is written
    random: () => 0,
  })
  try {
    const first = log.segments[0]?.firstOffset ?? 0
    if (offset === 0) return []
    const names: GivenName[] = []
    const add = (name: GivenName): void => void names.push(name)
    const known = (await addCheckpoint(log, dataDir, add)) ?? -1
    if (known < first) await addImage(log, dataDir, add)
    const from = Math.max(first, known)
    if (from < offset)
      await log.scan(from as Offset, offset, (record) => {
        if (record.kind !== 'named') return
        const { dictionary, number, name } = record
        add({ dictionary, number, name: name.slice() })
      })
    return names
  } finally {
    await log.close()
  }
}

type AddName = (name: GivenName) => void

/** Resolves to where what it knows ends; undefined without one that holds. */
async function addCheckpoint(log: Log, dir: string, add: AddName): Promise<number | undefined> {
  const state = await checkpointState(log, dir)
  if (state !== undefined) addNames(state, add)
  return state?.nextOffset
}

/** Of the latest checkpoint; undefined without one that holds. */
export async function checkpointState(log: Log, dir: string): Promise<BrokerState | undefined> {
  if (log.logId === undefined) return undefined
  const state = emptyState()
  try {
    const { latest } = await latestCheckpoint({ disk: nodeDisk, dir, logId: log.logId })
    if (latest === undefined) return undefined
    state.load(new SectionReader(latest.checkpoint.sections))
    return state
  } catch {
    return undefined // the log alone says the same
  }
}

/** Of a log whose first segments were dropped. */
async function addImage(log: Log, dir: string, add: AddName): Promise<void> {
  const state = await imageState(log, dir)
  if (state !== undefined) addNames(state, add)
}

/** Of the oldest image in a log whose first segments were dropped; undefined without one that holds. */
export async function imageState(log: Log, dir: string): Promise<BrokerState | undefined> {
  try {
    return (await beginningOf(log, dir, Infinity))?.state
  } catch (error) {
    if (!(error instanceof KiteQError) || error.code !== 'KITEQ_LOG_CORRUPT') throw error
    return undefined
  }
}

function addNames(state: BrokerState, add: AddName): void {
  const of = (dictionary: DictionaryName) => (number: number, name: Uint8Array) =>
    add({ dictionary, number, name: name.slice() })
  state.topicNames.forEach(of('topic'))
  state.typeNames.forEach(of('type'))
  state.groupNames.forEach(of('group'))
}
