// Reads the life of one message by way of the postings: only what concerns it, in the order of the log, and what they do not
// cover whole. Must tell what a reading of the whole log tells; whatever does not hold is read the long way.

import { BaseCollector } from '../log/base.ts'
import type { Disk } from '../log/disk.ts'
import { nodeDisk } from '../log/disk-node.ts'
import type { Log } from '../log/log.ts'
import { kindNumberOf } from '../log/record-codec.ts'
import { hashOfConnection, hashOfId, hashOfName, hashOfTopic } from '../log/postings-keys.ts'
import type { Postings } from '../log/postings.ts'
import type { Hole } from '../log/scan-segment.ts'
import { readSegmentHeaders, segmentHeaderBytes, type SegmentHeader } from '../log/segment.ts'
import type { MessageId, Offset, Position } from '../model/ids.ts'
import { counted } from './counted.ts'
import { openLog, ownerEnd, tailOf, type Tail } from './folder.ts'
import { HolesTold } from './lost-stretches.ts'
import { MessageLife } from './message-life.ts'
import type { Earlier } from './older-message.ts'
import { Progress } from './terminal.ts'
import type { ReadLives } from './why-lives.ts'
import { merged, PartDamaged, SegmentPart, type FrameRange, type Visit } from './why-parts.ts'
import { LifeSearch } from './why-search.ts'

export interface FoundLives extends ReadLives {
  readonly tail: Tail | undefined
}

const base = kindNumberOf('base')
const nothingEarlier: Earlier = { names: [], paused: [], older: [] }
/** More than this, and more than is covered, to be scanned: then all is scanned, once instead of twice. */
const scannedMax = 1_000_000

/**
 * Undefined where it is no shorter than reading the whole log, or cannot be done: then that is to be done. Rejects KITEQ_USAGE
 * without a folder, and as the log does.
 */
export async function readByPostings(
  dir: string,
  id: MessageId,
  text: string,
  disk: Disk = nodeDisk,
): Promise<FoundLives | undefined> {
  const durable = await ownerEnd(dir)
  const headers = await readSegmentHeaders(disk, dir)
  const reading = new LifeReading(dir, disk, headers, durable)
  try {
    return await reading.run(id, text)
  } finally {
    await reading.close()
  }
}

class LifeReading {
  readonly #dir: string
  readonly #disk: Disk
  readonly #headers: readonly SegmentHeader[]
  readonly #inUse: boolean
  #end: number
  #tail: Tail | undefined
  #parts: SegmentPart[] = []
  /** For what has to be scanned; mostly nothing has. */
  #log: Promise<Log> | undefined

  constructor(
    dir: string,
    disk: Disk,
    headers: readonly SegmentHeader[],
    durable: number | undefined,
  ) {
    this.#dir = dir
    this.#disk = disk
    this.#headers = headers
    this.#inUse = durable !== undefined
    this.#end = durable ?? Infinity
  }

  async run(id: MessageId, text: string): Promise<FoundLives | undefined> {
    await this.#open()
    while (this.#isWorthwhile()) {
      try {
        return await this.#read(id, text)
      } catch (error) {
        if (!(error instanceof PartDamaged)) throw error
        await error.part.giveUp()
        // Where the log ends was found by what has just proved wrong.
        if (!this.#inUse && error.part === this.#parts.at(-1)) return undefined
      }
    }
    return undefined
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.close()))
    await (await this.#log)?.close()
  }

  async #open(): Promise<void> {
    const headers = this.#headers.filter(({ firstOffset }, i) => i === 0 || firstOffset < this.#end)
    this.#parts = headers.map((header, i) => {
      const next = headers[i + 1]
      const to = Math.min(this.#end, next?.firstOffset ?? Infinity)
      return new SegmentPart(this.#disk, this.#dir, header, to)
    })
    const ends = headers.map((_, i) => {
      const next = this.#headers[i + 1]
      if (next === undefined) return { position: Infinity, offset: Infinity }
      return { position: next.previousEnd, offset: next.firstOffset }
    })
    await Promise.all(this.#parts.map((part, i) => part.open(ends[i]!)))
    const last = this.#parts.at(-1)
    if (this.#inUse || last === undefined) return
    if (last.cover !== undefined && !(await last.endHolds())) await last.giveUp()
    // In front of a batch that holds, nothing is a torn tail.
    this.#tail = await tailOf(this.#dir, this.#disk, last.header, last.cover)
    this.#end = this.#tail.offset
    const { header } = last
    const whole = new SegmentPart(this.#disk, this.#dir, header, this.#end)
    await last.close()
    this.#parts[this.#parts.length - 1] = whole
    await whole.open({ position: Infinity, offset: Infinity })
  }

  #isWorthwhile(): boolean {
    const covered = this.#parts.reduce((sum, part) => sum + coveredBy(part), 0)
    const first = this.#parts[0]?.header.firstOffset ?? 0
    const scanned = this.#end - first - covered
    return covered > 0 && (scanned < covered || scanned < scannedMax)
  }

  async #read(id: MessageId, text: string): Promise<FoundLives | undefined> {
    const first = this.#parts[0]!.header
    const earlier = first.number === 1 ? nothingEarlier : await this.#earlier(first, id)
    if (earlier === undefined) return undefined
    const wanted = await this.#discover(id, earlier)
    const life = new MessageLife(id, text)
    const told = new HolesTold()
    const holes: Hole[] = []
    let records = 0
    const visit: Visit = (record, place) => {
      records++
      life.visit(record, place)
      told.visit(record)
    }
    life.begin(earlier)
    await this.#pass(
      visit,
      (part) => wanted.get(part) ?? [],
      (found) => holes.push(...found),
    )
    return {
      lives: life.lives,
      records,
      passed: this.#end - first.firstOffset - records,
      firstOffset: first.firstOffset,
      end: this.#end,
      inUse: this.#inUse,
      holes: holes.length,
      lost: told.with(holes),
      tail: this.#tail,
    }
  }

  /** Everything in the order of the log: of what is covered these ranges, of the rest all. */
  async #pass(
    visit: Visit,
    rangesOf: (part: SegmentPart) => FrameRange[] | Promise<FrameRange[]>,
    holes: (found: readonly Hole[]) => void,
    only?: 'base',
  ): Promise<void> {
    for (let i = 0; i < this.#parts.length; i++) {
      const part = this.#parts[i]!
      const { cover } = part
      if (cover !== undefined)
        for (const range of merged(await rangesOf(part))) await part.read(range, visit)
      // What several segments without postings hold is one reading.
      let last = part
      while (last.to < this.#end && this.#parts[i + 1]?.cover === undefined)
        last = this.#parts[++i]!
      const from = cover ?? { position: segmentHeaderBytes, offset: part.header.firstOffset }
      if (from.offset < last.to) holes(await this.#scan(part, from, last.to, visit, only))
    }
  }

  async #scan(
    { header }: SegmentPart,
    from: { readonly position: number; readonly offset: number },
    to: number,
    visit: Visit,
    only: 'base' | undefined,
  ): Promise<readonly Hole[]> {
    const place = {
      offset: from.offset as Offset,
      segment: header.number,
      position: from.position as Position,
    }
    const progress = new Progress()
    const seen: Visit = (record, at) => {
      if ((at.offset & 0x3fff) === 0) progress.show(() => `${counted(at.offset, 'record')} read`)
      visit(record, at)
    }
    const log = await (this.#log ??= openLog(this.#dir, this.#disk))
    const { holes } = await log.scan(place, to, seen, only)
    progress.end()
    return holes
  }

  /** The ranges that concern the message, of each segment with postings. */
  async #discover(
    id: MessageId,
    earlier: Earlier,
  ): Promise<ReadonlyMap<SegmentPart, FrameRange[]>> {
    const search = new LifeSearch(id, this.#parts[0]!.header.number)
    search.begin(earlier)
    const wanted = new Map<SegmentPart, FrameRange[]>()
    const covered = this.#parts.filter(({ cover }) => cover !== undefined)
    const candidates = new Map<SegmentPart, number[]>()
    await Promise.all(
      covered.map(async (part) => {
        const hash = hashOfId(part.header.seed, id)
        const [blocks] = await part.ask((postings) =>
          Promise.all([postings.blocksWith(hash), postings.rare()]),
        )
        candidates.set(part, blocks)
      }),
    )
    await this.#pass(
      (record, place) => search.visit(record, place),
      async (part) => {
        const ranges = await rangesOfLife(part, candidates.get(part)!, search)
        wanted.set(part, ranges)
        return ranges
      },
      () => undefined,
    )
    await Promise.all(
      covered.map(async (part) => {
        const blocks = await part.ask((postings) => blocksMentioned(postings, part.header, search))
        wanted.get(part)!.push(...(await part.rangesOf(blocks)))
      }),
    )
    return wanted
  }

  /** From the oldest image that holds; undefined without one. */
  async #earlier(
    { number: firstSegment, firstOffset }: SegmentHeader,
    id: MessageId,
  ): Promise<Earlier | undefined> {
    const { earlierOf } = await import('./older-message.ts')
    const collector = new BaseCollector(({ segment }) => segment >= firstSegment)
    let earlier: Earlier | undefined
    const enough = new Error('enough')
    const visit: Visit = (record, { offset }) => {
      if (record.kind !== 'base') return
      const image = collector.take(record, offset)
      if (image === undefined || image.resume.segment < firstSegment) return
      earlier = earlierOf(image, id, firstOffset)
      if (earlier !== undefined) throw enough
    }
    try {
      await this.#pass(visit, imagesIn, () => undefined, 'base')
    } catch (error) {
      if (error !== enough) throw error
    }
    return earlier
  }
}

/** Records of a segment that need no scan. */
function coveredBy({ cover, header, to }: SegmentPart): number {
  return cover === undefined ? 0 : Math.min(to, cover.offset) - header.firstOffset
}

async function imagesIn(part: SegmentPart): Promise<FrameRange[]> {
  const rare = await part.ask((postings) => postings.rare())
  return rare.filter(({ kind }) => kind === base).map(rangeOf)
}

/** Where this message, and every message, is told of. */
async function rangesOfLife(
  part: SegmentPart,
  candidates: readonly number[],
  search: LifeSearch,
): Promise<FrameRange[]> {
  for (const range of merged(await part.rangesOf(candidates)))
    await part.read(range, (record, place) => search.meets(record, place))
  const { seed } = part.header
  const blocks = await part.ask(async (postings) => {
    const found = new Set([...candidates, ...(await postings.blocksNaming(search.named))])
    for (const topic of search.topics)
      for (const block of await postings.blocksWith(hashOfTopic(seed, topic))) found.add(block)
    return [...found].sort((a, b) => a - b)
  })
  const rare = await part.ask((postings) => postings.rare())
  const always = rare.filter(({ kind }) => kind !== base).map(rangeOf)
  return merged([...(await part.rangesOf(blocks)), ...always])
}

/** Where the names and peers stand that the life mentions. */
async function blocksMentioned(
  postings: Postings,
  { seed, number: segment }: SegmentHeader,
  { names, peers }: LifeSearch,
): Promise<number[]> {
  const hashes = [
    ...names.map(({ dictionary, number }) => hashOfName(seed, dictionary, number)),
    ...peers
      .filter(({ first, last }) => first <= segment && segment <= last)
      .map(({ connection }) => hashOfConnection(seed, connection)),
  ]
  const found = await Promise.all(hashes.map((hash) => postings.blocksWith(hash)))
  return [...new Set(found.flat())].sort((a, b) => a - b)
}

function rangeOf(place: {
  readonly position: number
  readonly offset: number
  readonly length: number
}): FrameRange {
  const { position, offset, length } = place
  return { position, offset, endPosition: position + length }
}
