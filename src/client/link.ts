// One TCP connection to one broker: connects, says who it is, hands frames on, notices when the other side is gone.
// Never reconnects and never knows what a frame is about, but for the handshake and the heartbeat.

import { connect, type Socket } from 'node:net'
import { KiteQError } from '../model/errors.ts'
import { frameBytes, FrameReader, type FrameSink } from '../net/frame.ts'
import {
  commands,
  decodeConnAuth,
  encodeConnMeta,
  encodeCredit,
  encodeHeartBeat,
} from '../net/packet.ts'
import type { BrokerAddress, Settings } from './options.ts'
import { bytesOf, textOf } from './text.ts'

export interface LinkUser {
  opened(link: Link): void
  frame(command: number, opaque: number, source: Uint8Array, start: number, end: number): void
  /** The system has taken everything that was written. */
  drained(): void
  /** Once, whatever the reason; a link that never opened says so too. */
  closed(link: Link, error: KiteQError): void
}

const handshakeOpaque = 1
const heartbeatOpaque = 2
/** Opaques of whoever uses the link begin here. */
export const firstUserOpaque = 3

export class Link implements FrameSink {
  readonly address: BrokerAddress
  readonly #settings: Settings
  readonly #user: LinkUser
  readonly #socket: Socket
  readonly #reader: FrameReader
  #handshakeTimer: NodeJS.Timeout | undefined
  #heartbeatTimer: NodeJS.Timeout | undefined
  #answerTimer: NodeJS.Timeout | undefined
  #connected = false
  #open = false
  #closed = false
  #error: KiteQError | undefined
  #sent = false
  #received = false

  constructor(address: BrokerAddress, settings: Settings, user: LinkUser) {
    this.address = address
    this.#settings = settings
    this.#user = user
    this.#reader = new FrameReader(this, { framing: 'bare' })
    const { host, port } = address
    this.#socket = connect({ host, port, noDelay: true })
    this.#socket.on('connect', () => {
      this.#connected = true
      this.#greet()
    })
    this.#socket.on('data', (chunk: Buffer) => {
      this.#received = true
      if (this.#answerTimer !== undefined) this.#alive()
      this.#reader.push(chunk)
    })
    this.#socket.on('error', (cause: NodeJS.ErrnoException) => {
      this.#error ??= this.#connected
        ? this.#gone(`broken: ${cause.message}`, cause)
        : this.#nobody(cause)
    })
    this.#socket.on('drain', () => this.#user.drained())
    this.#socket.on('close', () => this.#close())
    this.#handshakeTimer = setTimeout(
      () => this.fail(this.#late('handshake', settings.handshakeTimeoutMs)),
      settings.handshakeTimeoutMs,
    )
  }

  /** Bytes written that the system has not taken yet. */
  get backlogBytes(): number {
    return this.#socket.writableLength
  }

  /** One write of the system for all of it; `taken` hears when the system has it, or the error that came first. */
  write(pieces: readonly Uint8Array[], taken?: (error?: Error | null) => void): void {
    this.#sent = true
    const socket = this.#socket
    if (pieces.length > 1) socket.cork()
    const last = pieces.length - 1
    for (let at = 0; at < last; at++) socket.write(pieces[at]!)
    socket.write(pieces[last]!, taken)
    if (pieces.length > 1) socket.uncork()
  }

  /** Sends what was written, then closes. */
  end(): void {
    this.#socket.end()
  }

  /** Closes at once; `closed` is called with this error, unless another was first. */
  fail(error: KiteQError): void {
    this.#error ??= error
    this.#reader.stop()
    this.#socket.destroy()
  }

  frame(
    command: number,
    opaque: number,
    _version: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (this.#open) {
      if (command !== commands.heartBeat) this.#user.frame(command, opaque, source, start, end)
    } else if (command === commands.connAuth) this.#greeted(source, start, end)
  }

  framingError(reason: string): void {
    this.fail(new KiteQError('KITEQ_FRAME', `${this.address.text} sent no KiteQ frame: ${reason}`))
  }

  #greet(): void {
    const { group, secret, warmingUpSeconds } = this.#settings
    const meta = { group: bytesOf(group), secret: bytesOf(secret), warmingUpSeconds }
    const hello = frameBytes(handshakeOpaque, commands.connMeta, encodeConnMeta(meta), 'bare')
    // In the same write, so that the broker gives nothing before it is told how much this client wants.
    const quiet = frameBytes(0, commands.credit, encodeCredit(0), 'bare')
    this.#socket.write(Buffer.concat([hello, quiet]))
  }

  #greeted(source: Uint8Array, start: number, end: number): void {
    const answer = decodeConnAuth(source, start, end)
    if (answer?.status !== true) {
      const why =
        answer === undefined ? 'no answer' : textOf(answer.feedback, 0, answer.feedback.length)
      this.fail(new KiteQError('KITEQ_REFUSED', `${this.address.text} refused this client: ${why}`))
      return
    }
    clearTimeout(this.#handshakeTimer)
    this.#open = true
    const { heartbeatMs } = this.#settings
    this.#heartbeatTimer = setInterval(() => this.#heartbeat(), heartbeatMs).unref()
    this.#user.opened(this)
  }

  /** Asks when one of the directions was silent: the broker closes what says nothing, and a dead peer answers nothing. */
  #heartbeat(): void {
    const quiet = !this.#sent || !this.#received
    this.#sent = false
    this.#received = false
    if (!quiet || this.#answerTimer !== undefined) return
    const seconds = Math.floor(Date.now() / 1000)
    this.#send(heartbeatOpaque, commands.heartBeat, encodeHeartBeat({ low: seconds, high: 0 }))
    const { heartbeatTimeoutMs } = this.#settings
    this.#answerTimer = setTimeout(() => {
      this.fail(this.#late('heartbeat', heartbeatTimeoutMs))
    }, heartbeatTimeoutMs).unref()
  }

  /** Any byte tells. */
  #alive(): void {
    clearTimeout(this.#answerTimer)
    this.#answerTimer = undefined
  }

  #send(opaque: number, command: number, body: Uint8Array): void {
    this.#socket.write(frameBytes(opaque, command, body, 'bare'))
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#open = false
    this.#reader.stop()
    clearTimeout(this.#handshakeTimer)
    clearInterval(this.#heartbeatTimer)
    clearTimeout(this.#answerTimer)
    this.#user.closed(this, this.#error ?? this.#gone('closed by the broker'))
  }

  #late(what: string, ms: number): KiteQError {
    return new KiteQError('KITEQ_TIMEOUT', `${this.address.text}: no ${what} answer in ${ms} ms`)
  }

  #nobody(cause: NodeJS.ErrnoException): KiteQError {
    const text = `no broker at ${this.address.text} (${cause.code ?? cause.message})`
    return new KiteQError('KITEQ_CLOSED', text, { cause })
  }

  #gone(what: string, cause?: unknown): KiteQError {
    return new KiteQError('KITEQ_CLOSED', `connection to ${this.address.text} ${what}`, { cause })
  }
}
