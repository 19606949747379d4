// Append and group commit: records gather in memory at the positions they will have on disk; one positional write a
// batch, one under way at a time, in order. A failed or short write or sync is final. No timer decides when to write.

import { invariant } from '../model/assert.ts'
import { KiteQError } from '../model/errors.ts'
import type { Epoch, Offset, Position, SegmentNumber } from '../model/ids.ts'
import { logFrameBytesMax } from '../model/limits.ts'
import type { LogRecord, RecordPlace } from '../model/record.ts'
import { shortWrite, syncFile, writeAll, type Disk, type DiskFile } from './disk.ts'
import type { Durability } from './durability.ts'
import { lastOfBatch, logFrameHeadBytes, sealFrame, writeFrameHead } from './frame.ts'
import { RecentBytes, type Chunk } from './recent-bytes.ts'
import { RecordEncoder } from './record-codec.ts'
import type { ResumePlace } from './recover.ts'
import { preparedName, SegmentSupply, type SegmentNeed } from './segment-supply.ts'
import { encodeSegmentHeader, segmentHeaderBytes, segmentName } from './segment.ts'
import type { SegmentHeader } from './segment.ts'
import { FlushTimes } from './write-stats.ts'

export interface WriterOptions {
  readonly disk: Disk
  readonly dir: string
  readonly durability: Durability
  readonly segmentBytes: number
  readonly firstSegmentBytes: number
  readonly batchBytesMax: number
  readonly recentBytesMax: number
  readonly random: () => number
  readonly monotonicMs: () => number
  /** Where the log ended, and what the first new segment continues. */
  readonly number: SegmentNumber
  readonly firstOffset: Offset
  readonly epoch: Epoch
  readonly logId: string
  readonly previousEnd: number
  /** A segment is now in use under its name. */
  readonly onSegment: (header: SegmentHeader) => void
  /** A batch is durable: its bytes, and the time of its first record. */
  readonly onDurable: (bytes: number, sinceMs: number) => void
  readonly onFailure: (error: KiteQError) => void
}

/** A segment as the writer plans it: known in memory before its file has a name. */
interface Plan extends SegmentNeed {
  readonly header: SegmentHeader
  capacity: number
  assignedEnd: number
}

interface Batch {
  readonly plan: Plan
  readonly chunk: Chunk
  readonly start: number
  readonly end: number
  readonly endOffset: number
  /** Time of its first record. */
  readonly sinceMs: number
}

interface MutablePlace {
  offset: Offset
  timeMs: number
  segment: SegmentNumber
  position: Position
  length: number
}

export class LogWriter {
  readonly supply: SegmentSupply
  readonly recent: RecentBytes
  readonly flushTimes: FlushTimes = new FlushTimes()
  endOffset: Offset
  durableOffset: Offset
  unflushedBytes = 0
  appends = 0
  batches = 0
  bytes = 0
  rolls = 0

  readonly #options: WriterOptions
  readonly #encoder = new RecordEncoder()
  readonly #place: MutablePlace
  readonly #queue: Batch[] = []
  /** Segment that gathers; the one being written may be older. */
  #plan: Plan
  #chunk: Chunk
  /** Within the chunk: where the gathering batch starts, and its last frame, whose crc waits for what follows. */
  #batchStart = 0
  #lastStart = -1
  #batchSinceMs = 0
  #writingPlan: Plan | undefined
  /** Segments that batches are planned into and that have no file yet, in order. */
  readonly #unplaced: Plan[] = []
  #file: DiskFile | undefined
  #busy = false
  #flushWanted = false
  #failed: KiteQError | undefined
  #writtenAtMs = 0
  #durableSegment: SegmentNumber
  #durableEnd = segmentHeaderBytes as Position
  #idle: (() => void)[] = []
  #syncTimer: NodeJS.Timeout | undefined
  #syncing = false
  #closing = false

  constructor(options: WriterOptions, supply: SegmentSupply) {
    this.#options = options
    this.supply = supply
    this.recent = new RecentBytes(options.batchBytesMax, options.recentBytesMax)
    this.endOffset = options.firstOffset
    this.durableOffset = options.firstOffset
    this.#durableSegment = options.number
    this.#plan = this.#newPlan(options.number, options.previousEnd)
    this.#unplaced.push(this.#plan)
    this.#chunk = this.recent.begin(this.#plan.header.number, segmentHeaderBytes)
    this.#place = {
      offset: options.firstOffset,
      timeMs: 0,
      segment: options.number,
      position: segmentHeaderBytes as Position,
      length: 0,
    }
  }

  /** Makes the first segment of this epoch. Rejects KITEQ_DISK_FULL instead of waiting for space. */
  async start(): Promise<void> {
    await this.#openSegment(this.#plan, false)
  }

  /** Behind the last durable record. */
  get durablePlace(): ResumePlace {
    return { offset: this.durableOffset, segment: this.#durableSegment, position: this.#durableEnd }
  }

  /** Behind the last record appended. */
  get endPlace(): ResumePlace {
    const { header, assignedEnd } = this.#plan
    return { offset: this.endOffset, segment: header.number, position: assignedEnd as Position }
  }

  /** A batch is on its way to the disk. */
  get isWriting(): boolean {
    return this.#busy
  }

  /** Time of the oldest record that is not durable; Infinity when all are. */
  get unflushedSinceMs(): number {
    return this.#queue[0]?.sinceMs ?? (this.#lastStart < 0 ? Infinity : this.#batchSinceMs)
  }

  get failed(): KiteQError | undefined {
    return this.#failed
  }

  /**
   * Time to refuse what may be refused: no next segment can be prepared and the present one is nearly used up, or what
   * waits to be written and has no file yet would leave less than a segment and a batch of the free space.
   */
  get isFull(): boolean {
    const { batchBytesMax } = this.#options
    if (this.supply.lacksFile) return true
    const left = this.#plan.capacity - this.#plan.assignedEnd
    if (this.supply.outOfSpace && left < Math.max(batchBytesMax, this.#plan.capacity / 4)) {
      return true
    }
    const kept = segmentHeaderBytes + 2 * batchBytesMax
    return this.supply.roomBytes(left, this.#unplaced) < kept
  }

  /** Bytes that may be appended, whatever becomes of the space that is free now. */
  get sureBytes(): number {
    const left = this.#unplaced.length > 0 ? 0 : this.#plan.capacity - this.#plan.assignedEnd
    return this.supply.sureBytes(left, this.#unplaced)
  }

  /** One place object is reused. The record's bytes are copied before it returns. */
  append(record: LogRecord, timeMs: number): RecordPlace {
    const most = logFrameHeadBytes + this.#encoder.prepare(record)
    if (!this.#fits(most)) this.#makeRoom(most)
    const chunk = this.#chunk
    const bytes = chunk.bytes
    const start = chunk.used
    const end = this.#encoder.write(record, bytes, start + logFrameHeadBytes)
    if (this.#lastStart >= 0) {
      sealFrame(bytes, this.#lastStart, start, this.#plan.header.seed, 0)
    }
    const time = Math.floor(timeMs)
    if (this.#lastStart < 0) this.#batchSinceMs = time
    const offset = this.endOffset
    writeFrameHead(
      bytes,
      start,
      end - start,
      this.#encoder.kind,
      start - this.#batchStart,
      offset,
      time,
    )
    this.#lastStart = start
    chunk.used = end
    this.endOffset = (offset + 1) as Offset
    this.unflushedBytes += end - start
    this.#plan.assignedEnd = chunk.base + end
    this.appends++
    const place = this.#place
    place.offset = offset
    place.timeMs = time
    place.segment = this.#plan.header.number
    place.position = (chunk.base + start) as Position
    place.length = end - start
    return place
  }

  flush(): void {
    this.#flushWanted = true
    if (!this.#busy) this.#next()
  }

  /** Resolves once everything appended so far is durable, or the log has failed or waits for space. */
  async settle(): Promise<void> {
    while (
      this.#failed === undefined &&
      !this.supply.isStuck &&
      (this.durableOffset < this.endOffset || this.#busy)
    ) {
      const settled = new Promise<void>((resolve) => this.#idle.push(resolve))
      this.flush()
      await settled
    }
  }

  /** What waits for space that does not come stays unwritten; nobody was told it is safe. */
  async close(flush: boolean): Promise<void> {
    this.#closing = true
    if (flush) await this.settle()
    else await this.#abandon()
    clearTimeout(this.#syncTimer)
    await this.supply.close()
    if (this.#file !== undefined) {
      if (this.#options.durability.kind !== 'fsync' && this.#failed === undefined) {
        await syncFile(this.#file)
      }
      await this.#file.close()
      this.#file = undefined
    }
  }

  /** As a crash would leave it, but for the write that is under way. */
  async #abandon(): Promise<void> {
    this.#flushWanted = false
    this.#queue.length = Math.min(this.#queue.length, this.#busy ? 1 : 0)
    if (this.#busy && !this.supply.isStuck) {
      await new Promise<void>((resolve) => this.#idle.push(resolve))
    }
  }

  #fits(most: number): boolean {
    const chunk = this.#chunk
    const end = chunk.used + most
    return (
      end <= chunk.bytes.length &&
      end - this.#batchStart <= this.#options.batchBytesMax &&
      chunk.base + end <= this.#plan.capacity
    )
  }

  #makeRoom(most: number): void {
    const frameBytesMax = Math.min(this.#options.batchBytesMax, logFrameBytesMax)
    invariant(most <= frameBytesMax, `a record of ${most} bytes, the most is ${frameBytesMax}`)
    this.#seal()
    const at = this.#chunk.base + this.#chunk.used
    if (at + most > this.#plan.capacity) {
      this.#plan = this.#newPlan(this.#plan.header.number + 1, this.#plan.assignedEnd)
      this.#unplaced.push(this.#plan)
      this.#beginChunk(segmentHeaderBytes)
    } else if (this.#chunk.used + most > this.#chunk.bytes.length) {
      this.#beginChunk(at)
    }
    if (!this.#busy) this.#next()
  }

  #beginChunk(position: number): void {
    this.#chunk = this.recent.begin(this.#plan.header.number, position)
    this.#batchStart = 0
  }

  #newPlan(number: number, previousEnd: number): Plan {
    const { epoch, logId, random } = this.#options
    const before = this.#plan as Plan | undefined
    // A hope until the file is there: the supply lowers it when the disk is full, never below what was assigned.
    const isNext = this.#writingPlan === before && this.supply.isBusyOrReady
    return {
      header: {
        number: number as SegmentNumber,
        firstOffset: this.endOffset,
        epoch,
        logId,
        seed: random() >>> 0,
        previousEnd,
      },
      capacity: isNext ? this.supply.plannedBytes : this.#bytesAfter(before),
      assignedEnd: segmentHeaderBytes,
    }
  }

  /** Closes the gathering batch: its last frame gets its flag and its crc. */
  #seal(): void {
    if (this.#lastStart < 0) return
    const chunk = this.#chunk
    const end = chunk.used
    sealFrame(chunk.bytes, this.#lastStart, end, this.#plan.header.seed, lastOfBatch)
    this.#queue.push({
      plan: this.#plan,
      chunk,
      start: this.#batchStart,
      end,
      endOffset: this.endOffset,
      sinceMs: this.#batchSinceMs,
    })
    this.#batchStart = end
    this.#lastStart = -1
  }

  #next(): void {
    if (this.#queue.length === 0 && this.#flushWanted) {
      this.#flushWanted = false
      this.#seal()
    }
    const batch = this.#queue[0]
    if (batch === undefined || this.#failed !== undefined) {
      if (this.#idle.length > 0) this.#wakeIdle()
      return
    }
    this.#busy = true
    if (batch.plan === this.#writingPlan) this.#write(batch)
    else this.#roll(batch.plan)
  }

  #write(batch: Batch): void {
    const file = this.#file
    invariant(file !== undefined, 'a write without a segment')
    this.#writtenAtMs = this.#options.monotonicMs()
    const { bytes, base } = batch.chunk
    file.write(bytes, batch.start, batch.end, base + batch.start, this.#onWritten)
  }

  readonly #onWritten = (error: Error | null, count: number): void => {
    const batch = this.#queue.shift()
    invariant(batch !== undefined, 'a write came back that nobody asked for')
    const bytes = batch.end - batch.start
    if (error !== null || count !== bytes) {
      this.#fail(error ?? shortWrite(count, bytes))
      return
    }
    this.#busy = false
    batch.chunk.written = batch.end
    this.recent.release()
    this.durableOffset = batch.endOffset as Offset
    this.#durableSegment = batch.plan.header.number
    this.#durableEnd = (batch.chunk.base + batch.end) as Position
    this.unflushedBytes -= bytes
    this.batches++
    this.bytes += bytes
    this.flushTimes.add(this.#options.monotonicMs() - this.#writtenAtMs)
    if (this.#options.durability.kind === 'interval') this.#syncLater()
    this.#prepareInTime(batch)
    this.#next()
    this.#options.onDurable(bytes, batch.sinceMs)
  }

  /** The next file is prepared once some of this one is used: an idle broker fills no disk with zeros. */
  #prepareInTime(batch: Batch): void {
    const { capacity } = batch.plan
    this.supply.used(batch.end - batch.start)
    if (this.supply.isBusyOrReady || this.supply.outOfSpace) return
    const end = batch.chunk.base + batch.end
    if (end * 16 > capacity) {
      const next = this.#unplaced[0]
      const bytes = next === undefined ? this.#bytesAfter(batch.plan) : this.#wanted(next)
      this.supply.prepare(bytes, capacity - end)
    }
  }

  /** Into a segment that gathers no more nothing is added: zeros behind its end would be wasted. */
  #wanted(plan: Plan): number {
    return plan === this.#plan ? plan.capacity : plan.assignedEnd
  }

  /** Segments double from the first small one on, so that the next is ready before this one is used up. */
  #bytesAfter(before: Plan | undefined): number {
    const { segmentBytes, firstSegmentBytes } = this.#options
    const wanted = before === undefined ? firstSegmentBytes : before.capacity * 2
    return this.supply.boundBytes(Math.min(segmentBytes, wanted))
  }

  #roll(plan: Plan): void {
    this.#openSegment(plan, true).then(
      () => {
        this.rolls++
        this.#busy = false
        this.#next()
      },
      (error: unknown) => {
        this.#fail(error instanceof Error ? error : new Error(String(error)))
      },
    )
  }

  /** The header is synced before the file gets its name, and the name before the first batch: what is named is whole. */
  async #openSegment(plan: Plan, wait: boolean): Promise<void> {
    const { disk, dir, durability, onSegment } = this.#options
    const before = this.#file
    if (before !== undefined) {
      if (durability.kind !== 'fsync') await syncFile(before)
      this.#file = undefined
      await before.close()
    }
    await this.supply.take(plan, this.#wanted(plan), wait)
    this.#unplaced.shift()
    const path = `${dir}/${segmentName(plan.header.number)}`
    try {
      await this.supply.opening(() => this.#name(plan.header, path), wait)
    } finally {
      this.supply.taken()
    }
    await this.supply.opening(() => disk.syncFolder(dir), wait)
    const mode = durability.kind === 'fsync' ? 'synced' : 'write'
    this.#file = await this.supply.opening(() => disk.open(path, mode), wait)
    this.#writingPlan = plan
    onSegment(plan.header)
  }

  async #name(header: SegmentHeader, path: string): Promise<void> {
    const { disk, dir } = this.#options
    const prepared = `${dir}/${preparedName}`
    const file = await disk.open(prepared, 'write')
    try {
      await writeAll(file, encodeSegmentHeader(header), 0)
      await syncFile(file)
    } finally {
      await file.close()
    }
    await disk.rename(prepared, path)
  }

  #syncLater(): void {
    const { durability } = this.#options
    if (durability.kind !== 'interval' || this.#syncTimer !== undefined || this.#syncing) return
    this.#syncTimer = setTimeout(() => {
      this.#syncTimer = undefined
      const file = this.#file
      if (file === undefined || this.#failed !== undefined) return
      this.#syncing = true
      file.sync((error) => {
        this.#syncing = false
        if (error !== null && file === this.#file) this.#fail(error)
      })
    }, durability.intervalMs)
    this.#syncTimer.unref()
  }

  #fail(cause: Error): void {
    if (this.#failed !== undefined) return
    this.#failed = new KiteQError(
      'KITEQ_LOG_FAILED',
      `the log cannot be written any more: ${cause.message}`,
      { cause },
    )
    this.#busy = false
    this.#wakeIdle()
    if (!this.#closing) this.#options.onFailure(this.#failed)
  }

  #wakeIdle(): void {
    const waiting = this.#idle
    this.#idle = []
    for (const resolve of waiting) resolve()
  }
}
