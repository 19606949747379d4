// A broker that refuses for now: how long to leave it alone, and when to give up. Told of every such refusal and of every
// success; longer after each refusal that follows a wait.

import { reconnectDelayMs } from '../client/back-off.ts'

export interface RefusalWaitOptions {
  readonly minMs: number
  readonly maxMs: number
  /** So long without a success between two refusals, and there is no point in going on. */
  readonly patienceMs: number
}

export const refusalWaitDefaults: RefusalWaitOptions = {
  minMs: 100,
  maxMs: 5_000,
  patienceMs: 120_000,
}

/** Whether a refusal passes by itself: the original's words for too much at a time, and ours that say so. */
export function passes(reason: string): boolean {
  return reason.includes('KiteQ OverFlow') || reason.endsWith('retry later')
}

export class RefusalWait {
  readonly #options: RefusalWaitOptions
  #attempt = 0
  #untilMs = 0
  #sinceMs = Infinity

  constructor(options: RefusalWaitOptions) {
    this.#options = options
  }

  /** False: it has lasted too long. Those that come during a wait are of the same occasion. */
  refused(nowMs: number, random: number): boolean {
    const { minMs, maxMs, patienceMs } = this.#options
    this.#sinceMs = Math.min(this.#sinceMs, nowMs)
    if (nowMs < this.#untilMs) return true
    this.#attempt += 1
    this.#untilMs = nowMs + reconnectDelayMs(this.#attempt, minMs, maxMs, random)
    return nowMs - this.#sinceMs < patienceMs
  }

  taken(): void {
    this.#attempt = 0
    this.#sinceMs = Infinity
  }

  /** Nothing is to be sent before. */
  leftMs(nowMs: number): number {
    return Math.max(0, this.#untilMs - nowMs)
  }
}
