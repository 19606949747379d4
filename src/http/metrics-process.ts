// Processor, memory and event loop of this process, as the system and the engine count them. The delay of the loop is
// measured from the first scrape on: a broker that nobody scrapes has no timer for it.

import { monitorEventLoopDelay, performance, type IntervalHistogram } from 'node:perf_hooks'
import type { ProcessFigures } from './metrics-figures.ts'

/** Between two measurements of the delay, ms. */
const resolutionMs = 20
/** Several who scrape see the same delays: they begin anew at most this often, ms. */
const windowMs = 10_000

export class ProcessMeter {
  #delays: IntervalHistogram | undefined
  #sinceMs = 0
  #shown: ProcessFigures['loopDelay']
  #isClosed = false

  figures(): ProcessFigures {
    const { user, system } = process.cpuUsage()
    const memory = process.memoryUsage()
    const { active, idle } = performance.eventLoopUtilization()
    return {
      cpuSeconds: (user + system) / 1e6,
      residentBytes: memory.rss,
      heapBytes: memory.heapUsed,
      externalBytes: memory.external,
      startedAt: performance.timeOrigin / 1000,
      loopActiveSeconds: active / 1000,
      loopIdleSeconds: idle / 1000,
      loopDelay: this.#delay(),
    }
  }

  close(): void {
    this.#isClosed = true
    this.#delays?.disable()
    this.#delays = undefined
  }

  #delay(): ProcessFigures['loopDelay'] {
    if (this.#isClosed) return undefined
    const nowMs = performance.now()
    if (this.#delays === undefined) {
      this.#delays = monitorEventLoopDelay({ resolution: resolutionMs })
      this.#delays.enable()
      this.#sinceMs = nowMs
      return undefined
    }
    if (this.#shown !== undefined && nowMs - this.#sinceMs < windowMs) return this.#shown
    if (this.#delays.count === 0) return this.#shown
    // What is measured is the time between two timers, which is meant to be the resolution.
    const late = (ns: number): number => Math.max(0, ns / 1e9 - resolutionMs / 1000)
    const { max } = this.#delays
    const percentile = (of: number): number => late(this.#delays!.percentile(of))
    this.#shown = { p50: percentile(50), p99: percentile(99), max: late(max) }
    this.#delays.reset()
    this.#sinceMs = nowMs
    return this.#shown
  }
}
