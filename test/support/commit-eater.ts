// A TCP proxy on loopback before a MySQL server, which ends a connection between a commit and its answer: the server has done
// it, and the client never hears.

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export class CommitEater {
  /** Answers that were swallowed so far. */
  eaten = 0
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Commits to let pass before each one that is not. */
  readonly #every: number
  #commits = 0

  private constructor(server: Server, every: number) {
    this.#server = server
    this.#every = every
  }

  /** To `127.0.0.1:target`; of the answers to commits one in `every` gets lost. */
  static async to(target: number, every: number): Promise<CommitEater> {
    const server = createServer()
    const proxy = new CommitEater(server, every)
    server.on('connection', (near) => proxy.#join(near, target))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #join(near: Socket, target: number): void {
    const far = connect({ port: target, host: '127.0.0.1' })
    for (const socket of [near, far]) {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
    }
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    let isEaten = false
    near.on('data', (bytes: Buffer) => {
      isEaten ||= bytes.length < 100 && /commit$/i.test(bytes.toString('latin1')) && this.#isNext()
      far.write(bytes)
    })
    far.on('data', (bytes) => {
      if (!isEaten) near.write(bytes)
      else {
        this.eaten++
        near.destroy()
      }
    })
  }

  #isNext(): boolean {
    this.#commits++
    return this.#commits % this.#every === 0
  }
}
