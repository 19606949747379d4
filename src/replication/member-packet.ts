// Questions and answers of members as bytes: their heads through the generated code of replication.proto, record bytes behind them as
// they are. What comes from a socket is checked field by field: whatever is wrong with it becomes KITEQ_PACKET.

import protobuf from 'protobufjs/minimal.js'
import { kiteq } from '../../proto/replication.js'
import type { LogPlace, RawRecords } from '../log/raw-records.ts'
import { segmentHeaderBytes } from '../log/segment.ts'
import type { Epoch, Offset, Position, SegmentNumber } from '../model/ids.ts'
import { unreachable } from '../model/assert.ts'
import { KiteQError } from '../model/errors.ts'
import { plainText } from '../model/plain-text.ts'
import type { MemberStatus, PullRequest, ReplicaReply, ReplicaRequest } from './ports.ts'

const proto = kiteq.replication
type Wide = NonNullable<kiteq.replication.Place.$Properties['offset']>

/** What one side says of itself, behind its proof. */
export interface Introduction {
  readonly member: string
  /** Newest log format it reads, and the one it writes as the leader. */
  readonly formatReads: number
  readonly formatWrites: number
  /** '' when it goes on. */
  readonly refused: string
}

/** An answer, or why there is none. */
export type Answer = ReplicaReply | { readonly kind: 'refused'; readonly why: string }

/** The head, and what follows it. */
export interface AnswerBytes {
  readonly head: Uint8Array
  readonly raw: readonly Uint8Array[]
}

const idText = /^[A-Za-z0-9._-]{1,64}$/
const copyText = /^[0-9a-f]{32}$/
/** What a peer says of a refusal is shown to people. */
const refusedCharactersMax = 500

export function encodeIntroduction(introduction: Introduction): Uint8Array {
  return proto.Introduction.encode(introduction).finish()
}

/** Throws KITEQ_PACKET. */
export function decodeIntroduction(bytes: Uint8Array): Introduction {
  return reading('an introduction', () => {
    const { member, formatReads, formatWrites, refused } = proto.Introduction.decode(
      readerOf(bytes),
    )
    return {
      member: matching(member, idText, 'member'),
      formatReads,
      formatWrites,
      refused: shown(refused),
    }
  })
}

export function encodeRequest(request: ReplicaRequest): Uint8Array {
  if (request.kind === 'status') return proto.Request.encode({ status: {} }).finish()
  const { member, copy, waitMs, bytesMax, place } = request
  const { epoch, lastEpoch, synced, watermark } = request
  return proto.Request.encode({
    pull: {
      member,
      copy,
      epoch: wide(epoch),
      lastEpoch: wide(lastEpoch),
      place: placeFields(place),
      synced: wide(synced),
      watermark: wide(watermark),
      waitMs: Math.max(0, Math.floor(waitMs)),
      bytesMax,
    },
  }).finish()
}

/** Throws KITEQ_PACKET, also for a question that only a newer version knows. */
export function decodeRequest(bytes: Uint8Array): ReplicaRequest {
  return reading('a question', () => {
    const { pull, status } = proto.Request.decode(readerOf(bytes))
    if (pull != null) return pullOf(pull)
    if (status != null) return { kind: 'status' }
    throw new RangeError('this version does not know it')
  })
}

export function encodeAnswer(answer: Answer): AnswerBytes {
  const head = (fields: kiteq.replication.Answer.$Properties): AnswerBytes => ({
    head: proto.Answer.encode(fields).finish(),
    raw: [],
  })
  switch (answer.kind) {
    case 'records':
      return encodeRecords(answer)
    case 'diverged': {
      const { epoch, common } = answer
      const commonFields = { commonEpoch: wide(common.epoch), commonEnd: wide(common.end) }
      return head({ diverged: { epoch: wide(epoch), ...commonFields } })
    }
    case 'dropped':
      return head({ dropped: { epoch: wide(answer.epoch), first: placeFields(answer.first) } })
    case 'not-leader':
      return head({ notLeader: { epoch: wide(answer.epoch) } })
    case 'status': {
      const { id, copy, lastEpoch, end, isUnsure, epoch } = answer.status
      const wides = { lastEpoch: wide(lastEpoch), end: wide(end), epoch: wide(epoch) }
      return head({ status: { member: id, copy, isUnsure, ...wides } })
    }
    case 'refused':
      return head({ refused: shown(answer.why) })
    default:
      return unreachable(answer)
  }
}

/** Of an answer whose head and record bytes lie one behind the other; records are views of `raw`. Throws KITEQ_PACKET. */
export function decodeAnswer(head: Uint8Array, raw: Uint8Array): Answer {
  return reading('an answer', () => {
    const { pulled, diverged, dropped, notLeader, status, refused } = proto.Answer.decode(
      readerOf(head),
    )
    if (pulled?.records == null && raw.length > 0) throw new RangeError('bytes behind it')
    if (pulled != null) {
      const { epoch, watermark, end, records } = pulled
      return {
        kind: 'records',
        epoch: epochOf(epoch),
        watermark: offsetOf(watermark),
        end: offsetOf(end),
        records: records == null ? undefined : recordsOf(records, raw),
      }
    }
    if (diverged != null) {
      const { epoch, commonEpoch, commonEnd } = diverged
      const common = { epoch: epochOf(commonEpoch), end: offsetOf(commonEnd) }
      return { kind: 'diverged', epoch: epochOf(epoch), common }
    }
    if (dropped != null) {
      return { kind: 'dropped', epoch: epochOf(dropped.epoch), first: placeOf(dropped.first) }
    }
    if (notLeader != null) return { kind: 'not-leader', epoch: epochOf(notLeader.epoch) }
    if (status != null) return { kind: 'status', status: statusOf(status) }
    if (refused != null) return { kind: 'refused', why: shown(refused) }
    throw new RangeError('this version does not know it')
  })
}

function encodeRecords(answer: ReplicaReply & { readonly kind: 'records' }): AnswerBytes {
  const { epoch, watermark, end, records } = answer
  const pulled = { epoch: wide(epoch), watermark: wide(watermark), end: wide(end) }
  if (records === undefined) return { head: proto.Answer.encode({ pulled }).finish(), raw: [] }
  const { place, header, bytes } = records
  const fields = {
    place: placeFields(place),
    end: placeFields(records.end),
    headerBytes: header?.length ?? 0,
    recordBytes: bytes.length,
  }
  const head = proto.Answer.encode({ pulled: { ...pulled, records: fields } }).finish()
  return { head, raw: header === undefined ? [bytes] : [header, bytes] }
}

function recordsOf(fields: kiteq.replication.Records.$Properties, raw: Uint8Array): RawRecords {
  const headerBytes = fields.headerBytes ?? 0
  const recordBytes = fields.recordBytes ?? 0
  if (headerBytes !== 0 && headerBytes !== segmentHeaderBytes) throw new RangeError('headerBytes')
  if (headerBytes + recordBytes !== raw.length) throw new RangeError('recordBytes')
  return {
    place: placeOf(fields.place),
    end: placeOf(fields.end),
    header: headerBytes === 0 ? undefined : raw.subarray(0, headerBytes),
    bytes: raw.subarray(headerBytes),
  }
}

function pullOf(fields: kiteq.replication.Pull.$Properties): PullRequest {
  return {
    kind: 'pull',
    member: matching(fields.member, idText, 'member'),
    copy: matching(fields.copy, copyText, 'copy'),
    epoch: epochOf(fields.epoch),
    lastEpoch: epochOf(fields.lastEpoch),
    place: placeOf(fields.place),
    synced: offsetOf(fields.synced),
    watermark: offsetOf(fields.watermark),
    waitMs: fields.waitMs ?? 0,
    bytesMax: fields.bytesMax ?? 0,
  }
}

function statusOf(fields: kiteq.replication.StatusIs.$Properties): MemberStatus {
  return {
    id: matching(fields.member, idText, 'member'),
    copy: matching(fields.copy, copyText, 'copy'),
    lastEpoch: epochOf(fields.lastEpoch),
    end: offsetOf(fields.end),
    isUnsure: fields.isUnsure ?? false,
    epoch: epochOf(fields.epoch),
  }
}

function placeFields({ offset, segment, position }: LogPlace): kiteq.replication.Place.$Properties {
  return { offset: wide(offset), segment: wide(segment), position: wide(position) }
}

function placeOf(fields: kiteq.replication.Place.$Properties | null | undefined): LogPlace {
  if (fields == null) throw new RangeError('no place')
  return {
    offset: offsetOf(fields.offset),
    segment: narrow(fields.segment) as SegmentNumber,
    position: narrow(fields.position) as Position,
  }
}

function epochOf(value: Wide | null | undefined): Epoch {
  return narrow(value) as Epoch
}

function offsetOf(value: Wide | null | undefined): Offset {
  return narrow(value) as Offset
}

/** The generated types ask for 64-bit objects; the generated code takes plain numbers too. */
function wide(value: number): Wide {
  return value as unknown as Wide
}

/** What is left out was 0. */
function narrow(value: Wide | null | undefined): number {
  const number = value == null ? 0 : value.toNumber()
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError('a number is out of range')
  return number
}

function matching(value: string | null | undefined, shape: RegExp, field: string): string {
  if (value == null || !shape.test(value)) throw new RangeError(field)
  return value
}

/** One line without control characters, of bounded length. */
function shown(text: string): string {
  return plainText(text.slice(0, refusedCharactersMax))
}

/** Fields this version does not know are passed over, not kept. */
function readerOf(bytes: Uint8Array): protobuf.Reader {
  const reader = protobuf.Reader.create(bytes)
  reader.discardUnknown = true
  return reader
}

function reading<T>(what: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new KiteQError('KITEQ_PACKET', `${what} of a member cannot be read: ${why}`)
  }
}
