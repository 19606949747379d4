// Reads a whole log as suspiciously as it can: every header, every frame, every body, the fold of all of it, and every
// checkpoint against that fold. Goes on wherever there is something to go on with; must never change a byte.

import { apply } from '../broker/apply.ts'
import type { BrokerState } from '../broker/state.ts'
import type { Disk } from '../log/disk.ts'
import { frameKind, frameOffset, frameTimeMs, logFrameHeadBytes } from '../log/frame.ts'
import { decodeRecord } from '../log/record-codec.ts'
import { scanSegment, type ScanResult } from '../log/scan-segment.ts'
import type { SegmentHeader } from '../log/segment.ts'
import { withSegment } from '../log/whole-segment.ts'
import { KiteQError } from '../model/errors.ts'
import type { Offset, Position, SegmentNumber } from '../model/ids.ts'
import { emptyState } from '../recover-state.ts'
import type { CheckpointMark } from './checkpoint-check.ts'
import { FrameOrder } from './frame-order.ts'
import { tailOf, type Tail } from './folder.ts'
import type { Findings } from './log-findings.ts'
import { findIds } from './lost-ids.ts'
import { lostKindText } from './lost-kind.ts'
import type { SegmentFile } from './segment-headers.ts'

export interface LogCheckOptions {
  readonly dir: string
  readonly disk: Disk
  readonly files: readonly SegmentFile[]
  /** Of the owner; undefined when there is none. */
  readonly durableOffset: number | undefined
  /** Where the fold begins, when the log does not begin at its beginning any more. */
  readonly beginning?:
    { readonly state: BrokerState; readonly resume: { readonly offset: number } } | undefined
  /** Checkpoints that hold, by ascending offset: told when the fold comes by. */
  readonly marks: readonly CheckpointMark[]
  readonly findings: Findings
  /** Called now and then: the file, and how many bytes of all of them are read. */
  readonly progress: (file: SegmentFile, doneBytes: number) => void
}

/** What cannot be read is a fault when the segment's turn comes. */
function unlessUnreadable(error: unknown): undefined {
  if (!(error instanceof KiteQError)) throw error
}

const idsMax = 100
const progressMask = 0xfff

export class LogCheck {
  readonly order: FrameOrder = new FrameOrder()
  readonly state: BrokerState
  records = 0
  /** Of whole frames. */
  bytes = 0
  /** The next record after what was read. */
  end = 0
  tail: Tail | undefined
  /** Every record from the first on was read, so that the fold is what the broker's was. */
  isWhole = true
  /** The last record is that of a stop in order. */
  isClosed = false
  readonly #options: LogCheckOptions
  readonly #foldFrom: number
  #doneBytes = 0
  #nextMark = 0
  #folds = true
  #lastEnd = { segment: 0, position: 0 }
  readonly #place = {
    offset: 0 as Offset,
    timeMs: 0,
    segment: 0 as SegmentNumber,
    position: 0 as Position,
    length: 0,
  }

  constructor(options: LogCheckOptions) {
    this.#options = options
    const { beginning, files } = options
    this.state = beginning?.state ?? emptyState()
    this.#foldFrom = beginning?.resume.offset ?? 0
    const first = files[0]
    if (first === undefined || first.number === 1) return
    // What stood before it may have been dropped: whether it was, the whole log says.
    this.end = first.header?.firstOffset ?? 0
    this.isWhole = beginning !== undefined
  }

  /** Of the fold; null when it had to stop. */
  get digest(): string | null {
    return this.#folds ? this.state.digest() : null
  }

  /** Rejects KITEQ_LOG_VERSION for a record of a newer version. */
  async run(): Promise<void> {
    const { files, dir, disk, durableOffset } = this.#options
    const last = files.at(-1)
    if (durableOffset === undefined && last?.header !== undefined)
      this.tail = await tailOf(dir, disk, last.header).catch(unlessUnreadable)
    const to = durableOffset ?? this.tail?.offset ?? Infinity
    for (const [index, file] of files.entries()) {
      if (durableOffset !== undefined && this.end >= durableOffset) break // made after the owner was asked
      if (file.header === undefined) await this.#unreadable(file, files[index + 1])
      else await this.#segment(file, file.header, files[index + 1], to)
      this.#doneBytes += file.bytes
    }
    if (durableOffset !== undefined && last !== undefined && this.end < durableOffset)
      this.#lost(last, 0, 0, durableOffset, [], 'the owner holds these for durable')
    this.#passMarks(Infinity)
  }

  /** Without its header nothing of a segment counts. */
  async #unreadable(file: SegmentFile, next: SegmentFile | undefined): Promise<void> {
    const { dir, disk } = this.#options
    const length = next?.header?.previousEnd ?? file.bytes
    const ids = await findIds(disk, `${dir}/${file.name}`, 0, length, idsMax)
    const why = 'nothing counts in a segment without its header; kiteq repair may make it again'
    this.#lost(file, 0, length, next?.header?.firstOffset, ids, why, 'unread')
  }

  async #segment(
    file: SegmentFile,
    header: SegmentHeader,
    next: SegmentFile | undefined,
    to: number,
  ): Promise<void> {
    if (header.firstOffset > this.end)
      this.#lost(file, 0, 0, header.firstOffset, [], 'they should stand before this segment')
    this.end = header.firstOffset
    const after = next?.number === file.number + 1 ? next.header : undefined
    const sealed = after && { end: after.previousEnd, nextOffset: after.firstOffset }
    this.order.beginSegment()
    let result: ScanResult
    try {
      result = await withSegment(this.#options.dir, this.#options.disk, header, (whole) =>
        scanSegment({
          ...whole,
          sealed,
          to,
          visit: (source, start, end, position) =>
            this.#frame(file, header, source, start, end, position),
        }),
      )
    } catch (error) {
      if (!(error instanceof KiteQError) || error.code !== 'KITEQ_LOG_CORRUPT') throw error
      this.#fault(file, 'order', error.message)
      this.end = Math.max(this.end, after?.firstOffset ?? 0)
      return
    }
    await this.#holes(file, result)
    this.end = result.nextOffset
    const open = this.order.endSegment(after?.epoch === header.epoch, result.end)
    if (open !== undefined) this.#fault(file, open.kind, open.text, result.end)
    if (after === undefined && !result.stopped) await this.#openEnd(file, result, next)
  }

  async #holes(file: SegmentFile, { holes }: ScanResult): Promise<void> {
    const { dir, disk } = this.#options
    for (const hole of holes) {
      const { position, length, firstOffset, count } = hole
      const path = `${dir}/${file.name}`
      const ids = await findIds(disk, path, position, length, idsMax)
      const text = `no crc holds here${await lostKindText(disk, path, hole)}`
      this.end = firstOffset
      this.#lost(file, position, length, firstOffset + count, ids, text)
    }
  }

  /** Where no next header says where the segment ends, bytes that are no records are only harmless in a torn tail. */
  async #openEnd(
    file: SegmentFile,
    result: ScanResult,
    next: SegmentFile | undefined,
  ): Promise<void> {
    const { dir, disk, durableOffset } = this.#options
    const { end, cutBytes, nextOffset } = result
    const isDue = durableOffset !== undefined && nextOffset < durableOffset
    if (next === undefined ? !isDue : cutBytes === 0) return
    const ids = await findIds(disk, `${dir}/${file.name}`, end, cutBytes, idsMax)
    const why = next === undefined ? 'the owner holds these for durable' : 'no crc holds here'
    this.#lost(file, end, cutBytes, next === undefined ? durableOffset : undefined, ids, why)
  }

  #frame(
    file: SegmentFile,
    header: SegmentHeader,
    source: Uint8Array,
    start: number,
    end: number,
    position: number,
  ): void {
    const offset = frameOffset(source, start)
    const place = this.#place
    place.offset = offset as Offset
    place.timeMs = frameTimeMs(source, start)
    place.segment = header.number
    place.position = position as Position
    place.length = end - start
    this.#passMarks(this.end)
    // A hole is reported when the segment is read; that the fold has a gap must be known at once.
    if (offset !== this.end) this.isWhole = false
    this.#passMarks(offset)
    const wrong = this.order.check(source, start, position)
    if (wrong !== undefined) this.#fault(file, wrong.kind, wrong.text, position, offset)
    this.#fold(file, source, start, end)
    this.records++
    this.bytes += end - start
    this.end = offset + 1
    this.#lastEnd.segment = header.number
    this.#lastEnd.position = position + end - start
    if ((this.records & progressMask) === 0)
      this.#options.progress(file, this.#doneBytes + position)
  }

  #fold(file: SegmentFile, source: Uint8Array, start: number, end: number): void {
    const place = this.#place
    try {
      const record = decodeRecord(frameKind(source, start), source, start + logFrameHeadBytes, end)
      this.isClosed = record.kind === 'closed' && record.clean
      if (this.#folds && place.offset >= this.#foldFrom) apply(this.state, record, place)
    } catch (error) {
      if (error instanceof KiteQError && error.code === 'KITEQ_LOG_VERSION') throw error
      this.isWhole = false
      const text = error instanceof Error ? error.message : String(error)
      const isBody = error instanceof KiteQError
      if (!isBody) this.#folds = false // half a record is in it
      this.#fault(file, isBody ? 'body' : 'fold', text, place.position, place.offset)
    }
  }

  /** The fold stands before `offset`: the checkpoints up to there can be held against it. */
  #passMarks(offset: number): void {
    const { marks } = this.#options
    for (; this.#nextMark < marks.length; this.#nextMark++) {
      const mark = marks[this.#nextMark]!
      if (mark.resume.offset > offset || (offset === Infinity && mark.resume.offset > this.end))
        return
      const { segment, position } = mark.resume
      const isPlace =
        (segment === this.#lastEnd.segment && position === this.#lastEnd.position) ||
        (segment === this.#place.segment && position === this.#place.position)
      const isReached = mark.resume.offset === Math.min(offset, this.end)
      const isFolded = this.#folds && mark.resume.offset >= this.#foldFrom
      mark.pass(isReached && this.isWhole && isFolded, this.state.digest(), isPlace)
    }
  }

  #lost(
    file: SegmentFile,
    position: number,
    length: number,
    next: number | undefined,
    ids: readonly string[],
    text: string,
    kind: 'lost' | 'unread' = 'lost',
  ): void {
    this.isWhole = false
    const count = next === undefined ? {} : { count: Math.max(0, next - this.end) }
    const at = { segment: file.number, position, length, firstOffset: this.end }
    const found = ids.length > 0 ? { ids } : {}
    this.#options.findings.add({ kind, file: file.name, ...at, ...count, text, ...found })
    if (next !== undefined) this.end = Math.max(this.end, next)
  }

  #fault(
    file: SegmentFile,
    kind: 'order' | 'batch' | 'time' | 'body' | 'fold',
    text: string,
    position?: number,
    firstOffset?: number,
  ): void {
    const place = {
      ...(position === undefined ? {} : { position }),
      ...(firstOffset === undefined ? {} : { firstOffset }),
    }
    this.#options.findings.add({ kind, file: file.name, segment: file.number, ...place, text })
  }
}
