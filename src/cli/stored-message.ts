// A stored message as a person reads it: who made it and when, its properties, its body as text where it is text and as hex
// where it is not. The bytes come from the log, with their crc checked.

import type { Position, SegmentNumber } from '../model/ids.ts'
import type { MessageForm } from '../model/record.ts'
import { HeaderView, PublishedView } from '../net/header.ts'
import { decodeHeader } from '../net/packet.ts'
import { counted } from './counted.ts'
import { openLogFolder } from './folder.ts'
import { timeText, utf8 } from './record-text.ts'
import { printable } from './terminal.ts'

export interface StoredMessage {
  /** The publisher's group, as its header says. */
  readonly publisher?: string
  readonly createdAt?: string | number
  readonly properties: Readonly<Record<string, string>>
  readonly bodyBytes: number
  readonly snappy?: true
  /** Where it is text. */
  readonly body?: string
  readonly bodyBase64?: string
  /** Why there is nothing of it. */
  readonly problem?: string
}

const textCharsShown = 4000
const hexBytesShown = 512
const hexLineBytes = 16

/** Of the record that stands at a place; says why when it cannot be read. */
export async function storedMessage(
  dir: string,
  at: {
    readonly segment: SegmentNumber
    readonly position: Position
    readonly form: MessageForm
  },
): Promise<StoredMessage> {
  const { log } = await openLogFolder(dir)
  try {
    const { source, start, end } = await log.load(at.segment, at.position)
    return contentOf(at.form, source, start, end)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { properties: {}, bodyBytes: 0, problem }
  } finally {
    await log.close()
  }
}

function contentOf(
  form: MessageForm,
  source: Uint8Array,
  start: number,
  end: number,
): StoredMessage {
  const view = new PublishedView()
  if (!view.read(form, source, start, end))
    return { properties: {}, bodyBytes: 0, problem: 'it cannot be taken apart' }
  const header = new HeaderView()
  header.readHeader(view.raw, view.headerStart, view.headerEnd)
  const fields = decodeHeader(header)
  const body = Buffer.from(view.raw.subarray(view.bodyStart, view.bodyEnd))
  const text = view.snappy ? undefined : textOf(body)
  const pairs = fields?.properties.map(({ key, value }) => [utf8(key), utf8(value)]) ?? []
  return {
    ...(fields === undefined ? {} : { publisher: utf8(fields.group) }),
    ...(fields?.createTime === undefined ? {} : { createdAt: timeText(fields.createTime * 1000) }),
    properties: Object.fromEntries(pairs) as Record<string, string>,
    bodyBytes: body.length,
    ...(view.snappy ? { snappy: true } : {}),
    ...(text === undefined ? { bodyBase64: body.toString('base64') } : { body: text }),
  }
}

/** Undefined where the bytes are no text, or hold what no text does. */
function textOf(body: Buffer): string | undefined {
  const text = body.toString('utf8')
  // eslint-disable-next-line no-control-regex -- what a text does not hold
  return Buffer.from(text).equals(body) && !/[\u0000-\u0008\u000e-\u001f]/.test(text)
    ? text
    : undefined
}

export function storedLines(stored: StoredMessage): string[] {
  const { publisher, createdAt, properties, bodyBytes, snappy, body, bodyBase64, problem } = stored
  if (problem !== undefined) return [`its bytes cannot be read: ${printable(problem)}`]
  const lines = [
    `from group ${printable(publisher ?? '?')}, made ${createdAt ?? 'at no known time'}`,
  ]
  for (const [key, value] of Object.entries(properties))
    lines.push(`property ${printable(key)} = ${printable(value)}`)
  const packed = snappy ? ', packed with snappy' : ''
  if (body !== undefined) {
    const more = body.length > textCharsShown ? ' …' : ''
    lines.push(
      `body, ${counted(bodyBytes, 'byte')}: ${printable(body.slice(0, textCharsShown))}${more}`,
    )
    return lines
  }
  const bytes = Buffer.from(bodyBase64 ?? '', 'base64')
  lines.push(`body, ${counted(bodyBytes, 'byte')}${packed}, no text:`)
  for (let at = 0; at < Math.min(bytes.length, hexBytesShown); at += hexLineBytes)
    lines.push(`  ${hexLine(bytes, at)}`)
  if (bytes.length > hexBytesShown)
    lines.push(`  … ${counted(bytes.length - hexBytesShown, 'byte')} more; --json has them all`)
  return lines
}

/** `00000010  6f 72 64 65 72 …  order…` */
function hexLine(bytes: Buffer, at: number): string {
  const line = bytes.subarray(at, at + hexLineBytes)
  const hex = [...line].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const text = [...line].map((byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
  )
  return `${at.toString(16).padStart(8, '0')}  ${hex.padEnd(hexLineBytes * 3 - 1)}  ${text.join('')}`
}
