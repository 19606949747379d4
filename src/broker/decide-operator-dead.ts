// Dead letters by an operator's hand: back into the queue, gone for good, and the undoing of the first. One slice of a
// selection at a time; what has changed since it was made is counted, not forced.

import type { Offset } from '../model/ids.ts'
import type { LogRecord } from '../model/record.ts'
import { statusLive } from '../index/message-table.ts'
import type { DeadLetterAction, LetterName, OperatorCommand, ReturnedName } from './command.ts'
import type { Decision, Moment } from './decision.ts'
import { accept, actOf, refuseForNow } from './operator-reply.ts'
import type { Session } from './session.ts'
import type { BrokerState } from './state.ts'

/** Why a letter is left as it is. `gone`: it is none any more; `away`: a transient group with nobody there would lose it. */
type Verdict = 'done' | 'gone' | 'expired' | 'away'

export function decideDeadLetters(
  state: BrokerState,
  session: Session,
  command: OperatorCommand,
  action: Extract<DeadLetterAction, { name: 'redrive' | 'purge' }>,
  moment: Moment,
  out: Decision,
): void {
  const { name, letters, isDryRun, detail } = action
  if (name === 'redrive' && moment.refusal !== undefined)
    return refuseForNow(command, moment.refusal, out)
  const counts = { done: 0, gone: 0, expired: 0, away: 0, act: action.act ?? 0 }
  const kind = name === 'redrive' ? 'redriven' : 'purged'
  const records: LogRecord[] = []
  let act = action.act
  for (const letter of letters) {
    const verdict =
      name === 'purge' ? isThere(state, letter) : judge(state, session, letter, moment)
    counts[verdict] += 1
    if (verdict !== 'done' || isDryRun) continue
    act = counts.act = actOf(state, command, act, detail, out)
    records.push(changed(state, kind, letter, `${command.who}, act ${act}`))
  }
  out.records.push(...records)
  accept(command, name, counts, out)
}

/** A redrive says what the letter was, so that it can be undone. */
function changed(
  state: BrokerState,
  kind: 'redriven' | 'purged',
  { group, message }: LetterName,
  who: string,
): LogRecord {
  const letter = state.dead.find(group, message)
  if (kind === 'purged' || letter === undefined) return { kind, group, message, who }
  const { reason, feedback, attempts, atMs } = letter
  const was = { reason, feedback, attempts, atMs }
  return { kind, group, message, who: `${who}, was ${reason}`, was }
}

function isThere(state: BrokerState, { group, message }: LetterName): Verdict {
  return state.dead.find(group, message) === undefined ? 'gone' : 'done'
}

function judge(
  state: BrokerState,
  session: Session,
  { group, message }: LetterName,
  moment: Moment,
): Verdict {
  const letter = state.dead.find(group, message)
  if (letter === undefined) return 'gone'
  if (state.messages.expiresAtOf(letter.row) * 1000 <= moment.nowMs) return 'expired'
  if (!letter.transient || state.queues.paused.has(group)) return 'done'
  return (session.groups.get(group)?.members.length ?? 0) === 0 ? 'away' : 'done'
}

/** Only what waits as if it had never been tried: an attempt, also one under way, makes it the group's. */
export function decideUndo(
  state: BrokerState,
  command: OperatorCommand,
  action: Extract<DeadLetterAction, { name: 'undo-redrive' }>,
  out: Decision,
): void {
  const { undone, letters, isDryRun } = action
  const counts = { done: 0, tried: 0, act: action.act ?? 0 }
  const records: LogRecord[] = []
  let act = action.act
  for (const { group, message, was } of letters) {
    if (!isUntried(state, group, message)) {
      counts.tried += 1
      continue
    }
    counts.done += 1
    if (isDryRun) continue
    act = counts.act = actOf(state, command, act, `redrive ${undone}`, out)
    records.push({ kind: 'dead-lettered', group, message, ...returned(was, undone) })
  }
  out.records.push(...records)
  accept(command, 'undone', counts, out)
}

function returned(
  was: ReturnedName['was'],
  undone: Offset,
): Pick<Extract<LogRecord, { kind: 'dead-lettered' }>, 'reason' | 'feedback' | 'back'> {
  if (!('atMs' in was)) return { reason: was.reason, feedback: `redrive ${undone} undone` }
  const { reason, feedback, attempts, atMs } = was
  return { reason, feedback, back: { undone, attempts, atMs } }
}

function isUntried(state: BrokerState, group: LetterName['group'], message: Offset): boolean {
  const { messages, topics, queues } = state
  const row = state.offsets.find(message)
  if (row === -1 || messages.statusOf(row) !== statusLive) return false
  const ordinal = topics.ordinalOf(row)
  const queue = queues.find(group, messages.topicOf(row))
  return (
    queue?.isUnsettled(ordinal) === true && !queue.isOut(ordinal) && queue.attemptsOf(ordinal) === 0
  )
}
