// The body of a message as an export shows it: packed or not, text or bytes, JSON or not. Never changes a byte of what it calls
// text; what cannot be unpacked stays as it is stored.

import { isUtf8 } from 'node:buffer'
import { messagesTable, tables, type Value } from '../archive/tables.ts'
import { unpack, unpackText } from '../client/snappy.ts'

export interface BodyOptions {
  /** Bodies that are packed with snappy are unpacked. */
  readonly decompress: boolean
  /** Bodies that are JSON are told from others. */
  readonly bodyJson: boolean
}

export interface Body {
  readonly bytes: Uint8Array
  /** Still packed with snappy. */
  readonly isPacked: boolean
  /** `text`: of a string message, and UTF-8; `json`: only where it was asked for; `bytes`: anything else. */
  readonly is: 'text' | 'json' | 'bytes'
}

const place = (name: string): number =>
  tables[messagesTable].columns.findIndex((column) => column.name === name)
const formAt = place('form')
export const snappyAt: number = place('snappy')
export const bodyAt: number = place('body')

export function bodyOf(row: readonly Value[], { decompress, bodyJson }: BodyOptions): Body {
  const stored = row[bodyAt] as Uint8Array
  const isString = row[formAt] === 'string'
  const wasPacked = row[snappyAt] === true
  const unpacked = wasPacked && decompress ? unpackedOf(stored, isString) : undefined
  const bytes = unpacked ?? stored
  const isPacked = wasPacked && unpacked === undefined
  const canBeText = !isPacked && (isString || bodyJson) && isUtf8(bytes)
  if (canBeText && bodyJson && isJson(bytes)) return { bytes, isPacked, is: 'json' }
  return { bytes, isPacked, is: canBeText && isString ? 'text' : 'bytes' }
}

export function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}

export function asBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}

/** A packed string travels as the base64 text of its block. */
function unpackedOf(stored: Uint8Array, isString: boolean): Uint8Array | undefined {
  try {
    return isString ? unpackText(asText(stored)) : unpack(stored)
  } catch {
    return undefined
  }
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(asText(bytes))
    return true
  } catch {
    return false
  }
}
