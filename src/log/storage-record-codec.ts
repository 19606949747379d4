// The records that keep the log small and that give a message again, through the generated code of record.proto. What they
// carry of a message or of a state is a span of the scanned bytes, as in the hot records.

import { kiteq } from '../../proto/record.js'
import { unreachable } from '../model/assert.ts'
import type { GroupNumber, Position, SegmentNumber, TopicNumber, TypeNumber } from '../model/ids.ts'
import type { LogRecord, MessageBytes, MessageForm, RecalledRecord } from '../model/record.ts'
import { narrow, offset, wide, type Wide } from './cold-record-codec.ts'
import { corruptBody } from './varint.ts'

const proto = kiteq.log
/** Field 15, length-delimited. */
const tailTag = 0x7a
type Writer = ReturnType<typeof proto.Moved.encode>

export type StorageRecord = Extract<LogRecord, { kind: 'base' | 'moved' | 'dropped' | 'recalled' }>

/** The body as new bytes. */
export function encodeStorage(record: StorageRecord): Uint8Array {
  switch (record.kind) {
    case 'base':
      return withTail(
        record.sections,
        proto.Base.encode({
          at: wide(record.at),
          segment: record.segment,
          position: wide(record.position),
          digest: record.digest,
          part: record.part,
          parts: record.parts,
        }),
      )
    case 'moved':
      return withTail(
        record.message,
        proto.Moved.encode({ of: wide(record.of), form: record.form }),
      )
    case 'dropped':
      return proto.Dropped.encode({
        segment: record.segment,
        nextOffset: wide(record.nextOffset),
      }).finish()
    case 'recalled':
      return withTail(
        record.message,
        proto.Recalled.encode({
          id: idBytes(record),
          topic: record.topic,
          type: record.type,
          publisher: record.publisher,
          form: record.form,
          content: {
            low: record.content0 | 0,
            high: record.content1 | 0,
            unsigned: true,
          } as unknown as Wide,
          expiresAt: record.expiresAt,
          deliverLimit: record.deliverLimit,
          of: wide(record.of),
          group: record.group,
        }),
      )
    default:
      return unreachable(record)
  }
}

/** `body` is exactly one body. Throws KITEQ_LOG_CORRUPT. */
export function decodeStorage(kind: StorageRecord['kind'], body: Uint8Array): StorageRecord {
  try {
    return decodeTrusting(kind, body)
  } catch (error) {
    throw corruptBody(`${kind}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

function decodeTrusting(kind: StorageRecord['kind'], body: Uint8Array): StorageRecord {
  switch (kind) {
    case 'base': {
      const read = proto.Base.decode(body)
      return {
        kind,
        at: offset(read.at),
        segment: read.segment as SegmentNumber,
        position: narrow(read.position) as Position,
        digest: read.digest,
        part: read.part,
        parts: read.parts,
        sections: spanOf(read.sections, body),
      }
    }
    case 'moved': {
      const read = proto.Moved.decode(body)
      return {
        kind,
        of: offset(read.of),
        form: formOf(read.form),
        message: spanOf(read.message, body),
      }
    }
    case 'dropped': {
      const read = proto.Dropped.decode(body)
      return { kind, segment: read.segment as SegmentNumber, nextOffset: offset(read.nextOffset) }
    }
    case 'recalled':
      return decodeRecalled(body)
    default:
      return unreachable(kind)
  }
}

function decodeRecalled(body: Uint8Array): RecalledRecord {
  const read = proto.Recalled.decode(body)
  if (read.id.length !== 16) throw new RangeError(`an id of ${read.id.length} bytes`)
  const id = new DataView(read.id.buffer, read.id.byteOffset, 16)
  return {
    kind: 'recalled',
    id0: id.getUint32(0),
    id1: id.getUint32(4),
    id2: id.getUint32(8),
    id3: id.getUint32(12),
    topic: read.topic as TopicNumber,
    type: read.type as TypeNumber,
    publisher: read.publisher as GroupNumber,
    form: formOf(read.form),
    content0: read.content.low >>> 0,
    content1: read.content.high >>> 0,
    expiresAt: read.expiresAt,
    deliverLimit: read.deliverLimit,
    of: offset(read.of),
    group: read.group as GroupNumber,
    message: spanOf(read.message, body),
  }
}

function idBytes({ id0, id1, id2, id3 }: RecalledRecord): Uint8Array {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  for (const [at, word] of [id0, id1, id2, id3].entries()) view.setUint32(at * 4, word)
  return bytes
}

/** The bytes come last, also when there are none: the generated code would leave them out. */
function withTail({ source, start, end }: MessageBytes, head: Writer): Uint8Array {
  return head.uint32(tailTag).bytes(source.subarray(start, end)).finish()
}

/** Within the body where the decoder gave a view of it, else in bytes of its own. */
function spanOf(bytes: Uint8Array, body: Uint8Array): MessageBytes {
  if (bytes.buffer !== body.buffer) return { source: bytes, start: 0, end: bytes.length }
  const start = bytes.byteOffset - body.byteOffset
  return { source: body, start, end: start + bytes.length }
}

function formOf(form: number): MessageForm {
  if (form !== 0x11 && form !== 0x12) throw new RangeError(`form ${form}; expected 17 or 18`)
  return form
}
