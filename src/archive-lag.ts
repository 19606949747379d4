// How far an archive is behind its log, in records, bytes and seconds: from a note now and then of where the log ended. Costs
// nothing a record, and the same memory however far behind it is.

import type { ResumePlace } from './log/recover.ts'
import { segmentHeaderBytes, type SegmentHeader } from './log/segment.ts'
import type { Offset } from './model/ids.ts'

/** What is asked of the log. */
export interface ArchivedLog {
  readonly durableOffset: Offset
  readonly durablePlace: ResumePlace
  readonly segments: readonly SegmentHeader[]
  placeBefore(offset: Offset): ResumePlace | undefined
}

export interface Lag {
  readonly records: number
  /** Of the log, as far as it has them, true to 64 KiB. */
  readonly bytes: number
  /** Age of the oldest record that is missing, at most, true to a second or half a percent; undefined until the archive has taken something. */
  readonly seconds: number | undefined
}

const marksMax = 512

export class ArchiveLag {
  readonly #log: ArchivedLog
  /** The log ended at `offset` then: whatever has that offset or a higher one is younger. */
  #marks: { readonly offset: number; atMs: number }[] = []
  /** Of an archive that is away for long fewer notes are kept. */
  #apartMs = 0
  /** All that is missing is younger than this. */
  #sinceMs = -Infinity

  constructor(log: ArchivedLog) {
    this.#log = log
  }

  /** The first record that the log still has. */
  get firstOffset(): number {
    return this.#log.segments[0]?.firstOffset ?? 0
  }

  /** To be called about every second. */
  look(archived: number, nowMs: number): void {
    const { durableOffset: offset } = this.#log
    const last = this.#marks.at(-1)
    if (last === undefined) this.#apartMs = 0
    if (last?.offset === offset)
      last.atMs = nowMs // nothing came meanwhile
    else if (last === undefined || nowMs - last.atMs >= this.#apartMs)
      this.#marks.push({ offset, atMs: nowMs })
    this.#forget(archived)
    if (this.#marks.length <= marksMax) return
    this.#marks = this.#marks.filter((_, at) => at % 2 === 1)
    this.#apartMs = Math.max(2 * this.#apartMs, 2000)
  }

  /** The last record that is archived is of this time, ms since 1970. */
  reached(timeMs: number): void {
    this.#sinceMs = Math.max(this.#sinceMs, timeMs)
  }

  behind(archived: number, nowMs: number): Lag {
    const records = Math.max(0, this.#log.durableOffset - archived)
    if (records === 0) return { records: 0, bytes: 0, seconds: 0 }
    this.#forget(archived)
    const seconds = Math.max(0, nowMs - this.#sinceMs) / 1000
    return {
      records,
      bytes: bytesBehind(this.#log, archived as Offset),
      seconds: seconds === Infinity ? undefined : seconds,
    }
  }

  /** Notes that say no more about what is missing. */
  #forget(archived: number): void {
    const kept = this.#marks.findIndex(({ offset }) => offset > archived)
    const passed = kept < 0 ? this.#marks.length : kept
    const last = this.#marks[passed - 1]
    if (last === undefined) return
    this.#sinceMs = Math.max(this.#sinceMs, last.atMs)
    this.#marks.splice(0, passed)
  }
}

function bytesBehind(log: ArchivedLog, archived: Offset): number {
  const first = log.segments[0]
  if (first === undefined) return 0
  // Before the first that is left nothing counts: what is gone takes no place.
  const from = log.placeBefore(archived) ?? { segment: first.number, position: segmentHeaderBytes }
  const end = log.durablePlace
  let bytes = 0
  let position: number = from.position
  for (const { number, previousEnd } of log.segments) {
    if (number <= from.segment || number > end.segment) continue
    bytes += previousEnd - position
    position = segmentHeaderBytes
  }
  return Math.max(0, bytes + end.position - position)
}
