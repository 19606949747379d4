// The network between the members, and to the arbiter: what is sent arrives late, twice, or not at all, and lines may be cut in one
// direction alone. Nobody is told that something was lost.

import type { SimTime } from './sim-time.ts'

export interface NetworkFaults {
  /** Of a message, in [0, 1). */
  readonly loss: number
  readonly duplicate: number
  readonly delayMinMs: number
  readonly delayMaxMs: number
  /** Now and then a message is very late. */
  readonly late: number
  readonly lateMaxMs: number
}

export class SimNetwork {
  faults: NetworkFaults
  readonly #time: SimTime
  readonly #random: () => number
  /** `from>to`, one way. */
  readonly #cut = new Set<string>()

  constructor(time: SimTime, random: () => number, faults: NetworkFaults) {
    this.#time = time
    this.#random = random
    this.faults = faults
  }

  send(from: string, to: string, arrive: () => void): void {
    if (this.#random() < this.faults.duplicate) this.#carry(from, to, arrive)
    this.#carry(from, to, arrive)
  }

  cut(from: string, to: string): void {
    this.#cut.add(`${from}>${to}`)
  }

  heal(): void {
    this.#cut.clear()
  }

  /** Nothing goes between these and the rest, or only in one direction. */
  part(some: readonly string[], others: readonly string[], isOneWay: boolean): void {
    for (const one of some)
      for (const other of others) {
        this.cut(one, other)
        if (!isOneWay) this.cut(other, one)
      }
  }

  #carry(from: string, to: string, arrive: () => void): void {
    const { loss, delayMinMs, delayMaxMs, late, lateMaxMs } = this.faults
    const random = this.#random
    const isLost = random() < loss
    const span = random() < late ? lateMaxMs : delayMaxMs - delayMinMs
    const ms = delayMinMs + random() * span
    if (isLost || this.#cut.has(`${from}>${to}`)) return
    this.#time.after(ms, () => {
      if (!this.#cut.has(`${from}>${to}`)) arrive()
    })
  }
}
