// Who still stands in old segments: walks the message table a slice at a time, beside the traffic. A message that settles
// meanwhile is told of too often, never too seldom: nothing new ever comes into an old segment.

import { chunkRows, type MessageTable } from './index/message-table.ts'
import type { Row } from './model/ids.ts'

/** Calls `visit` for each message that is prepared or held and stands in a segment up to `last`; `pause` runs in between. */
export async function walkHeld(
  messages: MessageTable,
  last: number,
  visit: (row: Row) => void,
  pause: () => Promise<void>,
): Promise<void> {
  for (let chunk = 0; chunk < messages.chunkCount; chunk++) {
    const end = messages.chunkEnd(chunk)
    for (let i = 0; i < end; i++) {
      const row = (chunk * chunkRows + i) as Row
      if (messages.isHeld(row) && messages.segmentOf(row) <= last) visit(row)
    }
    await pause()
  }
}
