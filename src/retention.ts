// Lets old segments go: an image of the state into the log, what still lives in them copied to its end, a record that says
// which may be gone, and only when all of that is durable the files. Must never remove what a fold or a delivery may need;
// every step may be the last one before a crash.

import type { BrokerState } from './broker/state.ts'
import { baseRecords, countParts } from './log/base.ts'
import { checkpointOffsets, openCheckpoint, type OpenCheckpoint } from './log/checkpoint.ts'
import { readInto, type Disk } from './log/disk.ts'
import { frameOffset, frameTimeMs, logFrameHeadBytes } from './log/frame.ts'
import type { Log } from './log/log.ts'
import { segmentHeaderBytes, segmentName, type SegmentHeader } from './log/segment.ts'
import { KiteQError } from './model/errors.ts'
import type { Row, SegmentNumber } from './model/ids.ts'
import * as limits from './model/limits.ts'
import type { Logger } from './model/logger.ts'
import type { LogRecord } from './model/record.ts'
import {
  countPastKeeping,
  planDrop,
  whyNotYet,
  type DropPlan,
  type KeepPolicy,
  type SegmentUse,
} from './retention-plan.ts'
import { holdersText, momentText, type HeldSegments } from './retention-held.ts'
import { walkHeld } from './retention-walk.ts'

/** What retention asks of the broker: its state, its time, and that a record is appended and applied. */
export interface RecordSink {
  readonly state: BrokerState
  nowMs(): number
  note(record: LogRecord): void
}

export interface RetentionOptions {
  readonly log: Log
  readonly sink: RecordSink
  readonly disk: Disk
  readonly dir: string
  readonly keep: KeepPolicy
  readonly logger: Logger
  /** Lets the loop and the disk have their turn for so long, ms. */
  readonly pause: (ms: number) => Promise<void>
  /** Whether the checkpoint of this offset gives back the state it stands for. Without it, none is asked. */
  readonly holds?: (offset: number) => Promise<boolean>
  /** Where the log is kept for an archive: the offset below which it has everything. Asked at each look. */
  readonly archived?: () => number
  /** Space has run out and the newest checkpoint is too old for what might go: one is wanted now. */
  readonly wantsCheckpoint?: () => void
  /** For tests; defaults in model/limits.ts. */
  readonly partBytes?: number
  readonly gain?: number
}

/** The newest of everything stays, however old: at least these many segments. */
const segmentsKept = 2

export class Retention {
  readonly #options: RetentionOptions
  /** Of sealed segments, by number: they do not change any more. */
  readonly #bytes = new Map<number, number>()
  readonly #firstTimes = new Map<number, number>()
  /** The fold can begin in this segment: an image of it is complete and durable, written by this process. */
  #baseSegment = 0
  #paceBytes = 0
  /** Emptied, with an image behind them, in this process: nobody but the archive needs the segments up to this one. */
  #emptied = 0
  /** Nothing could be done with this checkpoint for segments up to this one: only another look at the same would follow. */
  #fruitless = { offset: -1, last: 0, free: 0 }
  #held: HeldSegments | undefined
  #waitsForArchiveSinceMs: number | undefined
  /** For what goes next. */
  #written = nothingWritten
  #isStopped = false
  #running: Promise<void> | undefined

  constructor(options: RetentionOptions) {
    this.#options = options
  }

  /** One look, and whatever follows from it; a look while one is under way is that one. Never rejects. */
  look(): Promise<void> {
    this.#running ??= this.#look()
      .catch((error: unknown) => {
        if (error === stopped) return
        const why = error instanceof Error ? error.message : String(error)
        this.#options.logger.warn({ why }, 'old segments could not be dropped')
      })
      .finally(() => (this.#running = undefined))
    return this.#running
  }

  /** What should have gone and had to stay, as of the last look that came so far; undefined: nothing. */
  get held(): HeldSegments | undefined {
    return this.#held
  }

  /** Since when segments would have gone, were they archived, ms since 1970; undefined: none would. */
  get waitsForArchiveSinceMs(): number | undefined {
    return this.#waitsForArchiveSinceMs
  }

  /** Resolves when nothing is under way any more. What was begun and not finished does no harm. */
  async close(): Promise<void> {
    this.#isStopped = true
    await this.#running
  }

  async #look(): Promise<void> {
    const candidates = await this.#candidates()
    if (candidates.length === 0) {
      this.#letGo()
      return
    }
    const offset = (await checkpointOffsets(this.#options.disk, this.#options.dir)).at(-1)
    const { disk, dir, log } = this.#options
    const last = candidates.at(-1)!.number
    const free = this.#archivedUpTo()
    const { offset: at, last: upTo, free: freeThen } = this.#fruitless
    const isSame = offset === at && last === upTo && free === freeThen
    if (offset === undefined) this.#holdForCheckpoint(candidates, free)
    if (offset === undefined || (isSame && !log.outOfSpace)) return
    const checkpoint = await openCheckpoint({ disk, dir, logId: log.logId ?? '' }, offset)
    try {
      const { segment } = checkpoint.resume
      if (last >= segment && log.outOfSpace) this.#options.wantsCheckpoint?.()
      const covered = candidates.filter(({ number }) => number < segment)
      await this.#count(covered)
      const plan = planDrop(covered.filter(({ number }) => number > this.#emptied))
      const waits = plan === undefined ? undefined : await this.#carryOut(plan, checkpoint)
      const stays = await this.#dropEmptied(free)
      this.#lookForArchive(last, free)
      const isArchived = this.#waitsForArchiveSinceMs === undefined
      const isDone = plan !== undefined && waits === undefined && stays === undefined && isArchived
      this.#fruitless = isDone ? { offset: -1, last: 0, free: 0 } : { offset, last, free }
      const left = covered.filter(({ number }) => number >= log.segments[0]!.number)
      if (isDone || left.length === 0) this.#letGo()
      else this.#hold(left, this.#waitingText() ?? stays ?? waits)
    } finally {
      await checkpoint.close()
    }
  }

  #letGo(): void {
    this.#held = undefined
    this.#waitsForArchiveSinceMs = undefined
  }

  /** No checkpoint is there: on a disk with space one comes when it is due. */
  #holdForCheckpoint(candidates: readonly SegmentUse[], free: number): void {
    if (!this.#options.log.outOfSpace) return
    this.#options.wantsCheckpoint?.()
    this.#lookForArchive(candidates.at(-1)!.number, free)
    this.#hold(candidates, this.#waitingText() ?? 'a checkpoint has to be made first')
  }

  /** The archive is waited for when it lacks the oldest that may go up to `last`, or anything that is emptied. */
  #lookForArchive(last: number, free: number): void {
    const oldest = this.#options.log.segments[0]?.number ?? Infinity
    const waits = oldest <= last && free < Math.max(oldest, this.#emptied)
    const sinceMs = this.#waitsForArchiveSinceMs ?? this.#options.sink.nowMs()
    this.#waitsForArchiveSinceMs = waits ? sinceMs : undefined
  }

  #waitingText(): string | undefined {
    const sinceMs = this.#waitsForArchiveSinceMs
    if (sinceMs === undefined) return undefined
    return `the archive does not have them yet, and has to (archive.required); so it is since ${momentText(sinceMs)}`
  }

  /** The last segment of which the archive has everything; Infinity when nothing is kept for one. */
  #archivedUpTo(): number {
    const { archived, log } = this.#options
    if (archived === undefined) return Infinity
    const offset = archived()
    const next = log.segments.findLast(({ firstOffset }) => firstOffset <= offset)
    return (next?.number ?? 0) - 1
  }

  /** Says so when the reason is another than it was: this may last for days. */
  #hold(covered: readonly SegmentUse[], waits: string | undefined): void {
    const { keep, logger, sink } = this.#options
    const bytes = covered.reduce((sum, one) => sum + one.bytes, 0)
    const live = covered.reduce((sum, one) => sum + one.liveBytes, 0)
    const before = this.#held?.why
    const who = waits === undefined ? holdersText(sink.state, covered.at(-1)!.number) : ''
    const why = waits ?? `${live} bytes in them are still needed by ${who}`
    this.#held = { segments: covered.length, bytes, why }
    if (before !== undefined && kindOf(before) === kindOf(why)) return
    const details = { ...this.#held, limitBytes: keep.keepBytes, limitMs: keep.keepMs }
    if (waits === undefined)
      logger.warn(details, 'old segments cannot go: more is kept than retention says')
    else logger.info(details, 'old segments stay for now')
  }

  /** The oldest segments, as far as the policy lets them go. */
  async #candidates(): Promise<SegmentUse[]> {
    const { keep, log } = this.#options
    const segments = log.segments.slice()
    if (keep.keepMs + keep.keepBytes === 0 || segments.length <= segmentsKept) return []
    const bytes: number[] = []
    for (const [index, { number }] of segments.entries())
      bytes.push(await this.#bytesOf(number, index < segments.length - 1))
    const isOld = (index: number): Promise<boolean> => this.#isOld(segments[index + 1])
    const past = await countPastKeeping(bytes, keep, isOld)
    const count = Math.min(past, segments.length - segmentsKept)
    return segments
      .slice(0, count)
      .map(({ number }, index) => ({ number, bytes: bytes[index]!, liveBytes: 0 }))
  }

  async #bytesOf(number: number, isSealed: boolean): Promise<number> {
    const known = this.#bytes.get(number)
    if (known !== undefined) return known
    const { disk, dir } = this.#options
    const file = await disk.open(`${dir}/${segmentName(number)}`, 'read')
    try {
      const bytes = await file.size()
      if (isSealed) this.#bytes.set(number, bytes)
      return bytes
    } finally {
      await file.close()
    }
  }

  /** Times never go back: what stands before the first record of the next segment is not younger than it. */
  async #isOld(next: SegmentHeader | undefined): Promise<boolean> {
    const { keep, sink } = this.#options
    if (keep.keepMs === 0 || next === undefined) return false
    const timeMs = this.#firstTimes.get(next.number) ?? (await this.#firstTime(next))
    if (timeMs === undefined) return false
    this.#firstTimes.set(next.number, timeMs)
    return timeMs <= sink.nowMs() - keep.keepMs
  }

  async #firstTime({ number, firstOffset }: SegmentHeader): Promise<number | undefined> {
    const { disk, dir } = this.#options
    const file = await disk.open(`${dir}/${segmentName(number)}`, 'read')
    try {
      const head = new Uint8Array(logFrameHeadBytes)
      const count = await readInto(file, head, 0, head.length, segmentHeaderBytes)
      const isFirst = count === head.length && frameOffset(head, 0) === firstOffset
      return isFirst && frameTimeMs(head, 0) > 0 ? frameTimeMs(head, 0) : undefined
    } finally {
      await file.close()
    }
  }

  async #count(segments: readonly SegmentUse[]): Promise<void> {
    const { messages } = this.#options.sink.state
    const byNumber = new Map(segments.map((segment) => [segment.number, segment]))
    await this.#walk(segments.at(-1)?.number ?? 0, (row) => {
      const segment = byNumber.get(messages.segmentOf(row))
      if (segment !== undefined) segment.liveBytes += messages.lengthOf(row)
    })
  }

  #walk(last: number, visit: (row: Row) => void): Promise<void> {
    return walkHeld(this.#options.sink.state.messages, last, visit, () => this.#breathe(1))
  }

  /** Words for what it waits for, when nothing can be done with this checkpoint. */
  async #carryOut(plan: DropPlan, checkpoint: OpenCheckpoint): Promise<string | undefined> {
    const { log, holds, gain = limits.retentionGain } = this.#options
    const needsBase = this.#baseSegment <= plan.last
    const image = checkpoint.sectionBytes.reduce((sum, bytes) => sum + bytes, 0)
    const imageBytes = needsBase ? image : 0
    const { isFull, outOfSpace: isShort, sureBytes } = log
    const waits = whyNotYet(plan, { imageBytes, gain, isShort, isFull, sureBytes })
    if (waits !== undefined) return waits
    // What is dropped for an image can never be folded again: it must be one that a start can load.
    if (needsBase && holds !== undefined && !(await holds(checkpoint.resume.offset)))
      return `the checkpoint at offset ${checkpoint.resume.offset} could not be loaded; the next one is tried`
    if (plan.liveBytes > 0) await this.#move(plan.last)
    if (needsBase) await this.#writeBase(checkpoint)
    this.#emptied = plan.last
    this.#written = { imageBytes, moved: plan.liveBytes }
    return undefined
  }

  /** What is emptied goes, as far as the archive has it. Words for why something else keeps it. */
  async #dropEmptied(free: number): Promise<string | undefined> {
    const { log, logger } = this.#options
    const first = log.segments[0]
    if (first === undefined || this.#emptied < first.number) return undefined
    this.#emptied = await this.#emptyUpTo(this.#emptied)
    if (this.#emptied < first.number)
      return 'a message in the oldest segment could not be moved: it is damaged'
    const last = Math.min(this.#emptied, free)
    if (last >= first.number) {
      const files = await this.#drop(last as SegmentNumber)
      logger.info({ files, lastSegment: last, ...this.#written }, 'old segments dropped')
      this.#written = nothingWritten
    }
    return undefined
  }

  /** What lives in old segments goes to the end of the log, in order. */
  async #move(last: number): Promise<void> {
    const rows: Row[] = []
    await this.#walk(last, (row) => rows.push(row))
    for (const row of rows) await this.#moveOne(row, last)
  }

  async #moveOne(row: Row, last: number): Promise<void> {
    const { log, logger, sink } = this.#options
    const { messages } = sink.state
    if (!messages.isHeld(row) || messages.segmentOf(row) > last) return
    const of = messages.offsetOf(row)
    const segment = messages.segmentOf(row)
    const position = messages.positionOf(row)
    await this.#makeRoom(messages.lengthOf(row))
    try {
      const message = log.peek(segment, position) ?? (await log.load(segment, position))
      // Meanwhile it may have been settled and its row given to another.
      const isThere =
        messages.isHeld(row) &&
        messages.offsetOf(row) === of &&
        messages.segmentOf(row) === segment &&
        messages.positionOf(row) === position
      if (isThere) sink.note({ kind: 'moved', of, form: messages.formOf(row), message })
    } catch (error) {
      if (!(error instanceof KiteQError)) throw error
      logger.warn({ why: error.message, offset: of }, 'a damaged message keeps its segment')
    }
  }

  async #writeBase(checkpoint: OpenCheckpoint): Promise<void> {
    const { sink, log } = this.#options
    const partBytes = this.#options.partBytes ?? limits.basePartBytes
    const parts = countParts(checkpoint.sectionBytes, partBytes)
    for await (const part of baseRecords(checkpoint, checkpoint.sections, parts, partBytes)) {
      await this.#makeRoom(part.sections.end - part.sections.start)
      sink.note(part)
    }
    await this.#durable(log.endOffset)
    this.#baseSegment = checkpoint.resume.segment
  }

  /** The last segment before the first message that still stands somewhere up to `last`. */
  async #emptyUpTo(last: number): Promise<number> {
    const { messages } = this.#options.sink.state
    let empty = last
    await this.#walk(last, (row) => (empty = Math.min(empty, messages.segmentOf(row) - 1)))
    return empty
  }

  async #drop(segment: SegmentNumber): Promise<number> {
    const { log, sink } = this.#options
    const next = log.segments.find(({ number }) => number === segment + 1)
    if (next === undefined) return 0
    // In this order, whatever the durability is: image and copies, then the record, then the files.
    await this.#durable(log.endOffset)
    await log.secure()
    sink.note({ kind: 'dropped', segment, nextOffset: next.firstOffset })
    await this.#durable(log.endOffset)
    await log.secure()
    const count = await log.dropSegments(segment)
    for (const number of [...this.#bytes.keys()]) if (number <= segment) this.#bytes.delete(number)
    for (const number of [...this.#firstTimes.keys()])
      if (number <= segment) this.#firstTimes.delete(number)
    return count
  }

  /** So much may be appended now: at a bounded rate, behind what others wrote, and on a full disk only what surely fits. */
  async #makeRoom(bytes: number): Promise<void> {
    const { log } = this.#options
    this.#paceBytes += bytes
    if (this.#paceBytes >= limits.retentionPaceBytes) {
      this.#paceBytes = 0
      await this.#breathe(limits.retentionPaceMs)
    }
    const isTooMuch = (): boolean => log.isFull && log.sureBytes < 2 * bytes
    while (log.unflushedBytes > 2 * limits.retentionPaceBytes && !isTooMuch())
      await this.#breathe(limits.retentionPaceMs)
    if (isTooMuch()) throw new KiteQError('KITEQ_DISK_FULL', 'the disk is full')
  }

  async #durable(offset: number): Promise<void> {
    while (this.#options.log.durableOffset < offset) await this.#breathe(limits.retentionPaceMs)
  }

  async #breathe(ms: number): Promise<void> {
    await this.#options.pause(ms)
    if (this.#isStopped) throw stopped
  }
}

const nothingWritten: { readonly imageBytes: number; readonly moved: number } = {
  imageBytes: 0,
  moved: 0,
}

/** The same reason with other numbers is no news. */
function kindOf(why: string): string {
  return why.replace(/\d+/g, 'n')
}

const stopped = new Error('stopped')
