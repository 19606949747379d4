// Notices afterwards that the process did not run for a while: stopped by a signal, a machine that was paused, or a loop
// that was busy too long. Clients may have seen leases end and connections close; one line says why.

import type { Logger } from './model/logger.ts'

/** A standstill shorter than this is not told. */
export const standstillMs = 2_000
const tickEveryMs = 500

export interface StandstillOptions {
  readonly logger: Logger
  /** Monotonic, ms. */
  readonly nowMs: () => number
  /** Processor time of the process so far, ms: tells standing still from being busy. */
  readonly cpuMs: () => number
}

export class Standstill {
  readonly #options: StandstillOptions
  #lastMs: number
  #lastCpuMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(options: StandstillOptions) {
    this.#options = options
    this.#lastMs = options.nowMs()
    this.#lastCpuMs = options.cpuMs()
  }

  start(): void {
    this.#timer = setInterval(() => this.tick(), tickEveryMs).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  tick(): void {
    const { nowMs, cpuMs, logger } = this.#options
    const now = nowMs()
    const cpu = cpuMs()
    const stoodMs = Math.round(now - this.#lastMs - tickEveryMs)
    const workedMs = Math.round(cpu - this.#lastCpuMs)
    this.#lastMs = now
    this.#lastCpuMs = cpu
    if (stoodMs <= standstillMs) return
    logger.warn({ stoodMs, workedMs }, `the process stood still for ${stoodMs} ms`)
  }
}

/** Of all threads, ms. */
export function processCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
