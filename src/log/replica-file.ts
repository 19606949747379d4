// The segment that a copy of a log grows in. Every write is on the disk when it resolves; zeros stand ready behind it where
// that saves growing the file. A full disk leaves nothing half written; any other failure is for the caller to call final.

import { KiteQError } from '../model/errors.ts'
import { isNoSpace, syncFile, writeAll, writeSpan, type Disk, type DiskFile } from './disk.ts'

export class ReplicaFile {
  readonly #file: DiskFile
  /** Bytes of the file that were written, zeros or records. */
  #filled: number

  private constructor(file: DiskFile, filled: number) {
    this.#file = file
    this.#filled = filled
  }

  static async open(disk: Disk, path: string): Promise<ReplicaFile> {
    const file = await disk.open(path, 'synced')
    return new ReplicaFile(file, await file.size())
  }

  /** Zeros up to `end` and so many more, if those up to `end` are not there. */
  async makeRoom(end: number, aheadBytes: number): Promise<void> {
    if (end <= this.#filled) return
    const zeros = new Uint8Array(end + aheadBytes - this.#filled)
    await fully(writeAll(this.#file, zeros, this.#filled))
    this.#filled += zeros.length
  }

  /** Writes source[start, end) at `position`. */
  async write(source: Uint8Array, start: number, end: number, position: number): Promise<void> {
    const isGrowing = position + end - start > this.#filled
    const done = writeSpan(this.#file, source, start, end, position)
    await (isGrowing ? fully(done) : done)
    this.#filled = Math.max(this.#filled, position + end - start)
  }

  /** Everything behind is let go of, and its space given back. */
  async cut(end: number): Promise<void> {
    await this.#file.truncate(end)
    await syncFile(this.#file)
    this.#filled = end
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

/** A file that grows and takes less than it was given has found the end of the space: rejects KITEQ_DISK_FULL. */
export async function fully(done: Promise<void>): Promise<void> {
  try {
    await done
  } catch (error) {
    if (error instanceof KiteQError && error.code === 'KITEQ_LOG_FAILED') throw diskFull(error)
    throw isNoSpace(error) ? diskFull(error as Error) : error
  }
}

/** Nothing is lost, and it may be tried again. */
export function diskFull(cause: Error): KiteQError {
  const message = `no space for the copy of the log: ${cause.message}`
  return new KiteQError('KITEQ_DISK_FULL', message, { cause })
}
