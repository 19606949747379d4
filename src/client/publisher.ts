// Publishing: many at a time, each answered by its opaque or timed out, sent again after a reconnect under the same id.
// The only promises made here are those a caller asked for; a callback costs none.

import { KiteQError } from '../model/errors.ts'
import { StoreAckView } from '../net/ack-packet.ts'
import type { Connection } from './connection.ts'
import type { Settings } from './options.ts'
import { MessageEncoder, type OutgoingMessage, type StoredMessage } from './outgoing.ts'
import { PendingTable, type Pending, type Settle } from './pending.ts'
import { checkObject } from './shape.ts'
import { textOf } from './text.ts'

export class Publisher {
  readonly #settings: Settings
  readonly #connection: Connection
  readonly #encoder: MessageEncoder
  readonly #pending = new PendingTable()
  readonly #ack = new StoreAckView()
  readonly #feedback = new LastText()
  #timer: NodeJS.Timeout | undefined
  #waitingForRoom: (() => void)[] = []
  #waitingForNone: (() => void)[] = []
  #closedBy: KiteQError | undefined

  constructor(settings: Settings, connection: Connection) {
    this.#settings = settings
    this.#connection = connection
    this.#encoder = new MessageEncoder(settings.group)
  }

  get pendingCount(): number {
    return this.#pending.count
  }

  /** Throws KITEQ_USAGE, KITEQ_FULL, KITEQ_CLOSED; everything later goes to `settle`. Returns the id. */
  send(message: OutgoingMessage | StoredMessage, settle: Settle): string {
    this.#write(message, true, settle)
    return this.#encoder.id
  }

  /** The same for a transaction; returns the id and a copy of the encoded Header. */
  sendPrepared(message: OutgoingMessage, settle: Settle): { id: string; header: Uint8Array } {
    const { piece } = this.#write(message, false, settle)
    const { id, headerStart, headerEnd } = this.#encoder
    return { id, header: piece.slice(headerStart, headerEnd) }
  }

  /** Resolves when a publish would be taken, at once if so now. */
  room(): Promise<void> {
    if (!this.#isFull() || this.#closedBy !== undefined) return Promise.resolve()
    return new Promise((resolve) => this.#waitingForRoom.push(resolve))
  }

  /** Resolves when everything is answered or has failed. */
  settled(): Promise<void> {
    if (this.#pending.count === 0) return Promise.resolve()
    return new Promise((resolve) => this.#waitingForNone.push(resolve))
  }

  /** The connection may have room again. */
  wake(): void {
    if (this.#isFull()) return
    for (const wake of this.#waitingForRoom.splice(0)) wake()
  }

  answered(opaque: number, source: Uint8Array, start: number, end: number): void {
    const pending = this.#pending.find(opaque)
    // Unknown: an answer to what has timed out here.
    if (pending === undefined) return
    const ack = this.#ack
    const { id } = pending
    if (!ack.read(source, start, end)) {
      const what = `the broker's answer to message ${id} makes no sense`
      this.#fail(pending, new KiteQError('KITEQ_PACKET', what))
      return
    }
    const feedback = this.#feedback.of(source, ack.feedbackStart, ack.feedbackEnd)
    if (ack.status) {
      const { settle } = pending
      this.#remove(pending)
      settle(undefined, { id, feedback })
    } else this.#fail(pending, new KiteQError('KITEQ_REFUSED', feedback))
  }

  /** A new link: what has no answer goes out again, in order. */
  opened(): void {
    const { out } = this.#connection
    let pending = this.#pending.oldest()
    while (pending !== undefined) {
      const { piece, start, end } = pending
      out.append(piece, start, end)
      pending.piece = out.piece
      pending.end = out.length
      pending.start = out.length - (end - start)
      pending = this.#pending.next(pending)
    }
    this.wake()
  }

  /** The link is gone: what may not be sent twice has failed. */
  lost(error: KiteQError): void {
    this.#failWhere(error, (pending) => !pending.retry)
  }

  /** Nothing more is taken, what has no answer fails. */
  close(error: KiteQError): void {
    this.#closedBy = error
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#failWhere(error, () => true)
    for (const wake of this.#waitingForRoom.splice(0)) wake()
  }

  #write(message: OutgoingMessage | StoredMessage, commit: boolean, settle: Settle): Pending {
    if (this.#closedBy !== undefined) throw this.#closedBy
    const { retry, answerTimeoutMs } = this.#settings
    checkObject('publish', message)
    const mayRepeat = retry && message.fly !== true
    if (!mayRepeat && !this.#connection.isOpen)
      throw new KiteQError('KITEQ_CLOSED', 'there is no connection at the moment')
    if (this.#isFull()) throw this.#full()
    const encoder = this.#encoder
    encoder.prepare(message, commit, Math.floor(Date.now() / 1000))
    const { out } = this.#connection
    out.reserve(encoder.frameBytes)
    const pending = this.#pending.add(encoder.frameBytes)
    pending.piece = out.piece
    pending.start = out.length
    pending.end = out.length = encoder.write(out.piece, out.length, pending.opaque)
    pending.id = encoder.id
    pending.retry = mayRepeat
    pending.settle = settle
    pending.deadlineMs = performance.now() + answerTimeoutMs
    this.#expireIn(answerTimeoutMs)
    this.#connection.flushSoon()
    return pending
  }

  #isFull(): boolean {
    const { pendingMax, pendingBytesMax } = this.#settings
    const { count, bytes } = this.#pending
    return (
      count >= pendingMax ||
      bytes >= pendingBytesMax ||
      this.#connection.backlogBytes >= pendingBytesMax
    )
  }

  #full(): KiteQError {
    const { count, bytes } = this.#pending
    return new KiteQError(
      'KITEQ_FULL',
      `${count} publishes of ${bytes} bytes wait for their answer; wait for room()`,
    )
  }

  readonly #expire = (): void => {
    this.#timer = undefined
    const nowMs = performance.now()
    let oldest = this.#pending.oldest()
    while (oldest !== undefined && oldest.deadlineMs <= nowMs) {
      const { id } = oldest
      const what = `message ${id} was not answered in ${this.#settings.answerTimeoutMs} ms; it may be stored all the same`
      this.#fail(oldest, new KiteQError('KITEQ_TIMEOUT', what))
      oldest = this.#pending.oldest()
    }
    // A listener may have published, and so set a timer, or have closed.
    if (oldest !== undefined) this.#expireIn(oldest.deadlineMs - nowMs)
  }

  #expireIn(ms: number): void {
    this.#timer ??= setTimeout(this.#expire, Math.ceil(ms)).unref()
  }

  #failWhere(error: KiteQError, condition: (pending: Pending) => boolean): void {
    const failed: Settle[] = []
    let pending = this.#pending.oldest()
    while (pending !== undefined) {
      const next = this.#pending.next(pending)
      if (condition(pending)) {
        failed.push(pending.settle)
        this.#remove(pending)
      }
      pending = next
    }
    for (const settle of failed) settle(error, undefined)
  }

  #fail(pending: Pending, error: KiteQError): void {
    const { settle } = pending
    this.#remove(pending)
    settle(error, undefined)
  }

  #remove(pending: Pending): void {
    this.#pending.remove(pending)
    const { count, bytes } = this.#pending
    if (this.#waitingForRoom.length > 0) {
      const { pendingMax, pendingBytesMax } = this.#settings
      // A quarter free, so that not every answer wakes somebody.
      if (count <= pendingMax * 0.75 && bytes <= pendingBytesMax * 0.75) this.wake()
    }
    if (count === 0 && this.#waitingForNone.length > 0)
      for (const wake of this.#waitingForNone.splice(0)) wake()
  }
}

/** Feedbacks are nearly always the same: the last one is not decoded again. */
class LastText {
  #bytes: Uint8Array = new Uint8Array(0)
  #text = ''

  of(source: Uint8Array, start: number, end: number): string {
    const bytes = this.#bytes
    let same = bytes.length === end - start
    for (let at = 0; same && at < bytes.length; at++) same = bytes[at] === source[start + at]
    if (!same) {
      this.#bytes = source.slice(start, end)
      this.#text = textOf(source, start, end)
    }
    return this.#text
  }
}
