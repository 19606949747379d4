// Publishers: a closed loop with N messages in flight, or a paced, open loop at a fixed rate.
// Frames are patched inside buffers that were filled before the run; nothing is allocated per message.
// In the paced loop a latency counts from the moment a message was due, so a stall is not hidden by waiting for it.

import { storeAck } from '../wire/frames.ts'
import { publishTemplate, type FrameTemplate, type MessageShape } from '../wire/packets.ts'
import { Connection, type Address, type ConnectionUser } from './connection.ts'
import { Histogram } from './histogram.ts'
import { IdSource } from './id-source.ts'
import { monotonicMs } from './monotonic.ts'
import { writeStamp } from './stamp.ts'

export interface PublisherOptions {
  readonly address: Address
  readonly connections: number
  /** In all; shared out evenly. In the paced loop the most that may be unanswered. */
  readonly inFlight: number
  readonly shape: MessageShape
  /** Messages in all, at most. */
  readonly countMax: number
  readonly seed: number
  /** Messages a second; 0: closed loop. */
  readonly rate: number
}

const slotBits = 16
const slotMask = (1 << slotBits) - 1
/** Keeps opaques below 0x80000000, where a broker numbers what it starts itself. */
const generations = 0x7fff
const bufferBytes = 64 * 1024
/** Node's timers count whole milliseconds; a paced loop sleeps in slices of this instead. */
const sliceMs = 0.2

/** What all connections of a run share. */
export class PublishRun {
  sent = 0
  acked = 0
  refused = 0
  /** Answers to nothing that is open: a broker that sends one has lost count. */
  unexpected = 0
  ackedMeasured = 0
  measuring = false
  started = false
  stopped = false
  firstRefusal = ''
  readonly latency: Histogram = new Histogram()
  readonly ids: IdSource
  readonly frames: FramePool
  readonly countMax: number
  onDrained: (() => void) | undefined
  /** Resolves when all messages of the count are answered. */
  readonly countReached: Promise<void>
  private onCount: () => void = () => undefined

  constructor(options: PublisherOptions) {
    this.ids = new IdSource(options.seed)
    const template = publishTemplate(options.shape)
    const perConnection = Math.ceil(options.inFlight / options.connections)
    const fit = Math.max(1, Math.floor(bufferBytes / template.bytes.length))
    this.frames = new FramePool(template, Math.min(fit, perConnection))
    this.countMax = options.countMax
    this.countReached = new Promise((resolve) => {
      this.onCount = resolve
    })
  }

  answered(): void {
    const all = this.acked + this.refused
    if (all === this.countMax) this.onCount()
    if (this.stopped && all === this.sent) this.onDrained?.()
  }
}

/** Buffers full of finished frames, of which only opaque, id and stamp change. */
class FramePool {
  readonly frameBytes: number
  readonly idAt: number
  readonly bodyAt: number
  readonly framesMax: number
  private readonly template: Buffer
  private readonly free: Buffer[] = []

  constructor(template: FrameTemplate, framesMax: number) {
    this.template = template.bytes
    this.frameBytes = template.bytes.length
    this.idAt = template.idAt
    this.bodyAt = template.bodyAt
    this.framesMax = framesMax
  }

  take(): Buffer {
    return this.free.pop() ?? Buffer.alloc(this.framesMax * this.frameBytes, this.template)
  }

  give(bytes: Buffer): void {
    this.free.push(bytes)
  }
}

class Publisher implements ConnectionUser {
  connection: Connection | undefined
  freeCount: number
  private readonly run: PublishRun
  private readonly closedLoop: boolean
  private readonly freeSlots: Uint16Array
  private readonly opaques: Uint32Array
  private readonly sentAt: Float64Array
  private readonly measured: Uint8Array
  private readonly generations: Uint16Array
  private now = 0

  constructor(run: PublishRun, slots: number, closedLoop: boolean) {
    if (slots > slotMask) throw new Error(`at most ${slotMask} in flight on one connection`)
    this.run = run
    this.closedLoop = closedLoop
    this.freeCount = slots
    this.freeSlots = Uint16Array.from({ length: slots }, (_, i) => slots - 1 - i)
    this.opaques = new Uint32Array(slots)
    this.sentAt = new Float64Array(slots)
    this.measured = new Uint8Array(slots)
    this.generations = new Uint16Array(slots)
  }

  /** Sends up to `count` messages stamped `dueMs`, and each later one `stepMs` later. Returns how many. */
  send(count: number, dueMs: number, stepMs: number): number {
    const { run } = this
    let left = Math.min(count, this.freeCount, run.countMax - run.sent)
    const total = left
    let due = dueMs
    while (left > 0) {
      const part = Math.min(left, run.frames.framesMax)
      const bytes = run.frames.take()
      for (let i = 0; i < part; i++, due += stepMs) this.patch(bytes, i, due)
      this.connection!.socket.write(bytes.subarray(0, part * run.frames.frameBytes), () =>
        run.frames.give(bytes),
      )
      left -= part
    }
    return total
  }

  private patch(bytes: Buffer, index: number, due: number): void {
    const { run } = this
    const { frames } = run
    const slot = this.freeSlots[--this.freeCount]!
    // Generation 0 is left out: opaque 0 means "no answer wanted" to the original's clients.
    const generation = (this.generations[slot]! % generations) + 1
    this.generations[slot] = generation
    const opaque = ((generation << slotBits) | slot) >>> 0
    this.opaques[slot] = opaque
    this.sentAt[slot] = due
    this.measured[slot] = run.measuring ? 1 : 0
    const at = index * frames.frameBytes
    bytes[at] = opaque >>> 24
    bytes[at + 1] = opaque >>> 16
    bytes[at + 2] = opaque >>> 8
    bytes[at + 3] = opaque
    run.ids.write(bytes, at + frames.idAt)
    writeStamp(bytes, at + frames.bodyAt, due, run.sent, run.measuring)
    run.sent++
  }

  readBegins(): void {
    this.now = monotonicMs()
  }

  frame(source: Buffer, command: number, opaque: number, start: number, end: number): void {
    const { run } = this
    const slot = opaque & slotMask
    if (command !== storeAck || this.opaques[slot] !== opaque) {
      run.unexpected++
      return
    }
    this.opaques[slot] = 0
    this.freeSlots[this.freeCount++] = slot
    if (source[start + 34] === 0x10 && source[start + 35] === 1) {
      run.acked++
      if (run.measuring) run.ackedMeasured++
      if (this.measured[slot] === 1) run.latency.record(this.now - this.sentAt[slot]!)
    } else {
      run.refused++
      if (run.firstRefusal === '') run.firstRefusal = source.toString('latin1', start + 36, end)
    }
  }

  readEnds(): void {
    const { run } = this
    if (run.stopped || run.sent === run.countMax) run.answered()
    else if (run.started && this.closedLoop && this.freeCount > 0)
      this.send(this.freeCount, this.now, 0)
  }
}

export class Publishers {
  readonly run: PublishRun
  private readonly publishers: Publisher[] = []
  private readonly options: PublisherOptions
  private turn = 0
  private nextDue = 0
  private readonly sleeper = new Int32Array(new SharedArrayBuffer(4))

  private constructor(options: PublisherOptions) {
    this.options = options
    this.run = new PublishRun(options)
  }

  static async connect(
    options: PublisherOptions,
    failed: (error: Error) => void,
  ): Promise<Publishers> {
    const all = new Publishers(options)
    const { connections, inFlight, shape, address } = options
    for (let i = 0; i < connections; i++) {
      const slots = Math.floor(inFlight / connections) + (i < inFlight % connections ? 1 : 0)
      const publisher = new Publisher(all.run, slots, options.rate === 0)
      publisher.connection = await Connection.open(address, shape.group, publisher, failed)
      all.publishers.push(publisher)
    }
    return all
  }

  start(): void {
    this.run.started = true
    if (this.options.rate > 0) {
      this.nextDue = monotonicMs()
      this.paced()
      return
    }
    for (const publisher of this.publishers) publisher.send(publisher.freeCount, monotonicMs(), 0)
  }

  private readonly paced = (): void => {
    const { run } = this
    if (run.stopped) return
    const stepMs = 1000 / this.options.rate
    const now = monotonicMs()
    const due = now < this.nextDue ? 0 : Math.floor((now - this.nextDue) / stepMs) + 1
    if (due > 0) {
      const publisher = this.publishers[this.turn]!
      this.turn = (this.turn + 1) % this.publishers.length
      // What finds no free slot stays due, and its latency counts from now on.
      this.nextDue += stepMs * publisher.send(due, this.nextDue, stepMs)
    }
    Atomics.wait(this.sleeper, 0, 0, Math.max(0, Math.min(sliceMs, this.nextDue - monotonicMs())))
    setImmediate(this.paced)
  }

  /** No more is sent; resolves when all is answered, or after timeoutMs. */
  stop(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs)
      this.run.onDrained = () => {
        clearTimeout(timer)
        resolve()
      }
      this.run.stopped = true
      this.run.answered()
    })
  }

  async close(): Promise<void> {
    await Promise.all(this.publishers.map((publisher) => publisher.connection!.close()))
  }
}
