// What the owner's requests have in common: their fields, read with care, and an operator's act handed to the loop.

import type { OperatorAction, OperatorResult } from './broker/command.ts'
import type { BrokerLoop } from './broker/loop.ts'
import type { Log } from './log/log.ts'
import { cutText } from './model/cut-text.ts'
import { KiteQError } from './model/errors.ts'
import type { GroupNumber, Offset } from './model/ids.ts'

export interface OwnerContext {
  readonly loop: BrokerLoop
  readonly log: Log
  readonly address: string
}

export type Fields = Readonly<Record<string, unknown>>
type Done = Omit<Extract<OperatorResult, { ok: true }>, 'ok'>

/** Of one answer's list, JSON characters: with the rest it stays below what the socket takes for a line. */
const answerCharsMax = 600_000

/** Resolves once what was decided is durable. Rejects KITEQ_NOT_FOUND with the reason when it was refused, KITEQ_REFUSED for now. */
export function operate(loop: BrokerLoop, fields: Fields, action: OperatorAction): Promise<Done> {
  const who = typeof fields['who'] === 'string' ? cutText(fields['who'], 200) : 'owner socket'
  return new Promise((resolve, reject) => {
    const reply = (result: OperatorResult): void => {
      if (!result.ok)
        reject(new KiteQError(result.isBusy ? 'KITEQ_REFUSED' : 'KITEQ_NOT_FOUND', result.error))
      else {
        const { detail, counts, list } = result
        resolve({ detail, ...(counts && { counts }), ...(list && { list }) })
      }
    }
    loop.submit({ kind: 'operator', who, action, reply })
  })
}

/** The counts of an act. */
export async function operateCounted(
  loop: BrokerLoop,
  fields: Fields,
  action: OperatorAction,
): Promise<Readonly<Record<string, number>>> {
  return (await operate(loop, fields, action)).counts ?? {}
}

export function usage(message: string): KiteQError {
  return new KiteQError('KITEQ_USAGE', message)
}

export function textIn(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw usage(`"${name}": expected a text`)
  return value
}

export function optionalTextIn(fields: Fields, name: string): string | undefined {
  return fields[name] === undefined ? undefined : textIn(fields, name)
}

/** A whole number from 0 on. */
export function wholeIn(fields: Fields, name: string): number {
  const value = fields[name]
  if (!isWhole(value)) throw usage(`"${name}": expected a whole number`)
  return value
}

export function optionalWholeIn(fields: Fields, name: string): number | undefined {
  return fields[name] === undefined ? undefined : wholeIn(fields, name)
}

export function objectIn(fields: Fields, name: string): Fields {
  const value = fields[name]
  if (typeof value !== 'object' || value === null) throw usage(`"${name}": expected an object`)
  return value as Fields
}

export function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** `"letters"`: pairs of group number and offset, and a third word where one is asked for; at most `max`. */
export function lettersIn(
  fields: Fields,
  max: number,
): { group: GroupNumber; message: Offset; word: unknown }[] {
  const letters = fields['letters']
  if (!Array.isArray(letters) || letters.length > max)
    throw usage(`"letters": expected a list of at most ${max}`)
  return letters.map((pair: unknown) => {
    const [group, message, word] = Array.isArray(pair) ? (pair as unknown[]) : []
    if (!isWhole(group) || !isWhole(message))
      throw usage('"letters": expected pairs of group number and offset')
    return { group: group as GroupNumber, message: message as Offset, word }
  })
}

/** As many from the front as one answer may hold, one at least. */
export function fitting<T>(items: readonly T[], charsMax: number = answerCharsMax): T[] {
  let chars = 0
  const end = items.findIndex(
    (item, at) => (chars += JSON.stringify(item).length) > charsMax && at > 0,
  )
  return end < 0 ? [...items] : items.slice(0, end)
}
