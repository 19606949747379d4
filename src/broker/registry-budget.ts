// What a reading of a registry may cost: groups of one topic, and the regular expressions every new type of it is matched
// against. Counts what this reading has taken already, which the state does not know yet. Must never compile what will be
// refused anyway: compiling is the cost.

import { sourceOrder } from '../index/binding-index.ts'
import { costOfPattern, instructionsOfPattern } from '../index/pattern.ts'
import { isText } from '../model/cut-text.ts'
import type { GroupNumber, TopicNumber } from '../model/ids.ts'
import {
  groupsPerTopicMax,
  patternCompilingPerTopicMax,
  patternInstructionsPerTopicMax,
  regexesPerListMax,
  regexesPerTopicMax,
} from '../model/limits.ts'
import type { BindingSource } from '../model/record.ts'
import type { ClientBinding } from './command.ts'
import type { BrokerState } from './state.ts'

interface TopicBudget {
  groups: number
  regexes: number
  instructions: number
  /** Compiled for this reading. */
  compiled: number
}

export interface Admission {
  /** What is to be bound; undefined: what was stays. */
  readonly taken: readonly ClientBinding[] | undefined
  /** Why it is not all of it. */
  readonly problem?: string
}

const nobody = 0 as GroupNumber

export class RegistryBudget {
  readonly #state: BrokerState
  readonly #source: BindingSource
  readonly #topics = new Map<TopicNumber, TopicBudget>()

  constructor(state: BrokerState, source: BindingSource) {
    this.#state = state
    this.#source = source
  }

  /** The source has nothing there any more. */
  removed(topic: TopicNumber, group: GroupNumber): void {
    const { bindings } = this.#state
    const budget = this.#of(topic)
    this.#forgetPatterns(budget, topic, group)
    const isElsewhere = sourceOrder.some(
      (source) => source !== this.#source && bindings.listOf(source, topic, group).length > 0,
    )
    if (!isElsewhere) budget.groups -= 1
  }

  /** Of compiling what the group has not bound yet; Infinity for what is too much without a look. */
  costOf(topic: TopicNumber, group: GroupNumber, list: readonly ClientBinding[]): number {
    const fresh = this.#fresh(topic, group, list)
    if (fresh.length > regexesPerListMax) return Infinity
    return fresh.reduce((sum, pattern) => sum + costOfPattern(pattern), 0)
  }

  admit(topic: TopicNumber, group: GroupNumber, list: readonly ClientBinding[]): Admission {
    if (list.length === 0) return { taken: list }
    const half = list.find(({ messageType }) => !isText(messageType))
    if (half !== undefined)
      return { taken: undefined, problem: `a messageType has half a character; ${stays}` }
    const budget = this.#of(topic)
    const isNew = !this.#state.bindings.isBound(topic, group)
    if (isNew && budget.groups >= groupsPerTopicMax)
      return {
        taken: undefined,
        problem: `more than ${groupsPerTopicMax} groups of one topic: it is not bound`,
      }
    const tooMuch = this.#takePatterns(budget, topic, group, list)
    const before = this.#state.bindings.listOf(this.#source, topic, group)
    if (tooMuch !== undefined && before.length > 0)
      return { taken: undefined, problem: `${tooMuch}; ${stays}` }
    const taken = tooMuch === undefined ? list : list.filter((one) => one.bindType !== 'regex')
    if (isNew && taken.length > 0) budget.groups += 1
    return tooMuch === undefined
      ? { taken }
      : { taken, problem: `${tooMuch}; none of them is bound` }
  }

  /** Why not; undefined: they are counted from now on. */
  #takePatterns(
    budget: TopicBudget,
    topic: TopicNumber,
    group: GroupNumber,
    list: readonly ClientBinding[],
  ): string | undefined {
    const regexes = list.filter(({ bindType }) => bindType === 'regex')
    if (regexes.length === 0) {
      this.#forgetPatterns(budget, topic, group)
      return undefined
    }
    if (regexes.length > regexesPerListMax)
      return `${regexes.length} regular expressions, expected at most ${regexesPerListMax} in one list`
    const old = this.#patternsOf(topic, group)
    const more = regexes.length - old.length
    if (more > 0 && budget.regexes + more > regexesPerTopicMax)
      return `the topic would have more than ${regexesPerTopicMax} regular expressions`
    const cost = this.costOf(topic, group, list)
    const costly = 'the regular expressions of this topic are too costly together'
    if (budget.compiled + cost > patternCompilingPerTopicMax) return costly
    budget.compiled += cost
    let instructions = budget.instructions
    for (const pattern of old) instructions -= instructionsOfPattern(pattern)
    for (const { messageType } of regexes) instructions += instructionsOfPattern(messageType)
    if (instructions > patternInstructionsPerTopicMax && instructions > budget.instructions)
      return costly
    budget.regexes += more
    budget.instructions = instructions
    return undefined
  }

  #forgetPatterns(budget: TopicBudget, topic: TopicNumber, group: GroupNumber): void {
    for (const pattern of this.#patternsOf(topic, group)) {
      budget.regexes -= 1
      budget.instructions -= instructionsOfPattern(pattern)
    }
  }

  #fresh(topic: TopicNumber, group: GroupNumber, list: readonly ClientBinding[]): string[] {
    const old = new Set(this.#patternsOf(topic, group))
    return list
      .filter(({ bindType, messageType }) => bindType === 'regex' && !old.has(messageType))
      .map(({ messageType }) => messageType)
  }

  /** Bound by the source until now. */
  #patternsOf(topic: TopicNumber, group: GroupNumber): string[] {
    return this.#state.bindings
      .listOf(this.#source, topic, group)
      .filter(({ bindType }) => bindType === 'regex')
      .map(({ messageType }) => messageType)
  }

  #of(topic: TopicNumber): TopicBudget {
    let budget = this.#topics.get(topic)
    if (budget === undefined) {
      const { bindings } = this.#state
      budget = {
        groups: bindings.groupsOf(topic),
        regexes: bindings.regexesOf(topic, nobody),
        instructions: bindings.instructionsOf(topic, nobody),
        compiled: 0,
      }
      this.#topics.set(topic, budget)
    }
    return budget
  }
}

const stays = 'what was bound before stays'
