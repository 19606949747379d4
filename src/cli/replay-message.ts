// A stored message as it is published again: the same topic, type, properties and body, under another id. What the typed
// client could not send unchanged is refused here, never altered.

import { createHash } from 'node:crypto'
import { StoredBody, type StoredMessage } from '../client/outgoing.ts'
import type { MessageBytes } from '../model/record.ts'
import type { MessageForm } from '../model/record.ts'
import { PublishedView } from '../net/header.ts'
import { decodeHeader } from '../net/packet.ts'

export interface Again {
  readonly form: MessageForm
  readonly message: MessageBytes
  readonly deliverLimit: number
  /** Unix seconds. */
  readonly expiresAt: number
  /** Undefined: a new one. */
  readonly id: string | undefined
}

const view = new PublishedView()
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Undefined when it cannot be taken apart, or a name or a property of it is no UTF-8. Its bytes are those of `message`. */
export function outgoingOf(again: Again): StoredMessage | undefined {
  const { form, message, deliverLimit, expiresAt, id } = again
  if (!view.read(form, message.source, message.start, message.end)) return undefined
  const { raw } = view
  try {
    const body = raw.subarray(view.bodyStart, view.bodyEnd)
    return {
      topic: strict.decode(raw.subarray(view.topicStart, view.topicEnd)),
      type: strict.decode(raw.subarray(view.typeStart, view.typeEnd)),
      body: new StoredBody(form === 0x12 ? 'string' : 'bytes', body),
      expiresAt: new Date(expiresAt * 1000),
      deliverLimit,
      ...(view.snappy ? { snappy: true } : {}),
      ...(view.propertiesBytes > 0 ? { properties: propertiesOf() } : {}),
      ...(id === undefined ? {} : { id }),
    }
  } catch {
    return undefined // no UTF-8
  }
}

function propertiesOf(): Record<string, string> {
  const properties = decodeHeader(view)?.properties ?? []
  return Object.fromEntries(
    properties.map(({ key, value }) => [strict.decode(key), strict.decode(value)]),
  )
}

/** The same for the same message of the same log, and for no other: 32 hex digits. */
export function stableId(logId: string, identity: number): string {
  return createHash('sha256').update(`kiteq replay ${logId} ${identity}`).digest('hex').slice(0, 32)
}
