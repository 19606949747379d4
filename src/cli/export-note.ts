// How far an export is, noted beside its file so that whatever ends it, the next run goes on from there. A note is there whole
// or not at all, and is believed only where it is sealed and fits the bytes it speaks of.

import { createHash } from 'node:crypto'
import { open, rename, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { KiteQError } from '../model/errors.ts'
import type { RecordMark } from './export-course.ts'
import { createOwn, openOwn, removeFile, statOf } from './own-file.ts'

/** Records [from, to) that are not there, and why. */
export interface MissingRecords {
  readonly from: number
  readonly to: number
  readonly why: 'dropped' | 'damaged'
}

/** How far a file is. */
export interface FileNote {
  readonly of: 'file'
  /** What is exported, as one text: only the same export goes on. */
  readonly what: string
  readonly from: number
  readonly to: number
  /** The last record of the export, of all its parts, as it was when it began. */
  readonly end?: RecordMark | undefined
  /** Everything below is in the file. */
  readonly next: number
  /** 0: it has only just begun, and begins again. */
  readonly bytes: number
  readonly rows: number
  readonly missing: readonly MissingRecords[]
  /** What the format needs to go on. */
  readonly format: string | undefined
  /** Of the last bytes it has. */
  readonly endSum: string
  /** Nothing follows; what may be missing is its name. */
  readonly isWhole: boolean
}

/** A part that is whole, as the note of all parts has it. */
export type DonePart = Pick<FileNote, 'from' | 'to' | 'rows' | 'bytes' | 'missing' | 'endSum'> & {
  readonly file: string
}

/** Of an export in parts: beside the file's name as long as a part is missing. */
export interface PartsNote {
  readonly of: 'parts'
  readonly what: string
  readonly from: number
  readonly to: number
  /** As each of them has it. */
  readonly end?: RecordMark | undefined
  /** All of them, once all are whole. */
  readonly done?: readonly DonePart[]
}

export const partialName = (file: string): string => `${file}.partial`
export const noteName = (file: string): string => `${file}.partial.json`
/** A note while it is written. */
export const newNoteName = (file: string): string => `${file}.partial.json.new`

/** The bytes at the end that a note answers for. */
const endBytes = 64 * 1024

/** Of what stands in front of `bytes`. */
export async function endSumOf(handle: FileHandle, bytes: number): Promise<string> {
  const end = Buffer.alloc(Math.min(endBytes, bytes))
  let length = 0
  for (let count = 1; count > 0 && length < end.length; length += count)
    count = (await handle.read(end, length, end.length - length, bytes - end.length + length))
      .bytesRead
  return sumOf(end.subarray(0, length))
}

/** A file that is as long as it is said to be, or longer where it may be, and has those bytes at its end. */
export async function fits(
  handle: FileHandle,
  { bytes, endSum }: Pick<FileNote, 'bytes' | 'endSum'>,
  isExact: boolean,
): Promise<boolean> {
  const { size } = await handle.stat()
  if (isExact ? size !== bytes : size < bytes) return false
  return (await endSumOf(handle, bytes)) === endSum
}

/** Undefined when there is none. Rejects KITEQ_USAGE for what is no note of ours. */
export async function readNote(file: string): Promise<FileNote | PartsNote | undefined> {
  const handle = await openOwn(noteName(file), 'read')
  if (handle === undefined) return undefined
  let text: string
  try {
    text = await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
  const note = noteIn(text)
  if (note !== undefined) return note
  throw new KiteQError(
    'KITEQ_USAGE',
    `${noteName(file)} is no note that an export of this version has written; expected it as it was, or --force to begin anew`,
  )
}

export async function writeNote(file: string, note: FileNote | PartsNote): Promise<void> {
  const text = JSON.stringify(note)
  const name = newNoteName(file)
  await removeFile(name)
  const handle = await createOwn(name)
  try {
    await handle.writeFile(JSON.stringify({ note: text, sum: sumOf(text) }))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(name, noteName(file))
  await syncFolder(path.dirname(file))
}

export async function removeNote(file: string): Promise<void> {
  await removeFile(newNoteName(file))
  await removeFile(noteName(file))
}

/** All that an interrupted export has left of a file that has no name yet. The note goes last: without it the rest is nobody's. */
export async function forget(file: string): Promise<void> {
  for (const name of [partialName(file), newNoteName(file), noteName(file)])
    if ((await statOf(name)) !== undefined) await removeFile(name)
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function noteIn(text: string): FileNote | PartsNote | undefined {
  try {
    const sealed = JSON.parse(text) as { readonly note: string; readonly sum: string }
    if (typeof sealed.note !== 'string' || sealed.sum !== sumOf(sealed.note)) return undefined
    const note = JSON.parse(sealed.note) as FileNote | PartsNote
    if (!isStretch(note.from, note.to)) return undefined
    return note.of === 'parts' || isSound(note) ? note : undefined
  } catch {
    return undefined
  }
}

function isSound({ from, to, next, bytes, rows, missing }: FileNote): boolean {
  return (
    isStretch(from, next) &&
    isStretch(next, to) &&
    [bytes, rows].every((count) => Number.isSafeInteger(count) && count >= 0) &&
    missing.every((one) => isStretch(from, one.from) && isStretch(one.from, one.to))
  )
}

function isStretch(from: number, to: number): boolean {
  return Number.isSafeInteger(from) && Number.isSafeInteger(to) && 0 <= from && from <= to
}

function sumOf(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
