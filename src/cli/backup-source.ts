// A log as a backup takes it: up to which offset, which segments, how much of each. Of a folder in use everything follows
// from what its owner calls durable. Reads only.

import type { Disk } from '../log/disk.ts'
import { frameTimeMs } from '../log/frame.ts'
import { scanSegment } from '../log/scan-segment.ts'
import { readSegmentHeaders, segmentName, type SegmentHeader } from '../log/segment.ts'
import { withSegment } from '../log/whole-segment.ts'
import { KiteQError } from '../model/errors.ts'
import { ownerEnd, tailOf } from './folder.ts'

export interface SegmentPart {
  readonly name: string
  readonly header: SegmentHeader
  /** Of the file, from its beginning; fewer when it is shorter than it should be. */
  readonly bytes: number
}

export interface BackupSource {
  readonly logId: string
  readonly firstOffset: number
  readonly endOffset: number
  /** Of the last record; undefined when it is damaged or there is none. */
  readonly lastTimeMs: number | undefined
  readonly inUse: boolean
  readonly parts: readonly SegmentPart[]
}

const triesMax = 10

/** Rejects KITEQ_USAGE without a log, KITEQ_LOG_CORRUPT where durable records are damaged at its very end. */
export async function sourceOf(dir: string, disk: Disk): Promise<BackupSource> {
  const { headers, durable } = await lookAt(dir, disk)
  const last = headers.at(-1)
  if (last === undefined)
    throw new KiteQError(
      'KITEQ_USAGE',
      `no segment in ${dir}; expected the data folder of a broker`,
    )
  const endOffset = durable ?? (await tailOf(dir, disk, last)).offset
  // A segment that begins at the end holds nothing yet, but its epoch has begun.
  const within = headers.filter(({ firstOffset }) => firstOffset <= endOffset)
  const parts: SegmentPart[] = []
  let lastTimeMs: number | undefined
  for (let i = within.length - 1; i >= 0; i--) {
    const header = within[i]!
    const next = headers[i + 1]
    const isLast = i === within.length - 1
    const look = isLast || lastTimeMs === undefined
    const scanned = look ? await endIn(dir, disk, header, next, endOffset) : undefined
    lastTimeMs ??= scanned?.timeMs
    const bytes = isLast
      ? scanned!.end
      : Math.min(next!.previousEnd, await sizeIn(dir, disk, header))
    parts.unshift({ name: segmentName(header.number), header, bytes })
  }
  return {
    logId: last.logId,
    firstOffset: headers[0]!.firstOffset,
    endOffset,
    lastTimeMs,
    inUse: durable !== undefined,
    parts,
  }
}

/**
 * What is there before the owner is asked and after: what he says then covers the record that lets a segment go before any
 * of those seen goes.
 */
async function lookAt(
  dir: string,
  disk: Disk,
): Promise<{ readonly headers: readonly SegmentHeader[]; readonly durable: number | undefined }> {
  for (let tries = 1; ; tries++) {
    try {
      const before = await readSegmentHeaders(disk, dir)
      const durable = await ownerEnd(dir)
      const headers = await readSegmentHeaders(disk, dir)
      if (before[0]?.number === headers[0]?.number) return { headers, durable }
    } catch (error) {
      if (!isGone(error) || tries >= triesMax) throw error
    }
    if (tries >= triesMax) throw vanished(dir)
  }
}

/** Where the records before the end stop in a segment, and the time of the last one there. */
async function endIn(
  dir: string,
  disk: Disk,
  header: SegmentHeader,
  next: SegmentHeader | undefined,
  endOffset: number,
): Promise<{ readonly end: number; readonly timeMs: number | undefined }> {
  let timeMs: number | undefined
  const visit = (source: Uint8Array, start: number): void => {
    timeMs = frameTimeMs(source, start)
  }
  const sealed = next && { end: next.previousEnd, nextOffset: next.firstOffset }
  const { end, nextOffset } = await withSegment(dir, disk, header, (whole) =>
    scanSegment({ ...whole, sealed, to: endOffset, visit }),
  ).catch(asVanished)
  if (nextOffset === Math.min(endOffset, next?.firstOffset ?? Infinity)) return { end, timeMs }
  throw new KiteQError(
    'KITEQ_LOG_CORRUPT',
    `${dir}/${segmentName(header.number)} at byte ${end}: the records from offset ${nextOffset} to ${endOffset} are damaged; kiteq verify tells more`,
  )
}

function sizeIn(dir: string, disk: Disk, header: SegmentHeader): Promise<number> {
  return withSegment(dir, disk, header, ({ bytes }) => Promise.resolve(bytes)).catch(asVanished)
}

export function isGone(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ENOENT'
}

/** For a `catch`: what is missing now was there when the headers were read. */
export function asVanished(error: unknown): never {
  if (!isGone(error)) throw error
  const { path } = error as { path?: unknown }
  throw vanished(typeof path === 'string' ? path : 'a segment', error)
}

function vanished(path: string, cause?: unknown): KiteQError {
  return new KiteQError(
    'KITEQ_NOT_FOUND',
    `${path} went away while it was copied, as retention lets old segments go; run it again`,
    cause === undefined ? undefined : { cause },
  )
}
