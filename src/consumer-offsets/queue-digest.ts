// What one queue puts into the digest of all: a hash for every unsettled ordinal with all that is known of it, and the two
// ends. Must never change a queue; whoever changes an entry takes it out before and puts it in again after.

import type { GroupNumber, TopicNumber } from '../model/ids.ts'
import {
  type Digest,
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
import { hasBit, type QueueChunk } from './queue-chunk.ts'

export class QueueDigest {
  private readonly digest: Digest
  private readonly seedA: number
  private readonly seedB: number
  private readonly endA: number
  private readonly endB: number
  private readonly deliveredA: number
  private readonly deliveredB: number

  constructor(group: GroupNumber, topic: TopicNumber, digest: Digest) {
    this.digest = digest
    this.seedA = mixA(mixA(laneA, group), topic)
    this.seedB = mixB(mixB(laneB, group), topic)
    this.endA = weightA(group, topic)
    this.endB = weightB(group, topic)
    this.deliveredA = weightA(~group, topic)
    this.deliveredB = weightB(~group, topic)
  }

  /** The entry at place `at` of a chunk, as its bits are now. */
  addEntry(chunk: QueueChunk, at: number): void {
    const bits = entryBits(chunk, at)
    const retryAt = chunk.retryAt === undefined ? 0 : chunk.retryAt[at]!
    const low = lowWord(chunk.base + at)
    const high = highWord(chunk.base)
    this.digest.add(
      entryA(this.seedA, low, high, bits, retryAt),
      entryB(this.seedB, low, high, bits, retryAt),
    )
  }

  removeEntry(chunk: QueueChunk, at: number): void {
    const bits = entryBits(chunk, at)
    const retryAt = chunk.retryAt === undefined ? 0 : chunk.retryAt[at]!
    const low = lowWord(chunk.base + at)
    const high = highWord(chunk.base)
    this.digest.remove(
      entryA(this.seedA, low, high, bits, retryAt),
      entryB(this.seedB, low, high, bits, retryAt),
    )
  }

  /** The end moves: only the difference is added, for nothing else is hashed with it. From 0 in a queue just made. */
  moveEnd(from: number, to: number): void {
    this.digest.add(
      weighed(to, this.endA) - weighed(from, this.endA),
      weighed(to, this.endB) - weighed(from, this.endB),
    )
  }

  /** The same for the end of what was delivered. */
  moveDelivered(from: number, to: number): void {
    this.digest.add(
      weighed(to, this.deliveredA) - weighed(from, this.deliveredA),
      weighed(to, this.deliveredB) - weighed(from, this.deliveredB),
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
