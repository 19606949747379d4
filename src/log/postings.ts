// Reads a postings file: which blocks of a segment may hold an id, a name, a connection, or a record that names a message. Says
// too much rather than too little; where a crc does not hold it refuses (KITEQ_LOG_CORRUPT) and the segment is to be scanned.

import { checksum } from './checksum.ts'
import { readInto, type Disk, type DiskFile } from './disk.ts'
import { readU32 } from './frame.ts'
import {
  bucketCrc,
  bucketHeadBytes,
  bucketOf,
  decodePostingsHead,
  directoryEntryBytes,
  keyBytes,
  keysAt,
  packKey,
  postingsBytes,
  postingsHeadBytes,
  postingsName,
  rareAt,
  rareEntryBytes,
  readBlockEntry,
  readRareEntry,
  setHasAny,
  tableAt,
  type BlockEntry,
  type PostingsHead,
  type RarePlace,
} from './postings-format.ts'
import { corruptFile, isMissing, type SegmentHeader } from './segment.ts'

/** Where the valid bytes of a segment end, and which offset follows. */
export interface SegmentEnd {
  readonly position: number
  readonly offset: number
}

/** One read of sets, bytes: those of blocks side by side are read together. */
const setsReadMax = 1024 * 1024

/**
 * The postings of a segment, opened; undefined where there are none. Rejects KITEQ_LOG_CORRUPT for those that are damaged, of
 * another segment or of more than it holds up to `end`.
 */
export async function openPostings(
  disk: Disk,
  dir: string,
  header: SegmentHeader,
  end: SegmentEnd,
): Promise<Postings | undefined> {
  const path = `${dir}/${postingsName(header.number)}`
  let file: DiskFile
  try {
    file = await disk.open(path, 'read')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  try {
    const bytes = new Uint8Array(postingsHeadBytes)
    const count = await readInto(file, bytes, 0, bytes.length, 0)
    const head = decodePostingsHead(bytes.subarray(0, count), header, path)
    if ((await file.size()) !== postingsBytes(head))
      throw corruptFile(path, 0, `its head tells of ${postingsBytes(head)} bytes, it has others`)
    const { endPosition, endOffset } = head
    const isWhole = endPosition === end.position
    if (endPosition > end.position || (isWhole ? endOffset !== end.offset : endOffset > end.offset))
      throw corruptFile(path, 40, `covers up to byte ${endPosition}, the segment ends before`)
    return new Postings(file, path, head)
  } catch (error) {
    await file.close()
    throw error
  }
}

export class Postings {
  readonly head: PostingsHead
  readonly path: string
  readonly #file: DiskFile
  #blocks: Promise<readonly BlockEntry[]> | undefined
  #rare: Promise<readonly RarePlace[]> | undefined
  #table: Promise<Uint8Array> | undefined

  constructor(file: DiskFile, path: string, head: PostingsHead) {
    this.#file = file
    this.path = path
    this.head = head
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  /** All blocks, in order. */
  blocks(): Promise<readonly BlockEntry[]> {
    return (this.#blocks ??= this.#readBlocks())
  }

  /** Records that concern every message, and images; in order. */
  rare(): Promise<readonly RarePlace[]> {
    return (this.#rare ??= this.#readRare())
  }

  /** Numbers of the blocks that hold something of this hash, ascending. */
  async blocksWith(hash: number): Promise<number[]> {
    const { head } = this
    const number = bucketOf(hash, head.buckets)
    const table = await this.#tableOfKeys()
    const start = readU32(table, number * 4)
    const end = readU32(table, number * 4 + 4)
    if (end < start || end - start > bucketHeadBytes + head.keys * keyBytes)
      throw this.#corrupt(tableAt(head) + number * 4, 'the table of keys is damaged')
    return this.#keysOf(await this.#bucket(number, start, end), hash)
  }

  /** Numbers of the blocks whose records name one of these offsets, which ascend. */
  async blocksNaming(offsets: readonly number[]): Promise<number[]> {
    const first = offsets[0]
    const last = offsets.at(-1)
    const { namedMin, namedMax } = this.head
    if (first === undefined || last === undefined || first > namedMax || last < namedMin) return []
    const blocks = await this.blocks()
    const found: number[] = []
    const mayName = (block: BlockEntry | undefined): boolean =>
      block !== undefined &&
      block.setBytes > 0 &&
      block.namedMin <= last &&
      first <= block.namedMax &&
      offsets.some((offset) => block.namedMin <= offset && offset <= block.namedMax)
    for (let i = 0; i < blocks.length; i++) {
      if (!mayName(blocks[i])) continue
      let to = i + 1
      while (mayName(blocks[to]) && setsEndOf(blocks[to]!) - blocks[i]!.setAt <= setsReadMax) to++
      const bytes = await this.#read(
        blocks[i]!.setAt,
        setsEndOf(blocks[to - 1]!) - blocks[i]!.setAt,
      )
      for (let block = i; block < to; block++)
        if (this.#setHas(blocks[i]!.setAt, bytes, blocks[block]!, offsets)) found.push(block)
      i = to - 1
    }
    return found
  }

  /** All keys, packed, ascending: to go on with them. */
  async keys(): Promise<Float64Array> {
    const { head } = this
    const table = await this.#tableOfKeys()
    const keys = new Float64Array(head.keys)
    let count = 0
    for (let number = 0; number < head.buckets; number++) {
      const start = readU32(table, number * 4)
      const end = readU32(table, number * 4 + 4)
      const bucket = await this.#bucket(number, start, end)
      for (let at = bucketHeadBytes; at < bucket.length; at += keyBytes)
        keys[count++] = packKey(readU32(bucket, at), readU32(bucket, at + 4))
    }
    if (count !== head.keys) throw this.#corrupt(keysAt(head), `${count} keys of ${head.keys}`)
    return keys
  }

  /** The sets of these blocks, which are side by side, some at a time, each checked by its crc. */
  async eachSet(
    blocks: readonly BlockEntry[],
    visit: (bytes: Uint8Array) => Promise<void>,
  ): Promise<void> {
    for (let from = 0; from < blocks.length;) {
      const { setAt } = blocks[from]!
      let to = from + 1
      while (to < blocks.length && setsEndOf(blocks[to]!) - setAt <= setsReadMax) to++
      const bytes = await this.#read(setAt, setsEndOf(blocks[to - 1]!) - setAt)
      for (const block of blocks.slice(from, to)) this.#setHas(setAt, bytes, block, nothing)
      await visit(bytes)
      from = to
    }
  }

  async #readBlocks(): Promise<readonly BlockEntry[]> {
    const { head } = this
    const bytes = await this.#read(head.directoryAt, head.blocks * directoryEntryBytes)
    if (checksum(bytes, 0, bytes.length, 0) !== head.directoryCrc)
      throw this.#corrupt(head.directoryAt, 'the checksum of the directory does not hold')
    return Array.from({ length: head.blocks }, (_, i) =>
      readBlockEntry(bytes, i * directoryEntryBytes),
    )
  }

  async #readRare(): Promise<readonly RarePlace[]> {
    const { head } = this
    const bytes = await this.#read(rareAt(head), head.rare * rareEntryBytes)
    if (checksum(bytes, 0, bytes.length, 0) !== head.rareCrc)
      throw this.#corrupt(rareAt(head), 'the checksum of the list of places does not hold')
    return Array.from({ length: head.rare }, (_, i) => readRareEntry(bytes, i * rareEntryBytes))
  }

  /** Each bucket says for itself whether it was the right place. */
  #tableOfKeys(): Promise<Uint8Array> {
    return (this.#table ??= this.#read(tableAt(this.head), (this.head.buckets + 1) * 4))
  }

  async #bucket(number: number, start: number, end: number): Promise<Uint8Array> {
    const at = keysAt(this.head) + start
    const bytes = end < start ? new Uint8Array(0) : await this.#read(at, end - start)
    const holds =
      bytes.length >= bucketHeadBytes &&
      readU32(bytes, 0) === number &&
      readU32(bytes, 4) * keyBytes === bytes.length - bucketHeadBytes &&
      readU32(bytes, 8) === bucketCrc(bytes, 0, bytes.length)
    if (!holds) throw this.#corrupt(at, `bucket ${number} of the keys is damaged`)
    return bytes
  }

  #keysOf(bucket: Uint8Array, hash: number): number[] {
    const count = (bucket.length - bucketHeadBytes) / keyBytes
    const hashAt = (i: number): number => readU32(bucket, bucketHeadBytes + i * keyBytes)
    let low = 0
    let high = count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (hashAt(middle) < hash) low = middle + 1
      else high = middle
    }
    const blocks: number[] = []
    for (let i = low; i < count && hashAt(i) === hash; i++)
      blocks.push(readU32(bucket, bucketHeadBytes + i * keyBytes + 4))
    return blocks
  }

  #setHas(
    base: number,
    bytes: Uint8Array,
    { setAt, setBytes, setCrc }: BlockEntry,
    offsets: readonly number[],
  ): boolean {
    const start = setAt - base
    if (start < 0 || start + setBytes > bytes.length)
      throw this.#corrupt(setAt, 'the sets do not follow each other')
    if (checksum(bytes, start, start + setBytes, 0) !== setCrc)
      throw this.#corrupt(setAt, 'the checksum of a set does not hold')
    return offsets.length > 0 && setHasAny(bytes, start, start + setBytes, offsets)
  }

  async #read(position: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    if (length === 0) return bytes
    const count = await readInto(this.#file, bytes, 0, length, position)
    if (count !== length) throw this.#corrupt(position + count, 'it ends too early')
    return bytes
  }

  #corrupt(position: number, why: string): Error {
    return corruptFile(this.path, position, why)
  }
}

const setsEndOf = (block: BlockEntry): number => block.setAt + block.setBytes
const nothing: readonly number[] = []
