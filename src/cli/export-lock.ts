// One export a file: whoever writes it owns a folder beside it, as a broker owns its data folder, and the kernel ends that with
// the process, however it ends. Must never keep anybody from writing once its holder is gone.

import { mkdir, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { isNoSpace } from '../log/disk.ts'
import { claimFolder } from '../log/folder-owner.ts'
import { KiteQError } from '../model/errors.ts'
import { noSpace, spaceFor } from './export-file.ts'
import { expectOwnFolder, statOf } from './own-file.ts'

export const lockName = (file: string): string => `${file}.partial.lock`

export interface ExportLock {
  /** Why there is none: the file system has no sockets. Nobody keeps another export from writing the file then. */
  readonly lacking?: string
  release(): Promise<void>
}

/** Whoever was about to go removes the folder under the hands of whoever comes. */
const triesMax = 5

/** Rejects KITEQ_FOLDER_OWNED, saying who writes `file`; KITEQ_USAGE without a folder for it. */
export async function lockExport(file: string, since: Date): Promise<ExportLock> {
  const folder = lockName(file)
  const describe = (): Record<string, unknown> => ({ since: since.toISOString() })
  const handle = (): Promise<unknown> => Promise.reject(new Error('it only writes a file'))
  for (let tries = 0; tries < triesMax; tries++) {
    await makeFolder(file, folder)
    try {
      const claim = await claimFolder(folder, { describe, handle })
      if ((await claim.lost()) === undefined)
        return { release: () => claim.close().then(() => removeFolder(folder)) }
      await claim.close()
    } catch (error) {
      const { code, message, cause } = error as Error & { readonly code?: unknown }
      if (code === 'KITEQ_FOLDER_OWNED') throw held(file, folder, message)
      if ((await statOf(folder)) === undefined) continue
      await removeFolder(folder)
      if (isNoSpace(cause)) throw noSpace(file, 'make room', cause)
      if (code !== 'KITEQ_CONFIG') throw error
      return { lacking: message, release: () => Promise.resolve() }
    }
  }
  throw held(file, folder, '')
}

async function makeFolder(file: string, folder: string): Promise<void> {
  try {
    await spaceFor(file, () => mkdir(folder, { mode: 0o700 }))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') {
      const where = path.dirname(file)
      throw new KiteQError('KITEQ_USAGE', `-o ${file}: ${where} is not there; expected a folder`)
    }
    if (code !== 'EEXIST') throw error
  }
  const stats = await statOf(folder)
  if (stats !== undefined) expectOwnFolder(folder, stats)
}

/** As long as somebody else wants it, it stays. */
async function removeFolder(folder: string): Promise<void> {
  await rmdir(folder).catch(() => undefined)
}

function held(file: string, folder: string, message: string): KiteQError {
  const who = message.split(`${folder} is in use by `)[1] ?? 'other exports'
  return new KiteQError('KITEQ_FOLDER_OWNED', `${file} is being written by ${who}`)
}
