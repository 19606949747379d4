// Consumers: bind, give credit, acknowledge every delivery (one write per read) and count what came.
// A message that comes twice is counted apart; one that came altered is counted as damaged.

import { bind, bytesMessage, credit } from '../wire/frames.ts'
import { OutBuffer } from '../wire/out-buffer.ts'
import {
  bindBody,
  creditBody,
  deliverAckTemplate,
  frame,
  type FrameTemplate,
  type MessageShape,
} from '../wire/packets.ts'
import { Connection, type Address, type ConnectionUser } from './connection.ts'
import { Histogram } from './histogram.ts'
import { monotonicMs } from './monotonic.ts'
import { stampHolds } from './stamp.ts'

/** prompt acks at once; slow takes one second a message; silent never acks; deaf never reads. */
export type Behaviour = 'prompt' | 'slow' | 'silent' | 'deaf'

export interface ConsumerOptions {
  readonly address: Address
  readonly connections: number
  readonly group: string
  readonly shape: MessageShape
  /** Un-acked deliveries a connection may get. */
  readonly window: number
  readonly behaviour: Behaviour
}

const slowMs = 1000

export class ConsumeRun {
  received = 0
  unique = 0
  duplicates = 0
  damaged = 0
  measuring = false
  receivedMeasured = 0
  firstMs = 0
  lastMs = 0
  readonly latency: Histogram = new Histogram()
  private seen = new Uint32Array(1 << 16)

  /** True when this sequence number was not seen before. */
  see(sequence: number): boolean {
    const word = sequence >>> 5
    if (word >= this.seen.length) {
      const larger = new Uint32Array(Math.max(word + 1, 2 * this.seen.length))
      larger.set(this.seen)
      this.seen = larger
    }
    const bit = 1 << (sequence & 31)
    if ((this.seen[word]! & bit) !== 0) return false
    this.seen[word]! |= bit
    return true
  }
}

class Consumer implements ConnectionUser {
  connection: Connection | undefined
  private readonly run: ConsumeRun
  private readonly ack: FrameTemplate
  private readonly bodyBytes: number
  private readonly behaviour: Behaviour
  private readonly out = new OutBuffer()
  private readonly waiting: Buffer[] = []
  private now = 0

  constructor(run: ConsumeRun, options: ConsumerOptions) {
    this.run = run
    this.ack = deliverAckTemplate(options.shape)
    this.bodyBytes = options.shape.bodyBytes
    this.behaviour = options.behaviour
    if (options.behaviour === 'slow') setInterval(() => this.ackOne(), slowMs).unref()
  }

  readBegins(): void {
    this.now = monotonicMs()
  }

  frame(source: Buffer, command: number, opaque: number, start: number, end: number): void {
    if (command !== bytesMessage) return
    const { run } = this
    const at = end - this.bodyBytes
    const idAt = idPosition(source, start)
    if (at < start || idAt === 0 || !stampHolds(source, at)) {
      run.damaged++
      return
    }
    if (run.received++ === 0) run.firstMs = this.now
    run.lastMs = this.now
    if (run.see(source.readUInt32LE(at + 8))) run.unique++
    else run.duplicates++
    if (run.measuring) run.receivedMeasured++
    if (source[at + 12] === 1) run.latency.record(this.now - source.readDoubleLE(at))
    if (this.behaviour !== 'silent') this.acknowledge(source, opaque, idAt)
  }

  private acknowledge(source: Buffer, opaque: number, idAt: number): void {
    const { out, ack } = this
    const template = ack.bytes
    const to = out.reserve(template.length)
    const { bytes } = out
    bytes[to] = opaque >>> 24
    bytes[to + 1] = opaque >>> 16
    bytes[to + 2] = opaque >>> 8
    bytes[to + 3] = opaque
    for (let i = 4; i < template.length; i++) bytes[to + i] = template[i]!
    for (let i = 0, from = to + ack.idAt; i < 32; i++) bytes[from + i] = source[idAt + i]!
    if (this.behaviour === 'slow') {
      this.waiting.push(Buffer.from(bytes.subarray(to, to + template.length)))
    } else out.length += template.length
  }

  readEnds(): void {
    // A group with a backlog gets deliveries before `open` has returned; their acks wait for the next read.
    if (this.connection !== undefined) this.out.sendTo(this.connection.socket)
  }

  private ackOne(): void {
    const ack = this.waiting.shift()
    if (ack !== undefined) this.connection?.socket.write(ack)
  }
}

/** Where the 32 digits begin: header field, its length, id field, 32. 0 when it is not so. */
function idPosition(source: Buffer, start: number): number {
  if (source[start] !== 0x0a) return 0
  let at = start + 1
  while (source[at]! >= 128) at++
  return source[at + 1] === 0x0a && source[at + 2] === 32 ? at + 3 : 0
}

export class Consumers {
  readonly run: ConsumeRun = new ConsumeRun()
  private readonly consumers: Consumer[] = []

  static async connect(
    options: ConsumerOptions,
    failed: (error: Error) => void,
  ): Promise<Consumers> {
    const all = new Consumers()
    const { shape } = options
    for (let i = 0; i < options.connections; i++) {
      const consumer = new Consumer(all.run, options)
      const connection = await Connection.open(options.address, options.group, consumer, failed)
      consumer.connection = connection
      consumer.readEnds()
      connection.socket.write(frame(0, credit, creditBody(options.window)))
      // Only once per group: the list of a group's bindings is the group's, not the connection's. The
      // yardstick counts the connections that bind, so all of them do; repeating it changes nothing.
      await connection.ask(2, bind, bindBody(shape.topic, shape.type))
      if (options.behaviour === 'deaf') connection.socket.pause()
      all.consumers.push(consumer)
    }
    return all
  }

  /** Resolves when `expected` different messages came, or when nothing new came for idleMs. */
  drained(expected: number, idleMs: number): Promise<void> {
    return new Promise((resolve) => {
      let before = -1
      let quietSince = performance.now()
      const timer = setInterval(() => {
        const now = performance.now()
        if (this.run.received !== before) quietSince = now
        before = this.run.received
        if (this.run.unique < expected && now - quietSince < idleMs) return
        clearInterval(timer)
        resolve()
      }, 20)
    })
  }

  async close(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.connection!.close()))
  }
}
