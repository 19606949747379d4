// One connection to another broker, for the decisions of one group: it shakes hands as that group does, so it may decide what
// any client of the group may, and nothing else. What was not confirmed goes out again on the next connection, for a bounded
// time; a second copy changes nothing, since the first decision wins. Takes no deliveries, whatever the other side believes.

import { connect, type Socket } from 'node:net'
import {
  frameHeadBytes,
  passOnMs,
  passOnWaitingMax,
  peerHandshakeMs,
  peerIdleMs,
  peerRetryMaxMs,
  peerRetryMs,
  peerStrayFramesMax,
  peerUnreadBytesMax,
} from '../model/limits.ts'
import type { MessageForm } from '../model/record.ts'
import { ackBytesMax, writeDeliverAck } from './ack-packet.ts'
import { frameBytes, FrameReader, writeHead, type FrameSink } from './frame.ts'
import { PublishedView } from './header.ts'
import type { PeerAddress } from './peer-address.ts'
import {
  commands,
  decodeConnAuth,
  decodeHeartBeat,
  encodeConnMeta,
  encodeHeartBeat,
} from './packet.ts'

export interface PeerLinkUser {
  /** The other broker has read so many decisions of so many bytes. */
  confirmed(count: number, bytes: number): void
  /** Nobody will hear of them. */
  dropped(address: PeerAddress, count: number, bytes: number, why: string): void
  monotonicMs(): number
}

interface Waiting {
  readonly packet: Uint8Array
  /** Monotonic ms. */
  readonly untilMs: number
}

/** One write, bytes; more waits for the system to take it. */
const writeBytesMax: number = 256 * 1024
/** An original broker takes us for a cold member of the group for so long, and gives its messages to others. */
const warmingUpSeconds = 3600
const refusal = new TextEncoder().encode('a connection between brokers takes no messages')
/** The packet has no answer, so it needs no number. */
const noOpaque = 0

export class PeerLink implements FrameSink {
  readonly address: PeerAddress
  readonly #group: Uint8Array
  readonly #user: PeerLinkUser
  /** Not confirmed, oldest first; the first `#sent` of them are written to the socket of now. */
  #waiting: Waiting[] = []
  #sent = 0
  /** Confirmed and dropped so far: the number of the first that waits. */
  #first = 0
  #socket: Socket | undefined
  #reader: FrameReader | undefined
  #isOpen = false
  #isDue = false
  #why = 'no answer'
  #attempts = 0
  /** Frames of this connection that nobody asked for. */
  #strays = 0
  /** Bytes of answers to them since it last had read everything. */
  #unread = 0
  #connectedAtMs = 0
  #retryAtMs = 0
  #usedAtMs: number

  constructor(address: PeerAddress, group: Uint8Array, user: PeerLinkUser) {
    this.address = address
    this.#group = group
    this.#user = user
    this.#usedAtMs = user.monotonicMs()
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** False when too many wait. */
  push(packet: Uint8Array): boolean {
    if (this.#waiting.length >= passOnWaitingMax) return false
    const nowMs = this.#user.monotonicMs()
    this.#usedAtMs = nowMs
    this.#waiting.push({ packet, untilMs: nowMs + passOnMs })
    if (this.#isOpen) this.#flushSoon()
    else if (this.#socket === undefined && nowMs >= this.#retryAtMs) this.#connect(nowMs)
    return true
  }

  /** Looks after the time, several times a second. True when it is of no more use. */
  sweep(nowMs: number): boolean {
    this.#expire(nowMs)
    const isQuiet = this.#waiting.length === 0
    if (this.#socket === undefined) {
      if (!isQuiet && nowMs >= this.#retryAtMs) this.#connect(nowMs)
      return isQuiet
    }
    if (!this.#isOpen && nowMs - this.#connectedAtMs > peerHandshakeMs) this.#end('no answer')
    else if (isQuiet && nowMs - this.#usedAtMs > peerIdleMs) this.#socket.end()
    return false
  }

  /** At once; what waits is dropped. */
  close(why: string): void {
    this.#drop(this.#waiting.length, why)
    this.#end(why)
  }

  frame(
    command: number,
    opaque: number,
    _version: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (command === commands.connAuth && !this.#isOpen) this.#greeted(source, start, end)
    else if (command === commands.heartBeat && this.#confirmed(source, start, end)) return
    else this.#stray(command, opaque, source, start, end)
  }

  framingError(reason: string): void {
    this.#end(`no KiteQ frame: ${reason}`)
  }

  #connect(nowMs: number): void {
    const { host, port } = this.address
    this.#connectedAtMs = nowMs
    this.#strays = this.#unread = 0
    this.#why = 'the connection has ended'
    const reader = (this.#reader = new FrameReader(this, { framing: 'bare' }))
    const socket = connect({ host, port, noDelay: true })
    this.#socket = socket
    socket.on('connect', () => {
      const meta = { group: this.#group, secret: new Uint8Array(0), warmingUpSeconds }
      socket.write(
        frameBytes(1, commands.connMeta, encodeConnMeta({ ...meta, isRelay: true }), 'bare'),
      )
    })
    socket.on('data', (chunk) => reader.push(chunk))
    socket.on('drain', () => {
      this.#unread = 0
      this.#flushSoon()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => (this.#why = error.code ?? error.message))
    socket.on('close', () => this.#closed(socket))
  }

  #greeted(source: Uint8Array, start: number, end: number): void {
    if (decodeConnAuth(source, start, end)?.status !== true) {
      this.#drop(this.#waiting.length, 'the handshake is refused')
      this.#end('the handshake is refused')
      return
    }
    this.#isOpen = true
    this.#flush()
  }

  /** One write a turn for all that was decided in it. */
  #flushSoon(): void {
    if (this.#isDue) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      this.#flush()
    })
  }

  #flush(): void {
    const socket = this.#socket
    while (this.#isOpen && socket !== undefined && this.#sent < this.#waiting.length) {
      if (!socket.writable || socket.writableNeedDrain) return
      let to = this.#sent
      let bytes = 0
      while (to < this.#waiting.length && (to === this.#sent || bytes < writeBytesMax))
        bytes += frameHeadBytes + this.#waiting[to++]!.packet.length
      const out = new Uint8Array(bytes)
      let at = 0
      for (const { packet } of this.#waiting.slice(this.#sent, to)) {
        at = writeHead(out, at, noOpaque, commands.txAck, packet.length, 'bare')
        out.set(packet, at)
        at += packet.length
      }
      this.#sent = to
      socket.write(out)
      socket.write(frameBytes(noOpaque, commands.heartBeat, beat(this.#first + to), 'bare'))
    }
  }

  /** A heartbeat is back: what left before it has been read. */
  #confirmed(source: Uint8Array, start: number, end: number): boolean {
    const version = decodeHeartBeat(source, start, end)
    if (version === undefined) return false
    const count = version.high * 0x1_0000_0000 + version.low - this.#first
    if (!(count > 0 && count <= this.#sent)) return false
    this.#attempts = this.#strays = 0
    this.#user.confirmed(count, this.#remove(count))
    return true
  }

  /** Whoever has much to say that was not asked for, or does not read what is answered, is no broker to talk to. */
  #stray(command: number, opaque: number, source: Uint8Array, start: number, end: number): void {
    this.#strays += 1
    if (command === commands.bytesMessage || command === commands.stringMessage)
      this.#refuse(command, opaque, source, start, end)
    if (this.#unread > peerUnreadBytesMax && this.#socket?.writableNeedDrain === true)
      this.#end('it does not read what it is answered')
    else if (this.#strays > peerStrayFramesMax) this.#end('it sends what nobody asked for')
  }

  /** To an original broker we are a member of the group like any other. */
  #refuse(
    command: MessageForm,
    opaque: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): void {
    const view = new PublishedView()
    if (!view.read(command, source, start, end)) return
    const out = new Uint8Array(ackBytesMax('bare', end - start + refusal.length))
    const used = writeDeliverAck(out, 0, 'bare', opaque, view, false, refusal)
    this.#socket?.write(out.subarray(0, used))
    this.#unread += used
  }

  /** Whoever has not answered for the whole time is not asked any longer. */
  #expire(nowMs: number): void {
    const kept = this.#waiting.findIndex(({ untilMs }) => untilMs > nowMs)
    const late = kept < 0 ? this.#waiting.length : kept
    if (late === 0) return
    const wereSent = this.#sent > 0
    this.#drop(late, wereSent ? 'no answer' : this.#why)
    if (wereSent) this.#end('no answer')
  }

  #drop(count: number, why: string): void {
    if (count > 0) this.#user.dropped(this.address, count, this.#remove(count), why)
  }

  /** The oldest so many; returns their bytes. */
  #remove(count: number): number {
    const gone = this.#waiting.splice(0, count)
    this.#first += count
    this.#sent = Math.max(0, this.#sent - count)
    return gone.reduce((sum, { packet }) => sum + packet.length, 0)
  }

  #end(why: string): void {
    this.#reader?.stop()
    const socket = this.#socket
    if (socket === undefined) return
    socket.destroy()
    this.#why = why
    this.#closed(socket)
  }

  #closed(socket: Socket): void {
    if (socket !== this.#socket) return
    this.#socket = undefined
    this.#isOpen = false
    this.#sent = 0
    const waitMs = Math.min(peerRetryMs * 2 ** Math.min(this.#attempts, 10), peerRetryMaxMs)
    this.#attempts += 1
    this.#retryAtMs = this.#user.monotonicMs() + waitMs
  }
}

/** A heartbeat that says how many decisions left before it. */
function beat(count: number): Uint8Array {
  return encodeHeartBeat({ low: count >>> 0, high: Math.floor(count / 0x1_0000_0000) })
}
