// From a message's offset to its row: how records name messages. Offsets of other records leave holes in the chunks; a chunk
// without messages is dropped. A rebuildable index: nothing here is digested or saved.

import type { Offset, Row } from '../model/ids.ts'

const chunkBits = 9
const chunkOffsets = 1 << chunkBits
const memoSlots = 16

class Chunk {
  readonly number: number
  readonly rows: Uint32Array = new Uint32Array(chunkOffsets)
  used = 0
  constructor(number: number) {
    this.number = number
  }
}

const noChunk = new Chunk(-1)

export class OffsetIndex {
  private readonly chunks = new Map<number, Chunk>()
  /** Publishes, deliveries and acks each walk forward at their own place: a few chunks take nearly all lookups. */
  private readonly memo: Chunk[] = new Array<Chunk>(memoSlots).fill(noChunk)

  /** Row of the message whose first record is at `offset`, or -1. */
  find(offset: Offset): Row | -1 {
    const chunk = this.chunkOf(offset)
    if (chunk === undefined) return -1
    return (chunk.rows[offset % chunkOffsets]! - 1) as Row | -1
  }

  add(offset: Offset, row: Row): void {
    let chunk = this.chunkOf(offset)
    if (chunk === undefined) {
      const number = Math.floor(offset / chunkOffsets)
      chunk = new Chunk(number)
      this.chunks.set(number, chunk)
      this.memo[number % memoSlots] = chunk
    }
    const at = offset % chunkOffsets
    if (chunk.rows[at] === 0) chunk.used++
    chunk.rows[at] = row + 1
  }

  remove(offset: Offset): void {
    const chunk = this.chunkOf(offset)
    if (chunk === undefined) return
    const at = offset % chunkOffsets
    if (chunk.rows[at] === 0) return
    chunk.rows[at] = 0
    if (--chunk.used > 0) return
    this.chunks.delete(chunk.number)
    this.memo[chunk.number % memoSlots] = noChunk
  }

  private chunkOf(offset: Offset): Chunk | undefined {
    const number = Math.floor(offset / chunkOffsets)
    const slot = number % memoSlots
    const memo = this.memo[slot]!
    if (memo.number === number) return memo
    const chunk = this.chunks.get(number)
    if (chunk !== undefined) this.memo[slot] = chunk
    return chunk
  }
}
