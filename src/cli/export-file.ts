// The file of an export: written beside its name until it is whole, with a note of how far it is, so that whatever ends the
// writing it goes on from there. A name never holds less than a whole export.

import { constants, type Stats } from 'node:fs'
import { open, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { isNoSpace } from '../log/disk.ts'
import { KiteQError } from '../model/errors.ts'

/** Records [from, to) that are not there, and why. */
export interface MissingRecords {
  readonly from: number
  readonly to: number
  readonly why: 'dropped' | 'damaged'
}

/** How far a file is. */
export interface FileNote {
  /** What is exported, as one text: only the same export goes on. */
  readonly what: string
  readonly from: number
  readonly to: number
  /** Everything below is in the file. */
  readonly next: number
  readonly bytes: number
  readonly rows: number
  readonly missing: readonly MissingRecords[]
  /** What the format needs to go on. */
  readonly format: string | undefined
}

export const partialName = (file: string): string => `${file}.partial`
export const noteName = (file: string): string => `${file}.partial.json`

export class ExportFile {
  readonly #file: string
  readonly #handle: FileHandle
  #bytes: number

  private constructor(file: string, handle: FileHandle, bytes: number) {
    this.#file = file
    this.#handle = handle
    this.#bytes = bytes
  }

  /** Begins anew, or goes on behind `bytes`. Rejects as the file system does. */
  static async open(file: string, bytes: number | undefined): Promise<ExportFile> {
    const { O_RDWR, O_CREAT, O_TRUNC } = constants
    const flags = O_RDWR | O_CREAT | (bytes === undefined ? O_TRUNC : 0)
    const handle = await open(partialName(file), flags, 0o640)
    if (bytes !== undefined) await handle.truncate(bytes)
    return new ExportFile(file, handle, bytes ?? 0)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Rejects KITEQ_DISK_FULL without space; the note before still holds. */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(
          bytes,
          done,
          bytes.length - done,
          this.#bytes + done,
        )
        done += bytesWritten
      }
    } catch (error) {
      throw asFull(error, this.#file)
    }
    this.#bytes += bytes.length
  }

  /** From here on an export that was interrupted goes on behind what is written now. */
  async save(note: Omit<FileNote, 'bytes'>): Promise<void> {
    try {
      await this.#handle.datasync()
      await writeNote(this.#file, { ...note, bytes: this.#bytes })
    } catch (error) {
      throw asFull(error, this.#file)
    }
  }

  /** It is whole: gives it its name. */
  async finish(): Promise<void> {
    try {
      await this.#handle.sync()
    } catch (error) {
      throw asFull(error, this.#file)
    }
    await this.#handle.close()
    await rename(partialName(this.#file), this.#file)
    await syncFolder(path.dirname(this.#file))
    await rm(noteName(this.#file), { force: true })
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}

/** Of an export that was interrupted; undefined when there is none that could go on. */
export async function readNote(file: string): Promise<FileNote | undefined> {
  const partial = await sizeOf(partialName(file))
  if (partial === undefined) return undefined
  try {
    const note = JSON.parse(await readFile(noteName(file), 'utf8')) as FileNote
    const { what, from, to, next, bytes, rows, missing } = note
    const isNote =
      typeof what === 'string' &&
      [from, to, next, bytes, rows].every((n) => Number.isSafeInteger(n) && n >= 0) &&
      Array.isArray(missing)
    return isNote && bytes <= partial.size ? note : undefined
  } catch {
    return undefined // written safely, so it is somebody else's: the export begins anew
  }
}

/** A note is there whole, or not at all. */
export async function writeNote(file: string, note: unknown): Promise<void> {
  const name = noteName(file)
  const handle = await open(`${name}.new`, 'w', 0o640)
  try {
    await handle.writeFile(JSON.stringify(note))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(`${name}.new`, name)
  await syncFolder(path.dirname(name))
}

export async function sizeOf(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file)
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined
    throw error
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function asFull(error: unknown, file: string): unknown {
  if (!isNoSpace(error)) return error
  const advice = 'what was written stays; make room, and the same command goes on'
  return new KiteQError('KITEQ_DISK_FULL', `no space to write ${partialName(file)}; ${advice}`, {
    cause: error,
  })
}
