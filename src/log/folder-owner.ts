// One owner a data folder, without native code, told by sockets inside the folder alone: who may not write there can
// neither own it nor be in the way. Whoever wants it first puts up a sign, a listening socket of a new name in `owner/`,
// and then looks for other signs: of any two, one sees the other. The kernel ends a sign with its process, however that ends.

import fs from 'node:fs'
import { basename } from 'node:path'
import { KiteQError } from '../model/errors.ts'
import { askAt, isHeld, listenAt, type Handler, type Listening } from './owner-socket.ts'

export interface OwnerOptions {
  /** Said to whoever comes second: the pid is added. JSON values. */
  readonly describe: () => Readonly<Record<string, unknown>>
  /** Answers one request of the door; both are JSON values. A rejection goes back as an error. */
  readonly handle: Handler
}

export interface FolderClaim {
  /** Why the folder at the path is not the one that is owned, as words for people; undefined while all is well. */
  lost(): Promise<string | undefined>
  close(): Promise<void>
}

const doorName = 'owner.socket'
const signsName = 'owner'
const signSuffix = '.socket'
/** What this program makes in `owner/`: a place of a socket to be, and a sign. Nothing else there is touched. */
const placeName = /^\d+-[A-Za-z0-9]{6}$/
const signName = /^\d+-[A-Za-z0-9]{6}\.socket$/
/** The one thing in a place. */
const madeName = 's'
/** Two that came at the same moment wait for each other this long at most. */
const looksMax = 250
const lookEveryMs = 20
/** Somebody else's start or end may take a folder away under the hands; more often than this it does not happen by chance. */
const announceTries = 5

/** Rejects KITEQ_FOLDER_OWNED, saying by whom, KITEQ_CONFIG where no socket can be made. The folder must exist. */
export async function claimFolder(dir: string, options: OwnerOptions): Promise<FolderClaim> {
  const folder = await openFolder(dir)
  let isOwner = false
  const handle: Handler = (request) => {
    const claiming = isOwner ? {} : { claiming: true }
    if (isWho(request))
      return Promise.resolve({ pid: process.pid, ...options.describe(), ...claiming })
    return isOwner ? options.handle(request) : Promise.reject(new Error('nobody owns it yet'))
  }
  let sign: Socket | undefined
  let door: Socket | undefined
  const close = async (): Promise<void> => {
    await door?.close()
    await sign?.close()
    await fs.promises.rmdir(folder.signs).catch(() => {}) // unless there are others
    await folder.handle.close()
  }
  try {
    sign = await announce(folder, dir, handle)
    await beAlone(folder, dir, sign.name)
    isOwner = true
    await removePlaces(folder)
    door = await place(folder, () => folder.door, handle)
  } catch (error) {
    await close()
    throw error
  }
  const { name } = sign
  let closing: Promise<void> | undefined
  return {
    lost: () => lost(dir, folder, name),
    close: () => (closing ??= close()),
  }
}

/** Undefined when nobody owns the folder. Rejects with the owner's error, or KITEQ_TIMEOUT. */
export async function askOwner(dir: string, request: unknown): Promise<unknown> {
  let folder: Folder
  try {
    folder = await openFolder(dir)
  } catch {
    return undefined
  }
  try {
    return await askAt(folder.door, request)
  } finally {
    await folder.handle.close()
  }
}

interface Folder {
  readonly handle: fs.promises.FileHandle
  /** Paths through the open folder: short enough for a socket address (107 bytes) however deep it lies. */
  readonly door: string
  readonly signs: string
}

async function openFolder(dir: string): Promise<Folder> {
  const { O_RDONLY, O_DIRECTORY } = fs.constants
  const handle = await fs.promises.open(dir, O_RDONLY | O_DIRECTORY)
  const path = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : dir
  return { handle, door: `${path}/${doorName}`, signs: `${path}/${signsName}` }
}

interface Socket extends Listening {
  /** Of the file, without its folder. */
  readonly name: string
}

/** A sign under a name that no other ever has: it listens before it can be seen, so it looks dead only once it is. */
async function announce(folder: Folder, dir: string, handle: Handler): Promise<Socket> {
  for (let tries = 1; ; tries++) {
    try {
      return await place(folder, (unique) => `${folder.signs}/${unique}${signSuffix}`, handle)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const isTaken = code === 'ENOENT' || code === 'EACCES' // what binding makes of ENOENT
      if (isTaken && tries < announceTries) continue
      const message = `${dir} is a folder where no socket can be made (${code ?? String(error)}); expected a local one that this user may write`
      throw new KiteQError('KITEQ_CONFIG', message, { cause: error })
    }
  }
}

/** Never to be reached by strangers: made inside a folder only this user may enter, and moved out with mode 0600. */
async function place(
  folder: Folder,
  pathOf: (unique: string) => string,
  handle: Handler,
): Promise<Socket> {
  await makeSigns(folder.signs)
  const made = await fs.promises.mkdtemp(`${folder.signs}/${process.pid}-`)
  let listening: Listening | undefined
  try {
    listening = await listenAt(`${made}/${madeName}`, handle)
    await fs.promises.chmod(`${made}/${madeName}`, 0o600)
    const path = pathOf(basename(made))
    await fs.promises.rename(`${made}/${madeName}`, path)
    const { close } = listening
    const remove = (): Promise<void> => fs.promises.rm(path, { force: true })
    return { name: basename(path), close: () => remove().then(close) }
  } catch (error) {
    await listening?.close()
    throw error
  } finally {
    await removePlace(made)
  }
}

/** A link could lead anywhere, and what this program removes would be removed there. */
async function makeSigns(signs: string): Promise<void> {
  await fs.promises.mkdir(signs, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  })
  if (!(await fs.promises.lstat(signs)).isDirectory())
    throw Object.assign(new Error(), { code: `${signsName} in it is no folder` })
}

/**
 * Resolves after a look, begun with our sign up, that found no other: then whoever comes later finds ours. Of those that
 * come together the first name stays and waits for the rest to go.
 */
async function beAlone(folder: Folder, dir: string, own: string): Promise<void> {
  for (let looks = 1; ; looks++) {
    const others = await othersThan(folder, own)
    if (others.length === 0) return
    for (const other of others) {
      const answer = await whoIs(other)
      if (looks < looksMax) {
        if (answer === undefined) continue // gone meanwhile: the next look tells
        if (isClaiming(answer) && own < other.name) continue
      }
      throw owned(dir, answer ?? (await silent(other)))
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
}

/** Words when it is there and says nothing, undefined when it went away while it was asked. */
async function whoIs(other: Other): Promise<unknown> {
  try {
    return await askAt(other.path, { op: 'who' })
  } catch (error) {
    return error instanceof KiteQError ? silent(other) : undefined
  }
}

interface Other {
  readonly name: string
  readonly path: string
}

/** Signs that somebody holds, and a door that an owner without a sign has. What the dead left is removed: no name comes twice. */
async function othersThan(folder: Folder, own: string): Promise<Other[]> {
  const found: Other[] = []
  for (const name of await fs.promises.readdir(folder.signs)) {
    if (!signName.test(name) || name === own) continue
    const path = `${folder.signs}/${name}`
    if (!(await fs.promises.lstat(path).catch(() => undefined))?.isSocket()) continue
    if (await isHeld(path)) found.push({ name, path })
    else await fs.promises.rm(path, { force: true })
  }
  if (found.length > 0 || !(await isHeld(folder.door))) return found
  return [{ name: doorName, path: folder.door }]
}

/** Places of sockets to be, of processes that died or came too late: these look again and find us. */
async function removePlaces({ signs }: Folder): Promise<void> {
  for (const entry of await fs.promises.readdir(signs, { withFileTypes: true }))
    if (entry.isDirectory() && placeName.test(entry.name))
      await removePlace(`${signs}/${entry.name}`)
}

/** Only what this program has put there; a folder with anything else in it stays. */
async function removePlace(path: string): Promise<void> {
  await fs.promises.unlink(`${path}/${madeName}`).catch(() => {})
  await fs.promises.rmdir(path).catch(() => {})
}

/** A folder of the same name may be another one: a copy, a mount, a new one. */
async function lost(dir: string, folder: Folder, sign: string): Promise<string | undefined> {
  const held = await folder.handle.stat({ bigint: true })
  const there = await statOf(dir)
  if (there === undefined) return `the data folder ${dir} was removed or moved away`
  if (there.ino !== held.ino || there.dev !== held.dev)
    return `the data folder ${dir} was replaced by another one`
  if ((await statOf(`${folder.signs}/${sign}`)) === undefined)
    return `${dir}/${signsName}/${sign}, the sign of this owner, was removed, so another may have started`
  return undefined
}

/** Undefined only when there is nothing; of what cannot be looked at nothing is known. */
async function statOf(path: string): Promise<fs.BigIntStats | undefined> {
  try {
    return await fs.promises.stat(path, { bigint: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

function isWho(request: unknown): boolean {
  return (request as { op?: unknown } | null)?.op === 'who'
}

function isClaiming(answer: unknown): boolean {
  return (answer as { claiming?: unknown } | null)?.claiming === true
}

/** Busy, stopped or of another user: its sign says its pid all the same. */
async function silent({ name, path }: Other): Promise<string> {
  const uid = (await statOf(path).catch(() => undefined))?.uid
  const pid = /^\d+(?=-)/.exec(name)?.[0]
  const process = pid === undefined ? 'a process' : `process ${pid}`
  return `${process}${uid === undefined ? '' : ` of user ${uid}`}, which does not answer`
}

/** `who` is what the owner has answered, or words. */
export function owned(dir: string, who: unknown): KiteQError {
  const holder = typeof who === 'string' ? who : holderText(who)
  return new KiteQError('KITEQ_FOLDER_OWNED', `${dir} is in use by ${holder}`)
}

/** `process 17, since 2026-11-23T10:30:00Z, address 127.0.0.1:13800`, or whatever he said of himself. */
function holderText(who: unknown): string {
  if (typeof who !== 'object' || who === null) return JSON.stringify(who)
  const words = Object.entries(who).map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return `${name === 'pid' ? 'process' : name} ${text}`
  })
  return words.join(', ')
}
