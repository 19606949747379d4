// When no binding of a group matched a message: which one came nearest, what differs, and which one would have matched at
// another time. For people: a guess at what was meant, next to facts from the log.

import { Pattern } from '../index/pattern.ts'
import type { TopicNumber, TypeNumber } from '../model/ids.ts'
import type { Bound, GroupHistory, Told, Unbound } from './group-history.ts'

export interface Near {
  readonly bound: Bound
  readonly differs: string
}

/** The moment a message was routed, seen from one group. */
export interface Route {
  /** The record that routed it: published or committed. */
  readonly told: Told
  /** Bindings the group had then, of any topic. */
  readonly bindings: number
  /** As the record says: undefined when it went to the group. */
  readonly near: Near | undefined
  /** It would have matched, and had gone before. */
  readonly unbound: Unbound | undefined
  /** It matches, and came after. */
  later: Bound | undefined
}

export function routeOf(
  history: GroupHistory,
  topic: TopicNumber,
  type: TypeNumber,
  told: Told,
): Route {
  const bindings = history.bindings()
  let near: Near | undefined
  let best = -1
  for (const bound of bindings) {
    const [differs, score] = compare(history, bound, topic, type)
    if (score <= best) continue
    best = score
    near = { bound, differs }
  }
  const unbound = history.unbound.findLast(
    ({ binding }) => binding.topic === topic && history.wants(binding, type),
  )
  return { told, bindings: bindings.length, near, unbound, later: undefined }
}

/** What differs, and how near it is: the same topic is nearer than any other. */
function compare(
  history: GroupHistory,
  { binding }: Bound,
  topic: TopicNumber,
  type: TypeNumber,
): readonly [differs: string, score: number] {
  const { topics, types } = history.names
  const wanted = types.textOf(type)
  const { messageType, bindType } = binding
  if (binding.topic !== topic) {
    const score = likeness(topics.textOf(binding.topic), topics.textOf(topic))
    return history.wants(binding, type)
      ? ['it is of another topic', 1 + score]
      : ['it is of another topic, and of another type', score]
  }
  if (bindType === 'regex') {
    const { problem } = new Pattern(binding)
    return [problem ?? `its pattern does not match ${JSON.stringify(wanted)}`, 2.5]
  }
  const isCase = messageType.toLowerCase() === wanted.toLowerCase()
  const differs = isCase ? 'the type differs in upper and lower case' : 'the type differs'
  return [differs, 2 + likeness(messageType, wanted)]
}

/** From 0 to 1: how much of both is the same at the beginning and at the end. */
function likeness(one: string, other: string): number {
  const a = one.toLowerCase()
  const b = other.toLowerCase()
  const shorter = Math.min(a.length, b.length)
  let start = 0
  while (start < shorter && a[start] === b[start]) start++
  let end = 0
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  return (start + end) / Math.max(1, a.length, b.length)
}
