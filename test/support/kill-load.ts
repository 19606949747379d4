// Load for kill -9 cycles, and the ledger of what the outside world was promised: publishers, transactions with answers
// that are sometimes forgotten, one durable consumer. Everything known is checked at the end; nothing is assumed.

import { createHash } from 'node:crypto'
import { WirePeer, type PeerMessage, type Received } from './wire-peer.ts'

const publishers = 4
const unansweredPerPublisher = 96
const unansweredPrepares = 32
/** An ack that left the consumer this long before a kill must hold. */
export const ackGraceMs = 100

interface Promised {
  readonly id: string
  /** What the publisher says when asked: undefined for a plain publish. */
  readonly commits: boolean | undefined
  acked: boolean
  /** Monotonic ms when its delivery ack was handed to the socket; 0 before. */
  deliveryAckedAtMs: number
  received: number
  /** The kill it was unanswered at; 0 before any. */
  unansweredAtKill: number
}

export interface KillReport {
  readonly published: number
  readonly acked: number
  readonly received: number
  readonly lost: string[]
  readonly altered: string[]
  /** Decided otherwise than the publisher said. */
  readonly wronglyDecided: string[]
  /** Came again although their ack left the consumer in time. */
  readonly cameAgain: string[]
  /** Came again, and their ack had not left in time (or there was none). */
  readonly duplicates: number
  readonly acksInLast100Ms: number
  /** Kills between a write and its answer: publishes that were kept although nobody was told. */
  readonly killsInFlush: number
}

export class KillLoad {
  readonly #promised = new Map<string, Promised>()
  readonly #altered: string[] = []
  readonly #cameAgain: string[] = []
  #peers: WirePeer[] = []
  #unanswered = new Set<string>()
  #next = 0
  #stopped = true
  #duplicates = 0
  #lateAcks = 0
  #killedAtMs = 0
  #kills = 0
  readonly #killsInFlush = new Set<number>()
  #lastEventMs = 0
  readonly #seed: number

  constructor(seed: number) {
    this.#seed = seed
  }

  /** Publishes the broker owes an answer for. */
  get unanswered(): number {
    return this.#unanswered.size
  }

  /** Milliseconds since anything was heard from the broker. */
  quietMs(): number {
    return performance.now() - this.#lastEventMs
  }

  async start(port: number, withPublishers = true): Promise<void> {
    this.#stopped = false
    this.#unanswered = new Set()
    this.#lastEventMs = performance.now()
    const consumer = new WirePeer(port, 'consumer', {
      received: (message) => this.#received(message),
    })
    this.#peers = [consumer]
    await consumer.ready
    await consumer.bind('trade', [{ bindType: 'fanout' }])
    consumer.credit(512)
    const inquired = (id: string): number | undefined => {
      this.#lastEventMs = performance.now()
      const promised = this.#promised.get(id)
      return promised === undefined ? 0 : promised.commits === true ? 1 : 2
    }
    for (let i = 0; i < publishers + 1; i++) {
      const isTransactional = i === publishers
      const peer: WirePeer = new WirePeer(port, 'publisher', {
        stored: (id, status) => this.#stored(peer, id, status, isTransactional),
        inquired,
      })
      this.#peers.push(peer)
      await peer.ready
      if (!withPublishers) continue
      const count = isTransactional ? unansweredPrepares : unansweredPerPublisher
      for (let n = 0; n < count; n++) this.#publish(peer, isTransactional)
    }
  }

  /** The broker is being killed now. */
  killed(): void {
    this.#stopped = true
    this.#killedAtMs = performance.now()
    this.#kills += 1
    for (const id of this.#unanswered) this.#promised.get(id)!.unansweredAtKill = this.#kills
    for (const promised of this.#promised.values())
      if (promised.deliveryAckedAtMs > this.#killedAtMs - ackGraceMs) {
        promised.deliveryAckedAtMs = 0 // may come again
        this.#lateAcks += 1
      }
  }

  /** No more publishes; what is there is still consumed. */
  pause(): void {
    this.#stopped = true
  }

  async disconnect(): Promise<void> {
    for (const peer of this.#peers) peer.close()
    await Promise.all(this.#peers.map((peer) => peer.closed))
  }

  report(): KillReport {
    const all = [...this.#promised.values()]
    const wanted = all.filter((one) => one.acked && one.commits !== false)
    return {
      published: all.length,
      acked: all.filter((one) => one.acked).length,
      received: all.filter((one) => one.received > 0).length,
      lost: wanted.filter((one) => one.received === 0).map((one) => one.id),
      altered: this.#altered,
      wronglyDecided: all
        .filter((one) => one.commits === false && one.received > 0)
        .map((one) => one.id),
      cameAgain: this.#cameAgain,
      duplicates: this.#duplicates,
      acksInLast100Ms: this.#lateAcks,
      killsInFlush: this.#killsInFlush.size,
    }
  }

  #publish(peer: WirePeer, isTransactional: boolean): void {
    const n = this.#next++
    const id = createHash('md5').update(`${this.#seed} ${n}`).digest('hex')
    const commits = isTransactional ? n % 3 !== 0 : undefined
    this.#promised.set(id, {
      id,
      commits,
      acked: false,
      deliveryAckedAtMs: 0,
      received: 0,
      unansweredAtKill: 0,
    })
    this.#unanswered.add(id)
    peer.publish(messageOf(id, !isTransactional))
  }

  #stored(peer: WirePeer, id: string, status: boolean, isTransactional: boolean): void {
    this.#lastEventMs = performance.now()
    const promised = this.#promised.get(id)!
    this.#unanswered.delete(id)
    if (status) promised.acked = true
    // every other decision is forgotten, so that the broker has to ask
    if (status && isTransactional && Number.parseInt(id[31]!, 16) % 2 === 0)
      peer.decide(messageOf(id, false), promised.commits === true ? 1 : 2)
    if (!this.#stopped) this.#publish(peer, isTransactional)
  }

  #received(message: Received): void {
    const now = (this.#lastEventMs = performance.now())
    const promised = this.#promised.get(message.id)
    if (promised === undefined || !isWhole(message.id, message.body)) {
      this.#altered.push(message.id)
      return
    }
    promised.received += 1
    if (promised.unansweredAtKill > 0) this.#killsInFlush.add(promised.unansweredAtKill)
    if (promised.received > 1) {
      if (promised.deliveryAckedAtMs > 0 && promised.deliveryAckedAtMs <= this.#killedAtMs)
        this.#cameAgain.push(message.id)
      this.#duplicates += 1
    }
    message.answer(true)
    promised.deliveryAckedAtMs = now
  }
}

function messageOf(id: string, commit: boolean): PeerMessage {
  return { id, commit, body: bodyOf(id) }
}

function bodyOf(id: string): Uint8Array {
  const size = 100 + (Number.parseInt(id.slice(0, 4), 16) % 200)
  const body = new Uint8Array(size)
  for (let at = 0; at < size; at++) body[at] = id.charCodeAt(at % 32) ^ (at & 0xff)
  return body
}

function isWhole(id: string, body: Uint8Array): boolean {
  return Buffer.compare(bodyOf(id), body) === 0
}
