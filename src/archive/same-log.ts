// Whether a log is the one whose records an archive has: a folder that was restored from a backup, or lost its end, has the same
// id, and goes on with other records under offsets that the archive knows. Reads one record; writes nothing.

import { Log } from '../log/log.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { KiteQError } from '../model/errors.ts'
import type { Offset } from '../model/ids.ts'
import { storedTimeMs } from './mysql-values.ts'

export interface ArchiveEnd {
  /** The archive has every record below. */
  readonly next: number
  /** Of the last of them as the archive keeps it, ms since 1970; undefined when that is not known. */
  readonly timeMs: number | undefined
  /** The log is durable up to here; undefined: nobody owns the folder. */
  readonly end: number | undefined
}

/**
 * Rejects KITEQ_REFUSED when the log ends before the archive does, or has another record in the place of the archive's last.
 * False: nothing is known of that record here or there, and nothing was compared.
 */
export async function expectSameLog(dataDir: string, archive: ArchiveEnd): Promise<boolean> {
  const { next, timeMs, end } = archive
  if (next === 0) return true
  if (end !== undefined && end < next)
    // Not where: the log grows, and the same reason is told once.
    throw another(`the archive has records below ${next}, and the log ends before`)
  if (timeMs === undefined) return false
  const last = await placeOf(dataDir, next - 1)
  if (last === undefined) return false
  if (storedTimeMs(last) !== timeMs)
    throw another(
      `record ${next - 1} of the log is of ${timeText(last)}, the archive has one of ${timeText(timeMs)}`,
    )
  return true
}

/** Time of a record, ms since 1970. */
async function placeOf(dir: string, offset: number): Promise<number | undefined> {
  const log = await Log.open({
    dir,
    disk: nodeDisk,
    durability: { kind: 'fsync' }, // nothing is written
    random: () => 0,
  })
  try {
    return (await log.readRecord(offset as Offset))?.place.timeMs
  } finally {
    await log.close()
  }
}

export function timeText(ms: number): string {
  return new Date(ms).toISOString()
}

export function another(what: string): KiteQError {
  return new KiteQError(
    'KITEQ_REFUSED',
    `${what}: it was restored from a backup, or has lost its end; expected another database for what comes now`,
  )
}
