// 1,024 ordinals of one queue as bits. Attempts and retry times exist only where something was attempted. Must be all zeros
// again once it is empty: emptied chunks are used again elsewhere.

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
