// A log on a disk in memory, small and from one seed, for the tests of the log room.

import type { Disk } from '../../src/log/disk.ts'
import { Log } from '../../src/log/log.ts'
import type { RecoveryReport } from '../../src/log/recover.ts'
import type { Offset } from '../../src/model/ids.ts'
import type { LogRecord, RecordPlace } from '../../src/model/record.ts'
import { randomOf } from './seeded-random.ts'
import { ownCopy } from '../../src/log/own-copy.ts'

export const folder = 'data'

export interface SmallLog {
  readonly log: Log
  readonly report: RecoveryReport
  readonly records: readonly LogRecord[]
  readonly places: readonly RecordPlace[]
}

export interface SmallOptions {
  readonly seed?: number
  readonly segmentBytes?: number
  readonly batchBytesMax?: number
  readonly dir?: string
}

/** Opened and recovered, not yet writing; what was read is kept. */
export async function recoverSmall(disk: Disk, options: SmallOptions = {}): Promise<SmallLog> {
  const random = randomOf(options.seed ?? 1)
  const batchBytesMax = options.batchBytesMax ?? 4096
  const segmentBytes = options.segmentBytes ?? 16 * 1024
  const log = await Log.open({
    dir: options.dir ?? folder,
    disk,
    durability: { kind: 'fsync' },
    random: () => Math.floor(random() * 2 ** 32),
    segmentBytes,
    firstSegmentBytes: segmentBytes,
    batchBytesMax,
    recentBytesMax: 2 * batchBytesMax,
    pageBytes: 512,
    pageCacheBytes: 8 * 1024,
  })
  const records: LogRecord[] = []
  const places: RecordPlace[] = []
  const report = await log.recover((record, place) => {
    records.push(ownCopy(record))
    places.push({ ...place })
  })
  return { log, report, records, places }
}

export async function startSmall(disk: Disk, options: SmallOptions = {}): Promise<SmallLog> {
  const small = await recoverSmall(disk, options)
  await small.log.startWriting()
  return small
}

/** Appends and writes one batch; resolves with the places once it is durable, rejects when the log fails. */
export function writeBatch(
  log: Log,
  records: readonly LogRecord[],
  timeMs = 1000,
): Promise<RecordPlace[]> {
  const places = records.map((record) => ({ ...log.append(record, timeMs) }))
  const end = log.endOffset
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (log.durableOffset >= end) resolve(places)
    }
    log.onDurable = look
    log.onFailure = reject
    log.flush()
    look()
  })
}

/** A message record with these bytes for a message. */
export function published(message: Uint8Array, number = 1): LogRecord {
  return {
    kind: 'published',
    id0: number,
    id1: 2,
    id2: 3,
    id3: 4,
    topic: 1 as never,
    type: 1 as never,
    publisher: 1 as never,
    form: 0x11,
    content0: 5,
    content1: 6,
    expiresAt: 1_700_000_000,
    deliverLimit: 100,
    message: { source: message, start: 0, end: message.length },
    routing: { durable: [1 as never], transient: [] },
  }
}

/** Its number is its content. */
export function numbered(number: number, bytes = 40): LogRecord {
  return published(new Uint8Array(bytes).fill(number & 0xff || 1), number)
}

export function acked(offsets: readonly number[], group = 1): LogRecord {
  return { kind: 'acked', group: group as never, messages: offsets as readonly Offset[] }
}
