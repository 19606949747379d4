// 32-bit mixing and the order-independent digest of a fold. Two lanes of 32 bits, because products of 32 bits are what
// JavaScript multiplies exactly. Must never be used where an outsider could gain by a collision: the mixing has no secret.

/** Starting values of the two lanes. */
export const laneA = 0x243f6a88
export const laneB: number = 0x85a308d3 | 0

/** Lane A of a chain: folds one 32-bit word into `hash`. */
export function mixA(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}

/** Lane B of a chain: the same with another multiplier and shift, so that the lanes fail apart. */
export function mixB(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x2c1b3c6d)
  return mixed ^ (mixed >>> 13)
}

/** Ends a chain: every input bit reaches every output bit. Unsigned. */
export function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** A well-mixed odd number for a weight: an entry that only counts up adds `count * weight` to a digest, so that a step is a sum. */
export function weightA(key: number, subkey: number): number {
  return finish(mixA(mixA(laneB, key), subkey)) | 1
}

/** Lane B of the same. */
export function weightB(key: number, subkey: number): number {
  return finish(mixB(mixB(laneA, key), subkey)) | 1
}

/** `count * weight`, also where the count is past 32 bits; from 0 to 2^53. */
export function weighed(count: number, weight: number): number {
  return Math.imul(count, weight) + Math.imul(highWord(count), weight ^ (weight >>> 9))
}

/** Low 32 bits of a whole number from 0 to 2^53. */
export function lowWord(value: number): number {
  return value >>> 0
}

/** The bits above the low 32 of a whole number from 0 to 2^53. */
export function highWord(value: number): number {
  return (value / 0x100000000) >>> 0
}

/** The sum of the hashes of a fold's entries: independent of their order. */
export class Digest {
  a = 0
  b = 0

  add(hashA: number, hashB: number): void {
    this.a = (this.a + hashA) >>> 0
    this.b = (this.b + hashB) >>> 0
  }

  /** 16 hex digits. */
  get hex(): string {
    return this.a.toString(16).padStart(8, '0') + this.b.toString(16).padStart(8, '0')
  }
}

/** A chain of words hashed into a digest: for entries that are not on a hot path. Reusable after `addTo`. */
export class EntryHash {
  private hashA = laneA
  private hashB: number = laneB

  word(value: number): this {
    this.hashA = mixA(this.hashA, value | 0)
    this.hashB = mixB(this.hashB, value | 0)
    return this
  }

  /** A whole number from 0 to 2^53. */
  whole(value: number): this {
    return this.word(lowWord(value)).word(highWord(value))
  }

  bytes(value: Uint8Array): this {
    this.word(value.length)
    for (let i = 0; i < value.length; i++) this.word(value[i]!)
    return this
  }

  text(value: string): this {
    this.word(value.length)
    for (let i = 0; i < value.length; i++) this.word(value.charCodeAt(i))
    return this
  }

  addTo(digest: Digest): void {
    digest.add(finish(this.hashA), finish(this.hashB))
    this.reset()
  }

  private reset(): void {
    this.hashA = laneA
    this.hashB = laneB
  }
}
