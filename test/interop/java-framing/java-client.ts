// A client that behaves on the wire as the last Java client (2016) did: prefix framing, opaques from 0, silent about
// frames it cannot read, answers through a pool that drops what it has no thread for. For tests of the broker only.

import { connect, type Socket } from 'node:net'
import { fields, bytesOf, numberOf } from './protobuf.ts'
import * as packets from './packets.ts'
import { command, type Answer, type Frame, type Header } from './packets.ts'

/** Prefix and head included. */
export const javaFrameBytesMax: number = 32 * 1024
const javaOpaques = 500_000
const answerMs = 3000
const javaThreads = 100

export interface Delivery {
  readonly opaque: number
  readonly kind: number
  readonly header: Header
  readonly headerBytes: Buffer
  readonly body: Buffer
  /** The whole body of the packet. */
  readonly raw: Buffer
}

export interface Inquiry {
  readonly opaque: number
  readonly header: Header
  readonly status: number
  readonly feedback: string
}

/** What a listener says to an inquiry: nothing at all is the answer 0. */
export type Decision = 'commit' | 'rollback' | undefined

export interface Listener {
  /** Throwing refuses with the error's text as feedback. */
  onMessage?(delivery: Delivery): boolean | Promise<boolean>
  /** Throwing rolls back. */
  onInquiry?(inquiry: Inquiry): Decision
}

export interface JavaClientOptions extends Listener {
  readonly host: string
  readonly port: number
  readonly group: string
  readonly secret?: string
  /** The Java client's default is 10. */
  readonly warmingUpSeconds?: number
  /** One counter for all connections of a process. */
  readonly opaques?: { next: number }
  /** false: the bare framing of later clients, to compare. */
  readonly prefixed?: boolean
}

type Waiting = (frame: Frame) => void

export class JavaClient {
  readonly deliveries: Delivery[] = []
  readonly inquiries: Inquiry[] = []
  /** Frames too large for this client, and deliveries that found no thread: neither is answered. */
  discarded = 0
  dropped = 0
  /** Why the client gave the connection up, if it did. */
  broken: string | undefined
  readonly closed: Promise<void>
  /** Opaque and version of every frame received, in order. */
  readonly heads: {
    readonly opaque: number
    readonly command: number
    readonly version: number
  }[] = []
  readonly #socket: Socket
  readonly #options: JavaClientOptions
  readonly #prefixed: boolean
  readonly #opaques: { next: number }
  readonly #waiting = new Map<number, Waiting>()
  readonly #watchers = new Set<() => void>()
  #received: Buffer = Buffer.alloc(0)
  #toDiscard = 0
  #working = 0
  #ended = false

  private constructor(options: JavaClientOptions, socket: Socket) {
    this.#options = options
    this.#socket = socket
    this.#prefixed = options.prefixed ?? true
    this.#opaques = options.opaques ?? { next: 0 }
    socket.setNoDelay(true)
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#ended = true
        this.#changed()
        resolve()
      })
    })
    socket.on('error', () => undefined) // a close follows, and that is what tests look at
    socket.on('data', (chunk) => this.#receive(chunk))
  }

  /** Connects without a handshake. */
  static async dial(options: JavaClientOptions): Promise<JavaClient> {
    const socket = connect({ host: options.host, port: options.port })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve())
      socket.once('error', reject)
    })
    return new JavaClient(options, socket)
  }

  /** Connects and shakes hands; rejects when no positive answer comes in 3 s. */
  static async connect(options: JavaClientOptions): Promise<JavaClient> {
    const client = await JavaClient.dial(options)
    const answer = await client.handshake()
    if (!answer.status) throw new Error(`handshake refused: ${answer.feedback}`)
    return client
  }

  async handshake(): Promise<Answer> {
    const { group, secret = 'sk', warmingUpSeconds = 10 } = this.#options
    const body = packets.connMeta(group, secret, warmingUpSeconds)
    return packets.authOf((await this.request(command.connMeta, body, command.connAuth)).body)
  }

  /** Sends Unix milliseconds and gives the version that came back. */
  async heartbeat(version: bigint = BigInt(Date.now())): Promise<bigint> {
    const body = packets.heartbeat(version)
    const reply = await this.request(command.heartbeat, body, command.heartbeat)
    return numberOf(fields(reply.body), 1)
  }

  /** A string body travels as StringMessage, bytes as BytesMessage. The header's group is the caller's affair. */
  async publish(header: Header, body: string | Uint8Array): Promise<Answer> {
    const kind = typeof body === 'string' ? command.stringMessage : command.bytesMessage
    const reply = await this.request(kind, packets.message(header, body), command.storeAck)
    const ack = packets.storeAckOf(reply.body)
    if (ack.messageId !== header.messageId)
      throw new Error(`store ack names ${ack.messageId}, published ${header.messageId}`)
    return ack
  }

  /** The publisher's decision: the header says commit=true whatever was prepared. Never answered. */
  decide(header: Header, status: 1 | 2): void {
    const body = packets.txAck(packets.headerBytes({ ...header, commit: true }), status, '')
    this.send(this.nextOpaque(), command.txAck, body)
  }

  nextOpaque(): number {
    const opaque = this.#opaques.next
    this.#opaques.next = (opaque + 1) % javaOpaques
    return opaque
  }

  send(opaque: number, kind: number, body: Uint8Array): void {
    this.write(packets.frameBytes(opaque, kind, body, this.#prefixed))
  }

  /** Bytes as they are. */
  write(bytes: Uint8Array): void {
    this.#socket.write(bytes)
  }

  /** Rejects after 3 s, when the connection ends, or when the answer is of another kind. */
  request(kind: number, body: Uint8Array, answer: number): Promise<Frame> {
    const opaque = this.nextOpaque()
    const reply = this.answerTo(opaque, answer)
    this.send(opaque, kind, body)
    return reply
  }

  /** The frame that will carry this opaque. */
  answerTo(opaque: number, answer: number): Promise<Frame> {
    return new Promise<Frame>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(opaque)
        reject(new Error(`no answer to opaque ${opaque} in ${answerMs} ms`))
      }, answerMs)
      void this.closed.then(() => {
        clearTimeout(timer)
        reject(new Error(`connection closed before the answer to opaque ${opaque}`))
      })
      this.#waiting.set(opaque, (frame) => {
        clearTimeout(timer)
        if (frame.command === answer) resolve(frame)
        else reject(new Error(`opaque ${opaque} answered by command ${frame.command}`))
      })
    })
  }

  /** Resolves once `condition` holds; it is looked at after every frame. Rejects when the time is over. */
  until(what: string, condition: () => boolean, withinMs = 20_000): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#watchers.delete(look)
      }
      const look = (): void => {
        if (condition()) {
          done()
          resolve()
        } else if (this.#ended) {
          done()
          reject(new Error(`connection closed before: ${what}${this.broken ?? ''}`))
        }
      }
      const timer = setTimeout(() => {
        done()
        reject(new Error(`${what}: not within ${withinMs} ms`))
      }, withinMs)
      this.#watchers.add(look)
    })
  }

  async close(): Promise<void> {
    this.#socket.destroy()
    await this.closed
  }

  #receive(chunk: Buffer): void {
    let bytes = chunk
    if (this.#toDiscard > 0) {
      const gone = Math.min(this.#toDiscard, bytes.length)
      this.#toDiscard -= gone
      bytes = bytes.subarray(gone)
    }
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes])
    while (this.#takeFrame());
    this.#changed()
  }

  #takeFrame(): boolean {
    const received = this.#received
    const skip = this.#prefixed ? 4 : 0
    if (received.length < skip + packets.headBytes) return false
    const bodyBytes = received.readInt32BE(skip + 15)
    const whole = skip + packets.headBytes + bodyBytes
    if (this.#prefixed && received.readInt32BE(0) !== packets.headBytes + bodyBytes) {
      this.broken = `prefix ${received.readInt32BE(0)} before a body of ${bodyBytes} bytes`
      this.#socket.destroy()
      return false
    }
    if (this.#prefixed && whole > javaFrameBytesMax) {
      this.discarded++
      this.#toDiscard = Math.max(0, whole - received.length)
      this.#received = received.subarray(Math.min(whole, received.length))
      return this.#toDiscard === 0
    }
    if (received.length < whole) return false
    const frame: Frame = {
      opaque: received.readInt32BE(skip) >>> 0,
      command: received.readUInt8(skip + 4),
      version: received.readInt16BE(skip + 5),
      body: received.subarray(skip + packets.headBytes, whole),
    }
    this.#received = received.subarray(whole)
    this.heads.push({ opaque: frame.opaque, command: frame.command, version: frame.version })
    this.#handle(frame)
    return true
  }

  #handle(frame: Frame): void {
    switch (frame.command) {
      case command.bytesMessage:
      case command.stringMessage:
        void this.#deliver(frame)
        return
      case command.txAck:
        this.#inquire(frame)
        return
      default: {
        const waiting = this.#waiting.get(frame.opaque)
        this.#waiting.delete(frame.opaque)
        waiting?.(frame)
      }
    }
  }

  async #deliver(frame: Frame): Promise<void> {
    if (this.#working >= javaThreads) {
      this.dropped++
      return
    }
    this.#working++
    const from = fields(frame.body)
    const headerBytes = bytesOf(from, 1)
    const delivery: Delivery = {
      opaque: frame.opaque,
      kind: frame.command,
      header: packets.headerOf(headerBytes),
      headerBytes,
      body: bytesOf(from, 2),
      raw: frame.body,
    }
    let status = false
    let raised: string | undefined
    try {
      status = (await this.#options.onMessage?.(delivery)) ?? true
    } catch (error) {
      raised = error instanceof Error ? `java.lang.RuntimeException: ${error.message}` : 'raised'
    }
    this.#working--
    this.send(frame.opaque, command.deliverAck, packets.deliverAck(headerBytes, status, raised))
    this.deliveries.push(delivery)
    this.#changed()
  }

  #inquire(frame: Frame): void {
    const from = fields(frame.body)
    const headerBytes = bytesOf(from, 1)
    const inquiry: Inquiry = {
      opaque: frame.opaque,
      header: packets.headerOf(headerBytes),
      status: Number(numberOf(from, 2)),
      feedback: bytesOf(from, 3).toString(),
    }
    let decision: Decision
    let feedback = inquiry.feedback
    try {
      decision = this.#options.onInquiry?.(inquiry)
    } catch (error) {
      decision = 'rollback'
      feedback = error instanceof Error ? error.message : 'raised'
    }
    const status = decision === 'commit' ? 1 : decision === 'rollback' ? 2 : 0
    this.send(frame.opaque, command.txAck, packets.txAck(headerBytes, status, feedback))
    this.inquiries.push(inquiry)
  }

  #changed(): void {
    for (const look of this.#watchers) look()
  }
}
