// Arbitrary log records of every kind, for property tests of codecs and recovery.

import fc from 'fast-check'
import type { LogRecord } from '../../src/model/record.ts'

/** Records are plain objects. */
const plain = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(model, { noNullPrototype: true })

const u32 = fc.integer({ min: 0, max: 0xffffffff })
const offset = fc.oneof(fc.nat(), fc.integer({ min: 0, max: 2 ** 51 }))
const text = fc.string({ unit: 'grapheme', maxLength: 24 })
const routing = plain({
  durable: fc.array(u32, { maxLength: 4 }),
  transient: fc.array(u32, { maxLength: 3 }),
})
const reason = fc.constantFrom('client', 'inquiry', 'expired', 'operator')
const source = fc.constantFrom('registry', 'file', 'client', 'operator')

/** Surrounded by other bytes, as a received message is. */
const message = fc
  .tuple(fc.uint8Array({ maxLength: 120 }), fc.nat({ max: 5 }), fc.nat({ max: 5 }))
  .map(([body, before, behind]) => {
    const bytes = new Uint8Array(before + body.length + behind).fill(0xee)
    bytes.set(body, before)
    return { source: bytes, start: before, end: before + body.length }
  })

const messageFields = {
  id0: u32,
  id1: u32,
  id2: u32,
  id3: u32,
  topic: u32,
  type: u32,
  publisher: u32,
  form: fc.constantFrom(0x11, 0x12),
  content0: u32,
  content1: u32,
  expiresAt: u32,
  deliverLimit: fc.integer({ min: 0, max: 100 }),
  message,
}

const kindOf = <const Kind extends string>(kind: Kind): fc.Arbitrary<Kind> => fc.constant(kind)

const delivered = fc
  .array(fc.tuple(offset, fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 100 }))), {
    maxLength: 12,
  })
  .chain((pairs) =>
    plain({
      kind: kindOf('delivered'),
      group: u32,
      connection: u32,
      messages: fc.constant(pairs.map(([at]) => at)),
      attempts: fc.constant(pairs.map(([, attempt]) => attempt)),
    }),
  )

const deathReason = fc.constantFrom('limit', 'expired', 'damaged', 'operator')

const settled = plain({
  kind: fc.constantFrom('acked', 'skipped'),
  group: u32,
  messages: fc.array(offset, { maxLength: 12 }),
})

const bindings = fc.tuple(u32, u32).chain(([topic, group]) =>
  plain({
    kind: kindOf('bindings-changed'),
    source,
    topic: fc.constant(topic),
    group: fc.constant(group),
    bindings: fc.array(
      plain({
        topic: fc.constant(topic),
        group: fc.constant(group),
        bindType: fc.constantFrom('direct', 'regex', 'fanout'),
        messageType: text,
        watermark: fc.integer({ min: -2147483648, max: 2147483647 }),
        persistent: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
    parks: fc.array(u32, { maxLength: 3 }),
    unparks: fc.array(u32, { maxLength: 3 }),
  }),
)

const operations = fc.oneof(
  plain({
    kind: kindOf('started'),
    epoch: u32,
    formatVersion: u32,
    logId: text,
    host: text,
    settledWindowMs: offset,
    settledIdsMax: u32,
  }),
  plain({
    kind: kindOf('named'),
    dictionary: fc.constantFrom('topic', 'type', 'group'),
    number: u32,
    name: fc.uint8Array({ maxLength: 20 }),
  }),
  plain({ kind: kindOf('rolled-back'), prepared: offset, reason, feedback: text }),
  plain({ kind: kindOf('inquired'), prepared: offset, attempt: u32, connection: u32 }),
  plain({
    kind: kindOf('failed'),
    group: u32,
    message: offset,
    cause: fc.constantFrom('nack', 'timeout', 'connection-lost', 'not-sent', 'too-large'),
    feedback: text,
    retryAtMs: offset,
  }),
  plain({
    kind: kindOf('dead-lettered'),
    group: u32,
    message: offset,
    reason: deathReason,
    feedback: text,
  }),
  plain({
    kind: kindOf('dead-lettered'),
    group: u32,
    message: offset,
    reason: deathReason,
    feedback: text,
    back: plain({ undone: offset, attempts: u32, atMs: offset }),
  }),
  plain({
    kind: fc.constantFrom('redriven', 'purged'),
    group: u32,
    message: offset,
    who: text,
  }),
  plain({
    kind: kindOf('redriven'),
    group: u32,
    message: offset,
    who: text,
    was: plain({ reason: deathReason, feedback: text, attempts: u32, atMs: offset }),
  }),
  bindings,
  plain({
    kind: kindOf('members-changed'),
    group: u32,
    connection: u32,
    peer: text,
    change: fc.constantFrom('joined', 'left'),
  }),
  plain({ kind: kindOf('operator'), who: text, action: text, detail: text }),
  plain({
    kind: kindOf('hole'),
    segment: u32,
    position: offset,
    length: offset,
    firstOffset: offset,
    count: offset,
  }),
  plain({ kind: kindOf('closed'), clean: fc.boolean() }),
  plain({
    kind: kindOf('base'),
    at: offset,
    segment: u32,
    position: offset,
    digest: text,
    part: u32,
    parts: u32,
    sections: message,
  }),
  plain({ kind: kindOf('moved'), of: offset, form: fc.constantFrom(0x11, 0x12), message }),
  plain({ kind: kindOf('dropped'), segment: u32, nextOffset: offset }),
  plain({ kind: fc.constantFrom('paused', 'resumed'), group: u32, who: text }),
  plain({ kind: kindOf('recalled'), ...messageFields, of: offset, group: u32 }),
)

/** The numbers carry brands that no generator can give. */
const branded = (records: fc.Arbitrary<unknown>): fc.Arbitrary<LogRecord> =>
  records as fc.Arbitrary<LogRecord>

export const hotRecord: fc.Arbitrary<LogRecord> = branded(
  fc.oneof(
    plain({ kind: kindOf('published'), ...messageFields, routing }),
    plain({ kind: kindOf('prepared'), ...messageFields }),
    plain({
      kind: kindOf('committed'),
      prepared: offset,
      routing,
      reason,
      feedback: fc.oneof(fc.constant(''), text),
    }),
    delivered,
    settled,
  ),
)

export const anyRecord: fc.Arbitrary<LogRecord> = branded(
  fc.oneof({ weight: 3, arbitrary: hotRecord }, { weight: 2, arbitrary: operations }),
)
