// What may be tuned about the broker, with the defaults that a configuration starts from.

import { backoffDefault, type BackoffStep } from '../consumer-offsets/redelivery.ts'
import { inquiryDefault, type InquirySchedule } from '../txn/inquiry.ts'
import { inFlightPerConnection, unflushedBytesMax, unflushedMsMax } from '../model/limits.ts'

export interface BrokerSettings {
  /** Topics served, or '*' for any. */
  readonly topics: readonly string[] | '*'
  /** An attempt that is not acked after this has failed. */
  readonly deliveryTimeoutMs: number
  readonly backoff: readonly BackoffStep[]
  readonly inquiry: InquirySchedule
  /** Publishes a second for the whole broker; 0: no limit. */
  readonly receiveRate: number
  /** Un-acked deliveries per connection that has not asked for another window. */
  readonly inFlightWindow: number
  /** Nothing is given to a connection so soon after its handshake, unless it has said by a credit that it is ready. */
  readonly firstDelayMs: number
  /** The first delivery may leave before its publish is durable. The store ack never does. */
  readonly deliveryFirst: boolean
  readonly unflushedBytesMax: number
  /** A record that has waited this long for the disk: publishes are refused until it is durable. */
  readonly unflushedMsMax: number
  /** Quiet for this long: a closing record is written, so that the last acked batch is not the last one. */
  readonly idleCloseMs: number
  /** Of those served, the ones whose bindings nobody has read yet: no publish of theirs is taken. */
  readonly unread?: readonly string[] | undefined
  /** Address as the original's overflow text names it. */
  readonly address: string
}

export const brokerDefaults: BrokerSettings = {
  topics: '*',
  deliveryTimeoutMs: 5_000,
  backoff: backoffDefault,
  inquiry: inquiryDefault,
  receiveRate: 0,
  inFlightWindow: inFlightPerConnection,
  firstDelayMs: 0,
  deliveryFirst: false,
  unflushedBytesMax,
  unflushedMsMax,
  idleCloseMs: 1_000,
  address: '127.0.0.1:13800',
}
