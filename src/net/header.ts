// A published message, read lazily: where its fields are, not what they say. Reused for every publish of a server.
// Never decodes a body, never makes a string, never trusts a length; what it cannot read it refuses.

import { parseId } from '../model/id-text.ts'
import type { MessageView } from '../model/message.ts'
import type { MessageForm } from '../model/record.ts'
import { deliverLimitMax, headerGrowthBytes, lifeSecondsMax } from '../model/limits.ts'
import { canonicalPacket } from './canonical.ts'
import {
  putBytes,
  putVarint,
  signed64,
  varintBytes,
  wireBytes,
  wireVarint,
  WireCursor,
} from './varint.ts'

/** Bits 1 to 8 of the fields seen: all required ones. */
const requiredFields = 0x1fe
const propertiesField = 9
const lastKnownField = 11
const tagId = 0x0a
const tagTopic = 0x12
const tagType = 0x1a
const tagExpiredTime = 0x20
const tagDeliverLimit = 0x28
const tagGroup = 0x32
const tagCommit = 0x38
const tagFly = 0x40
const tagProperty = 0x4a
const tagCreateTime = 0x50
const tagSnappy = 0x58
const tagHeader = 0x0a

/** Where the fields of a Header are; all spans are offsets into `raw`. */
export class HeaderView {
  raw: Uint8Array = noBytes
  id0 = 0
  id1 = 0
  id2 = 0
  id3 = 0
  idStart = 0
  idEnd = 0
  idValid = false
  topicStart = 0
  topicEnd = 0
  typeStart = 0
  typeEnd = 0
  /** The group named in the header; only delivered, never believed. */
  groupStart = 0
  groupEnd = 0
  /** Encoded properties, tags and lengths included. */
  propertiesBytes = 0
  commit = false
  fly = false
  snappy = false
  /** As sent, unix seconds. */
  expiredTime = 0
  expiredLow = 0
  expiredHigh = 0
  sentDeliverLimit = 0
  createLow = 0
  createHigh = 0
  /** Bit n: field n was there. */
  seen = 0
  headerStart = 0
  headerEnd = 0
  /** Byte for byte what the original would write: ascending, nothing twice, unknown fields last. */
  canonical = false
  protected expiredStart = 0
  protected expiredEnd = 0
  protected limitStart = 0
  protected limitEnd = 0
  protected createStart = 0
  protected createEnd = 0
  protected readonly cursor: WireCursor = new WireCursor()
  readonly #entry: WireCursor = new WireCursor()

  /** Reads source[start, end); false when it is no Header or lacks a required field. The id span is set as far as known. */
  readHeader(source: Uint8Array, start: number, end: number): boolean {
    this.#clear(source, start, end)
    if (this.#readUsual(source, start, end)) return true
    this.#clear(source, start, end)
    return this.#readAny(source, start, end)
  }

  /** The header as clients write it: canonical, with short names. False: it is another, or none. */
  #readUsual(source: Uint8Array, start: number, end: number): boolean {
    const cursor = this.cursor
    cursor.open(source, start, end)
    if (!shortSpan(cursor, tagId)) return false
    this.idStart = cursor.spanStart
    this.idEnd = cursor.spanEnd
    if (!shortSpan(cursor, tagTopic)) return false
    this.topicStart = cursor.spanStart
    this.topicEnd = cursor.spanEnd
    if (!shortSpan(cursor, tagType)) return false
    this.typeStart = cursor.spanStart
    this.typeEnd = cursor.spanEnd
    for (let field = 4; field <= 5; field++) {
      const at = cursor.at
      if (source[at] !== field << 3) return false
      cursor.at++
      if (!this.#readNumber(field, at)) return false
    }
    if (!shortSpan(cursor, tagGroup)) return false
    this.groupStart = cursor.spanStart
    this.groupEnd = cursor.spanEnd
    let at = cursor.at
    if (source[at] !== tagCommit || source[at + 2] !== tagFly) return false
    const commit = source[at + 1]!
    const fly = source[at + 3]!
    if (commit > 1 || fly > 1) return false
    this.commit = commit === 1
    this.fly = fly === 1
    cursor.at = at += 4
    while (at < end && source[at] === tagProperty) {
      if (!shortSpan(cursor, tagProperty)) return false
      this.propertiesBytes += cursor.at - at
      at = cursor.at
      if (!this.#checkEntry()) return false
    }
    this.createStart = this.createEnd = at
    this.seen = requiredFields
    if (at < end && source[at] === tagCreateTime) {
      cursor.at++
      if (!this.#readNumber(10, at)) return false
      this.seen |= 1 << 10
      at = cursor.at
    }
    if (at < end && source[at] === tagSnappy) {
      const snappy = source[at + 1]!
      if (snappy > 1) return false
      this.snappy = snappy === 1
      this.seen |= 1 << 11
      at += 2
    }
    if (at !== end || !cursor.minimal || !this.canonical) return false
    this.idValid = parseId(source, this.idStart, this.idEnd, this)
    return true
  }

  /** Any header that protobuf allows. */
  #readAny(source: Uint8Array, start: number, end: number): boolean {
    const cursor = this.cursor
    cursor.open(source, start, end)
    let last = 0
    while (cursor.at < end) {
      const at = cursor.at
      if (!cursor.tag()) return false
      const field = cursor.field
      const known = field <= lastKnownField && cursor.wireType === wireTypeOf[field]
      if (!known) {
        if (!cursor.skip()) return false
        last = lastKnownField + 1
        continue
      }
      if (field < last || (field === last && field !== propertiesField)) this.canonical = false
      if (last <= lastKnownField) last = field
      if (!this.#readField(field, at)) return false
      this.seen |= 1 << field
      // A missing createTime belongs behind the properties.
      if (field < 10) this.createStart = this.createEnd = cursor.at
    }
    if (!cursor.minimal) this.canonical = false
    return (this.seen & requiredFields) === requiredFields
  }

  #clear(source: Uint8Array, start: number, end: number): void {
    this.raw = source
    this.headerStart = start
    this.headerEnd = end
    this.idStart = this.idEnd = start
    this.idValid = false
    this.propertiesBytes = 0
    this.snappy = false
    this.createLow = this.createHigh = 0
    this.seen = 0
    this.canonical = true
  }

  #readField(field: number, at: number): boolean {
    const cursor = this.cursor
    if (cursor.wireType === wireVarint) return this.#readNumber(field, at)
    if (!cursor.span()) return false
    switch (field) {
      case 1:
        this.idStart = cursor.spanStart
        this.idEnd = cursor.spanEnd
        this.idValid = parseId(cursor.source, cursor.spanStart, cursor.spanEnd, this)
        return true
      case 2:
        this.topicStart = cursor.spanStart
        this.topicEnd = cursor.spanEnd
        return true
      case 3:
        this.typeStart = cursor.spanStart
        this.typeEnd = cursor.spanEnd
        return true
      case 6:
        this.groupStart = cursor.spanStart
        this.groupEnd = cursor.spanEnd
        return true
      default:
        this.propertiesBytes += cursor.at - at
        return this.#checkEntry()
    }
  }

  #readNumber(field: number, at: number): boolean {
    const cursor = this.cursor
    if (!cursor.varint()) return false
    const { low, high } = cursor
    switch (field) {
      case 4:
        this.expiredLow = low
        this.expiredHigh = high
        this.expiredTime = signed64(low, high)
        this.expiredStart = at
        this.expiredEnd = cursor.at
        return true
      case 5:
        // A negative int32 travels as 64 bits; anything else above 32 bits is written anew.
        if (high !== (low > 0x7fff_ffff ? 0xffff_ffff : 0)) this.canonical = false
        this.sentDeliverLimit = low | 0
        this.limitStart = at
        this.limitEnd = cursor.at
        return true
      case 10:
        this.createLow = low
        this.createHigh = high
        this.createStart = at
        this.createEnd = cursor.at
        return true
      default: {
        if (high !== 0 || low > 1) this.canonical = false
        const value = high !== 0 || low !== 0
        if (field === 7) this.commit = value
        else if (field === 8) this.fly = value
        else this.snappy = value
        return true
      }
    }
  }

  /** A property has a key and a value. */
  #checkEntry(): boolean {
    const entry = this.#entry
    entry.open(this.cursor.source, this.cursor.spanStart, this.cursor.spanEnd)
    let seen = 0
    while (entry.at < entry.end) {
      if (!entry.tag()) return false
      const known = entry.field <= 2 && entry.wireType === wireBytes
      if (known) {
        if (entry.field !== (seen === 0 ? 1 : seen === 2 ? 2 : 0)) this.canonical = false
        seen |= 1 << entry.field
      } else if (seen !== 6) {
        // Behind key and value an unknown field, also a key or value of another wire type, stands as the original writes it.
        this.canonical = false
      }
      if (!entry.skip()) return false
    }
    if (!entry.minimal) this.canonical = false
    return seen === 6
  }
}

/** A BYTES_MESSAGE or STRING_MESSAGE, and what to store and deliver of it. */
export class PublishedView extends HeaderView implements MessageView {
  form: MessageForm = 0x11
  bodyStart = 0
  bodyEnd = 0
  expiresAt = 0
  deliverLimit = 0
  /**
   * The message to store and deliver, from normalise(). A fly message and an unchanged one lie in memory that stays;
   * any other is overwritten by the next normalise().
   */
  readonly message: { source: Uint8Array; start: number; end: number } = {
    source: noBytes,
    start: 0,
    end: 0,
  }
  #scratch: Uint8Array = noBytes

  /** Reads a packet body; false when it is none. Then the id span is still set, as far as it was found. */
  read(form: MessageForm, source: Uint8Array, start: number, end: number): boolean {
    this.form = form
    if (!this.#readPacket(source, start, end)) return false
    if (this.canonical) return true
    const packet = canonicalPacket(this, source, start, end)
    return packet !== undefined && this.#readPacket(packet, 0, packet.length)
  }

  #readPacket(source: Uint8Array, start: number, end: number): boolean {
    const message = this.message
    message.source = source
    message.start = start
    message.end = end
    this.raw = source
    this.idStart = this.idEnd = start
    const cursor = this.cursor
    cursor.open(source, start, end)
    // The canonical packet, which nearly all are: header, body, nothing else.
    let headerStart = -1
    let headerEnd = -1
    let bodyStart = -1
    let canonical = true
    while (cursor.at < end) {
      if (!cursor.tag()) return this.#lateId(headerStart, headerEnd)
      const { field, wireType } = cursor
      if (!cursor.skip()) return this.#lateId(headerStart, headerEnd)
      if (field > 2 || wireType !== wireBytes) canonical = false
      else if (field === 1) {
        if (headerStart >= 0 || bodyStart >= 0) canonical = false
        headerStart = cursor.spanStart
        headerEnd = cursor.spanEnd
      } else {
        if (headerStart < 0 || bodyStart >= 0) canonical = false
        bodyStart = cursor.spanStart
        this.bodyEnd = cursor.spanEnd
      }
    }
    if (headerStart < 0) return false
    this.bodyStart = bodyStart
    canonical &&= cursor.minimal
    const whole = this.readHeader(source, headerStart, headerEnd)
    this.canonical &&= canonical
    // A header in several pieces is read once they are joined.
    return bodyStart >= 0 && (whole || !canonical)
  }

  /** The packet is broken behind its header: the id is still wanted for the refusal. */
  #lateId(headerStart: number, headerEnd: number): false {
    if (headerStart >= 0) this.readHeader(this.raw, headerStart, headerEnd)
    return false
  }

  /**
   * Fills `message`, `expiresAt` and `deliverLimit`, as the original changes the header: a life of 7 days at most,
   * 1 to 100 deliveries, a create time. Other bytes stay as they are; nothing is copied when nothing changes.
   */
  normalise(nowSeconds: number): void {
    const latest = nowSeconds + lifeSecondsMax
    const createTime = signed64(this.createLow, this.createHigh)
    const keepsLife = this.expiredTime > 0 && this.expiredTime <= latest
    const keepsLimit = this.sentDeliverLimit > 0 && this.sentDeliverLimit <= deliverLimitMax
    this.expiresAt = keepsLife ? this.expiredTime : latest
    this.deliverLimit = keepsLimit ? this.sentDeliverLimit : deliverLimitMax
    if (!keepsLife || !keepsLimit || createTime <= 0) {
      this.#splice(nowSeconds, keepsLife, keepsLimit, createTime > 0)
    }
  }

  #splice(now: number, keepsLife: boolean, keepsLimit: boolean, keepsCreate: boolean): void {
    const { raw, message } = this
    let headerBytes = this.headerEnd - this.headerStart
    if (!keepsLife) {
      headerBytes += 1 + varintBytes(this.expiresAt) - (this.expiredEnd - this.expiredStart)
    }
    if (!keepsLimit) {
      headerBytes += 1 + varintBytes(this.deliverLimit) - (this.limitEnd - this.limitStart)
    }
    if (!keepsCreate) headerBytes += 1 + varintBytes(now) - (this.createEnd - this.createStart)
    const target = this.#room(message.end - message.start + headerGrowthBytes)
    target[0] = tagHeader
    let at = putVarint(target, 1, headerBytes)
    let from = this.headerStart
    if (!keepsLife) {
      at = putBytes(target, at, raw, from, this.expiredStart)
      target[at++] = tagExpiredTime
      at = putVarint(target, at, this.expiresAt)
      from = this.expiredEnd
    }
    if (!keepsLimit) {
      at = putBytes(target, at, raw, from, this.limitStart)
      target[at++] = tagDeliverLimit
      at = putVarint(target, at, this.deliverLimit)
      from = this.limitEnd
    }
    if (!keepsCreate) {
      at = putBytes(target, at, raw, from, this.createStart)
      target[at++] = tagCreateTime
      at = putVarint(target, at, now)
      from = this.createEnd
    }
    message.end = putBytes(target, at, raw, from, message.end)
    message.source = target
    message.start = 0
  }

  #room(count: number): Uint8Array {
    // A fly message lives on in effects, not in the log.
    if (this.fly) return new Uint8Array(count)
    if (this.#scratch.length < count) this.#scratch = new Uint8Array(Math.max(65_536, count * 2))
    return this.#scratch
  }
}

/** A span behind this tag, below 128 bytes long. */
function shortSpan(cursor: WireCursor, tag: number): boolean {
  const { source, at } = cursor
  if (cursor.end - at < 2 || source[at] !== tag) return false
  const count = source[at + 1]!
  const start = at + 2
  if (count >= 0x80 || count > cursor.end - start) return false
  cursor.spanStart = start
  cursor.spanEnd = cursor.at = start + count
  return true
}

const noBytes = new Uint8Array(0)

/** Wire type of each known header field, by number. */
const wireTypeOf: readonly number[] = [
  -1,
  wireBytes,
  wireBytes,
  wireBytes,
  wireVarint,
  wireVarint,
  wireBytes,
  wireVarint,
  wireVarint,
  wireBytes,
  wireVarint,
  wireVarint,
]
