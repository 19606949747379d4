// Frames behind the handshake: length, kind, number, length of the head, head, record bytes, tag. Nothing of a frame is looked at
// before its tag has held.

import { lengthBytes, readU32, writeU32 } from './member-frame.ts'
import { tagBytes, type FrameSeal } from './proof.ts'

const kindAt = lengthBytes
const numberAt: number = kindAt + 1
const headLengthAt: number = numberAt + 4
const headAt: number = headLengthAt + 4
/** What a frame has besides its content and its length. */
export const sealedBytes: number = headAt - lengthBytes + tagBytes

export interface OpenedFrame {
  readonly kind: number
  readonly number: number
  /** Views of the frame's own memory. */
  readonly head: Uint8Array
  readonly raw: Uint8Array
}

/** Pieces to be written one behind the other; `raw` is not copied. */
export function sealedFrame(
  seal: FrameSeal,
  kind: number,
  number: number,
  head: Uint8Array,
  raw: readonly Uint8Array[],
): Uint8Array[] {
  let rawBytes = 0
  for (const piece of raw) rawBytes += piece.length
  const isShort = raw.length === 0
  const front = new Uint8Array(headAt + head.length + (isShort ? tagBytes : 0))
  writeU32(front, 0, sealedBytes + head.length + rawBytes)
  front[kindAt] = kind
  writeU32(front, numberAt, number)
  writeU32(front, headLengthAt, head.length)
  front.set(head, headAt)
  if (!isShort) return [front, ...raw, seal.next([front, ...raw])]
  const told = headAt + head.length
  front.set(seal.next([front.subarray(0, told)]), told)
  return [front]
}

/** undefined when it is not the very next frame of whoever has the seal. */
export function openSealed(
  seal: FrameSeal,
  source: Uint8Array,
  start: number,
  end: number,
): OpenedFrame | undefined {
  const rawEnd = end - tagBytes
  if (rawEnd < start + headAt) return undefined
  if (!seal.opens(source.subarray(start, rawEnd), source.subarray(rawEnd, end))) return undefined
  const headEnd = start + headAt + readU32(source, start + headLengthAt)
  if (headEnd > rawEnd) return undefined
  return {
    kind: source[start + kindAt]!,
    number: readU32(source, start + numberAt),
    head: source.subarray(start + headAt, headEnd),
    raw: source.subarray(headEnd, rawEnd),
  }
}
