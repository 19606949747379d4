// CRC-32 over a span, seeded. One polynomial, two engines: the crc-32 package is faster on short spans, zlib on long
// ones (where this Node has it). Both give the same number, so the disk never knows which one it was.

import CRC32 from 'crc-32'
import zlib from 'node:zlib'

/** Bytes from which one native call is cheaper than JavaScript. */
export const nativeFromBytes = 256

type Native = (data: Uint8Array, seed: number) => number
const native: Native | undefined = (zlib as { crc32?: Native }).crc32

/** Unsigned CRC-32 of source[start, end), continued from `seed`. */
export function checksum(source: Uint8Array, start: number, end: number, seed: number): number {
  const span = source.subarray(start, end)
  if (native !== undefined && end - start >= nativeFromBytes) return native(span, seed)
  return CRC32.buf(span, seed) >>> 0
}
