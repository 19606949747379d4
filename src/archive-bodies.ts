// What the archive's two columns for people say of a body: its text, unpacked, and its JSON. The body itself stays as stored.

import { isUtf8 } from 'node:buffer'
import type { BodyTexts, ReadBody } from './archive/mysql-inserts.ts'
import { unpack, unpackText } from './client/snappy.ts'
import { packetBodyBytesMax } from './model/limits.ts'

export interface BodyColumns {
  /** `body_text`: what is UTF-8, unpacked if it was packed with snappy; nothing longer than a body may be. */
  readonly text: boolean
  /** `body_json`: that, where it is JSON. */
  readonly json: boolean
}

/** Undefined when neither column is wanted. */
export function bodyReader({ text, json }: BodyColumns): ReadBody | undefined {
  if (!text && !json) return undefined
  return (body, isSnappy, isString): BodyTexts => {
    const shown = textOf(body, isSnappy, isString)
    if (shown === undefined) return none
    return { text: text ? shown : null, json: json && isJson(shown) ? shown : null }
  }
}

const none: BodyTexts = { text: null, json: null }

function textOf(body: Uint8Array, isSnappy: boolean, isString: boolean): string | undefined {
  try {
    const bytes = isSnappy ? unpacked(body, isString) : body
    return bytes.length <= packetBodyBytesMax && isUtf8(bytes) ? plain(bytes) : undefined
  } catch {
    return undefined // it only says that it is packed
  }
}

/** A packed string travels as the base64 text of its block. */
function unpacked(body: Uint8Array, isString: boolean): Uint8Array {
  return isString ? unpackText(plain(body)) : unpack(body)
}

function plain({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('utf8')
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
