// What has to happen to the segment files so that they follow each other again: which do not belong, which have a wrong
// name, whose header is made again, which are missing. Plans only; nothing is changed here.

import { isNotFile, readInto, type Disk, type DiskFile } from '../log/disk.ts'
import {
  decodeSegmentHeader,
  segmentFileBytes,
  segmentHeaderBytes,
  segmentName,
  segmentNumberOf,
  type SegmentHeader,
} from '../log/segment.ts'
import { invariant } from '../model/assert.ts'
import type { DroppedSegments } from '../broker/journal.ts'
import { KiteQError } from '../model/errors.ts'
import type { Offset, SegmentNumber } from '../model/ids.ts'
import { counted } from './counted.ts'
import { endOf, previousEndOf, rebuildHeader, type EndBefore } from './repair-header.ts'
import { viewOf, type FolderChanges } from './repair-view.ts'

export type SegmentStep =
  | {
      /** Its header is written anew; the frames stay. */
      readonly kind: 'header'
      readonly file: string
      readonly header: SegmentHeader
      /** Frames that agree on the seed. */
      readonly frames: number
      readonly why: string
    }
  | {
      /** An empty segment takes its place; what is there, if anything, goes to the quarantine. */
      readonly kind: 'fill'
      readonly file: string
      readonly header: SegmentHeader
      readonly isThere: boolean
      /** Nothing stands before it: what was there is known from a checkpoint or an image alone. */
      readonly isFront: boolean
      readonly why: string
    }
  | { readonly kind: 'rename'; readonly file: string; readonly to: string; readonly why: string }
  | { readonly kind: 'remove'; readonly file: string; readonly why: string }

export interface SegmentPlan {
  readonly steps: readonly SegmentStep[]
  readonly changes: FolderChanges
  /** How the folder will look. */
  readonly view: Disk
}

interface Found {
  readonly name: string
  readonly number: number
  readonly bytes: number
  readonly header: SegmentHeader | undefined
  /** Why there is no header. */
  readonly why: string
  readonly isFile: boolean
}

/** More segments than this are not made up. */
const gapMax = 1000

/**
 * With `dropped`, segments behind that one which are missing at the front become empty ones, too. Rejects KITEQ_USAGE without a
 * segment, KITEQ_LOG_VERSION for one of a newer version.
 */
export async function planSegments(
  dir: string,
  disk: Disk,
  dropped?: DroppedSegments,
): Promise<SegmentPlan> {
  const found: Found[] = []
  for (const name of await disk.list(dir)) {
    const number = segmentNumberOf(name)
    if (number !== undefined) found.push(await look(disk, dir, name, number))
  }
  if (found.length === 0)
    throw new KiteQError(
      'KITEQ_USAGE',
      `no segment in ${dir}; expected the data folder of a broker`,
    )
  return new SegmentPlanner(dir, disk, found).run(dropped)
}

async function look(disk: Disk, dir: string, name: string, number: number): Promise<Found> {
  const found = { name, number, header: undefined, isFile: true }
  let file: DiskFile
  try {
    file = await disk.open(`${dir}/${name}`, 'read')
  } catch (error) {
    if (!isNotFile(error)) throw error
    // It may lead to what somebody needs, or be the very segment, on another disk.
    if ((error as NodeJS.ErrnoException).code === 'ELOOP')
      throw new KiteQError(
        'KITEQ_LOG_CORRUPT',
        `${dir}/${name} is a link, which no start takes; put the file it leads to in its place, or take the link away, and run it again`,
      )
    return { ...found, bytes: 0, why: 'it is no file', isFile: false }
  }
  try {
    const bytes = segmentFileBytes(await file.size())
    const head = new Uint8Array(segmentHeaderBytes)
    try {
      const count = await readInto(file, head, 0, head.length, 0)
      const header = decodeSegmentHeader(head.subarray(0, count), name)
      return { ...found, bytes, header, why: '' }
    } catch (error) {
      if (isNotFile(error)) return { ...found, bytes, why: 'it is no file', isFile: false }
      if (!(error instanceof KiteQError) || error.code !== 'KITEQ_LOG_CORRUPT') throw error
      return { ...found, bytes, why: error.message.replace(/^.* at byte (\d+): /, 'byte $1: ') }
    }
  } finally {
    await file.close()
  }
}

class SegmentPlanner {
  readonly #dir: string
  readonly #found: readonly Found[]
  /** Of most headers; without any, what the first one that is made again says. */
  #logId: string | undefined
  readonly #steps: SegmentStep[] = []
  readonly #headers = new Map<string, SegmentHeader>()
  readonly #fills = new Map<string, SegmentHeader>()
  readonly #renames = new Map<string, string>()
  readonly #removed = new Set<string>()
  /** Those that stay, by number. */
  readonly #kept = new Map<number, Found>()
  readonly #view: Disk

  constructor(dir: string, disk: Disk, found: readonly Found[]) {
    this.#dir = dir
    this.#found = found
    this.#logId = mostCommon(found.flatMap(({ header }) => header?.logId ?? []))
    this.#view = viewOf(disk, dir, this.#changes)
  }

  get #changes(): FolderChanges {
    return {
      headers: this.#headers,
      fills: this.#fills,
      renames: this.#renames,
      removed: this.#removed,
    }
  }

  async run(dropped: DroppedSegments | undefined): Promise<SegmentPlan> {
    this.#sort()
    const numbers = [...this.#kept.keys()].sort((a, b) => a - b)
    let before: SegmentHeader | undefined
    let expected = numbers[0]
    for (const number of numbers) {
      invariant(expected !== undefined, 'a log without a first segment')
      const one = this.#kept.get(number)!
      if (number - expected > gapMax) {
        // Nothing proves that a file so far away belongs to this log; where a header does, a start will say what is missing.
        if (one.header === undefined)
          this.#remove(one, `no segment stands before it, and ${one.why}`)
        continue
      }
      if (number > expected && before !== undefined)
        before = await this.#fillGap(before, expected, number, one.header)
      const header = one.header ?? (await this.#rebuild(one, before, this.#kept.get(number + 1)))
      if (before === undefined && dropped !== undefined) this.#fillFront(dropped, header)
      before = header
      expected = number + 1
    }
    return { steps: this.#steps, changes: this.#changes, view: this.#view }
  }

  /** Which files are segments of this log, and under which number. */
  #sort(): void {
    for (const one of this.#found) {
      const { name, header, isFile } = one
      if (!isFile) this.#remove(one, one.why)
      else if (header === undefined) {
        if (segmentName(one.number) === name) this.#kept.set(one.number, one)
        else this.#remove(one, `its name is none that a segment has, and ${one.why}`)
      } else if (header.logId !== this.#logId)
        this.#remove(one, `it belongs to log ${header.logId}, the others to ${this.#logId}`)
      else if (segmentName(header.number) === name) this.#kept.set(one.number, one)
    }
    for (const one of this.#found) {
      const { name, header } = one
      if (header === undefined || header.logId !== this.#logId) continue
      const to = segmentName(header.number)
      if (to === name) continue
      if (this.#kept.has(header.number)) {
        this.#remove(one, `its header says segment ${header.number}, which is there`)
        continue
      }
      const why = `its header says segment ${header.number}`
      this.#steps.push({ kind: 'rename', file: name, to, why })
      this.#renames.set(to, name)
      this.#kept.set(header.number, { ...one, name: to, number: header.number })
    }
  }

  #remove({ name }: Found, why: string): void {
    this.#steps.push({ kind: 'remove', file: name, why })
    this.#removed.add(name)
  }

  async #rebuild(
    one: Found,
    before: SegmentHeader | undefined,
    next: Found | undefined,
  ): Promise<SegmentHeader> {
    const end = before === undefined ? undefined : await endOf(this.#view, this.#dir, before)
    const { header, seed } = await rebuildHeader(this.#view, {
      number: one.number,
      path: `${this.#dir}/${one.name}`,
      bytes: one.bytes,
      before: end,
      next: next?.header,
      later: this.#laterThan(one.number),
      logId: this.#logId,
    })
    this.#logId ??= header.logId
    if (seed === undefined) {
      const why = `${one.why}, and no two records agree on its crc seed`
      this.#fill(one.name, header, true, why)
    } else {
      this.#headers.set(one.name, header)
      this.#steps.push({
        kind: 'header',
        file: one.name,
        header,
        frames: seed.frames,
        why: one.why,
      })
    }
    return header
  }

  #laterThan(number: number): SegmentHeader | undefined {
    let later: SegmentHeader | undefined
    for (const { header } of this.#kept.values())
      if (header !== undefined && header.number > number)
        if (later === undefined || header.number < later.number) later = header
    return later
  }

  #fill(file: string, header: SegmentHeader, isThere: boolean, why: string, isFront = false): void {
    this.#fills.set(file, header)
    this.#steps.push({ kind: 'fill', file, header, isThere, isFront, why })
  }

  /**
   * Empty segments for the numbers [from, to). A hole needs bytes to stand in: what is lost is said to have stood in the last
   * of them, or, where that was empty, in the first.
   */
  async #fillGap(
    before: SegmentHeader,
    from: number,
    to: number,
    next: SegmentHeader | undefined,
  ): Promise<SegmentHeader> {
    const end = await endOf(this.#view, this.#dir, before)
    return this.#fillFrom(end, before, from, to, next)
  }

  /** Of the segments before, all that is known is where they ended. */
  #fillFront({ segment, nextOffset }: DroppedSegments, first: SegmentHeader): void {
    const end = segment === 0 ? 0 : segmentHeaderBytes
    const before = { header: first, end, nextOffset, cutBytes: 0, isCut: true }
    if (first.number > segment + 1) this.#fillFrom(before, first, segment + 1, first.number, first)
  }

  #fillFrom(
    end: EndBefore,
    template: SegmentHeader,
    from: number,
    to: number,
    next: SegmentHeader | undefined,
  ): SegmentHeader {
    const isLastEmpty = next?.previousEnd === segmentHeaderBytes
    let last: EndBefore = end
    for (let number = from; number < to; number++) {
      const isEarlier = number === from && to - from > 1
      const firstOffset = isLastEmpty && !isEarlier ? next.firstOffset : end.nextOffset
      const header: SegmentHeader = {
        ...template,
        number: number as SegmentNumber,
        firstOffset: firstOffset as Offset,
        seed: 0,
        previousEnd: previousEndOf(last, firstOffset, 0),
      }
      this.#fill(
        segmentName(number),
        header,
        false,
        `${counted(to - from, 'segment')} missing here`,
        template === next,
      )
      last = {
        header,
        end: segmentHeaderBytes,
        nextOffset: firstOffset,
        cutBytes: 0,
        isCut: true,
      }
    }
    return last.header
  }
}

function mostCommon(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  let best: string | undefined
  for (const [value, count] of counts)
    if (best === undefined || count > counts.get(best)!) best = value
  return best
}
