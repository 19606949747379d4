// Effects that wait for the log: first in, first out, each with the offset that must be durable before it leaves.

import type { ConnectionNumber, Offset } from '../model/ids.ts'
import type { Effect } from './effect.ts'

export class HeldEffects {
  #effects: Effect[] = []
  #after: number[] = []
  #head = 0

  get size(): number {
    return this.#effects.length - this.#head
  }

  /** `after`: the log's end when the effect was decided; everything below it must be durable first. */
  push(effect: Effect, after: Offset): void {
    this.#effects.push(effect)
    this.#after.push(after)
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

  /** Everything that may leave now, in order. */
  release(durable: Offset): Effect[] {
    const from = this.#head
    let to = from
    while (to < this.#effects.length && this.#after[to]! <= durable) to += 1
    const released = this.#effects.slice(from, to)
    this.#head = to
    if (to === this.#effects.length) {
      this.#effects = []
      this.#after = []
      this.#head = 0
    } else if (to > 4096 && to * 2 > this.#effects.length) {
      this.#effects = this.#effects.slice(to)
      this.#after = this.#after.slice(to)
      this.#head = 0
    }
    return released
  }
}
