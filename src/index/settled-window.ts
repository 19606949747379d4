// The memory for repeats: settled and rolled-back messages keep row and id for a while, first in, first out. What is
// forgotten, and when, follows from the records alone. Must never hold a message some group still waits for.

import type { Offset, Row } from '../model/ids.ts'
import { type Digest, finish, highWord, laneA, laneB, lowWord, mixA, mixB } from '../model/mix.ts'
import type { SectionReader, SectionWriter } from '../model/section.ts'
import type { MessageTable } from './message-table.ts'

const chunkEntries = 4096

class Chunk {
  readonly rows: Uint32Array = new Uint32Array(chunkEntries)
  readonly times: Float64Array = new Float64Array(chunkEntries)
}

export class SettledWindow {
  /** As the last `started` record says. */
  windowMs: number
  idsMax: number
  private readonly table: MessageTable
  private readonly chunks: Chunk[] = []
  private spare: Chunk | undefined = undefined
  /** Entries ever taken out and ever put in. */
  private first = 0
  private end = 0
  /** `first` of the first chunk. */
  private base = 0

  constructor(table: MessageTable, windowMs: number, idsMax: number) {
    this.table = table
    this.windowMs = windowMs
    this.idsMax = idsMax
  }

  get size(): number {
    return this.end - this.first
  }

  get isFull(): boolean {
    return this.end - this.first >= this.idsMax
  }

  /** Fold move: the message of this row is settled or rolled back as of `timeMs`. */
  add(row: Row, timeMs: number): void {
    const number = Math.floor((this.end - this.base) / chunkEntries)
    if (number === this.chunks.length) {
      this.chunks.push(this.spare ?? new Chunk())
      this.spare = undefined
    }
    const at = (this.end - this.base) % chunkEntries
    const chunk = this.chunks[number]!
    this.end++
    chunk.rows[at] = row
    chunk.times[at] = timeMs
  }

  /** The oldest entry's row when it is past the window at `timeMs`, or one too many; or -1. */
  outdated(timeMs: number): Row | -1 {
    if (this.first === this.end) return -1
    const at = this.first - this.base
    const isKept = this.chunks[0]!.times[at]! + this.windowMs > timeMs
    if (isKept && this.end - this.first <= this.idsMax) return -1
    return this.chunks[0]!.rows[at]! as Row
  }

  /** Fold move: takes the oldest entry out. -1 when there is none. */
  shift(): Row | -1 {
    if (this.first === this.end) return -1
    const row = this.chunks[0]!.rows[this.first - this.base]! as Row
    this.first++
    if (this.first - this.base === chunkEntries) {
      this.spare = this.chunks.shift()
      this.base += chunkEntries
    }
    return row
  }

  forEach(visit: (row: Row, timeMs: number, number: number) => void): void {
    for (let number = this.first; number < this.end; number++) {
      const chunk = this.chunks[Math.floor((number - this.base) / chunkEntries)]!
      const at = (number - this.base) % chunkEntries
      visit(chunk.rows[at]! as Row, chunk.times[at]!, number)
    }
  }

  digestInto(into: Digest): void {
    this.forEach((row, timeMs, number) => {
      const offset = this.table.offsetOf(row)
      hashEntry(number, offset, timeMs)
      into.add(laneOfA, laneOfB)
    })
  }

  save(writer: SectionWriter): void {
    writer.f64(this.first)
    writer.f64(this.end)
    this.forEach((row, timeMs) => {
      writer.u32(row)
      writer.f64(timeMs)
    })
  }

  /** After the table. */
  load(reader: SectionReader): void {
    this.first = this.base = this.end = reader.f64()
    const end = reader.f64()
    if ((end - this.first) * 12 > reader.left()) reader.refuse('settled window')
    while (this.end < end) {
      const row = reader.u32() as Row
      this.add(row, reader.f64())
    }
  }
}

/** Both lanes of an entry, in `laneOfA` and `laneOfB`: two numbers without an object. */
function hashEntry(number: number, offset: Offset, timeMs: number): void {
  const high =
    highWord(number) ^
    Math.imul(highWord(offset), 0x85ebca6b) ^
    Math.imul(highWord(timeMs), 0xc2b2ae35)
  const first = lowWord(number)
  const second = lowWord(offset)
  const third = lowWord(timeMs)
  laneOfA = finish(mixA(mixA(mixA(mixA(laneA, first), second), third), high))
  laneOfB = finish(mixB(mixB(mixB(mixB(laneB, first), second), third), high))
}

let laneOfA = 0
let laneOfB = 0
