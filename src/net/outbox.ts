// The deliveries of one connection that are not written yet, in order. Their bytes come from the log when their turn
// comes. Must never write past the limit of unsent bytes, nor hold up anything but deliveries.

import type { DeliverEffect, FlyEffect, InquireEffect, MessageSource } from '../broker/effect.ts'
import type { Position, SegmentNumber } from '../model/ids.ts'
import { loadsPerConnectionMax } from '../model/limits.ts'
import type { MessageBytes, MessageForm } from '../model/record.ts'
import { KiteQError } from '../model/errors.ts'
import type { Framing } from './frame.ts'
import { headBytes } from './frame.ts'
import type { OutputBuffer } from './output-buffer.ts'
import { frameBytesMaxOf, type EffectWriter } from './translate.ts'

export type OutboxEffect = DeliverEffect | FlyEffect | InquireEffect

/** The connection, as far as its outbox needs it. */
export interface OutboxHost {
  readonly framing: Framing
  readonly out: OutputBuffer
  /** Bytes that may be written before it is asked again; below 0: none, a drain comes. */
  room(): number
  /** Unsent bytes past which nothing more is written; it shrinks as all connections together hold more. */
  unsentBytesMax(): number
  /** Is there room for so many bytes more, over all connections? If not, drain() is called again later. */
  affords(bytes: number): boolean
  /** A fly message was not taken: too many wait. */
  flyDropped(): void
  /** Something was loaded: drain() should be called and the output flushed. */
  resumed(): void
  undeliverable(opaque: number, cause: 'too-large' | 'damaged'): void
  /** A read failed, but not because of damage: the lease of the delivery will end by itself. */
  loadFailed(error: unknown): void
}

/** What a read from disk gave; undefined when it failed. */
type Loaded = MessageBytes | undefined

const firstLoads = 4

export class Outbox {
  /** Deliveries written since the connection opened. */
  written = 0
  readonly #host: OutboxHost
  readonly #source: MessageSource
  readonly #writer: EffectWriter
  readonly #unsentBytesMax: number
  #queue: OutboxEffect[] = []
  /** First effect not done, and the place in its list. */
  #head = 0
  #at = 0
  /** Bytes for the next stored messages of the queue, in order. */
  #loaded: Loaded[] = []
  #loadedAt = 0
  #loadedBytes = 0
  /** Of the drain that is running: bytes until the connection is asked again. */
  #room = -1
  #flyBytes = 0
  #loading = false
  #loadsMax = firstLoads

  constructor(
    host: OutboxHost,
    source: MessageSource,
    writer: EffectWriter,
    unsentBytesMax: number,
  ) {
    this.#host = host
    this.#source = source
    this.#writer = writer
    this.#unsentBytesMax = unsentBytesMax
  }

  /** Messages that wait. */
  get waiting(): number {
    let count = 0 - this.#at
    for (let index = this.#head; index < this.#queue.length; index++) {
      const effect = this.#queue[index]!
      count += effect.kind === 'deliver' ? effect.deliveries.length : 1
    }
    return count
  }

  /** Memory of messages that wait here with their bytes. */
  get heldBytes(): number {
    return this.#loadedBytes + this.#flyBytes
  }

  push(effect: OutboxEffect): void {
    if (effect.kind === 'fly') {
      const bytes = sizeOf(effect.message)
      if (this.#isFullOfFly(bytes)) this.drain()
      if (this.#isFullOfFly(bytes)) {
        this.#host.flyDropped() // its lease runs out, as if it were lost on the way
        return
      }
      this.#flyBytes += bytes
    }
    this.#queue.push(effect)
  }

  /** Nobody keeps them on disk: what waits here is all there is of them. */
  #isFullOfFly(bytes: number): boolean {
    return this.#flyBytes > 0 && this.#flyBytes + bytes > this.#host.unsentBytesMax()
  }

  /** Opaques of what was never written. */
  unsentOpaques(): number[] {
    const opaques: number[] = []
    for (let index = this.#head; index < this.#queue.length; index++) {
      const effect = this.#queue[index]!
      if (effect.kind !== 'deliver') opaques.push(effect.opaque)
      else {
        const from = index === this.#head ? this.#at : 0
        for (let at = from; at < effect.deliveries.length; at++)
          opaques.push(effect.deliveries[at]!.opaque)
      }
    }
    return opaques
  }

  /** Gives up what was fetched: it is in the log, and is fetched again when its turn comes. */
  forgetLoaded(): void {
    this.#loaded = []
    this.#loadedAt = 0
    this.#loadedBytes = 0
  }

  /** Writes what may be written, until the bytes have to be fetched or the socket is behind. */
  drain(): void {
    this.#room = -1
    while (!this.#loading && this.#head < this.#queue.length) {
      if (this.#room < 0 && (this.#room = this.#host.room()) < 0) break
      const before = this.#host.out.length
      const effect = this.#queue[this.#head]!
      if (effect.kind === 'fly') {
        if (!this.#hasRoomFor(effect.message)) break
        this.#flyBytes -= sizeOf(effect.message)
        this.#deliver(effect.opaque, effect.form, effect.message)
      } else if (effect.kind === 'inquire') {
        if (!this.#next(effect.segment, effect.position)) break
        if (this.#bytes !== undefined) this.#inquire(effect.opaque, this.#bytes)
      } else {
        const delivery = effect.deliveries[this.#at]
        if (delivery !== undefined) {
          if (!this.#next(delivery.segment, delivery.position)) break
          if (this.#bytes !== undefined) this.#deliver(delivery.opaque, delivery.form, this.#bytes)
          this.#at++
        }
        this.#room -= this.#host.out.length - before
        if (this.#at < effect.deliveries.length) continue
      }
      if (effect.kind !== 'deliver') this.#room -= this.#host.out.length - before
      this.#at = 0
      this.#head++
    }
    if (this.#head > 0 && this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
  }

  /** Set by #next(): the bytes of the message whose turn it is; undefined when they cannot be had. */
  #bytes: MessageBytes | undefined

  /** False: the bytes are being fetched, or there is no room for them; go on later. */
  #next(segment: SegmentNumber, position: Position): boolean {
    const isLoaded = this.#loadedAt < this.#loaded.length
    const bytes = isLoaded ? this.#loaded[this.#loadedAt] : this.#source.peek(segment, position)
    if (bytes === undefined && !isLoaded) {
      this.#load()
      return false
    }
    if (bytes !== undefined && !this.#hasRoomFor(bytes)) return false
    this.#bytes = bytes
    if (!isLoaded) return true
    this.#loaded[this.#loadedAt++] = undefined
    if (this.#loadedAt === this.#loaded.length) this.forgetLoaded()
    return true
  }

  /** Asks only for what is past the room: the last message of a turn, or one for which memory may be short. */
  #hasRoomFor(bytes: MessageBytes): boolean {
    return sizeOf(bytes) <= this.#room || this.#host.affords(sizeOf(bytes))
  }

  #deliver(opaque: number, form: MessageForm, message: MessageBytes): void {
    const { framing, out } = this.#host
    if (headBytes(framing) + message.end - message.start > frameBytesMaxOf(framing)) {
      this.#host.undeliverable(opaque, 'too-large')
      return
    }
    this.#writer.delivery(out, framing, opaque, form, message)
    this.written++
  }

  #inquire(opaque: number, message: MessageBytes): void {
    const { framing, out } = this.#host
    const before = out.length
    if (!this.#writer.inquiry(out, framing, opaque, message)) {
      this.#host.undeliverable(opaque, 'damaged')
    } else if (out.length - before > frameBytesMaxOf(framing)) {
      out.length = before
      this.#host.undeliverable(opaque, 'too-large')
    } else this.written++
  }

  /** Fetches the next stored messages together; the queue goes on when all of them are there. */
  #load(): void {
    const loads: Promise<Loaded>[] = []
    let skip = this.#at
    for (let index = this.#head; index < this.#queue.length; index++) {
      const effect = this.#queue[index]!
      if (effect.kind === 'inquire') {
        loads.push(this.#loadOne(effect.opaque, effect.segment, effect.position))
      } else if (effect.kind === 'deliver') {
        for (let at = skip; at < effect.deliveries.length; at++) {
          const { opaque, segment, position } = effect.deliveries[at]!
          loads.push(this.#loadOne(opaque, segment, position))
          if (loads.length >= this.#loadsMax) break
        }
      }
      skip = 0
      if (loads.length >= this.#loadsMax) break
    }
    this.#loading = true
    void Promise.all(loads).then((loaded) => {
      this.#loading = false
      this.#loaded = loaded
      this.#loadedAt = 0
      this.#loadedBytes = 0
      for (const bytes of loaded) if (bytes !== undefined) this.#loadedBytes += sizeOf(bytes)
      this.#adapt(loaded)
      this.#host.resumed()
    })
  }

  async #loadOne(opaque: number, segment: SegmentNumber, position: Position): Promise<Loaded> {
    try {
      return await this.#source.load(segment, position)
    } catch (error) {
      if (error instanceof KiteQError && error.code === 'KITEQ_LOG_CORRUPT') {
        this.#host.undeliverable(opaque, 'damaged')
      } else this.#host.loadFailed(error)
      return undefined
    }
  }

  /** Many small messages at a time, or few large ones: what is fetched and not written stays below the limit. */
  #adapt(loaded: readonly Loaded[]): void {
    let largest = 1
    for (const bytes of loaded) {
      if (bytes !== undefined) largest = Math.max(largest, sizeOf(bytes))
    }
    const fits = Math.floor(this.#unsentBytesMax / largest)
    this.#loadsMax = Math.max(1, Math.min(loadsPerConnectionMax, fits, this.#loadsMax * 2))
  }
}

function sizeOf(bytes: MessageBytes): number {
  return bytes.end - bytes.start
}
