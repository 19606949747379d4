// A message written the one way the original writes it, from a message that was written otherwise: fields ascending,
// the last of repeated scalars, unknown header fields last, nothing beside header and body. The rare path: it may copy.

import {
  putBytes,
  putFlag,
  putSpan,
  putVarint64,
  wireBytes,
  wireVarint,
  WireCursor,
} from './varint.ts'

/** Tags, lengths and booleans of known fields, and a margin. */
const fixedBytesMax = 128

/** Where the fields of a header are (see HeaderView), and how to look again. */
export interface HeaderFields {
  readonly raw: Uint8Array
  readonly headerStart: number
  readonly headerEnd: number
  /** Bit n: field n was there. */
  readonly seen: number
  readonly idStart: number
  readonly idEnd: number
  readonly topicStart: number
  readonly topicEnd: number
  readonly typeStart: number
  readonly typeEnd: number
  readonly groupStart: number
  readonly groupEnd: number
  readonly expiredLow: number
  readonly expiredHigh: number
  readonly sentDeliverLimit: number
  readonly commit: boolean
  readonly fly: boolean
  readonly createLow: number
  readonly createHigh: number
  readonly snappy: boolean
  readHeader(source: Uint8Array, start: number, end: number): boolean
}

/** The canonical packet body in memory of its own; undefined when the packet is none after all. */
export function canonicalPacket(
  view: HeaderFields,
  source: Uint8Array,
  start: number,
  end: number,
): Uint8Array | undefined {
  // Pieces of a header are one header: protobuf joins them.
  const joined = new Uint8Array(end - start)
  let joinedBytes = 0
  let bodyStart = -1
  let bodyEnd = -1
  const cursor = new WireCursor()
  cursor.open(source, start, end)
  while (cursor.at < end) {
    if (!cursor.tag()) return undefined
    const { field, wireType } = cursor
    if (!cursor.skip()) return undefined
    if (wireType !== wireBytes) continue
    if (field === 1) {
      joinedBytes = putBytes(joined, joinedBytes, source, cursor.spanStart, cursor.spanEnd)
    } else if (field === 2) {
      bodyStart = cursor.spanStart
      bodyEnd = cursor.spanEnd
    }
  }
  if (bodyStart < 0 || !view.readHeader(joined, 0, joinedBytes)) return undefined
  const header = new Uint8Array(joinedBytes * 2 + fixedBytesMax)
  const headerBytes = writeHeader(header, view)
  const packet = new Uint8Array(headerBytes + bodyEnd - bodyStart + 32)
  let at = putSpan(packet, 0, 1, header, 0, headerBytes)
  at = putSpan(packet, at, 2, source, bodyStart, bodyEnd)
  return packet.subarray(0, at)
}

function writeHeader(target: Uint8Array, view: HeaderFields): number {
  const raw = view.raw
  let at = putSpan(target, 0, 1, raw, view.idStart, view.idEnd)
  at = putSpan(target, at, 2, raw, view.topicStart, view.topicEnd)
  at = putSpan(target, at, 3, raw, view.typeStart, view.typeEnd)
  target[at++] = 4 << 3
  at = putVarint64(target, at, view.expiredLow, view.expiredHigh)
  target[at++] = 5 << 3
  const limit = view.sentDeliverLimit
  at = putVarint64(target, at, limit >>> 0, limit < 0 ? 0xffff_ffff : 0)
  at = putSpan(target, at, 6, raw, view.groupStart, view.groupEnd)
  at = putFlag(target, at, 7, view.commit)
  at = putFlag(target, at, 8, view.fly)
  at = putProperties(target, at, view)
  if ((view.seen & (1 << 10)) !== 0) {
    target[at++] = 10 << 3
    at = putVarint64(target, at, view.createLow, view.createHigh)
  }
  if ((view.seen & (1 << 11)) !== 0) at = putFlag(target, at, 11, view.snappy)
  return putUnknown(target, at, raw, view.headerStart, view.headerEnd, headerWireTypes)
}

function putProperties(target: Uint8Array, at: number, view: HeaderFields): number {
  const cursor = new WireCursor()
  cursor.open(view.raw, view.headerStart, view.headerEnd)
  while (cursor.at < cursor.end && cursor.tag()) {
    const { field, wireType } = cursor
    if (!cursor.skip()) return at
    if (field === 9 && wireType === wireBytes) {
      at = putEntry(target, at, view.raw, cursor.spanStart, cursor.spanEnd)
    }
  }
  return at
}

/** One property: the last key, the last value, what is unknown. */
function putEntry(
  target: Uint8Array,
  at: number,
  raw: Uint8Array,
  start: number,
  end: number,
): number {
  const entry = new Uint8Array(end - start + fixedBytesMax)
  const cursor = new WireCursor()
  let count = 0
  for (let wanted = 1; wanted <= 2; wanted++) {
    let spanStart = start
    let spanEnd = start
    cursor.open(raw, start, end)
    while (cursor.at < end && cursor.tag()) {
      const { field, wireType } = cursor
      if (!cursor.skip()) break
      if (field !== wanted || wireType !== wireBytes) continue
      spanStart = cursor.spanStart
      spanEnd = cursor.spanEnd
    }
    count = putSpan(entry, count, wanted, raw, spanStart, spanEnd)
  }
  count = putUnknown(entry, count, raw, start, end, entryWireTypes)
  return putSpan(target, at, 9, entry, 0, count)
}

/** Fields that are not in the list, in their order, with their values; tags, lengths and numbers in their shortest form. */
function putUnknown(
  target: Uint8Array,
  at: number,
  raw: Uint8Array,
  start: number,
  end: number,
  wireTypes: readonly number[],
): number {
  const cursor = new WireCursor()
  cursor.open(raw, start, end)
  while (cursor.at < end) {
    if (!cursor.tag()) return at
    const { field, wireType } = cursor
    const from = cursor.at
    if (!cursor.skip()) return at
    if (wireTypes[field] === wireType) continue
    at = putVarint64(target, at, ((field << 3) | wireType) >>> 0, 0)
    if (wireType === wireVarint) at = putVarint64(target, at, cursor.low, cursor.high)
    else if (wireType === wireBytes) {
      at = putVarint64(target, at, cursor.spanEnd - cursor.spanStart, 0)
      at = putBytes(target, at, raw, cursor.spanStart, cursor.spanEnd)
    } else at = putBytes(target, at, raw, from, cursor.at)
  }
  return at
}

/** Wire type of each known field, by number. */
const headerWireTypes: readonly number[] = [-1, 2, 2, 2, 0, 0, 2, 0, 0, 2, 0, 0]
const entryWireTypes: readonly number[] = [-1, 2, 2]
