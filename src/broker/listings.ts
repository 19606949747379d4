// Bindings and open transactions as people want to see them: names instead of numbers. Of a running broker or of a state
// that was read from a folder.

import { idText } from '../model/id-text.ts'
import type { Offset } from '../model/ids.ts'
import type { OpenTransaction as OpenEntry } from '../txn/txn-state.ts'
import type { Session } from './session.ts'
import type { BrokerState } from './state.ts'

export interface ListedBinding {
  readonly source: string
  readonly topic: string
  readonly group: string
  readonly bindType: string
  readonly messageType: string
  readonly watermark: number
  readonly persistent: boolean
  /** Why its pattern never matches. */
  readonly problem?: string
  /** Messages that wait for the group in this topic. */
  readonly waiting: number
  /** Dead letters of the group in this topic. */
  readonly dead: number
  /** Of the group; undefined when no broker runs. */
  readonly connections?: number
}

export interface OpenTransaction {
  readonly id: string
  readonly offset: number
  readonly topic: string
  readonly type: string
  /** The publisher's. */
  readonly group: string
  readonly preparedAtMs: number
  readonly inquiries: number
  /** 0: never. */
  readonly lastInquiryAtMs: number
  /** Unix seconds. */
  readonly expiresAt: number
}

/** Those of [from, to) in an order that stays while no binding changes. */
export function listBindings(
  state: BrokerState,
  from: number = 0,
  to: number = Infinity,
): ListedBinding[] {
  const { bindings, topicNames, groupNames, queues } = state
  const dead = new Map<string, number>()
  for (const { group, topic } of state.dead.list()) {
    const key = `${group} ${topic}`
    dead.set(key, (dead.get(key) ?? 0) + 1)
  }
  const listed = bindings.list().slice(from, to)
  return listed.map(({ source, binding, problem }) => ({
    source,
    topic: topicNames.textOf(binding.topic),
    group: groupNames.textOf(binding.group),
    bindType: binding.bindType,
    messageType: binding.messageType,
    watermark: binding.watermark,
    persistent: binding.persistent,
    waiting: queues.find(binding.group, binding.topic)?.unsettled ?? 0,
    dead: dead.get(`${binding.group} ${binding.topic}`) ?? 0,
    ...(problem === undefined ? {} : { problem }),
  }))
}

/** What a registry has and this broker did not take: a line for each list, of no type, with why. */
export function listUnbound(
  { topicNames, groupNames, queues }: BrokerState,
  { registries }: Pick<Session, 'registries'>,
): ListedBinding[] {
  const none = { bindType: 'none', messageType: '', watermark: 0, persistent: false, dead: 0 }
  return [...registries.values()].flatMap(({ source, problems }) =>
    problems.map(({ topic, group, text }) => {
      const groupNumber = groupNames.numberOfText(group)
      const topicNumber = topicNames.numberOfText(topic)
      const queue =
        groupNumber === 0 || topicNumber === 0 ? undefined : queues.find(groupNumber, topicNumber)
      return { ...none, source, topic, group, waiting: queue?.unsettled ?? 0, problem: text }
    }),
  )
}

/** By offset, from this one on, so many at most. */
export function listTransactions(
  state: BrokerState,
  from: number = 0,
  limit: number = Infinity,
): OpenTransaction[] {
  const { transactions, messages, topicNames, typeNames, groupNames } = state
  const open: [Offset, OpenEntry][] = []
  transactions.forEachOpen((prepared, entry) => {
    if (prepared >= from) open.push([prepared, entry])
  })
  open.sort(([a], [b]) => a - b)
  return open.slice(0, limit).map(([prepared, entry]) => ({
    id: idText(messages.idOf(entry.row)),
    offset: prepared,
    topic: topicNames.textOf(messages.topicOf(entry.row)),
    type: typeNames.textOf(messages.typeOf(entry.row)),
    group: groupNames.textOf(entry.publisher),
    preparedAtMs: entry.preparedAtMs,
    inquiries: entry.inquiries,
    lastInquiryAtMs: entry.lastInquiryAtMs,
    expiresAt: messages.expiresAtOf(entry.row),
  }))
}
