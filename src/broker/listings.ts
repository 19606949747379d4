// Bindings and open transactions as people want to see them: names instead of numbers. Of a running broker or of a state
// that was read from a folder.

import { idText } from '../model/id-text.ts'
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

export function listBindings(state: BrokerState): ListedBinding[] {
  const { bindings, topicNames, groupNames, queues } = state
  const dead = new Map<string, number>()
  for (const { group, topic } of state.dead.list()) {
    const key = `${group} ${topic}`
    dead.set(key, (dead.get(key) ?? 0) + 1)
  }
  return bindings.list().map(({ source, binding, problem }) => ({
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

export function listTransactions(state: BrokerState): OpenTransaction[] {
  const { transactions, messages, topicNames, typeNames, groupNames } = state
  const list: OpenTransaction[] = []
  transactions.forEachOpen((prepared, open) => {
    list.push({
      id: idText(messages.idOf(open.row)),
      offset: prepared,
      topic: topicNames.textOf(messages.topicOf(open.row)),
      type: typeNames.textOf(messages.typeOf(open.row)),
      group: groupNames.textOf(open.publisher),
      preparedAtMs: open.preparedAtMs,
      inquiries: open.inquiries,
      lastInquiryAtMs: open.lastInquiryAtMs,
      expiresAt: messages.expiresAtOf(open.row),
    })
  })
  return list
}
