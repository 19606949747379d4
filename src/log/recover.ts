// Reads a whole log, segment after segment, and says what it is: where it ends, what was cut off, what is missing.
// Reads only; making the end safe again is `mend`, which runs before anything new is written.

import { KiteQError } from '../model/errors.ts'
import type { Epoch, Offset, Position, SegmentNumber } from '../model/ids.ts'
import type { LogRecord, RecordKind, RecordPlace } from '../model/record.ts'
import { readInto, syncFile, writeAll, type Disk } from './disk.ts'
import { FrameCheck } from './frame-check.ts'
import { frameKind, frameOffset, frameTimeMs, logFrameHeadBytes } from './frame.ts'
import { decodeRecord, decodeRecordAgain, kindNumberOf } from './record-codec.ts'
import { scanSegment, type Hole, type ScanRequest, type ScanResult } from './scan-segment.ts'
import { corruptFile, segmentHeaderBytes, segmentName, type SegmentHeader } from './segment.ts'
import { withSegment } from './whole-segment.ts'

/** Where a fold stopped: the next record has this offset and, if it exists, begins here (or in the next segment). */
export interface ResumePlace {
  readonly offset: Offset
  readonly segment: SegmentNumber
  readonly position: Position
}

export interface TornTail {
  readonly segment: SegmentNumber
  readonly position: Position
  /** Bytes behind the last whole record that are not zero up to their end. */
  readonly bytes: number
}

export interface RecoveryReport {
  /** Read and handed over, and their bytes. */
  readonly records: number
  readonly bytes: number
  readonly cut: TornTail | undefined
  readonly holes: readonly Hole[]
  /** There are holes: what they held is lost here. */
  readonly degraded: boolean
  /** Of the last segment; 0 for a log that does not exist yet. */
  readonly epoch: Epoch
  readonly logId: string | undefined
  /** The last record says that the log was closed in order. */
  readonly clean: boolean
  /** Highest time of the records read, ms since 1970; 0 without any. */
  readonly lastTimeMs: number
  readonly end: ResumePlace
  /** Start of the last batch, when it stands in the last segment and was read. */
  readonly lastBatch: Position | undefined
}

export interface RecoveryRequest {
  readonly disk: Disk
  readonly dir: string
  readonly headers: readonly SegmentHeader[]
  readonly apply: (record: LogRecord, place: RecordPlace) => void
  readonly from?: ResumePlace | undefined
  /** Records before this offset are passed without being decoded. */
  readonly wanted?: Offset | undefined
  /** Records of other kinds are passed without being decoded. */
  readonly only?: RecordKind | undefined
  /** First offset that is not wanted. */
  readonly to?: Offset | undefined
  /** Of the last segment nothing behind it is read: what stands there is being written, or is prepared zeros. */
  readonly endPosition?: Position | undefined
  /** Of the last segment only whole batches: somebody may be writing the next one. */
  readonly wholeBatches?: boolean | undefined
  /** Whether segments before `from` are looked at, too: by their size alone, unless that is wrong. */
  readonly looksBack?: boolean | undefined
  /** From so many bytes of a segment on a second thread reads ahead and checks; only for files that any thread can open. */
  readonly checksAheadFrom?: number | undefined
  /** Whether `apply` is done with a record when it returns: a published one is then the same object every time. */
  readonly forgets?: boolean | undefined
  /** Told of every record before it is decoded: for indexes. */
  readonly seen?: ((offset: number, segment: SegmentNumber, position: number) => void) | undefined
}

interface MutablePlace {
  offset: Offset
  timeMs: number
  segment: SegmentNumber
  position: Position
  length: number
}

/**
 * Where `from` is no place of this log, nothing is handed over and the report ends at offset 0, before `from`.
 * Throws KITEQ_LOG_CORRUPT for what is no damage to step over, KITEQ_LOG_VERSION for a record from the future.
 */
export async function readLog(request: RecoveryRequest): Promise<RecoveryReport> {
  return new LogReading(request).run()
}

class LogReading {
  readonly #request: RecoveryRequest
  readonly #place: MutablePlace = {
    offset: 0 as Offset,
    timeMs: 0,
    segment: 0 as SegmentNumber,
    position: 0 as Position,
    length: 0,
  }
  readonly #holes: Hole[] = []
  readonly #only: number | undefined
  readonly #decoder: typeof decodeRecord
  #records = 0
  #bytes = 0
  #lastTimeMs = 0
  #clean = false
  #path = ''
  #check: FrameCheck | undefined

  constructor(request: RecoveryRequest) {
    this.#request = request
    this.#only = request.only === undefined ? undefined : kindNumberOf(request.only)
    this.#decoder = request.forgets === true ? decodeRecordAgain : decodeRecord
  }

  async run(): Promise<RecoveryReport> {
    try {
      return await this.#read()
    } finally {
      await this.#check?.close()
    }
  }

  async #read(): Promise<RecoveryReport> {
    const { headers, from, to = Infinity } = this.#request
    const first = from === undefined ? 0 : headers.findIndex((h) => h.number === from.segment)
    if (from !== undefined && !(await this.#has(from, first)))
      return this.#report(undefined, undefined)
    if (from !== undefined && this.#request.looksBack === true) await this.#lookBack(from, first)
    let result: ScanResult | undefined
    let segment: SegmentHeader | undefined
    for (let i = first; i < headers.length; i++) {
      if (segment !== undefined && headers[i]!.firstOffset >= to) break
      segment = headers[i]!
      result = await this.#segment(i, i === first ? from : undefined)
      if (result.stopped) break
    }
    return this.#report(segment, result)
  }

  #report(segment: SegmentHeader | undefined, result: ScanResult | undefined): RecoveryReport {
    const last = this.#request.headers.at(-1)
    const inLast = segment === last && result !== undefined && result.lastBatchStart >= 0
    return {
      records: this.#records,
      bytes: this.#bytes,
      cut:
        segment === undefined || result === undefined || result.cutBytes === 0
          ? undefined
          : {
              segment: segment.number,
              position: result.end as Position,
              bytes: result.cutBytes,
            },
      holes: this.#holes,
      degraded: this.#holes.length > 0,
      epoch: last?.epoch ?? (0 as Epoch),
      logId: last?.logId,
      clean: this.#clean,
      lastTimeMs: this.#lastTimeMs,
      end: {
        offset: (result?.nextOffset ?? 0) as Offset,
        segment: segment?.number ?? (0 as SegmentNumber),
        position: (result?.end ?? 0) as Position,
      },
      lastBatch: inLast ? (result.lastBatchStart as Position) : undefined,
    }
  }

  /** Whether the log really comes by this place: by the record that begins there, or by those that end there. */
  async #has(from: ResumePlace, index: number): Promise<boolean> {
    const { headers, wholeBatches } = this.#request
    const header = headers[index]
    if (header === undefined) return false
    const next = headers[index + 1]
    if (from.offset < header.firstOffset || from.position < segmentHeaderBytes) return false
    if (next !== undefined && from.offset > next.firstOffset) return false
    return this.#opened(index, async (base) => {
      const { offset, position } = from
      const end = next?.previousEnd ?? base.bytes
      if (position > end) return false
      if (next !== undefined && position === end) return offset === next.firstOffset
      const after = await scanSegment({ ...base, offset, position, to: offset + 1 })
      if (after.stopped || (wholeBatches === true && next === undefined)) return true
      if (next !== undefined) return true
      const before = await scanSegment({ ...base, to: offset })
      return before.end === position && before.nextOffset === offset
    })
  }

  /** Records that a checkpoint stands for are not read again, but that they are gone must be told. */
  async #lookBack(from: ResumePlace, first: number): Promise<void> {
    const { headers } = this.#request
    for (let i = 0; i <= first; i++) {
      const next = headers[i + 1]
      if (next === undefined) break
      const sealed =
        i < first
          ? { end: next.previousEnd, nextOffset: next.firstOffset }
          : { end: from.position, nextOffset: from.offset }
      await this.#opened(i, async (base) => {
        if (base.bytes >= sealed.end) return
        const { holes } = await scanSegment({ ...base, sealed })
        this.#holes.push(...holes)
      })
    }
  }

  #opened<T>(index: number, use: (base: ScanRequest) => Promise<T>): Promise<T> {
    const { disk, dir, headers, endPosition = Infinity } = this.#request
    const header = headers[index]!
    const next = headers[index + 1]
    const most = next === undefined ? endPosition : Infinity
    this.#path = `${dir}/${segmentName(header.number)}`
    const sealed = next && { end: next.previousEnd, nextOffset: next.firstOffset }
    const scan = (whole: ScanRequest): Promise<T> =>
      use({ ...whole, bytes: Math.min(whole.bytes, most), sealed })
    return withSegment(dir, disk, header, scan, droppedMeanwhile)
  }

  #segment(index: number, from: ResumePlace | undefined): Promise<ScanResult> {
    const { headers, to = Infinity, wholeBatches } = this.#request
    return this.#opened(index, async (base) => {
      const start = from === undefined ? base : { ...base, ...placeOf(from) }
      const isLast = headers[index + 1] === undefined
      const ahead =
        isLast && wholeBatches === true ? await scanSegment({ ...start, to }) : undefined
      const result = await scanSegment({
        ...start,
        check: this.#checkFor(start),
        to: Math.min(to, ahead?.wholeOffset ?? Infinity),
        visit: (source, begin, end, position) => {
          this.#visit(base.segment, source, begin, end, position)
        },
      })
      this.#holes.push(...result.holes)
      return result
    })
  }

  #checkFor({ position, bytes, sealed }: ScanRequest): FrameCheck | undefined {
    const length = Math.min(bytes, sealed?.end ?? Infinity) - position
    if (length < (this.#request.checksAheadFrom ?? Infinity)) return undefined
    return (this.#check ??= new FrameCheck())
  }

  #visit(
    segment: SegmentNumber,
    source: Uint8Array,
    start: number,
    end: number,
    position: number,
  ): void {
    const place = this.#place
    const offset = frameOffset(source, start)
    place.offset = offset as Offset
    place.timeMs = frameTimeMs(source, start)
    place.segment = segment
    place.position = position as Position
    place.length = end - start
    this.#request.seen?.(offset, segment, position)
    if (offset < (this.#request.wanted ?? 0)) return
    if (this.#only !== undefined && frameKind(source, start) !== this.#only) return
    const record = this.#decode(source, start, end, position)
    this.#records++
    this.#bytes += end - start
    if (place.timeMs > this.#lastTimeMs) this.#lastTimeMs = place.timeMs
    this.#clean = record.kind === 'closed' && record.clean
    this.#request.apply(record, place)
  }

  #decode(source: Uint8Array, start: number, end: number, position: number): LogRecord {
    try {
      return this.#decoder(frameKind(source, start), source, start + logFrameHeadBytes, end)
    } catch (error) {
      if (!(error instanceof KiteQError)) throw error
      throw new KiteQError(error.code, `${this.#path} at byte ${position}: ${error.message}`, {
        cause: error,
      })
    }
  }
}

/** To somebody who reads beside the owner: what was there when the reading began is not any more. */
function droppedMeanwhile(path: string): never {
  const message = `${path} was dropped while the log was read; run it again`
  throw new KiteQError('KITEQ_NOT_FOUND', message)
}

const placeOf = (from: ResumePlace): { offset: number; position: number } => ({
  offset: from.offset,
  position: from.position,
})

/**
 * Makes the end of the log safe: the last batch is written again and synced, because memory may show what the disk
 * never got; then the last segment is cut to its whole records. Its name is made safe too: a process that was killed may not
 * have come to that, and the next segment must not outlive it. Repeating it, or dying inside it, changes nothing.
 */
export async function mend(
  disk: Disk,
  dir: string,
  report: Pick<RecoveryReport, 'end' | 'lastBatch'>,
): Promise<void> {
  const { segment, position: end } = report.end
  if (segment === 0) return
  const file = await disk.open(`${dir}/${segmentName(segment)}`, 'write')
  try {
    if (report.lastBatch !== undefined && report.lastBatch < end) {
      const bytes = new Uint8Array(end - report.lastBatch)
      const count = await readInto(file, bytes, 0, bytes.length, report.lastBatch)
      if (count !== bytes.length) {
        throw corruptFile(segmentName(segment), report.lastBatch + count, 'shorter than just read')
      }
      await writeAll(file, bytes, report.lastBatch)
    }
    await syncFile(file)
    if ((await file.size()) > end) {
      await file.truncate(end)
      await syncFile(file)
    }
  } finally {
    await file.close()
  }
  await disk.syncFolder(dir)
}
