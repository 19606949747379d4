// Which connection has to go when there is no slot for a new one. A newcomer always gets in: a probe that asks at once is
// answered, whoever else sits here with nothing or half a request. Never holds more than `max`.

/** What is asked of a socket. */
export interface Seat {
  destroy(): unknown
  once(event: 'close', listener: () => void): unknown
}

export class ConnectionSlots<S extends Seat> {
  readonly #max: number
  /** Each in the order of entering: the first one has been there longest. */
  readonly #idle = new Set<S>()
  readonly #asking = new Set<S>()
  readonly #answering = new Set<S>()

  constructor(max: number) {
    this.#max = max
  }

  get count(): number {
    return this.#idle.size + this.#asking.size + this.#answering.size
  }

  /** It has not asked yet. Whoever is missed least makes room for it. */
  opened(socket: S): void {
    if (this.count >= this.#max) this.#drop()
    this.#asking.add(socket)
    socket.once('close', () => this.#forget(socket))
  }

  /** Its request is complete as far as it will be read. */
  asked(socket: S): void {
    if (this.#idle.delete(socket) || this.#asking.delete(socket)) this.#answering.add(socket)
  }

  /** The answer is with the operating system; it may ask again. */
  answered(socket: S): void {
    if (this.#answering.delete(socket)) this.#idle.add(socket)
  }

  /** Kept alive for a next request, then half a request, then an answer nobody takes; of each the oldest. */
  #drop(): void {
    for (const sockets of [this.#idle, this.#asking, this.#answering]) {
      for (const socket of sockets) {
        this.#forget(socket)
        socket.destroy()
        return
      }
    }
  }

  #forget(socket: S): void {
    this.#idle.delete(socket)
    this.#asking.delete(socket)
    this.#answering.delete(socket)
  }
}
