// Who wants what: the bindings of every (source, topic, group), and from them where a message goes. Routes are asked for when
// a publish or commit is decided and then stand in its record; replaying never asks. Must never route by what a source of
// another name has removed.

import { LRUCache } from 'lru-cache'
import { invariant } from '../model/assert.ts'
import type { GroupNumber, TopicNumber, TypeNumber } from '../model/ids.ts'
import { routesCachedMax } from '../model/limits.ts'
import { Digest, EntryHash } from '../model/mix.ts'
import type { Binding, BindingSource, BindType, Routing } from '../model/record.ts'
import type { SectionReader, SectionWriter } from '../model/section.ts'
import { patternText, type Dictionary } from './dictionary.ts'
import { Pattern } from './pattern.ts'

/** The order in which a group's bindings are looked at: the first that matches decides persistence. */
export const sourceOrder: readonly BindingSource[] = ['registry', 'file', 'client', 'operator']
const bindTypes: readonly BindType[] = ['direct', 'regex', 'fanout']
const typesMax = 0x4000000

export interface ListedBinding {
  readonly source: BindingSource
  readonly binding: Binding
  /** Why the binding never matches. */
  readonly problem?: string
}

/** What a change of bindings would do to the types given. */
export interface BindingPreview {
  readonly parks: TypeNumber[]
  readonly unparks: TypeNumber[]
}

/** One list per source, in the order of `sourceOrder`. */
type GroupBindings = (readonly Pattern[])[]

interface Topic {
  /** Grows with every change: routes computed before are stale. */
  version: number
  readonly groups: Map<GroupNumber, GroupBindings>
  /** Of the groups, by number; undefined until it is asked for after a change: a registry makes thousands at once. */
  order: readonly GroupNumber[] | undefined
}

interface Route {
  readonly version: number
  readonly routing: Routing
}

const nowhere: Routing = Object.freeze({ durable: Object.freeze([]), transient: Object.freeze([]) })

/** Problems of one list that are told to whoever bound it. */
const problemsToldMax = 4

export class BindingIndex {
  private readonly types: Dictionary
  private readonly topics = new Map<TopicNumber, Topic>()
  private count = 0
  private readonly countOf = new Map<GroupNumber, number>()
  private readonly routes = new LRUCache<number, Route>({ max: routesCachedMax })

  /** `types`: the dictionary the type numbers come from. */
  constructor(types: Dictionary) {
    this.types = types
  }

  /** The groups a message of this topic and type goes to; frozen, in the order of their numbers. */
  route(topic: TopicNumber, type: TypeNumber): Routing {
    const entry = this.topics.get(topic)
    if (entry === undefined) return nowhere
    if (type >= typesMax) invariant(false, `type number ${type} is too large for the route cache`)
    const key = topic * typesMax + type
    const known = this.routes.get(key)
    if (known?.version === entry.version) return known.routing
    const routing = this.compute(entry, this.types.bytesOf(type), this.types.patternTextOf(type))
    this.routes.set(key, { version: entry.version, routing })
    return routing
  }

  /** The same of a type that has no number yet. */
  routeOfName(topic: TopicNumber, type: Uint8Array): Routing {
    const entry = this.topics.get(topic)
    return entry === undefined ? nowhere : this.compute(entry, type, patternText(type))
  }

  /** Whether some binding of the group matches. */
  wants(topic: TopicNumber, type: TypeNumber, group: GroupNumber): boolean {
    const lists = this.topics.get(topic)?.groups.get(group)
    return lists !== undefined && this.firstMatch(lists, type) !== undefined
  }

  /** Groups with any binding of the topic. */
  groupsOf(topic: TopicNumber): number {
    return this.topics.get(topic)?.groups.size ?? 0
  }

  /** Whether the group has any binding of the topic. */
  isBound(topic: TopicNumber, group: GroupNumber): boolean {
    return this.topics.get(topic)?.groups.has(group) ?? false
  }

  /** Messages a second for (group, topic), as its first binding says; 0: unlimited. */
  watermarkOf(topic: TopicNumber, group: GroupNumber): number {
    for (const list of this.topics.get(topic)?.groups.get(group) ?? []) {
      if (list.length > 0) return Math.max(0, list[0]!.binding.watermark)
    }
    return 0
  }

  /** What one source holds for (topic, group), in order. */
  listOf(source: BindingSource, topic: TopicNumber, group: GroupNumber): readonly Binding[] {
    const list = this.topics.get(topic)?.groups.get(group)?.[sourceOrder.indexOf(source)] ?? []
    return list.map((pattern) => pattern.binding)
  }

  /** Every binding, by topic, group, source. */
  list(): readonly ListedBinding[] {
    const listed: ListedBinding[] = []
    this.forEachList((source, _topic, _group, list) => {
      for (const { binding, problem } of list) {
        listed.push(problem === undefined ? { source, binding } : { source, binding, problem })
      }
    })
    return listed
  }

  /** Regular expressions of all groups bound to the topic, but for one group's. */
  regexesOf(topic: TopicNumber, besides: GroupNumber): number {
    let count = 0
    for (const [group, lists] of this.topics.get(topic)?.groups ?? []) {
      if (group === besides) continue
      for (const list of lists)
        for (const { binding } of list) if (binding.bindType === 'regex') count++
    }
    return count
  }

  /** Cost of matching one type against the regular expressions of all groups bound to the topic, but for one group's. */
  instructionsOf(topic: TopicNumber, besides: GroupNumber): number {
    let sum = 0
    for (const [group, lists] of this.topics.get(topic)?.groups ?? []) {
      if (group === besides) continue
      for (const list of lists) for (const pattern of list) sum += pattern.instructions
    }
    return sum
  }

  /** Bindings in all, and of one group. */
  get size(): number {
    return this.count
  }
  sizeOf(group: GroupNumber): number {
    return this.countOf.get(group) ?? 0
  }

  /** Why bindings never match, the first few; for the answer to whoever proposes them. */
  problemsOf(bindings: readonly Binding[]): string[] {
    const problems: string[] = []
    for (const binding of bindings) {
      const { problem } = new Pattern(binding)
      if (problem !== undefined && problems.push(problem) >= problemsToldMax) break
    }
    return problems
  }

  /** Which of `types` the group would no longer want, and want again, if the source's list became `bindings`. */
  preview(
    source: BindingSource,
    topic: TopicNumber,
    group: GroupNumber,
    bindings: readonly Binding[],
    types: Iterable<TypeNumber>,
  ): BindingPreview {
    const before = this.topics.get(topic)?.groups.get(group) ?? emptyLists()
    const after = [...before]
    after[sourceOrder.indexOf(source)] = bindings.map((binding) => new Pattern(binding))
    const parks: TypeNumber[] = []
    const unparks: TypeNumber[] = []
    for (const type of types) {
      const wanted = this.firstMatch(before, type) !== undefined
      const wants = this.firstMatch(after, type) !== undefined
      if (wanted && !wants) parks.push(type)
      if (!wanted && wants) unparks.push(type)
    }
    return { parks, unparks }
  }

  /** Fold move: the complete list a source now has for (topic, group); empty removes it. */
  change(
    source: BindingSource,
    topic: TopicNumber,
    group: GroupNumber,
    bindings: readonly Binding[],
  ): void {
    let entry = this.topics.get(topic)
    if (entry === undefined) this.topics.set(topic, (entry = newTopic()))
    const lists = entry.groups.get(group) ?? emptyLists()
    const at = sourceOrder.indexOf(source)
    const more = bindings.length - lists[at]!.length
    this.count += more
    this.countOf.set(group, this.sizeOf(group) + more)
    lists[at] = bindings.map((binding) => new Pattern(copy(binding, topic, group)))
    if (lists.every((list) => list.length === 0)) entry.groups.delete(group)
    else entry.groups.set(group, lists)
    // The entry stays when it is empty: its version must never be one a cached route may still carry.
    entry.version++
    entry.order = undefined
  }

  digestInto(into: Digest): void {
    this.forEachList((source, topic, group, list) => {
      const at = sourceOrder.indexOf(source)
      list.forEach((pattern, i) => bindingHash(at, topic, group, i, pattern.binding).addTo(into))
    })
  }

  save(writer: SectionWriter): void {
    let lists = 0
    this.forEachList(() => lists++)
    writer.u32(lists)
    this.forEachList((source, topic, group, list) => {
      writer.u8(sourceOrder.indexOf(source))
      writer.u32(topic)
      writer.u32(group)
      writer.u32(list.length)
      for (const { binding } of list) {
        writer.u8(bindTypes.indexOf(binding.bindType))
        writer.string(binding.messageType)
        writer.f64(binding.watermark)
        writer.u8(binding.persistent ? 1 : 0)
      }
    })
  }

  load(reader: SectionReader): void {
    const lists = reader.u32()
    for (let i = 0; i < lists; i++) {
      const source = sourceOrder[reader.u8()] ?? reader.refuse('binding')
      const topic = reader.u32() as TopicNumber
      const group = reader.u32() as GroupNumber
      const count = reader.u32()
      const bindings: Binding[] = []
      for (let k = 0; k < count; k++) {
        const bindType = bindTypes[reader.u8()] ?? reader.refuse('binding')
        const messageType = reader.string()
        const watermark = reader.f64()
        const persistent = reader.u8() === 1
        bindings.push({ topic, group, bindType, messageType, watermark, persistent })
      }
      this.change(source, topic, group, bindings)
    }
  }

  private compute(entry: Topic, bytes: Uint8Array, text: string): Routing {
    const durable: GroupNumber[] = []
    const transient: GroupNumber[] = []
    for (const group of orderOf(entry)) {
      const match = firstMatch(entry.groups.get(group)!, bytes, text)
      if (match !== undefined) (match.binding.persistent ? durable : transient).push(group)
    }
    return Object.freeze({ durable: Object.freeze(durable), transient: Object.freeze(transient) })
  }

  private firstMatch(lists: GroupBindings, type: TypeNumber): Pattern | undefined {
    return firstMatch(lists, this.types.bytesOf(type), this.types.patternTextOf(type))
  }

  private forEachList(
    visit: (
      source: BindingSource,
      topic: TopicNumber,
      group: GroupNumber,
      list: readonly Pattern[],
    ) => void,
  ): void {
    for (const [topic, entry] of this.topics) {
      for (const group of orderOf(entry)) {
        entry.groups.get(group)!.forEach((list, at) => {
          if (list.length > 0) visit(sourceOrder[at]!, topic, group, list)
        })
      }
    }
  }
}

function firstMatch(lists: GroupBindings, bytes: Uint8Array, text: string): Pattern | undefined {
  for (const list of lists) {
    for (const pattern of list) if (pattern.matches(bytes, text)) return pattern
  }
  return undefined
}

const scratch = new EntryHash()

function bindingHash(
  source: number,
  topic: number,
  group: number,
  at: number,
  binding: Binding,
): EntryHash {
  return scratch
    .word(source)
    .word(topic)
    .word(group)
    .word(at)
    .word(bindTypes.indexOf(binding.bindType))
    .text(binding.messageType)
    .word(binding.watermark)
    .word(binding.persistent ? 1 : 0)
}

function newTopic(): Topic {
  return { version: 1, groups: new Map<GroupNumber, GroupBindings>(), order: undefined }
}

function orderOf(entry: Topic): readonly GroupNumber[] {
  return (entry.order ??= [...entry.groups.keys()].sort((a, b) => a - b))
}

function emptyLists(): GroupBindings {
  return sourceOrder.map(() => [])
}

/** Records are reused by their reader, and the record's topic and group are the ones that count. */
function copy(binding: Binding, topic: TopicNumber, group: GroupNumber): Binding {
  const { bindType, messageType, watermark, persistent } = binding
  return { topic, group, bindType, messageType, watermark, persistent }
}
