// How much may be bound: by one list, one group, for one topic, in all. Bindings are memory that stays, patterns are time for
// every new type, and both are given by clients.

import { instructionsOfPattern } from '../index/pattern.ts'
import { isText } from '../model/cut-text.ts'
import type { GroupNumber, TopicNumber } from '../model/ids.ts'
import {
  bindingsBytesMax,
  bindingsMax,
  bindingsPerGroupMax,
  bindingsPerTopicMax,
  groupsPerTopicMax,
  patternCharsMax,
  patternInstructionsPerTopicMax,
  regexesPerListMax,
  regexesPerTopicMax,
  topicBytesMax,
} from '../model/limits.ts'
import type { ClientBinding } from './command.ts'
import type { BrokerState } from './state.ts'

const encoder = new TextEncoder()

/** Half of a character cannot be written as UTF-8: no record may have it. */
export const noText = 'messageType: expected text, it has half a character'

/** What is wrong with a list whoever sends it. */
export function refusal(topic: Uint8Array, bindings: readonly ClientBinding[]): string | undefined {
  if (topic.length === 0 || topic.length > topicBytesMax)
    return `topic: expected 1 to ${topicBytesMax} bytes`
  if (bindings.length > bindingsPerTopicMax)
    return `bindings: expected at most ${bindingsPerTopicMax} for one topic`
  if (bindings.some(({ messageType }) => !isText(messageType))) return noText
  let bytes = 0
  for (const one of bindings) bytes += encoder.encode(one.messageType).length
  if (bytes > bindingsBytesMax)
    return `bindings: expected at most ${bindingsBytesMax} bytes of types in one list`
  const long = bindings.find((one) => one.messageType.length > patternCharsMax)
  return long === undefined
    ? undefined
    : `messageType: expected at most ${patternCharsMax} characters`
}

/** What a client or an operator may not bind because of what is bound already. For a registry see registry-budget. */
export function crowding(
  state: BrokerState,
  topic: TopicNumber,
  group: GroupNumber,
  bindings: readonly ClientBinding[],
): string | undefined {
  if (bindings.length === 0) return undefined
  if (isCrowded(state, topic, group))
    return `topic: expected at most ${groupsPerTopicMax} groups bound to it`
  const more = bindings.length - boundBy(state, topic, group)
  if (more > 0 && state.bindings.size + more > bindingsMax)
    return `bindings: expected at most ${bindingsMax} in the whole broker`
  if (more > 0 && state.bindings.sizeOf(group) + more > bindingsPerGroupMax)
    return `bindings: expected at most ${bindingsPerGroupMax} of one group`
  const regexes = bindings.filter((one) => one.bindType === 'regex').length
  if (regexes > regexesPerListMax)
    return `bindings: expected at most ${regexesPerListMax} regular expressions in one list`
  if (regexes > 0 && regexes + state.bindings.regexesOf(topic, group) > regexesPerTopicMax)
    return `topic: expected at most ${regexesPerTopicMax} regular expressions bound to it`
  if (regexes > 0 && instructions(state, topic, group, bindings) > patternInstructionsPerTopicMax)
    return 'topic: the regular expressions bound to it are too costly together'
  return undefined
}

/** One more group would be too many for the topic. */
function isCrowded(state: BrokerState, topic: TopicNumber, group: GroupNumber): boolean {
  return (
    !state.bindings.isBound(topic, group) && state.bindings.groupsOf(topic) >= groupsPerTopicMax
  )
}

/** Of all sources together: what is replaced does not count twice. */
function boundBy(state: BrokerState, topic: TopicNumber, group: GroupNumber): number {
  return Math.max(
    state.bindings.listOf('client', topic, group).length,
    state.bindings.listOf('operator', topic, group).length,
  )
}

function instructions(
  state: BrokerState,
  topic: TopicNumber,
  group: GroupNumber,
  bindings: readonly ClientBinding[],
): number {
  let sum = state.bindings.instructionsOf(topic, group)
  for (const one of bindings)
    if (one.bindType === 'regex') sum += instructionsOfPattern(one.messageType)
  return sum
}
