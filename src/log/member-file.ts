// What a folder is in its replica set: a small file beside the segments. It names the copy, so that a wiped or restored disk is
// another one, and says from where on the copy is being filled, so that nobody counts it meanwhile. Written whole, or not at all.

import { KiteQError } from '../model/errors.ts'
import type { Offset } from '../model/ids.ts'
import { readWhole, syncFile, writeAll, type Disk } from './disk.ts'
import { fully } from './replica-file.ts'
import { isMissing } from './segment.ts'

export interface MemberFile {
  readonly set: string
  /** Of the member. */
  readonly id: string
  /** Of this folder: 32 hex digits, random. */
  readonly copy: string
  /** The folder has belonged to the set before. */
  readonly isKnown: boolean
  /** Records from here on were written many batches at a time: damage there is no more than a torn tail. */
  readonly fillingFrom?: Offset | undefined
  /** All records are being thrown away. */
  readonly isClearing?: boolean | undefined
}

export const memberFileName = 'member.json'
const temporaryName = 'member.tmp'
const format = 1
const bytesMax = 64 * 1024

/**
 * Undefined where there is none. Rejects KITEQ_LOG_CORRUPT for one that is damaged, KITEQ_LOG_VERSION for one of a newer
 * version; both name the file and what is wrong.
 */
export async function readMemberFile(disk: Disk, dir: string): Promise<MemberFile | undefined> {
  const path = `${dir}/${memberFileName}`
  const bytes = await readWhole(disk, path, bytesMax).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  return bytes === undefined ? undefined : decode(new TextDecoder().decode(bytes), path)
}

/** Durable when it resolves; a crash before leaves the one that was there. Rejects KITEQ_DISK_FULL with nothing changed. */
export function writeMemberFile(disk: Disk, dir: string, member: MemberFile): Promise<void> {
  return fully(replaced(disk, dir, `${JSON.stringify({ format, ...member }, undefined, 2)}\n`))
}

async function replaced(disk: Disk, dir: string, text: string): Promise<void> {
  const temporary = `${dir}/${temporaryName}`
  await disk.ensureFolder(dir)
  await disk.remove(temporary)
  const file = await disk.open(temporary, 'write', { create: true })
  try {
    await writeAll(file, new TextEncoder().encode(text), 0)
    await syncFile(file)
  } finally {
    await file.close()
  }
  await disk.rename(temporary, `${dir}/${memberFileName}`)
  await disk.syncFolder(dir)
}

/** The same with other notes. Rejects KITEQ_USAGE where there is no such file: a note that nobody finds is none. */
export async function noteInMemberFile(
  disk: Disk,
  dir: string,
  notes: Pick<MemberFile, 'fillingFrom' | 'isClearing'>,
): Promise<void> {
  const member = await readMemberFile(disk, dir)
  if (member === undefined)
    throw new KiteQError('KITEQ_USAGE', `${dir} belongs to no replica set: no ${memberFileName}`)
  await writeMemberFile(disk, dir, { ...member, ...notes })
}

/** A new name for a folder, of random bits. */
export function newCopy(random: () => number): string {
  let copy = ''
  for (let i = 0; i < 4; i++) copy += (random() >>> 0).toString(16).padStart(8, '0')
  return copy
}

function decode(text: string, path: string): MemberFile {
  const wrong = (what: string): KiteQError =>
    new KiteQError('KITEQ_LOG_CORRUPT', `${path}: ${what}`)
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    throw wrong('it is no JSON')
  }
  if (typeof found !== 'object' || found === null) throw wrong('expected an object')
  const fields = found as Record<string, unknown>
  if (typeof fields['format'] === 'number' && fields['format'] > format)
    throw new KiteQError(
      'KITEQ_LOG_VERSION',
      `${path} has format ${fields['format']}; this version reads up to format ${format}`,
    )
  if (fields['format'] !== format) throw wrong(`format: expected ${format}`)
  const { set, id, copy, isKnown, fillingFrom, isClearing } = fields
  if (typeof set !== 'string' || set === '') throw wrong('set: expected a name')
  if (typeof id !== 'string' || id === '') throw wrong('id: expected a name')
  if (typeof copy !== 'string' || !/^[0-9a-f]{32}$/.test(copy))
    throw wrong('copy: expected 32 hex digits')
  if (typeof isKnown !== 'boolean') throw wrong('isKnown: expected true or false')
  if (fillingFrom !== undefined && !isOffset(fillingFrom))
    throw wrong('fillingFrom: expected an offset')
  if (isClearing !== undefined && typeof isClearing !== 'boolean')
    throw wrong('isClearing: expected true or false')
  return { set, id, copy, isKnown, fillingFrom, isClearing }
}

const isOffset = (value: unknown): value is Offset =>
  Number.isSafeInteger(value) && Number(value) >= 0
