// A rate limit: tokens fill with time up to half a second's worth, at least one. Reading never changes it.

export class TokenBucket {
  readonly rate: number
  #tokens: number
  #at: number

  /** `rate`: tokens a second, more than 0. Starts full. */
  constructor(rate: number, nowMs: number) {
    this.rate = rate
    this.#tokens = burstOf(rate)
    this.#at = nowMs
  }

  level(nowMs: number): number {
    return Math.min(
      burstOf(this.rate),
      this.#tokens + (Math.max(0, nowMs - this.#at) * this.rate) / 1000,
    )
  }

  take(count: number, nowMs: number): void {
    this.#tokens = this.level(nowMs) - count
    this.#at = nowMs
  }

  /** When one token will be there. */
  readyAt(nowMs: number): number {
    const missing = 1 - this.level(nowMs)
    return missing <= 0 ? nowMs : nowMs + Math.ceil((missing * 1000) / this.rate)
  }
}

function burstOf(rate: number): number {
  return Math.max(1, Math.floor(rate / 2))
}
