// What a log says of one group: who of it is connected, what it has bound, what it had bound before, whether it is held back,
// all as of the record shown last. A fold of its own; where a message goes stands in its record and is never judged here.

import { learnName, newNameBook, type NameBook } from '../index/name-book.ts'
import type { BrokerState } from '../broker/state.ts'
import { Pattern } from '../index/pattern.ts'
import type { GroupNumber, TopicNumber, TypeNumber } from '../model/ids.ts'
import { sourceOrder } from '../index/binding-index.ts'
import type { Binding, BindingSource, LogRecord } from '../model/record.ts'

/** Of a record. */
export interface Told {
  readonly offset: number
  /** Ms since 1970. */
  readonly timeMs: number
}

export interface Bound extends Told {
  readonly source: BindingSource
  readonly binding: Binding
}

/** A binding that is there no more, and the record that took it away. */
export interface Unbound extends Bound {
  readonly gone: Told
}

export interface Joined extends Told {
  readonly connection: number
  readonly peer: string
}

/** Of what no record in the log tells: the state before it was so. */
export const unplaced: Told = { offset: -1, timeMs: 0 }

/** Bindings that are gone are remembered, the last ones. */
const unboundMax = 1024

export class GroupHistory {
  readonly names: NameBook = newNameBook()
  /** 0: no record has named the group so far. */
  group = 0 as GroupNumber
  readonly members: Map<number, Joined> = new Map()
  /** Bindings are known from this offset on: 0 unless the log begins later. */
  knownFrom = 0
  /** How the last one went who is not there any more. */
  lastLeft: (Told & { readonly how: string }) | undefined
  pause: (Told & { readonly who: string }) | undefined
  /** Newest last. */
  readonly unbound: Unbound[] = []
  readonly #name: string
  readonly #topics = new Map<TopicNumber, Map<BindingSource, readonly Bound[]>>()

  constructor(name: string) {
    this.#name = name
  }

  /** The state as of `knownFrom`: what of the group's lists no record has told since the log begins. */
  begin({ bindings, queues }: BrokerState): void {
    const lists = new Map<string, Binding[]>()
    for (const { source, binding } of bindings.list()) {
      if (binding.group !== this.group || this.#topics.get(binding.topic)?.has(source) === true)
        continue
      const key = `${source} ${binding.topic}`
      lists.set(key, [...(lists.get(key) ?? []), binding])
    }
    for (const [key, list] of lists)
      this.#set(list[0]!.topic, key.split(' ')[0] as BindingSource, list, unplaced)
    const pause = queues.paused.find(this.group)
    if (pause !== undefined) this.pause ??= { ...unplaced, timeMs: pause.sinceMs, who: pause.who }
  }

  visit(record: LogRecord, place: Told): void {
    const { offset, timeMs } = place
    switch (record.kind) {
      case 'named':
        learnName(this.names, record)
        if (record.dictionary === 'group' && this.names.groups.textOf(record.number) === this.#name)
          this.group = record.number as GroupNumber
        return
      case 'started':
        if (this.members.size > 0)
          this.lastLeft = { offset, timeMs, how: 'the broker was started anew' }
        this.members.clear()
        return
      case 'members-changed': {
        if (record.group !== this.group) return
        const { connection, peer } = record
        if (record.change === 'joined')
          this.members.set(connection, { offset, timeMs, connection, peer })
        else {
          this.members.delete(connection)
          this.lastLeft = { offset, timeMs, how: `connection ${connection} (${peer}) left` }
        }
        return
      }
      case 'paused':
        if (record.group === this.group) this.pause ??= { offset, timeMs, who: record.who }
        return
      case 'resumed':
        if (record.group === this.group) this.pause = undefined
        return
      case 'bindings-changed':
        if (record.group === this.group)
          this.#set(record.topic, record.source, record.bindings, { offset, timeMs })
    }
  }

  /** All there are now, in the order they are looked at. */
  bindings(): Bound[] {
    return [...this.#topics.keys()].flatMap((topic) => this.bindingsOf(topic))
  }

  bindingsOf(topic: TopicNumber): Bound[] {
    const lists = this.#topics.get(topic)
    return sourceOrder.flatMap((source) => lists?.get(source) ?? [])
  }

  /** The one that decides, as the broker would find it. */
  match(topic: TopicNumber, type: TypeNumber): Bound | undefined {
    return this.bindingsOf(topic).find(({ binding }) => this.wants(binding, type))
  }

  wants(binding: Binding, type: TypeNumber): boolean {
    const { types } = this.names
    return new Pattern(binding).matches(types.bytesOf(type), types.textOf(type))
  }

  /** What stays keeps the record that brought it. */
  #set(topic: TopicNumber, source: BindingSource, bindings: readonly Binding[], told: Told): void {
    let lists = this.#topics.get(topic)
    if (lists === undefined)
      this.#topics.set(topic, (lists = new Map<BindingSource, readonly Bound[]>()))
    const before = [...(lists.get(source) ?? [])]
    const now = bindings.map((binding): Bound => {
      const at = before.findIndex((one) => isSame(one.binding, binding))
      return at < 0 ? { ...told, source, binding: { ...binding, topic } } : before.splice(at, 1)[0]!
    })
    lists.set(source, now)
    for (const one of before) this.unbound.push({ ...one, gone: told })
    if (this.unbound.length > unboundMax) this.unbound.splice(0, this.unbound.length - unboundMax)
  }
}

function isSame(a: Binding, b: Binding): boolean {
  return (
    a.bindType === b.bindType &&
    a.messageType === b.messageType &&
    a.watermark === b.watermark &&
    a.persistent === b.persistent
  )
}
