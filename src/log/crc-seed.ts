// The seed of a crc, from the crc: CRC-32 is linear in its seed, so what a span was sealed under can be solved from the
// span itself. One span always has a solution; only several that agree prove a seed.

import { checksum } from './checksum.ts'
import { frameLength, readU32 } from './frame.ts'

const polynomial = 0xedb88320
const table: Uint32Array = new Uint32Array(256)
/** Which entry has this highest byte: they are all different. */
const entryOfTop: Uint8Array = new Uint8Array(256)
for (let i = 0; i < 256; i++) {
  let value = i
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1
  table[i] = value
  entryOfTop[table[i]! >>> 24] = i
}

/** The one seed under which `checksum` of source[start, end) is `crc`. Takes time linear in the length. */
export function solveSeed(source: Uint8Array, start: number, end: number, crc: number): number {
  // What the seed adds to the crc is the seed itself, moved on by as many zero bytes: those are taken back one by one.
  let state = (crc ^ checksum(source, start, end, 0)) >>> 0
  for (let left = end - start; left > 0; left--) {
    const entry = entryOfTop[state >>> 24]!
    state = (((state ^ table[entry]!) << 8) | entry) >>> 0
  }
  return state
}

/** The seed under which the frame at `start` holds, if it is whole. All of it must be readable. */
export function seedOfFrame(source: Uint8Array, start: number): number {
  const crcBytes = 4
  const end = start + frameLength(source, start)
  return solveSeed(source, start + crcBytes, end, readU32(source, start))
}
