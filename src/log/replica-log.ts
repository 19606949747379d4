// A copy of another log: the same segments, byte for byte, as far as they were sent. What `append` has resolved is on this disk
// and stays until it is cut. It never writes a record of its own, and nothing that does not hold.

import { KiteQError } from '../model/errors.ts'
import type { Epoch, Offset, Position } from '../model/ids.ts'
import { replicaAheadBytes } from '../model/limits.ts'
import type { LogRecord, RecordPlace } from '../model/record.ts'
import { isNoSpace, syncFile, writeAll, type Disk } from './disk.ts'
import { frameOffset } from './frame.ts'
import { noteInMemberFile, readMemberFile } from './member-file.ts'
import type { FrameWalk } from './raw-frames.ts'
import { readRaw } from './raw-reader.ts'
import {
  emptyPlace,
  epochStartsOf,
  firstPlace,
  type EpochStart,
  type LogPlace,
  type RawRecords,
} from './raw-records.ts'
import { readLog } from './recover.ts'
import { judge } from './replica-append.ts'
import { dropMadeOf, removeAll, removeSegment, scanUpTo, truncateSegment } from './replica-cut.ts'
import { makeEndSafe, unfinishedBatch } from './replica-end.ts'
import { diskFull, fully, ReplicaFile } from './replica-file.ts'
import type { Hole } from './scan-segment.ts'
import { preparingName } from './segment-supply.ts'
import { readSegmentHeaders, segmentName, type SegmentHeader } from './segment.ts'

export interface ReplicaLogOptions {
  /** Folder of the segments. Nobody else may write into it, and no `Log` be open on it. */
  readonly dir: string
  readonly disk: Disk
  /** All before is known to be whole, as a checkpoint's place is: only what follows is read at `open`. */
  readonly from?: LogPlace | undefined
  /** Zeros kept ready behind the end; default in model/limits.ts. */
  readonly aheadBytes?: number
}

/** How far a scan came, and what damage has eaten of it. */
export interface ReplicaScan {
  readonly end: LogPlace
  readonly holes: readonly Hole[]
}

export class ReplicaLog {
  readonly #options: ReplicaLogOptions
  #headers: SegmentHeader[] = []
  #end: LogPlace = emptyPlace
  #batchStart = 0
  #holes: readonly Hole[] = []
  #fillingFrom: Offset | undefined
  #file: ReplicaFile | undefined
  #failed: KiteQError | undefined
  /** Writes come one after another. */
  #last: Promise<unknown> = Promise.resolve()
  #closing: Promise<void> | undefined

  private constructor(options: ReplicaLogOptions) {
    this.#options = options
  }

  /**
   * A missing folder is an empty copy. A torn tail is cut off and the last batch written again; no segment is begun. Rejects
   * KITEQ_LOG_CORRUPT and KITEQ_LOG_VERSION as `Log.open` does, KITEQ_LOG_FAILED when the disk fails.
   */
  static async open(options: ReplicaLogOptions): Promise<ReplicaLog> {
    const log = new ReplicaLog(options)
    try {
      await log.#open()
    } catch (error) {
      throw (error as { code?: unknown }).code === 'EIO' ? failure(error as Error) : error
    }
    return log
  }

  /** 32 hex digits; undefined for an empty copy. */
  get logId(): string | undefined {
    return this.#headers.at(-1)?.logId
  }

  /** Of the last segment; 0 for an empty copy. */
  get lastEpoch(): Epoch {
    return this.#headers.at(-1)?.epoch ?? (0 as Epoch)
  }

  /** Behind the last record; all before is synced. */
  get end(): LogPlace {
    return this.#end
  }

  /** Of all segments, in order. */
  get segments(): readonly SegmentHeader[] {
    return this.#headers
  }

  /** Damage that `open` found in the last segment. */
  get holes(): readonly Hole[] {
    return this.#holes
  }

  /** Many batches are written at a time. */
  get isFilling(): boolean {
    return this.#fillingFrom !== undefined
  }

  /** Damaged, or in the middle of being filled: the end says nothing of what lies before it. */
  get isUnsure(): boolean {
    return this.isFilling || this.#holes.length > 0
  }

  epochStarts(): readonly EpochStart[] {
    return epochStartsOf(this.#headers)
  }

  /**
   * What begins at `end`, or opens the next segment there. Resolves once all of it is synced. Rejects KITEQ_USAGE for what
   * belongs elsewhere and KITEQ_LOG_CORRUPT for what does not hold, before anything is written; KITEQ_DISK_FULL with nothing
   * half left: ask again from `end`. KITEQ_LOG_FAILED is final.
   */
  append(raw: RawRecords): Promise<void> {
    return this.#inTurn(() => this.#append(raw))
  }

  /**
   * Lets go of all records from `to` on, durably, and of every segment that would begin there. Rejects KITEQ_USAGE for an
   * offset that is not here, KITEQ_LOG_CORRUPT where damage stands there. What reads the copy beside must have ended.
   */
  cut(to: Offset): Promise<void> {
    return this.#inTurn(() => this.#cut(to))
  }

  /** Everything away, checkpoints and postings too: an empty copy. One that a crash interrupts ends with the next `open`. */
  clear(): Promise<void> {
    return this.#inTurn(() => this.#clear())
  }

  /** From here on many batches are written at a time, and the copy is unsure until `filled`, whatever happens. */
  fill(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#fillingFrom === undefined) await this.#noteFilling(this.#end.offset)
    })
  }

  /** All that was appended is whole and synced: a batch a write again. */
  filled(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#fillingFrom !== undefined) await this.#noteFilling(undefined)
    })
  }

  /**
   * Visits the records from a place on that are below `to` and here, in order; records and place are reused. Resolves with
   * where it goes on. Rejects KITEQ_USAGE for what is no place of this copy.
   */
  async scan(
    from: LogPlace,
    to: number,
    visit: (record: LogRecord, place: RecordPlace) => void,
  ): Promise<ReplicaScan> {
    const { disk, dir } = this.#options
    const { offset, position } = this.#end
    const below = Math.min(to, offset) as Offset
    if (below <= from.offset) return { end: from, holes: [] }
    const report = await readLog({
      disk,
      dir,
      headers: this.#headers.slice(),
      apply: visit,
      from: from.segment === 0 ? undefined : from,
      wanted: from.offset,
      to: below,
      endPosition: position,
      forgets: true,
    })
    if (report.end.offset < from.offset)
      throw new KiteQError('KITEQ_USAGE', `${textOf(from)} is no place of this copy`)
    return { end: report.end, holes: report.holes }
  }

  /** As that of `Log`: whole batches, for another copy. */
  readRaw(
    from: LogPlace,
    bytesMax: number,
    below: number = Infinity,
  ): Promise<RawRecords | undefined> {
    const { disk, dir } = this.#options
    const source = { disk, dir, headers: this.#headers, end: this.#end, recent: undefined }
    return readRaw(source, from, bytesMax, below)
  }

  /** After what is under way. Idempotent; nothing may be written afterwards. */
  close(): Promise<void> {
    this.#closing ??= this.#last.then(async () => {
      await this.#file?.close()
      this.#file = undefined
    })
    return this.#closing
  }

  async #open(): Promise<void> {
    const { disk, dir, from } = this.#options
    const member = await readMemberFile(disk, dir)
    await disk.remove(`${dir}/${preparingName}`)
    if (member?.isClearing === true) await this.#clear()
    else this.#fillingFrom = member?.fillingFrom
    this.#headers = await readSegmentHeaders(disk, dir)
    const header = this.#headers.at(-1)
    if (header === undefined) return
    const fillingFrom = this.#fillingFrom
    const found = await makeEndSafe({ disk, dir, header, from, fillingFrom })
    this.#end = found.end
    this.#batchStart = found.batchStart
    this.#holes = found.holes
  }

  async #append(raw: RawRecords): Promise<void> {
    const last = this.#headers.at(-1)
    const { opened, walk } = judge({ last, end: this.#end, batchStart: this.#batchStart }, raw)
    if (opened !== undefined) await this.#openSegment(opened, raw.header!)
    if (raw.bytes.length > 0) await this.#write(raw, walk)
  }

  /** As the writer of a log does it: the header is synced before the name is there, and the name before the first batch. */
  async #openSegment(header: SegmentHeader, bytes: Uint8Array): Promise<void> {
    const { disk, dir } = this.#options
    const temporary = `${dir}/${preparingName}`
    await this.#letGo()
    await disk.ensureFolder(dir)
    await disk.remove(temporary)
    const file = await disk.open(temporary, 'write', { create: true })
    try {
      await fully(writeAll(file, bytes, 0))
      await syncFile(file)
    } finally {
      await file.close()
    }
    await disk.rename(temporary, `${dir}/${segmentName(header.number)}`)
    await disk.syncFolder(dir)
    if (this.#headers.at(-1)?.number === header.number) this.#headers.pop()
    this.#headers.push(header)
    this.#goTo(firstPlace(header))
  }

  async #write({ bytes, place, end }: RawRecords, walk: FrameWalk): Promise<void> {
    const { disk, dir, aheadBytes } = this.#options
    this.#file ??= await ReplicaFile.open(disk, `${dir}/${segmentName(place.segment)}`)
    const file = this.#file
    try {
      if (!this.isFilling) await file.makeRoom(end.position, aheadBytes ?? replicaAheadBytes)
      let start = 0
      for (const stop of this.#writesOf(bytes, walk)) {
        const position = (place.position + stop) as Position
        await file.write(bytes, start, stop, place.position + start)
        const isLast = stop === bytes.length
        const offset = isLast ? end.offset : (frameOffset(bytes, stop) as Offset)
        this.#goTo({ offset, segment: place.segment, position })
        start = stop
      }
      this.#batchStart = place.position + walk.lastBatch
    } catch (error) {
      if (isFull(error)) await file.cut(this.#end.position)
      throw error
    }
  }

  /** Where writes end: one for each batch, so that what a crash tears is the last batch; all at once while it is filled. */
  #writesOf({ length }: Uint8Array, { batchEnds }: FrameWalk): readonly number[] {
    if (this.isFilling) return [length]
    return batchEnds.at(-1) === length ? batchEnds : [...batchEnds, length]
  }

  async #cut(to: Offset): Promise<void> {
    const { disk, dir } = this.#options
    const first = this.#headers[0]
    if (to > this.#end.offset || (first !== undefined && to < first.firstOffset))
      throw new KiteQError('KITEQ_USAGE', `record ${to} is not in a copy up to ${this.#end.offset}`)
    if (first === undefined) return
    const kept = this.#headers.filter(({ firstOffset }) => firstOffset < to)
    const last = kept.at(-1)
    const next = this.#headers[kept.length]
    if (next === undefined && to === this.#end.offset) return
    const scan = last && (await scanUpTo(disk, dir, last, next, to))
    if (this.#fillingFrom !== undefined && this.#fillingFrom > to) await this.#noteFilling(to)
    await dropMadeOf(disk, dir, first.logId, to)
    await this.#letGo()
    while (this.#headers.length > kept.length) {
      await removeSegment(disk, dir, this.#headers.at(-1)!.number)
      this.#headers.pop()
    }
    this.#holes = scan?.holes ?? []
    if (last === undefined || scan === undefined) {
      this.#goTo(emptyPlace)
      return
    }
    await truncateSegment(disk, dir, last.number, scan.end)
    this.#goTo({ offset: to, segment: last.number, position: scan.end as Position })
    this.#batchStart = unfinishedBatch(scan)
  }

  async #clear(): Promise<void> {
    const { disk, dir } = this.#options
    await noteInMemberFile(disk, dir, { isClearing: true })
    await this.#letGo()
    await removeAll(disk, dir)
    this.#headers = []
    this.#holes = []
    this.#goTo(emptyPlace)
    this.#fillingFrom = undefined
    await noteInMemberFile(disk, dir, { isClearing: undefined, fillingFrom: undefined })
  }

  async #noteFilling(from: Offset | undefined): Promise<void> {
    const { disk, dir } = this.#options
    await noteInMemberFile(disk, dir, { fillingFrom: from })
    this.#fillingFrom = from
  }

  #goTo(end: LogPlace): void {
    this.#end = end
    this.#batchStart = end.position
  }

  async #letGo(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  #inTurn(job: () => Promise<void>): Promise<void> {
    const done = this.#last.then(() => this.#tried(job))
    this.#last = done.catch(ignore)
    return done
  }

  async #tried(job: () => Promise<void>): Promise<void> {
    if (this.#failed !== undefined) throw this.#failed
    if (this.#closing !== undefined) throw new KiteQError('KITEQ_CLOSED', 'the copy is closed')
    try {
      await job()
    } catch (error) {
      if (isFull(error)) throw error instanceof KiteQError ? error : diskFull(error as Error)
      if (error instanceof KiteQError && error.code !== 'KITEQ_LOG_FAILED') throw error
      this.#failed = failure(error as Error)
      throw this.#failed
    }
  }
}

/** There may be space, or a file may be opened, later on. */
function isFull(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return isNoSpace(error) || code === 'KITEQ_DISK_FULL' || code === 'EMFILE' || code === 'ENFILE'
}

function failure(cause: Error): KiteQError {
  const message = `the copy of the log cannot be written any more: ${cause.message}`
  return new KiteQError('KITEQ_LOG_FAILED', message, { cause })
}

const textOf = ({ offset, segment, position }: LogPlace): string =>
  `record ${offset} at byte ${position} of ${segmentName(segment)}`

const ignore = (): void => undefined
