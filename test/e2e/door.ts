// A client at the broker's door that hides nothing: every frame it gets is kept as bytes, every frame it sends may be
// wrong on purpose. Waits on frames and ends of connections, never on time.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { StoreAckView, writeDeliverAck } from '../../src/net/ack-packet.ts'
import { FrameReader, frameBytes } from '../../src/net/frame.ts'
import { PublishedView } from '../../src/net/header.ts'
import {
  commands,
  decodeCommandAck,
  decodeConnAuth,
  encodeBind,
  encodeConnMeta,
  encodeCredit,
  encodeHeartBeat,
  encodeMessage,
  type MessageHeader,
  type WireBinding,
} from '../../src/net/packet.ts'
import { startBroker, type BrokerOptions, type BrokerProcess } from '../support/broker-process.ts'

export interface DoorFrame {
  readonly command: number
  readonly opaque: number
  readonly body: Uint8Array
}

export interface StoreAnswer {
  readonly id: string
  readonly status: boolean
  readonly feedback: string
}

/** A test at the door that takes longer hangs. */
export const within = { timeout: 60_000 }

export const bytesOf = (text: string): Uint8Array => Buffer.from(text)
export const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
export const newId = (): string => randomBytes(16).toString('hex')

/** A broker that ends with the test, also when the test fails. */
export async function brokerFor(
  t: TestContext,
  options: BrokerOptions = {},
): Promise<BrokerProcess> {
  const broker = await startBroker(options)
  t.after(async () => {
    await broker.kill9()
    await broker.stop()
  })
  return broker
}

/** A header with everything a message needs; bytes where the wire has bytes. */
export function headerOf(fields: Partial<MessageHeader> = {}): MessageHeader {
  return {
    messageId: bytesOf(newId()),
    topic: bytesOf('trade'),
    messageType: bytesOf('pay-succ-200'),
    expiredTime: -1,
    deliverLimit: 100,
    group: bytesOf('publisher'),
    commit: true,
    fly: false,
    properties: [],
    ...fields,
  }
}

export class DoorClient {
  readonly socket: Socket
  readonly frames: DoorFrame[] = []
  /** Resolves with whether the broker ended it in order (FIN) rather than by a reset. */
  readonly ended: Promise<void>
  isEnded = false
  #wake: (() => void)[] = []
  #opaque = 100

  constructor(port: number, host = '127.0.0.1') {
    this.socket = connect({ host, port, noDelay: true })
    this.socket.on('error', () => undefined)
    this.ended = new Promise((resolve) => {
      this.socket.on('close', () => {
        this.isEnded = true
        this.#woken()
        resolve()
      })
    })
    const reader = new FrameReader(
      {
        frame: (command, opaque, _version, source, start, end) =>
          this.frames.push({ command, opaque, body: source.slice(start, end) }),
        framingError: (reason) => assert.fail(`the broker wrote no frame: ${reason}`),
      },
      { framing: 'bare' },
    )
    this.socket.on('data', (chunk) => {
      reader.push(chunk)
      this.#woken()
    })
  }

  /** Connected, shaken hands; with bindings when given. */
  static async join(
    port: number,
    group: string,
    bindings: Readonly<Record<string, readonly Partial<WireBinding>[]>> = {},
    host?: string,
  ): Promise<DoorClient> {
    const client = new DoorClient(port, host)
    client.send(commands.connMeta, handshake(group))
    const answer = await client.next(commands.connAuth)
    assert.equal(decodeConnAuth(answer.body, 0, answer.body.length)?.status, true)
    for (const [topic, list] of Object.entries(bindings)) {
      const ack = await client.bind(bytesOf(topic), list)
      assert.ok(ack.status, ack.feedback)
    }
    return client
  }

  send(command: number, body: Uint8Array, opaque: number = ++this.#opaque): number {
    this.socket.write(frameBytes(opaque, command, body, 'bare'))
    return opaque
  }

  /** The next frame of this command (and opaque), taken out of the order of arrival. */
  async next(command: number, opaque?: number): Promise<DoorFrame> {
    for (;;) {
      const at = this.frames.findIndex(
        (frame) => frame.command === command && (opaque === undefined || frame.opaque === opaque),
      )
      if (at >= 0) return this.frames.splice(at, 1)[0]!
      if (this.isEnded) throw new Error(`the connection ended before a frame ${command} came`)
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  /** Until this many frames of the command have come and are kept. */
  async until(command: number, count: number): Promise<DoorFrame[]> {
    for (;;) {
      const found = this.frames.filter((frame) => frame.command === command)
      if (found.length >= count) return found
      if (this.isEnded) throw new Error(`ended with ${found.length} of ${count} frames ${command}`)
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  async bind(
    topic: Uint8Array,
    list: readonly Partial<WireBinding>[],
  ): Promise<{ status: boolean; feedback: string }> {
    const bindings = list.map((one) => ({
      bindType: 'fanout' as const,
      messageType: bytesOf('*'),
      watermark: 0,
      persistent: true,
      ...one,
    }))
    const opaque = this.send(commands.bind, encodeBind({ topic, bindings }))
    const { body } = await this.next(commands.commandAck, opaque)
    const ack = decodeCommandAck(body, 0, body.length)
    assert.ok(ack)
    return { status: ack.status, feedback: textOf(ack.feedback) }
  }

  credit(window: number): void {
    this.send(commands.credit, encodeCredit(window))
  }

  /** Sends it; the answer comes later. */
  publishOnly(
    header: MessageHeader,
    body: Uint8Array,
    form: number = commands.bytesMessage,
  ): number {
    return this.send(form, encodeMessage(header, body))
  }

  async answerTo(opaque: number): Promise<StoreAnswer> {
    const { body } = await this.next(commands.storeAck, opaque)
    const view = new StoreAckView()
    assert.ok(view.read(body, 0, body.length), 'a store ack can be read')
    return {
      id: textOf(body.subarray(view.idStart, view.idEnd)),
      status: view.status,
      feedback: textOf(body.subarray(view.feedbackStart, view.feedbackEnd)),
    }
  }

  publish(
    fields: Partial<MessageHeader> = {},
    body: Uint8Array = bytesOf('body'),
    form: number = commands.bytesMessage,
  ): Promise<StoreAnswer> {
    return this.answerTo(this.publishOnly(headerOf(fields), body, form))
  }

  /** Answers a delivery as a client of the original does. */
  answer(delivery: DoorFrame, status = true, feedback = ''): void {
    const view = readMessage(delivery)
    const scratch = new Uint8Array(4096)
    const end = writeDeliverAck(
      scratch,
      0,
      'bare',
      delivery.opaque,
      view,
      status,
      bytesOf(feedback),
    )
    this.socket.write(scratch.slice(0, end))
  }

  /** A heartbeat there and back: everything sent before it has been read by the broker. */
  async heartBeat(): Promise<void> {
    const opaque = this.send(commands.heartBeat, encodeHeartBeat({ low: 42, high: 0 }))
    await this.next(commands.heartBeat, opaque)
  }

  close(): void {
    this.socket.destroy()
  }

  #woken(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }
}

export function handshake(group: string): Uint8Array {
  return encodeConnMeta({ group: bytesOf(group), secret: bytesOf('s'), warmingUpSeconds: 0 })
}

/** The header and the spans of a delivered message. */
export function readMessage(delivery: DoorFrame): PublishedView {
  const view = new PublishedView()
  assert.ok(view.read(delivery.command as 0x11, delivery.body, 0, delivery.body.length))
  return view
}

export function idIn(delivery: DoorFrame): string {
  const view = readMessage(delivery)
  return textOf(delivery.body.subarray(view.idStart, view.idEnd))
}

export function bodyIn(delivery: DoorFrame): Uint8Array {
  const view = readMessage(delivery)
  return delivery.body.subarray(view.bodyStart, view.bodyEnd)
}

/** Resident memory of a running process, bytes. */
export function residentBytes(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024
}

/** A frame head with whatever length it claims. */
export function headOf(command: number, length: number, opaque = 1): Uint8Array {
  const head = Buffer.alloc(19)
  head.writeUInt32BE(opaque, 0)
  head[4] = command
  head.writeInt32BE(length, 15)
  return head
}
