// A group by an operator's hand: held back and let go, what waits skipped, what the log holds given again. Walks and copies
// only as much as one command names.

import type { GroupNumber, Offset } from '../model/ids.ts'
import { operatorWalkMax } from '../model/limits.ts'
import { statusLive } from '../index/message-table.ts'
import type { GroupAction, OperatorCommand, RecallableMessage } from './command.ts'
import type { Decision, Moment } from './decision.ts'
import { accept, actOf, refuse, refuseForNow } from './operator-reply.ts'
import type { BrokerState } from './state.ts'

export function decidePause(
  state: BrokerState,
  command: OperatorCommand,
  action: Extract<GroupAction, { name: 'pause' | 'resume' }>,
  out: Decision,
): void {
  const group = state.groupNames.numberOfText(action.group) as GroupNumber
  if (group === 0) return refuse(command, `no group ${JSON.stringify(action.group)}`, out)
  const pause = state.queues.paused.find(group)
  const isPause = action.name === 'pause'
  const changed = (pause === undefined) === isPause ? 1 : 0
  if (changed === 1)
    out.records.push({ kind: isPause ? 'paused' : 'resumed', group, who: command.who })
  const detail = pause === undefined ? '' : `${pause.who}, ${new Date(pause.sinceMs).toISOString()}`
  accept(command, detail, { changed }, out)
}

export function decideReset(
  state: BrokerState,
  command: OperatorCommand,
  action: Extract<GroupAction, { name: 'reset' }>,
  out: Decision,
): void {
  const act = actOf(state, command, undefined, action.detail, out)
  accept(command, 'reset', { act }, out)
}

/** What is out is skipped as well: an ack that comes later finds nothing to settle. */
export function decideSkip(
  state: BrokerState,
  command: OperatorCommand,
  action: Extract<GroupAction, { name: 'skip' }>,
  out: Decision,
): void {
  const { group, topic, from, before, isDryRun } = action
  const ordinals = state.queues.find(group, topic)?.unsettledFrom(from, operatorWalkMax) ?? []
  const messages: Offset[] = []
  for (const ordinal of ordinals) {
    const row = state.topics.rowAt(topic, ordinal)
    if (row === -1) continue
    const offset = state.messages.offsetOf(row)
    if (offset < before) messages.push(offset)
  }
  if (messages.length > 0 && !isDryRun) out.records.push({ kind: 'skipped', group, messages })
  const last = ordinals.at(-1)
  const next = last === undefined || ordinals.length < operatorWalkMax ? -1 : last + 1
  accept(command, 'skip', { done: messages.length, next }, out)
}

type Verdict = 'done' | 'expired' | 'unwanted' | 'waiting' | 'dead'

export function decideRecall(
  state: BrokerState,
  command: OperatorCommand,
  action: Extract<GroupAction, { name: 'recall' }>,
  moment: Moment,
  out: Decision,
): void {
  if (moment.refusal !== undefined) return refuseForNow(command, moment.refusal, out)
  const { group, messages, isDryRun } = action
  const counts = { done: 0, expired: 0, unwanted: 0, waiting: 0, dead: 0 }
  for (const message of messages) {
    const verdict = judge(state, group, message, moment)
    counts[verdict] += 1
    if (verdict !== 'done' || isDryRun) continue
    out.records.push({ ...message.fields, kind: 'recalled', of: message.of, group })
  }
  accept(command, 'recall', counts, out)
}

function judge(
  state: BrokerState,
  group: GroupNumber,
  { of, fields }: RecallableMessage,
  moment: Moment,
): Verdict {
  if (fields.expiresAt * 1000 <= moment.nowMs) return 'expired'
  if (!state.bindings.wants(fields.topic, fields.type, group)) return 'unwanted'
  if (state.dead.find(group, of) !== undefined) return 'dead'
  const row = state.offsets.find(of)
  if (row === -1 || state.messages.statusOf(row) !== statusLive) return 'done'
  const ordinal = state.topics.ordinalOf(row)
  const isWaiting = state.queues.find(group, fields.topic)?.isUnsettled(ordinal) === true
  return isWaiting ? 'waiting' : 'done'
}
