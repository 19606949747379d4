// Finds the crc seed of a segment whose header is lost: every span that may be a frame names the seed it would hold under,
// and whole frames all name the same one. Reads only; a seed that fewer than two witnesses name is none.

import { logFrameBytesMax, scanChunkBytes } from '../model/limits.ts'
import { seedOfFrame } from './crc-seed.ts'
import type { ReadBytes } from './find-frame.ts'
import {
  frameDistance,
  frameLength,
  frameOffset,
  logFrameHeadBytes,
  looksLikeFrame,
} from './frame.ts'
import { segmentHeaderBytes } from './segment.ts'

export interface SeedSearch {
  readonly read: ReadBytes
  /** Search up to here: the end of the file, or where the segment is known to end. */
  readonly limit: number
  /** What stands in the place of the seed: it counts as a witness when a frame agrees. */
  readonly hint: number | undefined
  /** Frames here have offsets in [fromOffset, toOffset). */
  readonly fromOffset: number
  readonly toOffset: number
}

export interface FoundSeed {
  readonly seed: number
  /** That agreed; the search ends when there are enough. */
  readonly frames: number
  /** The first of them. */
  readonly position: number
  readonly offset: number
}

/** Two could only agree by chance once in 2^32; the rest is for the look of it. */
const witnessesMin = 2
const witnessesMax = 8

interface Witnesses {
  count: number
  readonly position: number
  readonly offset: number
}

/** Undefined when no two agree. */
export async function findSeed(search: SeedSearch): Promise<FoundSeed | undefined> {
  // From frame to frame, so that nothing inside a message is taken for one; where that does not lead on, at every byte.
  const found =
    (await new SeedHunt(search, false).run()) ?? (await new SeedHunt(search, true).run())
  if (found === undefined || found.position === segmentHeaderBytes) return found
  // A damaged length may have led over some that are whole.
  const before = new SeedHunt({ ...search, limit: found.position }, true)
  await before.run()
  return { ...found, ...before.firstOf(found.seed) }
}

class SeedHunt {
  readonly #search: SeedSearch
  readonly #everyByte: boolean
  readonly #seeds = new Map<number, Witnesses>()
  #chunk: Uint8Array
  #base = 0
  #have = 0

  constructor(search: SeedSearch, everyByte: boolean) {
    this.#search = search
    this.#everyByte = everyByte
    const bytes = Math.max(0, search.limit - segmentHeaderBytes)
    this.#chunk = new Uint8Array(Math.min(bytes, scanChunkBytes + logFrameBytesMax))
  }

  async run(): Promise<FoundSeed | undefined> {
    const { limit } = this.#search
    for (let at = segmentHeaderBytes; at + logFrameHeadBytes <= limit;) {
      if (!(await this.#reach(at, logFrameHeadBytes))) break
      const length = this.#plausible(at)
      if (length === 0 || !(await this.#reach(at, length))) {
        at++
        continue
      }
      const start = at - this.#base
      const found = this.#count(seedOfFrame(this.#chunk, start), at, start)
      if (found !== undefined && found.frames >= witnessesMax) return found
      at += this.#everyByte ? 1 : length
    }
    return this.#best()
  }

  firstOf(seed: number): Pick<FoundSeed, 'position' | 'offset'> | undefined {
    const known = this.#seeds.get(seed)
    return known && { position: known.position, offset: known.offset }
  }

  /** Bytes of what may be a frame at a position whose head is there; 0 when it cannot be one. */
  #plausible(position: number): number {
    const { limit, fromOffset, toOffset } = this.#search
    const chunk = this.#chunk
    const start = position - this.#base
    if (!looksLikeFrame(chunk, start)) return 0
    const length = frameLength(chunk, start)
    const offset = frameOffset(chunk, start)
    const isInside =
      position + length <= limit && position - frameDistance(chunk, start) >= segmentHeaderBytes
    return isInside && offset >= fromOffset && offset < toOffset ? length : 0
  }

  #count(seed: number, position: number, start: number): FoundSeed | undefined {
    const known = this.#seeds.get(seed)
    if (known !== undefined) {
      known.count++
      return { seed, frames: known.count, position: known.position, offset: known.offset }
    }
    this.#seeds.set(seed, { count: 1, position, offset: frameOffset(this.#chunk, start) })
    return undefined
  }

  #best(): FoundSeed | undefined {
    let best: FoundSeed | undefined
    for (const [seed, { count: frames, position, offset }] of this.#seeds) {
      const witnesses = frames + (seed === this.#search.hint ? 1 : 0)
      if (witnesses >= witnessesMin && frames >= (best?.frames ?? 0))
        best = { seed, frames, position, offset }
    }
    return best
  }

  /** Whether `length` bytes from `position` on are in memory, read if need be. */
  async #reach(position: number, length: number): Promise<boolean> {
    if (position + length <= this.#base + this.#have && position >= this.#base) return true
    const { read, limit } = this.#search
    const wanted = Math.min(this.#chunk.length, limit - position)
    this.#base = position
    this.#have = await read(this.#chunk, 0, wanted, position)
    return length <= this.#have
  }
}
