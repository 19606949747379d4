// Why old segments stay although their time or the room for them is over, in words for people: who still needs what stands
// in them, or what else it waits for. Reads only; a walk over queues, never over messages.

import type { BrokerState } from './broker/state.ts'
import type { GroupNumber } from './model/ids.ts'

/** What retention would let go and cannot. */
export interface HeldSegments {
  readonly segments: number
  readonly bytes: number
  readonly why: string
}

const namedMax = 3

/** Those who need messages of the segments up to `last`, those with most first: `group "a" (12 waiting, 3 dead), …`. */
export function holdersText(state: BrokerState, last: number): string {
  const { queues, dead, messages, topics, offsets } = state
  const waiting = new Map<GroupNumber, number>()
  const letters = new Map<GroupNumber, number>()
  for (const { group, topic, unsettled, floor } of queues.all()) {
    if (unsettled === 0) continue
    const row = topics.rowAt(topic, floor)
    if (row !== -1 && messages.segmentOf(row) <= last)
      waiting.set(group, (waiting.get(group) ?? 0) + unsettled)
  }
  for (const { group, message } of dead.list()) {
    const row = offsets.find(message)
    if (row !== -1 && messages.segmentOf(row) <= last)
      letters.set(group, (letters.get(group) ?? 0) + 1)
  }
  const count = (group: GroupNumber): number =>
    (waiting.get(group) ?? 0) + (letters.get(group) ?? 0)
  const groups = [...new Set([...waiting.keys(), ...letters.keys()])]
  groups.sort((a, b) => count(b) - count(a))
  const words = groups.slice(0, namedMax).map((group) => {
    const parts = [`${waiting.get(group) ?? 0} waiting`]
    const deadCount = letters.get(group) ?? 0
    if (deadCount > 0) parts.push(`${deadCount} dead`)
    return `group ${JSON.stringify(state.groupNames.textOf(group))} (${parts.join(', ')})`
  })
  if (groups.length > namedMax) words.push(`${groups.length - namedMax} groups more`)
  const { open } = state.transactions
  if (open > 0) words.push(`${open} open transactions`)
  return words.length === 0 ? 'who cannot be told at a glance' : words.join(', ')
}

/** To the second, of ms since 1970. */
export function momentText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
