// The packets that travel as often as messages do: store ack, deliver ack and TX_ACK, read lazily and written straight
// into an output buffer. No object, view or string per packet.

import { copyWords, Words } from '../model/words.ts'
import type { Framing } from './frame.ts'
import { headBytes, writeHead } from './frame.ts'
import { HeaderView } from './header.ts'
import { parseId } from '../model/id-text.ts'
import { commands } from './packet.ts'
import {
  putFlag,
  putSpan,
  putVarint,
  putVarint64,
  varintBytes,
  wireBytes,
  wireVarint,
  WireCursor,
} from './varint.ts'

/** What any of these packets may need beside its spans: head, tags, lengths, flags. */
export const ackFixedBytesMax = 96

/** A DELIVER_ACK; its group is the publisher's and says nothing about the reader. Reused. */
export class DeliverAckView {
  raw: Uint8Array = noBytes()
  id0 = 0
  id1 = 0
  id2 = 0
  id3 = 0
  idValid = false
  status = false
  feedbackStart = 0
  feedbackEnd = 0
  readonly #cursor = new WireCursor()

  /** False when it is no DELIVER_ACK or lacks a required field. */
  read(source: Uint8Array, start: number, end: number): boolean {
    const cursor = this.#cursor
    cursor.open(source, start, end)
    this.raw = source
    this.idValid = false
    this.feedbackStart = this.feedbackEnd = start
    let seen = 0
    while (cursor.at < end) {
      if (!cursor.tag()) return false
      const { field, wireType } = cursor
      if (!cursor.skip()) return false
      if (field > 6 || wireType !== (field === 5 ? wireVarint : wireBytes)) continue
      seen |= 1 << field
      if (field === 1) this.idValid = parseId(source, cursor.spanStart, cursor.spanEnd, this)
      else if (field === 5) this.status = cursor.low !== 0 || cursor.high !== 0
      else if (field === 6) {
        this.feedbackStart = cursor.spanStart
        this.feedbackEnd = cursor.spanEnd
      }
    }
    return (seen & 0x3e) === 0x3e
  }
}

/** A MESSAGE_STORE_ACK, as a client reads it. Reused. */
export class StoreAckView {
  raw: Uint8Array = noBytes()
  idStart = 0
  idEnd = 0
  status = false
  feedbackStart = 0
  feedbackEnd = 0
  readonly #cursor = new WireCursor()

  read(source: Uint8Array, start: number, end: number): boolean {
    const cursor = this.#cursor
    cursor.open(source, start, end)
    this.raw = source
    let seen = 0
    while (cursor.at < end) {
      if (!cursor.tag()) return false
      const { field, wireType } = cursor
      if (!cursor.skip()) return false
      if (field > 3 || wireType !== (field === 2 ? wireVarint : wireBytes)) continue
      seen |= 1 << field
      if (field === 2) this.status = cursor.low !== 0 || cursor.high !== 0
      else if (field === 1) {
        this.idStart = cursor.spanStart
        this.idEnd = cursor.spanEnd
      } else {
        this.feedbackStart = cursor.spanStart
        this.feedbackEnd = cursor.spanEnd
      }
    }
    return (seen & 0x0e) === 0x0e
  }
}

/** A TX_ACK: the header of the message it is about, and what became of it. Reused. */
export class TxAckView {
  readonly header: HeaderView = new HeaderView()
  /** 0 unknown, 1 commit, 2 rollback; anything else as it came. */
  status = 0
  feedbackStart = 0
  feedbackEnd = 0
  readonly #cursor = new WireCursor()

  read(source: Uint8Array, start: number, end: number): boolean {
    const cursor = this.#cursor
    cursor.open(source, start, end)
    this.feedbackStart = this.feedbackEnd = start
    let seen = 0
    let headerStart = start
    let headerEnd = start
    while (cursor.at < end) {
      if (!cursor.tag()) return false
      const { field, wireType } = cursor
      if (!cursor.skip()) return false
      if (field > 3 || wireType !== (field === 2 ? wireVarint : wireBytes)) continue
      seen |= 1 << field
      if (field === 2) this.status = cursor.low | 0
      else if (field === 1) {
        headerStart = cursor.spanStart
        headerEnd = cursor.spanEnd
      } else {
        this.feedbackStart = cursor.spanStart
        this.feedbackEnd = cursor.spanEnd
      }
    }
    return (seen & 0x0e) === 0x0e && this.header.readHeader(source, headerStart, headerEnd)
  }
}

/** Writes a whole MESSAGE_STORE_ACK frame; returns the place behind it. Needs ackFixedBytesMax beside its spans. */
export function writeStoreAck(
  target: Uint8Array,
  at: number,
  framing: Framing,
  opaque: number,
  idSource: Uint8Array,
  idStart: number,
  idEnd: number,
  status: boolean,
  feedback: Uint8Array,
): number {
  const idBytes = idEnd - idStart
  const bodyBytes = spanBytes(idBytes) + 2 + spanBytes(feedback.length)
  at = writeHead(target, at, opaque, commands.storeAck, bodyBytes, framing)
  const to = targetWords.of(target)
  target[at++] = tagOf(1)
  at = copyWords(to, putVarint(target, at, idBytes), idWords.of(idSource), idStart, idEnd)
  at = putFlag(target, at, 2, status)
  target[at++] = tagOf(3)
  at = putVarint(target, at, feedback.length)
  return copyWords(to, at, textWords.of(feedback), 0, feedback.length)
}

/** Writes a whole DELIVER_ACK frame for the message in `message`, names copied from its header. */
export function writeDeliverAck(
  target: Uint8Array,
  at: number,
  framing: Framing,
  opaque: number,
  message: HeaderView,
  status: boolean,
  feedback: Uint8Array | undefined,
): number {
  const { raw, idStart, idEnd, topicStart, topicEnd, typeStart, typeEnd, groupStart, groupEnd } =
    message
  let bodyBytes =
    spanBytes(idEnd - idStart) +
    spanBytes(topicEnd - topicStart) +
    spanBytes(typeEnd - typeStart) +
    spanBytes(groupEnd - groupStart) +
    2
  if (feedback !== undefined) bodyBytes += spanBytes(feedback.length)
  at = writeHead(target, at, opaque, commands.deliverAck, bodyBytes, framing)
  at = putSpan(target, at, 1, raw, idStart, idEnd)
  at = putSpan(target, at, 2, raw, topicStart, topicEnd)
  at = putSpan(target, at, 3, raw, typeStart, typeEnd)
  at = putSpan(target, at, 4, raw, groupStart, groupEnd)
  at = putFlag(target, at, 5, status)
  return feedback === undefined ? at : putSpan(target, at, 6, feedback, 0, feedback.length)
}

/** Writes a whole TX_ACK frame around the bytes of a header. */
export function writeTxAck(
  target: Uint8Array,
  at: number,
  framing: Framing,
  opaque: number,
  headerSource: Uint8Array,
  headerStart: number,
  headerEnd: number,
  status: number,
  feedback: Uint8Array,
): number {
  const statusBytes = status < 0 ? 10 : varintBytes(status)
  const bodyBytes =
    spanBytes(headerEnd - headerStart) + 1 + statusBytes + spanBytes(feedback.length)
  at = writeHead(target, at, opaque, commands.txAck, bodyBytes, framing)
  at = putSpan(target, at, 1, headerSource, headerStart, headerEnd)
  target[at++] = 2 << 3
  at = putVarint64(target, at, status >>> 0, status < 0 ? 0xffff_ffff : 0)
  return putSpan(target, at, 3, feedback, 0, feedback.length)
}

/** Bytes a writer needs at most, head included. */
export function ackBytesMax(framing: Framing, spans: number): number {
  return headBytes(framing) + ackFixedBytesMax + spans
}

const targetWords = new Words()
const idWords = new Words()
const textWords = new Words()

const tagOf = (field: number): number => (field << 3) | wireBytes

function spanBytes(count: number): number {
  return 1 + varintBytes(count) + count
}

function noBytes(): Uint8Array {
  return new Uint8Array(0)
}
