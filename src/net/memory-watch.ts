// Memory that all connections together may hold: frames whose end has not come, output that has not left. Each connection
// has bounds of its own; ten thousand of them at those bounds would still be more than any machine has. Counts what
// changes, never a message; who has kept memory for long goes before who merely holds much at the moment.

import type { NetCounters, NetLimits } from './net-limits.ts'

/** Bytes in use by all, of so many at most. */
export class MemoryBudget {
  used = 0
  readonly max: number
  readonly #crowded: number

  constructor(max: number) {
    this.max = max
    this.#crowded = max * crowdedShare
  }

  change(by: number): void {
    this.used += by
  }

  /** For what can wait. The last eighth is for answers, and for those whose socket takes what it is given. */
  get free(): number {
    return Math.max(0, this.#crowded - this.used)
  }

  get left(): number {
    return Math.max(0, this.max - this.used)
  }

  isOver(): boolean {
    return this.used > this.max
  }

  /** Nearly used up: what can be had again is given up, and nobody is read whose answers wait. */
  get isCrowded(): boolean {
    return this.used > this.#crowded
  }

  /** Bytes to come free until there is room to breathe again. */
  get excess(): number {
    return this.used - this.max * roomyShare
  }
}

/** A connection, as far as its memory goes. Sizes in bytes, times in ms. */
export interface MemoryHolder {
  readonly frameBytes: number
  readonly outputBytes: number
  /** It waits in vain for room for a delivery. */
  isStarved: boolean
  /** For how long the frame has been unfinished; Infinity without a handshake. */
  frameAgeMs(nowMs: number): number
  /** For how long nothing of the output was taken; Infinity when the connection is ending anyway. */
  outputAgeMs(nowMs: number): number
  /** Ends the connection, in order; a frame that has begun is forgotten at once. */
  close(reason: string): void
  /** Ends the connection and forgets what was to be sent. */
  cut(reason: string): void
}

export const tooManyUnfinished = 'too many unfinished frames'
export const tooMuchUnread = 'too much unread output'

const crowdedShare = 7 / 8
const roomyShare = 3 / 4

export class MemoryWatch<Holder extends MemoryHolder> {
  readonly frames: MemoryBudget
  readonly output: MemoryBudget
  readonly #holders: ReadonlyMap<unknown, Holder>
  readonly #counters: NetCounters
  readonly #patienceMs: number
  #starved: Holder[] = []

  constructor(holders: ReadonlyMap<unknown, Holder>, limits: NetLimits, counters: NetCounters) {
    this.frames = new MemoryBudget(limits.unfinishedBytesMax)
    this.output = new MemoryBudget(limits.unsentBytesMax)
    this.#patienceMs = limits.crowdedPatienceMs
    this.#holders = holders
    this.#counters = counters
  }

  /** There is no room for its next delivery, whoever holds it: it gets another turn after the next sweep. */
  starve(holder: Holder): void {
    this.#counters.memoryWaits++
    if (holder.isStarved) return
    holder.isStarved = true
    this.#starved.push(holder)
  }

  /** After a frame grew. */
  relieveFrames(nowMs: number): void {
    if (!this.frames.isOver()) return
    const late = this.#ranked('frameBytes', (one) => one.frameAgeMs(nowMs) >= this.#patienceMs)
    this.#closeFrames(late, () => this.frames.excess > 0)
    if (!this.frames.isOver()) return
    this.#closeFrames(
      this.#ranked('frameBytes', () => true),
      () => this.frames.isOver(),
    )
  }

  /** After a turn: only answers can have come to more than there may be, deliveries have waited. */
  relieveOutput(nowMs: number): void {
    if (!this.output.isOver()) return
    this.#cutLate(nowMs)
    if (!this.output.isOver()) return
    this.#cut(
      this.#ranked('outputBytes', () => true),
      () => this.output.isOver(),
    )
  }

  /** Once a second: ends those that take nothing while others wait; returns who waits, to be tried again. */
  sweep(nowMs: number): readonly Holder[] {
    if (this.#starved.length > 0 || this.output.isCrowded) this.#cutLate(nowMs)
    const starved = this.#starved
    if (starved.length === 0) return starved
    this.#starved = []
    for (const holder of starved) holder.isStarved = false
    return starved
  }

  #cutLate(nowMs: number): void {
    const late = this.#ranked('outputBytes', (one) => one.outputAgeMs(nowMs) >= this.#patienceMs)
    this.#cut(late, () => this.output.excess > 0)
  }

  #cut(holders: readonly Holder[], isDue: () => boolean): void {
    for (const holder of holders) {
      if (!isDue()) return
      this.#counters.unreadEvictions++
      holder.cut(tooMuchUnread)
    }
  }

  #closeFrames(holders: readonly Holder[], isDue: () => boolean): void {
    for (const holder of holders) {
      if (!isDue()) return
      this.#counters.unfinishedEvictions++
      holder.close(tooManyUnfinished)
    }
  }

  /** Those that hold anything and are meant, the largest first. */
  #ranked(of: 'frameBytes' | 'outputBytes', isMeant: (one: Holder) => boolean): Holder[] {
    const found: Holder[] = []
    for (const holder of this.#holders.values())
      if (holder[of] > 0 && isMeant(holder)) found.push(holder)
    return found.sort((a, b) => b[of] - a[of])
  }
}
