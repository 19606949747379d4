// What may leave the broker. An effect is released once every record appended before it is durable (the loop sees to
// that); refusals are released at once.

import type {
  ConnectionNumber,
  GroupNumber,
  Offset,
  Position,
  Row,
  SegmentNumber,
  TopicNumber,
} from '../model/ids.ts'
import type { MessageBytes, MessageForm } from '../model/record.ts'
import type { OperatorResult } from './command.ts'

/** Answer to a publish. The id is echoed as it was sent: a span of the received bytes. */
export interface StoreAckEffect {
  readonly kind: 'store-ack'
  readonly connection: ConnectionNumber
  readonly opaque: number
  readonly idSource: Uint8Array
  readonly idStart: number
  readonly idEnd: number
  readonly status: boolean
  /** Complete text, but for `stored`: then the network appends nothing and the text is `Store Result true Cost:<ms>`. */
  readonly feedback: string | undefined
  /** Broker time, ms, when the publish was taken, for the cost; only read when feedback is undefined. */
  readonly takenAtMs: number
}
export interface AuthAckEffect {
  readonly kind: 'auth-ack'
  readonly connection: ConnectionNumber
  readonly opaque: number
  readonly status: boolean
  readonly feedback: string
}
export interface Delivery {
  /** Set when the effect is observed by the session, before it is released. */
  opaque: number
  readonly message: Offset
  readonly row: Row
  readonly attempt: number
  readonly form: MessageForm
  readonly segment: SegmentNumber
  readonly position: Position
}
/** Messages of one group to one of its connections, in order. Their bytes are fetched from the log when they are written. */
export interface DeliverEffect {
  readonly kind: 'deliver'
  readonly connection: ConnectionNumber
  readonly group: GroupNumber
  readonly deliveries: readonly Delivery[]
}
/** A fly message: never stored, so it carries its bytes. */
export interface FlyEffect {
  readonly kind: 'fly'
  readonly connection: ConnectionNumber
  readonly group: GroupNumber
  opaque: number
  readonly topic: TopicNumber
  /** From 1. */
  readonly attempt: number
  readonly form: MessageForm
  /** The whole of a buffer of its own. */
  readonly message: MessageBytes
}
/** "What became of it?": a TX_ACK with the prepared message's own header. */
export interface InquireEffect {
  readonly kind: 'inquire'
  readonly connection: ConnectionNumber
  opaque: number
  readonly message: Offset
  readonly segment: SegmentNumber
  readonly position: Position
}
export interface CommandAckEffect {
  readonly kind: 'command-ack'
  readonly connection: ConnectionNumber
  readonly opaque: number
  readonly status: boolean
  readonly feedback: string
}
export interface CloseEffect {
  readonly kind: 'close'
  readonly connection: ConnectionNumber
  readonly reason: string
}
/** A decision about a message that is not open here, for the other brokers of its topic. */
export interface PassOnEffect {
  readonly kind: 'pass-on'
  /** Who decided, and the name of its group, which has to be the publisher's. */
  readonly connection: ConnectionNumber
  readonly group: Uint8Array
  /** Name of the topic, bytes as sent. */
  readonly topic: Uint8Array
  /** Body of the TX_ACK, the whole of a buffer of its own. */
  readonly packet: Uint8Array
}
export interface OperatorReplyEffect {
  readonly kind: 'operator-reply'
  readonly reply: (result: OperatorResult) => void
  readonly result: OperatorResult
}

export type Effect =
  | StoreAckEffect
  | AuthAckEffect
  | DeliverEffect
  | FlyEffect
  | InquireEffect
  | CommandAckEffect
  | CloseEffect
  | PassOnEffect
  | OperatorReplyEffect

/** Where effects go: the network. Called with everything one watermark released, so that it writes once per socket. */
export interface EffectSink {
  release(effects: readonly Effect[]): void
}

/** Where the network finds the bytes of a stored message. */
export interface MessageSource {
  /** From memory, or undefined. */
  peek(segment: SegmentNumber, position: Position): MessageBytes | undefined
  /** From disk, CRC checked; rejects with KITEQ_LOG_CORRUPT when the bytes are damaged. */
  load(segment: SegmentNumber, position: Position): Promise<MessageBytes>
}
