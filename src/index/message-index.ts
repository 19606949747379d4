// From a message id to its row. Ids come from clients, so the hash is tabulation over all 16 bytes with tables drawn from a
// seed: no choice of ids makes it slow. Rebuildable: nothing here is digested or saved, and the seed never shows.

import type { MessageId, Row } from '../model/ids.ts'
import type { MessageTable } from './message-table.ts'

const shardCount = 256
const firstSlots = 16
const loadMax = 0.75
const growth = 1.5
/** A walk this long means an unlucky shard: it grows early. About twice what 10 million ids show at full load. */
const probesMax = 512
const tableWords = 16 * 256

/** Slots of two words: row plus one (0: empty), then the hash, which also gives the home slot. */
class Shard {
  slots: Uint32Array = new Uint32Array(firstSlots * 2)
  capacity = firstSlots
  used = 0
}

export class MessageIndex {
  private readonly table: MessageTable
  private readonly tabulation: Uint32Array
  private readonly shards: Shard[] = []
  private used = 0
  private longest = 0

  /** `seed`: any number; draw it anew at every start. */
  constructor(table: MessageTable, seed: number) {
    this.table = table
    this.tabulation = drawTables(seed)
    for (let i = 0; i < shardCount; i++) this.shards.push(new Shard())
  }

  get size(): number {
    return this.used
  }

  /** The longest walk of an insertion so far, slots: a health figure. */
  get longestProbe(): number {
    return this.longest
  }

  /** Row of the message with this id; below 0 when there is none. Settled and rolled-back ones are found as long as they are remembered. */
  find(id: MessageId): Row {
    const hash = this.hash(id.id0, id.id1, id.id2, id.id3)
    const shard = this.shards[hash & 255]!
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

  /** Room for so many more, so that filling an index grows nothing. */
  reserve(rows: number): void {
    const perShard = (rows / shardCount) * 1.05
    for (const shard of this.shards) {
      const capacity = Math.ceil((shard.used + perShard) / loadMax)
      if (capacity > shard.capacity) grow(shard, capacity)
    }
  }

  add(row: Row): void {
    const hash = this.hashOfRow(row)
    const shard = this.shards[hash & 255]!
    if (shard.used + 1 > shard.capacity * loadMax) grow(shard, shard.capacity * growth)
    let probes = put(shard.slots, shard.capacity, row + 1, hash)
    shard.used++
    this.used++
    // Equal ids (only damage makes them) never spread: stop growing where it cannot help.
    if (probes > probesMax && shard.capacity < shard.used * 8) {
      grow(shard, shard.capacity * growth)
      probes = probesMax
    }
    if (probes > this.longest) this.longest = probes
  }

  remove(row: Row): void {
    const hash = this.hashOfRow(row)
    const shard = this.shards[hash & 255]!
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

  private hashOfRow(row: Row): number {
    const table = this.table
    return this.hash(table.id0Of(row), table.id1Of(row), table.id2Of(row), table.id3Of(row))
  }

  private hash(id0: number, id1: number, id2: number, id3: number): number {
    const t = this.tabulation
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
}

function grow(shard: Shard, atLeast: number): void {
  const before = shard.slots
  const capacity = Math.ceil(atLeast)
  const slots = new Uint32Array(capacity * 2)
  for (let at = 0; at < before.length; at += 2) {
    const entry = before[at]!
    if (entry !== 0) put(slots, capacity, entry, before[at + 1]!)
  }
  shard.slots = slots
  shard.capacity = capacity
}

/** The top of the hash names the slot (its low byte has named the shard): works for any capacity. */
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
