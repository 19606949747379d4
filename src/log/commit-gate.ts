// Between what is safe on this disk and what may count as safe: in a replica set a record is durable once the other copies have
// it, too. The log's own batches pass in order; whoever watches the copies says how far.

import type { Offset } from '../model/ids.ts'
import type { LogPlace } from './raw-records.ts'

interface Passing {
  readonly place: LogPlace
  /** Written so far, with this batch. */
  readonly bytes: number
  /** Time of its first record, ms. */
  readonly sinceMs: number
}

export class CommitGate {
  /** Behind the last record that counts as durable. */
  place: LogPlace
  readonly mayRelease: () => boolean
  /** Where it may go; more than this disk has at times. */
  #allowed: number
  #bytes = 0
  #allowedBytes = 0
  /** Safe here and not yet there, oldest first. */
  readonly #passing: Passing[] = []
  #first = 0

  constructor(place: LogPlace, allowed: Offset, mayRelease: () => boolean) {
    this.place = place
    this.mayRelease = mayRelease
    this.#allowed = allowed
  }

  /** Bytes that are safe here and do not count yet. */
  get waitingBytes(): number {
    return this.#bytes - this.#allowedBytes
  }

  /** Time of the oldest record of those; Infinity without any. */
  get waitingSinceMs(): number {
    return this.#passing[this.#first]?.sinceMs ?? Infinity
  }

  /** A batch is safe here. True when `place` has moved. */
  synced(place: LogPlace, bytes: number, sinceMs: number): boolean {
    this.#bytes += bytes
    this.#passing.push({ place, bytes: this.#bytes, sinceMs })
    return this.#move()
  }

  /** Everything below counts from now on, as soon as it is safe here. True when `place` has moved. */
  allow(below: Offset): boolean {
    if (below <= this.#allowed) return false
    this.#allowed = below
    return this.#move()
  }

  #move(): boolean {
    const before = this.#first
    for (
      let next = this.#passing[this.#first];
      next !== undefined;
      next = this.#passing[this.#first]
    ) {
      if (next.place.offset > this.#allowed) break
      this.place = next.place
      this.#allowedBytes = next.bytes
      this.#first++
    }
    if (this.#first === before) return false
    if (this.#first > 1024 || this.#first === this.#passing.length) {
      this.#passing.splice(0, this.#first)
      this.#first = 0
    }
    return true
  }
}
