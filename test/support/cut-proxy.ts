// A TCP proxy on loopback between a broker and one server, whose connections a test can cut, or let go silent without an end.

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

export class CutProxy {
  readonly #server: Server
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #isSilent = false

  private constructor(server: Server) {
    this.#server = server
  }

  /** To `127.0.0.1:target`. */
  static async to(target: number): Promise<CutProxy> {
    const server = createServer()
    const proxy = new CutProxy(server)
    server.on('connection', (near) => proxy.#join(near, target))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return proxy
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get connections(): number {
    return this.#pairs.size
  }

  /** Ends what is connected now; new connections get through. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy()
  }

  /** Nothing passes any more, and nothing ends; new connections are taken and hear nothing. */
  silence(): void {
    this.#isSilent = true
    for (const pair of this.#pairs)
      for (const socket of pair) {
        socket.unpipe()
        socket.pause()
      }
  }

  /** What was silent is cut; new connections get through again. */
  speak(): void {
    this.#isSilent = false
    this.cut()
  }

  close(): void {
    this.#server.close()
    this.speak()
  }

  #join(near: Socket, target: number): void {
    const far = connect({ port: target, host: '127.0.0.1' })
    const pair = [near, far] as const
    this.#pairs.add(pair)
    for (const socket of pair) {
      socket.setNoDelay()
      socket.on('error', () => undefined)
      socket.on('close', () => {
        if (this.#isSilent) return // the other end hears nothing of it either
        this.#pairs.delete(pair)
        near.destroy()
        far.destroy()
      })
    }
    if (this.#isSilent) return
    near.pipe(far)
    far.pipe(near)
  }
}
