// Bodies in snappy's block form: the publisher packs, the consumer unpacks, the broker never looks. A string travels as
// the base64 text of its block. Never makes more memory than a block of that size can hold.

import snappyjs from 'snappyjs'
import { KiteQError } from '../model/errors.ts'
import { snappyBytesMax } from '../model/limits.ts'

/** The densest element copies 64 bytes and costs 3. */
const bytesPerPackedByteMax = 22

export function pack(body: Uint8Array): Uint8Array {
  return snappyjs.compress(body)
}

/** Throws KITEQ_PACKET when it is no such block. */
export function unpack(block: Uint8Array): Uint8Array {
  const bytesMax = Math.min(snappyBytesMax, (block.length + 1) * bytesPerPackedByteMax)
  try {
    return snappyjs.uncompress(block, bytesMax)
  } catch (cause) {
    throw new KiteQError('KITEQ_PACKET', `a body of ${block.length} bytes is no snappy block`, {
      cause,
    })
  }
}

export function packText(text: string): string {
  return Buffer.from(pack(Buffer.from(text, 'utf8'))).toString('base64')
}

/** Throws KITEQ_PACKET when it is no base64 of a block. */
export function unpackText(packed: string): Uint8Array {
  const block = Buffer.from(packed, 'base64')
  // Buffer skips what is no base64; the length tells.
  if (Math.ceil(block.length / 3) * 4 !== packed.length)
    throw new KiteQError('KITEQ_PACKET', `a text of ${packed.length} characters is no base64`)
  return unpack(block)
}
