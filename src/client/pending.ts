// Publishes that wait for their answer: a fixed number of places, found by opaque, kept in the order they were sent, so
// that the oldest is the next to time out. Places are used again; an opaque carries the generation of its place.

import type { KiteQError } from '../model/errors.ts'

export interface PublishAnswer {
  readonly id: string
  /** The broker's words. */
  readonly feedback: string
}

/** Called once: with an error, or with the answer. */
export type Settle = (error: KiteQError | undefined, answer: PublishAnswer | undefined) => void

const placeBits = 16
const placeMask = (1 << placeBits) - 1
/** Opaques stay below 0x80000000, where a broker numbers what it starts itself. */
const generations = 0x7fff
const none = -1

export class Pending {
  id = ''
  opaque = 0
  deadlineMs = 0
  retry = false
  /** The frame as it was sent: piece[start, end). */
  piece: Uint8Array = noBytes
  start = 0
  end = 0
  settle: Settle = nothing
  readonly place: number
  generation = 0
  before: number = none
  after: number = none

  constructor(place: number) {
    this.place = place
  }
}

export class PendingTable {
  count = 0
  bytes = 0
  readonly #places: Pending[] = []
  readonly #free: number[] = []
  #first = none
  #last = none

  /** A place at the end of the order, with its opaque set. The caller fills it. */
  add(frameBytes: number): Pending {
    let place = this.#free.pop()
    if (place === undefined) place = this.#places.push(new Pending(this.#places.length)) - 1
    const pending = this.#places[place]!
    // Generation 0 is left to opaques that name no publish.
    pending.generation = (pending.generation % generations) + 1
    pending.opaque = (pending.generation << placeBits) | place
    pending.before = this.#last
    pending.after = none
    if (this.#last === none) this.#first = place
    else this.#places[this.#last]!.after = place
    this.#last = place
    this.count++
    this.bytes += frameBytes
    return pending
  }

  find(opaque: number): Pending | undefined {
    const pending = this.#places[opaque & placeMask]
    return pending?.opaque === opaque ? pending : undefined
  }

  oldest(): Pending | undefined {
    return this.#places[this.#first]
  }

  /** The one sent after this; the order as it is now. */
  next(pending: Pending): Pending | undefined {
    return this.#places[pending.after]
  }

  /** Frees the place; `settle` must have been read before. */
  remove(pending: Pending): void {
    const { before, after, place } = pending
    if (before === none) this.#first = after
    else this.#places[before]!.after = after
    if (after === none) this.#last = before
    else this.#places[after]!.before = before
    this.count--
    this.bytes -= pending.end - pending.start
    pending.opaque = 0
    pending.id = ''
    pending.piece = noBytes
    pending.settle = nothing
    this.#free.push(place)
  }
}

const noBytes = new Uint8Array(0)

function nothing(): void {
  // a free place settles nobody
}
