// The log as its owner sees it: open, recover, write, read back, close. It puts the parts together and holds no rule of
// its own; it never decides what a record means.

import { invariant } from '../model/assert.ts'
import { KiteQError } from '../model/errors.ts'
import type { Epoch, Offset, Position, SegmentNumber } from '../model/ids.ts'
import { CommitGate } from './commit-gate.ts'
import * as limits from '../model/limits.ts'
import type { LogRecord, MessageBytes, RecordKind, RecordPlace } from '../model/record.ts'
import { nodeDisk } from './disk-node.ts'
import { syncFile, type Disk } from './disk.ts'
import type { Durability } from './durability.ts'
import { frameLength } from './frame.ts'
import { LogWriter } from './log-writer.ts'
import { epochAfter, type NewEpoch } from './new-epoch.ts'
import { ownCopy } from './own-copy.ts'
import { PageReader } from './page-reader.ts'
import { postingsName } from './postings-format.ts'
import { messageSpan } from './record-codec.ts'
import { readRaw } from './raw-reader.ts'
import { emptyPlace, epochStartsOf } from './raw-records.ts'
import type { EpochStart, LogPlace, RawRecords } from './raw-records.ts'
import { mend, readLog, type RecoveryReport, type ResumePlace } from './recover.ts'
import { SegmentIndex } from './segment-index.ts'
import { SegmentSupply } from './segment-supply.ts'
import {
  corruptFile,
  missingSegments,
  readSegmentHeaders,
  segmentHeaderBytes,
  segmentName,
  type SegmentHeader,
} from './segment.ts'
import type { LogStats } from './write-stats.ts'

export interface LogOptions {
  /** Folder of the segments. Nobody else may write into it (folder-owner.ts). */
  readonly dir: string
  readonly disk: Disk
  readonly durability: Durability
  /** 32 random bits: crc seeds and the identity of a new log. */
  readonly random: () => number
  /** For the times in `stats`; without it they are 0. */
  readonly monotonicMs?: () => number
  /** Bytes; defaults in model/limits.ts. */
  readonly segmentBytes?: number
  readonly firstSegmentBytes?: number
  readonly batchBytesMax?: number
  readonly recentBytesMax?: number
  readonly pageBytes?: number
  readonly pageCacheBytes?: number
}

type Apply = (record: LogRecord, place: RecordPlace) => void

const ignore = (): void => undefined

export class Log {
  /** Set by the owner. Called after `durableOffset` moved; what was appended below it is safe. */
  onDurable: () => void = ignore
  /** Set by the owner of a log that is held. Called after `syncedOffset` moved. */
  onSynced: () => void = ignore
  /** A write or sync failed: final, no further one is tried. Called once. */
  onFailure: (error: KiteQError) => void = ignore

  readonly #options: LogOptions
  readonly #index = new SegmentIndex()
  readonly #pages: PageReader
  #report: RecoveryReport | undefined
  #writer: LogWriter | undefined
  /** Dropped, but it is not sure that their files are gone: they come first the next time, or there would be a gap. */
  readonly #unremoved = new Set<number>()
  #gate: CommitGate | undefined
  #recentReads = 0
  #closing: Promise<void> | undefined

  private constructor(options: LogOptions) {
    this.#options = options
    const { disk, dir, pageBytes, pageCacheBytes } = options
    this.#pages = new PageReader({
      disk,
      dir,
      pageBytes: pageBytes ?? limits.logPageBytes,
      cacheBytes: pageCacheBytes ?? limits.logPageCacheBytes,
      headerOf: (segment) => this.#index.header(segment),
      isSettled: (segment, end) => this.#isSettled(segment, end),
    })
  }

  /**
   * Reads the segment headers; a missing folder is an empty log. Writes nothing, so a folder in use may be opened to
   * read. Rejects KITEQ_LOG_CORRUPT for a damaged header or a missing segment, KITEQ_LOG_VERSION for a newer format.
   */
  static async open(options: LogOptions): Promise<Log> {
    const log = new Log(options)
    await log.#readHeaders()
    return log
  }

  /** 32 hex digits; undefined before the first start. */
  get logId(): string | undefined {
    return this.#index.headers.at(-1)?.logId
  }

  /** Epoch of the last segment; 0 before the first start. */
  get epoch(): Epoch {
    return this.#index.headers.at(-1)?.epoch ?? (0 as Epoch)
  }

  /**
   * Hands every record over in order, from a checkpoint's place or from the start; async between chunks. A message in a
   * record is a span of the scanned bytes, valid during the call; place and published records are reused. Where `from` is no place
   * of this log (a checkpoint of some other copy), nothing is handed over and the report ends before `from`: recover
   * again without it. Rejects KITEQ_LOG_CORRUPT without `from` when the first segments are not there.
   */
  async recover(apply: Apply, from?: ResumePlace): Promise<RecoveryReport> {
    invariant(this.#writer === undefined, 'recovery of a log that is written')
    const { disk, dir } = this.#options
    const first = this.#index.headers[0]
    if (from === undefined && first !== undefined && first.number > 1) {
      const missing = missingSegments(1, first.number - 1)
      throw corruptFile(`${dir}/${segmentName(first.number)}`, 12, `${missing} before it`)
    }
    const report = await readLog({
      disk,
      dir,
      headers: this.#index.headers,
      apply,
      from,
      looksBack: true,
      forgets: true,
      checksAheadFrom: disk === nodeDisk ? checkAheadBytes : Infinity,
      seen: (offset, segment, position) => this.#index.seen(offset, segment, position),
    })
    this.#report = report.end.offset < (from?.offset ?? 0) ? undefined : report
    return report
  }

  /**
   * After `recover`: makes the end of the log safe and opens a segment of a new epoch. Rejects KITEQ_DISK_FULL when
   * there is no space even for the smallest one, KITEQ_LOG_FAILED when the disk fails, KITEQ_USAGE for what contradicts
   * the log that is there.
   */
  async startWriting(as: NewEpoch = {}): Promise<Epoch> {
    try {
      return await this.#startWriting(as)
    } catch (error) {
      throw (error as { code?: unknown }).code === 'EIO' ? failedStart(error as Error) : error
    }
  }

  async #startWriting(as: NewEpoch): Promise<Epoch> {
    const report = this.#report
    invariant(report !== undefined && this.#writer === undefined, 'startWriting follows recover')
    const { disk, dir, random } = this.#options
    const begun = epochAfter(report, as, random)
    const batchBytesMax = this.#options.batchBytesMax ?? limits.batchBytesMax
    const segmentBytesMin = segmentHeaderBytes + batchBytesMax
    const segmentBytes = Math.max(
      this.#options.segmentBytes ?? limits.segmentBytesDefault,
      segmentBytesMin,
    )
    await disk.ensureFolder(dir)
    await mend(disk, dir, report)
    const supply = new SegmentSupply({ disk, dir, segmentBytes, segmentBytesMin })
    await supply.open()
    const writer = new LogWriter(
      {
        disk,
        dir,
        durability: this.#options.durability,
        segmentBytes,
        firstSegmentBytes: this.#options.firstSegmentBytes ?? limits.firstSegmentBytes,
        batchBytesMax,
        recentBytesMax: this.#options.recentBytesMax ?? limits.recentBytesMax,
        random,
        monotonicMs: this.#options.monotonicMs ?? (() => 0),
        number: (report.end.segment + 1) as SegmentNumber,
        firstOffset: report.end.offset,
        ...begun,
        previousEnd: report.end.position,
        onSegment: (header) => this.#index.addSegment(header),
        onDurable: (bytes, sinceMs) => this.#onSynced(bytes, sinceMs),
        onFailure: (error) => this.onFailure(error),
      },
      supply,
    )
    try {
      await writer.start()
    } catch (error) {
      await supply.close()
      throw error
    }
    this.#writer = writer
    return this.epoch
  }

  /**
   * Encodes into the gathering batch; the record's bytes are copied before it returns. Times are whole ms. The returned
   * place object is reused by the next call.
   */
  append(record: LogRecord, timeMs: number): RecordPlace {
    const writer = this.#writer
    invariant(writer !== undefined, 'append before startWriting')
    const place = writer.append(record, timeMs)
    this.#index.seen(place.offset, place.segment, place.position)
    return place
  }

  /** Starts writing what has gathered; if a write is under way, the next one follows it at once. */
  flush(): void {
    this.#writer?.flush()
  }

  /** Of the next record. */
  get endOffset(): Offset {
    return this.#writer?.endOffset ?? this.#report?.end.offset ?? (0 as Offset)
  }

  /** All records below are durable, as far as the durability setting means it. */
  get durableOffset(): Offset {
    return this.#gate?.place.offset ?? this.syncedOffset
  }

  /** All records below are durable on this disk; elsewhere than in a replica set the same. */
  get syncedOffset(): Offset {
    return this.#writer?.durableOffset ?? this.#report?.end.offset ?? (0 as Offset)
  }

  /**
   * From now on a record counts as durable only once `allow` says so, too; what stands before `place` does already. For the
   * leader of a replica set, before the first append. `mayRelease`: it still leads.
   */
  hold(place: ResumePlace, mayRelease: () => boolean): void {
    this.#gate = new CommitGate({ ...place }, place.offset, mayRelease)
    const { offset, segment, position } = this.#writer?.durablePlace ?? place
    if (offset > place.offset) this.#gate.synced({ offset, segment, position }, 0, Infinity)
  }

  /** What is durable may be told; false in a replica set while somebody else may lead. */
  get mayRelease(): boolean {
    return this.#gate?.mayRelease() ?? true
  }

  /** Everything below is safe on every copy that counts. */
  allow(below: Offset): void {
    if (this.#gate?.allow(below) === true) this.onDurable()
  }

  /** A batch is on its way to the disk; what is appended now gathers for the next one. */
  get isWriting(): boolean {
    return this.#writer?.isWriting ?? false
  }

  /** Appended and not yet durable. */
  get unflushedBytes(): number {
    return this.gatheredBytes + (this.#gate?.waitingBytes ?? 0)
  }

  /** Appended and not yet safe on this disk. */
  get gatheredBytes(): number {
    return this.#writer?.unflushedBytes ?? 0
  }

  /** The time of the oldest record that is not durable, as `append` was told it; Infinity when all are. */
  get unflushedSinceMs(): number {
    const gathered = this.#writer?.unflushedSinceMs ?? Infinity
    return this.#gate === undefined ? gathered : Math.min(this.#gate.waitingSinceMs, gathered)
  }

  /** The disk is full, or will be once all is written that was appended: refuse what may be refused. */
  get isFull(): boolean {
    return this.#writer?.isFull ?? false
  }

  /** Full, or space ran out when a segment was prepared and has not come back; `checkSpace` looks again. */
  get outOfSpace(): boolean {
    return this.#writer !== undefined && (this.#writer.supply.outOfSpace || this.#writer.isFull)
  }

  /** Bytes that may still be appended to a full disk: the rest of the segment, what is prepared, the reserve. */
  get sureBytes(): number {
    return this.#writer?.sureBytes ?? 0
  }

  /** To be called every few seconds, so that `isFull` knows how much is free now. */
  checkSpace(): void {
    this.#writer?.supply.checkSpace(this.#writer.isFull)
  }

  /** Behind everything appended: where a checkpoint taken now resumes, once `durableOffset` has reached it. */
  get endPlace(): ResumePlace {
    return this.#writer?.endPlace ?? this.#report?.end ?? emptyPlace
  }

  /** Behind the last durable record. */
  get durablePlace(): ResumePlace {
    return this.#gate?.place ?? this.#syncedPlace
  }

  get #syncedPlace(): ResumePlace {
    return this.#writer?.durablePlace ?? this.#report?.end ?? emptyPlace
  }

  /**
   * The message of the frame at a place, if it needs no disk: from memory, or from a cached page with its crc checked.
   * Use the span before the next append.
   */
  peek(segment: SegmentNumber, position: Position): MessageBytes | undefined {
    const chunk = this.#writer?.recent.find(segment, position)
    if (chunk !== undefined) {
      this.#recentReads++
      const start = position - chunk.base
      return messageSpan(chunk.bytes, start, start + frameLength(chunk.bytes, start))
    }
    return this.#pages.peek(segment, position)
  }

  /**
   * The same from disk. Rejects KITEQ_LOG_CORRUPT when no whole message is there, KITEQ_NOT_FOUND when its segment was
   * dropped meanwhile: then the message has moved or is settled, and whoever still wants it asks the state again.
   */
  load(segment: SegmentNumber, position: Position): Promise<MessageBytes> {
    const message = this.peek(segment, position)
    if (message !== undefined) return Promise.resolve(message)
    return this.#pages.load(segment, position).catch((error: unknown) => {
      const first = this.#index.headers[0]
      if (first === undefined || segment >= first.number) throw error
      throw new KiteQError('KITEQ_NOT_FOUND', `segment ${segmentName(segment)} was dropped`)
    })
  }

  /** Of all segments that are there, in order; a new one is added when it is in use. */
  get segments(): readonly SegmentHeader[] {
    return this.#index.headers
  }

  /**
   * Removes the files of the segments up to this one, oldest first, each safely before the next: whatever a crash leaves
   * has no gap. For the owner, once the record that says so is durable. The last segment always stays.
   */
  async dropSegments(last: number): Promise<number> {
    const { disk, dir } = this.#options
    const gone = this.#index.headers.slice(0, -1).filter(({ number }) => number <= last)
    for (const number of [...this.#unremoved, ...gone.map(({ number }) => number)]) {
      this.#index.forget(number)
      this.#pages.forget(number)
      this.#unremoved.add(number)
      await disk.remove(`${dir}/${segmentName(number)}`)
      await disk.remove(`${dir}/${postingsName(number)}`) // in this order: who makes them looks for the segment last
      await disk.syncFolder(dir)
      this.#unremoved.delete(number)
    }
    return gone.length
  }

  /**
   * Makes what was written durable for good where `durability` means less than that. For the owner, before something else
   * is removed for it.
   */
  async secure(): Promise<void> {
    const { disk, dir, durability } = this.#options
    if (durability.kind === 'fsync') return
    // Older ones were synced when they were closed.
    for (const { number } of this.#index.headers.slice(-2)) {
      const file = await disk.open(`${dir}/${segmentName(number)}`, 'write')
      try {
        await syncFile(file)
      } finally {
        await file.close()
      }
    }
  }

  /** A place at or before a record that a scan may begin from; undefined where none is known. */
  placeBefore(offset: Offset): ResumePlace | undefined {
    return this.#index.before(offset)
  }

  /** One durable record, for tools; undefined when there is none of this offset. The record is the caller's. */
  async readRecord(
    offset: Offset,
  ): Promise<{ readonly record: LogRecord; readonly place: RecordPlace } | undefined> {
    let found: { record: LogRecord; place: RecordPlace } | undefined
    await this.scan(offset, offset + 1, (record, place) => {
      found = { record: ownCopy(record), place: { ...place } }
    })
    return found
  }

  /**
   * Visits the durable records [from, to) in order, as `recover` does. Without a writer, `to` is a watermark the owner
   * told, or Infinity for all whole batches. A place to start from saves reading its segment from the beginning; with
   * `only`, records of other kinds are passed without being decoded.
   */
  async scan(
    from: Offset | ResumePlace,
    to: number,
    visit: Apply,
    only?: RecordKind,
  ): Promise<RecoveryReport> {
    const { disk, dir } = this.#options
    if (this.#writer === undefined) await this.#readHeaders()
    const end = this.#writer === undefined ? to : Math.min(to, this.durableOffset)
    return readLog({
      disk,
      dir,
      headers: this.#index.headers.slice(),
      apply: visit,
      from: typeof from === 'number' ? this.#index.before(from) : from,
      wanted: typeof from === 'number' ? from : from.offset,
      to: end as Offset,
      wholeBatches: end === Infinity,
      only,
    })
  }

  /** Batches as they stand, for another copy of the log; safe on this disk, and below `below`: see raw-reader.ts. */
  readRaw(from: LogPlace, bytesMax: number, below?: number): Promise<RawRecords | undefined> {
    const { disk, dir } = this.#options
    const { headers } = this.#index
    const source = { disk, dir, headers, end: this.#syncedPlace, recent: this.#writer?.recent }
    return readRaw(source, from, bytesMax, below ?? Infinity)
  }

  /** Which records were written under which epoch, as far as their segments are there. */
  epochStarts(): readonly EpochStart[] {
    return epochStartsOf(this.#index.headers)
  }

  stats(): LogStats {
    const writer = this.#writer
    const times = writer?.flushTimes
    return {
      appends: writer?.appends ?? 0,
      batches: writer?.batches ?? 0,
      bytes: writer?.bytes ?? 0,
      rolls: writer?.rolls ?? 0,
      flushMs: { total: times?.total ?? 0, max: times?.max ?? 0, buckets: times?.buckets ?? [] },
      reads: {
        recent: this.#recentReads,
        cached: this.#pages.cachedReads,
        disk: this.#pages.diskReads,
      },
    }
  }

  /**
   * Lets go of all files, after writing what was appended unless `clean` is false (then it is as after a crash, but for
   * the write under way). Idempotent. The closing record is the owner's to append before.
   */
  close(options?: { readonly clean?: boolean }): Promise<void> {
    this.#closing ??= this.#close(options?.clean ?? true)
    return this.#closing
  }

  async #close(clean: boolean): Promise<void> {
    await this.#writer?.close(clean)
    await this.#pages.close()
  }

  async #readHeaders(): Promise<void> {
    const { disk, dir } = this.#options
    const headers = await readSegmentHeaders(disk, dir)
    const known = this.#index.headers.at(-1)?.number ?? 0
    if (headers.length > 0) this.#index.forget(headers[0]!.number - 1) // its owner drops old ones
    for (const header of headers) if (header.number > known) this.#index.addSegment(header)
  }

  /** A batch is safe on this disk. */
  #onSynced(bytes: number, sinceMs: number): void {
    const gate = this.#gate
    if (gate === undefined) {
      this.onDurable()
      return
    }
    const hasMoved = gate.synced({ ...this.#writer!.durablePlace }, bytes, sinceMs)
    this.onSynced()
    if (hasMoved) this.onDurable()
  }

  #isSettled(segment: number, end: number): boolean {
    const last = this.#index.headers.at(-1)
    if (last === undefined || segment < last.number) return true
    const durable = this.#writer?.durablePlace
    return durable !== undefined && durable.segment === segment && end <= durable.position
  }
}

/** Fewer bytes of a segment are read sooner than a thread is started. */
const checkAheadBytes = 16 * 1024 * 1024

/** As final as later on: what the disk holds after it, nobody knows. */
function failedStart(cause: Error): KiteQError {
  const message = `the log cannot be written: ${cause.message}`
  return new KiteQError('KITEQ_LOG_FAILED', message, { cause })
}
