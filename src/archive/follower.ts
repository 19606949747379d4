// Follows a log from an offset on and makes rows of its records, as fast as they are taken and only of what is durable. Reads
// a folder in use or a copy of one; locks nothing, writes nothing, and never leaves out a record without saying so.

import type { GivenName, NameBook } from '../index/name-book.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { syncFile, type Disk } from '../log/disk.ts'
import { Log } from '../log/log.ts'
import { pacedDisk } from '../log/paced-disk.ts'
import type { RecoveryReport, ResumePlace } from '../log/recover.ts'
import { segmentName } from '../log/segment.ts'
import { KiteQError } from '../model/errors.ts'
import type { Offset, Position, SegmentNumber } from '../model/ids.ts'
import * as limits from '../model/limits.ts'
import type { LogRecord, RecordPlace } from '../model/record.ts'
import { HeldRecords, type Gap, type HeldRecord } from './held-records.ts'
import { RowMaker, tablesOf, type AddRow } from './rows.ts'
import { tables, type TableNumber, type Value } from './tables.ts'

export type { Gap } from './held-records.ts'

export interface FollowerOptions {
  readonly dir: string
  /** Default: the real one. */
  readonly disk?: Disk | undefined
  /** First record that is wanted. */
  readonly from: number
  /** First one that is not; default: none, it goes on for ever. */
  readonly to?: number | undefined
  /** The names known at `from`; those that the log gives later are added. */
  readonly names: NameBook
  /**
   * Records below may be read; undefined: nobody owns the folder, all whole batches may. Asked again whenever all below was
   * read.
   */
  readonly watermark: () => Promise<number | undefined>
  /** After a gap of dropped records: adds to `names` those that were given before `offset`. */
  readonly learnNames?: ((names: NameBook, offset: number) => Promise<void>) | undefined
  /** Rows of these tables only; default: all. */
  readonly tables?: readonly TableNumber[] | undefined
  /** Shown every record once, in order; false: no rows of it. A span in it is valid during the call. */
  readonly isWanted?: ((record: LogRecord, place: RecordPlace) => boolean) | undefined
  /** Of one batch, but at least one record; defaults in model/limits.ts. */
  readonly recordsMax?: number | undefined
  readonly rowsMax?: number | undefined
  readonly bytesMax?: number | undefined
}

/** Records [from, to), one after the other, as rows. */
export interface Batch {
  readonly kind: 'batch'
  readonly from: Offset
  readonly to: Offset
  /** Of the frames of all records in it. */
  readonly bytes: number
  /** Of its last record, ms since 1970. */
  readonly timeMs: number
  /** Index is the TableNumber; in the order of the records. The caller's. */
  readonly rows: readonly Value[][][]
  readonly rowCount: number
  /** Names the log gave in these records. */
  readonly named: readonly GivenName[]
}

export class Follower {
  readonly #options: FollowerOptions
  readonly #log: Log
  readonly #maker: RowMaker
  readonly #to: number
  readonly #isMade: readonly boolean[]
  /** Kinds of records that rows are made of. */
  readonly #gives: Readonly<Record<string, boolean>>
  readonly #held = new HeldRecords()
  /** What `next` gave ends here, and in bytes. */
  #at: number
  #bytesGiven = 0
  /** Behind the last record that was read; where the next one begins, in segment 0 when that is not known. */
  #seen: number
  #segment = 0
  #position = 0
  /** All that was read. */
  readonly #read = { bytes: 0, timeMs: 0 }
  #end = 0
  #reading: Promise<void> | undefined
  #failure: Error | undefined
  #isClosed = false
  #wakeTaker: (() => void) | undefined
  /** Of a read that waits. */
  #ready: Promise<void> | undefined
  #goOn: () => void = () => undefined

  private constructor(options: FollowerOptions, openLog: (ready: Ready) => Log) {
    this.#options = options
    this.#maker = new RowMaker(options.names)
    this.#to = options.to ?? Infinity
    this.#at = this.#seen = options.from
    this.#isMade = tables.map(
      (_, number) => options.tables?.includes(number as TableNumber) ?? true,
    )
    this.#gives = Object.fromEntries(
      Object.entries(tablesOf).map(([kind, list]) => [kind, list.some((n) => this.#isMade[n])]),
    )
    this.#log = openLog(this.#untilTaken)
  }

  /** Opens the folder to read. Rejects as Log.open. */
  static async open(options: FollowerOptions): Promise<Follower> {
    let ready: Ready = () => undefined
    const log = await Log.open({
      dir: options.dir,
      disk: pacedDisk(options.disk ?? nodeDisk, () => ready()),
      durability: { kind: 'fsync' }, // nothing is written
      random: () => 0,
    })
    return new Follower(options, (untilTaken) => {
      ready = untilTaken
      return log
    })
  }

  /** 32 hex digits; undefined before the log's first start. */
  get logId(): string | undefined {
    return this.#log.logId
  }

  /** First offset the log still has, as far as it was read. */
  get firstOffset(): number {
    return this.#log.segments[0]?.firstOffset ?? 0
  }

  /** Behind what `next` gave. */
  get at(): Offset {
    return this.#at as Offset
  }

  /** Where the log ended when it was last asked: `end - at` is the lag. */
  get end(): number {
    return Math.max(this.#end, this.#at)
  }

  /**
   * What comes next: a batch or a gap; undefined when all is read that may be read now (ask again later), or up to `to`.
   * Reads ahead some MiB, and then waits for the next call. Rejects as Log.scan, and with KITEQ_LOG_CORRUPT when the log ends
   * before what was read of it, or less of it can be read than is durable. One call at a time.
   */
  async next(): Promise<Batch | Gap | undefined> {
    let hasBegun = false
    for (;;) {
      const taken = this.#take()
      if (taken !== undefined) {
        const { learnNames, names } = this.#options
        if (taken.kind === 'gap' && taken.why === 'dropped') await learnNames?.(names, taken.to)
        return taken
      }
      if (this.#failure !== undefined) throw this.#failure
      if (this.#reading !== undefined) {
        await new Promise<void>((resolve) => (this.#wakeTaker = resolve))
        continue
      }
      if (hasBegun || this.#isClosed || this.#at >= this.#to || !(await this.#begin()))
        return undefined
      hasBegun = true
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#goOn()
    await this.#reading
    await this.#log.close()
  }

  /** Starts reading; false when there is nothing new. */
  async #begin(): Promise<boolean> {
    const owned = await this.#options.watermark()
    if (owned !== undefined) {
      this.#end = owned
      if (owned < this.#at) throw this.#another(`the log is durable up to record ${owned}`)
      if (owned === this.#at) return false
    } else await this.#syncTail()
    this.#reading = this.#run(owned ?? Infinity)
    return true
  }

  async #run(end: number): Promise<void> {
    try {
      const from = this.#seen
      const { offset } = await this.#scan(end)
      if (end === Infinity) this.#end = offset
      if (offset < this.#seen && end === Infinity)
        throw this.#another(`the log ends at record ${offset}`)
      // What is durable can be read: else one would look for it for ever, and say nothing.
      if (offset <= from && this.#seen === from && end !== Infinity && !this.#isClosed)
        throw this.#another(
          `the log is durable up to record ${end}, but what can be read of it ends at record ${offset}`,
        )
      this.#skipTo(Math.min(offset, this.#to))
    } catch (error) {
      if (error === enough) this.#skipTo(this.#isClosed ? 0 : this.#to)
      // Its owner drops old segments while they are read: the next reading finds what is left.
      else if ((error as { code?: unknown }).code === 'KITEQ_NOT_FOUND') this.#segment = 0
      else this.#failure = error as Error
    } finally {
      this.#reading = undefined
      this.#wakeTaker?.()
    }
  }

  #another(what: string): KiteQError {
    return new KiteQError(
      'KITEQ_LOG_CORRUPT',
      `${this.#options.dir}: ${what}, and it was read up to record ${this.#seen} before: it is damaged there, or not the log that was read`,
    )
  }

  async #scan(end: number): Promise<RecoveryReport['end']> {
    const from: ResumePlace = {
      offset: this.#seen as Offset,
      segment: this.#segment as SegmentNumber,
      position: this.#position as Position,
    }
    if (from.segment > 0) {
      const report = await this.#log.scan(from, end, this.#visit)
      if (report.end.offset >= from.offset || report.records > 0) return report.end
    }
    return (await this.#log.scan(this.#seen as Offset, end, this.#visit)).end
  }

  readonly #visit = (record: LogRecord, place: RecordPlace): void => {
    const { offset, timeMs, segment, position, length } = place
    if (offset >= this.#to || this.#isClosed) throw enough
    if (offset > this.#seen) this.#skipTo(offset)
    this.#seen = offset + 1
    this.#segment = segment
    this.#position = position + length
    const { isWanted, recordsMax = limits.archiveBatchRecords } = this.#options
    const wants = (isWanted?.(record, place) ?? true) && this.#gives[record.kind]!
    // Names are learnt in the order of the records.
    if (wants || record.kind === 'named') this.#held.push(record, place, wants, this.#read)
    this.#read.bytes += length
    this.#read.timeMs = timeMs
    if (this.#held.length > 0 || this.#seen - this.#at >= recordsMax) this.#wakeTaker?.()
  }

  /** The records from the last one read to this offset are not there. */
  #skipTo(offset: number): void {
    const { firstOffset } = this
    if (this.#seen < firstOffset && offset > this.#seen)
      this.#skip(Math.min(offset, firstOffset), 'dropped')
    if (offset > this.#seen) this.#skip(offset, 'damaged')
  }

  #skip(to: number, why: Gap['why']): void {
    const gap: Gap = { kind: 'gap', from: this.#seen as Offset, to: to as Offset, why }
    this.#held.pushGap(gap, this.#read)
    this.#seen = to
    this.#segment = 0
  }

  #take(): Batch | Gap | undefined {
    const first = this.#held.first
    const { recordsMax = limits.archiveBatchRecords } = this.#options
    if (first === undefined) {
      const isLong = this.#seen - this.#at >= recordsMax
      return isLong || (this.#reading === undefined && this.#seen > this.#at)
        ? this.#batch()
        : undefined
    }
    if (first.gap === undefined || first.gap.from > this.#at) return this.#batch()
    this.#held.shift()
    this.#at = first.gap.to
    return first.gap
  }

  #batch(): Batch {
    const { recordsMax, rowsMax, bytesMax } = { ...defaults, ...this.#given() }
    const from = this.#at
    const rows: Value[][][] = tables.map(() => [])
    const named: GivenName[] = []
    let rowCount = 0
    const add: AddRow = (table, row) => {
      if (this.#isMade[table] !== true) return
      rows[table]!.push(row)
      rowCount++
    }
    let to = this.#seen
    let { timeMs, bytes } = this.#read
    for (let next: HeldRecord | undefined; (next = this.#held.first) !== undefined;) {
      const isFull =
        rowCount >= rowsMax ||
        next.offset - from >= recordsMax ||
        next.bytesBefore - this.#bytesGiven >= bytesMax
      if (next.gap !== undefined || (isFull && next.offset > from)) {
        to = next.offset
        timeMs = next.timeMsBefore
        bytes = next.bytesBefore
        break
      }
      this.#held.shift()
      const { record } = next
      if (record.kind === 'named') named.push(record)
      this.#maker.rowsOf(record, next, next.isWanted ? add : noRow)
    }
    const batch = { from: from as Offset, to: to as Offset, bytes: bytes - this.#bytesGiven }
    this.#at = to
    this.#bytesGiven = bytes
    if (this.#ready !== undefined && !this.#isAhead()) {
      this.#goOn()
      this.#ready = undefined
    }
    return { kind: 'batch', ...batch, timeMs, rows, rowCount, named }
  }

  #given(): Partial<typeof defaults> {
    const { recordsMax, rowsMax, bytesMax } = this.#options
    return {
      ...(recordsMax !== undefined && { recordsMax }),
      ...(rowsMax !== undefined && { rowsMax }),
      ...(bytesMax !== undefined && { bytesMax }),
    }
  }

  #isAhead(): boolean {
    return this.#held.length > 0 && this.#read.bytes - this.#bytesGiven >= limits.archiveAheadBytes
  }

  readonly #untilTaken = (): Promise<void> | undefined => {
    if (this.#isClosed || !this.#isAhead()) return undefined
    this.#ready ??= new Promise((resolve) => (this.#goOn = resolve))
    return this.#ready
  }

  /** What nobody owns may stand in memory only: what is read must not be gone after a loss of power. */
  async #syncTail(): Promise<void> {
    const last = this.#log.segments.at(-1)
    if (last === undefined) return
    const { dir, disk = nodeDisk } = this.#options
    try {
      const file = await disk.open(`${dir}/${segmentName(last.number)}`, 'read')
      try {
        await syncFile(file)
      } finally {
        await file.close()
      }
    } catch {
      // a copy on a medium that cannot be written is as durable as it gets
    }
  }
}

type Ready = () => Promise<void> | undefined

const defaults = {
  recordsMax: limits.archiveBatchRecords,
  rowsMax: limits.archiveBatchRows,
  bytesMax: limits.archiveBatchBytes,
}

const noRow: AddRow = () => undefined

/** Ends the reading from within. */
const enough = new Error('enough')
