// The records of the log: what may be written, in the past tense. State is a fold of these and of nothing else,
// so whatever a fold needs (routing, time, attempt) stands in the record and is never looked up again while replaying.

import type {
  ConnectionNumber,
  Epoch,
  GroupNumber,
  MessageId,
  Offset,
  SegmentNumber,
  Position,
  TopicNumber,
  TypeNumber,
} from './ids.ts'

/** Which groups a message goes to, fixed when it is published or committed. `transient`: groups whose binding is not persistent. */
export interface Routing {
  readonly durable: readonly GroupNumber[]
  readonly transient: readonly GroupNumber[]
}

/** A message as bytes inside some buffer: the protobuf body of a BYTES_MESSAGE or STRING_MESSAGE, header normalised. */
export interface MessageBytes {
  readonly source: Uint8Array
  readonly start: number
  readonly end: number
}

/** 0x11 bytes message, 0x12 string message: the command byte a delivery goes out with. */
export type MessageForm = 0x11 | 0x12

/** What published and prepared share. */
export interface MessageFields extends MessageId {
  readonly topic: TopicNumber
  readonly type: TypeNumber
  /** The group of the connection that published it, not the header's. */
  readonly publisher: GroupNumber
  readonly form: MessageForm
  /** 64-bit hash of topic, type, form and body: tells a repeat from another message under the same id. */
  readonly content0: number
  readonly content1: number
  /** Unix seconds, absolute. */
  readonly expiresAt: number
  /** Attempts per group before the dead letters, 1 to 100. */
  readonly deliverLimit: number
  readonly message: MessageBytes
}

export type DictionaryName = 'topic' | 'type' | 'group'
export type DecisionReason = 'client' | 'inquiry' | 'expired' | 'operator'
export type FailureCause = 'nack' | 'timeout' | 'connection-lost' | 'not-sent' | 'too-large'
export type DeathReason = 'limit' | 'expired' | 'damaged' | 'operator'
export type BindingSource = 'registry' | 'file' | 'client' | 'operator'
export type BindType = 'direct' | 'regex' | 'fanout'

/** One subscription of one group. The group's bindings of one topic and source keep their order: the first match decides persistence. */
export interface Binding {
  readonly topic: TopicNumber
  readonly group: GroupNumber
  readonly bindType: BindType
  /** Literal type, or regular expression (RE2, unanchored); `*` for fanout. As text: patterns are UTF-8 by nature. */
  readonly messageType: string
  /** Messages a second for (group, topic); 0 or less: unlimited. */
  readonly watermark: number
  readonly persistent: boolean
}

export type LogRecord =
  | {
      readonly kind: 'started'
      readonly epoch: Epoch
      readonly formatVersion: number
      readonly logId: string
      readonly host: string
      /** How long, ms, and how many ids of settled messages are remembered from here on. */
      readonly settledWindowMs: number
      readonly settledIdsMax: number
    }
  | {
      readonly kind: 'named'
      readonly dictionary: DictionaryName
      readonly number: number
      readonly name: Uint8Array
    }
  | PublishedRecord
  | PreparedRecord
  | {
      readonly kind: 'committed'
      readonly prepared: Offset
      readonly routing: Routing
      readonly reason: DecisionReason
      readonly feedback: string
    }
  | {
      readonly kind: 'rolled-back'
      readonly prepared: Offset
      readonly reason: DecisionReason
      readonly feedback: string
    }
  | {
      readonly kind: 'inquired'
      readonly prepared: Offset
      /** 1 for the first inquiry. */
      readonly attempt: number
      readonly connection: ConnectionNumber
    }
  | DeliveredRecord
  | AckedRecord
  | {
      readonly kind: 'failed'
      readonly group: GroupNumber
      readonly message: Offset
      readonly cause: FailureCause
      readonly feedback: string
      /** Broker time, ms, before which it is not tried again. `not-sent` gives the attempt back. */
      readonly retryAtMs: number
    }
  | { readonly kind: 'skipped'; readonly group: GroupNumber; readonly messages: readonly Offset[] }
  | {
      readonly kind: 'dead-lettered'
      readonly group: GroupNumber
      readonly message: Offset
      readonly reason: DeathReason
      readonly feedback: string
      /** Only of one that is back because its redrive was undone. */
      readonly back?: ReturnedLetter
    }
  | {
      readonly kind: 'redriven'
      readonly group: GroupNumber
      readonly message: Offset
      readonly who: string
      /** The dead letter it was; older records do not say. */
      readonly was?: LetterWas
    }
  | {
      readonly kind: 'purged'
      readonly group: GroupNumber
      readonly message: Offset
      readonly who: string
    }
  | {
      /** The complete list a source now has for (topic, group); empty: removed. A source changes only its own. */
      readonly kind: 'bindings-changed'
      readonly source: BindingSource
      readonly topic: TopicNumber
      readonly group: GroupNumber
      readonly bindings: readonly Binding[]
      /** Types of this topic that the group no longer wants (what waits of them is parked) and wants again. */
      readonly parks: readonly TypeNumber[]
      readonly unparks: readonly TypeNumber[]
    }
  | {
      readonly kind: 'members-changed'
      readonly group: GroupNumber
      readonly connection: ConnectionNumber
      readonly peer: string
      readonly change: 'joined' | 'left'
    }
  | {
      readonly kind: 'operator'
      readonly who: string
      readonly action: string
      readonly detail: string
    }
  | {
      readonly kind: 'hole'
      readonly segment: SegmentNumber
      readonly position: Position
      readonly length: number
      readonly firstOffset: Offset
      readonly count: number
    }
  | { readonly kind: 'closed'; readonly clean: boolean }
  | BaseRecord
  | MovedRecord
  | {
      /** Segments up to this one may be gone; durable before any of them is. */
      readonly kind: 'dropped'
      readonly segment: SegmentNumber
      /** First offset behind them. */
      readonly nextOffset: Offset
    }
  | {
      /** An operator holds back what waits for a group, or lets it go. */
      readonly kind: 'paused' | 'resumed'
      readonly group: GroupNumber
      readonly who: string
    }
  | RecalledRecord

/** What an undone redrive gives back to a dead letter, beside reason and feedback. */
export interface ReturnedLetter {
  /** Offset of the redrive's own record. */
  readonly undone: Offset
  readonly attempts: number
  /** Broker time of its death, ms. */
  readonly atMs: number
}
/** What a dead letter says of a message. */
export interface LetterWas {
  readonly reason: DeathReason
  readonly feedback: string
  readonly attempts: number
  /** Broker time of its death, ms. */
  readonly atMs: number
}

export interface PublishedRecord extends MessageFields {
  readonly kind: 'published'
  readonly routing: Routing
}
export interface PreparedRecord extends MessageFields {
  readonly kind: 'prepared'
}
export interface DeliveredRecord {
  readonly kind: 'delivered'
  readonly group: GroupNumber
  readonly connection: ConnectionNumber
  readonly messages: readonly Offset[]
  /** Attempt number of each, from 1, same order. */
  readonly attempts: readonly number[]
}
export interface AckedRecord {
  readonly kind: 'acked'
  readonly group: GroupNumber
  readonly messages: readonly Offset[]
}

/** A part of an image of the whole state as of a place; the fold of it changes nothing. */
export interface BaseRecord {
  readonly kind: 'base'
  /** First offset the image does not stand for, and where it begins. */
  readonly at: Offset
  readonly segment: SegmentNumber
  readonly position: Position
  /** Of the state, 16 hex digits. */
  readonly digest: string
  /** From 0. */
  readonly part: number
  readonly parts: number
  readonly sections: MessageBytes
}
/** A message that lives on in an old segment, copied: from here on it stands at this place. */
export interface MovedRecord {
  readonly kind: 'moved'
  /** Its identity: the offset of its first record. */
  readonly of: Offset
  readonly form: MessageForm
  readonly message: MessageBytes
}
/** A message of the log given to one group again: a copy with an identity of its own, for this group only. */
export interface RecalledRecord extends MessageFields {
  readonly kind: 'recalled'
  /** Of the record it was copied from. */
  readonly of: Offset
  readonly group: GroupNumber
}

export type RecordKind = LogRecord['kind']

/** Where a record stands. The loop and recovery reuse one mutable object; a fold copies what it keeps. */
export interface RecordPlace {
  readonly offset: Offset
  /** Broker time when it was decided, ms since 1970; never behind the record before. */
  readonly timeMs: number
  readonly segment: SegmentNumber
  /** Of the frame's first byte. */
  readonly position: Position
  /** Of the whole frame, bytes. */
  readonly length: number
}
