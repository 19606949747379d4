// One connection of a group, as far as choosing it for a delivery matters. Volatile.

import type { ConnectionNumber, GroupNumber, TopicNumber } from '../model/ids.ts'
import { probeIntervalMaxMs, probeIntervalMs } from '../model/limits.ts'

export class Member {
  readonly connection: ConnectionNumber
  readonly group: GroupNumber
  readonly peer: string
  readonly joinedAtMs: number
  readonly warmingUpMs: number
  readonly frameBytesMax: number
  /** Un-acked packets it takes at a time. */
  window: number
  /** The topics it wants; undefined: all. */
  wanted: Set<TopicNumber> | undefined
  /** Leases that run. */
  inFlight = 0
  /** Attempts whose lease ended without an answer: they may still lie in the client, so they count against the window. */
  late = 0
  /** Deliveries tried since its last answer although the window is full of late ones. */
  probes = 0
  probedAtMs = 0

  constructor(
    identity: Pick<
      Member,
      'connection' | 'group' | 'peer' | 'joinedAtMs' | 'warmingUpMs' | 'frameBytesMax'
    >,
    window: number,
  ) {
    this.connection = identity.connection
    this.group = identity.group
    this.peer = identity.peer
    this.joinedAtMs = identity.joinedAtMs
    this.warmingUpMs = identity.warmingUpMs
    this.frameBytesMax = identity.frameBytesMax
    this.window = window
  }

  wants(topic: TopicNumber): boolean {
    return this.wanted?.has(topic) ?? true
  }

  /** How many more it may be given now. A member that has stopped answering gets one probe now and then. */
  room(nowMs: number): number {
    const free = this.window - this.inFlight - this.late
    if (free > 0) return free
    if (this.window <= 0 || this.inFlight > 0 || this.late === 0) return 0
    return nowMs >= this.probeAt() ? 1 : 0
  }

  /** When it may be probed, if the window is full of late ones. */
  probeAt(): number {
    return this.probedAtMs + Math.min(probeIntervalMs * 2 ** this.probes, probeIntervalMaxMs)
  }

  get isStalled(): boolean {
    return this.late > 0 && this.inFlight + this.late >= this.window
  }

  leased(count: number, nowMs: number): void {
    if (this.inFlight + this.late + count > this.window) this.probes = Math.min(this.probes + 1, 16)
    this.probedAtMs = nowMs
    this.inFlight += count
  }

  /** An answer within its lease: what went out before it has been worked off or dropped. */
  answered(): void {
    this.inFlight -= 1
    this.late = 0
    this.probes = 0
  }

  answeredLate(): void {
    this.late = Math.max(0, this.late - 1)
    this.probes = 0
  }

  lapsed(): void {
    this.inFlight -= 1
    this.late += 1
  }

  /** Warm-up in per cent; 100 and more is warm. */
  progress(nowMs: number): number {
    return this.warmingUpMs <= 0 ? 100 : ((nowMs - this.joinedAtMs) * 100) / this.warmingUpMs
  }
}
