// Per topic: the next ordinal, and from an ordinal to its row while a group still holds the message. Ordinals are dense per
// topic, so that queues are bitmaps. Only the next ordinals are state; the rest is rebuilt from the table.

import type { Ordinal, Row, TopicNumber } from '../model/ids.ts'
import { Digest, weighed, weightA, weightB } from '../model/mix.ts'
import { expectNameNumber } from '../model/name-number.ts'
import type { SectionReader, SectionWriter } from '../model/section.ts'
import type { MessageTable } from './message-table.ts'

const chunkOrdinals = 512
const firstOrdinals = 8
const sparesMax = 64

class Chunk {
  base = 0
  used = 0
  /** Grows to `chunkOrdinals`, so that a topic with one message is small. */
  rows: Uint32Array = new Uint32Array(firstOrdinals)
}

class Topic {
  readonly weightA: number
  readonly weightB: number
  nextOrdinal = 0
  live = 0
  /** In order of their base. */
  readonly chunks: Chunk[] = []
  memo: Chunk | undefined = undefined
  constructor(topic: TopicNumber) {
    this.weightA = weightA(topic, 0)
    this.weightB = weightB(topic, 0)
  }
}

export class TopicIndex {
  private readonly table: MessageTable
  private readonly topics: (Topic | undefined)[] = []
  /** Emptied chunks of full size, all zeros: a topic that is drained as fast as it fills allocates nothing. */
  private readonly spares: Chunk[] = []

  constructor(table: MessageTable) {
    this.table = table
  }

  /** The ordinal the next message of the topic gets. */
  nextOrdinal(topic: TopicNumber): Ordinal {
    return (this.topics[topic]?.nextOrdinal ?? 0) as Ordinal
  }

  /** Messages of the topic that some group holds. */
  liveOf(topic: TopicNumber): number {
    return this.topics[topic]?.live ?? 0
  }

  /** Topics that ever had a message. */
  forEachTopic(visit: (topic: TopicNumber) => void): void {
    for (let topic = 1; topic < this.topics.length; topic++) {
      if (this.topics[topic] !== undefined) visit(topic as TopicNumber)
    }
  }

  /** Row of the topic's message with this ordinal while a group holds it, or -1. */
  rowAt(topic: TopicNumber, ordinal: Ordinal): Row | -1 {
    const entry = this.topics[topic]
    if (entry === undefined) return -1
    const chunk = find(entry, ordinal)
    if (chunk === undefined) return -1
    return ((chunk.rows[ordinal - chunk.base] ?? 0) - 1) as Row | -1
  }

  /** The whole ordinal of a row that has one: the table keeps 32 bits, and no two live ones are 2^32 apart. */
  ordinalOf(row: Row): Ordinal {
    const next = this.topics[this.table.topicOf(row)]?.nextOrdinal ?? 0
    const low = this.table.ordinalLowOf(row)
    const back = (next - low) >>> 0
    return (next - (back === 0 ? 0x100000000 : back)) as Ordinal
  }

  /** Fold move: gives the next message of the topic its ordinal. */
  take(topic: TopicNumber): Ordinal {
    const entry = this.topics[topic] ?? this.open(topic)
    const ordinal = entry.nextOrdinal
    entry.nextOrdinal = ordinal + 1
    return ordinal as Ordinal
  }

  /** Fold move: some group holds the message. */
  add(topic: TopicNumber, ordinal: Ordinal, row: Row): void {
    const entry = this.topics[topic] ?? this.open(topic)
    const chunk = find(entry, ordinal) ?? this.insert(entry, ordinal)
    const at = ordinal - chunk.base
    if (at >= chunk.rows.length) widen(chunk, at)
    if (chunk.rows[at] === 0) {
      chunk.used++
      entry.live++
    }
    chunk.rows[at] = row + 1
  }

  /** Fold move: no group holds the message any more. */
  remove(topic: TopicNumber, ordinal: Ordinal): void {
    const entry = this.topics[topic]
    if (entry === undefined) return
    const chunk = find(entry, ordinal)
    if (chunk === undefined) return
    const at = ordinal - chunk.base
    if ((chunk.rows[at] ?? 0) === 0) return
    chunk.rows[at] = 0
    entry.live--
    if (--chunk.used > 0) return
    entry.chunks.splice(entry.chunks.indexOf(chunk), 1)
    entry.memo = undefined
    if (chunk.rows.length === chunkOrdinals && this.spares.length < sparesMax)
      this.spares.push(chunk)
  }

  digestInto(into: Digest): void {
    for (const entry of this.topics) if (entry !== undefined) addNext(into, entry)
  }

  save(writer: SectionWriter): void {
    writer.u32(this.topics.length)
    for (let topic = 0; topic < this.topics.length; topic++) {
      writer.f64(this.topics[topic]?.nextOrdinal ?? 0)
    }
  }

  load(reader: SectionReader): void {
    const count = reader.u32()
    if (count * 8 > reader.left()) reader.refuse('topic index')
    for (let topic = 0; topic < count; topic++) {
      const next = reader.f64()
      if (next > 0) this.open(topic as TopicNumber).nextOrdinal = next
    }
  }

  private open(topic: TopicNumber): Topic {
    expectNameNumber(topic)
    while (this.topics.length <= topic) this.topics.push(undefined)
    const entry = new Topic(topic)
    this.topics[topic] = entry
    return entry
  }

  private insert(entry: Topic, ordinal: Ordinal): Chunk {
    const base = ordinal - (ordinal % chunkOrdinals)
    // Past its first chunk a topic is a busy one: full size at once.
    const chunk = (base > 0 ? this.spares.pop() : undefined) ?? new Chunk()
    if (base > 0 && chunk.rows.length < chunkOrdinals) chunk.rows = new Uint32Array(chunkOrdinals)
    chunk.base = base
    let at = entry.chunks.length
    while (at > 0 && entry.chunks[at - 1]!.base > base) at--
    entry.chunks.splice(at, 0, chunk)
    entry.memo = chunk
    return chunk
  }
}

function addNext(into: Digest, entry: Topic): void {
  const next = entry.nextOrdinal
  into.add(weighed(next, entry.weightA), weighed(next, entry.weightB))
}

function find(entry: Topic, ordinal: Ordinal): Chunk | undefined {
  const memo = entry.memo
  if (memo !== undefined && ordinal >= memo.base && ordinal - memo.base < chunkOrdinals) return memo
  const chunks = entry.chunks
  let low = 0
  let high = chunks.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const chunk = chunks[middle]!
    if (ordinal < chunk.base) high = middle - 1
    else if (ordinal - chunk.base >= chunkOrdinals) low = middle + 1
    else return (entry.memo = chunk)
  }
  return undefined
}

function widen(chunk: Chunk, at: number): void {
  let length = chunk.rows.length
  while (length <= at) length *= 2
  const rows = new Uint32Array(length)
  rows.set(chunk.rows)
  chunk.rows = rows
}
