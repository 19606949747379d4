// The bytes of a postings file: which places of one segment concern a message. A cache like a checkpoint; docs/log-format.md
// draws it. Knows neither files nor records; nothing that was read is believed before its crc held.

import { checksum } from './checksum.ts'
import { readU32, readU48, writeU32, writeU48 } from './frame.ts'
import { hashCheck } from './postings-keys.ts'
import { corruptFile, type SegmentHeader } from './segment.ts'
import { BodyReader, writeVarint } from './varint.ts'

export const postingsHeadBytes = 256
export const directoryEntryBytes = 48
export const rareEntryBytes = 24
export const bucketHeadBytes = 12
export const keyBytes = 8
export const postingsTemporaryName = 'postings.tmp'

const formatVersion = 1
const magic: Uint8Array = Uint8Array.from('KITEQPST', (char) => char.charCodeAt(0))
const crcAt = postingsHeadBytes - 4

/** What a head says. */
export interface PostingsHead {
  /** The segment is covered up to this place, the end of a batch. */
  readonly endPosition: number
  readonly endOffset: number
  /** Of all message offsets that its records name; above the highest when they name none. */
  readonly namedMin: number
  readonly namedMax: number
  readonly blocks: number
  readonly keys: number
  readonly buckets: number
  readonly rare: number
  /** Where the directory begins; the sets end there. */
  readonly directoryAt: number
  readonly directoryCrc: number
  readonly rareCrc: number
}

/** A stretch of some 64 KiB of the segment, from the first byte of a frame. */
export interface BlockEntry {
  readonly position: number
  readonly offset: number
  readonly namedMin: number
  readonly namedMax: number
  readonly setAt: number
  /** 0: its records name no message. */
  readonly setBytes: number
  readonly setCrc: number
}

/** A record that concerns every message, or an image. */
export interface RarePlace {
  readonly kind: number
  readonly length: number
  readonly position: number
  readonly offset: number
}

export function postingsName(segment: number): string {
  return `${String(segment).padStart(10, '0')}.postings`
}

/** Undefined for files that are no postings. */
export function postingsNumberOf(name: string): number | undefined {
  const match = /^(\d{10,})\.postings$/.exec(name)
  return match === null ? undefined : Number(match[1])
}

export const rareAt = (head: PostingsHead): number =>
  head.directoryAt + head.blocks * directoryEntryBytes
export const keysAt = (head: PostingsHead): number => rareAt(head) + head.rare * rareEntryBytes
export const tableAt = (head: PostingsHead): number =>
  keysAt(head) + bucketBytesOf(head.keys, head.buckets)
export const postingsBytes = (head: PostingsHead): number => tableAt(head) + (head.buckets + 1) * 4

export function encodePostingsHead(header: SegmentHeader, head: PostingsHead): Uint8Array {
  const bytes = new Uint8Array(postingsHeadBytes)
  bytes.set(magic, 0)
  writeU32(bytes, 8, formatVersion)
  writeU32(bytes, 12, header.number)
  writeU32(bytes, 16, header.epoch)
  writeU32(bytes, 20, header.seed)
  bytes.set(Buffer.from(header.logId, 'hex'), 24)
  writeU48(bytes, 40, head.endPosition)
  writeU48(bytes, 48, head.endOffset)
  writeU48(bytes, 56, head.namedMin)
  writeU48(bytes, 64, head.namedMax)
  writeU32(bytes, 72, head.blocks)
  writeU32(bytes, 76, head.keys)
  writeU32(bytes, 80, head.buckets)
  writeU32(bytes, 84, head.rare)
  writeU48(bytes, 88, head.directoryAt)
  writeU32(bytes, 96, head.directoryCrc)
  writeU32(bytes, 100, head.rareCrc)
  writeU32(bytes, 104, hashCheck)
  writeU32(bytes, crcAt, checksum(bytes, 0, crcAt, 0))
  return bytes
}

/** Throws KITEQ_LOG_CORRUPT for what is damaged, of another segment, or of a version that hashes or writes otherwise. */
export function decodePostingsHead(
  bytes: Uint8Array,
  header: SegmentHeader,
  path: string,
): PostingsHead {
  if (bytes.length < postingsHeadBytes) throw corruptFile(path, bytes.length, 'the head ends')
  if (magic.some((byte, i) => bytes[i] !== byte)) throw corruptFile(path, 0, 'no postings')
  if (readU32(bytes, crcAt) !== checksum(bytes, 0, crcAt, 0))
    throw corruptFile(path, 0, 'the checksum of the head does not hold')
  if (readU32(bytes, 8) !== formatVersion || readU32(bytes, 104) !== hashCheck)
    throw corruptFile(path, 8, `format ${readU32(bytes, 8)}; this version reads ${formatVersion}`)
  const isOurs =
    readU32(bytes, 12) === header.number &&
    readU32(bytes, 16) === header.epoch &&
    readU32(bytes, 20) === header.seed &&
    Buffer.from(bytes.subarray(24, 40)).toString('hex') === header.logId
  if (!isOurs) throw corruptFile(path, 12, 'of another segment')
  const head = headIn(bytes)
  const { endPosition, blocks, keys, buckets, rare, directoryAt } = head
  // A frame has 32 bytes at least; blocks and places are of frames, keys of frames and blocks.
  const mostFrames = Math.min(endPosition, 2 ** 32) / 32
  if (
    Math.max(blocks, keys, rare) > mostFrames ||
    buckets !== bucketsFor(keys) ||
    directoryAt < 256
  )
    throw corruptFile(path, 72, 'its head tells of more than there can be')
  return head
}

function headIn(bytes: Uint8Array): PostingsHead {
  return {
    endPosition: readU48(bytes, 40),
    endOffset: readU48(bytes, 48),
    namedMin: readU48(bytes, 56),
    namedMax: readU48(bytes, 64),
    blocks: readU32(bytes, 72),
    keys: readU32(bytes, 76),
    buckets: readU32(bytes, 80),
    rare: readU32(bytes, 84),
    directoryAt: readU48(bytes, 88),
    directoryCrc: readU32(bytes, 96),
    rareCrc: readU32(bytes, 100),
  }
}

export function writeBlockEntry(target: Uint8Array, at: number, block: BlockEntry): void {
  writeU48(target, at, block.position)
  writeU48(target, at + 8, block.offset)
  writeU48(target, at + 16, block.namedMin)
  writeU48(target, at + 24, block.namedMax)
  writeU48(target, at + 32, block.setAt)
  writeU32(target, at + 40, block.setBytes)
  writeU32(target, at + 44, block.setCrc)
}

export function readBlockEntry(source: Uint8Array, at: number): BlockEntry {
  return {
    position: readU48(source, at),
    offset: readU48(source, at + 8),
    namedMin: readU48(source, at + 16),
    namedMax: readU48(source, at + 24),
    setAt: readU48(source, at + 32),
    setBytes: readU32(source, at + 40),
    setCrc: readU32(source, at + 44),
  }
}

export function writeRareEntry(target: Uint8Array, at: number, rare: RarePlace): void {
  writeU32(target, at, rare.kind)
  writeU32(target, at + 4, rare.length)
  writeU48(target, at + 8, rare.position)
  writeU48(target, at + 16, rare.offset)
}

export function readRareEntry(source: Uint8Array, at: number): RarePlace {
  return {
    kind: readU32(source, at),
    length: readU32(source, at + 4),
    position: readU48(source, at + 8),
    offset: readU48(source, at + 16),
  }
}

/** Ascending offsets, none twice: the first, then the differences. Returns the end. */
export function encodeSet(
  offsets: Float64Array,
  count: number,
  target: Uint8Array,
  at: number,
): number {
  let before = 0
  for (let i = 0; i < count; i++) {
    at = writeVarint(target, at, offsets[i]! - before)
    before = offsets[i]!
  }
  return at
}

/** Bytes that a set of so many offsets has at most. */
export const setBytesMax = (count: number): number => count * 8

const reader = new BodyReader()

/** Whether one of `wanted`, ascending, stands in a set whose crc held. */
export function setHasAny(
  source: Uint8Array,
  start: number,
  end: number,
  wanted: readonly number[],
): boolean {
  reader.reset(source, start, end)
  let offset = 0
  let next = 0
  while (reader.at < end) {
    offset += reader.varint()
    while (wanted[next]! < offset) if (++next === wanted.length) return false
    if (wanted[next] === offset) return true
  }
  return false
}

/** How many buckets so many keys have: a power of two, some 256 keys each. */
export function bucketsFor(keys: number): number {
  let buckets = 1
  while (buckets * 256 < keys && buckets < 65_536) buckets *= 2
  return buckets
}

/** The keys of a hash stand in this one. */
export const bucketOf = (hash: number, buckets: number): number =>
  Math.floor((hash / 0x100000000) * buckets)

/** Of all buckets together. */
export const bucketBytesOf = (keys: number, buckets: number): number =>
  buckets * bucketHeadBytes + keys * keyBytes

/** In the place of the smallest offset where there is none. */
export const noneNamed: number = 2 ** 48 - 1

/** A hash and its block as one number, which sorts by hash, then block. */
export const packKey = (hash: number, block: number): number => hash * blocksMax + block
export const hashOfKey = (key: number): number => Math.floor(key / blocksMax)
export const blockOfKey = (key: number): number => key % blocksMax
/** Blocks of one segment: those of 64 GiB. */
export const blocksMax = 0x100000

/** One bucket: its number, how many keys, crc, keys. Returns the end. */
export function writeBucket(
  target: Uint8Array,
  at: number,
  number: number,
  keys: Float64Array,
  from: number,
  to: number,
): number {
  writeU32(target, at, number)
  writeU32(target, at + 4, to - from)
  let end = at + bucketHeadBytes
  for (let i = from; i < to; i++) {
    writeU32(target, end, hashOfKey(keys[i]!))
    writeU32(target, end + 4, blockOfKey(keys[i]!))
    end += keyBytes
  }
  writeU32(target, at + 8, bucketCrc(target, at, end))
  return end
}

/** Over the number and count, then the keys. */
export function bucketCrc(source: Uint8Array, at: number, end: number): number {
  return checksum(source, at + bucketHeadBytes, end, checksum(source, at, at + 8, 0))
}
