// The chunks of one queue in order of their base: found by ordinal, put in, taken out. Must never keep an empty chunk or
// look at what its bits mean.

import { chunkOrdinals, QueueChunk } from './queue-chunk.ts'

const sparesMax = 64
/** Emptied chunks, all zeros, shared by the queues of one state: a drained queue holds no memory and allocates none. */
export type SpareChunks = QueueChunk[]

export class ChunkList {
  private readonly spares: SpareChunks
  private readonly chunks: QueueChunk[] = []
  /** The one found last: most questions follow one about a neighbour. */
  private memo: QueueChunk | undefined = undefined

  constructor(spares: SpareChunks) {
    this.spares = spares
  }

  /** In order; to be read only. */
  get all(): readonly QueueChunk[] {
    return this.chunks
  }

  /** The chunk that holds the ordinal's bit. */
  find(ordinal: number): QueueChunk | undefined {
    const memo = this.memo
    if (memo !== undefined && ordinal >= memo.base && ordinal - memo.base < chunkOrdinals)
      return memo
    const chunk = this.chunks[this.placeFrom(ordinal)]
    if (chunk === undefined || ordinal < chunk.base) return undefined
    return (this.memo = chunk)
  }

  /** Index of the first chunk that ends after `ordinal`. */
  placeFrom(ordinal: number): number {
    const chunks = this.chunks
    const last = chunks.length - 1
    if (last < 0 || ordinal - chunks[last]!.base >= chunkOrdinals) return chunks.length
    if (ordinal >= chunks[last]!.base) return last
    let low = 0
    let high = last
    while (low < high) {
      const middle = (low + high) >>> 1
      if (ordinal - chunks[middle]!.base >= chunkOrdinals) low = middle + 1
      else high = middle
    }
    return low
  }

  /** The chunk of an ordinal that has none yet. */
  insert(ordinal: number): QueueChunk {
    const chunk = this.spares.pop() ?? new QueueChunk()
    chunk.base = ordinal - (ordinal % chunkOrdinals)
    this.chunks.splice(this.placeFrom(ordinal), 0, chunk)
    this.memo = chunk
    return chunk
  }

  /** A loaded chunk behind all others. */
  append(chunk: QueueChunk): void {
    this.chunks.push(chunk)
  }

  /** Takes out a chunk that is all zeros. */
  drop(chunk: QueueChunk): void {
    this.chunks.splice(this.placeFrom(chunk.base), 1)
    this.memo = undefined
    if (this.spares.length < sparesMax) this.spares.push(chunk)
  }
}
