// Which names get series of their own: a bounded number, the busiest first, and for good, because a series that comes and goes
// tells no rate. The others are told together. Pure.

/** The label of all others together. A name that is this very word is told among them. */
export const otherNames = 'other'

interface Candidate {
  readonly number: number
  readonly activity: number
}

export class ChosenNames {
  readonly #max: number
  readonly #chosen = new Set<number>()
  #offered: Candidate[] = []
  /** Whoever is not busier than this cannot be chosen this time. */
  #threshold = 0

  /** At most so many. */
  constructor(max: number) {
    this.#max = max
  }

  /** In the order they were chosen. */
  get numbers(): ReadonlySet<number> {
    return this.#chosen
  }

  get isFull(): boolean {
    return this.#chosen.size >= this.#max
  }

  /** For a name that is to have its series although nothing happens under it yet. */
  add(number: number): void {
    if (!this.isFull) this.#chosen.add(number)
  }

  /**
   * A name, and how much has happened under it; then `choose`. To be told of all names, each time while places are free: so
   * whoever is chosen later was idle until then, and what is told of the others together never becomes less.
   */
  offer(number: number, activity: number): void {
    if (activity <= this.#threshold || this.#chosen.has(number)) return
    this.#offered.push({ number, activity })
    if (this.#offered.length >= 2 * this.#max + roomMin) this.#trim()
  }

  /** Fills the places that are free with the busiest of those offered. */
  choose(): void {
    this.#trim()
    for (const { number } of this.#offered) this.#chosen.add(number)
    this.#offered = []
    this.#threshold = 0
  }

  #trim(): void {
    const free = this.#max - this.#chosen.size
    if (this.#offered.length <= free) return
    this.#offered.sort((a, b) => b.activity - a.activity || a.number - b.number)
    this.#offered.length = free
    this.#threshold = this.#offered.at(-1)?.activity ?? Infinity
  }
}

/** Offered beyond what can be kept before they are sorted. */
const roomMin = 1024
