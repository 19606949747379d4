// Time that passes only when told to: the clock and the scheduler of a simulated broker.

import type { Clock, Scheduler } from '../../src/model/clock.ts'

interface Timer {
  readonly atMs: number
  readonly order: number
  readonly run: () => void
}

export class SimClock implements Clock, Scheduler {
  #nowMs = 0
  #wallOffsetMs: number
  #soon: (() => void)[] = []
  #timers: Timer[] = []
  #order = 0

  constructor(startWallMs: number) {
    this.#wallOffsetMs = startWallMs
  }

  wallMs(): number {
    return this.#wallOffsetMs + this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  /** The wall clock jumps; the monotonic one does not. */
  jumpWall(ms: number): void {
    this.#wallOffsetMs += ms
  }

  soon(run: () => void): void {
    this.#soon.push(run)
  }

  after(ms: number, run: () => void): () => void {
    const timer: Timer = { atMs: this.#nowMs + ms, order: this.#order++, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** Time passes and nothing gets its turn: a busy machine. */
  pass(ms: number): void {
    this.#nowMs += ms
  }

  /** Run everything that waits only for its turn. */
  runTurns(): void {
    for (let turns = 0; this.#soon.length > 0; turns++) {
      if (turns > 100_000) throw new Error('the loop never comes to rest')
      this.#soon.shift()!()
    }
  }

  /** Let time pass, timers and turns in order; `between` runs after every step. */
  advance(ms: number, between: () => void = () => {}): void {
    const until = this.#nowMs + ms
    for (;;) {
      this.runTurns()
      between()
      this.runTurns()
      const next = this.#timers
        .filter((timer) => timer.atMs <= until)
        .sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0]
      if (next === undefined) break
      this.#timers = this.#timers.filter((other) => other !== next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.run()
    }
    this.#nowMs = until
  }
}
