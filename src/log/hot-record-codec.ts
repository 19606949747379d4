// The records written once or more per message, coded by hand straight into the batch and out of the scanned bytes:
// no copy but the message's own, no intermediate object. Byte for byte what the generated code of record.proto gives.

import type {
  ConnectionNumber,
  GroupNumber,
  Offset,
  TopicNumber,
  TypeNumber,
} from '../model/ids.ts'
import type {
  AckedRecord,
  DecisionReason,
  DeliveredRecord,
  LogRecord,
  MessageBytes,
  MessageFields,
  MessageForm,
  PreparedRecord,
  PublishedRecord,
  Routing,
} from '../model/record.ts'
import { Words } from '../model/words.ts'
import { numbersField, offsetsField, readNumbers, readOffsets } from './packed-list.ts'
import { type BodyReader, corruptBody, writeVarint } from './varint.ts'

export const decisionReasons: readonly DecisionReason[] = [
  'client',
  'inquiry',
  'expired',
  'operator',
]

const noNumbers: readonly never[] = Object.freeze([])
export const emptyRouting: Routing = Object.freeze({ durable: noNumbers, transient: noNumbers })

const words = new Words()

/** Everything of a message body but the groups and the message: tags and the longest numbers. */
const messageOverheadMax = 96
const varintBytesMax = 8

type Settled = AckedRecord | Extract<LogRecord, { kind: 'skipped' }>
type Committed = Extract<LogRecord, { kind: 'committed' }>

/** Upper bounds of body sizes, cheap to know before encoding. */
export function messageBodyMax(record: MessageFields, routing: Routing): number {
  const groups = routing.durable.length + routing.transient.length
  return messageOverheadMax + groups * 5 + record.message.end - record.message.start
}
export const deliveredBodyMax = (record: DeliveredRecord): number =>
  32 + record.messages.length * (varintBytesMax + 5)
export const settledBodyMax = (record: Settled): number =>
  32 + record.messages.length * varintBytesMax
export const committedBodyMax = (record: Committed): number =>
  32 + (record.routing.durable.length + record.routing.transient.length) * 5

export function encodeMessage(
  record: MessageFields,
  routing: Routing,
  target: Uint8Array,
  start: number,
): number {
  const to = words.of(target)
  target[start] = 0x0a
  target[start + 1] = 16
  to.setUint32(start + 2, record.id0)
  to.setUint32(start + 6, record.id1)
  to.setUint32(start + 10, record.id2)
  to.setUint32(start + 14, record.id3)
  let at = numberField(target, start + 18, 0x10, record.topic)
  at = numberField(target, at, 0x18, record.type)
  at = numberField(target, at, 0x20, record.publisher)
  at = numberField(target, at, 0x28, record.form)
  target[at++] = 0x31
  to.setUint32(at, record.content0, true)
  to.setUint32(at + 4, record.content1, true)
  at += 8
  at = numberField(target, at, 0x38, record.expiresAt)
  at = numberField(target, at, 0x40, record.deliverLimit)
  at = numbersField(target, at, 0x4a, routing.durable)
  at = numbersField(target, at, 0x52, routing.transient)
  const { source, start: from, end } = record.message
  target[at++] = 0x7a
  at = writeVarint(target, at, end - from)
  target.set(from === 0 && end === source.length ? source : source.subarray(from, end), at)
  return at + end - from
}

export function encodeDelivered(
  record: DeliveredRecord,
  target: Uint8Array,
  start: number,
): number {
  let at = numberField(target, start, 0x08, record.group)
  at = numberField(target, at, 0x10, record.connection)
  at = offsetsField(target, at, 0x1a, record.messages)
  const attempts = record.attempts
  for (let i = 0; i < attempts.length; i++) {
    if (attempts[i] !== 1) return numbersField(target, at, 0x22, attempts)
  }
  return at
}

/** acked and skipped. */
export function encodeSettled(record: Settled, target: Uint8Array, start: number): number {
  const at = numberField(target, start, 0x08, record.group)
  return offsetsField(target, at, 0x12, record.messages)
}

/** Only without feedback: text is for the generated code. */
export function encodeCommitted(record: Committed, target: Uint8Array, start: number): number {
  let at = numberField(target, start, 0x08, record.prepared)
  at = numbersField(target, at, 0x12, record.routing.durable)
  at = numbersField(target, at, 0x1a, record.routing.transient)
  return numberField(target, at, 0x20, decisionReasons.indexOf(record.reason))
}

export function decodePublished(reader: BodyReader): PublishedRecord {
  readMessage(reader)
  return {
    kind: 'published',
    id0: read.id0,
    id1: read.id1,
    id2: read.id2,
    id3: read.id3,
    topic: read.topic as TopicNumber,
    type: read.type as TypeNumber,
    publisher: read.publisher as GroupNumber,
    form: formOf(read.form),
    content0: read.content0,
    content1: read.content1,
    expiresAt: read.expiresAt,
    deliverLimit: read.deliverLimit,
    message: { source: reader.source, start: read.start, end: read.end },
    routing: routingOf(read.durable, read.transient),
  }
}

/**
 * For whoever folds a record and forgets it: always the same one, with the next record's content after the next call. Ten
 * millions of records then leave nothing behind.
 */
export function decodePublishedAgain(reader: BodyReader): PublishedRecord {
  readMessage(reader)
  again.id0 = read.id0
  again.id1 = read.id1
  again.id2 = read.id2
  again.id3 = read.id3
  again.topic = read.topic as TopicNumber
  again.type = read.type as TypeNumber
  again.publisher = read.publisher as GroupNumber
  again.form = formOf(read.form)
  again.content0 = read.content0
  again.content1 = read.content1
  again.expiresAt = read.expiresAt
  again.deliverLimit = read.deliverLimit
  again.message.source = reader.source
  again.message.start = read.start
  again.message.end = read.end
  again.routing = routingOf(read.durable, read.transient)
  return again
}

/** Written out once more: a record copied from a blank or from another one costs an eighth more or worse. */
export function decodePrepared(reader: BodyReader): PreparedRecord {
  readMessage(reader)
  return {
    kind: 'prepared',
    id0: read.id0,
    id1: read.id1,
    id2: read.id2,
    id3: read.id3,
    topic: read.topic as TopicNumber,
    type: read.type as TypeNumber,
    publisher: read.publisher as GroupNumber,
    form: formOf(read.form),
    content0: read.content0,
    content1: read.content1,
    expiresAt: read.expiresAt,
    deliverLimit: read.deliverLimit,
    message: { source: reader.source, start: read.start, end: read.end },
  }
}

/** What `readMessage` found; used again for every message. */
const read = {
  id0: 0,
  id1: 0,
  id2: 0,
  id3: 0,
  topic: 0,
  type: 0,
  publisher: 0,
  form: 0,
  content0: 0,
  content1: 0,
  expiresAt: 0,
  deliverLimit: 0,
  durable: noNumbers as readonly number[],
  transient: noNumbers as readonly number[],
  start: 0,
  end: 0,
}

type Changing<T> = { -readonly [Key in keyof T]: T[Key] }

const again: Changing<Omit<PublishedRecord, 'message'>> & {
  readonly message: Changing<MessageBytes>
} = {
  kind: 'published',
  id0: 0,
  id1: 0,
  id2: 0,
  id3: 0,
  topic: 0 as TopicNumber,
  type: 0 as TypeNumber,
  publisher: 0 as GroupNumber,
  form: 0x11,
  content0: 0,
  content1: 0,
  expiresAt: 0,
  deliverLimit: 0,
  message: { source: new Uint8Array(0), start: 0, end: 0 },
  routing: emptyRouting,
}

function forgetMessage(): void {
  read.id0 = read.id1 = read.id2 = read.id3 = 0
  read.topic = read.type = read.publisher = read.form = 0
  read.content0 = read.content1 = read.expiresAt = read.deliverLimit = 0
  read.durable = read.transient = noNumbers
  read.start = read.end = 0
}

/** A body as this code writes it, at a third of the cost; whatever else it may be is read field by field. */
function readMessage(reader: BodyReader): void {
  const start = reader.at
  if (readOrdered(reader)) return
  reader.at = start
  forgetMessage()
  while (reader.at < reader.end) {
    switch (reader.u32()) {
      case 0x0a:
        if (reader.spanEnd() !== reader.at + 16) throw corruptBody('an id is not 16 bytes')
        read.id0 = reader.word()
        read.id1 = reader.word()
        read.id2 = reader.word()
        read.id3 = reader.word()
        break
      case 0x10:
        read.topic = reader.u32()
        break
      case 0x18:
        read.type = reader.u32()
        break
      case 0x20:
        read.publisher = reader.u32()
        break
      case 0x28:
        read.form = reader.u32()
        break
      case 0x31:
        read.content0 = reader.fixed32()
        read.content1 = reader.fixed32()
        break
      case 0x38:
        read.expiresAt = reader.u32()
        break
      case 0x40:
        read.deliverLimit = reader.u32()
        break
      case 0x4a:
        read.durable = readNumbers(reader)
        break
      case 0x52:
        read.transient = readNumbers(reader)
        break
      case 0x7a:
        read.end = reader.spanEnd()
        read.start = reader.at
        reader.at = read.end
        break
      default:
        throw corruptBody('an unknown field of a message')
    }
  }
}

/** False where a field is missing that every message has, or out of order, or anything follows the message. */
function readOrdered(reader: BodyReader): boolean {
  const { source, end } = reader
  let at = reader.at
  if (end - at < 18 || source[at] !== 0x0a || source[at + 1] !== 16) return false
  const from = words.of(source)
  read.id0 = from.getUint32(at + 2)
  read.id1 = from.getUint32(at + 6)
  read.id2 = from.getUint32(at + 10)
  read.id3 = from.getUint32(at + 14)
  reader.at = at + 18
  read.topic = orderedNumber(reader, 0x10)
  read.type = orderedNumber(reader, 0x18)
  read.publisher = orderedNumber(reader, 0x20)
  read.form = orderedNumber(reader, 0x28)
  at = reader.at
  if (end - at < 9 || source[at] !== 0x31) return false
  read.content0 = from.getUint32(at + 1, true)
  read.content1 = from.getUint32(at + 5, true)
  reader.at = at + 9
  read.expiresAt = orderedNumber(reader, 0x38)
  read.deliverLimit = orderedNumber(reader, 0x40)
  read.durable = orderedGroups(reader, 0x4a)
  read.transient = orderedGroups(reader, 0x52)
  at = reader.at
  if (at >= end || source[at] !== 0x7a) return false
  reader.at = at + 1
  read.end = reader.spanEnd()
  read.start = reader.at
  reader.at = read.end
  return read.end === end
}

/** 0 where the next field is another one. */
function orderedNumber(reader: BodyReader, tag: number): number {
  const { source, at, end } = reader
  if (end - at < 2 || source[at] !== tag) return 0
  const value = source[at + 1]!
  if (value < 0x80) {
    reader.at = at + 2
    return value
  }
  reader.at = at + 1
  return reader.u32()
}

function orderedGroups(reader: BodyReader, tag: number): readonly number[] {
  const { source, at, end } = reader
  if (end - at < 3 || source[at] !== tag) return noNumbers
  if (source[at + 1] === 1 && source[at + 2]! < 0x80) {
    reader.at = at + 3
    return alone[source[at + 2]!]!
  }
  reader.at = at + 1
  return readNumbers(reader)
}

/** Most messages go to one group. */
const alone: readonly (readonly number[])[] = Array.from({ length: 128 }, (_, group) => [group])

export function decodeDelivered(reader: BodyReader): DeliveredRecord {
  let group = 0
  let connection = 0
  let messages: readonly Offset[] = noNumbers
  let attempts: readonly number[] = noNumbers
  while (reader.at < reader.end) {
    switch (reader.u32()) {
      case 0x08:
        group = reader.u32()
        break
      case 0x10:
        connection = reader.u32()
        break
      case 0x1a:
        messages = readOffsets(reader)
        break
      case 0x22:
        attempts = readNumbers(reader)
        break
      default:
        throw corruptBody('an unknown field of a delivery')
    }
  }
  if (attempts.length === 0) attempts = ones(messages.length)
  if (attempts.length !== messages.length) throw corruptBody('attempts do not match messages')
  return {
    kind: 'delivered',
    group: group as GroupNumber,
    connection: connection as ConnectionNumber,
    messages,
    attempts,
  }
}

export function decodeSettled(kind: 'acked' | 'skipped', reader: BodyReader): Settled {
  let group = 0
  let messages: readonly Offset[] = noNumbers
  while (reader.at < reader.end) {
    switch (reader.u32()) {
      case 0x08:
        group = reader.u32()
        break
      case 0x12:
        messages = readOffsets(reader)
        break
      default:
        throw corruptBody('an unknown field of an acknowledgement')
    }
  }
  return { kind, group: group as GroupNumber, messages }
}

/** Undefined when it carries feedback: then the generated code reads it. */
export function decodeCommitted(reader: BodyReader): Committed | undefined {
  let prepared = 0
  let durable: readonly number[] = noNumbers
  let transient: readonly number[] = noNumbers
  let reason = 0
  while (reader.at < reader.end) {
    switch (reader.u32()) {
      case 0x08:
        prepared = reader.varint()
        break
      case 0x12:
        durable = readNumbers(reader)
        break
      case 0x1a:
        transient = readNumbers(reader)
        break
      case 0x20:
        reason = reader.u32()
        break
      default:
        return undefined
    }
  }
  const why = decisionReasons[reason]
  if (why === undefined) throw corruptBody('an unknown reason')
  const routing = routingOf(durable, transient)
  return { kind: 'committed', prepared: prepared as Offset, routing, reason: why, feedback: '' }
}

export function routingOf(durable: readonly number[], transient: readonly number[]): Routing {
  if (durable.length === 0 && transient.length === 0) return emptyRouting
  if (durable === routedLast.durable && transient === routedLast.transient) return routedLast
  routedLast = {
    durable: durable as readonly GroupNumber[],
    transient: transient as readonly GroupNumber[],
  }
  return routedLast
}

/** Shared, as routings are by everybody: nobody may change one. */
let routedLast: Routing = emptyRouting

export function formOf(value: number): MessageForm {
  if (value !== 0x11 && value !== 0x12) throw corruptBody('an unknown form of message')
  return value
}

function numberField(target: Uint8Array, at: number, tag: number, value: number): number {
  if (value === 0) return at
  target[at] = tag
  if (value < 0x80) {
    target[at + 1] = value
    return at + 2
  }
  return writeVarint(target, at + 1, value)
}

function ones(count: number): readonly number[] {
  const values = new Array<number>(count)
  for (let i = 0; i < count; i++) values[i] = 1
  return values
}
