// Files this program goes on with over several runs, in a folder others may write too: opened only where they are plain files
// of this user that nobody else may change. Follows no link, and says of what it refuses what is wrong with it.

import { constants, type Stats } from 'node:fs'
import { lstat, open, rm, type FileHandle } from 'node:fs/promises'
import { isNotFile } from '../log/disk.ts'
import { KiteQError } from '../model/errors.ts'

/** Not every platform has all of them. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>
const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL } = constants
/** For this user to change, and for the group to read. */
const mode = 0o640
const writableByOthers = 0o022

/** Undefined when there is nothing. Rejects KITEQ_USAGE for a file that is not ours alone. */
export async function openOwn(
  path: string,
  access: 'read' | 'change',
): Promise<FileHandle | undefined> {
  const flags = (access === 'read' ? O_RDONLY : O_RDWR) | O_NOFOLLOW | O_NONBLOCK
  let handle: FileHandle
  try {
    handle = await open(path, flags)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw isNotFile(error) ? notOwn(path, 'no plain file') : error
  }
  try {
    expectOwn(path, await handle.stat())
  } catch (error) {
    await handle.close()
    throw error
  }
  return handle
}

/** A plain file of anybody, to read; undefined for anything else. */
export async function openPlain(path: string): Promise<FileHandle | undefined> {
  const stats = await statOf(path)
  return stats?.isFile() === true ? open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK) : undefined
}

/** A new file. Rejects KITEQ_USAGE when there is anything of that name. */
export async function createOwn(path: string): Promise<FileHandle> {
  try {
    return await open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
  } catch (error) {
    throw codeOf(error) === 'EEXIST' ? notOwn(path, 'not made by this export') : error
  }
}

/** Rejects KITEQ_USAGE for anything but a file that is ours alone, or nothing. False: nothing. */
export async function isOwn(path: string): Promise<boolean> {
  const stats = await statOf(path)
  if (stats !== undefined) expectOwn(path, stats)
  return stats !== undefined
}

/** Of the name itself, also where it is a link; undefined when there is nothing. */
export async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Of a link the link goes, not what it leads to. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true })
}

function expectOwn(path: string, stats: Stats): void {
  if (!stats.isFile()) throw notOwn(path, 'no plain file')
  if (stats.nlink > 1) throw notOwn(path, 'a file with a second name')
  expectOurs(path, stats)
}

/** Throws KITEQ_USAGE; `stats` of the name itself. */
export function expectOwnFolder(path: string, stats: Stats): void {
  if (!stats.isDirectory()) throw notOwn(path, 'no folder')
  expectOurs(path, stats)
}

function expectOurs(path: string, { uid, mode: bits }: Stats): void {
  const own = process.geteuid?.()
  if (own === undefined) return // a system without users
  if (uid !== own) throw notOwn(path, `of user ${uid}, and this is user ${own}`)
  if ((bits & writableByOthers) !== 0) throw notOwn(path, 'writable for others than its user')
}

function notOwn(path: string, what: string): KiteQError {
  return new KiteQError(
    'KITEQ_USAGE',
    `${path} is ${what}; expected what an export of this user has left, or nothing`,
  )
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | null)?.code
}
