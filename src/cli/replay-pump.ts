// Selected messages on their way to a broker: a few wait here, a window of them is unanswered, no faster than asked for.
// Counts what became of each, and knows from which record on a stopped replay has to go on.

import type { Client } from '../client/client.ts'
import { KiteQError } from '../model/errors.ts'
import { replayReasonsMax } from '../model/limits.ts'
import {
  passes,
  RefusalWait,
  refusalWaitDefaults,
  type RefusalWaitOptions,
} from './refusal-wait.ts'
import { outgoingOf, stableId } from './replay-message.ts'
import {
  messageOf,
  type Message,
  type MessageReader,
  type ReplaySelection,
  type Selected,
} from './replay-selection.ts'
import { printable, tell } from './terminal.ts'

export interface PumpOptions {
  readonly selection: ReplaySelection
  readonly reader: MessageReader
  /** Undefined: only count. */
  readonly client: Client | undefined
  /** Messages a second; Infinity: as fast as the broker answers. */
  readonly rate: number
  readonly limit: number
  /** Ids follow from this log and the offset; undefined: new ones. */
  readonly stableIdsOf: string | undefined
  /** Seconds that an expired message lives from now on; undefined: it is skipped. */
  readonly expiredSeconds: number | undefined
  /** Of refusals that pass. */
  readonly refusalWait?: RefusalWaitOptions
}

export interface Refusals {
  readonly reason: string
  count: number
  /** The first one's. */
  readonly offset: number
}

export interface Tally {
  /** Handed to the broker, or with a dry run what would be. */
  sent: number
  bytes: number
  stored: number
  refused: number
  readonly refusals: Refusals[]
  /** Refusals that passed, or may: what was refused so was sent again, or will be. */
  passing: number
  readonly skipped: { expired: number; unreadable: number; lost: number }
  /** Messages and bytes by topic and type, of a dry run. */
  readonly kinds: Map<
    string,
    { readonly topic: string; readonly type: string; count: number; bytes: number }
  >
  firstOffset: number | undefined
  lastOffset: number | undefined
}

/** Behind the schedule by more than this, lost time is not made up for. */
const behindMsMax = 200

export class ReplayPump {
  readonly tally: Tally = {
    sent: 0,
    bytes: 0,
    stored: 0,
    refused: 0,
    refusals: [],
    passing: 0,
    skipped: { expired: 0, unreadable: 0, lost: 0 },
    kinds: new Map(),
    firstOffset: undefined,
    lastOffset: undefined,
  }
  /** Why it ended before all was sent, if it did so by itself. */
  failure: unknown
  readonly #options: PumpOptions
  #queue: Selected[] = []
  #head = 0
  #isWorking = false
  #isStopped = false
  /** As many as wanted are sent; of them some may have to be sent again. */
  #isFull = false
  /** Refused for now, to be sent before anything else. */
  readonly #again: Selected[] = []
  readonly #refusalWait: RefusalWait
  #whenIdle: (() => void)[] = []
  #wakeSleeper: (() => void) | undefined
  #held: Promise<void> | undefined
  #letGo: (() => void) | undefined
  /** Sent and not answered, by offset; and the first that never was. */
  readonly #unanswered = new Set<number>()
  #unsent: number | undefined
  #cut = Infinity
  #dueMs = 0

  constructor(options: PumpOptions) {
    this.#options = options
    this.#refusalWait = new RefusalWait(options.refusalWait ?? refusalWaitDefaults)
  }

  /** Nothing more is taken: stopped, or the limit is reached. */
  get isOver(): boolean {
    return this.#isStopped || this.#isFull
  }

  take(selected: Selected): void {
    if (this.isOver) {
      this.#leave(selected.offset)
      return
    }
    this.#queue.push(selected)
    if (!this.#isWorking) void this.#work()
  }

  /** Resolves when nothing waits here; undefined when that is so now. */
  idle(): Promise<void> | undefined {
    if (!this.#isWorking) return undefined
    return new Promise((resolve) => this.#whenIdle.push(resolve))
  }

  /** Resolves when nothing waits here and everything is answered for good. */
  async settled(): Promise<void> {
    do {
      await this.idle()
      await this.#options.client?.settled()
    } while (this.#isWorking)
  }

  /** What waits here stays unsent. */
  stop(): void {
    this.#isStopped = true
    this.#wakeSleeper?.()
    this.release()
  }

  /** The connection is lost: nothing more is given to it until `release`. */
  hold(): void {
    this.#held ??= new Promise((resolve) => (this.#letGo = resolve))
  }

  release(): void {
    this.#letGo?.()
    this.#held = undefined
    this.#letGo = undefined
  }

  /** Sent, and nobody knows whether they are stored. */
  get unanswered(): number {
    return this.#unanswered.size - this.#again.length
  }

  /** It cannot go on. */
  fail(error: unknown): void {
    this.failure ??= error
    this.stop()
  }

  /** The reading ended early: records from `offset` on were never shown. */
  cutAt(offset: number): void {
    this.#cut = offset
  }

  /** Of the first record that is not known to be dealt with; undefined when all are. Ask once everything is answered. */
  get next(): number | undefined {
    let next = Math.min(this.#unsent ?? Infinity, this.#cut)
    for (const offset of this.#unanswered) next = Math.min(next, offset)
    return next === Infinity ? undefined : next
  }

  async #work(): Promise<void> {
    this.#isWorking = true
    try {
      for (;;) {
        await this.#sleep(this.#refusalWait.leftMs(performance.now()))
        const following = this.#following()
        if (following === undefined) break
        await this.#pass(following)
      }
    } catch (error) {
      this.fail(error)
    }
    if (this.#head < this.#queue.length) this.#leave(this.#queue[this.#head]!.offset)
    this.#queue = []
    this.#head = 0
    this.#isWorking = false
    for (const done of this.#whenIdle.splice(0)) done()
  }

  /** What is to be sent now; undefined: nothing. */
  #following(): Selected | undefined {
    if (this.#isStopped) return undefined
    const again = this.#again.shift()
    if (again !== undefined) this.#unanswered.delete(again.offset)
    if (again !== undefined || this.#isFull) return again
    return this.#head < this.#queue.length ? this.#queue[this.#head++] : undefined
  }

  /** It stays unsent. */
  #leave(offset: number): void {
    this.#unsent = Math.min(this.#unsent ?? Infinity, offset)
  }

  async #pass(selected: Selected): Promise<void> {
    const { selection, reader, limit } = this.#options
    const { tally } = this
    const found = await messageOf(selected, selection, reader)
    if (found === 'unwanted') return
    if (found === 'lost') {
      tally.skipped.lost++
      return
    }
    const seconds = Math.floor(Date.now() / 1000)
    const expiresAt = this.#expiryOf(found, seconds)
    if (expiresAt === undefined) {
      tally.skipped.expired++
      return
    }
    if (tally.sent + this.#again.length >= limit) {
      this.#leave(selected.offset)
      this.#isFull = true
      return
    }
    await this.#pace()
    if (this.#options.client === undefined) this.#count(found, expiresAt)
    else await this.#send(this.#options.client, selected, found, expiresAt)
  }

  #expiryOf({ expiresAt }: Message, seconds: number): number | undefined {
    if (expiresAt > seconds) return expiresAt
    const { expiredSeconds } = this.#options
    return expiredSeconds === undefined ? undefined : seconds + expiredSeconds
  }

  #count(found: Message, expiresAt: number): void {
    const outgoing = this.#outgoing(found, expiresAt)
    if (outgoing === undefined) return
    const { topic, type, body } = outgoing
    const key = JSON.stringify([topic, type])
    let kind = this.tally.kinds.get(key)
    if (kind === undefined) this.tally.kinds.set(key, (kind = { topic, type, count: 0, bytes: 0 }))
    kind.count++
    kind.bytes += body.bytes.length
    this.#sent(found.offset, body.bytes.length)
  }

  async #send(
    client: Client,
    selected: Selected,
    found: Message,
    expiresAt: number,
  ): Promise<void> {
    await client.room()
    if (this.#held !== undefined) await this.#held
    const { offset } = found
    if (this.#isStopped) {
      this.#leave(offset)
      return
    }
    // Taken apart only now: the view that finds its fields is used again.
    const outgoing = this.#outgoing(found, expiresAt)
    if (outgoing === undefined) return
    this.#unanswered.add(offset)
    try {
      const { length } = outgoing.body.bytes
      client.sendStored(outgoing, (error) => this.#answered(selected, length, error))
      this.#sent(offset, length)
    } catch (error) {
      if (!(error instanceof KiteQError)) throw error
      this.#answered(selected, 0, error)
    }
  }

  #outgoing(found: Message, expiresAt: number): ReturnType<typeof outgoingOf> {
    const { stableIdsOf } = this.#options
    const id = stableIdsOf === undefined ? undefined : stableId(stableIdsOf, found.identity)
    const { form, message, deliverLimit } = found
    const outgoing = outgoingOf({ form, message, deliverLimit, expiresAt, id })
    if (outgoing === undefined) this.tally.skipped.unreadable++
    return outgoing
  }

  #sent(offset: number, bytes: number): void {
    const { tally } = this
    tally.sent++
    tally.bytes += bytes
    tally.firstOffset ??= offset
    tally.lastOffset = offset
  }

  #answered(selected: Selected, bytes: number, error: KiteQError | undefined): void {
    const { offset } = selected
    if (error === undefined) {
      this.tally.stored++
      this.#refusalWait.taken()
    } else if (error.code === 'KITEQ_REFUSED' && passes(error.message)) {
      this.#refusedForNow(selected, bytes, error)
      return
    } else if (error.code !== 'KITEQ_REFUSED' && error.code !== 'KITEQ_USAGE') {
      // It may be stored or not: its offset stays unanswered.
      this.fail(error)
      return
    } else this.#refused(offset, error.message)
    this.#unanswered.delete(offset)
  }

  /** It goes again, unless that has lasted too long; until then it counts as not sent. */
  #refusedForNow(selected: Selected, bytes: number, error: KiteQError): void {
    const { tally } = this
    tally.passing++
    tally.sent--
    tally.bytes -= bytes
    if (tally.passing === 1)
      tell(`kiteq: the broker refuses for now (${printable(error.message)}); it is asked again`)
    if (!this.#refusalWait.refused(performance.now(), Math.random())) this.fail(error)
    if (this.#isStopped) return
    this.#again.push(selected)
    if (!this.#isWorking) void this.#work()
  }

  #refused(offset: number, reason: string): void {
    const { tally } = this
    tally.refused++
    const known = tally.refusals.find((one) => one.reason === reason)
    if (known !== undefined) known.count++
    else if (tally.refusals.length < replayReasonsMax)
      tally.refusals.push({ reason, count: 1, offset })
  }

  /** Waits until the next message may leave. */
  async #pace(): Promise<void> {
    const { rate, client } = this.#options
    if (rate === Infinity || client === undefined) return
    const nowMs = performance.now()
    this.#dueMs = this.#dueMs === 0 ? nowMs : Math.max(this.#dueMs, nowMs - behindMsMax)
    const waitMs = this.#dueMs - nowMs
    this.#dueMs += 1000 / rate
    await this.#sleep(waitMs)
  }

  /** A sleep ends when the pump is stopped. */
  async #sleep(ms: number): Promise<void> {
    if (ms < 1 || this.#isStopped) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wakeSleeper = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wakeSleeper = undefined
  }
}
