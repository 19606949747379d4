// Dead letters as operators choose and see them: by group, topic, type, reason and age, some at a time, names in the place of
// numbers. Of a running broker or of a state that was read from a folder; changes nothing.

import { KiteQError } from '../model/errors.ts'
import { idText } from '../model/id-text.ts'
import type { GroupNumber, Offset, Position, SegmentNumber } from '../model/ids.ts'
import { deadLettersWalkMax } from '../model/limits.ts'
import type { DeathReason, MessageForm } from '../model/record.ts'
import type { DeadLetter } from '../consumer-offsets/dead-letters.ts'
import type { LetterName } from './command.ts'
import type { BrokerState } from './state.ts'

export interface DeadLetterFilter {
  readonly group?: string
  readonly topic?: string
  readonly type?: string
  readonly reason?: DeathReason
  /** Died at or before, broker time, ms. */
  readonly untilMs?: number
  /** Message ids, 32 hex digits in lower case. */
  readonly ids?: readonly string[]
}

/** Everything up to here was looked at: letters of later groups, and later ones of this group, were not. */
export interface DeadLetterCursor {
  readonly group: number
  readonly atMs: number
}

export interface DeadLetterSelection {
  readonly letters: readonly LetterName[]
  /** Undefined at the end. */
  readonly next?: DeadLetterCursor
}

export interface ListedDeadLetter extends LetterName {
  readonly id: string
  readonly groupName: string
  readonly topic: string
  readonly type: string
  readonly reason: DeathReason
  /** What the consumer said last. */
  readonly feedback: string
  readonly attempts: number
  readonly deliverLimit: number
  readonly transient: boolean
  /** Broker time, ms. */
  readonly atMs: number
  /** Unix seconds. */
  readonly expiresAt: number
  readonly form: MessageForm
  /** Where its bytes stand in the log. */
  readonly segment: SegmentNumber
  readonly position: Position
}

type Matches = (letter: DeadLetter) => boolean

/**
 * Those that match, behind `from`. Ends only between two moments of death, so that whoever goes on there misses none,
 * whatever was redriven meanwhile. Throws KITEQ_NOT_FOUND for a name that never was.
 */
export function selectDeadLetters(
  state: BrokerState,
  filter: DeadLetterFilter,
  from?: DeadLetterCursor,
  walkMax: number = deadLettersWalkMax,
): DeadLetterSelection {
  const only = numberOf('group', state.groupNames.numberOfText(filter.group ?? ''), filter.group)
  const matches = matcherOf(state, filter)
  const letters: LetterName[] = []
  let last: DeadLetter | undefined
  let walked = 0
  for (const group of state.dead.groupNumbers()) {
    if (group < (from?.group ?? 0) || (only !== undefined && group !== only)) continue
    for (const letter of state.dead.ofGroup(group)) {
      if (from !== undefined && group === from.group && letter.atMs <= from.atMs) continue
      const isNext = last?.group !== group || last.atMs !== letter.atMs
      if (last !== undefined && walked >= walkMax && isNext)
        return { letters, next: { group: last.group, atMs: last.atMs } }
      walked++
      last = letter
      if (matches(letter)) letters.push({ group, message: letter.message })
    }
  }
  return { letters }
}

function matcherOf(state: BrokerState, filter: DeadLetterFilter): Matches {
  const { messages, topicNames, typeNames } = state
  const { reason, untilMs = Infinity } = filter
  const topic = numberOf('topic', topicNames.numberOfText(filter.topic ?? ''), filter.topic)
  const type = numberOf('message type', typeNames.numberOfText(filter.type ?? ''), filter.type)
  const ids = filter.ids === undefined ? undefined : new Set(filter.ids)
  return (letter) =>
    letter.atMs <= untilMs &&
    (reason === undefined || letter.reason === reason) &&
    (topic === undefined || letter.topic === topic) &&
    (type === undefined || messages.typeOf(letter.row) === type) &&
    (ids === undefined || ids.has(idText(messages.idOf(letter.row))))
}

function numberOf(what: string, number: number, name: string | undefined): number | undefined {
  if (name === undefined) return undefined
  if (number === 0) throw new KiteQError('KITEQ_NOT_FOUND', `no ${what} ${JSON.stringify(name)}`)
  return number
}

/** Those that are still dead, in the order asked for; feedback cut to so many characters. */
export function describeDeadLetters(
  state: BrokerState,
  names: readonly { readonly group: GroupNumber; readonly message: Offset }[],
  feedbackMax: number = Infinity,
): ListedDeadLetter[] {
  return names.flatMap(({ group, message }) => {
    const letter = state.dead.find(group, message)
    return letter === undefined ? [] : [describe(state, letter, feedbackMax)]
  })
}

function describe(state: BrokerState, letter: DeadLetter, feedbackMax: number): ListedDeadLetter {
  const { messages } = state
  const { group, message, row, reason, feedback, attempts, transient, atMs } = letter
  return {
    group,
    message,
    id: idText(messages.idOf(row)),
    groupName: state.groupNames.textOf(group),
    topic: state.topicNames.textOf(letter.topic),
    type: state.typeNames.textOf(messages.typeOf(row)),
    reason,
    feedback: feedback.length > feedbackMax ? `${feedback.slice(0, feedbackMax)}…` : feedback,
    attempts,
    deliverLimit: messages.deliverLimitOf(row),
    transient,
    atMs,
    expiresAt: messages.expiresAtOf(row),
    form: messages.formOf(row),
    segment: messages.segmentOf(row),
    position: messages.positionOf(row),
  }
}
