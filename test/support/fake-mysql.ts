// A server that speaks as much of MySQL's protocol as a login and some questions need, or anything else a test wants to be said:
// for servers that mean harm, break the protocol, or fall silent. On loopback; over TLS with the certificate of the fixtures.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { MysqlAddress } from '../../src/archive/mysql-address.ts'

/** Whom a client has to trust for the servers of the tests; their names: `db.example` and 127.0.0.1. */
export const caFile: string = fixture('ca.pem').pathname
const nonce = Buffer.alloc(20, 'n')
const flags = 0x1 | 0x200 | 0x2000 | 0x8000 | 0x80000
const sslFlag = 0x800

/** Plays the server for one connection; what it throws ends that. */
export type Play = (peer: FakePeer) => Promise<void>

export class FakeMysql {
  /** All that were ever connected. */
  readonly sockets: Socket[] = []
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async playing(play: Play): Promise<FakeMysql> {
    const server = createServer()
    const fake = new FakeMysql(server)
    server.on('connection', (socket) => {
      fake.sockets.push(socket)
      const peer = new FakePeer(socket)
      play(peer).catch(() => peer.socket.destroy())
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return fake
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get address(): MysqlAddress {
    const { port } = this
    return {
      ...{ host: '127.0.0.1', port, socket: undefined },
      ...{ user: 'kite', password: 'not-for-all', db: 'a' },
      shown: `mysql://127.0.0.1:${port}/a`,
    }
  }

  close(): void {
    this.#server.close()
    for (const socket of this.sockets) socket.destroy()
  }
}

export interface FakePacket {
  readonly sequence: number
  readonly payload: Buffer
}

export class FakePeer {
  socket: Socket
  /** All that the client has sent, in the open and behind TLS. */
  heard: Buffer = Buffer.alloc(0)
  #unread: Buffer = Buffer.alloc(0)
  #wake: () => void = () => undefined

  constructor(socket: Socket) {
    this.socket = socket
    this.#listen(socket)
  }

  send(sequence: number, payload: Uint8Array): void {
    this.socket.write(packet(sequence, payload))
  }

  /** The next packet of the client; rejects when it has gone. */
  async next(): Promise<FakePacket> {
    for (;;) {
      const bytes = this.#unread
      const length = bytes.length < 4 ? Infinity : 4 + bytes.readUIntLE(0, 3)
      if (bytes.length >= length) {
        this.#unread = bytes.subarray(length)
        return { sequence: bytes[3]!, payload: bytes.subarray(4, length) }
      }
      if (this.socket.destroyed) throw new Error('the client has gone')
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  greet(plugin = 'mysql_native_password', more = 0): void {
    const all = flags | more
    const head = Buffer.from([10, ...Buffer.from('8.0.0-fake\0'), 1, 0, 0, 0])
    const rest = Buffer.alloc(1 + 2 + 1 + 2 + 2 + 1 + 10)
    rest.writeUInt16LE(all & 0xffff, 1)
    rest.writeUInt16LE(2, 4)
    rest.writeUInt16LE(all >>> 16, 6)
    rest[8] = 21
    const names = [nonce.subarray(8), Buffer.of(0), Buffer.from(`${plugin}\0`)]
    this.send(0, Buffer.concat([head, nonce.subarray(0, 8), rest, ...names]))
  }

  /** Greets and lets everybody in. */
  async admit(): Promise<void> {
    this.greet()
    const { sequence } = await this.next()
    this.send(sequence + 1, okPayload)
  }

  /** Greets, and has TLS before it reads on. */
  async greetSecurely(): Promise<void> {
    this.greet('mysql_native_password', sslFlag)
    await this.next()
    this.socket.removeAllListeners('data').pause()
    this.socket.unshift(this.#unread) // how it goes on
    this.#unread = Buffer.alloc(0)
    const secureContext = createSecureContext({
      cert: readFileSync(fixture('server.pem')),
      key: readFileSync(fixture('server-key.pem')),
    })
    this.socket = new TLSSocket(this.socket, { isServer: true, secureContext })
    this.#listen(this.socket)
  }

  /** Asks for another way to log in; resolves to the client's answer. */
  async switchTo(sequence: number, plugin: string): Promise<FakePacket> {
    const question = [Buffer.of(0xfe), Buffer.from(`${plugin}\0`), nonce, Buffer.of(0)]
    this.send(sequence, Buffer.concat(question))
    return this.next()
  }

  /** Answers each question, until `answer` says nothing to one: then it stays silent. Undefined: by a plain OK. */
  async answer(answer: (sql: string, peer: FakePeer) => 'ok' | 'done' | 'silent'): Promise<void> {
    for (;;) {
      const { payload } = await this.next()
      const said = answer(payload.toString('utf8', 1), this)
      if (said === 'silent') return
      if (said === 'ok') this.send(1, okPayload)
    }
  }

  #listen(socket: Socket): void {
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      this.heard = Buffer.concat([this.heard, chunk])
      this.#unread = Buffer.concat([this.#unread, chunk])
      this.#wake()
    })
    socket.on('close', () => this.#wake())
  }
}

export const okPayload: Buffer = Buffer.from([0, 0, 0, 2, 0, 0, 0])
export const eofPayload: Buffer = Buffer.from([0xfe, 0, 0, 2, 0])

export function packet(sequence: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(4)
  head.writeUIntLE(payload.length, 0, 3)
  head[3] = sequence
  return Buffer.concat([head, payload])
}

/** A column of an answer: text, but numbers where `isNumber`. */
export function columnPayload(name: string, isNumber = false): Buffer {
  const texts = ['def', '', '', '', name, ''].map(lengthCoded)
  return Buffer.concat([
    ...texts,
    Buffer.from([12, 45, 0, 255, 0, 0, 0, isNumber ? 8 : 253, 0, 0, 0, 0, 0]),
  ])
}

/** All packets of an answer of one row. */
export function rowAnswer(row: Readonly<Record<string, string | number>>): Buffer {
  const entries = Object.entries(row)
  const payloads = [
    Buffer.of(entries.length),
    ...entries.map(([name, value]) => columnPayload(name, typeof value === 'number')),
    eofPayload,
    Buffer.concat(entries.map(([, value]) => lengthCoded(String(value)))),
    eofPayload,
  ]
  return Buffer.concat(payloads.map((payload, at) => packet(at + 1, payload)))
}

function lengthCoded(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.of(bytes.length), bytes])
}

function fixture(name: string): URL {
  return new URL(`../fixtures/tls/${name}`, import.meta.url)
}
