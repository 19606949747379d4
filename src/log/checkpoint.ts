// The container of checkpoints: opaque sections under a head that says up to which offset they count and where the log
// goes on. A checkpoint is a cache: a damaged one is ignored and reported, deleting all of them is harmless. It is never
// newer than what is durable.

import { invariant } from '../model/assert.ts'
import type { Offset, Position, SegmentNumber } from '../model/ids.ts'
import { checksum } from './checksum.ts'
import { readInto, syncFile, writeAll, type Disk, type DiskFile } from './disk.ts'
import { readU32, readU48, writeU32, writeU48 } from './frame.ts'
import type { ResumePlace } from './recover.ts'
import { corruptFile } from './segment.ts'

export interface CheckpointTarget {
  readonly disk: Disk
  readonly dir: string
  /** 32 hex digits: a checkpoint of another log is none. */
  readonly logId: string
  /** Of the log: a checkpoint that goes on in an earlier segment, which was dropped, is passed over. */
  readonly firstSegment?: number
}

export interface CheckpointHead {
  /** The state is the fold of all records below `resume.offset`; the next one begins at this place. */
  readonly resume: ResumePlace
  /** Of the state, hex. */
  readonly digest: string
}

export interface Checkpoint extends CheckpointHead {
  readonly sections: readonly Uint8Array[]
}

export interface CheckpointSource {
  readonly resume: ResumePlace
  readonly digest: string
  /** Drawn one after another while writing: what they show must not change meanwhile. */
  readonly sections: Iterable<Uint8Array>
  /** The log's; a checkpoint behind it would outrun the log. */
  readonly durableOffset: Offset
}

export interface FoundCheckpoint {
  readonly path: string
  readonly checkpoint: Checkpoint
}

export interface CheckpointSearch {
  /** The newest that holds. */
  readonly latest: FoundCheckpoint | undefined
  /** One line for each damaged one: ignored, its successor or the log does its work. */
  readonly problems: readonly string[]
  /** One line for each that the system did not hand over, for example EACCES: ignored too, but nobody calls it damaged. */
  readonly unreadable: readonly string[]
}

const temporaryName = 'checkpoint.tmp'
const kept = 2
const formatVersion = 1
const digestBytesMax = 128
const headBytes = 256
const sectionHeadBytes = 8
/** The writer's are 1 MiB. Whatever a file claims, not more than this is allocated or walked over for it. */
const sectionBytesMax = 4 * 1024 * 1024
const sectionsMax = 16_384
/** Sections being read at a time: the disk works while the one before is checked. */
const readsUnderWay = 4
/** Length of no section: the end, followed by the number of sections. */
const endMark = 0xffffffff
const magic: Uint8Array = Uint8Array.from('KITEQCKP', (char) => char.charCodeAt(0))
/** Between two pieces the loop gets its turn. */
const pieceBytes = 1024 * 1024

/** Temp file, sync, rename, sync of the folder; then all but the newest two go. Resolves with the path. */
export async function writeCheckpoint(
  target: CheckpointTarget,
  source: CheckpointSource,
): Promise<string> {
  const { disk, dir } = target
  const { resume, durableOffset } = source
  invariant(
    resume.offset <= durableOffset,
    `a checkpoint at ${resume.offset}, durable is ${durableOffset}`,
  )
  await disk.ensureFolder(dir)
  const temporary = `${dir}/${temporaryName}`
  const path = `${dir}/${checkpointName(resume.offset)}`
  await disk.remove(temporary)
  try {
    await writeFile(disk, temporary, target.logId, source)
    await disk.rename(temporary, path)
  } catch (error) {
    // On a full disk its space is needed; the next one begins anew anyway.
    await disk.remove(temporary).catch(() => undefined)
    throw error
  }
  await disk.syncFolder(dir)
  await dropOld(disk, dir)
  return path
}

/** Looks from the newest to the oldest; only complete, undamaged ones of this log count. */
export async function latestCheckpoint(target: CheckpointTarget): Promise<CheckpointSearch> {
  const problems: string[] = []
  const unreadable: string[] = []
  for (const offset of (await checkpointOffsets(target.disk, target.dir)).reverse()) {
    try {
      const latest = await readCheckpoint(target, offset)
      if (latest.checkpoint.resume.segment < (target.firstSegment ?? 0)) continue
      return { latest, problems, unreadable }
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      if (isUnreadable(error)) unreadable.push(text)
      else problems.push(text)
    }
  }
  return { latest: undefined, problems, unreadable }
}

/** Offsets of all that lie there, ascending. */
export async function checkpointOffsets(disk: Disk, dir: string): Promise<number[]> {
  const names = await disk.list(dir)
  return names.flatMap((name) => {
    const digits = /^(\d{16})\.checkpoint$/.exec(name)?.[1]
    return digits === undefined ? [] : [Number(digits)]
  })
}

/** The one of this offset. Rejects KITEQ_LOG_CORRUPT when it is damaged or of another log, and as the disk does. */
export async function readCheckpoint(
  target: CheckpointTarget,
  offset: number,
): Promise<FoundCheckpoint> {
  const path = `${target.dir}/${checkpointName(offset)}`
  return { path, checkpoint: await readFile(target, path) }
}

/** The system refused it: its content is unknown. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

export function checkpointName(offset: number): string {
  return `${String(offset).padStart(16, '0')}.checkpoint`
}

async function writeFile(
  disk: Disk,
  path: string,
  logId: string,
  source: CheckpointSource,
): Promise<void> {
  const file = await disk.open(path, 'write', { create: true })
  try {
    await writeContents(file, logId, source)
    await syncFile(file)
  } finally {
    await file.close()
  }
}

async function writeContents(
  file: DiskFile,
  logId: string,
  source: CheckpointSource,
): Promise<void> {
  await writeAll(file, encodeHead(logId, source), 0)
  let position = headBytes
  let count = 0
  for (const section of source.sections) {
    if (section.length === 0) continue
    invariant(section.length <= sectionBytesMax, `a section of ${section.length} bytes`)
    const head = new Uint8Array(sectionHeadBytes)
    let crc = 0
    for (let at = 0; at < section.length; at += pieceBytes) {
      const piece = section.subarray(at, at + pieceBytes)
      crc = checksum(piece, 0, piece.length, crc)
      await writeAll(file, piece, position + sectionHeadBytes + at)
    }
    writeU32(head, 0, section.length)
    writeU32(head, 4, crc)
    await writeAll(file, head, position)
    position += sectionHeadBytes + section.length
    count++
  }
  const end = new Uint8Array(sectionHeadBytes)
  writeU32(end, 0, endMark)
  writeU32(end, 4, count)
  await writeAll(file, end, position)
}

function encodeHead(logId: string, source: CheckpointSource): Uint8Array {
  const { resume, digest } = source
  const head = new Uint8Array(headBytes)
  invariant(digest.length <= digestBytesMax, `a digest of ${digest.length} characters`)
  head.set(magic, 0)
  writeU32(head, 8, formatVersion)
  writeU32(head, 12, resume.segment)
  writeU48(head, 16, resume.offset)
  writeU48(head, 24, resume.position)
  head.set(Buffer.from(logId, 'hex'), 32)
  head[48] = digest.length
  head.set(Buffer.from(digest, 'latin1'), 49)
  writeU32(head, headBytes - 4, checksum(head, 0, headBytes - 4, 0))
  return head
}

async function readFile(target: CheckpointTarget, path: string): Promise<Checkpoint> {
  const file = await target.disk.open(path, 'read')
  try {
    const head = await readHead(target, file, path)
    const sections: Uint8Array[] = []
    for await (const section of sectionsOf(file, path, await findSections(file, path)))
      sections.push(section)
    return { ...head, sections }
  } finally {
    await file.close()
  }
}

async function readHead(
  target: CheckpointTarget,
  file: DiskFile,
  path: string,
): Promise<CheckpointHead> {
  const head = await readExactly(file, path, 0, headBytes)
  if (magic.some((byte, i) => head[i] !== byte)) throw corruptFile(path, 0, 'no checkpoint')
  if (readU32(head, headBytes - 4) !== checksum(head, 0, headBytes - 4, 0)) {
    throw corruptFile(path, 0, 'the checksum of the head does not hold')
  }
  if (readU32(head, 8) !== formatVersion) {
    throw corruptFile(path, 8, `format ${readU32(head, 8)}, known is ${formatVersion}`)
  }
  if (Buffer.from(head.subarray(32, 48)).toString('hex') !== target.logId) {
    throw corruptFile(path, 32, 'it is of another log')
  }
  return {
    resume: {
      offset: readU48(head, 16) as Offset,
      segment: readU32(head, 12) as SegmentNumber,
      position: readU48(head, 24) as Position,
    },
    digest: Buffer.from(head.subarray(49, 49 + head[48]!)).toString('latin1'),
  }
}

interface SectionPlace {
  readonly position: number
  readonly length: number
  readonly crc: number
}

/** By their heads alone, up to the end, which says how many there are. Bounded, whatever stands there. */
async function findSections(file: DiskFile, path: string): Promise<SectionPlace[]> {
  const bytes = await file.size()
  const places: SectionPlace[] = []
  for (let at = headBytes; ;) {
    const head = await readExactly(file, path, at, sectionHeadBytes)
    const length = readU32(head, 0)
    const crc = readU32(head, 4)
    if (length === endMark) {
      if (crc === places.length) return places
      throw corruptFile(path, at, `${crc} sections, ${places.length} found`)
    }
    if (length === 0 || length > sectionBytesMax)
      throw corruptFile(path, at, `a section of ${length} bytes; expected 1 to ${sectionBytesMax}`)
    if (places.length === sectionsMax)
      throw corruptFile(path, at, `more than ${sectionsMax} sections`)
    const position = at + sectionHeadBytes
    if (position + length > bytes) throw corruptFile(path, position, 'a section leads outside')
    places.push({ position, length, crc })
    at = position + length
  }
}

/** Each with its checksum held, in order; the next ones are on their way meanwhile. */
async function* sectionsOf(
  file: DiskFile,
  path: string,
  places: readonly SectionPlace[],
): AsyncGenerator<Uint8Array> {
  const ahead: Promise<Uint8Array>[] = []
  try {
    for (let n = 0; n < places.length + readsUnderWay; n++) {
      const place = places[n]
      if (place !== undefined) {
        const { position, length } = place
        const reading = readExactly(file, path, position, length)
        reading.catch(() => undefined) // told when its turn comes
        ahead.push(reading)
      }
      const checked = places[n - readsUnderWay]
      if (checked === undefined) continue
      const section = await ahead.shift()!
      if (checksum(section, 0, section.length, 0) !== checked.crc)
        throw corruptFile(path, checked.position, 'the checksum of a section does not hold')
      yield section
    }
  } finally {
    await Promise.allSettled(ahead) // the file is closed after this
  }
}

/** A checkpoint that is read section by section, for whoever must not hold all of it at once. */
export interface OpenCheckpoint extends CheckpointHead {
  readonly sectionBytes: readonly number[]
  readonly sections: AsyncIterable<Uint8Array>
  close(): Promise<void>
}

/** Rejects as `readCheckpoint` does; what is wrong with a section, when its turn comes. The caller closes it. */
export async function openCheckpoint(
  target: CheckpointTarget,
  offset: number,
): Promise<OpenCheckpoint> {
  const path = `${target.dir}/${checkpointName(offset)}`
  const file = await target.disk.open(path, 'read')
  try {
    const head = await readHead(target, file, path)
    const places = await findSections(file, path)
    return {
      ...head,
      sectionBytes: places.map(({ length }) => length),
      sections: sectionsOf(file, path, places),
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function readExactly(
  file: DiskFile,
  path: string,
  position: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  const count = await readInto(file, bytes, 0, length, position)
  if (count !== length) throw corruptFile(path, position + count, 'it ends too early')
  return bytes
}

/**
 * Takes away the checkpoints behind the end of the log: the records they stand for are gone, and once others have these
 * offsets such a state would be wrong. For the owner, after the loss is recorded. Resolves with how many there were.
 */
export async function dropCheckpointsAhead(
  disk: Disk,
  dir: string,
  endOffset: number,
): Promise<number> {
  let dropped = 0
  for (const offset of await checkpointOffsets(disk, dir)) {
    if (offset <= endOffset) continue
    await disk.remove(`${dir}/${checkpointName(offset)}`)
    dropped++
  }
  if (dropped > 0) await disk.syncFolder(dir)
  return dropped
}

async function dropOld(disk: Disk, dir: string): Promise<void> {
  const offsets = await checkpointOffsets(disk, dir)
  for (const offset of offsets.slice(0, -kept))
    await disk.remove(`${dir}/${checkpointName(offset)}`)
}
