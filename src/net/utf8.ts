// Where bytes that ought to be a text stop being one.

import { isUtf8 } from 'node:buffer'

/** The first byte that begins no character of UTF-8, or -1. */
export function notUtf8At(bytes: Uint8Array): number {
  if (isUtf8(bytes)) return -1
  let at = 0
  for (;;) {
    const lead = bytes[at]!
    const length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
    if (!isUtf8(bytes.subarray(at, at + length))) return at
    at += length
  }
}
