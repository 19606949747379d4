// Which messages' life is over? Knows for every block of rows a lower bound of their expiry, so that asking costs nothing
// until a bound has passed, and messages cost no memory here. A rebuildable cache: nothing is digested or saved.

import type { Row } from '../model/ids.ts'
import { chunkRows, statusLive, statusPrepared } from './message-table.ts'
import type { MessageTable } from './message-table.ts'

const blockRows = 1024
const blocksPerChunk = chunkRows / blockRows
const never = 0xffffffff

export class ExpiryIndex {
  private readonly table: MessageTable
  /** Per block of rows: nothing in it expires before this second. */
  private readonly blocks: Uint32Array[] = []
  private readonly chunks: number[] = []
  private soonest = never

  constructor(table: MessageTable) {
    this.table = table
  }

  /** Nothing expires before this second; 2^32-1 when there is nothing. */
  get soonestSeconds(): number {
    return this.soonest
  }

  /** The row's message may expire: it is prepared, or came (back) into a queue. */
  note(row: Row, expiresAt: number): void {
    const number = Math.floor(row / chunkRows)
    while (this.blocks.length <= number) {
      this.blocks.push(new Uint32Array(blocksPerChunk).fill(never))
      this.chunks.push(never)
    }
    const blocks = this.blocks[number]!
    const block = Math.floor((row % chunkRows) / blockRows)
    if (expiresAt < blocks[block]!) blocks[block] = expiresAt
    if (expiresAt < this.chunks[number]!) this.chunks[number] = expiresAt
    if (expiresAt < this.soonest) this.soonest = expiresAt
  }

  /** Up to `limit` rows that are prepared, or wait in a queue, and whose second is before or at `nowSeconds`. */
  due(nowSeconds: number, limit: number): Row[] {
    const found: Row[] = []
    if (nowSeconds < this.soonest) return found
    for (let number = 0; number < this.blocks.length && found.length < limit; number++) {
      if (this.chunks[number]! <= nowSeconds) this.scanChunk(number, nowSeconds, limit, found)
    }
    this.soonest = this.chunks.reduce((least, at) => Math.min(least, at), never)
    return found
  }

  private scanChunk(number: number, nowSeconds: number, limit: number, found: Row[]): void {
    const blocks = this.blocks[number]!
    const end = this.table.chunkEnd(number)
    for (let block = 0; block < blocksPerChunk && found.length < limit; block++) {
      if (blocks[block]! > nowSeconds) continue
      blocks[block] = this.scanBlock(
        number * chunkRows,
        block * blockRows,
        end,
        nowSeconds,
        limit,
        found,
      )
    }
    let least = never
    for (let block = 0; block < blocksPerChunk; block++) least = Math.min(least, blocks[block]!)
    this.chunks[number] = least
  }

  /** The new bound of the block; what was found stays below it until a record has changed it. */
  private scanBlock(
    base: number,
    from: number,
    end: number,
    nowSeconds: number,
    limit: number,
    found: Row[],
  ): number {
    const table = this.table
    let least = never
    const to = Math.min(from + blockRows, end)
    for (let i = from; i < to; i++) {
      const row = (base + i) as Row
      const status = table.statusOf(row)
      if (status !== statusPrepared && (status !== statusLive || table.waitingOf(row) === 0))
        continue
      const expiresAt = table.expiresAtOf(row)
      if (expiresAt < least) least = expiresAt
      if (expiresAt <= nowSeconds && found.length < limit) found.push(row)
    }
    return least
  }
}
