// The folds of what an operator does to one group: held back, let go, given a message of the log again. As pure as `apply`,
// which calls them.

import { statusLive } from '../index/message-table.ts'
import type { Row } from '../model/ids.ts'
import type { LogRecord, RecalledRecord, RecordPlace } from '../model/record.ts'
import type { BrokerState } from './state.ts'

export function holdBack(
  state: BrokerState,
  record: Extract<LogRecord, { kind: 'paused' | 'resumed' }>,
  timeMs: number,
): void {
  const { paused } = state.queues
  if (record.kind === 'paused') paused.pause(record.group, record.who, timeMs)
  else paused.resume(record.group)
}

/**
 * A row of its own at the end of the topic's order. The id keeps naming the original, by which repeats of its publish are
 * known: the copy is in no index of ids, so that who finds what does not depend on what was recalled.
 */
export function recall(state: BrokerState, record: RecalledRecord, place: RecordPlace): void {
  const { topic, group } = record
  const ordinal = state.topics.take(topic)
  state.queues.open(group, topic).add(ordinal, false)
  const row = state.messages.add(record, place, statusLive, ordinal, 1)
  state.messages.markRecalled(row)
  state.offsets.add(place.offset, row)
  state.topics.add(topic, ordinal, row)
  state.liveCount++
  state.expiry.note(row, record.expiresAt)
}

/** The group is done with a copy: nobody will publish it again, so nothing of it is remembered. */
export function forgetRecalled(state: BrokerState, row: Row): void {
  state.liveCount--
  state.offsets.remove(state.messages.offsetOf(row))
  state.messages.forget(row)
}
