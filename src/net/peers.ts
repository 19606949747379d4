// The other brokers: which there are for a topic, as the registry tells, and how a decision gets to them. At best effort and
// bounded in everything; the inquiry of the broker that holds the message is the net. Never passes on what was passed on.

import type { PassOnEffect } from '../broker/effect.ts'
import type { Clock } from '../model/clock.ts'
import {
  passOnBytesMax,
  passOnComplaintMs,
  passOnMs,
  peerLinksMax,
  peerRetryMs,
  peersPerTopicMax,
} from '../model/limits.ts'
import { isElsewhere, isLoopback, peerAddressOf, type PeerAddress } from './peer-address.ts'
import { PeerLink, type PeerLinkUser } from './peer-link.ts'
import type { NetLog } from './server.ts'

export interface PeersOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log?: NetLog
  /**
   * Others than the operator write to the registry, so that only numbers elsewhere are dialled: `elsewhere`, and with `here`
   * also those of loopback, where this broker stands itself. Left out: whatever can be dialled.
   */
  readonly dials?: 'elsewhere' | 'here'
}

/** Counted since the start, but for what says "now". A decision counts once for each broker it is meant for. */
export interface PeerStats {
  /** Other brokers known, now. */
  readonly brokers: number
  /** Connections to them, now. */
  readonly links: number
  /** Decisions not confirmed yet, now. */
  readonly waiting: number
  readonly passedOn: number
  /** Read by the other broker. */
  readonly confirmed: number
  /** Given up: nobody there in time, or too many at once. */
  readonly dropped: number
}

/** A broker that is gone from the list is still dialled until then, monotonic ms: its nodes go and come back with a restart. */
interface KnownPeer {
  readonly address: PeerAddress
  readonly untilMs: number
}

export class Peers implements PeerLinkUser {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #log: NetLog | undefined
  readonly #dials: PeersOptions['dials']
  /** By the name of the topic, one character a byte. */
  readonly #byTopic = new Map<string, ReadonlyMap<string, KnownPeer>>()
  readonly #own = new Set<string>()
  /** By address and group. */
  readonly #links = new Map<string, PeerLink>()
  #passedOn = 0
  #confirmed = 0
  #dropped = 0
  #waitingBytes = 0
  #waiting = 0
  #sweeping: NodeJS.Timeout | undefined
  #isClosed = false
  #untold = 0
  #toldAtMs = -Infinity
  #whenEmpty: (() => void) | undefined

  constructor(options: PeersOptions) {
    this.#clock = options.clock
    this.#log = options.log
    this.#dials = options.dials
  }

  /** Under which `host:port` the registry may name this broker itself. */
  own(address: string): void {
    this.#own.add(peerAddressOf(address)?.text ?? address)
  }

  /** Every broker of a topic as the registry has it; those that cannot be dialled are left out. */
  tell(topic: string, addresses: readonly string[]): void {
    const found = new Map<string, KnownPeer>()
    for (const text of addresses) {
      const address = peerAddressOf(text)
      if (address !== undefined && this.#mayDial(address) && found.size <= peersPerTopicMax)
        found.set(address.text, { address, untilMs: Infinity })
    }
    const key = Buffer.from(topic).toString('latin1')
    const nowMs = this.#clock.monotonicMs()
    for (const [text, { address, untilMs }] of this.#byTopic.get(key) ?? []) {
      const isLate = untilMs <= nowMs || found.size > 2 * peersPerTopicMax
      if (isLate || found.has(text)) continue
      found.set(text, { address, untilMs: Math.min(untilMs, nowMs + passOnMs) })
    }
    if (found.size === 0) this.#byTopic.delete(key)
    else this.#byTopic.set(key, found)
  }

  /** The other brokers of a topic, `host:port`. */
  peersOf(topic: Uint8Array): readonly string[] {
    return this.#others(topic).map(({ text }) => text)
  }

  passOn({ group, topic, packet }: PassOnEffect): void {
    if (this.#isClosed) return
    for (const address of this.#others(topic)) {
      this.#passedOn += 1
      if (hasControls(group)) {
        this.#lost(address, 1, 'the name of its group has control characters')
        continue
      }
      const link = this.#linkTo(address, group)
      const isRoom = this.#waitingBytes + packet.length <= passOnBytesMax
      if (link !== undefined && isRoom && link.push(packet)) {
        this.#waiting += 1
        this.#waitingBytes += packet.length
      } else this.#lost(address, 1, 'too many at once')
    }
    if (this.#links.size > 0 && this.#sweeping === undefined) {
      this.#sweeping = setInterval(() => this.#sweep(), peerRetryMs)
      this.#sweeping.unref()
    }
  }

  stats(): PeerStats {
    const others = new Set<string>()
    for (const known of this.#byTopic.values())
      for (const { text } of this.#alive(known)) others.add(text)
    return {
      brokers: others.size,
      links: this.#links.size,
      waiting: this.#waiting,
      passedOn: this.#passedOn,
      confirmed: this.#confirmed,
      dropped: this.#dropped,
    }
  }

  /** Takes no more, waits so long for what is under way, closes the connections. */
  async close({ graceMs }: { readonly graceMs: number }): Promise<void> {
    this.#isClosed = true
    if (this.#waiting > 0) {
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        this.#whenEmpty = resolve
        timer = setTimeout(resolve, graceMs)
      })
      clearTimeout(timer)
    }
    clearInterval(this.#sweeping)
    for (const link of this.#links.values()) link.close('this broker stops')
    this.#links.clear()
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs()
  }

  confirmed(count: number, bytes: number): void {
    this.#confirmed += count
    this.#left(count, bytes)
  }

  dropped(address: PeerAddress, count: number, bytes: number, why: string): void {
    this.#left(count, bytes)
    this.#lost(address, count, why)
  }

  #mayDial({ host }: PeerAddress): boolean {
    if (this.#dials === undefined || isElsewhere(host)) return true
    return this.#dials === 'here' && isLoopback(host)
  }

  #left(count: number, bytes: number): void {
    this.#waiting -= count
    this.#waitingBytes -= bytes
    if (this.#waiting === 0) this.#whenEmpty?.()
  }

  #lost({ text }: PeerAddress, count: number, why: string): void {
    this.#dropped += count
    this.#untold += count
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#toldAtMs < passOnComplaintMs) return
    this.#toldAtMs = nowMs
    const decisions = this.#untold
    this.#untold = 0
    this.#log?.warn(
      { broker: text, decisions },
      `decisions about transactions could not be passed on (${why}): the broker that has the message will ask`,
    )
  }

  #others(topic: Uint8Array): readonly PeerAddress[] {
    if (this.#byTopic.size === 0) return []
    const { buffer, byteOffset, length } = topic
    const key = Buffer.from(buffer, byteOffset, length).toString('latin1')
    const known = this.#byTopic.get(key)
    return known === undefined ? [] : this.#alive(known)
  }

  #alive(known: ReadonlyMap<string, KnownPeer>): PeerAddress[] {
    const nowMs = this.#clock.monotonicMs()
    const alive: PeerAddress[] = []
    for (const { address, untilMs } of known.values())
      if (untilMs > nowMs && !this.#own.has(address.text) && alive.length < peersPerTopicMax)
        alive.push(address)
    return alive
  }

  #linkTo(address: PeerAddress, group: Uint8Array): PeerLink | undefined {
    const key = `${address.text} ${Buffer.from(group).toString('latin1')}`
    const known = this.#links.get(key)
    if (known !== undefined) return known
    if (this.#links.size >= peerLinksMax && !this.#makeRoom()) return undefined
    const link = new PeerLink(address, group.slice(), this)
    this.#links.set(key, link)
    return link
  }

  /** A connection that nothing waits for goes; the oldest is the first to be asked. */
  #makeRoom(): boolean {
    for (const [key, link] of this.#links) {
      if (link.waiting > 0) continue
      link.close('another one is wanted')
      this.#links.delete(key)
      return true
    }
    return false
  }

  #sweep(): void {
    const nowMs = this.#clock.monotonicMs()
    for (const [key, link] of this.#links) if (link.sweep(nowMs)) this.#links.delete(key)
    if (this.#links.size > 0) return
    clearInterval(this.#sweeping)
    this.#sweeping = undefined
  }
}

/** Whatever listens at an address is sent the name first: it must not read lines of its own protocol there. */
function hasControls(name: Uint8Array): boolean {
  return name.some((byte) => byte < 0x20 || byte === 0x7f)
}
