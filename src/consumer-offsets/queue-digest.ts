// What one queue puts into the digest of all: a hash for every unsettled ordinal with all that is known of it, and the two
// ends. Must never change a queue.

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

  /** One past the highest ordinal ever put in, and ever delivered. */
  addEnds(end: number, delivered: number): void {
    this.digest.add(weighed(end, this.endA), weighed(end, this.endB))
    this.digest.add(weighed(delivered, this.deliveredA), weighed(delivered, this.deliveredB))
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
