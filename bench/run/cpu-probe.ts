// How fast one core is at this moment: a checksum of 200 bytes, best of many, so that being interrupted does not count.
// Virtual cores change their speed with their neighbours; figures of two days compare only with this beside them.

import { crc32 } from '../yardstick/crc32.ts'

/** What it was on the day the reference figures were taken. */
export const referenceCpuNs = 133

const rounds = 30
const calls = 10_000
const spanBytes = 200

/** Nanoseconds a call; takes some 50 ms. */
export function probeCpu(): number {
  const bytes = Buffer.alloc(spanBytes * 16, 'bytes for the checksum ')
  let best = Infinity
  let sum = 0
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now()
    for (let i = 0; i < calls; i++) {
      const at = (i & 15) * spanBytes
      sum ^= crc32(bytes, at, at + spanBytes)
    }
    best = Math.min(best, performance.now() - begun)
  }
  // The sum is used, so that no compiler may leave the work out.
  return Math.round((best * 1e6) / calls) + (sum === 1 ? 1e-9 : 0)
}
