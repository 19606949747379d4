// What is wrong with a log that was copied or restored: every stretch that does not hold, also in front of the checkpoint, and
// whether a start would take it. Only reads.

import { scanDamage } from '../log/damage-scan.ts'
import type { Disk } from '../log/disk.ts'
import type { Hole } from '../log/scan-segment.ts'
import { readSegmentHeaders } from '../log/segment.ts'
import { KiteQError } from '../model/errors.ts'
import type { BackupDamage, BackupSegment } from './backup-manifest.ts'
import { counted } from './counted.ts'
import { tryStart } from './start-outlook.ts'

/** `dir` holds just these segments, up to that offset. */
export async function damageIn(
  disk: Disk,
  dir: string,
  segments: readonly BackupSegment[],
  endOffset: number,
): Promise<BackupDamage> {
  let places = 0
  let records = 0
  let first: Hole | undefined
  const found = (hole: Hole): void => {
    places++
    records += hole.count
    first ??= hole
  }
  let refused: string | null = null
  try {
    const headers = await readSegmentHeaders(disk, dir)
    const position = segments.at(-1)?.bytes ?? 0
    await scanDamage({ disk, dir, headers, end: { position, offset: endOffset }, found })
    // What a log from its first segment on would be refused for, has shown by now.
    if (headers[0] !== undefined && headers[0].number > 1) {
      const start = await tryStart(dir, disk)
      if (!start.ok) refused = start.why
    }
  } catch (error) {
    if (!(error instanceof KiteQError)) throw error
    refused = error.message
  }
  return { places, records, first: first ?? null, refused }
}

/** For people; undefined when nothing is lost. */
export function damageText({ places, records, first }: BackupDamage): string | undefined {
  if (places === 0) return undefined
  const where =
    first === null
      ? ''
      : `, the first in segment ${first.segment} at byte ${first.position}, offset ${first.firstOffset}`
  return `${counted(records, 'record')} in ${counted(places, 'damaged place')}${where}`
}
