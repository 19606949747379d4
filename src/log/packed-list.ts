// Packed lists inside record bodies: numbers as they are, offsets as differences. Written in one pass; what is read is
// never trusted to end where it says.

import type { Offset } from '../model/ids.ts'
import {
  type BodyReader,
  corruptBody,
  unzigzag,
  varintSize,
  writeVarint,
  zigzag,
} from './varint.ts'

/** Nothing for an empty list; returns the end, as all that write here do. */
export function numbersField(
  target: Uint8Array,
  at: number,
  tag: number,
  values: readonly number[],
): number {
  if (values.length === 0) return at
  let end = at + headBytes
  for (let i = 0; i < values.length; i++) end = writeVarint(target, end, values[i]!)
  return closeList(target, at, tag, end)
}

/** Differences to the one before, the first to 0, zigzag. */
export function offsetsField(
  target: Uint8Array,
  at: number,
  tag: number,
  offsets: readonly number[],
): number {
  if (offsets.length === 0) return at
  let end = at + headBytes
  let before = 0
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i]!
    end = writeVarint(target, end, zigzag(offset - before))
    before = offset
  }
  return closeList(target, at, tag, end)
}

export function readNumbers(reader: BodyReader): number[] {
  const end = reader.spanEnd()
  const values: number[] = []
  while (reader.at < end) values.push(reader.u32())
  if (reader.at !== end) throw corruptBody('a list is cut off')
  return values
}

/** Throws KITEQ_LOG_CORRUPT, as for a list that is cut off, when one is below 0 or above 2^53. */
export function readOffsets(reader: BodyReader): Offset[] {
  const end = reader.spanEnd()
  const offsets: Offset[] = []
  let offset = 0
  while (reader.at < end) {
    offset += unzigzag(reader.varint())
    if (offset < 0 || offset > Number.MAX_SAFE_INTEGER) throw corruptBody('an offset out of range')
    offsets.push(offset as Offset)
  }
  if (reader.at !== end) throw corruptBody('a list is cut off')
  return offsets
}

/** Room for the tag and a length of one byte, which is enough for most. */
const headBytes = 2

/** Puts tag and length before a list that was written behind room for them; a long one moves on to make more. */
function closeList(target: Uint8Array, at: number, tag: number, end: number): number {
  const start = at + headBytes
  const size = end - start
  const more = varintSize(size) - 1
  if (more > 0) target.copyWithin(start + more, start, end)
  target[at] = tag
  writeVarint(target, at + 1, size)
  return end + more
}
