// The records that are rare, through the generated code of record.proto. Bodies come from the disk: whatever the
// generated code throws becomes KITEQ_LOG_CORRUPT, but a text that is no UTF-8 never does: a log that was written is read again.

import protobuf from 'protobufjs/minimal.js'
import { kiteq } from '../../proto/record.js'
import type {
  ConnectionNumber,
  Epoch,
  GroupNumber,
  Offset,
  Position,
  SegmentNumber,
  TopicNumber,
  TypeNumber,
} from '../model/ids.ts'
import type {
  BindingSource,
  BindType,
  DeathReason,
  DecisionReason,
  DictionaryName,
  FailureCause,
  LetterWas,
  LogRecord,
  ReturnedLetter,
} from '../model/record.ts'
import { invariant, unreachable } from '../model/assert.ts'
import { routingOf } from './hot-record-codec.ts'
import { corruptBody } from './varint.ts'

const proto = kiteq.log
export type Wide = NonNullable<kiteq.log.RolledBack.$Properties['prepared']>

const { Dictionary } = proto.Named
const { Reason, Cause, Death } = proto
const { Source, BindType: Bind } = proto.BindingsChanged

const dictionaries: Record<DictionaryName, kiteq.log.Named.Dictionary> = {
  topic: Dictionary.TOPIC,
  type: Dictionary.TYPE,
  group: Dictionary.GROUP,
}
const reasons: Record<DecisionReason, kiteq.log.Reason> = {
  client: Reason.CLIENT,
  inquiry: Reason.INQUIRY,
  expired: Reason.EXPIRED,
  operator: Reason.OPERATOR,
}
const causes: Record<FailureCause, kiteq.log.Cause> = {
  nack: Cause.NACK,
  timeout: Cause.TIMEOUT,
  'connection-lost': Cause.CONNECTION_LOST,
  'not-sent': Cause.NOT_SENT,
  'too-large': Cause.TOO_LARGE,
}
const deaths: Record<DeathReason, kiteq.log.Death> = {
  limit: Death.LIMIT,
  expired: Death.LIFE_OVER,
  damaged: Death.DAMAGED,
  operator: Death.BY_OPERATOR,
}
const sources: Record<BindingSource, kiteq.log.BindingsChanged.Source> = {
  registry: Source.REGISTRY,
  file: Source.FILE,
  client: Source.CLIENT_COMMAND,
  operator: Source.OPERATOR_COMMAND,
}
const bindTypes: Record<BindType, kiteq.log.BindingsChanged.BindType> = {
  direct: Bind.DIRECT,
  regex: Bind.REGEX,
  fanout: Bind.FANOUT,
}

export type ColdRecord = Exclude<
  LogRecord,
  {
    kind:
      | 'published'
      | 'prepared'
      | 'delivered'
      | 'acked'
      | 'skipped'
      | 'base'
      | 'moved'
      | 'dropped'
      | 'recalled'
  }
>

/** The body as new bytes. */
export function encodeCold(record: ColdRecord): Uint8Array {
  switch (record.kind) {
    case 'started':
      return proto.Started.encode({
        ...record,
        settledWindowMs: wide(whole(record.settledWindowMs)),
      }).finish()
    case 'named':
      return proto.Named.encode({
        dictionary: dictionaries[record.dictionary],
        number: record.number,
        name: record.name,
      }).finish()
    case 'committed':
      return proto.Committed.encode({
        prepared: wide(record.prepared),
        durableGroups: [...record.routing.durable],
        transientGroups: [...record.routing.transient],
        reason: reasons[record.reason],
        feedback: record.feedback,
      }).finish()
    case 'rolled-back':
      return proto.RolledBack.encode({
        prepared: wide(record.prepared),
        reason: reasons[record.reason],
        feedback: record.feedback,
      }).finish()
    case 'inquired':
      return proto.Inquired.encode({
        prepared: wide(record.prepared),
        attempt: record.attempt,
        connection: record.connection,
      }).finish()
    case 'failed':
      return proto.Failed.encode({
        group: record.group,
        message: wide(record.message),
        cause: causes[record.cause],
        feedback: record.feedback,
        retryAtMs: wide(whole(record.retryAtMs)),
      }).finish()
    case 'dead-lettered':
      return proto.DeadLettered.encode({
        group: record.group,
        message: wide(record.message),
        reason: deaths[record.reason],
        feedback: record.feedback,
        ...(record.back && { back: encodedBack(record.back) }),
      }).finish()
    case 'redriven':
      return proto.Administered.encode({
        group: record.group,
        message: wide(record.message),
        who: record.who,
        ...(record.was && { was: encodedWas(record.was) }),
      }).finish()
    case 'purged':
      return proto.Administered.encode({
        group: record.group,
        message: wide(record.message),
        who: record.who,
      }).finish()
    default:
      return encodeRarest(record)
  }
}

function encodedBack({
  undone,
  attempts,
  atMs,
}: ReturnedLetter): kiteq.log.DeadLettered.Back.$Properties {
  return { undone: wide(undone), attempts, atMs: wide(whole(atMs)) }
}

function encodedWas({
  reason,
  feedback,
  attempts,
  atMs,
}: LetterWas): kiteq.log.Administered.Was.$Properties {
  return { reason: deaths[reason], feedback, attempts, atMs: wide(whole(atMs)) }
}

type Rarest = Extract<
  LogRecord,
  {
    kind:
      'bindings-changed' | 'members-changed' | 'operator' | 'hole' | 'closed' | 'paused' | 'resumed'
  }
>

function encodeRarest(record: Rarest): Uint8Array {
  switch (record.kind) {
    case 'bindings-changed':
      return proto.BindingsChanged.encode({
        source: sources[record.source],
        topic: record.topic,
        group: record.group,
        bindings: record.bindings.map((binding) => ({
          bindType: bindTypes[binding.bindType],
          messageType: binding.messageType,
          watermark: binding.watermark,
          persistent: binding.persistent,
        })),
        parks: [...record.parks],
        unparks: [...record.unparks],
      }).finish()
    case 'members-changed':
      return proto.MembersChanged.encode({
        group: record.group,
        connection: record.connection,
        peer: record.peer,
        left: record.change === 'left',
      }).finish()
    case 'operator':
      return proto.Operator.encode(record).finish()
    case 'hole':
      return proto.Hole.encode({
        segment: record.segment,
        position: wide(record.position),
        length: wide(record.length),
        firstOffset: wide(record.firstOffset),
        count: wide(record.count),
      }).finish()
    case 'closed':
      return proto.Closed.encode(record).finish()
    case 'paused':
    case 'resumed':
      return proto.Held.encode(record).finish()
    default:
      return unreachable(record)
  }
}

/** `body` is exactly one body. Throws KITEQ_LOG_CORRUPT. */
export function decodeCold(kind: ColdRecord['kind'], body: Uint8Array): ColdRecord {
  try {
    return decodeTrusting(kind, new TextTakingReader(body))
  } catch (error) {
    throw corruptBody(`${kind}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** The generated code refuses half a character that it wrote itself; here bytes that are no text are U+FFFD. */
class TextTakingReader extends protobuf.Reader {
  override stringVerify(): string {
    return this.string()
  }
}

function decodeTrusting(kind: ColdRecord['kind'], body: protobuf.Reader): ColdRecord {
  switch (kind) {
    case 'started': {
      const started = proto.Started.decode(body)
      const { formatVersion, logId, host, settledIdsMax } = started
      const settledWindowMs = narrow(started.settledWindowMs)
      const epoch = started.epoch as Epoch
      return { kind, epoch, formatVersion, logId, host, settledWindowMs, settledIdsMax }
    }
    case 'named': {
      const { dictionary, number, name } = proto.Named.decode(body)
      return {
        kind,
        dictionary: pick(dictionaries, dictionary),
        number,
        name: new Uint8Array(name),
      }
    }
    case 'committed': {
      const read = proto.Committed.decode(body)
      const routing = routingOf(read.durableGroups, read.transientGroups)
      const reason = pick(reasons, read.reason)
      return { kind, prepared: offset(read.prepared), routing, reason, feedback: read.feedback }
    }
    case 'rolled-back': {
      const { prepared, reason, feedback } = proto.RolledBack.decode(body)
      return { kind, prepared: offset(prepared), reason: pick(reasons, reason), feedback }
    }
    case 'inquired': {
      const { prepared, attempt, connection } = proto.Inquired.decode(body)
      return {
        kind,
        prepared: offset(prepared),
        attempt,
        connection: connection as ConnectionNumber,
      }
    }
    case 'failed': {
      const { group, message, cause, feedback, retryAtMs } = proto.Failed.decode(body)
      return {
        kind,
        group: group as GroupNumber,
        message: offset(message),
        cause: pick(causes, cause),
        feedback,
        retryAtMs: narrow(retryAtMs),
      }
    }
    case 'dead-lettered': {
      const { group, message, reason, feedback, back } = proto.DeadLettered.decode(body)
      return {
        kind,
        group: group as GroupNumber,
        message: offset(message),
        reason: pick(deaths, reason),
        feedback,
        ...(back && { back: decodedBack(back) }),
      }
    }
    case 'redriven':
    case 'purged':
      return decodeAdministered(kind, body)
    default:
      return decodeRarest(kind, body)
  }
}

function decodeAdministered(kind: 'redriven' | 'purged', body: protobuf.Reader): ColdRecord {
  const { group, message, who, was } = proto.Administered.decode(body)
  const fields = { group: group as GroupNumber, message: offset(message), who }
  return was && kind === 'redriven'
    ? { kind, ...fields, was: decodedWas(was) }
    : { kind, ...fields }
}

function decodedBack({
  undone,
  attempts,
  atMs,
}: kiteq.log.DeadLettered.Back.$Properties): ReturnedLetter {
  return {
    undone: narrowOr0(undone) as Offset,
    attempts: attempts ?? 0,
    atMs: narrowOr0(atMs),
  }
}

function decodedWas({
  reason,
  feedback,
  attempts,
  atMs,
}: kiteq.log.Administered.Was.$Properties): LetterWas {
  return {
    reason: pick(deaths, reason ?? 0),
    feedback: feedback ?? '',
    attempts: attempts ?? 0,
    atMs: narrowOr0(atMs),
  }
}

function decodeRarest(kind: Rarest['kind'], body: protobuf.Reader): Rarest {
  switch (kind) {
    case 'bindings-changed': {
      const read = proto.BindingsChanged.decode(body)
      const topic = read.topic as TopicNumber
      const group = read.group as GroupNumber
      return {
        kind,
        source: pick(sources, read.source),
        topic,
        group,
        bindings: read.bindings.map((binding) => ({
          topic,
          group,
          bindType: pick(bindTypes, binding.bindType ?? 0),
          messageType: binding.messageType ?? '',
          watermark: binding.watermark ?? 0,
          persistent: binding.persistent ?? false,
        })),
        parks: read.parks as TypeNumber[],
        unparks: read.unparks as TypeNumber[],
      }
    }
    case 'members-changed': {
      const { group, connection, peer, left } = proto.MembersChanged.decode(body)
      return {
        kind,
        group: group as GroupNumber,
        connection: connection as ConnectionNumber,
        peer,
        change: left ? 'left' : 'joined',
      }
    }
    case 'operator': {
      const { who, action, detail } = proto.Operator.decode(body)
      return { kind, who, action, detail }
    }
    case 'hole': {
      const { segment, position, length, firstOffset, count } = proto.Hole.decode(body)
      return {
        kind,
        segment: segment as SegmentNumber,
        position: narrow(position) as Position,
        length: narrow(length),
        firstOffset: offset(firstOffset),
        count: narrow(count),
      }
    }
    case 'closed':
      return { kind, clean: proto.Closed.decode(body).clean }
    case 'paused':
    case 'resumed': {
      const { group, who } = proto.Held.decode(body)
      return { kind, group: group as GroupNumber, who }
    }
    default:
      return unreachable(kind)
  }
}

/** What is left out was 0. */
function narrowOr0(value: Wide | null | undefined): number {
  return value == null ? 0 : narrow(value)
}

/** A fraction would be lost on disk, and a replay would fold another value than the live run did. */
export function whole(value: number): number {
  invariant(
    Number.isSafeInteger(value) && value >= 0,
    `a record asks for a whole number, not ${value}`,
  )
  return value
}

/** The generated types ask for 64-bit objects; the generated code takes plain numbers too. */
export const wide = (value: number): Wide => value as unknown as Wide

export function narrow(value: Wide): number {
  const number = value.toNumber()
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError('a number is out of range')
  return number
}

export const offset = (value: Wide): Offset => narrow(value) as Offset

function pick<Name extends string>(choices: Record<Name, number>, value: number): Name {
  for (const name in choices) if (choices[name] === value) return name
  throw new RangeError(`unknown choice ${value}`)
}
