// New message ids: 32 random hex digits. Random bytes are fetched in large portions, because asking for 16 at a time is
// slower than publishing.

import { randomFillSync } from 'node:crypto'

const idBytes = 16
const pool = Buffer.allocUnsafeSlow(idBytes * 1024)
let used = pool.length

/** 128 random bits as 32 hex digits, lower case. */
export function newMessageId(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += idBytes
  return pool.toString('hex', used - idBytes, used)
}
