// The postings of a whole folder: which segments lack them, and which have lost their segment. Reads the folder as any tool does,
// beside its owner; what cannot be covered is left out and told.

import type { Disk } from './disk.ts'
import { postingsNumberOf } from './postings-format.ts'
import type { SegmentEnd } from './postings.ts'
import { isCovered, writePostings, type PostingsTask } from './postings-writer.ts'
import { readSegmentHeaders, segmentName, segmentNumberOf } from './segment.ts'
import type { ResumePlace } from './recover.ts'

export interface CoverRequest {
  readonly disk: Disk
  readonly dir: string
  /** Everything before is durable; the end of a batch. */
  readonly upTo: ResumePlace
  /** About so much is read, then it ends. */
  readonly bytesMax: number
  /** So much must stay free. */
  readonly freeBytes: number
  /** Segments that could not be covered before. */
  readonly except: readonly number[]
}

export interface CoverReport {
  /** Bytes of the log that were read, and files that were written. */
  readonly bytes: number
  readonly written: number
  /** Some are still to be covered. */
  readonly more: boolean
  /** Could not be covered, and why the first could not. */
  readonly failed: readonly number[]
  readonly why: string | undefined
}

/** Rejects as the disk does. */
export async function coverFolder(request: CoverRequest): Promise<CoverReport> {
  const { disk, dir, bytesMax, freeBytes, except } = request
  let bytes = 0
  let written = 0
  const failed: number[] = []
  let why: string | undefined
  for (const task of await tasksOf(request)) {
    const { number } = task.header
    if (except.includes(number) || (await isCovered(task))) continue
    if (bytes >= bytesMax) return { bytes, written, more: true, failed, why }
    if ((await disk.freeBytes(dir)) < freeBytes + task.end.position / 4) {
      why ??= 'too little space is free'
      return { bytes, written, more: true, failed, why }
    }
    try {
      bytes += await writePostings(task)
      written++
    } catch (error) {
      if (!(await disk.exists(`${dir}/${segmentName(number)}`))) continue // dropped meanwhile
      why ??= error instanceof Error ? error.message : String(error)
      if (!isOfTheLog(error)) throw error
      failed.push(number)
    }
  }
  return { bytes, written, more: false, failed, why }
}

/**
 * Removes postings of segments that were dropped: a process may have died between the two. Those of segments behind the last one
 * stay, for they prove that the log has lost its end.
 */
export async function removeOrphans(disk: Disk, dir: string): Promise<void> {
  const names = await disk.list(dir)
  const first = names.map(segmentNumberOf).find((number) => number !== undefined)
  for (const name of names) {
    const number = postingsNumberOf(name)
    if (number !== undefined && first !== undefined && number < first)
      await disk.remove(`${dir}/${name}`)
  }
}

/** The newest first: what is asked for is mostly young. */
async function tasksOf({ disk, dir, upTo }: CoverRequest): Promise<PostingsTask[]> {
  const headers = await readSegmentHeaders(disk, dir)
  const tasks: PostingsTask[] = []
  for (const [i, header] of headers.entries()) {
    const next = headers[i + 1]
    let end: SegmentEnd | undefined
    if (header.number === upTo.segment) end = upTo
    else if (next !== undefined && header.number < upTo.segment)
      end = { position: next.previousEnd, offset: next.firstOffset }
    if (end !== undefined) tasks.push({ disk, dir, header, end })
  }
  return tasks.reverse()
}

/** Damage, or a record of a newer version: it will not pass. */
function isOfTheLog(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown }
  return code === 'KITEQ_LOG_CORRUPT' || code === 'KITEQ_LOG_VERSION'
}
