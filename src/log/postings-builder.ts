// Makes postings of the frames of one segment, in their order. What it makes follows from the frames alone: made in one go or
// gone on with later, the bytes are the same. Sets leave as they are complete; only keys and the directory stay in memory.

import { invariant } from '../model/assert.ts'
import type { LogRecord } from '../model/record.ts'
import { checksum } from './checksum.ts'
import { frameKind, frameOffset, logFrameHeadBytes, writeU32 } from './frame.ts'
import {
  blockOfKey,
  blocksMax,
  bucketBytesOf,
  bucketOf,
  bucketsFor,
  directoryEntryBytes,
  encodePostingsHead,
  encodeSet,
  hashOfKey,
  noneNamed,
  packKey,
  postingsHeadBytes,
  rareEntryBytes,
  setBytesMax,
  writeBlockEntry,
  writeBucket,
  writeRareEntry,
  type BlockEntry,
  type PostingsHead,
  type RarePlace,
} from './postings-format.ts'
import {
  hashOfConnection,
  hashOfId,
  hashOfName,
  hashOfTopic,
  hashOfWords,
} from './postings-keys.ts'
import { decodeRecord } from './record-codec.ts'
import type { SegmentHeader } from './segment.ts'

/** What an earlier run made, as far as it stays. */
export interface PostingsStart {
  readonly blocks: readonly BlockEntry[]
  /** Packed. */
  readonly keys: Float64Array
  readonly rare: readonly RarePlace[]
  /** Where the next set goes. */
  readonly setsEnd: number
}

const published = 3
const prepared = 4
/** Tag and length of the id, which opens the body of both. */
const idTag = 0x0a
const idLength = 16

export class PostingsBuilder {
  readonly #header: SegmentHeader
  readonly #seed: number
  readonly #blockBytes: number
  /** Takes what goes to the end of the sets; the bytes are its own. */
  readonly #put: (bytes: Uint8Array) => void
  readonly #blocks: BlockEntry[]
  readonly #rare: RarePlace[]
  #keys: Float64Array
  #keyCount: number
  #setsEnd: number
  /** Of the block that is open. */
  #position = -1
  #offset = 0
  #named = new Float64Array(1024)
  #namedCount = 0

  constructor(
    header: SegmentHeader,
    blockBytes: number,
    put: (bytes: Uint8Array) => void,
    start?: PostingsStart,
  ) {
    this.#header = header
    this.#blockBytes = blockBytes
    this.#seed = header.seed
    this.#put = put
    this.#blocks = [...(start?.blocks ?? [])]
    this.#rare = [...(start?.rare ?? [])]
    this.#keyCount = start?.keys.length ?? 0
    this.#keys = new Float64Array(Math.max(1024, this.#keyCount * 2))
    if (start !== undefined) this.#keys.set(start.keys)
    this.#setsEnd = start?.setsEnd ?? postingsHeadBytes
  }

  /** One frame whose crc held. Throws as decoding it does. */
  frame(source: Uint8Array, start: number, end: number, position: number): void {
    const offset = frameOffset(source, start)
    if (this.#position < 0 || position - this.#position >= this.#blockBytes) {
      this.#closeBlock()
      this.#position = position
      this.#offset = offset
    }
    const kind = frameKind(source, start)
    const body = start + logFrameHeadBytes
    if (kind === published || kind === prepared) {
      if (source[body] === idTag && source[body + 1] === idLength && end - body > 18) {
        const at = body + 2
        const id0 = wordAt(source, at)
        const id1 = wordAt(source, at + 4)
        const id2 = wordAt(source, at + 8)
        this.#key(hashOfWords(this.#seed, id0, id1, id2, wordAt(source, at + 12)))
        return
      }
    }
    const rare = { kind, length: end - start, position, offset }
    this.#record(decodeRecord(kind, source, body, end), rare)
  }

  /** All that follows the sets, behind the head. */
  finish(endPosition: number, endOffset: number): { readonly head: Uint8Array; rest: Uint8Array } {
    this.#closeBlock()
    const keys = this.#sortedKeys()
    const buckets = bucketsFor(keys.length)
    const directory = new Uint8Array(this.#blocks.length * directoryEntryBytes)
    this.#blocks.forEach((block, i) => writeBlockEntry(directory, i * directoryEntryBytes, block))
    const rare = new Uint8Array(this.#rare.length * rareEntryBytes)
    this.#rare.forEach((place, i) => writeRareEntry(rare, i * rareEntryBytes, place))
    const hashed = this.#hashed(keys, buckets)
    const rest = new Uint8Array(directory.length + rare.length + hashed.length)
    rest.set(directory, 0)
    rest.set(rare, directory.length)
    rest.set(hashed, directory.length + rare.length)
    const named = this.#blocks.filter(({ setBytes }) => setBytes > 0)
    const head: PostingsHead = {
      endPosition,
      endOffset,
      namedMin: named.reduce((min, block) => Math.min(min, block.namedMin), noneNamed),
      namedMax: named.reduce((max, block) => Math.max(max, block.namedMax), 0),
      blocks: this.#blocks.length,
      keys: keys.length,
      buckets,
      rare: this.#rare.length,
      directoryAt: this.#setsEnd,
      directoryCrc: checksum(directory, 0, directory.length, 0),
      rareCrc: checksum(rare, 0, rare.length, 0),
    }
    return { head: encodePostingsHead(this.#header, head), rest }
  }

  #record(record: LogRecord, place: RarePlace): void {
    switch (record.kind) {
      case 'published':
      case 'prepared':
      case 'recalled':
        this.#key(hashOfId(this.#seed, record))
        return
      case 'named':
        this.#key(hashOfName(this.#seed, record.dictionary, record.number))
        return
      case 'members-changed':
        if (record.change === 'joined') this.#key(hashOfConnection(this.#seed, record.connection))
        return
      case 'bindings-changed':
        if (record.parks.length + record.unparks.length > 0)
          this.#key(hashOfTopic(this.#seed, record.topic))
        return
      case 'delivered':
      case 'acked':
      case 'skipped':
        for (const message of record.messages) this.#name(message)
        return
      case 'failed':
      case 'dead-lettered':
      case 'redriven':
      case 'purged':
        this.#name(record.message)
        return
      case 'committed':
      case 'rolled-back':
      case 'inquired':
        this.#name(record.prepared)
        return
      case 'moved':
        this.#name(record.of)
        return
      case 'operator':
        if (record.action === 'reset') this.#rare.push(place)
        return
      default: // started, closed, paused, resumed, hole, base, dropped: of the log, or of every message
        this.#rare.push(place)
    }
  }

  #key(hash: number): void {
    if (this.#keyCount === this.#keys.length) {
      const more = new Float64Array(this.#keyCount * 2)
      more.set(this.#keys)
      this.#keys = more
    }
    this.#keys[this.#keyCount++] = packKey(hash, this.#blocks.length)
  }

  #name(offset: number): void {
    if (this.#namedCount === this.#named.length) {
      const more = new Float64Array(this.#namedCount * 2)
      more.set(this.#named)
      this.#named = more
    }
    this.#named[this.#namedCount++] = offset
  }

  #closeBlock(): void {
    if (this.#position < 0) return
    invariant(this.#blocks.length < blocksMax, 'a segment has too many blocks')
    const count = distinct(this.#named, this.#namedCount)
    const set = new Uint8Array(setBytesMax(count))
    const setBytes = encodeSet(this.#named, count, set, 0)
    const { length } = this.#blocks
    this.#blocks[length] = {
      position: this.#position,
      offset: this.#offset,
      namedMin: count === 0 ? noneNamed : this.#named[0]!,
      namedMax: count === 0 ? 0 : Math.min(noneNamed, this.#named[count - 1]!),
      setAt: this.#setsEnd,
      setBytes,
      setCrc: checksum(set, 0, setBytes, 0),
    }
    if (setBytes > 0) this.#put(set.subarray(0, setBytes))
    this.#setsEnd += setBytes
    this.#namedCount = 0
    this.#position = -1
  }

  #sortedKeys(): Float64Array {
    return this.#keys.subarray(0, distinct(this.#keys, this.#keyCount))
  }

  /** The buckets, then a table of where each begins, and where the last one ends. */
  #hashed(keys: Float64Array, buckets: number): Uint8Array {
    const bytes = bucketBytesOf(keys.length, buckets)
    const target = new Uint8Array(bytes + (buckets + 1) * 4)
    let from = 0
    let at = 0
    for (let number = 0; number < buckets; number++) {
      let to = from
      while (to < keys.length && bucketOf(hashOfKey(keys[to]!), buckets) === number) to++
      writeU32(target, bytes + number * 4, at)
      at = writeBucket(target, at, number, keys, from, to)
      from = to
    }
    writeU32(target, bytes + buckets * 4, at)
    return target
  }
}

/** Those of blocks before `block`, which stay when the others are made again. */
export function keysBefore(keys: Float64Array, block: number): Float64Array {
  return keys.filter((key) => blockOfKey(key) < block)
}

/** Sorts the first `count`, keeps each once; returns how many are left. */
function distinct(values: Float64Array, count: number): number {
  values.subarray(0, count).sort()
  let kept = 0
  for (let i = 0; i < count; i++)
    if (kept === 0 || values[i] !== values[kept - 1]) values[kept++] = values[i]!
  return kept
}

/** First byte highest, as the digits of an id stand. */
function wordAt(source: Uint8Array, at: number): number {
  const high = (source[at]! << 24) | (source[at + 1]! << 16)
  return (high | (source[at + 2]! << 8) | source[at + 3]!) >>> 0
}
