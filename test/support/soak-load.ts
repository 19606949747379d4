// Load for hours: paced publishers, transactions, and groups of consumers of which one is absent now and then. Every
// connection comes back by itself. What is settled everywhere is forgotten, so that the ledger does not grow; what a
// message must be follows from its number alone.

import { setTimeout as after } from 'node:timers/promises'
import { WirePeer, type PeerEvents, type Received } from './wire-peer.ts'

const tickMs = 50
const reconnectMs = 100
const publisherCount = 3
/** More without an answer: nothing is published until some have come. */
const unansweredMax = 256
const groups = ['steady', 'sulky', 'absent'] as const
const all = (1 << groups.length) - 1

interface Entry {
  acked: boolean
  /** A bit for each group that had it. */
  mask: number
}

export interface SoakReport {
  readonly published: number
  readonly acked: number
  readonly refused: number
  readonly lost: number[]
  readonly altered: string[]
  /** Delivered although the publisher rolled it back. */
  readonly wronglyDecided: number[]
  readonly duplicates: number
}

export class SoakLoad {
  port: number
  readonly #seed: string
  readonly #perTick: number
  readonly #ledger = new Map<number, Entry>()
  readonly #altered: string[] = []
  readonly #wronglyDecided: number[] = []
  readonly #slots: Slot[] = []
  #absent: Slot | undefined
  #timer: NodeJS.Timeout | undefined
  #next = 1
  #acked = 0
  #refused = 0
  #duplicates = 0

  constructor(port: number, seed: number, perSecond: number) {
    this.port = port
    this.#seed = seed.toString(16).padStart(8, '0').slice(-8)
    this.#perTick = (perSecond * tickMs) / 1000
  }

  /** Groups are bound before the first publish. */
  async start(): Promise<void> {
    for (const [index, group] of groups.entries()) {
      const events: PeerEvents = { received: (message) => this.#received(index, message) }
      const slots = Array.from({ length: group === 'steady' ? 2 : 1 }, () =>
        this.#slot(group, events),
      )
      await Promise.all(slots.map((slot) => slot.connected()))
      if (group === 'absent') this.#absent = slots[0]
    }
    for (let n = 0; n < publisherCount; n++) {
      const slot: Slot = this.#slot('publisher', {
        stored: (id, status) => this.#stored(slot, id, status),
        inquired: (id) => decisionOf(numberIn(id)),
      })
      await slot.connected()
    }
    let owed = 0
    const publishers = this.#slots.filter((slot) => slot.group === 'publisher')
    this.#timer = setInterval(() => {
      for (owed += this.#perTick; owed >= 1; owed--)
        this.#publish(publishers[this.#next % publisherCount]!)
    }, tickMs)
  }

  /** The consumer of one group goes away and stays away, or comes back. */
  setAbsent(isAbsent: boolean): void {
    this.#absent!.setAway(isAbsent)
  }

  /** Everybody is there. */
  async connected(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.connected()))
  }

  stopPublishing(): void {
    clearInterval(this.#timer)
  }

  /** Acked, and not yet with every group. */
  get owed(): number {
    let owed = 0
    for (const entry of this.#ledger.values()) if (entry.acked) owed += 1
    return owed
  }

  close(): void {
    this.stopPublishing()
    for (const slot of this.#slots) slot.close()
  }

  report(): SoakReport {
    return {
      published: this.#next - 1,
      acked: this.#acked,
      refused: this.#refused,
      lost: [...this.#ledger].filter(([, entry]) => entry.acked).map(([number]) => number),
      altered: this.#altered,
      wronglyDecided: this.#wronglyDecided,
      duplicates: this.#duplicates,
    }
  }

  #slot(group: string, events: PeerEvents): Slot {
    const slot = new Slot(group, events, () => this.port)
    this.#slots.push(slot)
    return slot
  }

  #publish(slot: Slot): void {
    const { peer } = slot
    if (peer === undefined || slot.unanswered >= unansweredMax) return
    const number = this.#next++
    const id = this.#seed + number.toString(16).padStart(24, '0')
    this.#ledger.set(number, { acked: false, mask: 0 })
    slot.unanswered += 1
    peer.publish({ id, body: bodyOf(id), commit: !isTransactional(number) })
  }

  #stored(slot: Slot, id: string, status: boolean): void {
    slot.unanswered -= 1
    const number = numberIn(id)
    if (!status) {
      this.#refused += 1
      this.#ledger.delete(number)
      return
    }
    this.#acked += 1
    const entry = this.#ledger.get(number)
    if (entry !== undefined) entry.acked = true // else every group had it before the answer came
    const decision = decisionOf(number)
    if (decision === 2) this.#ledger.delete(number)
    // every other decision is forgotten, so that the broker has to ask
    if (isTransactional(number) && number % 20 === 0)
      slot.peer?.decide({ id, body: bodyOf(id) }, decision)
  }

  #received(group: number, message: Received): void {
    const number = numberIn(message.id)
    const isOurs = message.id.startsWith(this.#seed) && number < this.#next
    if (!isOurs || Buffer.compare(bodyOf(message.id), message.body) !== 0)
      this.#altered.push(message.id)
    else if (isTransactional(number) && decisionOf(number) === 2) this.#wronglyDecided.push(number)
    // a sulky group takes every tenth message only when it comes again
    if (groups[group] === 'sulky' && number % 10 === 3 && this.#mark(number, 1 << groups.length)) {
      message.answer(false, 'not now')
      return
    }
    if (!this.#mark(number, 1 << group)) this.#duplicates += 1
    message.answer(true)
  }

  /** False when it was marked already. */
  #mark(number: number, bit: number): boolean {
    const entry = this.#ledger.get(number)
    if (entry === undefined || (entry.mask & bit) !== 0) return false
    entry.mask |= bit
    if ((entry.mask & all) === all) this.#ledger.delete(number)
    return true
  }
}

/** A connection that is made again whenever it ends. */
class Slot {
  readonly group: string
  peer: WirePeer | undefined
  unanswered = 0
  readonly #events: PeerEvents
  readonly #port: () => number
  #isAway = false
  #isClosed = false
  #whenConnected: (() => void)[] = []

  constructor(group: string, events: PeerEvents, port: () => number) {
    this.group = group
    this.#events = events
    this.#port = port
    void this.#run()
  }

  async connected(): Promise<void> {
    if (this.peer === undefined) await new Promise<void>((done) => this.#whenConnected.push(done))
  }

  setAway(isAway: boolean): void {
    this.#isAway = isAway
    if (isAway) this.peer?.close()
  }

  close(): void {
    this.#isClosed = true
    this.peer?.close()
  }

  #isUnwanted(): boolean {
    return this.#isClosed || this.#isAway
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      if (!this.#isAway) await this.#live()
      await after(reconnectMs)
    }
  }

  async #live(): Promise<void> {
    const peer = new WirePeer(this.#port(), this.group, this.#events)
    try {
      await peer.ready
      if (this.group !== 'publisher') {
        await Promise.race([peer.bind('trade', [{ bindType: 'fanout' }]), peer.closed])
        peer.credit(256)
      }
    } catch {
      return // nobody listens at the moment
    }
    this.unanswered = 0
    this.peer = peer
    if (this.#isUnwanted()) peer.close()
    for (const done of this.#whenConnected.splice(0)) done()
    await peer.closed
    this.peer = undefined
  }
}

function isTransactional(number: number): boolean {
  return number % 10 === 0
}

/** What the publisher says when it is asked: 1 commit, 2 rollback. */
function decisionOf(number: number): number {
  return number % 30 === 0 ? 2 : 1
}

function numberIn(id: string): number {
  return Number.parseInt(id.slice(8), 16)
}

function bodyOf(id: string): Uint8Array {
  const body = new Uint8Array(100 + (numberIn(id) % 200))
  for (let at = 0; at < body.length; at++) body[at] = id.charCodeAt(at % 32) ^ (at & 0xff)
  return body
}
