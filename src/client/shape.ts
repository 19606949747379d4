// What a program hands in, held against a table of what may be there. JavaScript brings no compiler along, and a field
// that is ignored without a word is found much later: so every wrong one is refused, with its value and what was expected.

import { KiteQError } from '../model/errors.ts'

/** What one field may be. */
export interface Rule {
  /** Goes on after `expected `. */
  readonly expected: string
  readonly isRequired?: boolean
  readonly holds: (value: unknown) => boolean
}

/** A rule for each field of T, none forgotten and none too many: the compiler sees to it. */
export type Shape<T> = { readonly [K in keyof Required<T>]: Rule }

export const text: Rule = { expected: 'a string', holds: isText }
export const flag: Rule = { expected: 'true or false', holds: isFlag }

/** The rule of what must be there. */
export function required(rule: Rule): Rule {
  return { ...rule, isRequired: true }
}

export function oneOf(...names: readonly string[]): Rule {
  return {
    expected: `one of ${listOf(names)}`,
    holds: (value) => isText(value) && names.includes(value),
  }
}

export function integerFrom(min: number, max: number): Rule {
  return {
    expected: `an integer from ${min} to ${max}`,
    holds: (value) =>
      Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
  }
}

/** `bytesMin` to `bytesMax` of UTF-8. */
export function textOfBytes(bytesMin: number, bytesMax: number): Rule {
  return {
    expected: `a string of ${bytesMin} to ${bytesMax} bytes`,
    holds: (value) => {
      if (!isText(value)) return false
      const bytes = Buffer.byteLength(value)
      return bytes >= bytesMin && bytes <= bytesMax
    },
  }
}

/** Throws KITEQ_USAGE for a value that is no object, an unknown key, and a field that breaks its rule. `where`: a call or a path into it. */
export function checkShape<T extends object>(where: string, value: T, shape: Shape<T>): void {
  checkObject(where, value)
  for (const key in value)
    if (!Object.hasOwn(shape, key)) throw unknownKey(where, key, Object.keys(shape))
  for (const key of Object.keys(shape) as (keyof T & string)[]) {
    const rule = shape[key]
    const field: unknown = value[key]
    if (field === undefined ? rule.isRequired === true : !rule.holds(field))
      throw wrong(where, key, field, rule.expected)
  }
}

export function checkObject(where: string, value: unknown): void {
  if (!isRecord(value)) throw usage(`${where}: it is ${shown(value)}; expected an object`)
}

export function checkFunction(where: string, what: string, value: unknown): void {
  if (typeof value !== 'function') throw wrong(where, what, value, 'a function')
}

export function wrong(where: string, what: string, value: unknown, expected: string): KiteQError {
  return usage(`${where}: ${what} is ${shown(value)}; expected ${expected}`)
}

export function unknownKey(where: string, key: string, known: readonly string[]): KiteQError {
  return usage(`${where}: ${JSON.stringify(key)} is not known; expected one of ${listOf(known)}`)
}

/** What a call asks for cannot be. */
export function usage(message: string): KiteQError {
  return new KiteQError('KITEQ_USAGE', message)
}

/** An object with fields, and not one that holds them otherwise, as an array or a Map does. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  return !Array.isArray(value) && !(Symbol.iterator in value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

const shownCharsMax = 80

function shown(value: unknown): string {
  if (typeof value === 'string') {
    const quoted = JSON.stringify(value)
    return quoted.length > shownCharsMax ? `${quoted.slice(0, shownCharsMax)}…` : quoted
  }
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (value instanceof Date) return String(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const { constructor } = value
  return typeof constructor === 'function' && constructor !== Object
    ? `of class ${constructor.name}`
    : 'an object'
}

function listOf(names: readonly string[]): string {
  return names.join(', ')
}
