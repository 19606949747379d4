// The bytes one connection is about to get: encoded here, handed to the socket in one write. The memory comes from a
// pool, because most connections are silent at any moment. Must never touch bytes the socket still holds.

/** The smallest piece of memory a connection writes into. */
export const pieceBytes: number = 64 * 1024
const pooledMax = 256

/** Pieces of memory that no connection needs at the moment. */
export class BufferPool {
  readonly #free: Uint8Array[] = []

  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(pieceBytes)
  }

  give(bytes: Uint8Array): void {
    if (bytes.length === pieceBytes && this.#free.length < pooledMax) this.#free.push(bytes)
  }
}

export class OutputBuffer {
  /** Write at `length`, after reserve(). */
  bytes: Uint8Array = noBytes
  length = 0
  /** Frames since the last take(): each is one reserve(). */
  frames = 0
  readonly #pool: BufferPool

  constructor(pool: BufferPool) {
    this.#pool = pool
  }

  /** Makes room for one more frame of up to `count` bytes; `bytes` may be another array afterwards. */
  reserve(count: number): void {
    this.frames++
    const need = this.length + count
    if (need <= this.bytes.length) return
    const old = this.bytes
    const bytes =
      old.length === 0 && need <= pieceBytes
        ? this.#pool.take()
        : new Uint8Array(Math.max(need, pieceBytes, old.length * 2))
    bytes.set(old.subarray(0, this.length))
    this.bytes = bytes
    if (old.length > 0) this.#pool.give(old)
  }

  /** What was written. The memory is the caller's until it gives it back with done(). */
  take(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  /** As take(), but in memory of their own when the piece is mostly empty: it may be held for long. */
  takeSmall(): Uint8Array {
    return this.length * 2 < this.bytes.length ? this.bytes.slice(0, this.length) : this.take()
  }

  /** The taken bytes are on their way; `free`: nobody holds them any more. */
  done(free: boolean): void {
    if (free) this.#pool.give(this.bytes)
    this.bytes = noBytes
    this.length = 0
    this.frames = 0
  }
}

const noBytes = new Uint8Array(0)
