// The message table: what is known of every message that is live, prepared or remembered, one 64-byte row each. Rows lie in
// chunks of plain words, so that a million messages are sixteen objects. Must never be changed but by the folds of `apply`.

import { invariant } from '../model/assert.ts'
import type { MessageId, Offset, Ordinal, Position, Row, SegmentNumber } from '../model/ids.ts'
import type { TopicNumber, TypeNumber } from '../model/ids.ts'
import { groupsPerMessageMax } from '../model/limits.ts'
import { type Digest, finish, highWord, laneA, laneB, lowWord, mixA, mixB } from '../model/mix.ts'
import type { MessageFields, MessageForm, RecordPlace } from '../model/record.ts'
import type { SectionReader, SectionWriter } from '../model/section.ts'

export type RowStatus = 0 | 1 | 2 | 3 | 4
export const statusFree = 0
/** Stored, its transaction open: no ordinal, in no queue. */
export const statusPrepared = 1
/** Some group still holds it: waiting, out, or among the dead letters. */
export const statusLive = 2
/** Remembered for repeats only. */
export const statusRolledBack = 3
/** Remembered for repeats only. */
export const statusSettled = 4

const rowBits = 16
/** Rows of one chunk. */
export const chunkRows: number = 1 << rowBits
const rowMask = chunkRows - 1
const wordsPerRow = 16

// Words of a row: 16 of 32 bits, one cache line.
const atId0 = 0
const atId1 = 1
const atId2 = 2
const atId3 = 3
const atContent0 = 4
const atContent1 = 5
const atTopic = 6
const atType = 7
const atExpires = 8
const atOffset = 9
/** Bits 0-2 status, 3 form (1: string), 4 came from a transaction, 5-11 deliver limit, 12 recalled, 13-31 high part of the offset. */
const atFlags = 10
const atOrdinal = 11
/** Low half: groups that have it in their queue. High half: groups that have it in their dead letters. */
const atHolders = 12
const atSegment = 13
const atPosition = 14
const atLength = 15

const statusBits = 7
const formBit = 8
const transactionBit = 16
const limitShift = 5
const limitMask = 127
const recalledBit = 4096
const offsetShift = 13
const fixedFlags = ~(statusBits | transactionBit)

class Chunk {
  readonly words: Uint32Array = new Uint32Array(chunkRows * wordsPerRow)
  /** Rows handed out so far from the front; behind it nothing was ever used. */
  end = 0
  used = 0
  /** Head of the list of free rows below `end`, plus one; the next stands in the first word of a free row. */
  free = 0
}

export class MessageTable {
  private readonly chunks: (Chunk | undefined)[] = []
  /** Chunks that have room, newest first; some entries may be stale. */
  private readonly roomy: number[] = []
  private current = -1
  private used = 0

  /** Rows in use, remembered ones included. */
  get count(): number {
    return this.used
  }

  /** Chunks ever opened: rows are below `chunkCount * chunkRows`. */
  get chunkCount(): number {
    return this.chunks.length
  }

  offsetOf(row: Row): Offset {
    const words = this.wordsOf(row)
    const at = (row & rowMask) * wordsPerRow
    return ((words[at + atFlags]! >>> offsetShift) * 0x100000000 + words[at + atOffset]!) as Offset
  }
  id0Of(row: Row): number {
    return this.word(row, atId0)
  }
  id1Of(row: Row): number {
    return this.word(row, atId1)
  }
  id2Of(row: Row): number {
    return this.word(row, atId2)
  }
  id3Of(row: Row): number {
    return this.word(row, atId3)
  }
  topicOf(row: Row): TopicNumber {
    return this.word(row, atTopic) as TopicNumber
  }
  typeOf(row: Row): TypeNumber {
    return this.word(row, atType) as TypeNumber
  }
  /** Low 32 bits of the place in the topic's order; TopicIndex.ordinalOf gives the whole. */
  ordinalLowOf(row: Row): number {
    return this.word(row, atOrdinal)
  }
  formOf(row: Row): MessageForm {
    return (this.word(row, atFlags) & formBit) === 0 ? 0x11 : 0x12
  }
  /** Unix seconds. */
  expiresAtOf(row: Row): number {
    return this.word(row, atExpires)
  }
  deliverLimitOf(row: Row): number {
    return (this.word(row, atFlags) >>> limitShift) & limitMask
  }
  segmentOf(row: Row): SegmentNumber {
    return this.word(row, atSegment) as SegmentNumber
  }
  positionOf(row: Row): Position {
    return this.word(row, atPosition) as Position
  }
  /** Of the whole frame, bytes. */
  lengthOf(row: Row): number {
    return this.word(row, atLength)
  }
  /** Groups that still hold it, dead letters included. */
  pendingOf(row: Row): number {
    const holders = this.word(row, atHolders)
    return (holders & 0xffff) + (holders >>> 16)
  }
  /** Groups that have it in their queue. */
  waitingOf(row: Row): number {
    return this.word(row, atHolders) & 0xffff
  }
  deadOf(row: Row): number {
    return this.word(row, atHolders) >>> 16
  }
  statusOf(row: Row): RowStatus {
    return (this.word(row, atFlags) & statusBits) as RowStatus
  }
  /** It was prepared first and committed later. */
  wasPreparedOf(row: Row): boolean {
    return (this.word(row, atFlags) & transactionBit) !== 0
  }
  /** A copy for one group, under the id of another row. */
  isRecalled(row: Row): boolean {
    return (this.word(row, atFlags) & recalledBit) !== 0
  }
  /** Prepared or held by a group: its bytes will be read. */
  isHeld(row: Row): boolean {
    const status = this.word(row, atFlags) & statusBits
    return status === statusPrepared || status === statusLive
  }
  contentMatches(row: Row, content0: number, content1: number): boolean {
    const words = this.wordsOf(row)
    const at = (row & rowMask) * wordsPerRow
    return words[at + atContent0] === content0 >>> 0 && words[at + atContent1] === content1 >>> 0
  }
  idMatches(row: Row, id: MessageId): boolean {
    const words = this.wordsOf(row)
    const at = (row & rowMask) * wordsPerRow
    return (
      words[at + atId0] === id.id0 >>> 0 &&
      words[at + atId1] === id.id1 >>> 0 &&
      words[at + atId2] === id.id2 >>> 0 &&
      words[at + atId3] === id.id3 >>> 0
    )
  }
  /** A copy for display; not for hot paths. */
  idOf(row: Row): MessageId {
    return {
      id0: this.id0Of(row),
      id1: this.id1Of(row),
      id2: this.id2Of(row),
      id3: this.id3Of(row),
    }
  }

  /** Fold move: a new row; a prepared one has ordinal 0 and waits for nobody. */
  add(
    fields: MessageFields,
    place: RecordPlace,
    status: RowStatus,
    ordinal: Ordinal,
    waiting: number,
  ): Row {
    if (waiting > groupsPerMessageMax) refuse(waiting)
    const row = this.take()
    const words = this.wordsOf(row)
    const at = (row & rowMask) * wordsPerRow
    words[at + atId0] = fields.id0
    words[at + atId1] = fields.id1
    words[at + atId2] = fields.id2
    words[at + atId3] = fields.id3
    words[at + atContent0] = fields.content0
    words[at + atContent1] = fields.content1
    words[at + atOffset] = lowWord(place.offset)
    words[at + atOrdinal] = lowWord(ordinal)
    words[at + atSegment] = place.segment
    words[at + atPosition] = place.position
    words[at + atLength] = place.length
    words[at + atTopic] = fields.topic
    words[at + atType] = fields.type
    words[at + atExpires] = fields.expiresAt
    words[at + atFlags] =
      status |
      (fields.form === 0x12 ? formBit : 0) |
      (status === statusPrepared ? transactionBit : 0) |
      (Math.min(fields.deliverLimit, limitMask) << limitShift) |
      (highWord(place.offset) << offsetShift)
    words[at + atHolders] = waiting
    return row
  }

  /** Fold move: everything that changes in a message's life, in one step. */
  change(row: Row, status: RowStatus, ordinal: Ordinal, waiting: number, dead: number): void {
    if (waiting > groupsPerMessageMax) refuse(waiting)
    const words = this.wordsOf(row)
    const at = (row & rowMask) * wordsPerRow
    words[at + atFlags] = (words[at + atFlags]! & ~statusBits) | status
    words[at + atOrdinal] = lowWord(ordinal)
    words[at + atHolders] = waiting | (dead << 16)
  }

  /** Fold move: the row just added is a copy for one group. */
  markRecalled(row: Row): void {
    const words = this.wordsOf(row)
    const at = (row & rowMask) * wordsPerRow
    words[at + atFlags] = words[at + atFlags]! | recalledBit
  }

  /** Fold move: the message stands there now. Where it stands is in no digest. */
  move(row: Row, place: RecordPlace): void {
    const words = this.wordsOf(row)
    const at = (row & rowMask) * wordsPerRow
    words[at + atSegment] = place.segment
    words[at + atPosition] = place.position
    words[at + atLength] = place.length
  }

  /** Fold move: the message is forgotten; its row may be given to another. */
  forget(row: Row): void {
    const chunk = this.chunks[row >>> rowBits]!
    const words = chunk.words
    const at = (row & rowMask) * wordsPerRow
    words[at + atFlags] = statusFree
    words[at] = chunk.free
    const wasFull = chunk.free === 0 && chunk.end === chunkRows
    chunk.free = (row & rowMask) + 1
    chunk.used--
    this.used--
    const number = row >>> rowBits
    if (number === this.current) return
    if (chunk.used === 0) this.chunks[number] = undefined
    else if (wasFull) this.roomy.push(number)
  }

  forEach(visit: (row: Row) => void): void {
    for (let number = 0; number < this.chunks.length; number++) {
      const end = this.chunkEnd(number)
      for (let i = 0; i < end; i++) {
        const row = ((number << rowBits) >>> 0) + i
        if (this.statusOf(row as Row) !== statusFree) visit(row as Row)
      }
    }
  }

  /**
   * The rows of a chunk that may be looked for by their id, which are all but recalled copies, and four words of id for each;
   * how many. Both arrays have room for a whole chunk.
   */
  readIds(number: number, rows: Uint32Array, ids: Int32Array): number {
    const chunk = this.chunks[number]
    if (chunk === undefined) return 0
    const words = chunk.words
    const first = (number << rowBits) >>> 0
    let count = 0
    for (let i = 0; i < chunk.end; i++) {
      const at = i * wordsPerRow
      const flags = words[at + atFlags]!
      if ((flags & statusBits) === statusFree || (flags & recalledBit) !== 0) continue
      const to = count * 4
      ids[to] = words[at + atId0]!
      ids[to + 1] = words[at + atId1]!
      ids[to + 2] = words[at + atId2]!
      ids[to + 3] = words[at + atId3]!
      rows[count++] = first + i
    }
    return count
  }

  /** Rows of a chunk that were ever used: the first so many. */
  chunkEnd(number: number): number {
    return this.chunks[number]?.end ?? 0
  }

  digestInto(into: Digest): void {
    for (const chunk of this.chunks) {
      if (chunk === undefined) continue
      const words = chunk.words
      const end = chunk.end * wordsPerRow
      for (let at = 0; at < end; at += wordsPerRow)
        if ((words[at + atFlags]! & statusBits) !== statusFree) digestRow(into, words, at)
    }
  }

  save(writer: SectionWriter): void {
    writer.u32(this.chunks.length)
    for (const chunk of this.chunks) {
      writer.u32(chunk?.end ?? 0)
      if (chunk !== undefined) writer.array(chunk.words.subarray(0, chunk.end * wordsPerRow))
    }
  }

  /** Rows keep their numbers. */
  load(reader: SectionReader): void {
    const count = reader.u32()
    for (let number = 0; number < count; number++) {
      const end = reader.u32()
      this.chunks.push(undefined)
      if (end > chunkRows || end * wordsPerRow * 4 > reader.left()) reader.refuse('message table')
      if (end === 0) continue
      const chunk = new Chunk()
      chunk.end = end
      reader.array(chunk.words.subarray(0, end * wordsPerRow))
      this.settleLoaded(chunk)
      if (chunk.used === 0) continue
      this.chunks[number] = chunk
      if (chunk.used < chunkRows) this.roomy.push(number)
    }
  }

  private settleLoaded(chunk: Chunk): void {
    for (let i = chunk.end - 1; i >= 0; i--) {
      if ((chunk.words[i * wordsPerRow + atFlags]! & statusBits) === statusFree) {
        chunk.words[i * wordsPerRow] = chunk.free
        chunk.free = i + 1
      } else chunk.used++
    }
    this.used += chunk.used
  }

  private take(): Row {
    let chunk = this.current < 0 ? undefined : this.chunks[this.current]
    if (chunk === undefined || (chunk.free === 0 && chunk.end === chunkRows)) chunk = this.open()
    let i: number
    if (chunk.free !== 0) {
      i = chunk.free - 1
      chunk.free = chunk.words[i * wordsPerRow]!
    } else i = chunk.end++
    chunk.used++
    this.used++
    return (((this.current << rowBits) >>> 0) + i) as Row
  }

  /** Makes a chunk with room the current one. */
  private open(): Chunk {
    for (;;) {
      const number = this.roomy.pop()
      if (number === undefined) break
      const chunk = this.chunks[number]
      if (chunk === undefined || (chunk.free === 0 && chunk.end === chunkRows)) continue
      this.current = number
      return chunk
    }
    let number = this.chunks.indexOf(undefined)
    if (number < 0) number = this.chunks.length
    const chunk = new Chunk()
    this.chunks[number] = chunk
    this.current = number
    return chunk
  }

  private wordsOf(row: Row): Uint32Array {
    return this.chunks[row >>> rowBits]!.words
  }

  private word(row: Row, at: number): number {
    return this.chunks[row >>> rowBits]!.words[(row & rowMask) * wordsPerRow + at]!
  }
}

/** Apart, so that no text is made for the many that pass. */
function refuse(waiting: number): never {
  invariant(false, `a message waits for ${waiting} groups`)
}

// The part of a row that never changes and the part that does are hashed apart. Where the message stands in the log is left
// out, since a replica has it elsewhere.

function digestRow(into: Digest, words: Uint32Array, at: number): void {
  let fixedA = laneA
  let fixedB = laneB
  for (let i = at + atId0; i <= at + atOffset; i++) {
    const word = words[i]!
    fixedA = mixA(fixedA, word)
    fixedB = mixB(fixedB, word)
  }
  const flags = words[at + atFlags]! & fixedFlags
  into.add(finish(mixA(fixedA, flags)), finish(mixB(fixedB, flags)))
  let movingA = laneB
  let movingB = laneA
  for (let i = at + atOffset; i <= at + atHolders; i++) {
    const word = words[i]!
    movingA = mixA(movingA, word)
    movingB = mixB(movingB, word)
  }
  into.add(finish(movingA), finish(movingB))
}
