// The lives of a message, from a reading of the whole log: what `why` falls back to, and what its shorter way is held against.

import type { Hole } from '../log/scan-segment.ts'
import type { Offset } from '../model/ids.ts'
import type { LogRecord, RecordPlace } from '../model/record.ts'
import { counted } from './counted.ts'
import type { LogFolder } from './folder.ts'
import { HolesTold } from './lost-stretches.ts'
import type { Life, MessageLife } from './message-life.ts'
import { Progress } from './terminal.ts'

export interface ReadLives {
  readonly lives: readonly Life[]
  /** Records read. */
  readonly records: number
  /** Records that were passed over, because postings say that they do not concern the message. */
  readonly passed: number
  /** Of the first record that is left: older segments may have been dropped. */
  readonly firstOffset: number
  /** Offsets below are durable and were read. */
  readonly end: number
  readonly inUse: boolean
  /** Stretches of damage that were stepped over now. */
  readonly holes: number
  /** These, and the ones the log tells of; only those that held records. */
  readonly lost: readonly Hole[]
}

/** Shows the whole log to `life`, and to whoever else wants to see it. */
export async function readLives(
  { log, dir, end, inUse, headers }: LogFolder,
  life: MessageLife,
  also?: (record: LogRecord, place: RecordPlace) => void,
): Promise<ReadLives> {
  const told = new HolesTold()
  const progress = new Progress()
  const { earlierThan } = await import('./older-message.ts')
  life.begin(await earlierThan(log, dir, life.id))
  const { records, holes } = await log.scan(0 as Offset, end, (record, place) => {
    life.visit(record, place)
    told.visit(record)
    also?.(record, place)
    if ((place.offset & 0x3fff) === 0)
      progress.show(() => `${counted(place.offset, 'record')} read`)
  })
  progress.end()
  const { lives } = life
  const firstOffset = headers[0]?.firstOffset ?? 0
  const lost = told.with(holes)
  return { lives, records, passed: 0, firstOffset, end, inUse, holes: holes.length, lost }
}
