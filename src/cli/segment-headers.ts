// The headers of all segments of a folder, each for itself: where opening a log refuses it at the first that is wrong, this
// goes on, so that a check can say all. Reads only.

import type { Disk } from '../log/disk.ts'
import { isNotFile, readInto } from '../log/disk.ts'
import {
  decodeSegmentHeader,
  segmentFileBytes,
  segmentHeaderBytes,
  segmentName,
  segmentNumberOf,
  type SegmentHeader,
} from '../log/segment.ts'
import { KiteQError } from '../model/errors.ts'
import { segmentBytesMax } from '../model/limits.ts'
import type { Findings } from './log-findings.ts'

export interface SegmentFile {
  readonly name: string
  readonly number: number
  /** Of the file. */
  readonly bytes: number
  /** Undefined when it does not hold: then nothing in the segment can be checked, for the seed is gone. */
  readonly header: SegmentHeader | undefined
}

/** In order of their numbers. Rejects KITEQ_LOG_VERSION for a newer format. */
export async function readSegmentFiles(
  dir: string,
  disk: Disk,
  findings: Findings,
): Promise<SegmentFile[]> {
  const files: SegmentFile[] = []
  let before: SegmentHeader | undefined
  let last = 0
  for (const name of await disk.list(dir)) {
    const number = segmentNumberOf(name)
    if (number === undefined) continue
    const file = await readSegmentFile(dir, disk, name, number, findings)
    // The first ones may have been dropped: whether they were, the fold says.
    const expected = last === 0 ? number : last + 1
    last = number
    if (number !== expected) {
      const text =
        number - expected === 1
          ? `segment ${segmentName(expected)} is missing before it`
          : `segments ${segmentName(expected)} to ${segmentName(number - 1)} are missing before it`
      findings.add({ kind: 'header', file: name, segment: number, text })
    }
    if (file === undefined) continue
    if (file.header !== undefined) {
      checkOrder(before, file.header, name, findings)
      before = file.header
    }
    files.push(file)
  }
  return files
}

/** Undefined for what is no file: its records are as gone as those of a segment that is missing. */
async function readSegmentFile(
  dir: string,
  disk: Disk,
  name: string,
  number: number,
  findings: Findings,
): Promise<SegmentFile | undefined> {
  const opened = await disk.open(`${dir}/${name}`, 'read').catch((error: unknown) => {
    if (!isNotFile(error)) throw error
    return (error as NodeJS.ErrnoException).code === 'ELOOP' ? 'a link' : 'no regular file'
  })
  if (typeof opened === 'string') {
    const text = `it is ${opened}; no start takes it, and kiteq repair tells what to do`
    findings.add({ kind: 'header', file: name, segment: number, text })
    return undefined
  }
  const file = opened
  try {
    const size = await file.size()
    const bytes = segmentFileBytes(size)
    if (bytes < size) {
      const text = `it is ${size} bytes long; expected at most ${segmentBytesMax}, and what is behind is not read`
      findings.add({ kind: 'header', file: name, segment: number, position: bytes, text })
    }
    let header: SegmentHeader | undefined
    try {
      const head = new Uint8Array(segmentHeaderBytes)
      const count = await readInto(file, head, 0, head.length, 0)
      header = decodeSegmentHeader(head.subarray(0, count), name)
      if (header.number !== number) throw new Error(`the header says segment ${header.number}`)
    } catch (error) {
      if (error instanceof KiteQError && error.code === 'KITEQ_LOG_VERSION') throw error
      header = undefined
      const text = error instanceof Error ? error.message : String(error)
      findings.add({ kind: 'header', file: name, segment: number, position: 0, text })
    }
    return { name, number, bytes, header }
  } finally {
    await file.close()
  }
}

function checkOrder(
  before: SegmentHeader | undefined,
  header: SegmentHeader,
  file: string,
  findings: Findings,
): void {
  const { number: segment, firstOffset, epoch, logId } = header
  const add = (position: number, text: string): void =>
    findings.add({ kind: 'header', file, segment, position, text })
  if (segment === 1 && firstOffset !== 0) add(16, `the log begins at offset ${firstOffset}`)
  if (before === undefined) return
  if (logId !== before.logId)
    add(32, `it belongs to log ${logId}, the one before to ${before.logId}`)
  if (epoch < before.epoch) add(24, `epoch ${epoch} follows ${before.epoch}`)
  if (firstOffset < before.firstOffset)
    add(16, `offset ${firstOffset} follows ${before.firstOffset}`)
}
