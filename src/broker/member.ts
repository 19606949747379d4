// One connection of a group, as far as choosing it for a delivery matters. Volatile.

import type { ConnectionNumber, GroupNumber, TopicNumber } from '../model/ids.ts'
import { frameHeadBytes, lateKeptMs, packetBodyBytesMax } from '../model/limits.ts'
import { CircuitBreaker } from './circuit-breaker.ts'

export class Member {
  readonly connection: ConnectionNumber
  readonly group: GroupNumber
  readonly peer: string
  readonly joinedAtMs: number
  readonly warmingUpMs: number
  readonly frameBytesMax: number
  /** Frames it can read; Infinity when it can read whatever can be published. */
  readonly readsBytesMax: number
  /** Another broker that passes on what a connection of this group has decided: it takes nothing and is never asked. */
  readonly isRelay: boolean
  /** Nothing is given to it before: a client of the original loses its answers to what comes right behind its handshake. */
  opensAtMs: number
  /** Un-acked packets it takes at a time. */
  window: number
  /** The topics it wants; undefined: all. */
  wanted: Set<TopicNumber> | undefined
  /** Leases that run. */
  inFlight = 0
  /** Attempts whose lease ended without an answer: they may still lie in the client, so they count against the window. */
  late = 0
  readonly breaker: CircuitBreaker = new CircuitBreaker()
  /** A newer connection of the same client, by which it answers what it was given by this one. */
  supersededBy: Member | undefined
  /** When it last answered something whose lease was over. */
  lateAnswerAtMs: number = -Infinity
  /** Of the late ones, those since `#lateFromMs`; the others are older. */
  #lateSince = 0
  #lateFromMs = 0

  constructor(
    identity: Pick<
      Member,
      'connection' | 'group' | 'peer' | 'joinedAtMs' | 'warmingUpMs' | 'frameBytesMax'
    > & { readonly isRelay?: boolean; readonly opensAtMs?: number },
    window: number,
  ) {
    this.connection = identity.connection
    this.group = identity.group
    this.peer = identity.peer
    this.joinedAtMs = identity.joinedAtMs
    this.warmingUpMs = identity.warmingUpMs
    this.frameBytesMax = identity.frameBytesMax
    const readsAll = identity.frameBytesMax >= frameHeadBytes + packetBodyBytesMax
    this.readsBytesMax = readsAll ? Infinity : identity.frameBytesMax
    this.isRelay = identity.isRelay ?? false
    this.opensAtMs = identity.opensAtMs ?? -Infinity
    this.window = window
  }

  wants(topic: TopicNumber): boolean {
    return this.wanted?.has(topic) ?? true
  }

  /** How many more it may be given now. A member that has stopped answering gets one probe now and then. */
  room(nowMs: number): number {
    if (this.isSuperseded || !this.isOpen(nowMs)) return 0
    if (!this.isStalled) return Math.max(0, this.window - this.inFlight - this.late)
    return this.inFlight === 0 && nowMs >= this.probeAt() ? 1 : 0
  }

  isOpen(nowMs: number): boolean {
    return nowMs >= this.opensAtMs
  }

  /** It asks for deliveries itself, so it is ready for them. */
  credited(window: number): void {
    this.window = window
    this.opensAtMs = -Infinity
  }

  /** When it may be probed, if it has stopped answering. */
  probeAt(): number {
    return this.breaker.probeAt()
  }

  /** It has stopped answering, or its window is full of what it has not answered in time. */
  get isStalled(): boolean {
    if (this.window <= 0) return false
    return this.breaker.isOpen || (this.late > 0 && this.inFlight + this.late >= this.window)
  }

  /** What it would get goes to the newer connection of the same client, as long as that one answers. */
  get isSuperseded(): boolean {
    return this.supersededBy !== undefined && !this.supersededBy.breaker.isOpen
  }

  /** It gets a probe at most, so it does not count among those that serve the group. */
  get isSetAside(): boolean {
    return this.isSuperseded || this.isStalled
  }

  leased(count: number, nowMs: number): void {
    const isProbe = this.breaker.isOpen || this.inFlight + this.late + count > this.window
    this.breaker.given(isProbe, nowMs)
    this.inFlight += count
  }

  /** An inquiry: it takes a place in the window, and says nothing about deliveries. */
  asked(): void {
    this.inFlight += 1
  }

  /** An answer within its lease. What is late for long by then has been dropped, or it would have been answered as well. */
  answered(nowMs: number): void {
    this.inFlight -= 1
    this.breaker.answered(nowMs)
    if (this.late === 0 || nowMs - this.#lateFromMs < lateKeptMs) return
    this.late = this.#lateSince
    this.#lateSince = 0
    this.#lateFromMs = nowMs
  }

  /** It never left: neither an answer nor none. */
  returned(): void {
    this.inFlight -= 1
  }

  answeredLate(nowMs: number): void {
    this.late = Math.max(0, this.late - 1)
    this.#lateSince = Math.min(this.#lateSince, this.late)
    this.lateAnswerAtMs = nowMs
    this.breaker.answered(nowMs)
  }

  lapsed(nowMs: number): void {
    this.inFlight -= 1
    if (this.late === 0) {
      this.#lateFromMs = nowMs
      this.#lateSince = 0
    }
    this.late += 1
    this.#lateSince += 1
  }

  /** Warm-up in per cent; 100 and more is warm. */
  progress(nowMs: number): number {
    return this.warmingUpMs <= 0 ? 100 : ((nowMs - this.joinedAtMs) * 100) / this.warmingUpMs
  }

  /** Address of the client, without its port. */
  get host(): string {
    return this.peer.slice(0, this.peer.lastIndexOf(':'))
  }
}
