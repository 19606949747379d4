// Where is it, and is it acknowledged: an open-addressing index by id and a chunked bitmap, in typed arrays.
// No object and no Map entry per message; the ids come from outside, so all their bytes are mixed with a seed.

const shardCount = 256
const firstSlots = 4096
const slotWords = 3
const chunkBits = 65_536

/** 64-bit keys of 128-bit ids to ordinals (from 0). It is a yardstick: a key that collides is not confirmed. */
export class IdIndex {
  readonly seed: number
  private readonly shards: Uint32Array[] = []
  private readonly counts = new Int32Array(shardCount)

  constructor(seed: number) {
    this.seed = seed | 0
    for (let i = 0; i < shardCount; i++) this.shards.push(new Uint32Array(firstSlots * slotWords))
  }

  put(id0: number, id1: number, id2: number, id3: number, ordinal: number): void {
    const low = mix(this.seed, id0, id1, id2, id3)
    const high = mix(low, id3, id2, id1, id0)
    const shard = high & (shardCount - 1)
    let table = this.shards[shard]!
    if (this.counts[shard]! * 4 * slotWords > table.length * 3) table = this.grow(shard)
    if (place(table, low, high, ordinal + 1)) this.counts[shard]!++
  }

  /** The ordinal, or -1. */
  get(id0: number, id1: number, id2: number, id3: number): number {
    const low = mix(this.seed, id0, id1, id2, id3)
    const high = mix(low, id3, id2, id1, id0)
    const table = this.shards[high & (shardCount - 1)]!
    const mask = table.length / slotWords - 1
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const at = slot * slotWords
      const value = table[at + 2]!
      if (value === 0) return -1
      if (table[at] === low >>> 0 && table[at + 1] === high >>> 0) return value - 1
    }
  }

  private grow(shard: number): Uint32Array {
    const old = this.shards[shard]!
    const table = new Uint32Array(old.length * 2)
    for (let at = 0; at < old.length; at += slotWords) {
      if (old[at + 2] !== 0) place(table, old[at]!, old[at + 1]!, old[at + 2]!)
    }
    this.shards[shard] = table
    return table
  }
}

/** True when the key is new. */
function place(table: Uint32Array, low: number, high: number, value: number): boolean {
  const mask = table.length / slotWords - 1
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const at = slot * slotWords
    if (table[at + 2] === 0) {
      table[at] = low
      table[at + 1] = high
      table[at + 2] = value
      return true
    }
    if (table[at] === low >>> 0 && table[at + 1] === high >>> 0) {
      table[at + 2] = value
      return false
    }
  }
}

function mix(seed: number, a: number, b: number, c: number, d: number): number {
  let h = seed
  h = Math.imul(h ^ a, 0x9e3779b1)
  h = Math.imul((h ^ (h >>> 15)) + b, 0x85ebca6b)
  h = Math.imul((h ^ (h >>> 13)) + c, 0xc2b2ae35)
  h = Math.imul((h ^ (h >>> 16)) + d, 0x27d4eb2f)
  h ^= h >>> 15
  h = Math.imul(h, 0x85ebca77)
  return h ^ (h >>> 13)
}

/** One bit an ordinal, in chunks that appear when first touched. */
export class AckBitmap {
  acked = 0
  private readonly chunks: Uint32Array[] = []

  /** True when the bit was not yet set. */
  add(ordinal: number): boolean {
    const number = Math.floor(ordinal / chunkBits)
    while (this.chunks.length <= number) this.chunks.push(new Uint32Array(chunkBits / 32))
    const chunk = this.chunks[number]!
    const word = (ordinal % chunkBits) >>> 5
    const bit = 1 << (ordinal & 31)
    if ((chunk[word]! & bit) !== 0) return false
    chunk[word]! |= bit
    this.acked++
    return true
  }
}
