// One connection: handshake, frames in, bytes out, and when it has to end. Overload refuses, it does not go deaf:
// a connection is read at all times, but for pauses of one sweep when the client does not take its replies.

import type { Socket } from 'node:net'
import type { BrokerPort } from '../broker/command.ts'
import type { AuthAckEffect, CommandAckEffect, StoreAckEffect } from '../broker/effect.ts'
import type { ConnectionNumber } from '../model/ids.ts'
import { packetBodyBytesMax, unsentBytesMin } from '../model/limits.ts'
import { Deadlines } from './deadlines.ts'
import { FrameReader, headBytes, type Framing, type FrameSink } from './frame.ts'
import type { MemoryHolder } from './memory-watch.ts'
import { Outbox, type OutboxEffect, type OutboxHost } from './outbox.ts'
import { OutputBuffer, pieceBytes } from './output-buffer.ts'
import { commands, decodeHeartBeat } from './packet.ts'
import type { SessionHost } from './session-host.ts'
import { takenBytes } from './taken-bytes.ts'

const outputBytesMax: number = 1024 * 1024
const unauthorised = 'Unauthorized,Connection broken!'
const refusedText = {
  malformed: 'Message cannot be read!',
  tooLarge: `Message larger than ${packetBodyBytesMax} bytes!`,
  bind: 'Binding cannot be read!',
} as const

export class ClientSession implements FrameSink, OutboxHost, MemoryHolder {
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
  isStarved = false
  /** What the server's count has of this connection. */
  frameBytes = 0
  outputBytes = 0
  readonly #host: SessionHost<ClientSession>
  readonly #reader: FrameReader
  readonly #outbox: Outbox
  readonly #deadlines: Deadlines
  /** Unix seconds of the chunk being read. */
  #nowSeconds = 0
  #paused = false
  /** Nothing is written any more; when the peer has to be gone. */
  #endingUntilMs = Infinity
  #acksOnly = false
  /** What a member of a replica set said first, and the bytes that had come when it was whole. */
  #hello: Uint8Array | undefined
  #strangerBytes = 0
  #isGone = false

  constructor(host: SessionHost<ClientSession>, socket: Socket, connection: ConnectionNumber) {
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
    if (!this.joined) this.#strangerBytes += chunk.length
    host.enter()
    // Not a Buffer: a view of one costs twice as much, and bytes are read by code that knows one kind of array.
    this.#reader.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length))
    host.leave()
    if (this.#hello !== undefined) {
      const used = headBytes(this.framing) + this.#hello.length
      const rest = chunk.subarray(chunk.length - (this.#strangerBytes - used))
      host.handOver(this, this.#hello, rest)
      return
    }
    if (this.#reader.heldBytesMax === this.frameBytes) return
    this.#countFrame()
    host.memory.relieveFrames(host.monotonicMs())
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
      if (command === commands.member && this.#host.takesMembers && this.#reader.frames === 1) {
        this.#hello = source.slice(start, end)
        this.#reader.stop()
        return
      }
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

  room(): number {
    if (this.isEnding || !this.socket.writable) return -1
    const { out, socket } = this
    const limit = this.unsentBytesMax()
    const flushAt = Math.min(outputBytesMax, limit / 2)
    // Whoever is over the limit must have enough in the socket for a drain to come.
    if (out.length > flushAt) this.flush()
    else if (socket.writableLength + out.length > limit && !socket.writableNeedDrain) this.flush()
    const free = limit - socket.writableLength - out.length
    // Half of it: what is written here makes the limit smaller, too.
    return free < 0 ? -1 : Math.max(0, Math.min(free / 2, flushAt - out.length, this.#memoryRoom()))
  }

  unsentBytesMax(): number {
    const { limits, memory } = this.#host
    // What was written since the last count lies in the buffer.
    const free = memory.output.free - this.out.length
    return Math.min(limits.writeBufferBytesMax, Math.max(unsentBytesMin, free))
  }

  affords(bytes: number): boolean {
    if (bytes <= this.#memoryRoom()) return true
    this.#host.memory.starve(this)
    return false
  }

  flyDropped(): void {
    this.#host.counters.droppedFly++
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
    if (!this.isStarved) this.#outbox.drain()
    if (this.isStarved) this.#outbox.forgetLoaded()
    this.flush()
    this.#countOutput()
  }

  flush(): void {
    const { out, socket } = this
    if (out.length === 0) return
    // Behind a full socket small answers are gathered: each write of its own would hold far more than its bytes.
    const isBehind = socket.writableNeedDrain && socket.writableLength > 0
    if (!isBehind || out.length >= pieceBytes) this.#write()
    this.#pauseReading()
  }

  #write(): void {
    const { out, socket } = this
    if (out.length === 0) return
    if (socket.writable) {
      const bytes = socket.writableLength > 0 ? out.takeSmall() : out.take()
      this.#host.counters.bytesOut += bytes.length
      this.#host.counters.framesOut += out.frames
      socket.write(bytes)
      // Nothing left to write, or a copy: the memory is free again.
      out.done(socket.writableLength === 0 || bytes.buffer !== out.bytes.buffer)
      this.#countOutput()
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
    this.#countFrame()
  }

  close(reason: string): void {
    this.#host.complain(this, `closed: ${reason}`)
    this.finish(reason)
  }

  cut(reason: string): void {
    if (!this.isEnding) {
      this.#host.complain(this, `closed: ${reason}`)
      this.#count(reason)
    }
    this.#endingUntilMs = this.#host.monotonicMs()
    this.socket.destroy()
    this.gone()
  }

  /** Nothing is held for it any more. */
  gone(): void {
    this.#isGone = true
    this.#reader.stop()
    this.#outbox.forgetLoaded()
    this.#countFrame()
    this.#countOutput()
  }

  frameAgeMs(nowMs: number): number {
    return this.joined ? this.#deadlines.unfinishedForMs(this.#reader.frames, nowMs) : Infinity
  }

  outputAgeMs(nowMs: number): number {
    return this.isEnding ? Infinity : this.#deadlines.unreadForMs(takenBytes(this.socket), nowMs)
  }

  /** As finish(), but acks that still come are passed on: each of them saves a repeated delivery. */
  finishGently(reason: string, withinMs: number): void {
    this.settle()
    this.#acksOnly = true
    this.#end(reason, withinMs)
  }

  #end(reason: string, withinMs: number): void {
    if (this.isEnding) return
    this.#count(reason)
    this.#write()
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
    this.#countOutput()
    if (this.isEnding) return
    if (this.#host.memory.output.isCrowded) this.#outbox.forgetLoaded()
    else this.#resumeReading()
    const view = {
      joined: this.joined,
      framesRead: this.#reader.frames,
      unfinishedBytes: this.#reader.unfinishedBytes,
      unsentBytes: this.socket.writableLength,
      sentMark: takenBytes(this.socket),
    }
    const reason = this.#deadlines.overdue(view, nowMs)
    if (reason === undefined) return
    this.close(reason)
  }

  quietForMs(nowMs: number): number {
    return this.#deadlines.quietForMs(nowMs)
  }

  /** The process itself stood still: nobody could be heard, so nobody is late. */
  forgive(ms: number): void {
    this.#deadlines.forgive(ms)
  }

  #count(reason: string): void {
    const { closedBy } = this.#host.counters
    closedBy.set(reason, (closedBy.get(reason) ?? 0) + 1)
  }

  #countFrame(): void {
    const held = this.#reader.heldBytesMax
    this.#host.memory.frames.change(held - this.frameBytes)
    this.frameBytes = held
  }

  /** A write that is not through holds its whole piece, however few bytes are left of it. */
  #countOutput(): void {
    const behind = this.socket.writableLength
    let held = this.#isGone ? 0 : this.out.bytes.length + this.#outbox.heldBytes
    if (behind > 0 && !this.#isGone) held += behind + pieceBytes
    if (held === this.outputBytes) return
    this.#host.memory.output.change(held - this.outputBytes)
    this.outputBytes = held
  }

  /** Half of what is left: the buffer doubles when it grows. */
  #memoryRoom(): number {
    const { free, left } = this.#host.memory.output
    const room = this.socket.writableLength === 0 ? left : free
    return (room - this.out.bytes.length) / 2
  }

  /** A client that does not take its answers is asked for no more of them. */
  #pauseReading(): void {
    const { limits, memory, counters } = this.#host
    const allowed = Math.min(limits.replyBytesMax, Math.max(unsentBytesMin, memory.output.free))
    if (this.#paused || this.socket.writableLength + this.out.length <= allowed) return
    this.#paused = true
    counters.readPauses++
    this.socket.pause()
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
    const { translator, counters } = this.#host
    const { connection, peer, framing } = this
    switch (command) {
      case commands.connMeta: {
        const join = translator.join(connection, peer, framing, opaque, source, start, end)
        if (join !== undefined && !this.joined) {
          this.joined = true
          this.#host.joined(this)
        }
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
        if (typeof bind === 'string') this.#refuse(opaque, bind)
        else this.#submit(bind, 'BIND')
        if (bind === undefined) this.#refuse(opaque, refusedText.bind)
        return
      }
      case commands.credit: {
        const credit = translator.credit(connection, opaque, source, start, end)
        if (typeof credit === 'string') this.#refuse(opaque, credit)
        else this.#submit(credit, 'CREDIT')
        return
      }
      default:
        counters.unknownCommands++
    }
  }

  #submit(command: Parameters<BrokerPort['submit']>[0] | undefined, name: string): void {
    if (command === undefined) this.#badPacket(name)
    else this.#host.broker.submit(command)
  }

  #refuse(opaque: number, feedback: string): void {
    this.#host.writer.commandAck(this.out, this.framing, opaque, false, feedback)
    this.#wrote()
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
