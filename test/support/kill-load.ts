// Load for kill -9 cycles, and the ledger of what the outside world was promised: publishers, transactions with answers
// that are sometimes forgotten, one durable consumer, and a durable group that is away until the end, so that all of it
// has to come out of the log once more. Everything known is checked at the end; nothing is assumed.
//
// Which delivery acks must hold is found out by asking, not by the clock: on the consumer's connection a heartbeat follows
// the acks, and when it is back a small publish. What the broker had read before the heartbeat it has appended before the
// publish; so once that is acked, every ack that left before the heartbeat is durable, however busy the machine is. The
// 100 ms of the promise are counted beside it: acks that left so long before a kill, were not known to be durable, and came
// again.

import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { WirePeer, type PeerMessage, type Received } from './wire-peer.ts'

const publishers = 4
const unansweredPerPublisher = 96
const unansweredPrepares = 32
const probeEveryMs = 10
const probesMax = 64
/** An ack that left the consumer this long before a kill must hold, where the machine lets the broker run. */
export const ackGraceMs = 100

interface Promised {
  readonly id: string
  /** What the publisher says when asked: undefined for a plain publish. */
  readonly commits: boolean | undefined
  acked: boolean
  /** Monotonic ms when its delivery ack was handed to the socket; 0 before, and when it is not known to hold. */
  deliveryAckedAtMs: number
  /** Of that delivery ack, counted over all lives. */
  ackNumber: number
  received: number
  /** The group that was away has it. */
  isKept: boolean
  /** The kill it was unanswered at; 0 before any. */
  unansweredAtKill: number
}

interface Probe {
  readonly ackNumber: number
  readonly sentAtMs: number
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
  /** Had left 100 ms before a kill, were not known to be durable, and came again. */
  readonly lateAcks: number
  /** Kills at which there were such. */
  readonly killsWithLateAcks: number
  /** For each kill, ms: how long before it the newest ack left that was known to be durable. */
  readonly confirmedMs: readonly number[]
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
  #acksInLast100Ms = 0
  /** Acked in time by the clock, not confirmed, with the kill; until they come again. */
  readonly #unconfirmed = new Map<string, number>()
  #lateAcks = 0
  readonly #killsWithLateAcks = new Set<number>()
  readonly #confirmedMs: number[] = []
  #acks = 0
  /** Heartbeats and then publishes under way, with the acks that left before; the last of them known to be durable. */
  readonly #beats = new Map<number, Probe>()
  readonly #probes = new Map<string, Probe>()
  #confirmed: Probe = { ackNumber: 0, sentAtMs: 0 }
  #probing: NodeJS.Timeout | undefined
  #killedAtMs = 0
  #kills = 0
  readonly #killsInFlush = new Set<number>()
  #lastEventMs = 0
  #startedAtMs = 0
  #lives = 0
  #isBack = false
  readonly #seed: number
  readonly #bodyBytesMax: number

  constructor(seed: number, bodyBytesMax = 300) {
    this.#seed = seed
    this.#bodyBytesMax = bodyBytesMax
  }

  /** Publishes the broker owes an answer for. */
  get unanswered(): number {
    return this.#unanswered.size
  }

  /** Milliseconds since anything was heard from the broker. */
  quietMs(): number {
    return performance.now() - this.#lastEventMs
  }

  /** Until nothing was heard for so long. What is missing then may only be slow: it gets three times as long. */
  async quiet(forMs: number): Promise<void> {
    const patienceMs = (): number => (this.report().lost.length === 0 ? forMs : 3 * forMs)
    while (this.quietMs() < forMs || this.quietMs() < patienceMs()) await wait(100)
  }

  /** Without publishers the group that was away comes, too. */
  async start(port: number, withPublishers = true): Promise<void> {
    this.#stopped = false
    this.#unanswered = new Set()
    this.#startedAtMs = this.#lastEventMs = performance.now()
    this.#lives += 1
    this.#beats.clear()
    this.#probes.clear()
    this.#confirmed = { ackNumber: this.#acks, sentAtMs: this.#startedAtMs }
    const consumer: WirePeer = new WirePeer(port, 'consumer', {
      received: (message) => this.#received(message),
      beat: (opaque) => this.#probe(consumer, opaque),
      stored: (id, status) => this.#probed(id, status),
    })
    this.#peers = [consumer]
    await consumer.ready
    await consumer.bind('trade', [{ bindType: 'fanout' }])
    consumer.credit(512)
    this.#probing = setInterval(() => this.#beat(consumer), probeEveryMs)
    await this.#away(port, !withPublishers)
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
    clearInterval(this.#probing)
    this.#killedAtMs = performance.now()
    this.#kills += 1
    for (const id of this.#unanswered) this.#promised.get(id)!.unansweredAtKill = this.#kills
    const confirmed = this.#confirmed.ackNumber
    this.#confirmedMs.push(this.#killedAtMs - this.#confirmed.sentAtMs)
    for (const promised of this.#promised.values()) {
      if (promised.deliveryAckedAtMs < this.#startedAtMs || promised.ackNumber <= confirmed)
        continue
      if (promised.deliveryAckedAtMs > this.#killedAtMs - ackGraceMs) this.#acksInLast100Ms += 1
      else this.#unconfirmed.set(promised.id, this.#kills)
      promised.deliveryAckedAtMs = 0 // may come again
    }
  }

  /** No more publishes; what is there is still consumed. */
  pause(): void {
    this.#stopped = true
    clearInterval(this.#probing)
  }

  async disconnect(): Promise<void> {
    clearInterval(this.#probing)
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
      lost: wanted
        .filter((one) => one.received === 0 || (this.#isBack && !one.isKept))
        .map((one) => one.id),
      altered: this.#altered,
      wronglyDecided: all
        .filter((one) => one.commits === false && (one.received > 0 || one.isKept))
        .map((one) => one.id),
      cameAgain: this.#cameAgain,
      duplicates: this.#duplicates,
      acksInLast100Ms: this.#acksInLast100Ms,
      lateAcks: this.#lateAcks,
      killsWithLateAcks: this.#killsWithLateAcks.size,
      confirmedMs: this.#confirmedMs,
      killsInFlush: this.#killsInFlush.size,
    }
  }

  /** Bound in the first life, back in the last. */
  async #away(port: number, isBack: boolean): Promise<void> {
    if (this.#lives > 1 && !isBack) return
    this.#isBack = isBack
    const peer = new WirePeer(port, 'away', {
      received: (message) => {
        this.#lastEventMs = performance.now()
        const promised = this.#promised.get(message.id)
        if (promised !== undefined && this.#isWhole(message.id, message.body))
          promised.isKept = true
        else this.#altered.push(message.id)
        message.answer(true)
      },
    })
    await peer.ready
    await peer.bind('trade', [{ bindType: 'fanout' }])
    if (isBack) {
      this.#peers.push(peer)
      peer.credit(512)
    } else {
      peer.close()
      await peer.closed
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
      ackNumber: 0,
      received: 0,
      isKept: false,
      unansweredAtKill: 0,
    })
    this.#unanswered.add(id)
    peer.publish(this.#messageOf(id, !isTransactional))
  }

  #beat(consumer: WirePeer): void {
    if (this.#beats.size + this.#probes.size >= probesMax) return
    const probe = { ackNumber: this.#acks, sentAtMs: performance.now() }
    this.#beats.set(consumer.heartBeat(), probe)
  }

  /** Nobody is bound to its topic: it is stored, acked and done with. */
  #probe(consumer: WirePeer, opaque: number): void {
    const probe = this.#beats.get(opaque)
    if (probe === undefined || this.#stopped) return
    this.#beats.delete(opaque)
    const id = createHash('md5')
      .update(`${this.#seed} probe ${this.#lives} ${opaque}`)
      .digest('hex')
    this.#probes.set(id, probe)
    consumer.publish({ id, body: '-', topic: 'probe' })
  }

  /** A refusal leaves at once and says nothing about the acks. */
  #probed(id: string, status: boolean): void {
    const probe = this.#probes.get(id)
    this.#probes.delete(id)
    if (status && probe !== undefined && !this.#stopped) this.#confirmed = probe
  }

  #stored(peer: WirePeer, id: string, status: boolean, isTransactional: boolean): void {
    this.#lastEventMs = performance.now()
    const promised = this.#promised.get(id)!
    this.#unanswered.delete(id)
    if (status) promised.acked = true
    // every other decision is forgotten, so that the broker has to ask
    if (status && isTransactional && Number.parseInt(id[31]!, 16) % 2 === 0)
      peer.decide(this.#messageOf(id, false), promised.commits === true ? 1 : 2)
    if (!this.#stopped) this.#publish(peer, isTransactional)
  }

  #received(message: Received): void {
    const now = (this.#lastEventMs = performance.now())
    const promised = this.#promised.get(message.id)
    if (promised === undefined || !this.#isWhole(message.id, message.body)) {
      this.#altered.push(message.id)
      return
    }
    promised.received += 1
    if (promised.unansweredAtKill > 0) this.#killsInFlush.add(promised.unansweredAtKill)
    if (promised.received > 1) {
      if (promised.deliveryAckedAtMs > 0 && promised.deliveryAckedAtMs <= this.#killedAtMs)
        this.#cameAgain.push(message.id)
      this.#duplicates += 1
      const kill = this.#unconfirmed.get(message.id)
      if (kill !== undefined) {
        this.#unconfirmed.delete(message.id)
        this.#killsWithLateAcks.add(kill)
        this.#lateAcks += 1
      }
    }
    message.answer(true)
    promised.deliveryAckedAtMs = this.#stopped ? 0 : now // whether it leaves before the end, nobody knows
    promised.ackNumber = ++this.#acks
  }

  #messageOf(id: string, commit: boolean): PeerMessage {
    return { id, commit, body: bodyOf(id, this.#bodyBytesMax) }
  }

  #isWhole(id: string, body: Uint8Array): boolean {
    return Buffer.compare(bodyOf(id, this.#bodyBytesMax), body) === 0
  }
}

function bodyOf(id: string, bytesMax: number): Uint8Array {
  const size = 100 + (Number.parseInt(id.slice(0, 4), 16) % (bytesMax - 100))
  const body = new Uint8Array(size)
  for (let at = 0; at < size; at++) body[at] = id.charCodeAt(at % 32) ^ (at & 0xff)
  return body
}
