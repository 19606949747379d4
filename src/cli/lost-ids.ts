// Message ids that can still be read where no whole record is: a header begins with its id, 32 hex digits behind two known
// bytes. What is found may itself be damaged: it is a help for people, never a proof.

import { nodeDisk } from '../log/disk-node.ts'
import type { Disk } from '../log/disk.ts'
import { readInto } from '../log/disk.ts'
import type { Hole } from '../log/scan-segment.ts'
import { segmentName } from '../log/segment.ts'
import type { Tail } from './folder.ts'
import { lostText } from './lost-stretches.ts'

/** Field 1 of a header, 32 bytes long. */
const mark: Buffer = Buffer.from([0x0a, 32])
const idForm = /^[0-9a-f]{32}$/i
const chunkBytes = 1024 * 1024
const foundBytes = 34

interface Stretch {
  readonly segment: number
  readonly position: number
  readonly length: number
}

/** The first `max` different ones in [position, position + length) of a file, in order. */
export async function findIds(
  disk: Disk,
  path: string,
  position: number,
  length: number,
  max: number,
): Promise<string[]> {
  const ids = new Set<string>()
  await readIds(disk, path, position, length, (id) => ids.add(id).size < max)
  return [...ids]
}

/**
 * Where records are lost, in words, and where among them the id of a message can still be read; undefined when nothing is.
 * A stretch that cannot be read, or is gone meanwhile, holds no id.
 */
export async function lostTextFor(
  dir: string,
  id: string,
  lost: readonly Hole[],
  tail: Tail | undefined,
  disk: Disk = nodeDisk,
): Promise<string | undefined> {
  const stretches: Stretch[] = [...lost]
  if (tail !== undefined && tail.bytes > 0) stretches.push({ ...tail, length: tail.bytes })
  const text = lostText(lost, tail)
  for (const { segment, position, length } of stretches) {
    if (length <= 0) continue
    let at = -1
    const path = `${dir}/${segmentName(segment)}`
    const look = (found: string, place: number): boolean => {
      if (found === id) at = place
      return at < 0
    }
    await readIds(disk, path, position, length, look).catch(() => undefined)
    if (at >= 0)
      return `${text}; the id can be read in segment ${segment} at byte ${at}, so it may be in the damaged record there`
  }
  return text
}

/** Calls `visit` with each id and its position, until it says false. */
async function readIds(
  disk: Disk,
  path: string,
  position: number,
  length: number,
  visit: (id: string, position: number) => boolean,
): Promise<void> {
  const file = await disk.open(path, 'read')
  try {
    const chunk = Buffer.alloc(Math.min(chunkBytes, length))
    const end = position + length
    for (let at = position; at < end; at += chunkBytes - foundBytes) {
      const wanted = Math.min(chunk.length, end - at)
      // What cannot be read holds no id.
      const count = await readInto(file, chunk, 0, wanted, at).catch(() => 0)
      if (!eachId(chunk.subarray(0, count), at, visit) || wanted < chunkBytes) return
    }
  } finally {
    await file.close()
  }
}

function eachId(
  bytes: Buffer,
  position: number,
  visit: (id: string, position: number) => boolean,
): boolean {
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) {
    const text = bytes.toString('latin1', at + 2, at + foundBytes)
    if (idForm.test(text) && !visit(text.toLowerCase(), position + at + 2)) return false
  }
  return true
}
