// LogRecord <-> kind number and body bytes (proto/record.proto). Chooses between the hand-written hot codec and the
// generated one; knows nothing of frames.

import { KiteQError } from '../model/errors.ts'
import { invariant } from '../model/assert.ts'
import type { LogRecord, MessageBytes, RecordKind } from '../model/record.ts'
import { decodeCold, encodeCold, type ColdRecord } from './cold-record-codec.ts'
import { frameKind, logFrameHeadBytes } from './frame.ts'
import * as hot from './hot-record-codec.ts'
import { decodeStorage, encodeStorage, type StorageRecord } from './storage-record-codec.ts'
import { BodyReader, corruptBody } from './varint.ts'

/** Index = kind number of the frame head. Numbers are never reused. */
const kinds: readonly (RecordKind | undefined)[] = [
  undefined,
  'started',
  'named',
  'published',
  'prepared',
  'committed',
  'rolled-back',
  'inquired',
  'delivered',
  'acked',
  'failed',
  'skipped',
  'dead-lettered',
  'redriven',
  'purged',
  'bindings-changed',
  'members-changed',
  'operator',
  'hole',
  'closed',
  'base',
  'moved',
  'dropped',
  'paused',
  'resumed',
  'recalled',
]
const published = 3
const prepared = 4
const moved = 21
const recalled = 25
const kindNumbers: ReadonlyMap<RecordKind, number> = new Map(
  kinds.flatMap((kind, number) => (kind === undefined ? [] : [[kind, number] as const])),
)

export function kindNumberOf(kind: RecordKind): number {
  const number = kindNumbers.get(kind)
  invariant(number !== undefined, `no kind number for ${kind}`)
  return number
}

/** Encodes one record in two steps: `prepare` says how much room is enough, `write` puts the body there. */
export class RecordEncoder {
  /** Kind number of the prepared record. */
  kind = 0
  #body: Uint8Array | undefined

  /** Upper bound of the body in bytes. */
  prepare(record: LogRecord): number {
    this.#body = undefined
    switch (record.kind) {
      case 'published':
        this.kind = published
        return hot.messageBodyMax(record, record.routing)
      case 'prepared':
        this.kind = prepared
        return hot.messageBodyMax(record, hot.emptyRouting)
      case 'delivered':
        this.kind = 8
        return hot.deliveredBodyMax(record)
      case 'acked':
        this.kind = 9
        return hot.settledBodyMax(record)
      case 'skipped':
        this.kind = 11
        return hot.settledBodyMax(record)
      case 'committed':
        this.kind = 5
        if (record.feedback === '') return hot.committedBodyMax(record)
    }
    this.kind = kindNumberOf(record.kind)
    this.#body = bodyOf(record)
    return this.#body.length
  }

  /** The record given to `prepare`; returns the end of the body. */
  write(record: LogRecord, target: Uint8Array, start: number): number {
    const body = this.#body
    if (body !== undefined) {
      target.set(body, start)
      this.#body = undefined
      return start + body.length
    }
    switch (record.kind) {
      case 'published':
        return hot.encodeMessage(record, record.routing, target, start)
      case 'prepared':
        return hot.encodeMessage(record, hot.emptyRouting, target, start)
      case 'delivered':
        return hot.encodeDelivered(record, target, start)
      case 'acked':
      case 'skipped':
        return hot.encodeSettled(record, target, start)
      case 'committed':
        return hot.encodeCommitted(record, target, start)
      default:
        throw new Error(`invariant broken: ${record.kind} was not prepared`)
    }
  }
}

function bodyOf(record: ColdRecord | StorageRecord): Uint8Array {
  switch (record.kind) {
    case 'base':
    case 'moved':
    case 'dropped':
    case 'recalled':
      return encodeStorage(record)
    default:
      return encodeCold(record)
  }
}

const reader = new BodyReader()

/** As decodeRecord, but a published record is the same object in every call: valid until the next one. */
export function decodeRecordAgain(
  kind: number,
  source: Uint8Array,
  start: number,
  end: number,
): LogRecord {
  if (kind !== published) return decodeRecord(kind, source, start, end)
  reader.reset(source, start, end)
  return hot.decodePublishedAgain(reader)
}

/**
 * The record whose body is source[start, end). A message in it is a span of `source`; all else is copied.
 * Throws KITEQ_LOG_CORRUPT for a damaged body, KITEQ_LOG_VERSION for a kind this version does not know.
 */
export function decodeRecord(
  kind: number,
  source: Uint8Array,
  start: number,
  end: number,
): LogRecord {
  const name = kinds[kind]
  if (name === undefined) {
    throw new KiteQError(
      'KITEQ_LOG_VERSION',
      `record kind ${kind} was written by a newer version; this one knows kinds 1 to ${kinds.length - 1}`,
    )
  }
  reader.reset(source, start, end)
  switch (name) {
    case 'published':
      return hot.decodePublished(reader)
    case 'prepared':
      return hot.decodePrepared(reader)
    case 'delivered':
      return hot.decodeDelivered(reader)
    case 'acked':
    case 'skipped':
      return hot.decodeSettled(name, reader)
    case 'committed': {
      const committed = hot.decodeCommitted(reader)
      if (committed !== undefined) return committed
      break
    }
    case 'base':
    case 'moved':
    case 'dropped':
    case 'recalled':
      return decodeStorage(name, source.subarray(start, end))
  }
  return decodeCold(name, source.subarray(start, end))
}

/**
 * The message inside a published, prepared, moved or recalled frame source[frameStart, frameEnd), whose crc was checked. Skips the other
 * fields without decoding them. Undefined when the frame is of another kind; KITEQ_LOG_CORRUPT when the body is damaged.
 */
export function messageSpan(
  source: Uint8Array,
  frameStart: number,
  frameEnd: number,
): MessageBytes | undefined {
  const kind = frameKind(source, frameStart)
  if (kind !== published && kind !== prepared && kind !== moved && kind !== recalled)
    return undefined
  reader.reset(source, frameStart + logFrameHeadBytes, frameEnd)
  while (reader.at < reader.end) {
    const tag = reader.u32()
    if (tag === 0x7a) {
      const end = reader.spanEnd()
      return { source, start: reader.at, end }
    }
    const wireType = tag & 7
    if (wireType === 0) reader.varint()
    else if (wireType === 1) reader.skip(8)
    else if (wireType === 2) reader.at = reader.spanEnd()
    else throw corruptBody('an unknown field of a message')
  }
  throw corruptBody('a message record without its message')
}
