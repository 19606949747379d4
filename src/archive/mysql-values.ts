// A value of a row as it stands in a statement, and as it comes back out of a result. Exact both ways, but for times that no
// calendar of MySQL has: those stand at its ends. On the way of every row: nothing here makes more than one string a value.

import type { Column, ColumnKind, Value } from './tables.ts'

/** First and last moment a column of times takes, ms since 1970: the years 1000 to 9999. */
const firstMs = Date.UTC(1000, 0, 1)
const lastMs = Date.UTC(9999, 11, 31, 23, 59, 59)

/** What a column of times holds for this one. */
export function storedTimeMs(ms: number): number {
  return Math.min(lastMs, Math.max(firstMs, ms))
}

/** Of a time as the server sends it. */
export function timeMsOf(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`)
}

let memoMs = Number.NaN
let memoText = ''

/** `'2026-11-23 10:30:00.000'`, UTC, with its quotes. */
export function timeLiteral(ms: number): string {
  if (ms === memoMs) return memoText
  const iso = new Date(storedTimeMs(ms)).toISOString()
  memoText = `'${iso.slice(0, 10)} ${iso.slice(11, 23)}'`
  memoMs = ms
  return memoText
}

const special = /['\\\0]/
const specials = /['\\\0]/g
const escaped: Readonly<Record<string, string>> = { "'": "\\'", '\\': '\\\\', '\0': '\\0' }

/** Of a session whose backslashes escape and whose character set is utf8mb4. */
export function textLiteral(text: string): string {
  return special.test(text)
    ? `'${text.replace(specials, (found) => escaped[found]!)}'`
    : `'${text}'`
}

export function bytesLiteral({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return `x'${Buffer.from(buffer, byteOffset, byteLength).toString('hex')}'`
}

export function literalOf(kind: ColumnKind, value: Value | undefined): string {
  if (value === null || value === undefined) return 'NULL'
  switch (kind) {
    case 'offset':
    case 'number':
      return String(value)
    case 'time':
      return timeLiteral(value as number)
    case 'flag':
      return value === true ? '1' : '0'
    case 'bytes':
      return bytesLiteral(value as Uint8Array)
    default:
      return textLiteral(value as string)
  }
}

/** What stood in the row before it was archived, but for a time outside of the calendar. */
export function valueOf({ kind }: Column, stored: unknown): Value {
  if (stored === null || stored === undefined) return null
  switch (kind) {
    case 'offset':
    case 'number':
      return Number(stored)
    case 'time':
      return timeMsOf(stored as string)
    case 'flag':
      return Number(stored) !== 0
    case 'bytes':
      return stored as Uint8Array
    default:
      return stored as string
  }
}
