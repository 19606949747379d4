// An image of the whole state inside the log itself, in parts: how the sections of a checkpoint become `base` records, and
// how parts become an image again. An image counts only when every part is there; what it means is for the fold to say.

import { invariant } from '../model/assert.ts'
import type { BaseRecord } from '../model/record.ts'
import type { CheckpointHead } from './checkpoint.ts'
import type { Log } from './log.ts'
import type { ResumePlace } from './recover.ts'

/** A complete one, as the log tells. */
export interface Base {
  /** The state is the fold of all records below; the next one begins here. */
  readonly resume: ResumePlace
  readonly digest: string
  /** Bytes of the image. */
  readonly bytes: number
  /** Of the record of its last part. */
  readonly completeAt: number
}

export interface LoadedBase extends Base {
  /** The caller's, to be let go of as they are read. */
  readonly sections: Uint8Array[]
}

/** How many parts of at most so many bytes the sections make. */
export function countParts(sectionBytes: readonly number[], partBytes: number): number {
  return sectionBytes.reduce((sum, bytes) => sum + Math.ceil(bytes / partBytes), 0)
}

/** The records of one image, one after the other: each holds the bytes of its section only until the next is asked for. */
export async function* baseRecords(
  head: CheckpointHead,
  sections: AsyncIterable<Uint8Array>,
  parts: number,
  partBytes: number,
): AsyncGenerator<BaseRecord> {
  const { resume, digest } = head
  const { offset: at, segment, position } = resume
  let part = 0
  for await (const source of sections) {
    for (let start = 0; start < source.length; start += partBytes) {
      const end = Math.min(source.length, start + partBytes)
      const bytes = { source, start, end }
      yield { kind: 'base', at, segment, position, digest, part, parts, sections: bytes }
      part++
    }
  }
  invariant(part === parts, `${part} parts of an image, ${parts} were told`)
}

/** Puts parts together. A part out of turn begins anew: writers that died leave images without an end. */
export class BaseCollector {
  #first: BaseRecord | undefined
  #next = 0
  #bytes = 0
  #sections: Uint8Array[] = []
  readonly #keeps: (record: BaseRecord) => boolean

  /** `keeps` says of which images the bytes are wanted. */
  constructor(keeps: (record: BaseRecord) => boolean) {
    this.#keeps = keeps
  }

  /** The image that this record completes. Its bytes are copied. */
  take(record: BaseRecord, offset: number): LoadedBase | undefined {
    if (record.part === 0) this.#begin(record)
    else if (!this.#fits(record)) {
      this.#first = undefined
      return undefined
    }
    const { source, start, end } = record.sections
    if (this.#keeps(record)) this.#sections.push(new Uint8Array(source.subarray(start, end)))
    this.#bytes += end - start
    this.#next++
    if (this.#next < record.parts) return undefined
    const { at, segment, position, digest } = record
    const sections = this.#sections
    this.#sections = []
    this.#first = undefined
    return {
      resume: { offset: at, segment, position },
      digest,
      bytes: this.#bytes,
      completeAt: offset,
      sections,
    }
  }

  #begin(record: BaseRecord): void {
    this.#first = record
    this.#next = 0
    this.#bytes = 0
    this.#sections = []
  }

  #fits({ part, parts, at, digest }: BaseRecord): boolean {
    const first = this.#first
    if (first === undefined || part !== this.#next) return false
    return parts === first.parts && at === first.at && digest === first.digest
  }
}

/**
 * Visits the complete images of the log whose records behind them are all there, in order, until `visit` says true. Reads
 * the log from `from` on, up to `to`; with `load` the sections are handed over, else they are empty.
 */
export async function findBases(
  log: Log,
  range: { readonly to: number; readonly load: boolean },
  visit: (base: LoadedBase) => boolean,
): Promise<void> {
  const first = log.segments[0]
  if (first === undefined) return
  const isUsable = (segment: number): boolean => segment >= first.number
  const collector = new BaseCollector((record) => range.load && isUsable(record.segment))
  try {
    await log.scan(
      first.firstOffset,
      range.to,
      (record, place) => {
        if (record.kind !== 'base') return
        const base = collector.take(record, place.offset)
        if (base !== undefined && isUsable(base.resume.segment) && visit(base)) throw enough
      },
      'base',
    )
  } catch (error) {
    if (error !== enough) throw error
  }
}

/** Ends the reading from within. */
const enough = new Error('enough')
