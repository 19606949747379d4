// 1,024 ordinals of one queue as bits. Attempts and retry times exist only where something was attempted. Must be all zeros
// again once it is empty: emptied chunks are used again elsewhere.

import type { SectionReader, SectionWriter } from '../model/section.ts'

export const chunkOrdinals = 1024
export const chunkWords = 32

export class QueueChunk {
  /** First ordinal. */
  base = 0
  /** Bits set in `unsettled`. */
  used = 0
  readonly unsettled: Uint32Array = new Uint32Array(chunkWords)
  /** Allocated with the first one of their kind; a bit is only set where `unsettled` is. */
  out: Uint32Array | undefined = undefined
  parked: Uint32Array | undefined = undefined
  transient: Uint32Array | undefined = undefined
  attempts: Uint8Array | undefined = undefined
  retryAt: Float64Array | undefined = undefined
}

/** Whether bit `at` (0 to 1023) is set. */
export function hasBit(bits: Uint32Array | undefined, at: number): boolean {
  return bits !== undefined && (bits[at >>> 5]! & (1 << (at & 31))) !== 0
}

export function setBit(bits: Uint32Array, at: number): void {
  bits[at >>> 5]! |= 1 << (at & 31)
}

export function clearBit(bits: Uint32Array | undefined, at: number): void {
  if (bits !== undefined) bits[at >>> 5]! &= ~(1 << (at & 31))
}

/** Place of the lowest set bit of a word that has one. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}

/** Place of the first set bit, or -1. */
export function firstBit(bits: Uint32Array): number {
  for (let i = 0; i < chunkWords; i++) if (bits[i] !== 0) return i * 32 + lowestBit(bits[i]!)
  return -1
}

/** The place of every set bit, in order. The visitor must not change the bits. */
export function forEachBit(bits: Uint32Array, visit: (at: number) => void): void {
  for (let i = 0; i < chunkWords; i++) {
    let word = bits[i]!
    while (word !== 0) {
      visit(i * 32 + lowestBit(word))
      word &= word - 1
    }
  }
}

/** Bits of word `i` that are unsettled, not out, not parked. */
export function waitingWord(chunk: QueueChunk, i: number): number {
  let word = chunk.unsettled[i]!
  if (chunk.out !== undefined) word &= ~chunk.out[i]!
  if (chunk.parked !== undefined) word &= ~chunk.parked[i]!
  return word
}

/** Place of the first waiting one at or after `from` that has no attempt, or -1. */
export function firstFresh(chunk: QueueChunk, from: number): number {
  for (let i = from >>> 5; i < chunkWords; i++) {
    let word = waitingWord(chunk, i)
    if (i === from >>> 5) word &= -1 << (from & 31)
    while (word !== 0) {
      const at = i * 32 + lowestBit(word)
      if (chunk.attempts === undefined || chunk.attempts[at] === 0) return at
      word &= word - 1
    }
  }
  return -1
}

export function saveChunk(chunk: QueueChunk, writer: SectionWriter): void {
  writer.f64(chunk.base)
  writer.u8(
    (chunk.out === undefined ? 0 : 1) |
      (chunk.parked === undefined ? 0 : 2) |
      (chunk.transient === undefined ? 0 : 4) |
      (chunk.attempts === undefined ? 0 : 8) |
      (chunk.retryAt === undefined ? 0 : 16),
  )
  writer.array(chunk.unsettled)
  if (chunk.out !== undefined) writer.array(chunk.out)
  if (chunk.parked !== undefined) writer.array(chunk.parked)
  if (chunk.transient !== undefined) writer.array(chunk.transient)
  if (chunk.attempts !== undefined) writer.array(chunk.attempts)
  if (chunk.retryAt !== undefined) writer.array(chunk.retryAt)
}

export function loadChunk(reader: SectionReader): QueueChunk {
  const chunk = new QueueChunk()
  chunk.base = reader.f64()
  const has = reader.u8()
  reader.array(chunk.unsettled)
  if ((has & 1) !== 0) reader.array((chunk.out = new Uint32Array(chunkWords)))
  if ((has & 2) !== 0) reader.array((chunk.parked = new Uint32Array(chunkWords)))
  if ((has & 4) !== 0) reader.array((chunk.transient = new Uint32Array(chunkWords)))
  if ((has & 8) !== 0) reader.array((chunk.attempts = new Uint8Array(chunkOrdinals)))
  if ((has & 16) !== 0) reader.array((chunk.retryAt = new Float64Array(chunkOrdinals)))
  forEachBit(chunk.unsettled, () => chunk.used++)
  return chunk
}
