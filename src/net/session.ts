// One connection: handshake, frames in, bytes out, and when it has to end. Overload refuses, it does not go deaf:
// a connection is read at all times, but for pauses of one sweep when the client does not take its replies.

import type { Socket } from 'node:net'
import type { BrokerPort, UndeliverableCommand } from '../broker/command.ts'
import type {
  AuthAckEffect,
  CommandAckEffect,
  MessageSource,
  StoreAckEffect,
} from '../broker/effect.ts'
import type { ConnectionNumber } from '../model/ids.ts'
import { packetBodyBytesMax } from '../model/limits.ts'
import { Deadlines } from './deadlines.ts'
import { FrameReader, type Framing, type FrameSink } from './frame.ts'
import type { NetCounters, NetLimits } from './net-limits.ts'
import { Outbox, type OutboxEffect, type OutboxHost } from './outbox.ts'
import { OutputBuffer, type BufferPool } from './output-buffer.ts'
import { commands, decodeHeartBeat } from './packet.ts'
import type { EffectWriter, FrameTranslator } from './translate.ts'

/** What all connections of a server share. */
export interface SessionHost {
  readonly broker: BrokerPort
  readonly source: MessageSource
  readonly limits: NetLimits
  readonly counters: NetCounters
  readonly translator: FrameTranslator
  readonly writer: EffectWriter
  readonly pool: BufferPool
  /** Before and after the frames of one chunk: what they cause is written together at the end. */
  enter(): void
  leave(): void
  /** The session has something to write when this turn is over. */
  touched(session: ClientSession): void
  /** Hand a command to the broker, but not within the call that is running. */
  later(command: UndeliverableCommand): void
  /** A line in the log, at most one a second and address. */
  complain(session: ClientSession, message: string): void
  monotonicMs(): number
}

const outputBytesMax: number = 1024 * 1024
const unauthorised = 'Unauthorized,Connection broken!'
const refusedText = {
  malformed: 'Message cannot be read!',
  tooLarge: `Message larger than ${packetBodyBytesMax} bytes!`,
  bind: 'Binding cannot be read!',
} as const

export class ClientSession implements FrameSink, OutboxHost {
  readonly connection: ConnectionNumber
  readonly socket: Socket
  readonly address: string
  /** `ip:port`. */
  readonly peer: string
  readonly out: OutputBuffer
  readonly openedAtMs: number
  /** Already in the server's list of those with something to write. */
  isTouched = false
  /** A handshake was passed on to the broker: it must hear when the connection ends. */
  joined = false
  readonly #host: SessionHost
  readonly #reader: FrameReader
  readonly #outbox: Outbox
  readonly #deadlines: Deadlines
  /** Unix seconds of the chunk being read. */
  #nowSeconds = 0
  #paused = false
  /** Nothing is written any more; when the peer has to be gone. */
  #endingUntilMs = Infinity
  #acksOnly = false

  constructor(host: SessionHost, socket: Socket, connection: ConnectionNumber) {
    this.#host = host
    this.socket = socket
    this.connection = connection
    this.address = socket.remoteAddress ?? 'unknown'
    const host6 = this.address.includes(':') ? `[${this.address}]` : this.address
    this.peer = `${host6}:${socket.remotePort ?? 0}`
    this.out = new OutputBuffer(host.pool)
    this.#reader = new FrameReader(this)
    this.#outbox = new Outbox(this, host.source, host.writer, host.limits.writeBufferBytesMax)
    this.openedAtMs = host.monotonicMs()
    this.#deadlines = new Deadlines(host.limits, this.openedAtMs)
  }

  /** What replies go out in; until the first bytes have told, the newer one. */
  get framing(): Framing {
    return this.#reader.framing ?? 'bare'
  }

  get isEnding(): boolean {
    return this.#endingUntilMs !== Infinity
  }

  /** Messages for this connection that are not written yet. */
  get waiting(): number {
    return this.#outbox.waiting
  }

  get deliveriesWritten(): number {
    return this.#outbox.written
  }

  unsentOpaques(): number[] {
    return this.#outbox.unsentOpaques()
  }

  receive(chunk: Uint8Array): void {
    const host = this.#host
    this.#deadlines.byteArrived(host.monotonicMs())
    this.#nowSeconds = Math.floor(host.broker.nowMs() / 1000)
    host.counters.bytesIn += chunk.length
    host.enter()
    // Not a Buffer: a view of one costs twice as much, and bytes are read by code that knows one kind of array.
    this.#reader.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length))
    host.leave()
  }

  frame(
    command: number,
    opaque: number,
    _version: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): void {
    this.#host.counters.framesIn++
    if (this.#acksOnly && command !== commands.deliverAck && command !== commands.txAck) return
    if (!this.joined && command !== commands.connMeta) {
      this.#host.counters.unauthorised++
      this.#host.writer.connAuth(this.out, this.framing, opaque, false, unauthorised)
      this.finish('no handshake')
      return
    }
    switch (command) {
      case commands.bytesMessage:
      case commands.stringMessage:
        this.#publish(command, opaque, source, start, end)
        return
      case commands.deliverAck:
        this.#submit(
          this.#host.translator.deliverAck(this.connection, opaque, source, start, end),
          'DELIVER_ACK',
        )
        return
      case commands.heartBeat:
        this.#heartBeat(opaque, source, start, end)
        return
      default:
        this.#rareFrame(command, opaque, source, start, end)
    }
  }

  framingError(reason: string): void {
    this.#host.counters.framingErrors++
    this.#host.complain(this, `framing error: ${reason}`)
    this.finish('framing error')
  }

  storeAck(effect: StoreAckEffect, nowMs: number): void {
    this.#host.writer.storeAck(this.out, this.framing, effect, nowMs)
    this.#wrote()
  }

  authAck({ opaque, status, feedback }: AuthAckEffect): void {
    this.#host.writer.connAuth(this.out, this.framing, opaque, status, feedback)
    this.#wrote()
  }

  commandAck({ opaque, status, feedback }: CommandAckEffect): void {
    this.#host.writer.commandAck(this.out, this.framing, opaque, status, feedback)
    this.#wrote()
  }

  deliver(effect: OutboxEffect): void {
    this.#outbox.push(effect)
    this.#host.touched(this)
  }

  unsentBytes(): number {
    if (this.isEnding || !this.socket.writable) return Infinity
    // Flushed well below the limit, so that whoever is over it has bytes in the socket, and a drain to come.
    if (this.out.length > Math.min(outputBytesMax, this.#host.limits.writeBufferBytesMax / 2)) {
      this.flush()
    }
    return this.socket.writableLength + this.out.length
  }

  resumed(): void {
    this.#host.enter()
    this.#host.touched(this)
    this.#host.leave()
  }

  undeliverable(opaque: number, cause: 'too-large' | 'damaged'): void {
    this.#host.counters.undeliverable++
    this.#host.later({ kind: 'undeliverable', connection: this.connection, opaque, cause })
  }

  loadFailed(error: unknown): void {
    this.#host.counters.loadsFailed++
    const reason = error instanceof Error ? error.message : String(error)
    this.#host.complain(this, `a message could not be read: ${reason}`)
  }

  /** Writes what is due, in one write; for the end of a turn and for a socket that has drained. */
  settle(): void {
    this.#outbox.drain()
    this.flush()
  }

  flush(): void {
    const { out, socket } = this
    if (out.length === 0) return
    if (socket.writable) {
      const bytes = out.take()
      this.#host.counters.bytesOut += bytes.length
      this.#host.counters.framesOut += out.frames
      socket.write(bytes)
      // Nothing left to write: the kernel has copied it, the memory is free again.
      out.done(socket.writableLength === 0)
      if (socket.writableLength > this.#host.limits.replyBytesMax && !this.#paused) {
        this.#paused = true
        this.#host.counters.readPauses++
        socket.pause()
      }
    } else out.done(true)
  }

  drained(): void {
    this.#resumeReading()
    this.settle()
  }

  /** Flushes and closes our side; what still comes is dropped, so that no reset overtakes the last bytes. */
  finish(reason: string): void {
    this.#end(reason, this.#host.limits.endingMs)
    this.#reader.stop()
  }

  /** As finish(), but acks that still come are passed on: each of them saves a repeated delivery. */
  finishGently(reason: string, withinMs: number): void {
    this.settle()
    this.#acksOnly = true
    this.#end(reason, withinMs)
  }

  #end(reason: string, withinMs: number): void {
    if (this.isEnding) return
    const { counters } = this.#host
    counters.closedBy.set(reason, (counters.closedBy.get(reason) ?? 0) + 1)
    this.flush()
    this.#endingUntilMs = this.#host.monotonicMs() + withinMs
    this.#resumeReading()
    this.socket.end()
  }

  /** Looks after the timeouts; once a second for every connection. */
  sweep(nowMs: number): void {
    if (nowMs > this.#endingUntilMs) {
      this.socket.destroy()
      return
    }
    if (this.isEnding) return
    this.#resumeReading()
    const view = {
      joined: this.joined,
      framesRead: this.#reader.frames,
      unfinishedBytes: this.#reader.unfinishedBytes,
      unsentBytes: this.socket.writableLength,
      sentMark: this.#sentMark(),
    }
    const reason = this.#deadlines.overdue(view, nowMs)
    if (reason === undefined) return
    this.#host.complain(this, `closed: ${reason}`)
    this.finish(reason)
  }

  /** The process itself stood still: nobody could be heard, so nobody is late. */
  forgive(ms: number): void {
    this.#deadlines.forgive(ms)
  }

  /** Bytes the kernel has taken, also in the middle of one large write; what merely waits does not count. */
  #sentMark(): number {
    const { _handle: handle } = this.socket as unknown as {
      _handle?: { bytesWritten?: number; writeQueueSize?: number } | null
    }
    if (handle?.bytesWritten === undefined || handle.writeQueueSize === undefined) {
      return this.socket.bytesWritten - this.socket.writableLength
    }
    return handle.bytesWritten - handle.writeQueueSize
  }

  #resumeReading(): void {
    if (!this.#paused) return
    this.#paused = false
    this.socket.resume()
  }

  #publish(
    command: 0x11 | 0x12,
    opaque: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): void {
    const { translator, broker, writer } = this.#host
    const publish = translator.publish(
      this.connection,
      opaque,
      command,
      source,
      start,
      end,
      this.#nowSeconds,
    )
    const view = translator.published
    if (publish === undefined) {
      this.#badPacket('message')
      if (view.idEnd === view.idStart) return
      writer.refusal(this.out, this.framing, opaque, view, refusedText.malformed)
    } else if (view.message.end - view.message.start > packetBodyBytesMax) {
      writer.refusal(this.out, this.framing, opaque, view, refusedText.tooLarge)
    } else {
      broker.submit(publish)
      return
    }
    this.#wrote()
  }

  #heartBeat(opaque: number, source: Uint8Array, start: number, end: number): void {
    const beat = decodeHeartBeat(source, start, end)
    if (beat === undefined) {
      this.#badPacket('HEARTBEAT')
      return
    }
    this.#host.counters.heartBeats++
    this.#host.writer.heartBeat(this.out, this.framing, opaque, beat)
    this.#wrote()
  }

  #rareFrame(
    command: number,
    opaque: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): void {
    const { translator, counters, writer } = this.#host
    const { connection, peer, framing } = this
    switch (command) {
      case commands.connMeta: {
        const join = translator.join(connection, peer, framing, opaque, source, start, end)
        if (join !== undefined) this.joined = true
        this.#submit(join, 'CONN_META')
        return
      }
      case commands.txAck:
        this.#submit(translator.transaction(connection, opaque, source, start, end), 'TX_ACK')
        return
      case commands.bind:
      case commands.unbind: {
        const bind =
          command === commands.bind
            ? translator.bind(connection, opaque, source, start, end)
            : translator.unbind(connection, opaque, source, start, end)
        this.#submit(bind, 'BIND')
        if (bind !== undefined) return
        writer.commandAck(this.out, framing, opaque, false, refusedText.bind)
        this.#wrote()
        return
      }
      case commands.credit:
        this.#submit(translator.credit(connection, source, start, end), 'CREDIT')
        return
      default:
        counters.unknownCommands++
    }
  }

  #submit(command: Parameters<BrokerPort['submit']>[0] | undefined, name: string): void {
    if (command === undefined) this.#badPacket(name)
    else this.#host.broker.submit(command)
  }

  #badPacket(name: string): void {
    this.#host.counters.badPackets++
    this.#host.complain(this, `a ${name} packet cannot be read`)
  }

  #wrote(): void {
    this.#host.touched(this)
    if (this.out.length > outputBytesMax) this.flush()
  }
}
