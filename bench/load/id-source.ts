// Random message ids of 32 hex digits, written straight into a frame: some 20 ns each, no string, no allocation.

const highDigit = Uint8Array.from({ length: 256 }, (_, i) => digit(i >> 4))
const lowDigit = Uint8Array.from({ length: 256 }, (_, i) => digit(i & 15))

/** xorshift128: period 2^128 - 1, so no id repeats within one source. */
export class IdSource {
  private x: number
  private y: number
  private z: number
  private w: number

  constructor(seed: number) {
    this.x = seed | 1
    this.y = Math.imul(seed, 0x9e3779b1) ^ 0x6c078965
    this.z = Math.imul(seed, 0x85ebca6b) ^ 0x5bd1e995
    this.w = Math.imul(seed, 0xc2b2ae35) ^ 0x27d4eb2f
    for (let i = 0; i < 16; i++) this.next()
  }

  /** 32 hex digits at `at`. */
  write(target: Uint8Array, at: number): void {
    for (let end = at + 32, i = at; i < end; i += 8) {
      const word = this.next()
      target[i] = highDigit[word >>> 24]!
      target[i + 1] = lowDigit[word >>> 24]!
      target[i + 2] = highDigit[(word >>> 16) & 255]!
      target[i + 3] = lowDigit[(word >>> 16) & 255]!
      target[i + 4] = highDigit[(word >>> 8) & 255]!
      target[i + 5] = lowDigit[(word >>> 8) & 255]!
      target[i + 6] = highDigit[word & 255]!
      target[i + 7] = lowDigit[word & 255]!
    }
  }

  private next(): number {
    const t = this.x ^ (this.x << 11)
    this.x = this.y
    this.y = this.z
    this.z = this.w
    this.w = this.w ^ (this.w >>> 19) ^ t ^ (t >>> 8)
    return this.w
  }
}

function digit(value: number): number {
  return value < 10 ? 48 + value : 87 + value
}
