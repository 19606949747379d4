// What the bytes of a message say of it: its header and the beginning of a body that is text. Knows no life.

import type { PublishedRecord } from '../model/record.ts'
import { HeaderView, PublishedView } from '../net/header.ts'
import { decodeHeader, type MessageHeader } from '../net/packet.ts'
import { utf8 } from './record-text.ts'

const bodyTextMax = 120

export interface Content {
  readonly header: MessageHeader | undefined
  readonly bodyBytes: number
  readonly bodyText: string | undefined
}

/** What lies in the message itself. */
export function contentOf({ form, message }: Pick<PublishedRecord, 'form' | 'message'>): Content {
  const view = new PublishedView()
  const { source, start, end } = message
  if (!view.read(form, source, start, end))
    return { header: undefined, bodyBytes: 0, bodyText: undefined }
  const header = new HeaderView()
  header.readHeader(view.raw, view.headerStart, view.headerEnd)
  const bodyBytes = view.bodyEnd - view.bodyStart
  const isText = form === 0x12 && !view.snappy
  const shown = view.raw.subarray(
    view.bodyStart,
    Math.min(view.bodyEnd, view.bodyStart + bodyTextMax),
  )
  return {
    header: decodeHeader(header),
    bodyBytes,
    bodyText: isText ? utf8(shown) : undefined,
  }
}

export function propertiesOf(header: MessageHeader | undefined): Record<string, string> {
  return Object.fromEntries(
    header?.properties.map(({ key, value }) => [utf8(key), utf8(value)]) ?? [],
  )
}
