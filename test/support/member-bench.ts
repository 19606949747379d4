// Members of a replica set over real loopback sockets, through the clients' port: for the tests of how they talk.

import { randomBytes } from 'node:crypto'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import type { LogPlace } from '../../src/log/raw-records.ts'
import type { Epoch, Offset, Position, SegmentNumber } from '../../src/model/ids.ts'
import type { Logger } from '../../src/model/logger.ts'
import { NetServer } from '../../src/net/server.ts'
import { MemberDoor } from '../../src/replication/member-door.ts'
import { MemberFrameReader, readU32 } from '../../src/replication/member-frame.ts'
import {
  helloFrame,
  helloOf,
  kinds,
  partsOf,
  plainFrame,
  provenIntroduction,
  type MemberCredentials,
} from '../../src/replication/member-handshake.ts'
import type { MemberLimits } from '../../src/replication/member-limits.ts'
import { MemberTransport } from '../../src/replication/member-transport.ts'
import type { PullRequest, ReplicaReply, ReplicaRequest } from '../../src/replication/ports.ts'
import {
  isProof,
  nonceBytes,
  proofOf,
  sealOf,
  type FrameSeal,
} from '../../src/replication/proof.ts'
import { openSealed, sealedFrame, type OpenedFrame } from '../../src/replication/sealed-frame.ts'
import { setKeyOf } from '../../src/replication/set-key.ts'
import { systemClock } from '../../src/system-clock.ts'
import { inMemory, NotingBroker } from './net-bench.ts'

export const keyText = 'the key that all members of the set orders have'
export const copy = '0123456789abcdef0123456789abcdef'

export function credentials(id: string, other: Partial<MemberCredentials> = {}): MemberCredentials {
  const key = setKeyOf(Buffer.from(keyText), 'a test')
  return { key, set: 'orders', id, formatReads: 7, formatWrites: 7, ...other }
}

export const otherKey = (): Partial<MemberCredentials> => ({
  key: setKeyOf(Buffer.from(keyText.toUpperCase()), 'a test'),
})

export function place(offset: number, segment: number, position: number): LogPlace {
  return {
    offset: offset as Offset,
    segment: segment as SegmentNumber,
    position: position as Position,
  }
}

export function pull(other: Partial<PullRequest> = {}): PullRequest {
  return {
    kind: 'pull',
    member: 'b2',
    copy,
    epoch: 3 as Epoch,
    lastEpoch: 2 as Epoch,
    place: place(2 ** 40 + 5, 4, 8192),
    synced: (2 ** 40 + 5) as Offset,
    watermark: (2 ** 40) as Offset,
    waitMs: 500,
    bytesMax: 1_000_000,
    ...other,
  }
}

/** Says nothing but how far it is. */
export function status(end: number): ReplicaReply {
  const words = { id: 'b1', copy, lastEpoch: 2 as Epoch, isUnsure: false, epoch: 3 as Epoch }
  return { kind: 'status', status: { ...words, end: end as Offset } }
}

export function records(bytes: Uint8Array, header?: Uint8Array): ReplicaReply {
  return {
    kind: 'records',
    epoch: 3 as Epoch,
    watermark: 7 as Offset,
    end: 9 as Offset,
    records: { place: place(7, 1, 4096), header, bytes, end: place(9, 1, 4096 + bytes.length) },
  }
}

export interface Member {
  readonly address: string
  readonly port: number
  readonly server: NetServer
  readonly door: MemberDoor
  readonly told: string[]
}

export interface MemberBenchOptions {
  readonly answer?: (request: ReplicaRequest, member: string) => Promise<ReplicaReply>
  readonly limits?: Partial<MemberLimits>
  readonly credentials?: Partial<MemberCredentials>
  readonly port?: number
}

/** A member b1 that answers: `status(1)` unless told otherwise. */
export async function member(t: TestContext, options: MemberBenchOptions = {}): Promise<Member> {
  const told: string[] = []
  const log: Logger = { info: () => {}, warn: (_details, message) => void told.push(message) }
  const door = new MemberDoor({
    credentials: credentials('b1', options.credentials),
    clock: systemClock,
    randomBytes,
    answer: options.answer ?? (() => Promise.resolve(status(1))),
    log,
    limits: { sweepMs: 5, ...options.limits },
  })
  const broker = new NotingBroker()
  const server = new NetServer({ broker, source: inMemory(0), clock: systemClock, members: door })
  broker.server = server
  const { port } = await server.listen('127.0.0.1', options.port ?? 0)
  t.after(async () => {
    door.close()
    await server.close({ graceMs: 0 })
  })
  return { address: `127.0.0.1:${port}`, port, server, door, told }
}

/** A member b2 that asks. */
export function asking(
  t: TestContext,
  other: Partial<MemberCredentials> = {},
  limits: Partial<MemberLimits> = {},
): MemberTransport {
  const transport = new MemberTransport({
    credentials: credentials('b2', other),
    clock: systemClock,
    randomBytes,
    limits: { sweepMs: 5, ...limits },
  })
  t.after(() => transport.close())
  return transport
}

/** What a test does to one frame on its way; the handshake's are 0 and 1 of each direction. */
export type Tamper = (
  from: 'asker' | 'answerer',
  index: number,
  frame: Uint8Array,
) => readonly Uint8Array[]

/** Stands between two members, and sees every frame. Its address is to be dialled instead. */
export async function between(t: TestContext, port: number, tamper: Tamper): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((asker) => {
    const answerer = connect({ host: '127.0.0.1', port })
    for (const socket of [asker, answerer]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        asker.destroy()
        answerer.destroy()
      })
    }
    passOn(asker, answerer, 57, (index, frame) => tamper('asker', index, frame))
    passOn(answerer, asker, 0, (index, frame) => tamper('answerer', index, frame))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

function passOn(
  from: Socket,
  to: Socket,
  helloBytes: number,
  tamper: (index: number, frame: Uint8Array) => readonly Uint8Array[],
): void {
  let held: Buffer = Buffer.alloc(0)
  let index = 0
  from.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    for (;;) {
      const isHello = index === 0 && helloBytes > 0
      if (held.length < (isHello ? helloBytes : 4)) return
      const whole = isHello ? helloBytes : 4 + readU32(held, 0)
      if (held.length < whole) return
      const frame = held.subarray(0, whole)
      held = held.subarray(whole)
      for (const piece of tamper(index, Buffer.from(frame))) to.write(piece)
      index++
    }
  })
}

/** A peer that knows the key and does with it what a member never would. */
export class RawMember {
  readonly socket: Socket
  readonly ended: Promise<unknown>
  /** Bytes of all frames that came, the handshake's too. */
  readonly frames: Uint8Array[] = []
  sealing!: FrameSeal
  opening!: FrameSeal
  #wake: (() => void) | undefined

  constructor(t: TestContext, port: number) {
    this.socket = connect({ host: '127.0.0.1', port })
    this.socket.on('error', () => undefined)
    this.ended = new Promise((resolve) => this.socket.on('close', resolve))
    const sink = {
      frame: (source: Uint8Array, start: number, end: number): void => {
        this.frames.push(source.slice(start, end))
      },
      broken: (why: string): void => void this.socket.destroy(new Error(why)),
    }
    const reader = new MemberFrameReader(sink, 2 ** 25)
    this.socket.on('data', (chunk) => {
      reader.push(chunk)
      this.#wake?.()
    })
    t.after(() => this.socket.destroy())
  }

  /** The next frame; rejects when the connection ends before. */
  async next(): Promise<Uint8Array> {
    for (;;) {
      const frame = this.frames.shift()
      if (frame !== undefined) return frame
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve
        void this.ended.then(() => {
          if (this.frames.length > 0) resolve()
          else reject(new Error('the connection ended'))
        })
      })
    }
  }

  /** Resolves with the introduction of the other side. */
  async shakeHands(as: MemberCredentials = credentials('b2')): Promise<Uint8Array> {
    const hello = helloOf(randomBytes(nonceBytes))
    this.socket.write(helloFrame(hello))
    const challenge = (await this.next()).subarray(5)
    const said: Uint8Array[] = [hello, challenge]
    said.push(provenIntroduction(as, 'dialling', said))
    this.socket.write(plainFrame(kinds.proof, said[2]!))
    const welcome = (await this.next()).subarray(5)
    const { proof, introduction } = partsOf(welcome)
    if (!isProof(proof, proofOf(as.key, as.set, 'dialled', [...said, introduction]))) {
      throw new Error('the other side does not know the key')
    }
    said.push(welcome)
    this.sealing = sealOf(as.key, as.set, 'dialling', said)
    this.opening = sealOf(as.key, as.set, 'dialled', said)
    return introduction
  }

  send(kind: number, number: number, head: Uint8Array): void {
    for (const piece of sealedFrame(this.sealing, kind, number, head, [])) this.socket.write(piece)
  }

  async opened(): Promise<OpenedFrame> {
    const frame = await this.next()
    const opened = openSealed(this.opening, frame, 0, frame.length)
    if (opened === undefined) throw new Error('its seal does not hold')
    return opened
  }
}
