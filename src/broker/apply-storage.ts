// The folds of the records that keep the log small: an image of the state, a message copied to a younger segment, old
// segments let go. As pure as `apply`, which calls them; none of them changes what anybody is owed.

import { statusLive, statusPrepared } from '../index/message-table.ts'
import { unreachable } from '../model/assert.ts'
import type { LogRecord, RecordPlace } from '../model/record.ts'
import type { BrokerState } from './state.ts'

export function applyStorage(
  state: BrokerState,
  record: Extract<LogRecord, { kind: 'base' | 'moved' | 'dropped' }>,
  place: RecordPlace,
): void {
  switch (record.kind) {
    case 'base':
      return // it tells of an earlier moment what is known here
    case 'moved': {
      const row = state.offsets.find(record.of)
      if (row === -1) return
      const status = state.messages.statusOf(row)
      if (status === statusLive || status === statusPrepared) state.messages.move(row, place)
      return
    }
    case 'dropped':
      state.journal.drop(record.segment, record.nextOffset)
      return
    default:
      unreachable(record)
  }
}
