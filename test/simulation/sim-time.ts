// Virtual time for many machines: one queue of what happens next, ordered by time and then by who asked first. Between two events
// everything that waits for nothing but its turn has run, so that a run depends on its seed alone.

import type { Clock, Scheduler } from '../../src/model/clock.ts'

interface Event {
  readonly atMs: number
  readonly order: number
  /** undefined once it was cancelled. */
  run: (() => void) | undefined
}

export class SimTime {
  nowMs = 0
  events = 0
  /** Of what happened, when, and in which order: 32 bits. */
  trace = 0
  readonly #heap: Event[] = []
  #order = 0

  /** The result cancels it. */
  after(ms: number, run: () => void): () => void {
    const event: Event = { atMs: this.nowMs + Math.max(0, ms), order: this.#order++, run }
    this.#push(event)
    return () => {
      event.run = undefined
    }
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve))
  }

  /** Lets `ms` pass. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms
    await turn()
    for (
      let next = this.#heap[0];
      next !== undefined && next.atMs <= untilMs;
      next = this.#heap[0]
    ) {
      this.#pop()
      const { run } = next
      if (run === undefined) continue
      this.nowMs = Math.max(this.nowMs, next.atMs)
      this.events++
      this.note(next.order, next.atMs)
      run()
      await turn()
    }
    this.nowMs = untilMs
  }

  /** Into the trace. */
  note(what: number, more: number): void {
    const mixed = Math.imul(this.trace ^ (what | 0), 0x21f0aaad) ^ Math.floor((more % 4096) * 65536)
    this.trace = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97) >>> 0
  }

  #push(event: Event): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(event)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(event, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = event
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
  }
}

const isBefore = (one: Event, other: Event): boolean =>
  one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order)

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** One machine's clock and timers: it may run faster or slower than it should, stand still, or be gone. */
export class SimMachine implements Clock, Scheduler {
  readonly #time: SimTime
  readonly #rate: number
  readonly #bornMs: number
  #wallOffsetMs: number
  #isGone = false
  #pausedUntilMs = 0

  /** `rate` 1.01: a hundredth too fast. */
  constructor(time: SimTime, rate: number, wallOffsetMs: number) {
    this.#time = time
    this.#rate = rate
    this.#bornMs = time.nowMs
    this.#wallOffsetMs = wallOffsetMs
  }

  wallMs(): number {
    return 1_795_000_000_000 + this.#wallOffsetMs + this.#time.nowMs
  }

  monotonicMs(): number {
    return (this.#time.nowMs - this.#bornMs) * this.#rate
  }

  /** The wall clock is set. */
  jump(ms: number): void {
    this.#wallOffsetMs += ms
  }

  soon(run: () => void): void {
    this.after(0, run)
  }

  after(ms: number, run: () => void): () => void {
    return this.#time.after(ms / this.#rate, () => this.run(run))
  }

  /** Now; or when the machine goes on; or never, when it is gone. */
  run(run: () => void): void {
    if (this.#isGone) return
    const leftMs = this.#pausedUntilMs - this.#time.nowMs
    if (leftMs > 0) this.#time.after(leftMs, () => this.run(run))
    else run()
  }

  /** Nothing of it runs for so long, and then everything that is due. */
  stall(ms: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#time.nowMs + ms)
  }

  get isStalled(): boolean {
    return this.#pausedUntilMs > this.#time.nowMs
  }

  get isGone(): boolean {
    return this.#isGone
  }

  kill(): void {
    this.#isGone = true
  }
}
