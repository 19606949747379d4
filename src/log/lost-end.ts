// Whether a log once reached farther than it does: postings cover durable records only, so those of a segment that is gone,
// or that go on behind the end, prove it. Costs a read of 256 bytes or two; says nothing when there are no postings.

import { KiteQError } from '../model/errors.ts'
import type { Epoch, SegmentNumber } from '../model/ids.ts'
import { isUnreadable } from './checkpoint.ts'
import { readInto, type Disk } from './disk.ts'
import { readU32 } from './frame.ts'
import {
  decodePostingsHead,
  postingsHeadBytes,
  postingsName,
  postingsNumberOf,
} from './postings-format.ts'
import { isMissing, type SegmentHeader } from './segment.ts'

/** What the head of one file of postings says. */
export interface Covered {
  /** Name in the folder. */
  readonly file: string
  readonly logId: string
  readonly segment: number
  readonly epoch: number
  readonly seed: number
  /** Records below were durable. */
  readonly offset: number
}

/** Of the postings that hold, from the segment `from` on. To be read before it is asked where the log ends. */
export async function coveredEnds(disk: Disk, dir: string, from: number): Promise<Covered[]> {
  const found: Covered[] = []
  for (const name of await disk.list(dir)) {
    const segment = postingsNumberOf(name)
    if (segment === undefined || segment < from) continue
    const covered = await coveredBy(disk, dir, segment)
    if (covered !== undefined) found.push(covered)
  }
  return found
}

/**
 * The one that reaches farthest past the end of the log, whose last segment is `last`; undefined when none does. What another
 * run wrote about a segment of the same number is about another one.
 */
export function endBeyond(
  covered: readonly Covered[],
  last: SegmentHeader,
  endOffset: number,
): Covered | undefined {
  let beyond: Covered | undefined
  for (const one of covered) {
    if (one.logId !== last.logId) continue
    const isLast = one.segment === last.number
    if (isLast ? one.seed !== last.seed || one.epoch !== last.epoch : one.segment < last.number)
      continue
    if (one.offset > (beyond?.offset ?? endOffset)) beyond = one
  }
  return beyond
}

/** To be called once what is lost is on record: they would tell of it for ever. Returns how many there were. */
export async function dropPostingsAhead(
  disk: Disk,
  dir: string,
  logId: string,
  endOffset: number,
): Promise<number> {
  let dropped = 0
  for (const one of await coveredEnds(disk, dir, 0)) {
    if (one.logId !== logId || one.offset <= endOffset) continue
    await disk.remove(`${dir}/${one.file}`)
    dropped++
  }
  if (dropped > 0) await disk.syncFolder(dir)
  return dropped
}

/** A file that does not hold or cannot be read proves nothing. */
async function coveredBy(disk: Disk, dir: string, segment: number): Promise<Covered | undefined> {
  const name = postingsName(segment)
  const path = `${dir}/${name}`
  const bytes = new Uint8Array(postingsHeadBytes)
  try {
    const file = await disk.open(path, 'read')
    try {
      const count = await readInto(file, bytes, 0, bytes.length, 0)
      const [epoch, seed] = [readU32(bytes, 16) as Epoch, readU32(bytes, 20)]
      const logId = Buffer.from(bytes.subarray(24, 40)).toString('hex')
      const number = segment as SegmentNumber
      const header = { number, epoch, seed, logId } as SegmentHeader
      const { endOffset } = decodePostingsHead(bytes.subarray(0, count), header, path)
      return { file: name, logId, segment, epoch, seed, offset: endOffset }
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof KiteQError || isMissing(error) || isUnreadable(error)) return undefined
    throw error
  }
}
