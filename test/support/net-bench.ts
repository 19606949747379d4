// Clients over a real loopback socket, and a broker that only notes what it is asked: for the tests of the network room.

import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import type { BrokerPort, Command } from '../../src/broker/command.ts'
import type { Delivery, Effect, MessageSource } from '../../src/broker/effect.ts'
import { KiteQError } from '../../src/model/errors.ts'
import type { ConnectionNumber } from '../../src/model/ids.ts'
import type { MessageBytes } from '../../src/model/record.ts'
import { FrameReader, frameBytes, type Framing } from '../../src/net/frame.ts'
import { PublishedView } from '../../src/net/header.ts'
import type { NetLimits } from '../../src/net/net-limits.ts'
import * as packet from '../../src/net/packet.ts'
import { NetServer } from '../../src/net/server.ts'

export const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
export const bytesOf = (value: string): Uint8Array => Buffer.from(value)
export const idOf = (number: number): string => number.toString(16).padStart(32, '0')

export interface Frame {
  command: number
  opaque: number
  body: Uint8Array
}

export class Peer {
  readonly socket: Socket
  readonly framing: Framing
  readonly frames: Frame[] = []
  readonly ended: Promise<unknown>
  #wake: (() => void) | undefined

  constructor(port: number, framing: Framing) {
    this.framing = framing
    this.socket = connect({ host: '127.0.0.1', port })
    this.socket.on('error', () => undefined)
    this.ended = new Promise((resolve) => this.socket.on('close', resolve))
    const sink = {
      frame: (
        command: number,
        opaque: number,
        _v: number,
        source: Uint8Array,
        start: number,
        end: number,
      ) => {
        this.frames.push({ command, opaque, body: source.slice(start, end) })
      },
      framingError: (reason: string) => assert.fail(reason),
    }
    const reader = new FrameReader(sink, { framing, bodyBytesMax: 2 ** 22 })
    this.socket.on('data', (chunk) => {
      reader.push(chunk)
      this.#wake?.()
    })
  }

  send(command: number, opaque: number, body: Uint8Array): void {
    this.socket.write(frameBytes(opaque, command, body, this.framing))
  }

  /** The next frame. */
  async next(): Promise<Frame> {
    while (this.frames.length === 0) {
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve
        void this.ended.then(() => {
          if (this.frames.length > 0) resolve()
          else reject(new Error('the connection ended'))
        })
      })
    }
    return this.frames.shift()!
  }

  async join(opaque: number = 1): Promise<Frame> {
    this.send(packet.commands.connMeta, opaque, handshake())
    return this.next()
  }
}

export function handshake(): Uint8Array {
  return packet.encodeConnMeta({ group: bytesOf('g'), secret: bytesOf('s'), warmingUpSeconds: 0 })
}

export function message(number: number, bodyBytes: number): Uint8Array {
  const header = {
    messageId: bytesOf(idOf(number)),
    topic: bytesOf('topic'),
    messageType: bytesOf('type'),
    expiredTime: -1,
    deliverLimit: 100,
    group: bytesOf('g'),
    commit: true,
    fly: false,
    properties: [],
  }
  return packet.encodeMessage(header, new Uint8Array(bodyBytes).fill(number))
}

/** Answers a handshake and a publish, notes everything. */
export class NotingBroker implements BrokerPort {
  readonly commands: Command[] = []
  server: NetServer | undefined
  #connections = 0
  #waiting: (() => void)[] = []

  nextConnection(): ConnectionNumber {
    return ++this.#connections as ConnectionNumber
  }

  nowMs(): number {
    return 1_800_000_000_000
  }

  submit(command: Command): void {
    this.commands.push({ ...command })
    for (const wake of this.#waiting.splice(0)) wake()
    if (command.kind === 'join') {
      const { connection, opaque } = command
      const feedback = 'Auth Succ'
      this.server?.release([{ kind: 'auth-ack', connection, opaque, status: true, feedback }])
    } else if (command.kind === 'publish') {
      const { connection, opaque, view } = command
      const { raw: idSource, idStart, idEnd } = view
      const takenAtMs = this.nowMs() - 7
      this.server?.release([
        {
          kind: 'store-ack',
          connection,
          opaque,
          idSource,
          idStart,
          idEnd,
          status: true,
          feedback: undefined,
          takenAtMs,
        },
      ])
    }
  }

  /** The first command of the kind, now or later. */
  async seen<K extends Command['kind']>(kind: K): Promise<Extract<Command, { kind: K }>> {
    for (;;) {
      const found = this.commands.find((command) => command.kind === kind)
      if (found !== undefined) return found as Extract<Command, { kind: K }>
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }
}

export const noSource: MessageSource = {
  peek: () => undefined,
  load: () => Promise.reject(new KiteQError('KITEQ_LOG_CORRUPT', 'none')),
}

export interface Bench {
  broker: NotingBroker
  server: NetServer
  complaints: string[]
  peer: (framing?: Framing) => Peer
}

export async function bench(
  t: TestContext,
  limits: Partial<NetLimits> = {},
  source: MessageSource = noSource,
): Promise<Bench> {
  const broker = new NotingBroker()
  const complaints: string[] = []
  const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }
  const log = { warn: (_details: object, line: string) => void complaints.push(line) }
  const server = new NetServer({ broker, source, clock, log, limits })
  broker.server = server
  const { port } = await server.listen('127.0.0.1', 0)
  const peers: Peer[] = []
  t.after(async () => {
    for (const peer of peers) peer.socket.destroy()
    await server.close({ graceMs: 100 })
  })
  const peer = (framing: Framing = 'bare'): Peer => {
    const made = new Peer(port, framing)
    peers.push(made)
    return made
  }
  return { broker, server, complaints, peer }
}

export function deliveries(count: number): Delivery[] {
  return Array.from({ length: count }, (_, index) => {
    const place = { row: index, message: index, segment: 1, position: index }
    return { opaque: 0x80000000 + index, attempt: 1, form: 0x11, ...place } as unknown as Delivery
  })
}

export function deliver(connection: ConnectionNumber, list: readonly Delivery[]): Effect {
  return { kind: 'deliver', connection, group: 1 as never, deliveries: list }
}

/** Messages in memory, by position. */
export function inMemory(bodyBytes: number): MessageSource {
  const peek = (_segment: number, position: number): MessageBytes => {
    const source = message(position, bodyBytes)
    return { source, start: 0, end: source.length }
  }
  return { peek, load: (segment, position) => Promise.resolve(peek(segment, position)) }
}

export function readMessage(bytes: Uint8Array): PublishedView {
  const view = new PublishedView()
  assert.ok(view.read(0x11, bytes, 0, bytes.length))
  return view
}
