// The real disk: node:fs behind the port of disk.ts. The only file of the log room that knows a file descriptor.
// A platform without O_DSYNC gets write + fdatasync; nothing here retries.

import fs from 'node:fs'
import { dirname } from 'node:path'
import type FsExtra from 'fs-extra'
import type { CountCallback, Disk, DiskFile, DoneCallback, OpenMode } from './disk.ts'

/** Absent on platforms without synchronous writes. */
const writeThrough: number | undefined = (fs.constants as { O_DSYNC?: number }).O_DSYNC

/** Node's `read` and `write` take at most 2^31 - 1 bytes at once. */
const transferBytesMax = 0x7fffffff

/** Loaded when first used: a tool that only opens files and reads them starts sooner without. */
let fsExtra: Promise<typeof FsExtra> | undefined
const extra = (): Promise<typeof FsExtra> =>
  (fsExtra ??= import('fs-extra').then(({ default: loaded }) => loaded))

export const nodeDisk: Disk = {
  async list(folder) {
    try {
      return (await fs.promises.readdir(folder)).sort()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  },
  exists: async (path) => (await extra()).pathExists(path),
  async open(path, mode, options) {
    const fd = await openFd(path, flagsOf(mode, options?.create === true))
    await expectFile(fd, path)
    return new NodeFile(fd, mode === 'synced' && writeThrough === undefined)
  },
  rename: async (from, to) => (await extra()).rename(from, to),
  remove: async (path) => (await extra()).remove(path),
  async ensureFolder(folder) {
    const { pathExists } = await extra()
    const missing: string[] = []
    for (let at = folder; !(await pathExists(at)); at = dirname(at)) missing.push(at)
    // One by one: a recursive mkdir of Node never ends where a parent lets nobody make folders (/proc).
    for (const made of missing.reverse()) {
      await makeFolder(made)
      await syncFolder(dirname(made))
    }
  },
  syncFolder,
  async freeBytes(folder) {
    const { bavail, bsize } = await fs.promises.statfs(folder)
    return bavail * bsize
  },
}

async function makeFolder(path: string): Promise<void> {
  try {
    await fs.promises.mkdir(path)
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST'
    if (!isThere || !(await fs.promises.stat(path)).isDirectory()) throw error
  }
}

class NodeFile implements DiskFile {
  readonly #fd: number
  readonly #syncAfterWrite: boolean
  #open = true

  constructor(fd: number, syncAfterWrite: boolean) {
    this.#fd = fd
    this.#syncAfterWrite = syncAfterWrite
  }

  write(
    source: Uint8Array,
    start: number,
    end: number,
    position: number,
    done: CountCallback,
  ): void {
    if (!this.#syncAfterWrite) {
      fs.write(this.#fd, source, start, end - start, position, done)
      return
    }
    fs.write(this.#fd, source, start, end - start, position, (error, count) => {
      if (error !== null) done(error, count)
      else fs.fdatasync(this.#fd, (failure) => done(failure, count))
    })
  }

  read(
    target: Uint8Array,
    start: number,
    length: number,
    position: number,
    done: CountCallback,
  ): void {
    this.#readOn(target, start, Math.min(length, transferBytesMax), position, 0, done)
  }

  /** A read may come back short before the end of the file; it is asked again until it says nothing. */
  #readOn(
    target: Uint8Array,
    start: number,
    length: number,
    position: number,
    before: number,
    done: CountCallback,
  ): void {
    fs.read(this.#fd, target, start, length, position, (error, count) => {
      if (error !== null || count === 0 || count === length) done(error, before + count)
      else {
        this.#readOn(target, start + count, length - count, position + count, before + count, done)
      }
    })
  }

  sync(done: DoneCallback): void {
    fs.fdatasync(this.#fd, done)
  }

  truncate(bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.ftruncate(this.#fd, bytes, (error) => (error === null ? resolve() : reject(error)))
    })
  }

  size(): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.fstat(this.#fd, (error, stats) => (error === null ? resolve(stats.size) : reject(error)))
    })
  }

  close(): Promise<void> {
    if (!this.#open) return Promise.resolve()
    this.#open = false
    return new Promise((resolve, reject) => {
      fs.close(this.#fd, (error) => (error ? reject(error) : resolve()))
    })
  }
}

/** Not every platform has all of them. */
type Flags = Record<'O_RDONLY' | 'O_RDWR' | 'O_CREAT', number> &
  Partial<Record<'O_NOFOLLOW' | 'O_NONBLOCK', number>>

function flagsOf(mode: OpenMode, create: boolean): number {
  const { O_RDONLY, O_RDWR, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants as Flags
  // A link would have the log written elsewhere, and a pipe under a name of ours would keep whoever opens it for ever.
  const access = (mode === 'read' ? O_RDONLY : O_RDWR) | O_NOFOLLOW | O_NONBLOCK
  const through = mode === 'synced' ? (writeThrough ?? 0) : 0
  return access | through | (create ? O_CREAT : 0)
}

/** A link, a folder, a socket or a pipe that nobody reads. */
const notFileCodes: readonly string[] = ['ELOOP', 'EISDIR', 'ENXIO']

function openFd(path: string, flags: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.open(path, flags, 0o640, (error, fd) => {
      if (error === null) resolve(fd)
      else if (notFileCodes.includes(error.code ?? '')) reject(notFile(path, error.code!))
      else reject(error)
    })
  })
}

/** Closes what is none. */
function expectFile(fd: number, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fstat(fd, (error, stats) => {
      if (error === null && stats.isFile()) resolve()
      else {
        const why = error ?? notFile(path, stats.isDirectory() ? 'EISDIR' : 'EINVAL')
        fs.close(fd, () => reject(why))
      }
    })
  })
}

function notFile(path: string, code: string): Error {
  const message = `${code}: ${path} is no regular file; expected one that this program made`
  return Object.assign(new Error(message), { code, syscall: 'open', path })
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.promises.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
