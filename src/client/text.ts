// Text and bytes at the client's edge: names and feedback as UTF-8, spans read without copying them first.

import { feedbackCharsMax } from '../model/limits.ts'

/** source[start, end) as UTF-8. */
export function textOf(source: Uint8Array, start: number, end: number): string {
  return Buffer.from(source.buffer, source.byteOffset + start, end - start).toString('utf8')
}

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8')
}

/** What went wrong, as a feedback: one bounded text without a stack. */
export function feedbackOf(error: unknown): Uint8Array {
  const text = error instanceof Error ? error.message : String(error)
  return bytesOf(text.slice(0, feedbackCharsMax))
}

/** Topics, types and groups as bytes: few and used again and again. */
export class NameBytes {
  readonly #known = new Map<string, Uint8Array>()

  of(name: string): Uint8Array {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    if (this.#known.size >= namesMax) this.#known.clear()
    const bytes = bytesOf(name)
    this.#known.set(name, bytes)
    return bytes
  }
}

const namesMax = 4096
