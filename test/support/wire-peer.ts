// A connection as any client has it, down to the frames: for tests at the broker's door that want no client in between.

import { connect, type Socket } from 'node:net'
import { StoreAckView, TxAckView, writeDeliverAck, writeTxAck } from '../../src/net/ack-packet.ts'
import { frameBytes, FrameReader } from '../../src/net/frame.ts'
import { PublishedView } from '../../src/net/header.ts'
import {
  commands,
  decodeConnAuth,
  encodeBind,
  encodeConnMeta,
  encodeCredit,
  encodeHeartBeat,
  encodeMessage,
  encodeTxAck,
  type MessageHeader,
} from '../../src/net/packet.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const scratch = new Uint8Array(8192)

export interface PeerMessage {
  readonly id: string
  readonly body: Uint8Array | string
  readonly topic?: string
  readonly type?: string
  readonly commit?: boolean
  readonly fly?: boolean
  readonly expiredTime?: number
  readonly deliverLimit?: number
}

export interface Received {
  readonly opaque: number
  readonly id: string
  readonly topic: string
  readonly body: Uint8Array
  /** Answers it, over another connection if told so; the ack leaves with the next write of this turn. */
  readonly answer: (status: boolean, feedback?: string, over?: WirePeer) => void
}

export interface PeerEvents {
  stored?: (id: string, status: boolean, feedback: string, opaque: number) => void
  received?: (message: Received) => void
  /** What became of it? Return 0 unknown, 1 commit, 2 rollback. */
  inquired?: (id: string) => number | undefined
  /** A heartbeat came back: what was sent before it has been read. */
  beat?: (opaque: number) => void
  closed?: () => void
}

export class WirePeer {
  readonly group: string
  readonly socket: Socket
  /** Resolves once the handshake is answered. */
  readonly ready: Promise<void>
  readonly closed: Promise<void>
  readonly #events: PeerEvents
  readonly #view = new PublishedView()
  readonly #storeAck = new StoreAckView()
  readonly #txAck = new TxAckView()
  readonly #commandAcks = new Map<number, () => void>()
  #out: Uint8Array[] = []
  #opaque = 0
  #authenticated: () => void = () => {}

  constructor(port: number, group: string, events: PeerEvents = {}, warmingUpSeconds = 0) {
    this.group = group
    this.#events = events
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => {
        events.closed?.()
        resolve()
      })
    })
    this.socket.on('error', () => {})
    this.ready = new Promise((resolve, reject) => {
      this.#authenticated = resolve
      void this.closed.then(() => reject(new Error('closed before the handshake was answered')))
    })
    this.ready.catch(() => {})
    const reader = new FrameReader(
      {
        frame: (command, opaque, _version, source, start, end) =>
          this.#frame(command, opaque, source, start, end),
        framingError: (reason) => this.socket.destroy(new Error(reason)),
      },
      { framing: 'bare' },
    )
    this.socket.on('data', (chunk) => reader.push(chunk))
    this.send(
      commands.connMeta,
      encodeConnMeta({
        group: encoder.encode(group),
        secret: encoder.encode('secret'),
        warmingUpSeconds,
      }),
    )
  }

  send(command: number, body: Uint8Array, opaque: number = ++this.#opaque): number {
    this.write(frameBytes(opaque, command, body, 'bare'))
    return opaque
  }

  /** All bytes of one turn leave in one write. */
  write(bytes: Uint8Array): void {
    if (this.#out.length === 0)
      setImmediate(() => {
        const out = this.#out
        this.#out = []
        if (!this.socket.destroyed) this.socket.write(Buffer.concat(out))
      })
    this.#out.push(bytes)
  }

  publish(message: PeerMessage): number {
    const body = typeof message.body === 'string' ? encoder.encode(message.body) : message.body
    const command =
      typeof message.body === 'string' ? commands.stringMessage : commands.bytesMessage
    return this.send(command, encodeMessage(this.#header(message), body))
  }

  /** As the Go client after its local transaction: opaque 0, no answer comes. */
  decide(message: PeerMessage, status: number): void {
    this.send(
      commands.txAck,
      encodeTxAck(this.#header({ ...message, commit: false }), status, new Uint8Array(0)),
      0,
    )
  }

  async bind(
    topic: string,
    bindings: readonly {
      type?: string
      bindType?: 'direct' | 'regex' | 'fanout'
      persistent?: boolean
      watermark?: number
    }[],
  ): Promise<void> {
    const list = bindings.map((one) => ({
      bindType: one.bindType ?? 'fanout',
      messageType: encoder.encode(one.type ?? '*'),
      watermark: one.watermark ?? 0,
      persistent: one.persistent ?? true,
    }))
    const opaque = this.send(
      commands.bind,
      encodeBind({ topic: encoder.encode(topic), bindings: list }),
    )
    await new Promise<void>((resolve) => this.#commandAcks.set(opaque, resolve))
  }

  /** Answered at once, whatever the disk does. */
  heartBeat(): number {
    return this.send(commands.heartBeat, encodeHeartBeat({ low: 1, high: 0 }))
  }

  credit(window: number): void {
    this.send(commands.credit, encodeCredit(window))
  }

  close(): void {
    this.socket.destroy()
  }

  #header(message: PeerMessage): MessageHeader {
    return {
      messageId: encoder.encode(message.id),
      topic: encoder.encode(message.topic ?? 'trade'),
      messageType: encoder.encode(message.type ?? 'pay-succ-200'),
      expiredTime: message.expiredTime ?? -1,
      deliverLimit: message.deliverLimit ?? 100,
      group: encoder.encode(this.group),
      commit: message.commit ?? true,
      fly: message.fly ?? false,
      properties: [],
    }
  }

  #frame(command: number, opaque: number, source: Uint8Array, start: number, end: number): void {
    if (command === commands.connAuth) {
      if (decodeConnAuth(source, start, end)?.status === true) this.#authenticated()
      else this.socket.destroy()
    } else if (command === commands.storeAck) {
      const ack = this.#storeAck
      if (!ack.read(source, start, end)) throw new Error('a store ack that cannot be read')
      const id = decoder.decode(source.subarray(ack.idStart, ack.idEnd))
      this.#events.stored?.(
        id,
        ack.status,
        decoder.decode(source.subarray(ack.feedbackStart, ack.feedbackEnd)),
        opaque,
      )
    } else if (command === commands.bytesMessage || command === commands.stringMessage)
      this.#received(command, opaque, source, start, end)
    else if (command === commands.heartBeat) this.#events.beat?.(opaque)
    else if (command === commands.txAck) this.#inquired(opaque, source, start, end)
    else if (command === commands.commandAck) {
      this.#commandAcks.get(opaque)?.()
      this.#commandAcks.delete(opaque)
    }
  }

  #received(command: number, opaque: number, source: Uint8Array, start: number, end: number): void {
    const view = this.#view
    if (!view.read(command as 0x11, source, start, end))
      throw new Error('a delivery that cannot be read')
    const text = (from: number, to: number): string => decoder.decode(source.subarray(from, to))
    const id = text(view.idStart, view.idEnd)
    const headerView = new PublishedView()
    headerView.read(command as 0x11, source, start, end)
    this.#events.received?.({
      opaque,
      id,
      topic: text(view.topicStart, view.topicEnd),
      body: source.slice(view.bodyStart, view.bodyEnd),
      answer: (status, feedback, over = this) => {
        const to = writeDeliverAck(
          scratch,
          0,
          'bare',
          opaque,
          headerView,
          status,
          encoder.encode(feedback ?? ''),
        )
        over.write(scratch.slice(0, to))
      },
    })
  }

  #inquired(opaque: number, source: Uint8Array, start: number, end: number): void {
    const view = this.#txAck
    if (!view.read(source, start, end)) throw new Error('an inquiry that cannot be read')
    const { header } = view
    const id = decoder.decode(source.subarray(header.idStart, header.idEnd))
    const status = this.#events.inquired?.(id)
    if (status === undefined) return
    const to = writeTxAck(
      scratch,
      0,
      'bare',
      opaque,
      source,
      header.headerStart,
      header.headerEnd,
      status,
      new Uint8Array(0),
    )
    this.write(scratch.slice(0, to))
  }
}
