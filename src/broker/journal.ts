// What happened to the broker itself, as its records tell: starts, clean ends, holes, operators' acts, members that came and
// went. For people and for the degraded mark; no decision about a message rests on it.

import type { Offset, Position, SegmentNumber } from '../model/ids.ts'
import { holesListedMax } from '../model/limits.ts'
import { type Digest, EntryHash } from '../model/mix.ts'
import type { LogRecord } from '../model/record.ts'
import type { SectionReader, SectionWriter } from '../model/section.ts'

/** What an operator's record says that accepts all holes known before it. */
export const acceptLossAction = 'accept-loss'

/** A stretch of the log that damage has taken. */
export interface Hole {
  readonly segment: SegmentNumber
  readonly position: Position
  /** Bytes. */
  readonly length: number
  readonly firstOffset: Offset
  /** Records. */
  readonly count: number
}

/** How much of the beginning of the log may be gone. */
export interface DroppedSegments {
  /** The last one that may be gone; 0: none. */
  readonly segment: SegmentNumber
  /** First offset behind them. */
  readonly nextOffset: Offset
}

export interface JournalCounts {
  starts: number
  cleanStops: number
  operatorActs: number
  joins: number
  leaves: number
  holes: number
  /** Records that stood in holes. */
  recordsLost: number
}

export class Journal {
  private readonly counted: JournalCounts = {
    starts: 0,
    cleanStops: 0,
    operatorActs: 0,
    joins: 0,
    leaves: 0,
    holes: 0,
    recordsLost: 0,
  }
  private readonly listed: Hole[] = []
  private gone: DroppedSegments = { segment: 0 as SegmentNumber, nextOffset: 0 as Offset }
  private acceptedHoles = 0

  get counts(): Readonly<JournalCounts> {
    return this.counted
  }

  /** The first holes found; `counts.holes` may be more. */
  get holes(): readonly Hole[] {
    return this.listed
  }

  /** Fold move. */
  count(what: keyof JournalCounts, by = 1): void {
    this.counted[what] += by
  }

  /** Fold move. */
  addHole(record: Extract<LogRecord, { kind: 'hole' }>): void {
    const { segment, position, length, firstOffset, count } = record
    this.count('holes')
    this.count('recordsLost', count)
    if (this.listed.length < holesListedMax)
      this.put({ segment, position, length, firstOffset, count })
  }

  /** There are holes that no operator has accepted. */
  get isDegraded(): boolean {
    return this.counted.holes > this.acceptedHoles
  }

  /** Fold move. */
  accept(): void {
    this.acceptedHoles = this.counted.holes
  }

  /**
   * Whether a hole that is on record takes in this one, by its records: those of a hole with bytes are of no other record ever.
   * Of an end that was lost the offsets came again, so only the very same counts.
   */
  covers(hole: Hole): boolean {
    const end = hole.firstOffset + hole.count
    return this.listed.some((known) =>
      known.length > 0
        ? known.firstOffset <= hole.firstOffset && end <= known.firstOffset + known.count
        : known.segment === hole.segment &&
          known.position === hole.position &&
          known.firstOffset === hole.firstOffset,
    )
  }

  get dropped(): DroppedSegments {
    return this.gone
  }

  /** Fold move. */
  drop(segment: SegmentNumber, nextOffset: Offset): void {
    if (segment <= this.gone.segment) return
    this.gone = { segment, nextOffset }
  }

  digestInto(into: Digest): void {
    this.countsHash().addTo(into)
    if (this.gone.segment > 0) droppedHash(this.gone).addTo(into)
    if (this.acceptedHoles > 0) scratch.text('accepted').whole(this.acceptedHoles).addTo(into)
    this.listed.forEach((hole, at) => holeHash(hole, at).addTo(into))
  }

  save(writer: SectionWriter): void {
    for (const name of countNames) writer.f64(this.counted[name])
    writer.u32(this.listed.length)
    for (const hole of this.listed) {
      writer.u32(hole.segment)
      writer.f64(hole.position)
      writer.f64(hole.length)
      writer.f64(hole.firstOffset)
      writer.f64(hole.count)
    }
  }

  load(reader: SectionReader): void {
    for (const name of countNames) this.counted[name] = reader.f64()
    const holes = reader.u32()
    for (let i = 0; i < holes; i++) {
      this.put({
        segment: reader.u32() as SegmentNumber,
        position: reader.f64() as Position,
        length: reader.f64(),
        firstOffset: reader.f64() as Offset,
        count: reader.f64(),
      })
    }
  }

  /** Apart from the rest: older checkpoints do not have it. */
  saveDropped(writer: SectionWriter): void {
    writer.u32(this.gone.segment)
    writer.f64(this.gone.nextOffset)
  }

  loadDropped(reader: SectionReader): void {
    this.drop(reader.u32() as SegmentNumber, reader.f64() as Offset)
  }

  /** Apart from the rest, too. */
  saveAccepted(writer: SectionWriter): void {
    writer.f64(this.acceptedHoles)
  }

  loadAccepted(reader: SectionReader): void {
    this.acceptedHoles = reader.f64()
  }

  private put(hole: Hole): void {
    this.listed.push(hole)
  }

  private countsHash(): EntryHash {
    const counts = this.counted
    for (const name of countNames) scratch.whole(counts[name])
    return scratch
  }
}

const countNames = [
  'starts',
  'cleanStops',
  'operatorActs',
  'joins',
  'leaves',
  'holes',
  'recordsLost',
] as const
const scratch = new EntryHash()

/** Of a log that is whole nothing is digested, so that its digest is what it always was. */
function droppedHash({ segment, nextOffset }: DroppedSegments): EntryHash {
  return scratch.text('dropped').word(segment).whole(nextOffset)
}

// A hole's place is part of what its record says, not of where the record stands: it is digested like anything else.
function holeHash(hole: Hole, at: number): EntryHash {
  return scratch
    .word(at)
    .word(hole.segment)
    .whole(hole.position)
    .whole(hole.length)
    .whole(hole.firstOffset)
    .whole(hole.count)
}
