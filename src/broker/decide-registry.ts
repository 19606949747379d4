// One complete reading of a registry becomes the changes of bindings it asks for. Whoever may write there may write anything:
// what would cost all others their time or their place keeps what its group had before, and is told. Must never bind a part
// of a list and say nothing.

import type { Dictionary } from '../index/dictionary.ts'
import type { GroupNumber, TopicNumber } from '../model/ids.ts'
import { groupBytesMax, namesBytesMax, namesMax, topicBytesMax } from '../model/limits.ts'
import type { RegistryBinding, RegistrySnapshot } from '../model/registry.ts'
import { change, isChange } from './decide-binding.ts'
import type { Decision } from './decision.ts'
import { RegistryBudget } from './registry-budget.ts'
import { RegistryProblems } from './registry-problems.ts'
import type { BrokerState } from './state.ts'

const encoder = new TextEncoder()

interface Wanted {
  readonly topic: TopicNumber
  readonly group: GroupNumber
  /** Names, for people. */
  readonly of: Pick<RegistryBinding, 'topic' | 'group'>
  readonly list: RegistryBinding[]
}

/** What it does not name any more is removed. */
export function decideRegistry(
  state: BrokerState,
  snapshot: RegistrySnapshot,
  out: Decision,
): void {
  const problems = new RegistryProblems()
  if (nameNew(state, snapshot, problems, out)) return
  const { source } = snapshot
  const budget = new RegistryBudget(state, source)
  const changed = wantedOf(state, snapshot).filter(({ topic, group, list }) =>
    isChange(state, source, topic, group, list),
  )
  for (const { topic, group, list } of changed) if (list.length === 0) budget.removed(topic, group)
  // The cheap ones first: a flood of patterns is to cost nobody but itself.
  const ordered = changed
    .map((one) => ({ ...one, cost: budget.costOf(one.topic, one.group, one.list) }))
    .sort((a, b) => a.cost - b.cost)
  for (const { topic, group, of, list } of ordered) {
    const { taken, problem } = budget.admit(topic, group, list)
    if (problem !== undefined) problems.add(of, problem)
    if (taken === undefined) continue
    const warning = change(state, source, topic, group, taken, out)
    if (warning !== '') problems.add(of, warning)
  }
  out.registry = { source, problems: problems.list }
}

/** Each list the reading has, and an empty one for whatever is bound and not in it. */
function wantedOf(state: BrokerState, { source, bindings }: RegistrySnapshot): Wanted[] {
  const wanted = new Map<TopicNumber, Map<GroupNumber, Wanted>>()
  const all: Wanted[] = []
  const at = (topic: TopicNumber, group: GroupNumber, of: () => Wanted['of']): Wanted => {
    let groups = wanted.get(topic)
    if (groups === undefined) wanted.set(topic, (groups = new Map<GroupNumber, Wanted>()))
    let found = groups.get(group)
    if (found === undefined) {
      found = { topic, group, of: of(), list: [] }
      groups.set(group, found)
      all.push(found)
    }
    return found
  }
  for (const binding of bindings) {
    const topic = state.topicNames.numberOfText(binding.topic)
    const group = state.groupNames.numberOfText(binding.group)
    if (topic !== 0 && group !== 0) at(topic, group, () => binding).list.push(binding)
  }
  for (const { source: by, binding } of state.bindings.list())
    if (by === source)
      at(binding.topic, binding.group, () => ({
        topic: state.topicNames.textOf(binding.topic),
        group: state.groupNames.textOf(binding.group),
      }))
  return all
}

/** Give numbers to the names of a snapshot that have none yet. True: apply these first, then decide again. */
function nameNew(
  state: BrokerState,
  { bindings }: RegistrySnapshot,
  problems: RegistryProblems,
  out: Decision,
): boolean {
  const give = (
    dictionary: 'topic' | 'group',
    names: Dictionary,
    bytesMax: number,
    first: ReadonlyMap<string, RegistryBinding>,
  ): void => {
    let number = names.nextNumber()
    let { bytes } = names
    for (const [text, of] of first) {
      if (names.numberOfText(text) !== 0) continue
      const name = encoder.encode(text)
      if (name.length === 0 || name.length > bytesMax)
        problems.add(of, `the name of its ${dictionary} is expected to have 1 to ${bytesMax} bytes`)
      else if (number >= namesMax || bytes >= namesBytesMax)
        problems.add(of, `too many distinct ${dictionary}s: it is not bound`)
      else {
        out.records.push({ kind: 'named', dictionary, number, name })
        number += 1
        bytes += name.length
      }
    }
  }
  give('topic', state.topicNames, topicBytesMax, firstBy(bindings, 'topic'))
  give('group', state.groupNames, groupBytesMax, firstBy(bindings, 'group'))
  out.again = out.records.length > 0
  return out.again
}

function firstBy(
  bindings: readonly RegistryBinding[],
  key: 'topic' | 'group',
): ReadonlyMap<string, RegistryBinding> {
  const first = new Map<string, RegistryBinding>()
  for (const one of bindings) if (!first.has(one[key])) first.set(one[key], one)
  return first
}
