// Whether a value is what a column of the archive may hold.

import type { Column, Value } from '../../src/archive/tables.ts'

export function isOf({ kind, nullable, words }: Column, value: Value): boolean {
  if (value === null) return nullable
  switch (kind) {
    case 'offset':
    case 'number':
    case 'time':
      return typeof value === 'number' && Number.isSafeInteger(value)
    case 'text':
      return typeof value === 'string' && (words?.includes(value) ?? isWhole(value))
    case 'id':
      return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value)
    case 'json':
      return typeof value === 'string' && isJson(value)
    case 'bytes':
      return value instanceof Uint8Array
    case 'flag':
      return typeof value === 'boolean'
  }
}

/** No half of a character. */
function isWhole(text: string): boolean {
  return Buffer.from(text, 'utf8').toString('utf8') === text
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
