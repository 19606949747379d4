// A folder that a restore has not finished says so by a file of this name: no start may take it for a log, nor for a folder
// without one.

import { KiteQError } from '../model/errors.ts'
import type { Disk } from './disk.ts'

/** There from the first file on until the log is whole; holds the log id. */
export const restoreMarker = 'restore.incomplete'

/** Rejects KITEQ_CONFIG where a restore was cut short. */
export async function expectFinished(disk: Disk, dir: string): Promise<void> {
  if (!(await disk.exists(`${dir}/${restoreMarker}`))) return
  throw new KiteQError(
    'KITEQ_CONFIG',
    `--data-dir is ${dir}, where a kiteq restore was not finished; run it again, from this or another backup`,
  )
}
