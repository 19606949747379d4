// Which topics this broker takes publishes and bindings for: exact names, byte for byte, or any.

import { Dictionary } from '../index/dictionary.ts'
import type { BrokerSettings } from './settings.ts'

const encoder = new TextEncoder()
/** The names of a list as bytes: made with the first question about it, because there is one with every publish. */
const namesOf = new WeakMap<readonly string[], Dictionary>()

/** The topic is given as a span of bytes, as it was sent. */
export function isServed(
  { topics }: BrokerSettings,
  source: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (topics === '*') return true
  return (namesOf.get(topics) ?? remember(topics)).numberOf(source, start, end) !== 0
}

/** Whether it is still unknown who is bound to the topic, so that its message would be for nobody. */
export function isUnread(
  { unread }: BrokerSettings,
  source: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (unread === undefined || unread.length === 0) return false
  return (namesOf.get(unread) ?? remember(unread)).numberOf(source, start, end) !== 0
}

/** Whether that is so of every topic served: then no publish is taken. */
export function isAllUnread({ topics, unread = [] }: BrokerSettings): boolean {
  if (topics === '*' || unread.length === 0) return false
  const names = new Set(unread)
  return topics.every((topic) => names.has(topic))
}

function remember(topics: readonly string[]): Dictionary {
  const names = new Dictionary()
  topics.forEach((topic, at) => names.add(at + 1, encoder.encode(topic)))
  namesOf.set(topics, names)
  return names
}
