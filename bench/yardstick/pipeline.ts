// Gather, commit, acknowledge, push: the bare path of a message with no broker logic in it.
// No acknowledgement and no delivery leaves before the commit that covers it; one write per socket and commit.

import type { Socket } from 'node:net'
import {
  bytesMessage,
  headBytes,
  readUint32,
  storeAck,
  writeHead,
  writeUint32,
} from '../wire/frames.ts'
import { OutBuffer } from '../wire/out-buffer.ts'
import { crc32 } from './crc32.ts'
import { AckBitmap, IdIndex } from './id-index.ts'
import type { Journal } from './journal.ts'
import { Routing } from './routing.ts'

/** Record head: crc u32 · length u32 · kind u8 · 0 · topic, type, group u16 · ordinal f64. */
export const recordHeadBytes = 24
export const publishedKind = 1
export const ackedKind = 2

const batchBytesMax = 16 * 1024 * 1024
/** Past this the sockets are paused until the next commit. */
const batchBytesHigh = 12 * 1024 * 1024
const unsentBytesHigh = 16 * 1024 * 1024
const opaqueBase = 0x80000000
const feedback = Buffer.from('Store Result true Cost:0')
const ackBodyBytes = 34 + 2 + 2 + feedback.length

/** One connection as the pipeline sees it. */
export class Peer {
  readonly socket: Socket
  /** Acknowledgements for what is in the gathering batch, and for the batch under way. */
  gathering: OutBuffer = new OutBuffer()
  committing: OutBuffer = new OutBuffer()
  readonly deliveries: OutBuffer = new OutBuffer()
  touched = false
  paused = false

  constructor(socket: Socket) {
    this.socket = socket
  }
}

export class Pipeline {
  published = 0
  delivered = 0
  readonly acks: AckBitmap = new AckBitmap()
  readonly consumers: Peer[] = []
  private readonly journal: Journal
  private readonly index: IdIndex | undefined
  private readonly routing = new Routing()
  private gathering: Buffer = Buffer.allocUnsafeSlow(batchBytesMax)
  private view = dataView(this.gathering)
  private length = 0
  private committing: Buffer = Buffer.allocUnsafeSlow(batchBytesMax)
  private committingView = dataView(this.committing)
  private committingLength = 0
  private touched: Peer[] = []
  private committingPeers: Peer[] = []
  private readonly pausedPeers: Peer[] = []
  private busy = false
  private scheduled = false
  private turn = 0

  /** index: undefined leaves the index and the deliveries out. */
  constructor(journal: Journal, index: IdIndex | undefined) {
    this.journal = journal
    this.index = index
  }

  /** A BYTES_MESSAGE body; false when it cannot be read. */
  publish(peer: Peer, opaque: number, source: Buffer, start: number, end: number): boolean {
    const { routing } = this
    if (!routing.decode(source, start, end)) return false
    const ordinal = this.published++
    const at = this.length
    source.copy(this.gathering, at + recordHeadBytes, start, end)
    this.seal(at, end - start, publishedKind, ordinal)
    this.index?.put(routing.id0, routing.id1, routing.id2, routing.id3, ordinal)
    this.acknowledge(peer, opaque, source, routing.idAt)
    this.appended(peer)
    return true
  }

  /** A DELIVER_ACK body; unknown ids and repeats change nothing. */
  deliverAck(peer: Peer, source: Buffer, start: number): void {
    const { routing } = this
    if (source[start] !== 0x0a || source[start + 1] !== 32 || !routing.id(source, start + 2)) return
    const ordinal = this.index!.get(routing.id0, routing.id1, routing.id2, routing.id3)
    if (ordinal < 0 || !this.acks.add(ordinal)) return
    this.seal(this.length, 0, ackedKind, ordinal)
    this.appended(peer)
  }

  private seal(at: number, bodyBytes: number, kind: number, ordinal: number): void {
    const { view, routing } = this
    const end = at + recordHeadBytes + bodyBytes
    view.setUint32(at + 4, end - at, true)
    view.setUint16(at + 8, kind, true)
    view.setUint16(at + 10, routing.topic, true)
    view.setUint16(at + 12, routing.type, true)
    view.setUint16(at + 14, routing.group, true)
    view.setFloat64(at + 16, ordinal, true)
    view.setUint32(at, crc32(this.gathering, at + 4, end), true)
    this.length = end
  }

  private acknowledge(peer: Peer, opaque: number, source: Buffer, idAt: number): void {
    const out = peer.gathering
    let at = out.reserve(headBytes + ackBodyBytes)
    const target = out.bytes
    writeHead(target, at, opaque, storeAck, ackBodyBytes)
    at += headBytes
    target[at] = 0x0a
    target[at + 1] = 32
    for (let i = 0; i < 32; i++) target[at + 2 + i] = source[idAt + i]!
    target[at + 34] = 0x10
    target[at + 35] = 1
    target[at + 36] = 0x1a
    target[at + 37] = feedback.length
    for (let i = 0; i < feedback.length; i++) target[at + 38 + i] = feedback[i]!
    out.length += headBytes + ackBodyBytes
    if (peer.touched) return
    peer.touched = true
    this.touched.push(peer)
  }

  private appended(peer: Peer): void {
    if (this.length > batchBytesHigh) this.pause(peer)
    if (this.busy || this.scheduled) return
    // Not at once: every socket that is readable in this turn joins the batch.
    this.scheduled = true
    setImmediate(this.flush)
  }

  private pause(peer: Peer): void {
    if (peer.paused) return
    peer.paused = true
    peer.socket.pause()
    this.pausedPeers.push(peer)
  }

  private readonly flush = (): void => {
    this.scheduled = false
    if (this.busy || this.length === 0) return
    this.busy = true
    const bytes = this.gathering
    const { view, touched } = this
    this.gathering = this.committing
    this.view = this.committingView
    this.touched = this.committingPeers
    this.committing = bytes
    this.committingView = view
    this.committingPeers = touched
    this.committingLength = this.length
    this.length = 0
    for (const peer of touched) {
      peer.touched = false
      const acks = peer.gathering
      peer.gathering = peer.committing
      peer.committing = acks
    }
    this.journal.commit(bytes, this.committingLength, this.committed)
  }

  private readonly committed = (): void => {
    for (const peer of this.committingPeers) peer.committing.sendTo(peer.socket)
    if (this.consumers.length > 0) this.deliver()
    this.committingPeers.length = 0
    this.busy = false
    this.flush()
    if (this.pausedPeers.length > 0) this.resume()
  }

  private resume(): void {
    if (this.consumers.some((consumer) => consumer.deliveries.unsent > unsentBytesHigh)) return
    for (const peer of this.pausedPeers) {
      peer.paused = false
      peer.socket.resume()
    }
    this.pausedPeers.length = 0
  }

  /** Copies what was just made durable to the consumers, in turn. */
  private deliver(): void {
    const { committing, committingView, consumers } = this
    for (let at = 0; at < this.committingLength;) {
      const length = committingView.getUint32(at + 4, true)
      if (committingView.getUint16(at + 8, true) === publishedKind) {
        this.turn = this.turn + 1 < consumers.length ? this.turn + 1 : 0
        const out = consumers[this.turn]!.deliveries
        const body = length - recordHeadBytes
        const to = out.reserve(headBytes + body)
        const opaque = opaqueBase + (this.delivered++ & 0x7fffffff)
        writeHead(out.bytes, to, opaque, bytesMessage, body)
        committing.copy(out.bytes, to + headBytes, at + recordHeadBytes, at + length)
        out.length = to + headBytes + body
      }
      at += length
    }
    for (const consumer of consumers) {
      consumer.deliveries.sendTo(consumer.socket, this.sent)
      if (consumer.deliveries.unsent > unsentBytesHigh) {
        for (const peer of this.committingPeers) this.pause(peer)
      }
    }
  }

  private readonly sent = (): void => {
    if (this.pausedPeers.length > 0 && this.length <= batchBytesHigh) this.resume()
  }
}

/** Acknowledges at once, without a journal: what the sockets alone can do. */
export function acknowledgeAtOnce(out: OutBuffer, source: Buffer, start: number): void {
  const at = out.reserve(headBytes + ackBodyBytes)
  writeHead(out.bytes, at, readUint32(source, start - headBytes), storeAck, ackBodyBytes)
  out.bytes.fill(0x30, at + headBytes, at + headBytes + ackBodyBytes)
  out.bytes.set(ackStart, at + headBytes)
  writeUint32(out.bytes, at + headBytes + 34, 0x10011a00 | feedback.length)
  out.length = at + headBytes + ackBodyBytes
}

const ackStart = Uint8Array.of(0x0a, 32)

function dataView(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
