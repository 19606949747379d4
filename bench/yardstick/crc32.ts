// CRC-32 over a span, eight bytes a step, without a view: the checksum of the yardstick and of the bare append loops.
// It has its own tables on purpose, so that the yardstick stands on Node alone.

const tables = makeTables()

/** CRC-32 (IEEE) of bytes start to end, unsigned. */
export function crc32(source: Uint8Array, start: number, end: number): number {
  const t = tables
  let crc = -1
  let at = start
  for (const last = end - 8; at <= last; at += 8) {
    crc ^= source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16) | (source[at + 3]! << 24)
    crc =
      t[1792 + (crc & 255)]! ^
      t[1536 + ((crc >>> 8) & 255)]! ^
      t[1280 + ((crc >>> 16) & 255)]! ^
      t[1024 + (crc >>> 24)]! ^
      t[768 + source[at + 4]!]! ^
      t[512 + source[at + 5]!]! ^
      t[256 + source[at + 6]!]! ^
      t[source[at + 7]!]!
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ t[(crc ^ source[at]!) & 255]!
  return ~crc >>> 0
}

function makeTables(): Int32Array {
  const all = new Int32Array(8 * 256)
  for (let n = 0; n < 256; n++) {
    let c = n
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
    all[n] = c
  }
  for (let n = 0; n < 256; n++) {
    for (let k = 1; k < 8; k++) {
      const before = all[(k - 1) * 256 + n]!
      all[k * 256 + n] = (before >>> 8) ^ all[before & 255]!
    }
  }
  return all
}
