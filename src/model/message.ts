// A publish as the network saw it: spans inside the received bytes, decoded lazily, never turned into strings.

import type { MessageBytes, MessageForm } from './record.ts'
import type { MessageId } from './ids.ts'

/** One object is reused for every publish of a server: whoever keeps anything of it copies it before returning. */
export interface MessageView extends MessageId {
  /** The received bytes; all spans below are offsets into it. They stay valid as long as somebody holds the buffer. */
  readonly raw: Uint8Array
  /** Text of the id as sent, whatever it is; echoed in the store ack. */
  readonly idStart: number
  readonly idEnd: number
  /** 32 hex digits. Otherwise id0..id3 mean nothing. */
  readonly idValid: boolean
  readonly topicStart: number
  readonly topicEnd: number
  readonly typeStart: number
  readonly typeEnd: number
  readonly bodyStart: number
  readonly bodyEnd: number
  readonly propertiesBytes: number
  readonly form: MessageForm
  readonly commit: boolean
  readonly fly: boolean
  /** As sent, unix seconds; <= 0 when the publisher set none. */
  readonly expiredTime: number
  /** After normalisation: now + 7 days at most. */
  readonly expiresAt: number
  /** After normalisation: 1 to 100. */
  readonly deliverLimit: number
  /** The message to store and deliver, header normalised. */
  readonly message: MessageBytes
}
