// One owner a data folder, without native code: a name in the kernel's abstract socket space made of the folder's device
// and inode, taken atomically and freed with the process however it ends; and a socket inside the folder, the door for
// readers and administrators. Through the first one only "who?" is answered: it has no file permissions.

import fs from 'node:fs'
import net from 'node:net'
import { KiteQError, errorCodes, type ErrorCode } from '../model/errors.ts'

export interface OwnerOptions {
  /** Said to whoever comes second: the pid is added. JSON values. */
  readonly describe: () => Readonly<Record<string, unknown>>
  /** Answers one request of the door; both are JSON values. A rejection goes back as an error. */
  readonly handle: (request: unknown) => Promise<unknown>
}

export interface FolderClaim {
  close(): Promise<void>
}

const doorName = 'owner.socket'
const lineCharsMax = 1024 * 1024
const answerWithinMs = 5000

type Answer = { readonly ok: unknown } | { readonly error: { code: string; message: string } }

/** Rejects KITEQ_FOLDER_OWNED, saying by whom. The folder must exist. */
export async function claimFolder(dir: string, options: OwnerOptions): Promise<FolderClaim> {
  const who = (): unknown => ({ pid: process.pid, ...options.describe() })
  const handle = (request: unknown): Promise<unknown> =>
    isWho(request) ? Promise.resolve(who()) : options.handle(request)
  const onlyWho = (request: unknown): Promise<unknown> =>
    isWho(request) ? Promise.resolve(who()) : Promise.reject(new Error('ask at the door'))

  const lock = await lockName(dir)
  const guard = lock === undefined ? undefined : await takeName(lock, dir, onlyWho)
  let folder: Folder | undefined
  try {
    // Abstract names end at a network namespace, files do not: somebody may answer here all the same.
    const other = await askOwner(dir, { op: 'who' })
    if (other !== undefined) throw owned(dir, other)
    folder = await openFolder(dir)
    await fs.promises.rm(folder.door, { force: true })
    const door = await listen(folder.door, handle)
    await fs.promises.chmod(folder.door, 0o600)
    const held = folder
    let closing: Promise<void> | undefined
    return {
      close: () =>
        (closing ??= door
          .close()
          .then(() => held.close())
          .then(() => guard?.close())),
    }
  } catch (error) {
    await folder?.close()
    await guard?.close()
    throw error
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
    return await ask(folder.door, request)
  } finally {
    await folder.close()
  }
}

interface Folder {
  /** Path of the socket, short enough for a socket address (107 bytes) however deep the folder lies. */
  readonly door: string
  close(): Promise<void>
}

async function openFolder(dir: string): Promise<Folder> {
  if (process.platform !== 'linux') {
    await fs.promises.access(dir)
    return { door: `${dir}/${doorName}`, close: () => Promise.resolve() }
  }
  const handle = await fs.promises.open(dir, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY)
  return { door: `/proc/self/fd/${handle.fd}/${doorName}`, close: () => handle.close() }
}

async function lockName(dir: string): Promise<string | undefined> {
  const { dev, ino } = await fs.promises.stat(dir, { bigint: true })
  return process.platform === 'linux' ? `\0kiteq-owner-${dev}-${ino}` : undefined
}

async function takeName(name: string, dir: string, handle: Handler): Promise<FolderClaim> {
  try {
    return await listen(name, handle)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw owned(dir, await ask(name, { op: 'who' }).catch(() => undefined))
  }
}

type Handler = (request: unknown) => Promise<unknown>

function listen(path: string, handle: Handler): Promise<FolderClaim> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, handle)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      resolve({
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            for (const socket of sockets) socket.destroy()
          }),
      })
    })
  })
}

/** One JSON line in, one out, in order. */
function serve(socket: net.Socket, handle: Handler): void {
  let before: Promise<void> = Promise.resolve()
  readLines(socket, (line) => {
    before = before.then(async () => {
      const answer = await answerTo(line, handle)
      if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`)
    })
  })
  socket.on('error', () => socket.destroy())
}

async function answerTo(line: string, handle: Handler): Promise<Answer> {
  try {
    return { ok: (await handle(JSON.parse(line))) ?? null }
  } catch (error) {
    const code = error instanceof KiteQError ? error.code : 'KITEQ_REFUSED'
    return { error: { code, message: error instanceof Error ? error.message : String(error) } }
  }
}

function readLines(socket: net.Socket, take: (line: string) => void): void {
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (more: string) => {
    text += more
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      take(text.slice(0, end))
      text = text.slice(end + 1)
    }
    if (text.length > lineCharsMax) socket.destroy()
  })
}

function ask(path: string, request: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path)
    const timer = setTimeout(() => {
      reject(new KiteQError('KITEQ_TIMEOUT', `the owner has not answered in ${answerWithinMs} ms`))
      socket.destroy()
    }, answerWithinMs)
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined)
      else reject(error)
    })
    // An owner that goes away before it answers is no owner any more.
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(undefined)
    })
    readLines(socket, (line) => {
      const answer = JSON.parse(line) as Answer
      if ('ok' in answer) resolve(answer.ok)
      else reject(new KiteQError(knownCode(answer.error.code), answer.error.message))
      socket.end()
    })
    socket.write(`${JSON.stringify(request)}\n`)
  })
}

function isWho(request: unknown): boolean {
  return (request as { op?: unknown } | null)?.op === 'who'
}

function knownCode(code: string): ErrorCode {
  return errorCodes.find((known) => known === code) ?? 'KITEQ_REFUSED'
}

function owned(dir: string, who: unknown): KiteQError {
  const holder = who === undefined ? 'another process' : JSON.stringify(who)
  return new KiteQError('KITEQ_FOLDER_OWNED', `${dir} is in use by ${holder}`)
}
