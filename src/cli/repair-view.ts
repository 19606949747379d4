// The data folder as it will look after a repair, as a disk to read from: so that a dry run can check everything a start
// would, and a repair is only begun when it ends well. Reads only; nothing is ever written through it.

import { basename, dirname } from 'node:path'
import type { Disk, DiskFile, OpenMode } from '../log/disk.ts'
import { encodeSegmentHeader, type SegmentHeader } from '../log/segment.ts'

/** What a repair makes of the segment files, by their names. */
export interface FolderChanges {
  /** Headers written anew over the old ones. */
  readonly headers: ReadonlyMap<string, SegmentHeader>
  /** Files that consist of a header only, in the place of what is there, or of nothing. */
  readonly fills: ReadonlyMap<string, SegmentHeader>
  /** New name -> the name it has now. */
  readonly renames: ReadonlyMap<string, string>
  /** Taken out of the folder. */
  readonly removed: ReadonlySet<string>
}

export function viewOf(disk: Disk, dir: string, changes: FolderChanges): Disk {
  const { headers, fills, renames, removed } = changes
  // The changes may still grow.
  const isGone = (name: string): boolean =>
    removed.has(name) || [...renames.values()].includes(name)
  const inDir = (path: string): string | undefined =>
    dirname(path) === dirname(`${dir}/x`) ? basename(path) : undefined
  return {
    ...disk,
    async list(folder) {
      const names = await disk.list(folder)
      if (folder !== dir) return names
      const left = names.filter((name) => !isGone(name))
      return [...new Set([...left, ...fills.keys(), ...renames.keys()])].sort()
    },
    async exists(path) {
      const name = inDir(path)
      if (name === undefined) return disk.exists(path)
      if (fills.has(name) || renames.has(name)) return true
      return !isGone(name) && disk.exists(path)
    },
    async open(path: string, mode: OpenMode) {
      if (mode !== 'read') throw new Error(`${path}: a view is only read`)
      const name = inDir(path)
      if (name === undefined) return disk.open(path, mode)
      const fill = fills.get(name)
      if (fill !== undefined) return memoryFile(encodeSegmentHeader(fill))
      const former = renames.get(name) ?? name
      const file = await disk.open(`${dir}/${former}`, mode)
      const header = headers.get(name)
      return header === undefined ? file : withHead(file, encodeSegmentHeader(header))
    },
  }
}

function memoryFile(bytes: Uint8Array): DiskFile {
  return {
    ...readOnly,
    read(target, start, length, position, done) {
      const piece = bytes.subarray(position, Math.max(position, position + length))
      target.set(piece, start)
      queueMicrotask(() => done(null, piece.length))
    },
    size: () => Promise.resolve(bytes.length),
    close: () => Promise.resolve(),
  }
}

/** The file, with other bytes at its beginning; it has at least as many. */
function withHead(file: DiskFile, head: Uint8Array): DiskFile {
  return {
    ...readOnly,
    read(target, start, length, position, done) {
      file.read(target, start, length, position, (error, count) => {
        if (error !== null || position >= head.length) {
          done(error, count)
          return
        }
        const piece = head.subarray(position, position + length)
        target.set(piece, start)
        done(null, Math.max(count, piece.length))
      })
    },
    size: async () => Math.max(head.length, await file.size()),
    close: () => file.close(),
  }
}

const refused = (): Error => new Error('a view is only read')

const readOnly: Pick<DiskFile, 'write' | 'sync' | 'truncate'> = {
  write: (_source, _start, _end, _position, done) => done(refused(), 0),
  sync: (done) => done(refused()),
  truncate: () => Promise.reject(refused()),
}
