// From a message id to its row. Ids come from clients, so the hash is tabulation over all 16 bytes with tables drawn from a
// seed: no choice of ids makes it slow. Rebuildable: nothing here is digested or saved, and the seed never shows.

import type { MessageId, Row } from '../model/ids.ts'
import { chunkRows, type MessageTable } from './message-table.ts'

/** Slots of a new shard, a power of two. */
const shardSlots = 2048
const loadMax = 0.75
/** Low bits of a hash that may name a shard. */
const depthMax = 20
const tableWords = 16 * 256
/** New shards whose slots are asked for at once. */
const shardsTogether = 64

/**
 * Slots of two words: row plus one (0: empty), then the hash, whose top bits give the home slot and whose low bits, `depth`
 * of them, are the same in all of a shard.
 */
class Shard {
  slots: Uint32Array
  capacity: number
  depth: number
  used = 0

  constructor(slots: Uint32Array, depth: number) {
    this.slots = slots
    this.capacity = slots.length / 2
    this.depth = depth
  }
}

/** A directory over shards that split when they are full: growing moves one shard's entries and leaves no memory behind. */
export class MessageIndex {
  private readonly table: MessageTable
  private readonly tabulation: Uint32Array
  /** The shard of each value of the low bits; a shard of less depth stands in several places. */
  private shards: Shard[] = [new Shard(new Uint32Array(shardSlots * 2), 0)]
  private mask = 0
  private used = 0
  private longest = 0
  private isBuilt = false
  /** The id last looked for: what is published next is mostly it. */
  private asked0 = -1
  private asked1 = -1
  private asked2 = -1
  private asked3 = -1
  private askedHash = 0

  /** `seed`: any number; draw it anew at every start. */
  constructor(table: MessageTable, seed: number) {
    this.table = table
    this.tabulation = drawTables(seed)
  }

  get size(): number {
    this.build()
    return this.used
  }

  /** The longest walk of an insertion so far, slots: a health figure. */
  get longestProbe(): number {
    return this.longest
  }

  /** Row of the message with this id; below 0 when there is none. Settled and rolled-back ones are found as long as they are remembered. */
  find(id: MessageId): Row {
    if (!this.isBuilt) this.build()
    const { id0, id1, id2, id3 } = id
    const hash = hashOf(this.tabulation, id0, id1, id2, id3)
    this.asked0 = id0
    this.asked1 = id1
    this.asked2 = id2
    this.asked3 = id3
    this.askedHash = hash
    const shard = this.shards[hash & this.mask]!
    const slots = shard.slots
    const capacity = shard.capacity
    let slot = home(hash, capacity)
    for (;;) {
      const entry = slots[slot * 2]!
      if (entry === 0) return -1 as Row
      if (slots[slot * 2 + 1] === hash && this.table.idMatches((entry - 1) as Row, id)) {
        return (entry - 1) as Row
      }
      if (++slot === capacity) slot = 0
    }
  }

  /**
   * Makes the index from the table; nothing when it is there. Whoever folds many records and looks for none spares it, and
   * what is made at once is made shard by shard: a shard fits into the nearest cache, ten millions of entries in the order
   * of their rows would each miss all of them.
   */
  build(): void {
    if (this.isBuilt) return
    this.isBuilt = true
    const depth = depthOf(this.table.count)
    this.shards = shardsOf(depth)
    this.mask = 2 ** depth - 1
    const { rows, hashes } = this.entries()
    const ends = new Uint32Array(this.shards.length + 1)
    countByShard(hashes, this.mask, ends)
    const sorted = new Uint32Array(rows.length * 2)
    sortByShard(rows, hashes, this.mask, ends, sorted)
    for (let i = 0; i < sorted.length; i += 2) this.put(sorted[i] as Row, sorted[i + 1]!)
  }

  private entries(): { readonly rows: Uint32Array; readonly hashes: Uint32Array } {
    const { table } = this
    const rows = new Uint32Array(table.count)
    const hashes = new Uint32Array(table.count)
    const some = new Uint32Array(chunkRows)
    const ids = new Int32Array(chunkRows * 4)
    let end = 0
    for (let number = 0; number < table.chunkCount; number++) {
      const count = table.readIds(number, some, ids)
      rows.set(some.subarray(0, count), end)
      hashAll(this.tabulation, ids, count, hashes.subarray(end, end + count))
      end += count
    }
    return { rows: rows.subarray(0, end), hashes: hashes.subarray(0, end) }
  }

  add(row: Row): void {
    if (this.isBuilt) this.put(row, this.hashOfRow(row))
  }

  private put(row: Row, hash: number): void {
    let shard = this.shards[hash & this.mask]!
    if (shard.used + 1 > shard.capacity * loadMax) {
      this.split(shard, hash)
      shard = this.shards[hash & this.mask]!
    }
    const probes = put(shard.slots, shard.capacity, row + 1, hash)
    shard.used++
    this.used++
    if (probes > this.longest) this.longest = probes
  }

  remove(row: Row): void {
    if (!this.isBuilt) return
    const hash = this.hashOfRow(row)
    const shard = this.shards[hash & this.mask]!
    const slots = shard.slots
    const capacity = shard.capacity
    let slot = home(hash, capacity)
    for (;;) {
      const entry = slots[slot * 2]!
      if (entry === 0) return
      if (entry === row + 1) break
      if (++slot === capacity) slot = 0
    }
    closeGap(slots, capacity, slot)
    shard.used--
    this.used--
  }

  /** The next bit of the hash tells the entries of a full shard apart; where it does not, the shard becomes larger. */
  private split(shard: Shard, hash: number): void {
    const { slots, capacity, depth } = shard
    const bit = 1 << depth
    let moving = 0
    for (let at = 0; at < slots.length; at += 2) {
      if (slots[at] !== 0 && (slots[at + 1]! & bit) !== 0) moving++
    }
    // Rows under one id, which only damage makes, never part.
    const parts = moving > 0 && moving < shard.used && depth < depthMax
    if (!parts) {
      shard.slots = new Uint32Array(capacity * 4)
      shard.capacity = capacity * 2
      for (let at = 0; at < slots.length; at += 2) {
        if (slots[at] !== 0) put(shard.slots, shard.capacity, slots[at]!, slots[at + 1]!)
      }
      return
    }
    const sibling = new Shard(new Uint32Array(capacity * 2), depth + 1)
    shard.depth = depth + 1
    sibling.used = moving
    shard.used -= moving
    const before = capacity === shardSlots ? splitting : new Uint32Array(slots.length)
    before.set(slots)
    slots.fill(0)
    for (let at = 0; at < before.length; at += 2) {
      const entry = before[at]!
      if (entry === 0) continue
      const into = (before[at + 1]! & bit) === 0 ? slots : sibling.slots
      put(into, capacity, entry, before[at + 1]!)
    }
    if (bit > this.mask) {
      this.shards = this.shards.concat(this.shards)
      this.mask = this.shards.length - 1
    }
    for (let i = (hash & (bit - 1)) | bit; i < this.shards.length; i += bit * 2) {
      this.shards[i] = sibling
    }
  }

  private hashOfRow(row: Row): number {
    const table = this.table
    const id0 = table.id0Of(row)
    const id1 = table.id1Of(row)
    const id2 = table.id2Of(row)
    const id3 = table.id3Of(row)
    const isAsked =
      id0 === this.asked0 && id1 === this.asked1 && id2 === this.asked2 && id3 === this.asked3
    return isAsked ? this.askedHash : hashOf(this.tabulation, id0, id1, id2, id3)
  }
}

function hashOf(t: Uint32Array, id0: number, id1: number, id2: number, id3: number): number {
  return (
    (t[id0 & 255]! ^
      t[256 + ((id0 >>> 8) & 255)]! ^
      t[512 + ((id0 >>> 16) & 255)]! ^
      t[768 + (id0 >>> 24)]! ^
      t[1024 + (id1 & 255)]! ^
      t[1280 + ((id1 >>> 8) & 255)]! ^
      t[1536 + ((id1 >>> 16) & 255)]! ^
      t[1792 + (id1 >>> 24)]! ^
      t[2048 + (id2 & 255)]! ^
      t[2304 + ((id2 >>> 8) & 255)]! ^
      t[2560 + ((id2 >>> 16) & 255)]! ^
      t[2816 + (id2 >>> 24)]! ^
      t[3072 + (id3 & 255)]! ^
      t[3328 + ((id3 >>> 8) & 255)]! ^
      t[3584 + ((id3 >>> 16) & 255)]! ^
      t[3840 + (id3 >>> 24)]!) >>>
    0
  )
}

function hashAll(t: Uint32Array, ids: Int32Array, count: number, hashes: Uint32Array): void {
  for (let i = 0; i < count; i++) {
    const at = i * 4
    hashes[i] = hashOf(t, ids[at]!, ids[at + 1]!, ids[at + 2]!, ids[at + 3]!)
  }
}

/** Shards whose slots lie in a few large arrays: asked for one by one, each would be filled with zeros at once. */
function shardsOf(depth: number): Shard[] {
  const shards: Shard[] = []
  const words = shardSlots * 2
  const together = Math.min(2 ** depth, shardsTogether)
  while (shards.length < 2 ** depth) {
    const slots = new Uint32Array(words * together)
    for (let at = 0; at < slots.length; at += words) {
      shards.push(new Shard(slots.subarray(at, at + words), depth))
    }
  }
  return shards
}

/** Where in the order of shards each begins: ends[n] for shard n. */
function countByShard(hashes: Uint32Array, mask: number, ends: Uint32Array): void {
  for (let i = 0; i < hashes.length; i++) ends[(hashes[i]! & mask) + 1]!++
  for (let i = 1; i < ends.length; i++) ends[i]! += ends[i - 1]!
}

/** Pairs of row and hash, shard by shard. */
function sortByShard(
  rows: Uint32Array,
  hashes: Uint32Array,
  mask: number,
  ends: Uint32Array,
  sorted: Uint32Array,
): void {
  for (let i = 0; i < hashes.length; i++) {
    const hash = hashes[i]!
    const at = ends[hash & mask]!++ * 2
    sorted[at] = rows[i]!
    sorted[at + 1] = hash
  }
}

/** So many low bits of the hash that shards of the usual size hold so many rows. */
function depthOf(rows: number): number {
  let depth = 0
  while (rows / 2 ** depth > shardSlots * loadMax && depth < depthMax) depth++
  return depth
}

/** Where the entries of a shard are while it splits. */
const splitting = new Uint32Array(shardSlots * 2)

/** The top of the hash names the slot, its low bits have named the shard. */
function home(hash: number, capacity: number): number {
  return Math.floor((hash * capacity) / 0x100000000)
}

/** Puts an entry into the first free slot from its home on; the slots walked over. */
function put(slots: Uint32Array, capacity: number, entry: number, hash: number): number {
  let slot = home(hash, capacity)
  let probes = 1
  while (slots[slot * 2] !== 0) {
    if (++slot === capacity) slot = 0
    probes++
  }
  slots[slot * 2] = entry
  slots[slot * 2 + 1] = hash
  return probes
}

/** Empties a slot and moves back what only stood behind it because it was taken: no tombstones. */
function closeGap(slots: Uint32Array, capacity: number, hole: number): void {
  let gap = hole
  let slot = hole
  for (;;) {
    if (++slot === capacity) slot = 0
    const entry = slots[slot * 2]!
    if (entry === 0) break
    const hash = slots[slot * 2 + 1]!
    const from = home(hash, capacity)
    const walked = slot >= from ? slot - from : slot - from + capacity
    const distance = slot >= gap ? slot - gap : slot - gap + capacity
    if (walked < distance) continue
    slots[gap * 2] = entry
    slots[gap * 2 + 1] = hash
    gap = slot
  }
  slots[gap * 2] = 0
  slots[gap * 2 + 1] = 0
}

function drawTables(seed: number): Uint32Array {
  const tables = new Uint32Array(tableWords)
  let low = seed >>> 0
  let high = Math.floor(seed / 0x100000000) >>> 0
  for (let i = 0; i < tableWords; i++) {
    low = (low + 0x9e3779b9) >>> 0
    high = (high + Math.imul(low, 0x6c8e9cf5) + i) >>> 0
    tables[i] = scramble(low ^ scramble(high))
  }
  return tables
}

function scramble(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x7feb352d)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
