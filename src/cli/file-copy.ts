// Copies bytes of files as a backup wants it: in pieces, with the sha256 of what was written, synced, and under the final
// name only once it is whole. Never touches the source.

import { createHash } from 'node:crypto'
import { readInto, syncFile, writeAll, type Disk, type DiskFile } from '../log/disk.ts'

export interface CopyRequest {
  readonly disk: Disk
  readonly from: string
  readonly to: string
  /** Bytes [position, position + bytes) are wanted, at most what there is. Infinity: to the end. */
  readonly position?: number
  readonly bytes: number
  /** Written in the place of the first bytes. */
  readonly head?: Uint8Array
  /** What cannot be read is written as zeros. */
  readonly tolerant?: boolean
  /** Told of every piece. */
  readonly progress?: (bytes: number) => void
}

export interface Copied {
  readonly bytes: number
  /** Of what was written, hex. */
  readonly sha256: string
}

/** Under this suffix until it is whole. */
export const partSuffix = '.part'
const pieceBytes = 4 * 1024 * 1024
const pageBytes = 4096

/** Rejects as the disk does. The name in its folder is the caller's to sync. */
export async function copyBytes(request: CopyRequest): Promise<Copied> {
  const { disk, from, to } = request
  const part = `${to}${partSuffix}`
  await disk.remove(part)
  const source = await disk.open(from, 'read')
  try {
    const target = await disk.open(part, 'write', { create: true })
    try {
      const copied = await pass(source, request, (piece, at) => writeAll(target, piece, at))
      await syncFile(target)
      await disk.rename(part, to)
      return copied
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

/** What `copyBytes` would say of this file, or of a stretch of it. */
export async function hashBytes(request: Omit<CopyRequest, 'to' | 'head'>): Promise<Copied> {
  const file = await request.disk.open(request.from, 'read')
  try {
    return await pass(file, request, () => Promise.resolve())
  } finally {
    await file.close()
  }
}

/** A whole small file, synced, under its name only then; the folder too. */
export async function writeFileSafely(
  disk: Disk,
  dir: string,
  name: string,
  text: string,
): Promise<void> {
  const part = `${dir}/${name}${partSuffix}`
  await disk.remove(part)
  const file = await disk.open(part, 'write', { create: true })
  try {
    await writeAll(file, Buffer.from(text), 0)
    await syncFile(file)
  } finally {
    await file.close()
  }
  await disk.rename(part, `${dir}/${name}`)
  await disk.syncFolder(dir)
}

async function pass(
  source: DiskFile,
  request: Omit<CopyRequest, 'to'>,
  write: (piece: Uint8Array, at: number) => Promise<void>,
): Promise<Copied> {
  const { position = 0, bytes, head, tolerant, progress } = request
  const hash = createHash('sha256')
  const piece = new Uint8Array(Math.min(pieceBytes, bytes))
  let done = 0
  while (done < bytes) {
    const wanted = Math.min(piece.length, bytes - done)
    const count = await read(source, piece, wanted, position + done, tolerant === true)
    if (count === 0) break
    if (head !== undefined && done < head.length)
      piece.set(head.subarray(done, Math.min(head.length, done + count)))
    const part = piece.subarray(0, count)
    hash.update(part)
    await write(part, done)
    done += count
    progress?.(count)
  }
  return { bytes: done, sha256: hash.digest('hex') }
}

async function read(
  file: DiskFile,
  piece: Uint8Array,
  wanted: number,
  position: number,
  tolerant: boolean,
): Promise<number> {
  try {
    return await readInto(file, piece, 0, wanted, position)
  } catch (error) {
    if (!tolerant) throw error
    piece.fill(0, 0, wanted)
    for (let at = 0; at < wanted; at += pageBytes)
      await readInto(file, piece, at, Math.min(pageBytes, wanted - at), position + at).catch(
        () => 0,
      )
    return wanted
  }
}
