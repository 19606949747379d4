// What one group still owes an ack for in one topic: a set of ordinals with, for each, whether it is out, parked, how often
// it was attempted and when it may be tried again. Must never be changed but by the folds of `apply`.

import type { GroupNumber, Ordinal, TopicNumber } from '../model/ids.ts'
import type { Digest } from '../model/mix.ts'
import type { SectionReader, SectionWriter } from '../model/section.ts'
import { ChunkList, type SpareChunks } from './chunk-list.ts'
import {
  chunkOrdinals,
  chunkWords,
  clearBit,
  firstBit,
  firstFresh,
  forEachBit,
  hasBit,
  loadChunk,
  lowestBit,
  type QueueChunk,
  saveChunk,
  setBit,
  waitingWord,
} from './queue-chunk.ts'
import { QueueDigest } from './queue-digest.ts'

const attemptsMax = 255

export class Queue {
  readonly group: GroupNumber
  readonly topic: TopicNumber
  private readonly chunks: ChunkList
  private unsettledCount = 0
  private outCount = 0
  private parkedCount = 0
  private transientCount = 0
  private endOrdinal = 0
  private deliveredEnd = 0

  constructor(group: GroupNumber, topic: TopicNumber, spares: SpareChunks) {
    this.group = group
    this.topic = topic
    this.chunks = new ChunkList(spares)
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
    const first = this.chunks.all[0]
    if (first === undefined) return this.endOrdinal as Ordinal
    return (first.base + firstBit(first.unsettled)) as Ordinal
  }

  isUnsettled(ordinal: Ordinal): boolean {
    const chunk = this.chunks.find(ordinal)
    return chunk !== undefined && hasBit(chunk.unsettled, ordinal - chunk.base)
  }
  isOut(ordinal: Ordinal): boolean {
    const chunk = this.chunks.find(ordinal)
    return chunk !== undefined && hasBit(chunk.out, ordinal - chunk.base)
  }
  isParked(ordinal: Ordinal): boolean {
    const chunk = this.chunks.find(ordinal)
    return chunk !== undefined && hasBit(chunk.parked, ordinal - chunk.base)
  }
  isTransient(ordinal: Ordinal): boolean {
    const chunk = this.chunks.find(ordinal)
    return chunk !== undefined && hasBit(chunk.transient, ordinal - chunk.base)
  }
  /** Attempts that count, 0 to 255. */
  attemptsOf(ordinal: Ordinal): number {
    const chunk = this.chunks.find(ordinal)
    if (chunk?.attempts === undefined) return 0
    return chunk.attempts[ordinal - chunk.base]!
  }
  /** Broker time, ms, before which it is not tried again; 0 for at once. */
  retryAtOf(ordinal: Ordinal): number {
    const chunk = this.chunks.find(ordinal)
    if (chunk?.retryAt === undefined) return 0
    return chunk.retryAt[ordinal - chunk.base]!
  }

  /** The first at or after `from` that is unsettled, never attempted, not out, not parked; or -1. */
  nextFresh(from: Ordinal): Ordinal | -1 {
    if (from >= this.endOrdinal || this.unsettledCount === 0) return -1
    const chunks = this.chunks.all
    for (let i = this.chunks.placeFrom(from); i < chunks.length; i++) {
      const chunk = chunks[i]!
      const found = firstFresh(chunk, Math.max(0, from - chunk.base))
      if (found >= 0) return (chunk.base + found) as Ordinal
    }
    return -1
  }

  /** Everything waiting that schedules must be rebuilt from: unsettled, below `deliveredTo`, not out, not parked. */
  forEachAttempted(visit: (ordinal: Ordinal, retryAtMs: number) => void): void {
    for (const chunk of [...this.chunks.all]) {
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
    for (const chunk of this.chunks.all) {
      forEachBit(chunk.unsettled, (at) => visit((chunk.base + at) as Ordinal))
    }
  }

  /** The first `limit` unsettled ordinals at or after `from`, in order. */
  unsettledFrom(from: Ordinal, limit: number): Ordinal[] {
    const found: Ordinal[] = []
    const chunks = this.chunks.all
    for (let i = this.chunks.placeFrom(from); i < chunks.length && found.length < limit; i++) {
      const { base, unsettled } = chunks[i]!
      forEachBit(unsettled, (at) => {
        if (base + at >= from && found.length < limit) found.push((base + at) as Ordinal)
      })
    }
    return found
  }

  /** Every unsettled ordinal that is transient, in order. The visitor must not change the queue. */
  forEachTransient(visit: (ordinal: Ordinal) => void): void {
    if (this.transientCount === 0) return
    for (const chunk of this.chunks.all) {
      if (chunk.transient === undefined) continue
      forEachBit(chunk.transient, (at) => visit((chunk.base + at) as Ordinal))
    }
  }

  /** Fold move: the group is to get it; fresh. False when it already is. */
  add(ordinal: Ordinal, transient: boolean): boolean {
    const chunk = this.chunks.find(ordinal) ?? this.chunks.insert(ordinal)
    const at = ordinal - chunk.base
    if (hasBit(chunk.unsettled, at)) return false
    setBit(chunk.unsettled, at)
    if (transient) {
      setBit((chunk.transient ??= new Uint32Array(chunkWords)), at)
      this.transientCount++
    }
    chunk.used++
    this.unsettledCount++
    if (ordinal >= this.endOrdinal) this.endOrdinal = ordinal + 1
    return true
  }

  /** Fold move: handed to a connection. False when it is settled already. */
  deliver(ordinal: Ordinal, attempt: number): boolean {
    const chunk = this.chunks.find(ordinal)
    if (chunk === undefined) return false
    const at = ordinal - chunk.base
    if (!hasBit(chunk.unsettled, at)) return false
    const out = (chunk.out ??= new Uint32Array(chunkWords))
    if (!hasBit(out, at)) {
      setBit(out, at)
      this.outCount++
    }
    const attempts = (chunk.attempts ??= new Uint8Array(chunkOrdinals))
    attempts[at] = Math.min(attempt, attemptsMax)
    if (chunk.retryAt !== undefined) chunk.retryAt[at] = 0
    if (ordinal >= this.deliveredEnd) this.deliveredEnd = ordinal + 1
    return true
  }

  /** Fold move: the group owes nothing for it any more. False when that was so already. */
  settle(ordinal: Ordinal): boolean {
    const chunk = this.chunks.find(ordinal)
    if (chunk === undefined) return false
    const at = ordinal - chunk.base
    if (!hasBit(chunk.unsettled, at)) return false
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
    if (--chunk.used === 0) this.chunks.drop(chunk)
    return true
  }

  /** Fold move: the delivery came to nothing. `giveBack`: the attempt does not count. False when it is not out. */
  fail(ordinal: Ordinal, giveBack: boolean, retryAtMs: number): boolean {
    const chunk = this.chunks.find(ordinal)
    if (chunk === undefined) return false
    const at = ordinal - chunk.base
    if (!hasBit(chunk.out, at)) return false
    this.takeBack(chunk, at, giveBack)
    if (retryAtMs > 0) {
      const retryAt = (chunk.retryAt ??= new Float64Array(chunkOrdinals))
      retryAt[at] = Math.floor(retryAtMs)
    }
    return true
  }

  /** Fold move: the group no longer wants its type. False when it is settled or parked already. */
  park(ordinal: Ordinal): boolean {
    const chunk = this.chunks.find(ordinal)
    if (chunk === undefined) return false
    const at = ordinal - chunk.base
    if (!hasBit(chunk.unsettled, at) || hasBit(chunk.parked, at)) return false
    setBit((chunk.parked ??= new Uint32Array(chunkWords)), at)
    this.parkedCount++
    return true
  }

  /** Fold move: the group wants its type again. False when it was not parked. */
  unpark(ordinal: Ordinal): boolean {
    const chunk = this.chunks.find(ordinal)
    if (chunk === undefined) return false
    const at = ordinal - chunk.base
    if (!hasBit(chunk.parked, at)) return false
    clearBit(chunk.parked, at)
    this.parkedCount--
    return true
  }

  /** Fold move: the broker starts; what was out is not, and its attempt does not count. */
  endLeases(): void {
    if (this.outCount === 0) return
    for (const chunk of this.chunks.all) {
      if (chunk.out === undefined) continue
      for (let i = 0; i < chunkWords; i++) {
        while (chunk.out[i] !== 0) {
          const at = i * 32 + lowestBit(chunk.out[i]!)
          this.takeBack(chunk, at, true)
        }
      }
    }
  }

  digestInto(into: Digest): void {
    const digest = new QueueDigest(this.group, this.topic, into)
    digest.addEnds(this.endOrdinal, this.deliveredEnd)
    for (const chunk of this.chunks.all)
      forEachBit(chunk.unsettled, (at) => digest.addEntry(chunk, at))
  }

  save(writer: SectionWriter): void {
    writer.f64(this.endOrdinal)
    writer.f64(this.deliveredEnd)
    writer.u32(this.chunks.all.length)
    for (const chunk of this.chunks.all) saveChunk(chunk, writer)
  }

  /** Into a queue just made. */
  load(reader: SectionReader): void {
    this.endOrdinal = reader.f64()
    this.deliveredEnd = reader.f64()
    const count = reader.u32()
    for (let i = 0; i < count; i++) {
      const chunk = loadChunk(reader)
      this.chunks.append(chunk)
      this.countLoaded(chunk)
    }
  }

  private countLoaded(chunk: QueueChunk): void {
    this.unsettledCount += chunk.used
    forEachBit(chunk.unsettled, (at) => {
      if (hasBit(chunk.out, at)) this.outCount++
      if (hasBit(chunk.parked, at)) this.parkedCount++
      if (hasBit(chunk.transient, at)) this.transientCount++
    })
  }

  private takeBack(chunk: QueueChunk, at: number, giveBack: boolean): void {
    clearBit(chunk.out, at)
    this.outCount--
    const attempts = chunk.attempts
    if (giveBack && attempts !== undefined && attempts[at]! > 0) attempts[at]!--
  }
}
