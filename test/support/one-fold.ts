// The digest of one fold alone, for tests that have no whole state.

import { Digest } from '../../src/model/mix.ts'

/** 16 hex digits. */
export function digestOfFold(fold: { digestInto(into: Digest): void }): string {
  const digest = new Digest()
  fold.digestInto(digest)
  return digest.hex
}
