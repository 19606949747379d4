// Two-phase publishing: prepare, do the local work, decide; and the answers to a broker that asks what became of it.
// Decisions made here are remembered for a while, so that an inquiry about one whose packet was lost is answered alike.

import { KiteQError } from '../model/errors.ts'
import { clientDecisionsMax } from '../model/limits.ts'
import { ackBytesMax, TxAckView, writeTxAck } from '../net/ack-packet.ts'
import { decodeHeader } from '../net/packet.ts'
import type { Connection } from './connection.ts'
import { propertiesOf } from './message.ts'
import type { OutgoingMessage } from './outgoing.ts'
import type { PublishAnswer } from './pending.ts'
import type { Publisher } from './publisher.ts'
import { checkFunction, oneOf, wrong } from './shape.ts'
import { bytesOf, feedbackOf, textOf } from './text.ts'

export type Decision = 'commit' | 'rollback' | 'unknown'

/** What the broker asks about. */
export interface Inquiry {
  readonly id: string
  readonly topic: string
  readonly type: string
  readonly properties: ReadonlyMap<string, string>
}

export type CheckHandler = (inquiry: Inquiry) => Decision | Promise<Decision>

export interface TransactionAnswer<T> extends PublishAnswer {
  /** What the local work returned. */
  readonly result: T
}

/** Made here and not yet handed to the system; sent again on the next link when it must be. */
interface Decided {
  readonly header: Uint8Array
  readonly known: Known
  /** Ends the wait of whoever decided. */
  readonly done: () => void
}

/** The packet has no answer, so it needs no number of its own. */
const forgetOpaque = 0
const statusOf = { unknown: 0, commit: 1, rollback: 2 } as const

const decisionName = oneOf(...Object.keys(statusOf))

interface Known {
  readonly decision: Decision
  readonly feedback: Uint8Array
}

const stillAtWork: Known = { decision: 'unknown', feedback: bytesOf('still at work') }
const nobodyAsked: Known = { decision: 'unknown', feedback: bytesOf('no check handler') }

export class Transactions {
  readonly #connection: Connection
  readonly #publisher: Publisher
  readonly #report: (error: KiteQError) => void
  readonly #inquiry = new TxAckView()
  /** By lower-case id, oldest first. */
  readonly #known = new Map<string, Known>()
  /** Decided without a link, or with one that was lost too early; sent on the next one. */
  #unsent: Decided[] = []
  readonly #patienceMs: number
  #closed = false
  #check: CheckHandler | undefined

  /** `patienceMs`: how long a decision may keep its caller while it is not handed to the system. */
  constructor(
    connection: Connection,
    publisher: Publisher,
    patienceMs: number,
    report: (error: KiteQError) => void,
  ) {
    this.#connection = connection
    this.#publisher = publisher
    this.#patienceMs = patienceMs
    this.#report = report
  }

  set check(handler: CheckHandler | undefined) {
    this.#check = handler
  }

  /** Settles once the system has the bytes of the decision, so that a process may end right after. */
  async run<T>(
    message: OutgoingMessage,
    work: () => T | Promise<T>,
  ): Promise<TransactionAnswer<T>> {
    checkFunction('publishInTransaction', 'the work', work)
    const prepared = await this.#prepare(message)
    const { id, header, feedback } = prepared
    let result: T
    try {
      result = await work()
    } catch (error) {
      await this.#decide(id, header, { decision: 'rollback', feedback: feedbackOf(error) })
      throw error
    }
    await this.#decide(id, header, { decision: 'commit', feedback: noFeedback })
    return { id, feedback, result }
  }

  inquired(opaque: number, source: Uint8Array, start: number, end: number): void {
    const view = this.#inquiry
    const header = view.read(source, start, end) ? decodeHeader(view.header) : undefined
    if (header === undefined) {
      this.#report(new KiteQError('KITEQ_PACKET', 'an inquiry of the broker cannot be read'))
      return
    }
    const raw = source.slice(view.header.headerStart, view.header.headerEnd)
    const { messageId, topic, messageType } = header
    const id = textOf(messageId, 0, messageId.length)
    const known = this.#known.get(id.toLowerCase())
    if (known !== undefined) {
      this.#send(opaque, raw, known)
      return
    }
    void this.#ask({
      id,
      topic: textOf(topic, 0, topic.length),
      type: textOf(messageType, 0, messageType.length),
      properties: propertiesOf(header),
    }).then((answer) => this.#send(opaque, raw, answer))
  }

  opened(): void {
    for (const decided of this.#unsent.splice(0)) this.#sendDecided(decided)
  }

  /** No link will follow: nobody waits any longer. */
  close(): void {
    this.#closed = true
    for (const { done } of this.#unsent.splice(0)) done()
  }

  #prepare(message: OutgoingMessage): Promise<PublishAnswer & { readonly header: Uint8Array }> {
    return new Promise((resolve, reject) => {
      const { id, header } = this.#publisher.sendPrepared(message, (error, answer) => {
        if (answer !== undefined) {
          resolve({ ...answer, header })
          return
        }
        // The prepare may be stored all the same; the work never ran, so there is only one right outcome.
        if (error?.code === 'KITEQ_REFUSED') {
          this.#known.delete(id.toLowerCase())
          reject(error)
          return
        }
        const rollback: Known = { decision: 'rollback', feedback: feedbackOf(error) }
        void this.#decide(id, header, rollback).then(() => reject(error!))
      })
      this.#remember(id, stillAtWork)
    })
  }

  async #ask(inquiry: Inquiry): Promise<Known> {
    if (this.#check === undefined) return nobodyAsked
    try {
      const decision = await this.#check(inquiry)
      if (!decisionName.holds(decision)) {
        const error = wrong('onCheck', 'the answer', decision, decisionName.expected)
        this.#report(error)
        return { decision: 'unknown', feedback: feedbackOf(error) }
      }
      return { decision, feedback: noFeedback }
    } catch (error) {
      return { decision: 'unknown', feedback: feedbackOf(error) }
    }
  }

  #decide(id: string, header: Uint8Array, known: Known): Promise<void> {
    this.#remember(id, known)
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#patienceMs)
      const done = (): void => {
        clearTimeout(timer)
        resolve()
      }
      this.#sendDecided({ header, known, done })
    })
  }

  /** Twice does no harm: the first decision counts. */
  #sendDecided(decided: Decided): void {
    if (!this.#connection.isOpen) {
      this.#keep(decided)
      return
    }
    this.#write(forgetOpaque, decided.header, decided.known)
    this.#connection.flushThen((isTaken) => {
      if (isTaken) decided.done()
      else this.#keep(decided)
    })
  }

  #keep(decided: Decided): void {
    if (!this.#closed && this.#unsent.length < clientDecisionsMax) this.#unsent.push(decided)
    else decided.done()
  }

  #remember(id: string, known: Known): void {
    const key = id.toLowerCase()
    this.#known.delete(key)
    this.#known.set(key, known)
    if (this.#known.size <= clientDecisionsMax) return
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest)
      break
    }
  }

  #send(opaque: number, header: Uint8Array, known: Known): void {
    if (!this.#connection.isOpen) return
    this.#write(opaque, header, known)
    this.#connection.flushSoon()
  }

  #write(opaque: number, header: Uint8Array, { decision, feedback }: Known): void {
    const { out } = this.#connection
    out.reserve(ackBytesMax('bare', header.length + feedback.length))
    const status = statusOf[decision]
    const { piece, length } = out
    out.length = writeTxAck(
      piece,
      length,
      'bare',
      opaque,
      header,
      0,
      header.length,
      status,
      feedback,
    )
  }
}

const noFeedback = new Uint8Array(0)
