// What a client is about to send: frames written one behind the other into pieces of memory, taken out once a turn.
// A byte is written once and never again, so a span of it stays true for as long as somebody holds the piece.

const pieceBytes: number = 64 * 1024

export class OutBuffer {
  /** The piece to write into, at `length`, after reserve(). */
  piece: Buffer = Buffer.allocUnsafeSlow(pieceBytes)
  length = 0
  #taken = 0
  #full: Uint8Array[] = []

  get isEmpty(): boolean {
    return this.length === this.#taken && this.#full.length === 0
  }

  /** Makes room for `count` bytes in one piece; `piece` and `length` may be others afterwards. */
  reserve(count: number): void {
    if (this.piece.length - this.length >= count) return
    if (this.length > this.#taken) this.#full.push(this.piece.subarray(this.#taken, this.length))
    this.piece = Buffer.allocUnsafeSlow(Math.max(pieceBytes, count))
    this.length = this.#taken = 0
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    this.reserve(end - start)
    this.piece.set(bytes.subarray(start, end), this.length)
    this.length += end - start
  }

  /** Everything written since the last take, in order. */
  take(): readonly Uint8Array[] {
    const taken = this.#full
    if (this.length > this.#taken) taken.push(this.piece.subarray(this.#taken, this.length))
    this.#full = []
    this.#taken = this.length
    return taken
  }

  /** Forgets what was written and not taken. */
  clear(): void {
    this.#full = []
    this.#taken = this.length
  }
}
