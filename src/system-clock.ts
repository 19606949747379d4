// Time and turns of the real machine.

import type { Clock, Scheduler } from './model/clock.ts'

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}

export const systemScheduler: Scheduler = {
  soon: (run) => void setImmediate(run),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, 2 ** 31 - 1)) // longer overflows to 1 ms; whoever wakes early looks again
    timer.unref()
    return () => clearTimeout(timer)
  },
}
