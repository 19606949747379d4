// A broker that says what a test tells it to: real sockets and the real codec, no broker behind. It answers every
// handshake, heartbeat, publish and command with yes unless the test takes the answer over.

import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { DeliverAckView, TxAckView } from '../../src/net/ack-packet.ts'
import { frameBytes, FrameReader } from '../../src/net/frame.ts'
import { PublishedView } from '../../src/net/header.ts'
import { commands, decodeHeader, formOf, type MessageHeader } from '../../src/net/packet.ts'
import {
  decodeBind,
  decodeConnMeta,
  decodeCredit,
  encodeCommandAck,
  encodeConnAuth,
  encodeMessage,
  encodeTxAck,
} from '../../src/net/packet.ts'
import { kiteq } from '../../proto/kiteq.js'

export type Seen =
  | { readonly what: 'connected'; readonly peer: Peer; readonly group: string }
  | { readonly what: 'heartbeat'; readonly peer: Peer; readonly opaque: number }
  | {
      readonly what: 'publish'
      readonly peer: Peer
      readonly opaque: number
      readonly id: string
      readonly header: MessageHeader
      readonly body: Buffer
      readonly command: number
    }
  | {
      readonly what: 'acked'
      readonly peer: Peer
      readonly opaque: number
      readonly status: boolean
      readonly feedback: string
    }
  | {
      readonly what: 'decided'
      readonly peer: Peer
      readonly opaque: number
      readonly id: string
      readonly status: number
      readonly feedback: string
    }
  | { readonly what: 'bind'; readonly peer: Peer; readonly topic: string; readonly count: number }
  | { readonly what: 'unbind'; readonly peer: Peer }
  | {
      readonly what: 'credit'
      readonly peer: Peer
      readonly window: number
      readonly topics: readonly string[]
    }
  | { readonly what: 'lost'; readonly peer: Peer }

type SeenOf<W extends Seen['what']> = Extract<Seen, { what: W }>

/** What it answers; undefined: nothing. */
export interface Answers {
  auth?: (group: string) => { status: boolean; feedback: string } | undefined
  store?: (seen: SeenOf<'publish'>) => { status: boolean; feedback: string } | undefined
  command?: () => { status: boolean; feedback: string } | undefined
  heartbeat?: () => boolean
}

export class FakeBroker {
  readonly seen: Seen[] = []
  readonly answers: Answers = {}
  readonly peers: Set<Peer> = new Set()
  readonly #server: Server
  readonly #waiters: { matches: (seen: Seen) => boolean; resolve: (seen: Seen) => void }[] = []
  #port = 0

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => this.peers.add(new Peer(this, socket)))
  }

  static async start(port = 0): Promise<FakeBroker> {
    const server = createServer()
    const broker = new FakeBroker(server)
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    broker.#port = (server.address() as AddressInfo).port
    return broker
  }

  get port(): number {
    return this.#port
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`
  }

  /** The first of its kind that was seen or will be, from index `from` on. */
  async next<W extends Seen['what']>(
    what: W,
    condition: (seen: SeenOf<W>) => boolean = () => true,
    from = 0,
  ): Promise<SeenOf<W>> {
    const matches = (seen: Seen): boolean => seen.what === what && condition(seen as SeenOf<W>)
    const known = this.seen.slice(from).find(matches)
    const found =
      known ?? (await new Promise<Seen>((resolve) => this.#waiters.push({ matches, resolve })))
    return found as SeenOf<W>
  }

  all<W extends Seen['what']>(what: W): SeenOf<W>[] {
    return this.seen.filter((seen) => seen.what === what) as SeenOf<W>[]
  }

  note(seen: Seen): void {
    this.seen.push(seen)
    for (const waiter of [...this.#waiters]) {
      if (!waiter.matches(seen)) continue
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
      waiter.resolve(seen)
    }
  }

  /** Breaks every connection, stays open for new ones. */
  dropAll(): void {
    for (const peer of this.peers) peer.drop()
  }

  async close(): Promise<void> {
    this.dropAll()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** One connection, as the fake broker sees it. */
export class Peer {
  readonly #broker: FakeBroker
  readonly #socket: Socket
  /** Times the socket handed bytes over. */
  reads = 0

  constructor(broker: FakeBroker, socket: Socket) {
    this.#broker = broker
    this.#socket = socket
    const reader = new FrameReader({
      frame: (command, opaque, _version, source, start, end) =>
        this.#frame(command, opaque, source, start, end),
      framingError: (reason) => {
        throw new Error(`a client sent no frame: ${reason}`)
      },
    })
    socket.on('data', (chunk: Buffer) => {
      this.reads++
      reader.push(chunk)
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      broker.peers.delete(this)
      broker.note({ what: 'lost', peer: this })
    })
  }

  drop(): void {
    this.#socket.destroy()
  }

  raw(bytes: Uint8Array): void {
    this.#socket.write(bytes)
  }

  send(opaque: number, command: number, body: Uint8Array): void {
    this.#socket.write(frameBytes(opaque, command, body, 'bare'))
  }

  deliver(opaque: number, message: Partial<MessageHeader>, body: Uint8Array | string): void {
    const isText = typeof body === 'string'
    const command = isText ? commands.stringMessage : commands.bytesMessage
    this.send(opaque, command, encodeMessage(headerOf(message), Buffer.from(body)))
  }

  inquire(opaque: number, message: Partial<MessageHeader>): void {
    this.send(
      opaque,
      commands.txAck,
      encodeTxAck(headerOf(message), 0, Buffer.from('Server Check')),
    )
  }

  storeAck(opaque: number, id: string, status: boolean, feedback: string): void {
    const ack = { messageId: Buffer.from(id), status, feedback: Buffer.from(feedback) }
    this.send(opaque, commands.storeAck, kiteq.MessageStoreAck.encode(ack).finish())
  }

  #frame(command: number, opaque: number, source: Uint8Array, start: number, end: number): void {
    const broker = this.#broker
    const form = formOf(command)
    if (form !== undefined) this.#published(command, opaque, source, start, end)
    switch (command) {
      case commands.connMeta: {
        const group = Buffer.from(decodeConnMeta(source, start, end)!.group).toString()
        broker.note({ what: 'connected', peer: this, group })
        const answer = broker.answers.auth === undefined ? yes : broker.answers.auth(group)
        if (answer !== undefined)
          this.send(opaque, commands.connAuth, encodeConnAuth(bytes(answer)))
        return
      }
      case commands.heartBeat:
        broker.note({ what: 'heartbeat', peer: this, opaque })
        if (broker.answers.heartbeat?.() ?? true)
          this.send(opaque, commands.heartBeat, source.slice(start, end))
        return
      case commands.deliverAck: {
        const view = new DeliverAckView()
        if (!view.read(source, start, end)) throw new Error('no deliver ack')
        const feedback = Buffer.from(source.subarray(view.feedbackStart, view.feedbackEnd))
        broker.note({
          what: 'acked',
          peer: this,
          opaque,
          status: view.status,
          feedback: feedback.toString(),
        })
        return
      }
      case commands.txAck: {
        const view = new TxAckView()
        if (!view.read(source, start, end)) throw new Error('no tx ack')
        const id = Buffer.from(decodeHeader(view.header)!.messageId).toString()
        const feedback = Buffer.from(
          source.subarray(view.feedbackStart, view.feedbackEnd),
        ).toString()
        broker.note({ what: 'decided', peer: this, opaque, id, status: view.status, feedback })
        return
      }
      case commands.credit:
        broker.note({ what: 'credit', peer: this, ...creditOf(source, start, end) })
        return
      case commands.bind: {
        const { topic, bindings } = decodeBind(source, start, end)!
        broker.note({
          what: 'bind',
          peer: this,
          topic: Buffer.from(topic).toString(),
          count: bindings.length,
        })
        this.#answerCommand(opaque)
        return
      }
      case commands.unbind:
        broker.note({ what: 'unbind', peer: this })
        this.#answerCommand(opaque)
        return
    }
  }

  #answerCommand(opaque: number): void {
    const { command } = this.#broker.answers
    const answer = command === undefined ? yes : command()
    if (answer !== undefined)
      this.send(opaque, commands.commandAck, encodeCommandAck(bytes(answer)))
  }

  #published(
    command: number,
    opaque: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): void {
    const view = new PublishedView()
    if (!view.read(command as 0x11, source, start, end)) throw new Error('no message')
    if (!view.canonical) throw new Error('a message that is not canonical')
    const header = decodeHeader(view)!
    const id = Buffer.from(header.messageId).toString()
    const body = Buffer.from(source.subarray(view.bodyStart, view.bodyEnd))
    const seen = { what: 'publish', peer: this, opaque, id, header, body, command } as const
    const { store } = this.#broker.answers
    this.#broker.note(seen)
    const answer = store === undefined ? yes : store(seen)
    if (answer !== undefined) this.storeAck(opaque, id, answer.status, answer.feedback)
  }
}

const yes = { status: true, feedback: 'Store Result true Cost:0' }

function bytes(answer: { status: boolean; feedback: string }): {
  status: boolean
  feedback: Buffer
} {
  return { status: answer.status, feedback: Buffer.from(answer.feedback) }
}

function headerOf(message: Partial<MessageHeader>): MessageHeader {
  return {
    messageId: Buffer.from('0123456789abcdef0123456789abcdef'),
    topic: Buffer.from('trade'),
    messageType: Buffer.from('pay-succ-200'),
    expiredTime: 2_000_000_000,
    deliverLimit: 100,
    group: Buffer.from('publishers'),
    commit: true,
    fly: false,
    properties: [],
    createTime: 1_700_000_000,
    ...message,
  }
}

function creditOf(
  source: Uint8Array,
  start: number,
  end: number,
): { window: number; topics: string[] } {
  const { window, topics } = decodeCredit(source, start, end)!
  return { window, topics: topics.map((topic) => Buffer.from(topic).toString()) }
}
