// Writes the postings of one segment up to a place, or goes on with those that are there. A segment with damage gets none. As
// with a checkpoint: temp file, sync, rename, folder sync; a failure costs nobody anything.

import { readInto, syncFile, writeAll, type Disk, type DiskFile } from './disk.ts'
import { openPostings, type Postings, type SegmentEnd } from './postings.ts'
import { keysBefore, PostingsBuilder, type PostingsStart } from './postings-builder.ts'
import { postingsHeadBytes, postingsName, postingsTemporaryName } from './postings-format.ts'
import { postingsBlockBytes } from '../model/limits.ts'
import { scanSegment } from './scan-segment.ts'
import { corruptFile, segmentHeaderBytes, segmentName, type SegmentHeader } from './segment.ts'
import { withSegment } from './whole-segment.ts'

export interface PostingsTask {
  readonly disk: Disk
  readonly dir: string
  readonly header: SegmentHeader
  /** Durable, and the end of a batch; of a segment that is followed by another, its end. */
  readonly end: SegmentEnd
  /** For tests; the default stands in model/limits.ts. */
  readonly blockBytes?: number
}

/** Those that are there already cover all of it. */
export async function isCovered(task: PostingsTask): Promise<boolean> {
  const { disk, dir, header, end } = task
  const known = await openPostings(disk, dir, header, end).catch(() => undefined)
  await known?.close()
  return known !== undefined && known.head.endPosition === end.position
}

/** Resolves with the bytes that were read of the segment. Rejects KITEQ_LOG_CORRUPT where it is damaged, and as the disk does. */
export async function writePostings(task: PostingsTask): Promise<number> {
  const { disk, dir, header } = task
  const temporary = `${dir}/${postingsTemporaryName}`
  const path = `${dir}/${postingsName(header.number)}`
  await disk.remove(temporary)
  let read: number
  try {
    read = await writeTemporary(task, temporary)
    await disk.rename(temporary, path)
  } catch (error) {
    await disk.remove(temporary).catch(() => undefined)
    throw error
  }
  // Its owner may have dropped the segment meanwhile; whoever is later removes both.
  if (!(await disk.exists(`${dir}/${segmentName(header.number)}`))) await disk.remove(path)
  await disk.syncFolder(dir)
  return read
}

async function writeTemporary(task: PostingsTask, temporary: string): Promise<number> {
  const { disk, dir, header, end, blockBytes = postingsBlockBytes } = task
  const file = await disk.open(temporary, 'write', { create: true })
  const known = await openPostings(disk, dir, header, end).catch(() => undefined)
  try {
    const out = new SetsOutput(file)
    const start = known && (await startOf(known, out, blockBytes).catch(() => undefined))
    if (start === undefined) out.reset()
    const bytes = await fill(task, file, out, start)
    await file.truncate(bytes)
    await syncFile(file)
    return end.position - (start?.place.position ?? segmentHeaderBytes)
  } finally {
    await known?.close()
    await file.close()
  }
}

/** Resolves with the length of the file. */
async function fill(
  task: PostingsTask,
  file: DiskFile,
  out: SetsOutput,
  start: Resumed | undefined,
): Promise<number> {
  const { header, end, blockBytes = postingsBlockBytes } = task
  const from = start?.place ?? { position: segmentHeaderBytes, offset: header.firstOffset }
  const builder = new PostingsBuilder(header, blockBytes, (bytes) => out.put(bytes), start)
  await scan(task, from, builder, out)
  await out.flush()
  const { head, rest } = builder.finish(end.position, end.offset)
  await out.flush()
  await writeAll(file, rest, out.position)
  await writeAll(file, head, 0)
  return out.position + rest.length
}

/**
 * Makes the postings of a segment once more, up to where those that are there end, and holds each byte against them; undefined
 * where there are none. Rejects KITEQ_LOG_CORRUPT when they do not hold, or the segment does not.
 */
export async function arePostingsRight(
  task: PostingsTask,
): Promise<{ readonly end: SegmentEnd; readonly equal: boolean } | undefined> {
  const { disk, dir, header } = task
  const known = await openPostings(disk, dir, header, task.end)
  if (known === undefined) return undefined
  const { endPosition: position, endOffset: offset } = known.head
  const end = { position, offset }
  const file = await disk.open(known.path, 'read')
  try {
    await known.eachSet(await known.blocks(), () => Promise.resolve())
    await known.rare()
    await known.keys()
    const differs = { at: -1 }
    const compared: DiskFile = {
      ...closed,
      write: (source, start, stop, at, done) => {
        const there = new Uint8Array(stop - start)
        readInto(file, there, 0, there.length, at).then(
          (count) => {
            if (count < there.length || there.some((byte, i) => byte !== source[start + i]))
              differs.at = at
            done(null, stop - start)
          },
          (error: unknown) => done(error as Error, 0),
        )
      },
    }
    const bytes = await fill({ ...task, end }, compared, new SetsOutput(compared), undefined)
    return { end, equal: differs.at < 0 && bytes === (await file.size()) }
  } finally {
    await known.close()
    await file.close()
  }
}

const never = (): never => {
  throw new Error('invariant broken: postings are compared by what is written')
}
const closed: DiskFile = {
  write: never,
  read: never,
  sync: never,
  truncate: never,
  size: never,
  close: never,
}

interface Resumed extends PostingsStart {
  /** Where the segment is to be read from. */
  readonly place: SegmentEnd
}

/** All but the last block, unless that is full: then the bytes are as if made in one go. */
async function startOf(known: Postings, out: SetsOutput, blockBytes: number): Promise<Resumed> {
  const { endPosition, endOffset } = known.head
  const all = await known.blocks()
  const last = all.at(-1)
  const isOpen = last !== undefined && endPosition - last.position < blockBytes
  const blocks = isOpen ? all.slice(0, -1) : all
  const place = isOpen
    ? { position: last.position, offset: last.offset }
    : { position: endPosition, offset: endOffset }
  const keys = keysBefore(await known.keys(), blocks.length)
  const rare = (await known.rare()).filter(({ position }) => position < place.position)
  await known.eachSet(blocks, (bytes) => {
    out.put(bytes)
    return out.flush()
  })
  const lastKept = blocks.at(-1)
  const setsEnd = lastKept === undefined ? postingsHeadBytes : lastKept.setAt + lastKept.setBytes
  return { blocks, keys, rare, setsEnd, place }
}

async function scan(
  { disk, dir, header, end }: PostingsTask,
  from: SegmentEnd,
  builder: PostingsBuilder,
  out: SetsOutput,
): Promise<void> {
  await withSegment(dir, disk, header, async (whole) => {
    const { holes } = await scanSegment({
      ...whole,
      ...from,
      file: out.before(whole.file),
      sealed: { end: end.position, nextOffset: end.offset },
      visit: (source, start, stop, position) => builder.frame(source, start, stop, position),
    })
    const hole = holes[0]
    if (hole !== undefined)
      throw corruptFile(whole.path, hole.position, 'damaged: it gets no postings')
  })
}

/** Gathers sets while a chunk is visited, which cannot wait; what has gathered is written before the next chunk is read. */
class SetsOutput {
  position = postingsHeadBytes
  readonly #file: DiskFile
  #pieces: Uint8Array[] = []
  #bytes = 0

  constructor(file: DiskFile) {
    this.#file = file
  }

  put(bytes: Uint8Array): void {
    this.#pieces.push(bytes)
    this.#bytes += bytes.length
  }

  /** What was put so far is not wanted. */
  reset(): void {
    this.position = postingsHeadBytes
    this.#pieces = []
    this.#bytes = 0
  }

  async flush(): Promise<void> {
    if (this.#bytes === 0) return
    const all = new Uint8Array(this.#bytes)
    let at = 0
    for (const piece of this.#pieces) {
      all.set(piece, at)
      at += piece.length
    }
    const { position } = this
    this.position += all.length
    this.#pieces = []
    this.#bytes = 0
    await writeAll(this.#file, all, position)
  }

  /** The same file, whose reads wait until what has gathered is written. */
  before(file: DiskFile): DiskFile {
    return {
      write: (source, start, end, position, done) => file.write(source, start, end, position, done),
      sync: (done) => file.sync(done),
      truncate: (bytes) => file.truncate(bytes),
      size: () => file.size(),
      close: () => file.close(),
      read: (target, start, length, position, done) => {
        this.flush()
          .then(() => readInto(file, target, start, length, position))
          .then(
            (count) => done(null, count),
            (error: unknown) => done(error as Error, 0),
          )
      },
    }
  }
}
