// When to try again: exponential, with jitter, so that a broker that comes back is not met by everybody at once. Pure.

/** Milliseconds before attempt `attempt` (from 1); `random` is in [0, 1). Between half and all of min × 2^(attempt−1), at most `maxMs`. */
export function reconnectDelayMs(
  attempt: number,
  minMs: number,
  maxMs: number,
  random: number,
): number {
  const fullMs = Math.min(maxMs, minMs * 2 ** Math.min(attempt - 1, 30))
  return Math.round(fullMs * (0.5 + random / 2))
}
