// Looks for the next whole frame behind damage, byte by byte. Reads only; always ends; zeros cost next to nothing.

import { logFrameBytesMax, scanChunkBytes } from '../model/limits.ts'
import {
  frameDistance,
  frameHolds,
  frameLength,
  frameOffset,
  logFrameHeadBytes,
  looksLikeFrame,
} from './frame.ts'

/** As a positional read of a file: up to `length` bytes to target[start, …); the count is short only at the end. */
export type ReadBytes = (
  target: Uint8Array,
  start: number,
  length: number,
  position: number,
) => Promise<number>

export interface FrameSearch {
  readonly read: ReadBytes
  readonly seed: number
  /** Where the damage begins, and the offset that was expected there. */
  readonly damagedAt: number
  readonly expectedOffset: number
  /** Search [from, limit). */
  readonly from: number
  readonly limit: number
  /** Only frames of a batch that begins behind the damage count. */
  readonly laterBatch: boolean
}

export interface FoundFrame {
  readonly position: number
  readonly offset: number
  /** Where its batch begins. */
  readonly batchStart: number
}

export interface SearchResult {
  readonly found: FoundFrame | undefined
  /** Position behind the last byte that is not zero; `from` when all are. Only meaningful when nothing was found. */
  readonly zerosFrom: number
}

/** Bytes of a frame up to the end of its length. */
const lengthEnd = 8
const zeroBlock = new Uint8Array(4096)

export async function findFrame(search: FrameSearch): Promise<SearchResult> {
  const { read, from, limit } = search
  const chunkBytes = Math.min(scanChunkBytes, Math.max(0, limit - from))
  const chunk = new Uint8Array(chunkBytes)
  let zerosFrom = from
  for (let base = from; base < limit;) {
    const count = await read(chunk, 0, Math.min(chunkBytes, limit - base), base)
    if (count === 0) break
    const last = base + count >= limit || count < chunkBytes
    // A frame that starts in the last stretch may not be whole in this chunk: it is looked at with the next one.
    const stop = last ? count : count - logFrameBytesMax
    const found = searchChunk(search, chunk, base, count, stop)
    if (found !== undefined) return { found, zerosFrom: found.position }
    const used = lastNonZero(chunk, count)
    if (used > 0) zerosFrom = base + used
    if (last) break
    // Where the last stretch is all zeros, only its end may belong to a frame: see skipZeros.
    base += used <= stop ? count - lengthEnd : stop
  }
  return { found: undefined, zerosFrom }
}

function searchChunk(
  search: FrameSearch,
  chunk: Uint8Array,
  base: number,
  count: number,
  stop: number,
): FoundFrame | undefined {
  const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, count)
  const end = Math.min(stop, count - logFrameHeadBytes + 1)
  for (let i = 0; i < end; i++) {
    if (i % 4096 === 0) i = skipZeros(buffer, i, end)
    if (chunk[i + 7] !== 0) continue // the highest byte of the length: no frame has 16 MiB
    if (!looksLikeFrame(chunk, i)) continue
    const found = judge(search, chunk, base, i, count)
    if (found !== undefined) return found
  }
  return undefined
}

/** Blocks of zeros are passed at once. Crc and length of a frame are never all zero: it may begin 8 bytes before. */
function skipZeros(buffer: Buffer, from: number, end: number): number {
  let at = from
  while (at + 4096 <= end && buffer.compare(zeroBlock, 0, 4096, at, at + 4096) === 0) at += 4096
  return at === from ? from : at - lengthEnd
}

function judge(
  search: FrameSearch,
  chunk: Uint8Array,
  base: number,
  at: number,
  count: number,
): FoundFrame | undefined {
  const position = base + at
  const end = at + frameLength(chunk, at)
  const batchStart = position - frameDistance(chunk, at)
  if (end > count || (search.laterBatch && batchStart <= search.damagedAt)) return undefined
  const offset = frameOffset(chunk, at)
  const lost = offset - search.expectedOffset
  const mostLost = (position - search.damagedAt) / logFrameHeadBytes
  if (lost < 1 || lost > mostLost) return undefined
  if (!frameHolds(chunk, at, end, search.seed)) return undefined
  return { position, offset, batchStart }
}

function lastNonZero(chunk: Uint8Array, end: number): number {
  const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
  while (end >= 4096 && buffer.compare(zeroBlock, 0, 4096, end - 4096, end) === 0) end -= 4096
  while (end > 0 && chunk[end - 1] === 0) end--
  return end
}
