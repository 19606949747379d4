// One life of a log at work: records go in, some at once and some together, and now and then a checkpoint is made beside.
// What the witness is told is what the log's owner knows.

import { apply } from '../../src/broker/apply.ts'
import { writeCheckpoint } from '../../src/log/checkpoint.ts'
import type { Log } from '../../src/log/log.ts'
import type { LogRecord } from '../../src/model/record.ts'
import { SectionWriter } from '../../src/model/section.ts'
import { newState, type Witness } from './crash-disk-lab.ts'
import type { CrashDisk } from './crash-disk.ts'
import { folder } from './disk-log.ts'
import { nodeTurn } from './disk-turns.ts'
import type { Entry } from './histories.ts'

export interface Drive {
  readonly disk: CrashDisk
  readonly log: Log
  readonly witness: Witness
  /** Of the whole history; those the log has are passed over. */
  readonly entries: readonly Entry[]
  readonly random: () => number
  /** Messages of one life differ from those of another. */
  readonly life: number
}

type IsOver = () => boolean

/** Resolves once all is durable, or the process was stopped. A checkpoint that fails is none; a log that fails rejects. */
export function drive(options: Drive): Promise<void> {
  return unlessFailed(options.log, options.disk, (isOver) => work(options, isOver))
}

async function work(options: Drive, isOver: IsOver): Promise<void> {
  const { disk, log, witness, entries, random, life } = options
  let checkpoint: Promise<unknown> | undefined
  for (let i = log.endOffset as number; i < entries.length && !isOver(); i++) {
    const record = ofLife(entries[i]!.record, life)
    const { timeMs } = entries[i]!.place
    log.append(record, timeMs)
    witness.appended(record, timeMs)
    const chance = random()
    if (chance < 0.35) log.flush()
    if (chance < 0.2) await nodeTurn()
    if (chance < 0.1) await durable(log, isOver)
    if (chance < 0.04 && checkpoint === undefined && log.durableOffset === log.endOffset) {
      const done = (): void => void (checkpoint = undefined)
      checkpoint = saveCheckpoint(disk, log, entries).then(done, done)
    }
  }
  await durable(log, isOver)
  await checkpoint
}

/** Rejects as soon as the log fails, whatever the work waits for then; it is told to end. */
export async function unlessFailed<T>(
  log: Log,
  disk: CrashDisk,
  work: (isOver: IsOver) => Promise<T>,
): Promise<T> {
  let isFailed = false
  const failed = new Promise<never>((_, reject) => {
    log.onFailure = (error) => {
      isFailed = true
      reject(error)
    }
  })
  return Promise.race([work(() => isFailed || disk.isStopped), failed])
}

/** Resolves once everything appended so far is durable. A disk without space is looked at again and again. */
export async function durable(log: Log, isOver: IsOver): Promise<void> {
  const end = log.endOffset
  while (log.durableOffset < end && !isOver()) {
    log.flush()
    if (log.outOfSpace) log.checkSpace()
    await nodeTurn()
  }
}

/** A record that was lost and is written again is not the same: what comes back of the first is seen. */
function ofLife(record: LogRecord, life: number): LogRecord {
  if (record.kind !== 'published' && record.kind !== 'prepared') return record
  const source = new Uint8Array(20 + (record.content0 % 160)).fill(life)
  return { ...record, message: { source, start: 0, end: source.length } }
}

/** Of all that is durable now; the log goes on meanwhile. */
function saveCheckpoint(disk: CrashDisk, log: Log, entries: readonly Entry[]): Promise<string> {
  const { durableOffset, durablePlace: resume } = log
  const state = newState()
  for (const { record, place } of entries.slice(0, durableOffset)) apply(state, record, place)
  const writer = new SectionWriter()
  state.save(writer)
  const source = { resume, digest: state.digest(), sections: writer.finish(), durableOffset }
  return writeCheckpoint({ disk, dir: folder, logId: log.logId! }, source)
}
