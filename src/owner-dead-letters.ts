// The owner's answers about dead letters: which there are, and what an operator does with them, a slice at a time. Whoever
// asks drives the work, so that it ends with him and nothing of it is kept here.

import {
  describeDeadLetters,
  selectDeadLetters,
  type DeadLetterCursor,
  type DeadLetterFilter,
} from './broker/dead-letter-list.ts'
import type { ReturnedName } from './broker/command.ts'
import { cutText } from './model/cut-text.ts'
import type { Offset, GroupNumber } from './model/ids.ts'
import {
  deadLettersWalkMax,
  deliverLimitMax,
  feedbackCharsMax,
  operatorSliceMax,
} from './model/limits.ts'
import type { DeathReason } from './model/record.ts'
import {
  fitting,
  isWhole,
  lettersIn,
  objectIn,
  operateCounted,
  optionalTextIn,
  optionalWholeIn,
  usage,
  wholeIn,
  type Fields,
  type OwnerContext,
} from './owner-operate.ts'
import { deathReasons } from './consumer-offsets/dead-letters.ts'

const feedbackCharsTold = 256

/** Undefined when it is no request of these. */
export function answerDeadLetters(
  op: unknown,
  fields: Fields,
  { loop }: OwnerContext,
): Promise<unknown> | undefined {
  switch (op) {
    case 'dead-select':
      return Promise.resolve(select(loop.state, fields))
    case 'dead-list': {
      const names = lettersIn(fields, deadLettersWalkMax)
      const feedbackMax = fields['whole'] === true ? Infinity : feedbackCharsTold
      const listed = describeDeadLetters(loop.state, names.slice(0, 1024), feedbackMax)
      return Promise.resolve(fitting(listed))
    }
    case 'dead-redrive':
    case 'dead-purge':
      return operateCounted(loop, fields, {
        name: op === 'dead-redrive' ? 'redrive' : 'purge',
        act: actIn(fields),
        letters: lettersIn(fields, operatorSliceMax),
        isDryRun: fields['dryRun'] === true,
        detail: cutText(optionalTextIn(fields, 'detail') ?? '', 1024),
      })
    case 'dead-undo':
      return operateCounted(loop, fields, {
        name: 'undo-redrive',
        act: actIn(fields),
        undone: wholeIn(fields, 'undone') as Offset,
        letters: lettersIn(fields, operatorSliceMax).map(({ word, ...letter }) => ({
          ...letter,
          was: wasIn(word),
        })),
        isDryRun: fields['dryRun'] === true,
      })
    default:
      return undefined
  }
}

/** All that the letter said, or only its reason. */
function wasIn(word: unknown): ReturnedName['was'] {
  if (typeof word === 'string') return { reason: reasonOf(word) }
  const { reason, feedback, attempts, atMs } = (word ?? {}) as Fields
  if (
    typeof feedback !== 'string' ||
    !isWhole(attempts) ||
    attempts > deliverLimitMax ||
    !isWhole(atMs)
  )
    throw usage('"letters": expected what each dead letter was: reason, feedback, attempts, atMs')
  return { reason: reasonOf(reason), feedback: cutText(feedback, feedbackCharsMax), attempts, atMs }
}

function actIn(fields: Fields): Offset | undefined {
  return optionalWholeIn(fields, 'act') as Offset | undefined
}

/** Pairs instead of objects: there may be many. */
function select(state: OwnerContext['loop']['state'], fields: Fields): unknown {
  const filter = filterIn(objectIn(fields, 'filter'))
  const { letters, next } = selectDeadLetters(state, filter, cursorIn(fields))
  const pairs: [GroupNumber, Offset][] = letters.map(({ group, message }) => [group, message])
  return next === undefined ? { letters: pairs } : { letters: pairs, next }
}

function filterIn(fields: Fields): DeadLetterFilter {
  const group = optionalTextIn(fields, 'group')
  const topic = optionalTextIn(fields, 'topic')
  const type = optionalTextIn(fields, 'type')
  const reason = fields['reason'] === undefined ? undefined : reasonOf(fields['reason'])
  const untilMs = optionalWholeIn(fields, 'untilMs')
  const ids = fields['ids']
  if (ids !== undefined && !(Array.isArray(ids) && ids.every((id) => typeof id === 'string')))
    throw usage('"ids": expected a list of message ids')
  return {
    ...(group === undefined ? {} : { group }),
    ...(topic === undefined ? {} : { topic }),
    ...(type === undefined ? {} : { type }),
    ...(reason === undefined ? {} : { reason }),
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(ids === undefined ? {} : { ids }),
  }
}

function cursorIn(fields: Fields): DeadLetterCursor | undefined {
  if (fields['from'] === undefined) return undefined
  const { group, atMs } = objectIn(fields, 'from')
  if (!isWhole(group) || !isWhole(atMs)) throw usage('"from": expected what the answer before said')
  return { group, atMs }
}

function reasonOf(word: unknown): DeathReason {
  const reason = deathReasons.find((known) => known === word)
  if (reason === undefined) throw usage(`"reason": expected one of ${deathReasons.join(', ')}`)
  return reason
}
