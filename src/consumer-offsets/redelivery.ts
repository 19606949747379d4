// When again, when to the dead letters. Pure.

/** From this attempt on (the number of attempts made so far), wait this long before the next. */
export interface BackoffStep {
  readonly fromAttempt: number
  readonly waitMs: number
}

/** The original's waiting times: the first attempts at once, then slower. */
export const backoffDefault: readonly BackoffStep[] = [
  { fromAttempt: 1, waitMs: 0 },
  { fromAttempt: 4, waitMs: 5_000 },
  { fromAttempt: 10, waitMs: 10_000 },
  { fromAttempt: 20, waitMs: 20_000 },
  { fromAttempt: 30, waitMs: 40_000 },
  { fromAttempt: 40, waitMs: 80_000 },
  { fromAttempt: 50, waitMs: 160_000 },
]

/** Milliseconds to wait after `attempts` attempts have failed. `steps` ascend by fromAttempt. */
export function backoffMs(steps: readonly BackoffStep[], attempts: number): number {
  let wait = 0
  for (const step of steps) {
    if (step.fromAttempt > attempts) break
    wait = step.waitMs
  }
  return wait
}

/** Attempts used up? Only attempts written to a connection count. */
export function isExhausted(attempts: number, deliverLimit: number): boolean {
  return attempts >= deliverLimit
}
