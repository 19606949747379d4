// The newest bytes of the log in memory: chunks of consecutive bytes of one segment, in which batches gather and from
// which they are written. Durable chunks stay up to a budget, for deliveries that follow soon, and are then used again;
// so whoever got a span of one uses it before the log takes the next record.

export interface Chunk {
  readonly bytes: Uint8Array
  segment: number
  /** Position in the segment of the first byte of `bytes`. */
  base: number
  /** Bytes in use. */
  used: number
  /** Bytes of those that no write needs any more. */
  written: number
}

export class RecentBytes {
  readonly #chunkBytes: number
  readonly #keep: number
  readonly #spare: Chunk[] = []
  /** Oldest first; the last one gathers. */
  readonly #chunks: Chunk[] = []

  constructor(chunkBytes: number, recentBytesMax: number) {
    this.#chunkBytes = chunkBytes
    this.#keep = Math.max(1, Math.ceil(recentBytesMax / chunkBytes))
  }

  /** A new chunk whose first byte is at `position` of `segment`. */
  begin(segment: number, position: number): Chunk {
    const chunk = this.#spare.pop() ?? {
      // Not from the pool of small buffers, and not zeroed: every byte is written before it is read.
      bytes: new Uint8Array(Buffer.allocUnsafeSlow(this.#chunkBytes).buffer),
      segment: 0,
      base: 0,
      used: 0,
      written: 0,
    }
    chunk.segment = segment
    chunk.base = position
    chunk.used = 0
    chunk.written = 0
    this.#chunks.push(chunk)
    return chunk
  }

  /** The chunk that holds this byte. */
  find(segment: number, position: number): Chunk | undefined {
    for (let i = this.#chunks.length - 1; i >= 0; i--) {
      const chunk = this.#chunks[i]!
      const inside = position - chunk.base
      if (chunk.segment === segment && inside >= 0 && inside < chunk.used) return chunk
    }
    return undefined
  }

  /** Takes back the oldest chunks over the budget, as far as they are written. */
  release(): void {
    while (this.#chunks.length > this.#keep && isWritten(this.#chunks[0]!)) {
      this.#spare.push(this.#chunks.shift()!)
    }
    if (this.#spare.length > this.#keep) this.#spare.length = this.#keep
  }
}

const isWritten = (chunk: Chunk): boolean => chunk.written === chunk.used
