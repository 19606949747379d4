// Questions to other members over TCP, at the port where they serve clients: one connection for each address.
// Answers questions of nobody: that is the door's part.

import type { Clock } from '../model/clock.ts'
import { KiteQError } from '../model/errors.ts'
import type { MemberCredentials } from './member-handshake.ts'
import { defaultMemberLimits, type MemberLimits } from './member-limits.ts'
import { MemberLink, type MemberLinkOptions } from './member-link.ts'
import { encodeRequest } from './member-packet.ts'
import type { ReplicaReply, ReplicaRequest, ReplicaTransport } from './ports.ts'

export interface MemberTransportOptions {
  readonly credentials: MemberCredentials
  readonly clock: Clock
  /** Unpredictable: of the system. */
  readonly randomBytes: (count: number) => Uint8Array
  readonly limits?: Partial<MemberLimits>
}

/** One connection, for `status` and tests. */
export interface MemberLinkStats {
  readonly address: string
  /** Id that the other side has proved; '' before. */
  readonly peer: string
  readonly standing: MemberLink['standing']
  readonly unanswered: number
}

export class MemberTransport implements ReplicaTransport {
  readonly #options: MemberLinkOptions
  readonly #links = new Map<string, MemberLink>()
  #sweepTimer: NodeJS.Timeout | undefined
  #sweptAtMs = 0
  #isClosed = false

  constructor({ credentials, clock, randomBytes, limits }: MemberTransportOptions) {
    const all = { ...defaultMemberLimits, ...limits }
    this.#options = { credentials, clock, randomBytes, limits: all }
  }

  /**
   * Rejects KITEQ_TIMEOUT without an answer in time, KITEQ_CLOSED when the connection cannot be had or is lost, KITEQ_REFUSED when the
   * other side has another key, set or version or cannot answer, KITEQ_FULL when too much is asked, KITEQ_USAGE for no address.
   */
  async ask(address: string, request: ReplicaRequest, withinMs: number): Promise<ReplicaReply> {
    const link = this.#links.get(address) ?? this.#newLink(address)
    return link.ask(encodeRequest(request), withinMs)
  }

  stats(): MemberLinkStats[] {
    return [...this.#links.values()].map(({ address, peer, standing, unanswered }) => {
      return { address, peer, standing, unanswered }
    })
  }

  /** What is asked is rejected KITEQ_CLOSED, and so is what is asked later. */
  close(): void {
    this.#isClosed = true
    clearInterval(this.#sweepTimer)
    for (const link of this.#links.values()) link.close('this member stops')
    this.#links.clear()
  }

  #newLink(address: string): MemberLink {
    if (this.#isClosed) throw new KiteQError('KITEQ_CLOSED', 'this member stops')
    const { limits, clock } = this.#options
    if (this.#links.size >= limits.linksMax) {
      throw new KiteQError('KITEQ_FULL', `${limits.linksMax} members are asked already`)
    }
    const parts = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253})):(\d{1,5})$/i.exec(address)
    const host = parts?.[1] ?? parts?.[2]
    const port = Number(parts?.[3])
    if (host === undefined || port < 1 || port > 65_535) {
      throw new KiteQError('KITEQ_USAGE', `${JSON.stringify(address)} is no host:port of a member`)
    }
    const link = new MemberLink(address, host, port, this.#options)
    this.#links.set(address, link)
    if (this.#sweepTimer === undefined) {
      this.#sweptAtMs = clock.monotonicMs()
      this.#sweepTimer = setInterval(() => this.#sweep(), limits.sweepMs)
      this.#sweepTimer.unref()
    }
    return link
  }

  #sweep(): void {
    const { clock, limits } = this.#options
    const nowMs = clock.monotonicMs()
    const lateMs = Math.max(0, nowMs - this.#sweptAtMs - 2 * limits.sweepMs)
    this.#sweptAtMs = nowMs
    for (const [address, link] of this.#links) {
      if (link.sweep(nowMs, lateMs)) this.#links.delete(address)
    }
    if (this.#links.size > 0) return
    clearInterval(this.#sweepTimer)
    this.#sweepTimer = undefined
  }
}
