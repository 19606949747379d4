// Effects that wait for the log: first in, first out, each with the offset that must be durable before it leaves.

import type { ConnectionNumber, Offset } from '../model/ids.ts'
import type { Effect } from './effect.ts'

/** Room for so many offsets at first; it doubles. */
const firstRoom = 1024
/** A list that grew beyond this is let go, so that one burst does not hold memory for ever. */
const keptMax = 65_536

export class HeldEffects {
  #effects: Effect[] = []
  #after = new Float64Array(firstRoom)
  #head = 0
  /** An emptied list, used again. */
  #spare: Effect[] = []

  get size(): number {
    return this.#effects.length - this.#head
  }

  /** `after`: the log's end when the effect was decided; everything below it must be durable first. */
  push(effect: Effect, after: Offset): void {
    const at = this.#effects.length
    if (at === this.#after.length) this.#grow()
    this.#effects.push(effect)
    this.#after[at] = after
  }

  /** Opaques of deliveries to a connection that have not been released: it never saw them. */
  opaquesOf(connection: ConnectionNumber): number[] {
    const opaques: number[] = []
    for (let i = this.#head; i < this.#effects.length; i++) {
      const effect = this.#effects[i]!
      if (effect.kind === 'deliver' && effect.connection === connection)
        for (const delivery of effect.deliveries) opaques.push(delivery.opaque)
    }
    return opaques
  }

  /** Everything that may leave now, in order. The list is the caller's until it gives it back with `done`. */
  release(durable: Offset): Effect[] {
    const from = this.#head
    const effects = this.#effects
    let to = from
    while (to < effects.length && this.#after[to]! <= durable) to += 1
    if (to < effects.length) {
      this.#head = to
      const released = effects.slice(from, to)
      if (to > 4096 && to * 2 > effects.length) this.#moveUp()
      return released
    }
    const released = from === 0 ? effects : effects.slice(from)
    this.#effects = this.#spare
    this.#spare = []
    this.#head = 0
    if (this.#after.length > keptMax) this.#after = new Float64Array(firstRoom)
    return released
  }

  /** The released effects are on their way. */
  done(released: Effect[]): void {
    if (released.length > keptMax) return
    while (released.length > 0) released.pop() // setting the length would free what is to be kept
    this.#spare = released
  }

  #moveUp(): void {
    const head = this.#head
    this.#after.copyWithin(0, head, this.#effects.length)
    this.#effects = this.#effects.slice(head)
    this.#head = 0
  }

  #grow(): void {
    const grown = new Float64Array(this.#after.length * 2)
    grown.set(this.#after)
    this.#after = grown
  }
}
