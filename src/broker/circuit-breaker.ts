// Whether one connection still answers what it is given. Closed, it is chosen like any other; open, it gets one delivery
// now and then, until it answers one. Volatile and without a clock: time comes as an argument.

import { breakerTimeouts, probeIntervalMaxMs, probeIntervalMs } from '../model/limits.ts'

const doublingsMax = 16

export class CircuitBreaker {
  /** Deliveries in a row whose lease ended, and since whose beginning it has answered nothing at all. */
  unanswered = 0
  /** When the first of them ended. */
  silentSinceMs = 0
  /** Undefined: closed. */
  openedAtMs: number | undefined
  /** Probes without an answer since it opened. */
  failedProbes = 0
  /** Deliveries tried since the last answer although nothing was free. */
  #probes = 0
  #givenAtMs = 0
  #answeredAtMs = -Infinity
  #isProbing = false

  get isOpen(): boolean {
    return this.openedAtMs !== undefined
  }

  /** `isProbe`: it would have had nothing without a probe. */
  given(isProbe: boolean, nowMs: number): void {
    this.#givenAtMs = nowMs
    if (!isProbe) return
    this.#probes = Math.min(this.#probes + 1, doublingsMax)
    this.#isProbing = this.isOpen
  }

  /** The lease of a delivery given at `givenAtMs` is over. True: it is open from now on. */
  timedOut(givenAtMs: number, nowMs: number): boolean {
    if (givenAtMs < this.#answeredAtMs) return false // others were answered meanwhile: this one only takes long
    if (this.unanswered === 0) this.silentSinceMs = nowMs
    this.unanswered += 1
    if (this.#isProbing) {
      this.#isProbing = false
      this.failedProbes += 1
    }
    if (this.isOpen || this.unanswered < breakerTimeouts) return false
    this.openedAtMs = nowMs
    this.#givenAtMs = nowMs // a whole interval before the first probe
    return true
  }

  /** Whatever it said, and however late: it answers. */
  answered(nowMs: number): void {
    this.#answeredAtMs = nowMs
    this.unanswered = 0
    this.openedAtMs = undefined
    this.failedProbes = 0
    this.#probes = 0
    this.#isProbing = false
  }

  /** When the next probe may leave. */
  probeAt(): number {
    return this.#givenAtMs + Math.min(probeIntervalMs * 2 ** this.#probes, probeIntervalMaxMs)
  }
}
