// What becomes of one message of another store, and of which groups it still is. Looks at ids, bindings and what the store
// said; changes nothing.

import type { GroupNumber, Row, TopicNumber, TypeNumber } from '../model/ids.ts'
import type { Routing } from '../model/record.ts'
import { type ContentHash, hashContent } from './content-hash.ts'
import type { Moment } from './decision.ts'
import type { BrokenRow, ImportAction, ImportedMessage, ImportVerdict } from './import-action.ts'
import { isServed } from './served-topics.ts'
import type { BrokerSettings } from './settings.ts'
import type { BrokerState } from './state.ts'

const content: ContentHash = { content0: 0, content1: 0 }
export const nowhere: Routing = { durable: [], transient: [] }

/** Without a look at the bindings. */
export function judge(
  state: BrokerState,
  action: ImportAction,
  message: ImportedMessage | BrokenRow,
  seen: Set<string>,
  moment: Moment,
): ImportVerdict {
  if (message.kind === 'broken') return 'unreadable'
  const { view } = message
  const key = `${view.id0} ${view.id1} ${view.id2} ${view.id3}`
  const row = state.ids.find(view)
  if (row >= 0) return isSame(state, row, message) ? 'known' : 'taken'
  if (seen.has(key)) return 'known'
  const isExpired = message.expiresAt * 1000 <= moment.nowMs
  const verdict = !message.isCommitted
    ? isExpired
      ? 'expired'
      : 'open'
    : !isOver(message, moment)
      ? 'done'
      : action.takesDead
        ? 'dead'
        : isExpired
          ? 'expired'
          : 'exhausted'
  if (isKept(verdict)) seen.add(key)
  return verdict
}

/** The other store would try it no more. */
export function isOver(message: ImportedMessage | BrokenRow, { nowMs }: Moment): boolean {
  if (message.kind === 'broken') return true
  const { isDead, attempts, expiresAt, view } = message
  return isDead || attempts >= view.deliverLimit || expiresAt * 1000 <= nowMs
}

function isSame(state: BrokerState, row: Row, message: ImportedMessage): boolean {
  const [topic, type] = kindOf(state, message)
  hashContent(message.view, topic, type, content)
  const { content0, content1 } = content
  return (
    state.messages.topicOf(row) === topic && state.messages.contentMatches(row, content0, content1)
  )
}

function isNamed(group: GroupNumber | 0): group is GroupNumber {
  return group !== 0
}

/** 0 for a name without a number. */
export function kindOf(
  state: BrokerState,
  { view }: ImportedMessage,
): readonly [TopicNumber | 0, TypeNumber | 0] {
  return [
    state.topicNames.numberOf(view.raw, view.topicStart, view.topicEnd),
    state.typeNames.numberOf(view.raw, view.typeStart, view.typeEnd),
  ]
}

export function groupOf(state: BrokerState, name: Uint8Array): GroupNumber | 0 {
  return state.groupNames.numberOf(name, 0, name.length)
}

/**
 * The groups that want it now, and those that were tried in vain, without those that have it. A dead letter is one of the
 * groups that failed, if that is known.
 */
export function routingOf(state: BrokerState, message: ImportedMessage, isDead: boolean): Routing {
  const [topic, type] = kindOf(state, message)
  const { failed, succeeded } = message
  const have = new Set(succeeded.map((name) => groupOf(state, name)))
  const tried = failed.map((name) => groupOf(state, name)).filter(isNamed)
  const missing = [...new Set(tried)].filter((group) => !have.has(group))
  if (isDead && missing.length > 0) return { durable: missing, transient: [] }
  const wanting = wantingOf(state, message, topic, type)
  const transient = wanting.transient.filter((group) => !have.has(group))
  const durable = wanting.durable.filter((group) => !have.has(group))
  const known = new Set([...durable, ...transient])
  return { durable: [...durable, ...missing.filter((group) => !known.has(group))], transient }
}

/** Also of a type that a dry run has given no number. */
function wantingOf(
  { bindings }: BrokerState,
  { view }: ImportedMessage,
  topic: TopicNumber | 0,
  type: TypeNumber | 0,
): Routing {
  if (topic === 0) return nowhere
  if (type !== 0) return bindings.route(topic, type)
  return bindings.routeOfName(topic, view.raw.subarray(view.typeStart, view.typeEnd))
}

export function isNowhere({ durable, transient }: Routing): boolean {
  return durable.length + transient.length === 0
}

/** `settled`: the groups that want it have it. A group that a dry run has given no number would get it. */
export function whyNowhere(
  state: BrokerState,
  settings: BrokerSettings,
  message: ImportedMessage,
  verdict: ImportVerdict,
): ImportVerdict {
  const [topic, type] = kindOf(state, message)
  if (message.failed.some((name) => groupOf(state, name) === 0)) return verdict
  if (!isNowhere(wantingOf(state, message, topic, type))) return 'settled'
  const { raw, topicStart, topicEnd } = message.view
  return isServed(settings, raw, topicStart, topicEnd) ? 'unbound' : 'unserved'
}

export function isKept(verdict: ImportVerdict): boolean {
  return verdict === 'done' || verdict === 'open' || verdict === 'dead'
}
