// A message whose first record went with old segments: what the state still says of it. Its past is not known, only who
// holds it now.

import type { BrokerState } from '../broker/state.ts'
import { statusPrepared, statusRolledBack } from '../index/message-table.ts'
import { idOf } from './folder.ts'
import type { GroupStanding, Life } from './message-life.ts'

/** Without events; the groups are those that hold it. Undefined when the state does not know the id. */
export function olderLife(state: BrokerState, id: string): Life | undefined {
  const row = state.ids.find(idOf(id))
  if (row < 0) return undefined
  const { messages, topicNames, typeNames } = state
  const status = messages.statusOf(row)
  return {
    id,
    offset: messages.offsetOf(row),
    segment: messages.segmentOf(row),
    position: messages.positionOf(row),
    topic: topicNames.textOf(messages.topicOf(row)),
    type: typeNames.textOf(messages.typeOf(row)),
    publisher: '(not known any more)',
    form: messages.formOf(row) === 0x12 ? 'string' : 'bytes',
    bodyBytes: 0,
    properties: {},
    expiresAt: new Date(messages.expiresAtOf(row) * 1000).toISOString(),
    deliverLimit: messages.deliverLimitOf(row),
    outcome:
      status === statusPrepared
        ? 'prepared'
        : status === statusRolledBack
          ? 'rolled back'
          : 'published',
    groups: holdersOf(state, row),
    events: [],
  }
}

function holdersOf(
  state: BrokerState,
  row: Parameters<BrokerState['messages']['offsetOf']>[0],
): Record<string, GroupStanding> {
  const { messages, topics, queues, dead, groupNames } = state
  const ordinal = topics.ordinalOf(row)
  const groups: [string, GroupStanding][] = []
  for (const queue of queues.ofTopic(messages.topicOf(row)))
    if (queue.isUnsettled(ordinal))
      groups.push([groupNames.textOf(queue.group), queue.isOut(ordinal) ? 'out' : 'waiting'])
  const offset = messages.offsetOf(row)
  for (const group of dead.groupNumbers())
    if (dead.find(group, offset) !== undefined) groups.push([groupNames.textOf(group), 'dead'])
  return Object.fromEntries(groups)
}
