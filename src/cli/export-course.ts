// Whether a log still has the course it had when an export of it began: a folder that was restored from a backup, or lost its
// end, has the same id and other records under the same offsets. Reads one record; writes nothing.

import { createHash } from 'node:crypto'
import type { Log } from '../log/log.ts'
import { KiteQError } from '../model/errors.ts'
import type { Offset } from '../model/ids.ts'

/** What one record was. All records before it are the same wherever this one is the same. */
export interface RecordMark {
  readonly offset: number
  /** Ms since 1970. */
  readonly timeMs: number
  /** SHA-256 of all that it says, hex. */
  readonly sum: string
}

/** Of the record before `to`; undefined when it is not there, or cannot be read. */
export async function markBefore(
  log: Pick<Log, 'readRecord'>,
  to: number,
): Promise<RecordMark | undefined> {
  const found = to === 0 ? undefined : await log.readRecord((to - 1) as Offset)
  if (found === undefined) return undefined
  const { record, place } = found
  const sum = createHash('sha256').update(JSON.stringify(record, plain)).digest('hex')
  return { offset: to - 1, timeMs: place.timeMs, sum }
}

/** Throws KITEQ_USAGE when both are known and differ; `note`: the file that says what it was. */
export function expectSameCourse(
  note: string,
  was: RecordMark | undefined,
  is: RecordMark | undefined,
): void {
  if (was === undefined || is === undefined) return
  if (was.offset === is.offset && was.timeMs === is.timeMs && was.sum === is.sum) return
  const [before, now] = [was, is].map(({ timeMs }) => new Date(timeMs).toISOString())
  throw new KiteQError(
    'KITEQ_USAGE',
    `${note} is of a log whose record ${was.offset} was of ${before}, and this log has another one there, of ${now}: it was restored from a backup, or has lost its end; expected the log it was begun with, or --force to begin anew`,
  )
}

/** Bytes as text. */
function plain(_key: string, value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
}
