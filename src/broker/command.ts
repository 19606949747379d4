// What may be asked of the broker. Commands come from sockets, timers, the registry and operators; `decide` turns each
// into records and effects. Objects marked "reused" are valid only during the call.

import type {
  ConnectionNumber,
  GroupNumber,
  MessageId,
  Offset,
  Ordinal,
  TopicNumber,
} from '../model/ids.ts'
import type { MessageView } from '../model/message.ts'
import type { LetterWas, MessageBytes, MessageFields } from '../model/record.ts'
import type { RegistrySnapshot } from '../model/registry.ts'
import type { ImportAction, ImportVerdict } from './import-action.ts'

export interface JoinCommand {
  readonly kind: 'join'
  readonly connection: ConnectionNumber
  readonly opaque: number
  /** Name of the group, bytes as sent. */
  readonly group: Uint8Array
  readonly warmingUpSeconds: number
  /** `ip:port`, for people. */
  readonly peer: string
  /** Largest whole frame this client can read, bytes. */
  readonly frameBytesMax: number
  /** Another broker, which passes decisions of this group on: no member of it. */
  readonly isRelay?: boolean
}
/** The connection is gone. `unsent`: opaques of deliveries that were never handed to the socket. */
export interface LeaveCommand {
  readonly kind: 'leave'
  readonly connection: ConnectionNumber
  readonly unsent: readonly number[]
}
/** Reused. */
export interface PublishCommand {
  readonly kind: 'publish'
  readonly connection: ConnectionNumber
  readonly opaque: number
  readonly view: MessageView
}
/** Reused. */
export interface DeliverAckCommand extends MessageId {
  readonly kind: 'deliver-ack'
  readonly connection: ConnectionNumber
  readonly opaque: number
  readonly status: boolean
  /** Empty when there is none. */
  readonly feedback: string
}
/** A TX_ACK of a client: its own after the local transaction, or the answer to an inquiry. */
export interface TransactionCommand extends MessageId {
  readonly kind: 'transaction'
  readonly connection: ConnectionNumber
  readonly opaque: number
  /** Name of the topic, bytes as sent. */
  readonly topic: Uint8Array
  /** 0 unknown, 1 commit, 2 rollback. */
  readonly status: number
  readonly feedback: string
  /** Its body as it came, to be passed on to another broker; valid only during the call. */
  readonly packet?: MessageBytes
}
export interface ClientBinding {
  readonly bindType: 'direct' | 'regex' | 'fanout'
  readonly messageType: string
  readonly watermark: number
  readonly persistent: boolean
}
/** The complete list of the connection's group for one topic; empty for unbind. */
export interface BindCommand {
  readonly kind: 'bind'
  readonly connection: ConnectionNumber
  readonly opaque: number
  readonly topic: Uint8Array
  readonly bindings: readonly ClientBinding[]
}
/** How much a connection takes, and of which topics; it replaces what the last one said. */
export interface CreditCommand {
  readonly kind: 'credit'
  readonly connection: ConnectionNumber
  /** Of a refusal, which alone is answered; 0 when left out. */
  readonly opaque?: number
  readonly window: number
  /** Names, bytes as sent; empty or left out: of all topics. */
  readonly topics?: readonly Uint8Array[]
}
/** A delivery could not be written: its frame is larger than the client can read, or its bytes on disk are damaged. */
export interface UndeliverableCommand {
  readonly kind: 'undeliverable'
  readonly connection: ConnectionNumber
  readonly opaque: number
  readonly cause: 'too-large' | 'damaged'
}
export interface RegistryCommand {
  readonly kind: 'registry'
  readonly snapshot: RegistrySnapshot
}
/** An operator's act, from the owner socket. The reply goes to `reply` once it is durable. */
export interface OperatorCommand {
  readonly kind: 'operator'
  readonly who: string
  readonly action: OperatorAction
  readonly reply: (result: OperatorResult) => void
}
export type OperatorAction =
  | { readonly name: 'txn-commit' | 'txn-rollback'; readonly messageId: MessageId }
  | {
      readonly name: 'bind'
      readonly topic: string
      readonly group: string
      readonly bindings: readonly ClientBinding[]
    }
  | DeadLetterAction
  | GroupAction
  | ImportAction
export type OperatorResult =
  | {
      readonly ok: true
      readonly detail: string
      /** What came of each of many, in numbers. */
      readonly counts?: Readonly<Record<string, number>>
      /** What came of each, in order. */
      readonly list?: readonly ImportVerdict[]
    }
  | {
      readonly ok: false
      readonly error: string
      /** Not now, rather than not at all. */
      readonly isBusy?: true
    }

/** A dead letter, or a message that may become one again. */
export interface LetterName {
  readonly group: GroupNumber
  readonly message: Offset
}
/** With all it said before it was redriven; a redrive of an older program has kept the reason only. */
export type ReturnedName = LetterName & {
  readonly was: LetterWas | Pick<LetterWas, 'reason'>
}
/** What an act of several slices is called: the offset of its `operator` record. Undefined in the first slice. */
type Act = Offset | undefined
export type DeadLetterAction =
  | {
      readonly name: 'redrive' | 'purge'
      readonly act: Act
      readonly letters: readonly LetterName[]
      /** Only count what would be done. */
      readonly isDryRun: boolean
      /** The selection, as the operator wrote it. */
      readonly detail: string
    }
  | {
      /** Back to the dead letters with what a redrive put back and nobody was sent. */
      readonly name: 'undo-redrive'
      readonly act: Act
      readonly undone: Offset
      readonly letters: readonly ReturnedName[]
      readonly isDryRun: boolean
    }
export type GroupAction =
  | { readonly name: 'pause' | 'resume'; readonly group: string }
  /** The beginning of a reset: its record, which names it. */
  | { readonly name: 'reset'; readonly group: GroupNumber; readonly detail: string }
  | {
      /** What waits in one queue from before an offset, some ordinals at a time. */
      readonly name: 'skip'
      readonly group: GroupNumber
      readonly topic: TopicNumber
      readonly from: Ordinal
      readonly before: Offset
      readonly isDryRun: boolean
    }
  | {
      readonly name: 'recall'
      readonly group: GroupNumber
      readonly messages: readonly RecallableMessage[]
      readonly isDryRun: boolean
    }
/** A message of the log, in bytes of its own, and the offset of the record it stands in. */
export interface RecallableMessage {
  readonly of: Offset
  readonly fields: MessageFields
}

export type Command =
  | JoinCommand
  | LeaveCommand
  | PublishCommand
  | DeliverAckCommand
  | TransactionCommand
  | BindCommand
  | CreditCommand
  | UndeliverableCommand
  | RegistryCommand
  | OperatorCommand

/** What the network needs of the broker. */
export interface BrokerPort {
  /** Give a new connection its number. */
  nextConnection(): ConnectionNumber
  submit(command: Command): void
  /** Broker time, ms since 1970. */
  nowMs(): number
}
