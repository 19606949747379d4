// One segment file: its name, and the 4096-byte header that says which log, which epoch, which offsets and which crc
// seed. A header that does not hold refuses the log: it is written and synced before the file gets its name.

import { KiteQError } from '../model/errors.ts'
import type { Epoch, Offset, SegmentNumber } from '../model/ids.ts'
import { logFrameBytesMax, segmentBytesMax } from '../model/limits.ts'
import { checksum } from './checksum.ts'
import { readInto, type Disk } from './disk.ts'
import { readU32, readU48, writeU32, writeU48 } from './frame.ts'

export const segmentHeaderBytes = 4096
export const logFormatVersion = 1

export interface SegmentHeader {
  readonly number: SegmentNumber
  readonly firstOffset: Offset
  readonly epoch: Epoch
  /** Of the log: 32 hex digits, the same in all its segments. */
  readonly logId: string
  /** Random: every crc of the segment continues from it, so that a frame of another segment never holds here. */
  readonly seed: number
  /** Where the valid bytes of the segment before end; 0 for the first. All of them were synced before this header was. */
  readonly previousEnd: number
}

const magic: Uint8Array = Uint8Array.from('KITEQLOG', (char) => char.charCodeAt(0))
const crcAt = segmentHeaderBytes - 4
const suffix = '.segment'

/** How much of a file of this size can be a segment: what a stretched one claims is never walked over. */
export function segmentFileBytes(size: number): number {
  return Math.min(size, segmentBytesMax + logFrameBytesMax)
}

export const segmentName = (number: number): string =>
  `${String(number).padStart(10, '0')}${suffix}`

/** Undefined for files that are no segments. */
export function segmentNumberOf(name: string): SegmentNumber | undefined {
  const match = /^(\d{10,})\.segment$/.exec(name)
  return match === null ? undefined : (Number(match[1]) as SegmentNumber)
}

export function encodeSegmentHeader(header: SegmentHeader): Uint8Array {
  const bytes = new Uint8Array(segmentHeaderBytes)
  bytes.set(magic, 0)
  writeU32(bytes, 8, logFormatVersion)
  writeU32(bytes, 12, header.number)
  writeU48(bytes, 16, header.firstOffset)
  writeU32(bytes, 24, header.epoch)
  writeU32(bytes, 28, header.seed)
  for (let i = 0; i < 16; i++) {
    bytes[32 + i] = Number.parseInt(header.logId.slice(i * 2, i * 2 + 2), 16)
  }
  writeU48(bytes, 48, header.previousEnd)
  writeU32(bytes, crcAt, checksum(bytes, 0, crcAt, 0))
  return bytes
}

/** Throws KITEQ_LOG_CORRUPT or KITEQ_LOG_VERSION, naming `path`. */
export function decodeSegmentHeader(bytes: Uint8Array, path: string): SegmentHeader {
  if (bytes.length < segmentHeaderBytes) {
    throw corruptFile(path, bytes.length, `the header ends after ${bytes.length} bytes`)
  }
  if (magic.some((byte, i) => bytes[i] !== byte)) throw corruptFile(path, 0, 'no segment of a log')
  if (readU32(bytes, crcAt) !== checksum(bytes, 0, crcAt, 0)) {
    throw corruptFile(path, 0, 'the checksum of the header does not hold')
  }
  const version = readU32(bytes, 8)
  if (version > logFormatVersion) {
    throw new KiteQError(
      'KITEQ_LOG_VERSION',
      `${path} has log format ${version}; this version reads up to format ${logFormatVersion}`,
    )
  }
  let logId = ''
  for (let i = 0; i < 16; i++) logId += bytes[32 + i]!.toString(16).padStart(2, '0')
  return {
    number: readU32(bytes, 12) as SegmentNumber,
    firstOffset: readU48(bytes, 16) as Offset,
    epoch: readU32(bytes, 24) as Epoch,
    seed: readU32(bytes, 28),
    logId,
    previousEnd: readU48(bytes, 48),
  }
}

/**
 * All segment headers of a folder, in order. Throws when one is damaged, of another log, or missing between two others;
 * the first ones may have been dropped: whether they were is for the fold to say.
 */
export async function readSegmentHeaders(disk: Disk, dir: string): Promise<SegmentHeader[]> {
  const headers: SegmentHeader[] = []
  for (const name of await disk.list(dir)) {
    if (segmentNumberOf(name) === undefined) continue
    const path = `${dir}/${name}`
    const header = await readSegmentHeader(disk, path).catch((error: unknown) => {
      // Its owner drops the oldest ones while others read.
      if (headers.length === 0 && isMissing(error)) return undefined
      throw error
    })
    if (header === undefined) continue
    checkOrder(headers.at(-1), header, name, path)
    headers.push(header)
  }
  return headers
}

/** The file is not there. */
export function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ENOENT'
}

async function readSegmentHeader(disk: Disk, path: string): Promise<SegmentHeader> {
  const file = await disk.open(path, 'read')
  try {
    const bytes = new Uint8Array(segmentHeaderBytes)
    const count = await readInto(file, bytes, 0, bytes.length, 0)
    return decodeSegmentHeader(bytes.subarray(0, count), path)
  } finally {
    await file.close()
  }
}

function checkOrder(
  before: SegmentHeader | undefined,
  header: SegmentHeader,
  name: string,
  path: string,
): void {
  const { number, firstOffset, epoch, logId } = header
  if (segmentName(number) !== name) throw corruptFile(path, 12, `the header says segment ${number}`)
  if (before === undefined) {
    if (number === 1 && firstOffset !== 0)
      throw corruptFile(path, 16, `the log begins at offset ${firstOffset}`)
    return
  }
  if (number !== before.number + 1) {
    throw corruptFile(path, 12, `${missingSegments(before.number + 1, number - 1)} before it`)
  }
  if (logId !== before.logId) {
    throw corruptFile(path, 32, `it belongs to log ${logId}, the one before to ${before.logId}`)
  }
  if (epoch < before.epoch) throw corruptFile(path, 24, `epoch ${epoch} follows ${before.epoch}`)
  if (firstOffset < before.firstOffset) {
    throw corruptFile(path, 16, `offset ${firstOffset} follows ${before.firstOffset}`)
  }
}

/** Files first to last, in words. */
export function missingSegments(first: number, last: number): string {
  if (first === last) return `segment ${segmentName(first)} is missing`
  return `segments ${segmentName(first)} to ${segmentName(last)} are missing`
}

export function corruptFile(path: string, position: number, why: string): KiteQError {
  return new KiteQError('KITEQ_LOG_CORRUPT', `${path} at byte ${position}: ${why}`)
}
