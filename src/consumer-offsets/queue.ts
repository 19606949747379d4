// What one group still owes an ack for in one topic: a set of ordinals with, for each, whether it is out, parked, how often
// it was attempted and when it may be tried again. Must never be changed but by the folds of `apply`.

import type { GroupNumber, Ordinal, TopicNumber } from '../model/ids.ts'
import {
  Digest,
  finish,
  highWord,
  laneA,
  laneB,
  lowWord,
  mixA,
  mixB,
  weighed,
  weightA,
  weightB,
} from '../model/mix.ts'
import type { SectionReader, SectionWriter } from '../model/section.ts'
import {
  chunkOrdinals,
  chunkWords,
  clearBit,
  hasBit,
  lowestBit,
  QueueChunk,
  setBit,
} from './queue-chunk.ts'

const attemptsMax = 255
const sparesMax = 64
/** Emptied chunks, all zeros, shared by the queues of one state: a drained queue holds no memory and allocates none. */
export type SpareChunks = QueueChunk[]

export class Queue {
  readonly group: GroupNumber
  readonly topic: TopicNumber
  private readonly digest: Digest
  private readonly spares: SpareChunks
  private readonly seedA: number
  private readonly seedB: number
  private readonly endA: number
  private readonly endB: number
  private readonly deliveredA: number
  private readonly deliveredB: number
  /** In order of their base. */
  private readonly chunks: QueueChunk[] = []
  private memo: QueueChunk | undefined = undefined
  private unsettledCount = 0
  private outCount = 0
  private parkedCount = 0
  private transientCount = 0
  private endOrdinal = 0
  private deliveredEnd = 0

  constructor(group: GroupNumber, topic: TopicNumber, digest: Digest, spares: SpareChunks) {
    this.group = group
    this.topic = topic
    this.digest = digest
    this.spares = spares
    this.seedA = mixA(mixA(laneA, group), topic)
    this.seedB = mixB(mixB(laneB, group), topic)
    this.endA = weightA(group, topic)
    this.endB = weightB(group, topic)
    this.deliveredA = weightA(~group, topic)
    this.deliveredB = weightB(~group, topic)
  }

  /** Messages the group still owes an ack for; those out and parked included. */
  get unsettled(): number {
    return this.unsettledCount
  }
  get out(): number {
    return this.outCount
  }
  get parked(): number {
    return this.parkedCount
  }
  /** Those that came by a binding that is not persistent. */
  get transient(): number {
    return this.transientCount
  }
  /** One past the highest ordinal ever put in. */
  get end(): Ordinal {
    return this.endOrdinal as Ordinal
  }
  /** One past the highest ordinal ever delivered: what is fresh at or above it was never touched. */
  get deliveredTo(): Ordinal {
    return this.deliveredEnd as Ordinal
  }
  /** Everything below is settled. */
  get floor(): Ordinal {
    for (const chunk of this.chunks) {
      if (chunk.used === 0) continue
      for (let i = 0; i < chunkWords; i++) {
        const word = chunk.unsettled[i]!
        if (word !== 0) return (chunk.base + i * 32 + lowestBit(word)) as Ordinal
      }
    }
    return this.endOrdinal as Ordinal
  }

  isUnsettled(ordinal: Ordinal): boolean {
    const chunk = this.find(ordinal)
    return chunk !== undefined && hasBit(chunk.unsettled, ordinal - chunk.base)
  }
  isOut(ordinal: Ordinal): boolean {
    const chunk = this.find(ordinal)
    return chunk !== undefined && hasBit(chunk.out, ordinal - chunk.base)
  }
  isParked(ordinal: Ordinal): boolean {
    const chunk = this.find(ordinal)
    return chunk !== undefined && hasBit(chunk.parked, ordinal - chunk.base)
  }
  isTransient(ordinal: Ordinal): boolean {
    const chunk = this.find(ordinal)
    return chunk !== undefined && hasBit(chunk.transient, ordinal - chunk.base)
  }
  /** Attempts that count, 0 to 255. */
  attemptsOf(ordinal: Ordinal): number {
    const chunk = this.find(ordinal)
    if (chunk?.attempts === undefined) return 0
    return chunk.attempts[ordinal - chunk.base]!
  }
  /** Broker time, ms, before which it is not tried again; 0 for at once. */
  retryAtOf(ordinal: Ordinal): number {
    const chunk = this.find(ordinal)
    if (chunk?.retryAt === undefined) return 0
    return chunk.retryAt[ordinal - chunk.base]!
  }

  /** The first at or after `from` that is unsettled, never attempted, not out, not parked; or -1. */
  nextFresh(from: Ordinal): Ordinal | -1 {
    if (from >= this.endOrdinal || this.unsettledCount === 0) return -1
    for (let i = this.placeFrom(from); i < this.chunks.length; i++) {
      const chunk = this.chunks[i]!
      const found = firstFresh(chunk, Math.max(0, from - chunk.base))
      if (found >= 0) return (chunk.base + found) as Ordinal
    }
    return -1
  }

  /** Everything waiting that schedules must be rebuilt from: unsettled, below `deliveredTo`, not out, not parked. */
  forEachAttempted(visit: (ordinal: Ordinal, retryAtMs: number) => void): void {
    for (const chunk of [...this.chunks]) {
      if (chunk.base >= this.deliveredEnd) return
      for (let i = 0; i < chunkWords; i++) {
        let word = waitingWord(chunk, i)
        while (word !== 0) {
          const at = i * 32 + lowestBit(word)
          word &= word - 1
          if (chunk.base + at >= this.deliveredEnd) return
          visit((chunk.base + at) as Ordinal, chunk.retryAt === undefined ? 0 : chunk.retryAt[at]!)
        }
      }
    }
  }

  /** Every unsettled ordinal, in order. The visitor must not change the queue. */
  forEachUnsettled(visit: (ordinal: Ordinal) => void): void {
    for (const chunk of this.chunks) {
      for (let i = 0; i < chunkWords; i++) {
        let word = chunk.unsettled[i]!
        while (word !== 0) {
          visit((chunk.base + i * 32 + lowestBit(word)) as Ordinal)
          word &= word - 1
        }
      }
    }
  }

  /** Every unsettled ordinal that is transient, in order. The visitor must not change the queue. */
  forEachTransient(visit: (ordinal: Ordinal) => void): void {
    if (this.transientCount === 0) return
    for (const chunk of this.chunks) {
      for (let i = 0; chunk.transient !== undefined && i < chunkWords; i++) {
        let word = chunk.transient[i]!
        while (word !== 0) {
          visit((chunk.base + i * 32 + lowestBit(word)) as Ordinal)
          word &= word - 1
        }
      }
    }
  }

  /** Fold move: the group is to get it; fresh. False when it already is. */
  add(ordinal: Ordinal, transient: boolean): boolean {
    const chunk = this.find(ordinal) ?? this.insert(ordinal)
    const at = ordinal - chunk.base
    if (hasBit(chunk.unsettled, at)) return false
    setBit(chunk.unsettled, at)
    if (transient) {
      setBit((chunk.transient ??= new Uint32Array(chunkWords)), at)
      this.transientCount++
    }
    chunk.used++
    this.unsettledCount++
    this.addEntry(chunk, at)
    if (ordinal >= this.endOrdinal) this.moveEnds(ordinal + 1, this.deliveredEnd)
    return true
  }

  /** Fold move: handed to a connection. False when it is settled already. */
  deliver(ordinal: Ordinal, attempt: number): boolean {
    const chunk = this.find(ordinal)
    if (chunk === undefined) return false
    const at = ordinal - chunk.base
    if (!hasBit(chunk.unsettled, at)) return false
    this.removeEntry(chunk, at)
    const out = (chunk.out ??= new Uint32Array(chunkWords))
    if (!hasBit(out, at)) {
      setBit(out, at)
      this.outCount++
    }
    const attempts = (chunk.attempts ??= new Uint8Array(chunkOrdinals))
    attempts[at] = Math.min(attempt, attemptsMax)
    if (chunk.retryAt !== undefined) chunk.retryAt[at] = 0
    this.addEntry(chunk, at)
    if (ordinal >= this.deliveredEnd) this.moveEnds(this.endOrdinal, ordinal + 1)
    return true
  }

  /** Fold move: the group owes nothing for it any more. False when that was so already. */
  settle(ordinal: Ordinal): boolean {
    const chunk = this.find(ordinal)
    if (chunk === undefined) return false
    const at = ordinal - chunk.base
    if (!hasBit(chunk.unsettled, at)) return false
    this.removeEntry(chunk, at)
    if (hasBit(chunk.out, at)) this.outCount--
    if (hasBit(chunk.parked, at)) this.parkedCount--
    if (hasBit(chunk.transient, at)) this.transientCount--
    clearBit(chunk.unsettled, at)
    clearBit(chunk.out, at)
    clearBit(chunk.parked, at)
    clearBit(chunk.transient, at)
    if (chunk.attempts !== undefined) chunk.attempts[at] = 0
    if (chunk.retryAt !== undefined) chunk.retryAt[at] = 0
    this.unsettledCount--
    if (--chunk.used === 0) this.drop(chunk)
    return true
  }

  /** Fold move: the delivery came to nothing. `giveBack`: the attempt does not count. False when it is not out. */
  fail(ordinal: Ordinal, giveBack: boolean, retryAtMs: number): boolean {
    const chunk = this.find(ordinal)
    if (chunk === undefined) return false
    const at = ordinal - chunk.base
    if (!hasBit(chunk.out, at)) return false
    this.removeEntry(chunk, at)
    this.takeBack(chunk, at, giveBack)
    if (retryAtMs > 0) {
      const retryAt = (chunk.retryAt ??= new Float64Array(chunkOrdinals))
      retryAt[at] = Math.floor(retryAtMs)
    }
    this.addEntry(chunk, at)
    return true
  }

  /** Fold move: the group no longer wants its type. False when it is settled or parked already. */
  park(ordinal: Ordinal): boolean {
    const chunk = this.find(ordinal)
    if (chunk === undefined) return false
    const at = ordinal - chunk.base
    if (!hasBit(chunk.unsettled, at) || hasBit(chunk.parked, at)) return false
    this.removeEntry(chunk, at)
    setBit((chunk.parked ??= new Uint32Array(chunkWords)), at)
    this.parkedCount++
    this.addEntry(chunk, at)
    return true
  }

  /** Fold move: the group wants its type again. False when it was not parked. */
  unpark(ordinal: Ordinal): boolean {
    const chunk = this.find(ordinal)
    if (chunk === undefined) return false
    const at = ordinal - chunk.base
    if (!hasBit(chunk.parked, at)) return false
    this.removeEntry(chunk, at)
    clearBit(chunk.parked, at)
    this.parkedCount--
    this.addEntry(chunk, at)
    return true
  }

  /** Fold move: the broker starts; what was out is not, and its attempt does not count. */
  endLeases(): void {
    if (this.outCount === 0) return
    for (const chunk of this.chunks) {
      if (chunk.out === undefined) continue
      for (let i = 0; i < chunkWords; i++) {
        while (chunk.out[i] !== 0) {
          const at = i * 32 + lowestBit(chunk.out[i]!)
          this.removeEntry(chunk, at)
          this.takeBack(chunk, at, true)
          this.addEntry(chunk, at)
        }
      }
    }
  }

  recompute(into: Digest): void {
    into.add(this.endsA(), this.endsB())
    for (const chunk of this.chunks) {
      for (let at = 0; at < chunkOrdinals; at++) {
        if (!hasBit(chunk.unsettled, at)) continue
        const bits = entryBits(chunk, at)
        const retryAt = chunk.retryAt === undefined ? 0 : chunk.retryAt[at]!
        const low = lowWord(chunk.base + at)
        const high = highWord(chunk.base)
        into.add(
          entryA(this.seedA, low, high, bits, retryAt),
          entryB(this.seedB, low, high, bits, retryAt),
        )
      }
    }
  }

  save(writer: SectionWriter): void {
    writer.f64(this.endOrdinal)
    writer.f64(this.deliveredEnd)
    writer.u32(this.chunks.length)
    for (const chunk of this.chunks) {
      writer.f64(chunk.base)
      writer.u8(
        (chunk.out === undefined ? 0 : 1) |
          (chunk.parked === undefined ? 0 : 2) |
          (chunk.transient === undefined ? 0 : 4) |
          (chunk.attempts === undefined ? 0 : 8) |
          (chunk.retryAt === undefined ? 0 : 16),
      )
      writer.array(chunk.unsettled)
      if (chunk.out !== undefined) writer.array(chunk.out)
      if (chunk.parked !== undefined) writer.array(chunk.parked)
      if (chunk.transient !== undefined) writer.array(chunk.transient)
      if (chunk.attempts !== undefined) writer.array(chunk.attempts)
      if (chunk.retryAt !== undefined) writer.array(chunk.retryAt)
    }
  }

  /** Into a queue just made. */
  load(reader: SectionReader): void {
    const end = reader.f64()
    this.moveEnds(end, reader.f64())
    const count = reader.u32()
    for (let i = 0; i < count; i++) {
      const chunk = new QueueChunk()
      chunk.base = reader.f64()
      const has = reader.u8()
      reader.array(chunk.unsettled)
      if ((has & 1) !== 0) reader.array((chunk.out = new Uint32Array(chunkWords)))
      if ((has & 2) !== 0) reader.array((chunk.parked = new Uint32Array(chunkWords)))
      if ((has & 4) !== 0) reader.array((chunk.transient = new Uint32Array(chunkWords)))
      if ((has & 8) !== 0) reader.array((chunk.attempts = new Uint8Array(chunkOrdinals)))
      if ((has & 16) !== 0) reader.array((chunk.retryAt = new Float64Array(chunkOrdinals)))
      this.chunks.push(chunk)
      this.countLoaded(chunk)
    }
  }

  private countLoaded(chunk: QueueChunk): void {
    for (let at = 0; at < chunkOrdinals; at++) {
      if (!hasBit(chunk.unsettled, at)) continue
      chunk.used++
      this.unsettledCount++
      if (hasBit(chunk.out, at)) this.outCount++
      if (hasBit(chunk.parked, at)) this.parkedCount++
      if (hasBit(chunk.transient, at)) this.transientCount++
      this.addEntry(chunk, at)
    }
  }

  private takeBack(chunk: QueueChunk, at: number, giveBack: boolean): void {
    clearBit(chunk.out, at)
    this.outCount--
    const attempts = chunk.attempts
    if (giveBack && attempts !== undefined && attempts[at]! > 0) attempts[at]!--
  }

  private find(ordinal: Ordinal): QueueChunk | undefined {
    const memo = this.memo
    if (memo !== undefined && ordinal >= memo.base && ordinal - memo.base < chunkOrdinals)
      return memo
    const chunk = this.chunks[this.placeFrom(ordinal)]
    if (chunk === undefined || ordinal < chunk.base) return undefined
    return (this.memo = chunk)
  }

  /** Index of the first chunk that ends after `ordinal`. */
  private placeFrom(ordinal: number): number {
    const chunks = this.chunks
    const last = chunks.length - 1
    if (last < 0 || ordinal - chunks[last]!.base >= chunkOrdinals) return chunks.length
    if (ordinal >= chunks[last]!.base) return last
    let low = 0
    let high = last
    while (low < high) {
      const middle = (low + high) >>> 1
      if (ordinal - chunks[middle]!.base >= chunkOrdinals) low = middle + 1
      else high = middle
    }
    return low
  }

  private insert(ordinal: Ordinal): QueueChunk {
    const chunk = this.spares.pop() ?? new QueueChunk()
    chunk.base = ordinal - (ordinal % chunkOrdinals)
    this.chunks.splice(this.placeFrom(ordinal), 0, chunk)
    this.memo = chunk
    return chunk
  }

  private drop(chunk: QueueChunk): void {
    this.chunks.splice(this.placeFrom(chunk.base), 1)
    this.memo = undefined
    if (this.spares.length < sparesMax) this.spares.push(chunk)
  }

  private moveEnds(end: number, delivered: number): void {
    this.digest.remove(this.endsA(), this.endsB())
    this.endOrdinal = end
    this.deliveredEnd = delivered
    this.digest.add(this.endsA(), this.endsB())
  }

  private endsA(): number {
    return weighed(this.endOrdinal, this.endA) + weighed(this.deliveredEnd, this.deliveredA)
  }

  private endsB(): number {
    return weighed(this.endOrdinal, this.endB) + weighed(this.deliveredEnd, this.deliveredB)
  }

  private addEntry(chunk: QueueChunk, at: number): void {
    const bits = entryBits(chunk, at)
    const retryAt = chunk.retryAt === undefined ? 0 : chunk.retryAt[at]!
    const low = lowWord(chunk.base + at)
    const high = highWord(chunk.base)
    this.digest.add(
      entryA(this.seedA, low, high, bits, retryAt),
      entryB(this.seedB, low, high, bits, retryAt),
    )
  }

  private removeEntry(chunk: QueueChunk, at: number): void {
    const bits = entryBits(chunk, at)
    const retryAt = chunk.retryAt === undefined ? 0 : chunk.retryAt[at]!
    const low = lowWord(chunk.base + at)
    const high = highWord(chunk.base)
    this.digest.remove(
      entryA(this.seedA, low, high, bits, retryAt),
      entryB(this.seedB, low, high, bits, retryAt),
    )
  }
}

function entryA(seed: number, low: number, high: number, bits: number, retryAt: number): number {
  const hash = mixA(mixA(seed, low), bits | (high << 11))
  return finish(retryAt === 0 ? hash : mixA(mixA(hash, lowWord(retryAt)), highWord(retryAt)))
}

function entryB(seed: number, low: number, high: number, bits: number, retryAt: number): number {
  const hash = mixB(mixB(seed, low), bits | (high << 11))
  return finish(retryAt === 0 ? hash : mixB(mixB(hash, lowWord(retryAt)), highWord(retryAt)))
}

/** 11 bits; the high part of an ordinal has 21. */
function entryBits(chunk: QueueChunk, at: number): number {
  return (
    (hasBit(chunk.out, at) ? 1 : 0) |
    (hasBit(chunk.parked, at) ? 2 : 0) |
    (hasBit(chunk.transient, at) ? 4 : 0) |
    ((chunk.attempts === undefined ? 0 : chunk.attempts[at]!) << 3)
  )
}

/** Bits of word `i` that are unsettled, not out, not parked. */
function waitingWord(chunk: QueueChunk, i: number): number {
  let word = chunk.unsettled[i]!
  if (chunk.out !== undefined) word &= ~chunk.out[i]!
  if (chunk.parked !== undefined) word &= ~chunk.parked[i]!
  return word
}

/** Place of the first waiting one at or after `from` that has no attempt, or -1. */
function firstFresh(chunk: QueueChunk, from: number): number {
  for (let i = from >>> 5; i < chunkWords; i++) {
    let word = waitingWord(chunk, i)
    if (i === from >>> 5) word &= -1 << (from & 31)
    while (word !== 0) {
      const at = i * 32 + lowestBit(word)
      if (chunk.attempts === undefined || chunk.attempts[at] === 0) return at
      word &= word - 1
    }
  }
  return -1
}
