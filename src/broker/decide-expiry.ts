// Lives that are over: an open transaction is rolled back, what still waits for a group becomes its dead letter.

import { statusPrepared } from '../index/message-table.ts'
import { expiryRecordsPerTurn } from '../model/limits.ts'
import type { Decision, Moment } from './decision.ts'
import type { BrokerState } from './state.ts'

/** Works off up to `limit` expired messages, fewer when many groups hold them; `limit` says that there may be more. */
export function decideExpiry(
  state: BrokerState,
  moment: Moment,
  limit: number,
  out: Decision,
): number {
  const rows = state.expiry.due(Math.floor(moment.nowMs / 1000), limit)
  for (const row of rows) {
    if (out.records.length >= expiryRecordsPerTurn) return limit
    const message = state.messages.offsetOf(row)
    if (state.messages.statusOf(row) === statusPrepared) {
      out.records.push({ kind: 'rolled-back', prepared: message, reason: 'expired', feedback: '' })
      continue
    }
    const ordinal = state.topics.ordinalOf(row)
    for (const queue of state.queues.ofTopic(state.messages.topicOf(row)))
      if (queue.isUnsettled(ordinal))
        out.records.push({
          kind: 'dead-lettered',
          group: queue.group,
          message,
          reason: 'expired',
          feedback: '',
        })
  }
  return rows.length
}
