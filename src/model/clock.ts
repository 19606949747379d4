// The clock is an argument everywhere: wall time may jump, so durations are taken on the monotonic one.

export interface Clock {
  /** Milliseconds since 1970, as the machine believes; may jump. */
  wallMs(): number
  /** Milliseconds since some fixed moment; never goes back. */
  monotonicMs(): number
}

/** Turns and timers of the loop, so that a test can own them. */
export interface Scheduler {
  /** After what is readable now has been read. */
  soon(run: () => void): void
  /** Once, after `ms`; the result cancels it. Must not keep the process alive by itself. */
  after(ms: number, run: () => void): () => void
}
