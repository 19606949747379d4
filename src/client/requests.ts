// The extension commands that are answered: bind and unbind. Few, so each may cost a promise and a timer.
// A request without an answer goes out again on a new link until its time is up: both commands may be repeated.

import { KiteQError } from '../model/errors.ts'
import { frameBytes } from '../net/frame.ts'
import { decodeCommandAck, type Answer } from '../net/packet.ts'
import type { Connection } from './connection.ts'
import { firstUserOpaque } from './link.ts'
import { textOf } from './text.ts'

interface Request {
  readonly frame: Uint8Array
  readonly timer: NodeJS.Timeout
  readonly resolve: (feedback: string) => void
  readonly reject: (error: KiteQError) => void
}

/** Of what is sent without a request. */
const unaskedOpaque = 0
/** Publishes use opaques from here on. */
const opaqueEnd = 1 << 16

export class Requests {
  readonly #connection: Connection
  readonly #timeoutMs: number
  readonly #waiting = new Map<number, Request>()
  #nextOpaque = firstUserOpaque
  #closedBy: KiteQError | undefined

  constructor(connection: Connection, timeoutMs: number) {
    this.#connection = connection
    this.#timeoutMs = timeoutMs
  }

  /**
   * Resolves with the broker's feedback to a yes, mostly empty. Rejects with KITEQ_REFUSED (the broker's words),
   * KITEQ_TIMEOUT, KITEQ_CLOSED. `what` is for the messages.
   */
  ask(command: number, body: Uint8Array, what: string): Promise<string> {
    if (this.#closedBy !== undefined) return Promise.reject(this.#closedBy)
    if (this.#waiting.size >= opaqueEnd - firstUserOpaque)
      return Promise.reject(new KiteQError('KITEQ_FULL', `${what}: too many requests wait`))
    return new Promise((resolve, reject) => {
      const opaque = this.#opaque()
      const timer = setTimeout(() => {
        this.#waiting.delete(opaque)
        const after = `no answer in ${this.#timeoutMs} ms`
        reject(new KiteQError('KITEQ_TIMEOUT', `${what}: ${after}`))
      }, this.#timeoutMs).unref()
      const frame = frameBytes(opaque, command, body, 'bare')
      this.#waiting.set(opaque, { frame, timer, resolve, reject })
      this.#send(frame)
    })
  }

  /** What the broker refused without having been asked for an answer. */
  answered(opaque: number, source: Uint8Array, start: number, end: number): KiteQError | undefined {
    const request = this.#waiting.get(opaque)
    const answer = decodeCommandAck(source, start, end)
    if (request === undefined)
      return opaque === unaskedOpaque && answer?.status === false ? refusal(answer) : undefined
    this.#waiting.delete(opaque)
    clearTimeout(request.timer)
    if (answer === undefined) {
      request.reject(new KiteQError('KITEQ_PACKET', "the broker's answer makes no sense"))
    } else if (answer.status) request.resolve(textOf(answer.feedback, 0, answer.feedback.length))
    else request.reject(refusal(answer))
    return undefined
  }

  opened(): void {
    for (const { frame } of this.#waiting.values()) this.#send(frame)
  }

  close(error: KiteQError): void {
    this.#closedBy = error
    for (const { timer, reject } of this.#waiting.values()) {
      clearTimeout(timer)
      reject(error)
    }
    this.#waiting.clear()
  }

  #send(frame: Uint8Array): void {
    this.#connection.out.append(frame, 0, frame.length)
    this.#connection.flushSoon()
  }

  #opaque(): number {
    do {
      this.#nextOpaque++
      if (this.#nextOpaque >= opaqueEnd) this.#nextOpaque = firstUserOpaque
    } while (this.#waiting.has(this.#nextOpaque))
    return this.#nextOpaque
  }
}

function refusal({ feedback }: Answer): KiteQError {
  return new KiteQError('KITEQ_REFUSED', textOf(feedback, 0, feedback.length))
}
