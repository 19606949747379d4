// What is out now: leases of deliveries and inquiries that still owe an answer. Volatile: a restart ends them all.
// An opaque names its entry: upper half bit, 11 bits of generation, 20 bits of index; so no Map per message is needed.

import { LRUCache } from 'lru-cache'
import type { ConnectionNumber, GroupNumber, Offset, Row } from '../model/ids.ts'
import { invariant } from '../model/assert.ts'
import { inFlightMax, lateLeasesMax, opaqueBase } from '../model/limits.ts'

const indexBits = 20
const indexMask = (1 << indexBits) - 1
const generationMask = 0x7ff
const none = -1
/** More than one turn decides. */
const keptBack = 16_384
/** Entries used once before any is used again. */
const poolMin = 65_536

export const entryStored = 0
export const entryFly = 1
export const entryInquiry = 2
export type EntryKind = typeof entryStored | typeof entryFly | typeof entryInquiry

/** An attempt whose lease has ended: its late ack still settles, until something else has. */
export interface LateLease {
  readonly message: Offset
  readonly row: Row
  readonly group: GroupNumber
  /** Which carried it. */
  readonly connection: ConnectionNumber
}

interface Columns {
  generation: Uint16Array
  kind: Uint8Array
  live: Uint8Array
  row: Uint32Array
  message: Float64Array
  group: Uint32Array
  connection: Uint32Array
  attempt: Uint8Array
  deadline: Float64Array
  /** Neighbours among the entries of the same connection. */
  previous: Int32Array
  next: Int32Array
  /** Neighbours in order of deadline (the lease time is the same for all), or the next free entry. */
  earlier: Int32Array
  later: Int32Array
}

export class InFlight {
  size = 0
  #columns: Columns
  #capacity: number
  #used = 0
  #freeHead = none
  #freeTail = none
  #oldest = none
  #newest = none
  #firstGeneration: number
  /** First and last entry of each connection. */
  #heads = new Map<ConnectionNumber, number>()
  #tails = new Map<ConnectionNumber, number>()
  #late = new LRUCache<number, LateLease>({ max: lateLeasesMax })

  /** `seed`: where the opaques begin, so that an ack from before a restart meets no entry of now. */
  constructor(seed: number) {
    this.#firstGeneration = seed & generationMask
    this.#capacity = 1024
    this.#columns = allocate(this.#capacity)
  }

  /** Half of all leases are out: time to share the rest. */
  get isScarce(): boolean {
    return this.size >= inFlightMax / 2
  }

  /** No more deliveries; what is kept back serves the turn that is under way, and inquiries. */
  get isFull(): boolean {
    return this.size >= inFlightMax - keptBack
  }

  /** Take a lease; returns its opaque. Deadlines must not decrease from call to call. */
  add(
    kind: EntryKind,
    connection: ConnectionNumber,
    group: GroupNumber,
    row: Row,
    message: Offset,
    attempt: number,
    deadlineMs: number,
  ): number {
    const index = this.#takeFree()
    const c = this.#columns
    c.live[index] = 1
    c.kind[index] = kind
    c.row[index] = row
    c.message[index] = message
    c.group[index] = group
    c.connection[index] = connection
    c.attempt[index] = attempt
    c.deadline[index] = deadlineMs
    const tail = this.#tails.get(connection) ?? none
    c.previous[index] = tail
    c.next[index] = none
    if (tail === none) this.#heads.set(connection, index)
    else c.next[tail] = index
    this.#tails.set(connection, index)
    c.earlier[index] = this.#newest
    c.later[index] = none
    if (this.#newest === none) this.#oldest = index
    else c.later[this.#newest] = index
    this.#newest = index
    this.size += 1
    return (opaqueBase | (c.generation[index]! << indexBits) | index) >>> 0
  }

  /** The entry this opaque names, or -1. */
  find(opaque: number): number {
    if (opaque < opaqueBase) return none
    const index = opaque & indexMask
    if (index >= this.#used || this.#columns.live[index] === 0) return none
    return this.#columns.generation[index] === ((opaque >>> indexBits) & generationMask)
      ? index
      : none
  }

  kindOf(index: number): EntryKind {
    return this.#columns.kind[index] as EntryKind
  }
  rowOf(index: number): Row {
    return this.#columns.row[index] as Row
  }
  messageOf(index: number): Offset {
    return this.#columns.message[index] as Offset
  }
  groupOf(index: number): GroupNumber {
    return this.#columns.group[index] as GroupNumber
  }
  connectionOf(index: number): ConnectionNumber {
    return this.#columns.connection[index] as ConnectionNumber
  }
  attemptOf(index: number): number {
    return this.#columns.attempt[index]!
  }

  deadlineOf(index: number): number {
    return this.#columns.deadline[index]!
  }

  remove(index: number): void {
    const c = this.#columns
    invariant(c.live[index] === 1, `in-flight entry ${index} removed twice`)
    c.live[index] = 0
    this.#unlinkFromConnection(index)
    const earlier = c.earlier[index]!
    const later = c.later[index]!
    if (earlier === none) this.#oldest = later
    else c.later[earlier] = later
    if (later === none) this.#newest = earlier
    else c.earlier[later] = earlier
    c.generation[index] = (c.generation[index]! + 1) & generationMask
    c.later[index] = none
    if (this.#freeTail === none) this.#freeHead = index
    else c.later[this.#freeTail] = index
    this.#freeTail = index
    this.size -= 1
  }

  /** Remember an ended lease for its late ack. Call before `remove`. */
  keepLate(index: number): void {
    const opaque = (opaqueBase | (this.#columns.generation[index]! << indexBits) | index) >>> 0
    this.#late.set(opaque, {
      message: this.messageOf(index),
      row: this.rowOf(index),
      group: this.groupOf(index),
      connection: this.connectionOf(index),
    })
  }

  findLate(opaque: number): LateLease | undefined {
    return this.#late.get(opaque)
  }

  forgetLate(opaque: number): void {
    this.#late.delete(opaque)
  }

  /** Deadline of the oldest lease, or Infinity. */
  nextDeadline(): number {
    return this.#oldest === none ? Infinity : this.#columns.deadline[this.#oldest]!
  }

  /** Up to `limit` entries whose deadline has passed, oldest first. */
  expired(nowMs: number, limit: number): number[] {
    const found: number[] = []
    const c = this.#columns
    for (
      let i = this.#oldest;
      i !== none && found.length < limit && c.deadline[i]! <= nowMs;
      i = c.later[i]!
    )
      found.push(i)
    return found
  }

  /** Up to `limit` entries of a connection, in the order they were added. */
  ofConnection(connection: ConnectionNumber, limit: number): number[] {
    const found: number[] = []
    let i = this.#heads.get(connection) ?? none
    for (; i !== none && found.length < limit; i = this.#columns.next[i]!) found.push(i)
    return found
  }

  opaqueOf(index: number): number {
    return (opaqueBase | (this.#columns.generation[index]! << indexBits) | index) >>> 0
  }

  #unlinkFromConnection(index: number): void {
    const c = this.#columns
    const connection = c.connection[index] as ConnectionNumber
    const previous = c.previous[index]!
    const next = c.next[index]!
    if (previous !== none) c.next[previous] = next
    else if (next === none) this.#heads.delete(connection)
    else this.#heads.set(connection, next)
    if (next !== none) c.previous[next] = previous
    else if (previous === none) this.#tails.delete(connection)
    else this.#tails.set(connection, previous)
  }

  /** New entries first, then the one that is free for longest, so that an opaque comes back as late as possible. */
  #takeFree(): number {
    if (this.#used >= poolMin && this.#freeHead !== none) return this.#popFree()
    invariant(this.#used < inFlightMax, `more than ${inFlightMax} deliveries in flight`)
    if (this.#used === this.#capacity) this.#grow()
    const index = this.#used++
    this.#columns.generation[index] = this.#firstGeneration
    return index
  }

  #popFree(): number {
    const index = this.#freeHead
    this.#freeHead = this.#columns.later[index]!
    if (this.#freeHead === none) this.#freeTail = none
    return index
  }

  #grow(): void {
    const old = this.#columns
    this.#capacity = Math.min(this.#capacity * 2, inFlightMax)
    const grown = allocate(this.#capacity)
    for (const name of Object.keys(old) as (keyof Columns)[]) grown[name].set(old[name])
    this.#columns = grown
  }
}

function allocate(capacity: number): Columns {
  return {
    generation: new Uint16Array(capacity),
    kind: new Uint8Array(capacity),
    live: new Uint8Array(capacity),
    row: new Uint32Array(capacity),
    message: new Float64Array(capacity),
    group: new Uint32Array(capacity),
    connection: new Uint32Array(capacity),
    attempt: new Uint8Array(capacity),
    deadline: new Float64Array(capacity),
    previous: new Int32Array(capacity),
    next: new Int32Array(capacity),
    earlier: new Int32Array(capacity),
    later: new Int32Array(capacity),
  }
}
