// The disk as the log needs it: a small port, so that a test can hand in one that lies. Reads and writes are positional
// and call back (the hot write path makes no promise); everything rare is a promise. Nothing here touches a real disk.

import { KiteQError } from '../model/errors.ts'

/** `synced`: a write calls back only once its bytes are durable. Both write modes can read too. */
export type OpenMode = 'read' | 'write' | 'synced'

/** Count of bytes really moved; less than asked without an error is possible and is for the caller to judge. */
export type CountCallback = (error: Error | null, count: number) => void
export type DoneCallback = (error: Error | null) => void

export interface DiskFile {
  /** Writes source[start, end) at `position`. The bytes must stay untouched until `done`. */
  write(source: Uint8Array, start: number, end: number, position: number, done: CountCallback): void
  /** Reads up to `length` bytes from `position` into target[start, …). Less than `length` only at the end of the file. */
  read(
    target: Uint8Array,
    start: number,
    length: number,
    position: number,
    done: CountCallback,
  ): void
  /** Makes all bytes written so far durable, and the size with them. An error is final: never ask again. */
  sync(done: DoneCallback): void
  /** Cuts (or extends with zeros) to `bytes`; durable after `sync`. */
  truncate(bytes: number): Promise<void>
  size(): Promise<number>
  close(): Promise<void>
}

export interface Disk {
  /** Names in a folder, sorted; none when there is no such folder. */
  list(folder: string): Promise<string[]>
  exists(path: string): Promise<boolean>
  /** Rejects when the file is missing and `create` is not set. */
  open(path: string, mode: OpenMode, options?: { readonly create?: boolean }): Promise<DiskFile>
  /** Atomic, replaces what is there; durable after `syncFolder`. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file; nothing happens when it is missing. Durable after `syncFolder`. */
  remove(path: string): Promise<void>
  /** Makes the folder and its parents, durably. */
  ensureFolder(folder: string): Promise<void>
  /** Makes creations, renames and removals in a folder durable. */
  syncFolder(folder: string): Promise<void>
  /** Bytes an ordinary process may still write on the file system of `folder`. */
  freeBytes(folder: string): Promise<number>
}

/** No space left: the one disk error that time may heal. */
export function isNoSpace(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/** What has the name of a file and is none: a link, a folder, a pipe, a device. */
export function isNotFile(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === 'ELOOP' || code === 'EISDIR' || code === 'EINVAL' || code === 'ENXIO'
}

/** A write whose short count is an error. */
export function writeAll(file: DiskFile, bytes: Uint8Array, position: number): Promise<void> {
  return writeSpan(file, bytes, 0, bytes.length, position)
}

/** The same of source[start, end), which has to stay as it is meanwhile. */
export function writeSpan(
  file: DiskFile,
  source: Uint8Array,
  start: number,
  end: number,
  position: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    file.write(source, start, end, position, (error, count) => {
      if (error !== null) reject(error)
      else if (count !== end - start) reject(shortWrite(count, end - start))
      else resolve()
    })
  })
}

/** A read of up to `length` bytes; the count is short only at the end of the file. */
export function readInto(
  file: DiskFile,
  target: Uint8Array,
  start: number,
  length: number,
  position: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    file.read(target, start, length, position, (error, count) => {
      if (error !== null) reject(error)
      else resolve(count)
    })
  })
}

export function syncFile(file: DiskFile): Promise<void> {
  return new Promise((resolve, reject) => {
    file.sync((error) => {
      if (error !== null) reject(error)
      else resolve()
    })
  })
}

/** The whole file. Rejects KITEQ_LOG_CORRUPT when it is larger than what it is read for ever is. */
export async function readWhole(disk: Disk, path: string, bytesMax: number): Promise<Uint8Array> {
  const file = await disk.open(path, 'read')
  try {
    const size = await file.size()
    if (size > bytesMax)
      throw new KiteQError(
        'KITEQ_LOG_CORRUPT',
        `${path} has ${size} bytes; expected at most ${bytesMax}`,
      )
    const bytes = new Uint8Array(size)
    const count = await readInto(file, bytes, 0, bytes.length, 0)
    return bytes.subarray(0, count)
  } finally {
    await file.close()
  }
}

export function shortWrite(count: number, wanted: number): KiteQError {
  return new KiteQError('KITEQ_LOG_FAILED', `the disk took ${count} of ${wanted} bytes`)
}
