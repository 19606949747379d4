// The hand-written codec of hot records against the generated one, byte for byte and in both directions; and bodies
// that are damaged: refused or read, but never beyond their end.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { kiteq } from '../../proto/record.js'
import { checksum, nativeFromBytes } from '../../src/log/checksum.ts'
import { logFrameHeadBytes, writeFrameHead } from '../../src/log/frame.ts'
import { decodeRecord, messageSpan, RecordEncoder } from '../../src/log/record-codec.ts'
import { KiteQError } from '../../src/model/errors.ts'
import type { LogRecord, MessageFields, Routing } from '../../src/model/record.ts'
import { anyRecord, hotRecord } from '../support/disk-records.ts'
import { seeded } from '../support/property.ts'
import CRC32 from 'crc-32'
import { ownCopy } from '../../src/log/own-copy.ts'

const proto = kiteq.log
const reasons = {
  client: proto.Reason.CLIENT,
  inquiry: proto.Reason.INQUIRY,
  expired: proto.Reason.EXPIRED,
  operator: proto.Reason.OPERATOR,
}
type Wide = NonNullable<kiteq.log.RolledBack.$Properties['prepared']>
const wide = (value: number): Wide => value as unknown as Wide

function encode(record: LogRecord): { kind: number; body: Uint8Array } {
  const encoder = new RecordEncoder()
  const bound = encoder.prepare(record)
  const target = new Uint8Array(bound + 20).fill(0xaa)
  const end = encoder.write(record, target, 10)
  assert.ok(end - 10 <= bound, `${record.kind}: ${end - 10} bytes, bound ${bound}`)
  assert.ok(target.subarray(0, 10).every((byte) => byte === 0xaa))
  assert.ok(target.subarray(end).every((byte) => byte === 0xaa))
  return { kind: encoder.kind, body: target.slice(10, end) }
}

function differences(offsets: readonly number[]): Wide[] {
  return offsets.map((offset, i) => wide(i === 0 ? offset : offset - offsets[i - 1]!))
}

function messageOracle(record: MessageFields, routing: Routing): Uint8Array {
  const id = Buffer.alloc(16)
  for (const [i, word] of [record.id0, record.id1, record.id2, record.id3].entries()) {
    id.writeUInt32BE(word, i * 4)
  }
  const { source, start, end } = record.message
  const content = { low: record.content0 | 0, high: record.content1 | 0, unsigned: true }
  return proto.Message.encode({
    id,
    topic: record.topic,
    type: record.type,
    publisher: record.publisher,
    form: record.form,
    content: content as unknown as Wide,
    expiresAt: record.expiresAt,
    deliverLimit: record.deliverLimit,
    durableGroups: [...routing.durable],
    transientGroups: [...routing.transient],
    message: source.subarray(start, end),
  }).finish()
}

function oracle(record: LogRecord): Uint8Array {
  switch (record.kind) {
    case 'published':
      return messageOracle(record, record.routing)
    case 'prepared':
      return messageOracle(record, { durable: [], transient: [] })
    case 'committed':
      return proto.Committed.encode({
        prepared: wide(record.prepared),
        durableGroups: [...record.routing.durable],
        transientGroups: [...record.routing.transient],
        reason: reasons[record.reason],
        feedback: record.feedback,
      }).finish()
    case 'delivered':
      return proto.Delivered.encode({
        group: record.group,
        connection: record.connection,
        messages: differences(record.messages),
        attempts: record.attempts.every((attempt) => attempt === 1) ? [] : [...record.attempts],
      }).finish()
    case 'acked':
    case 'skipped':
      return proto.Settled.encode({
        group: record.group,
        messages: differences(record.messages),
      }).finish()
    default:
      throw new Error(`no oracle for ${record.kind}`)
  }
}

/** Fields that are written always, which generated code cannot do: its bytes differ where they are empty. */
function hasEmptyAlways(record: LogRecord): boolean {
  if (record.kind !== 'published' && record.kind !== 'prepared') return false
  const { content0, content1, message } = record
  return (content0 === 0 && content1 === 0) || message.start === message.end
}

test('hot records are encoded as the generated code encodes them', () => {
  fc.assert(
    fc.property(hotRecord, (record) => {
      fc.pre(!hasEmptyAlways(record))
      assert.deepEqual(Buffer.from(encode(record).body), Buffer.from(oracle(record)))
    }),
    seeded('hot encode', 2000),
  )
})

test('hot records written by the generated code are read back as they were', () => {
  fc.assert(
    fc.property(hotRecord, (record) => {
      const body = oracle(record)
      const { kind } = encode(record)
      assert.deepEqual(ownCopy(decodeRecord(kind, body, 0, body.length)), ownCopy(record))
    }),
    seeded('hot decode', 2000),
  )
})

test('every record survives a round trip inside other bytes', () => {
  fc.assert(
    fc.property(anyRecord, fc.nat({ max: 30 }), (record, shift) => {
      const { kind, body } = encode(record)
      const around = new Uint8Array(body.length + shift + 7).fill(0xff)
      around.set(body, shift)
      assert.deepEqual(
        ownCopy(decodeRecord(kind, around, shift, shift + body.length)),
        ownCopy(record),
      )
    }),
    seeded('round trip', 2000),
  )
})

test('a damaged body is refused or read, never beyond its end', () => {
  const damage = fc.record({ at: fc.nat(), value: fc.nat({ max: 255 }), cut: fc.nat() })
  fc.assert(
    fc.property(anyRecord, damage, (record, { at, value, cut }) => {
      const { kind, body } = encode(record)
      const end = cut % (body.length + 1)
      const bytes = new Uint8Array(end + 16).fill(0x7a)
      bytes.set(body.subarray(0, end))
      if (end > 0) bytes[at % end] = value
      const watched = guarded(bytes, end)
      try {
        const read = decodeRecord(kind, watched, 0, end)
        if (read.kind === 'published' || read.kind === 'prepared') {
          assert.ok(read.message.end <= end)
        }
      } catch (error) {
        assert.ok(error instanceof KiteQError, String(error))
        assert.equal(error.code, 'KITEQ_LOG_CORRUPT')
      }
    }),
    seeded('damaged body', 3000),
  )
})

/** Bytes that fail the test when one at or behind `end` is read by index. */
function guarded(bytes: Uint8Array, end: number): Uint8Array {
  return new Proxy(bytes, {
    get(target, key): unknown {
      if (typeof key === 'string' && /^\d+$/.test(key) && Number(key) >= end) {
        throw new Error(`byte ${key} of ${end} was read`)
      }
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
  })
}

test('the message span of a frame is the message of its record', () => {
  fc.assert(
    fc.property(anyRecord, (record) => {
      const { kind, body } = encode(record)
      const frame = new Uint8Array(logFrameHeadBytes + body.length)
      writeFrameHead(frame, 0, frame.length, kind, 0, 7, 8)
      frame.set(body, logFrameHeadBytes)
      const span = messageSpan(frame, 0, frame.length)
      if (!('message' in record) || typeof record.message !== 'object') {
        assert.equal(span, undefined)
        return
      }
      const { source, start, end } = record.message
      assert.ok(span !== undefined)
      assert.deepEqual(span.source.slice(span.start, span.end), source.slice(start, end))
    }),
    seeded('message span', 500),
  )
})

test('both checksum engines give the same number on both sides of the threshold', () => {
  const bytes = fc.uint8Array({ minLength: 0, maxLength: nativeFromBytes * 2 })
  fc.assert(
    fc.property(
      bytes,
      fc.nat({ max: 40 }),
      fc.integer({ min: 0, max: 0xffffffff }),
      (b, s, seed) => {
        const start = Math.min(s, b.length)
        const expected = CRC32.buf(b.subarray(start), seed) >>> 0
        assert.equal(checksum(b, start, b.length, seed), expected)
      },
    ),
    seeded('checksum', 1000),
  )
})
