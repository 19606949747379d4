// 64 bits over topic, type, form and body: tells a repeated publish from another message under the same id, without the disk.
// Not a defence against someone who forges collisions: such a publisher harms only its own message.

import type { MessageView } from '../model/message.ts'
import { Words } from '../model/words.ts'

export interface ContentHash {
  content0: number
  content1: number
}

const words = new Words()

/** Fills `into` with two unsigned 32-bit words. */
export function hashContent(
  view: MessageView,
  topic: number,
  type: number,
  into: ContentHash,
): void {
  const bytes = view.raw
  const end = view.bodyEnd
  let a = Math.imul(topic ^ 0x9e3779b9, 0x01000193) ^ Math.imul(type, 0x27d4eb2f) ^ view.form
  let b = Math.imul(topic + end - view.bodyStart, 0x85ebca6b) + Math.imul(type, 0x165667b1)
  let at = view.bodyStart
  const from = words.of(bytes)
  // Two words a step, one multiplied into each lane and both added to both: half the chain, all of the bits.
  for (; at + 8 <= end; at += 8) {
    const even = from.getInt32(at, true)
    const odd = from.getInt32(at + 4, true)
    a = Math.imul(a ^ even, 0xcc9e2d51)
    b = Math.imul(b ^ odd, 0x1b873593)
    a = ((a << 13) | (a >>> 19)) + odd
    b = ((b << 15) | (b >>> 17)) + even
  }
  if (at + 4 <= end) {
    a = Math.imul(a ^ from.getInt32(at, true), 0xcc9e2d51)
    at += 4
  }
  let tail = 0
  for (let shift = 0; at < end; at += 1, shift += 8) tail |= bytes[at]! << shift
  a = finish(a ^ Math.imul(tail, 0x85ebca6b))
  b = finish(b + Math.imul(tail, 0xc2b2ae35) + a)
  into.content0 = a
  into.content1 = b
}

function finish(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
