// The file of an export: written beside its name until it is whole, with a note of how far it is (export-note.ts). A name never
// holds less than a whole export, and never loses what somebody else has put there.

import { link, rename, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { isNoSpace } from '../log/disk.ts'
import { KiteQError } from '../model/errors.ts'
import {
  endSumOf,
  noteName,
  partialName,
  removeNote,
  syncFolder,
  writeNote,
  type FileNote,
} from './export-note.ts'
import { createOwn, openOwn, removeFile, statOf } from './own-file.ts'

/** A note but for what the file itself knows. */
export type FilePlace = Omit<FileNote, 'of' | 'bytes' | 'endSum' | 'isWhole'>

export interface FinishOptions {
  /** What is there is replaced. */
  readonly force: boolean
  /** The note stays, for whoever puts the parts together. */
  readonly isPart: boolean
}

export class ExportFile {
  readonly #file: string
  readonly #handle: FileHandle
  #bytes: number
  #isClosed = false

  private constructor(file: string, handle: FileHandle, bytes: number) {
    this.#file = file
    this.#handle = handle
    this.#bytes = bytes
  }

  /** Anew. The note is first: a partial file without one is somebody else's. */
  static begin(file: string, place: FilePlace): Promise<ExportFile> {
    return spaceFor(file, async () => {
      const note = { ...place, of: 'file', bytes: 0, endSum: '', isWhole: false } as const
      await writeNote(file, note)
      return new ExportFile(file, await createOwn(partialName(file)), 0)
    })
  }

  /** Behind the bytes of its note. Rejects KITEQ_USAGE when what is there is not ours. */
  static goOn(file: string, { bytes }: Pick<FileNote, 'bytes'>): Promise<ExportFile> {
    return spaceFor(file, async () => {
      const name = partialName(file)
      const there = await openOwn(name, 'change')
      if (there === undefined && bytes > 0)
        throw new KiteQError('KITEQ_USAGE', `${name} was removed while it was needed`)
      const opened = new ExportFile(file, there ?? (await createOwn(name)), bytes)
      try {
        await opened.#handle.truncate(bytes)
      } catch (error) {
        await opened.close()
        throw error
      }
      return opened
    })
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Rejects KITEQ_DISK_FULL without space; the note before still holds. */
  async write(bytes: Uint8Array): Promise<void> {
    await spaceFor(this.#file, async () => {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(
          bytes,
          done,
          bytes.length - done,
          this.#bytes + done,
        )
        done += bytesWritten
      }
    })
    this.#bytes += bytes.length
  }

  /** From here on an export that was interrupted goes on behind what is written now. */
  save(place: FilePlace): Promise<void> {
    return this.#note(place, false)
  }

  /** As `save`, of the first `bytes` alone. */
  async keep(bytes: number, place: FilePlace): Promise<void> {
    await this.#handle.truncate(bytes)
    this.#bytes = bytes
    await this.#note(place, false)
  }

  /** It is whole: gives it its name. */
  async finish(place: FilePlace, { force, isPart }: FinishOptions): Promise<void> {
    await this.#note(place, true)
    await this.close()
    await expectFree(this.#file, force)
    await spaceFor(this.#file, async () => {
      if (force || !(await linked(this.#file))) await rename(partialName(this.#file), this.#file)
      await syncFolder(path.dirname(this.#file))
    })
    if (!isPart) await removeNote(this.#file)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#handle.close()
  }

  #note(place: FilePlace, isWhole: boolean): Promise<void> {
    return spaceFor(this.#file, async () => {
      const bytes = this.#bytes
      await this.#handle.datasync()
      const endSum = await endSumOf(this.#handle, bytes)
      await writeNote(this.#file, { ...place, of: 'file', bytes, endSum, isWhole })
    })
  }
}

/**
 * Gives a whole file its name, which replaces nothing, whatever appears meanwhile: rejects KITEQ_USAGE then. False on a file
 * system where a file has one name.
 */
async function linked(file: string): Promise<boolean> {
  try {
    await link(partialName(file), file)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') await expectFree(file, false)
    if (!linkless.has(code)) throw error
    return false
  }
  await syncFolder(path.dirname(file)) // it is never without a name
  await removeFile(partialName(file))
  return true
}

const linkless: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
])

/** Of an export that ended with both names on its file, as `linked` has it for a moment: the first one goes. */
export async function endLinking(file: string): Promise<void> {
  const [partial, whole] = await Promise.all([partialName(file), file].map(statOf))
  if (partial?.isFile() !== true || whole === undefined || partial.nlink !== 2) return
  if (partial.ino === whole.ino && partial.dev === whole.dev) await removeFile(partialName(file))
}

/** Rejects KITEQ_USAGE when there is anything of that name, and with `force` when it is more than a file. */
export async function expectFree(file: string, force: boolean): Promise<void> {
  const stats = await statOf(file)
  if (stats === undefined || (force && stats.isFile())) return
  const why = stats.isFile()
    ? 'is there already; expected a new name, or --force'
    : 'is there and is no plain file; expected a new name'
  throw new KiteQError('KITEQ_USAGE', `${file} ${why}`)
}

/** Rejects KITEQ_DISK_FULL where the system says that there is no space. */
export async function spaceFor<T>(file: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (!isNoSpace(error)) throw error
    const kept =
      (await statOf(noteName(file)).catch(() => undefined)) === undefined
        ? 'make room'
        : 'what was written stays; make room, and the same command goes on'
    throw noSpace(file, kept, error)
  }
}

export function noSpace(file: string, advice: string, cause: unknown): KiteQError {
  const message = `no space to write ${partialName(file)}; ${advice}`
  return new KiteQError('KITEQ_DISK_FULL', message, { cause })
}
