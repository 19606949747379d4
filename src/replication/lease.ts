// How long a leader may believe that it leads without asking: by its own clock, from when it sent the last question that was
// answered. It ends well before anybody else can be elected.

import type { Coordinator } from '../model/coordinator.ts'

/** Of the session's time; the rest is for clocks that run at different speeds. */
const share = 2 / 3

/** Monotonic ms; -Infinity before anything was answered. */
export function leaseEndMs({ answeredAtMs, sessionTimeoutMs }: Coordinator): number {
  return answeredAtMs + sessionTimeoutMs * share
}
