// A record as a line of JSON: where it stands, what it says, with names in the place of numbers. Knows no state but the
// dictionaries; must never leave out a field of a record, but for the body nobody asked for.

import type { NameBook } from '../index/name-book.ts'
import { unreachable } from '../model/assert.ts'
import type {
  Binding,
  LogRecord,
  MessageFields,
  MessageForm,
  RecordKind,
  RecordPlace,
  Routing,
} from '../model/record.ts'
import { HeaderView, PublishedView } from '../net/header.ts'
import { hex, idText } from '../model/id-text.ts'
import { plainJson } from '../model/plain-text.ts'
import { decodeHeader } from '../net/packet.ts'

const allKinds: Readonly<Record<RecordKind, true>> = {
  started: true,
  named: true,
  published: true,
  prepared: true,
  committed: true,
  'rolled-back': true,
  inquired: true,
  delivered: true,
  acked: true,
  failed: true,
  skipped: true,
  'dead-lettered': true,
  redriven: true,
  purged: true,
  'bindings-changed': true,
  'members-changed': true,
  operator: true,
  hole: true,
  closed: true,
  base: true,
  moved: true,
  dropped: true,
  paused: true,
  resumed: true,
  recalled: true,
}
/** Every kind there is, in the order of their numbers. */
export const recordKinds: readonly RecordKind[] = Object.keys(allKinds) as RecordKind[]

type Fields = Record<string, unknown>

/** One line, without its end. Bytes of a body only with `bodies`. */
export function lineOf(
  record: LogRecord,
  place: RecordPlace,
  names: NameBook,
  bodies: boolean,
): string {
  const { offset, timeMs, segment, position, length } = place
  const head = { offset, time: timeText(timeMs), segment, position, length, kind: record.kind }
  return plainJson(Object.assign(head, fieldsOf(record, names, bodies)))
}

/** ISO 8601; a time that no calendar has stays a number. */
export function timeText(timeMs: number): string | number {
  return timeMs <= 8.64e15 ? new Date(timeMs).toISOString() : timeMs
}

function fieldsOf(record: LogRecord, names: NameBook, bodies: boolean): Fields {
  switch (record.kind) {
    case 'published':
      return { ...messageFields(record, names, bodies), ...routingFields(record.routing, names) }
    case 'prepared':
      return messageFields(record, names, bodies)
    case 'committed': {
      const { prepared, reason, feedback } = record
      return { prepared, ...routingFields(record.routing, names), reason, feedback }
    }
    case 'rolled-back':
      return { prepared: record.prepared, reason: record.reason, feedback: record.feedback }
    case 'inquired': {
      const { prepared, attempt, connection } = record
      return { prepared, attempt, connection }
    }
    case 'delivered': {
      const { connection, messages, attempts } = record
      return { group: names.groups.textOf(record.group), connection, messages, attempts }
    }
    case 'acked':
    case 'skipped':
      return { group: names.groups.textOf(record.group), messages: record.messages }
    default:
      return rareFields(record, names, bodies)
  }
}

type RareRecord = Exclude<
  LogRecord,
  {
    kind:
      | 'published'
      | 'prepared'
      | 'committed'
      | 'rolled-back'
      | 'inquired'
      | 'delivered'
      | 'acked'
      | 'skipped'
  }
>

function rareFields(record: RareRecord, names: NameBook, bodies: boolean): Fields {
  switch (record.kind) {
    case 'failed': {
      const { message, cause, feedback, retryAtMs } = record
      const group = names.groups.textOf(record.group)
      return { group, message, cause, feedback, retryAt: timeText(retryAtMs) }
    }
    case 'dead-lettered': {
      const { message, reason, feedback, back } = record
      const group = names.groups.textOf(record.group)
      return { group, message, reason, feedback, ...(back && { back: timed(back) }) }
    }
    case 'redriven': {
      const { message, who, was } = record
      const group = names.groups.textOf(record.group)
      return { group, message, who, ...(was && { was: timed(was) }) }
    }
    case 'purged': {
      const { message, who } = record
      return { group: names.groups.textOf(record.group), message, who }
    }
    case 'named':
      return { dictionary: record.dictionary, number: record.number, name: utf8(record.name) }
    case 'bindings-changed':
      return {
        source: record.source,
        topic: names.topics.textOf(record.topic),
        group: names.groups.textOf(record.group),
        bindings: record.bindings.map(bindingFields),
        parks: record.parks.map((type) => names.types.textOf(type)),
        unparks: record.unparks.map((type) => names.types.textOf(type)),
      }
    case 'members-changed': {
      const { connection, peer, change } = record
      return { group: names.groups.textOf(record.group), connection, peer, change }
    }
    case 'base': {
      const { at, segment, position, digest, part, parts, sections } = record
      const sectionBytes = sections.end - sections.start
      return { at, atSegment: segment, atPosition: position, digest, part, parts, sectionBytes }
    }
    case 'moved':
      return { of: record.of, ...movedFields(record, bodies) }
    case 'dropped':
      return { lastSegment: record.segment, nextOffset: record.nextOffset }
    case 'paused':
    case 'resumed':
      return { group: names.groups.textOf(record.group), who: record.who }
    case 'recalled': {
      const { of, group } = record
      return { of, group: names.groups.textOf(group), ...messageFields(record, names, bodies) }
    }
    case 'started':
    case 'operator':
    case 'hole':
    case 'closed':
      return { ...record } // its kind is in its place already
    default:
      return unreachable(record)
  }
}

/** Topic and group stand before the list. */
function bindingFields({ bindType, messageType, watermark, persistent }: Binding): Fields {
  return { bindType, messageType, watermark, persistent }
}

function routingFields({ durable, transient }: Routing, names: NameBook): Fields {
  return {
    durable: durable.map((group) => names.groups.textOf(group)),
    transient: transient.map((group) => names.groups.textOf(group)),
  }
}

function messageFields(record: MessageFields, names: NameBook, bodies: boolean): Fields {
  const { form, content0, content1 } = record
  return {
    id: idText(record),
    topic: names.topics.textOf(record.topic),
    type: names.types.textOf(record.type),
    publisher: names.groups.textOf(record.publisher),
    form: formText(form),
    content: hex(content0) + hex(content1),
    expiresAt: timeText(record.expiresAt * 1000),
    deliverLimit: record.deliverLimit,
    ...contentFields(record, bodies),
  }
}

/** The time of a death as text. */
function timed({ atMs, ...letter }: { readonly atMs: number }): Fields {
  return { ...letter, time: timeText(atMs) }
}

/** What only its bytes say: the record itself names the message by its offset. */
function movedFields(record: Extract<LogRecord, { kind: 'moved' }>, bodies: boolean): Fields {
  const content = contentFields(record, bodies)
  const form = formText(record.form)
  if (!('bodyBytes' in content)) return { form, ...content }
  const { raw, topicStart, topicEnd, typeStart, typeEnd } = view
  const topic = utf8(raw.subarray(topicStart, topicEnd))
  const type = utf8(raw.subarray(typeStart, typeEnd))
  return { ...(view.idValid && { id: idText(view) }), topic, type, form, ...content }
}

const view = new PublishedView()
const header = new HeaderView()

function formText(form: MessageForm): string {
  return form === 0x12 ? 'string' : 'bytes'
}

function contentFields(record: Pick<MessageFields, 'form' | 'message'>, bodies: boolean): Fields {
  const { source, start, end } = record.message
  if (!view.read(record.form, source, start, end)) {
    const packet = Buffer.from(source.subarray(start, end)).toString('base64')
    return bodies
      ? { packetBytes: end - start, packetBase64: packet }
      : { packetBytes: end - start }
  }
  const { bodyStart, bodyEnd, snappy } = view
  const fields: Fields = { bodyBytes: bodyEnd - bodyStart }
  if (snappy) fields['snappy'] = true
  if (view.propertiesBytes > 0) fields['properties'] = propertiesOf()
  if (bodies) Object.assign(fields, bodyFields(record.form === 0x12))
  return fields
}

function propertiesOf(): Fields {
  header.readHeader(view.raw, view.headerStart, view.headerEnd)
  const properties = decodeHeader(header)?.properties ?? []
  return Object.fromEntries(properties.map(({ key, value }) => [utf8(key), utf8(value)]))
}

/** As text where that is exact. A packed body stays packed. */
function bodyFields(isString: boolean): Fields {
  const body = Buffer.from(view.raw.subarray(view.bodyStart, view.bodyEnd))
  if (isString && !view.snappy) {
    const text = body.toString('utf8')
    if (Buffer.from(text).equals(body)) return { body: text }
  }
  return { bodyBase64: body.toString('base64') }
}

/** The bytes as text, what is none as U+FFFD. */
export function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}
