// One client connection with raw reads into one shared buffer and the handshake of the original's clients.
// It allocates nothing per frame, and per read only what the socket itself needs.

import { connect, type Socket } from 'node:net'
import { connAuth, connMeta, FrameSplitter, type FrameSink } from '../wire/frames.ts'
import { connMetaBody, frame } from '../wire/packets.ts'

export interface Address {
  readonly host: string
  readonly port: number
  /** Until then, on performance.now(), a refused connection is tried again. */
  readonly retryUntilMs: number
}

const retryMs = 5

export interface ConnectionUser extends FrameSink {
  /** Once per read, before its frames and after them. */
  readBegins(): void
  readEnds(): void
}

// Reads are handled before the next one begins, so one buffer serves all connections.
const readBuffer = Buffer.allocUnsafeSlow(256 * 1024)

export class Connection {
  readonly socket: Socket
  private readonly answers = new Map<number, (ok: boolean) => void>()
  private readonly user: ConnectionUser
  private ended = false

  private constructor(address: Address, user: ConnectionUser, failed: (error: Error) => void) {
    this.user = user
    const splitter = new FrameSplitter(this)
    this.socket = connect({
      host: address.host,
      port: address.port,
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length, buffer) => {
          user.readBegins()
          splitter.push(buffer as Buffer, length)
          user.readEnds()
          return true
        },
      },
    })
    this.socket.on('error', failed)
    this.socket.on('close', () => {
      if (!this.ended) failed(new Error('the server closed a connection'))
    })
  }

  /** Resolves after CONN_AUTH; rejects when it says no or the connection breaks. Later breaks go to `failed`. */
  static async open(
    address: Address,
    group: string,
    user: ConnectionUser,
    failed: (error: Error) => void,
  ): Promise<Connection> {
    for (;;) {
      try {
        return await Connection.openOnce(address, group, user, failed)
      } catch (error) {
        const refused = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED'
        if (!refused || performance.now() >= address.retryUntilMs) throw error
        await new Promise((resolve) => setTimeout(resolve, retryMs))
      }
    }
  }

  private static openOnce(
    address: Address,
    group: string,
    user: ConnectionUser,
    failed: (error: Error) => void,
  ): Promise<Connection> {
    return new Promise((resolve, reject) => {
      let opened = false
      const connection = new Connection(address, user, (error) => {
        if (opened) failed(error)
        else reject(error)
      })
      connection
        .ask(1, connMeta, connMetaBody(group))
        .then(() => {
          opened = true
          resolve(connection)
        })
        .catch(reject)
    })
  }

  /** Sends a packet whose answer begins with a status field: CONN_META and the extension commands. */
  ask(opaque: number, command: number, body: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.answers.set(opaque, (ok) => {
        if (ok) resolve()
        else reject(new Error(`the server refused command 0x${command.toString(16)}`))
      })
      this.socket.write(frame(opaque, command, body))
    })
  }

  frame(source: Buffer, command: number, opaque: number, start: number, end: number): void {
    if (this.answers.size > 0 && command !== 0x04 && command !== 0x11) {
      const answer = this.answers.get(opaque)
      if (answer !== undefined) {
        this.answers.delete(opaque)
        answer((command === connAuth || command === 0x23) && source[start + 1] === 1)
        return
      }
    }
    this.user.frame(source, command, opaque, start, end)
  }

  close(): Promise<void> {
    this.ended = true
    return new Promise((resolve) => {
      if (this.socket.destroyed) resolve()
      this.socket.once('close', resolve)
      this.socket.end()
      // A server that keeps its half open must not hold the bench.
      setTimeout(() => this.socket.destroy(), 1000).unref()
    })
  }
}
