// The high watermark of one leader's epoch: below it every record is safe on every copy of the in-sync list, and on enough of
// them. Pure arithmetic over what the copies have reported; it never moves back.

import type { InSyncMember } from '../model/coordinator.ts'
import type { Offset } from '../model/ids.ts'

export class Watermark {
  readonly #minInSync: number
  /** Copy -> everything below is synced there, as it last said. */
  readonly #synced = new Map<string, number>()
  #list: readonly string[] = []
  /** On its way to the arbiter, and nobody knows whether it is in force: then both count. */
  #next: readonly string[] | undefined
  #at: number

  constructor(minInSync: number, list: readonly InSyncMember[], from: Offset) {
    this.#minInSync = minInSync
    this.#at = from
    this.settleList(list)
  }

  get offset(): Offset {
    return this.#at as Offset
  }

  /** 0 for a copy that has said nothing in this epoch. */
  syncedOf(copy: string): Offset {
    return (this.#synced.get(copy) ?? 0) as Offset
  }

  hasReported(copy: string): boolean {
    return this.#synced.has(copy)
  }

  /** A copy says what it has safe. True when the watermark has moved. */
  report(copy: string, synced: Offset): boolean {
    this.#synced.set(copy, synced)
    return this.#move()
  }

  /** From now on until `settleList` these count beside those of the list in force. */
  proposeList(list: readonly InSyncMember[]): void {
    this.#next = list.map(({ copy }) => copy)
  }

  /** This list is in force, and no other can be. True when the watermark has moved. */
  settleList(list: readonly InSyncMember[]): boolean {
    this.#list = list.map(({ copy }) => copy)
    this.#next = undefined
    return this.#move()
  }

  #move(): boolean {
    const safe = Math.min(this.#safeOn(this.#list), this.#safeOn(this.#next ?? this.#list))
    if (safe <= this.#at) return false
    this.#at = safe
    return true
  }

  /** What all of them have; nothing while they are too few. */
  #safeOn(list: readonly string[]): number {
    if (list.length < this.#minInSync) return 0
    let least = Infinity
    for (const copy of list) least = Math.min(least, this.#synced.get(copy) ?? 0)
    return least
  }
}
