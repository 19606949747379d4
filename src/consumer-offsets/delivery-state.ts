// All queues: which one belongs to a group and a topic. A queue, once opened, stays: its ends are state. Must never know
// what a message is, only ordinals.

import type { GroupNumber, TopicNumber } from '../model/ids.ts'
import type { Digest } from '../model/mix.ts'
import { expectNameNumber } from '../model/name-number.ts'
import type { SectionReader, SectionWriter } from '../model/section.ts'
import type { SpareChunks } from './chunk-list.ts'
import { PausedGroups } from './paused-groups.ts'
import { Queue } from './queue.ts'

export class DeliveryState {
  /** Saved apart from the queues, digested with them. */
  readonly paused: PausedGroups = new PausedGroups()
  private readonly spares: SpareChunks = []
  /** By topic number; each list in order of the group number. */
  private readonly byTopic: (Queue[] | undefined)[] = []
  private readonly byGroup: (Queue[] | undefined)[] = []
  private queues = 0
  private memo: Queue | undefined = undefined

  /** Queues ever opened. */
  get size(): number {
    return this.queues
  }

  find(group: GroupNumber, topic: TopicNumber): Queue | undefined {
    const memo = this.memo
    if (memo !== undefined && memo.group === group && memo.topic === topic) return memo
    const list = this.byTopic[topic]
    if (list === undefined) return undefined
    const queue = list[place(list, group)]
    if (queue?.group !== group) return undefined
    return (this.memo = queue)
  }

  ofGroup(group: GroupNumber): readonly Queue[] {
    return this.byGroup[group] ?? none
  }

  ofTopic(topic: TopicNumber): readonly Queue[] {
    return this.byTopic[topic] ?? none
  }

  *all(): Generator<Queue> {
    for (const list of this.byTopic) if (list !== undefined) yield* list
  }

  /** Fold move: the queue, opened if there is none. */
  open(group: GroupNumber, topic: TopicNumber): Queue {
    const found = this.find(group, topic)
    if (found !== undefined) return found
    const queue = new Queue(group, topic, this.spares)
    const list = listAt(this.byTopic, topic)
    list.splice(place(list, group), 0, queue)
    listAt(this.byGroup, group).push(queue)
    this.queues++
    this.memo = queue
    return queue
  }

  /** Fold move: the broker starts; nothing is out any more. */
  endLeases(): void {
    for (const queue of this.all()) queue.endLeases()
  }

  digestInto(into: Digest): void {
    for (const queue of this.all()) queue.digestInto(into)
    this.paused.digestInto(into)
  }

  save(writer: SectionWriter): void {
    writer.u32(this.queues)
    for (const queue of this.all()) {
      writer.u32(queue.group)
      writer.u32(queue.topic)
      queue.save(writer)
    }
  }

  load(reader: SectionReader): void {
    const count = reader.u32()
    for (let i = 0; i < count; i++) {
      const group = reader.u32() as GroupNumber
      this.open(group, reader.u32() as TopicNumber).load(reader)
    }
  }
}

const none: readonly Queue[] = []

/** Index of the first queue whose group is not below. */
function place(list: readonly Queue[], group: GroupNumber): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (list[middle]!.group < group) low = middle + 1
    else high = middle
  }
  return low
}

function listAt(lists: (Queue[] | undefined)[], number: number): Queue[] {
  expectNameNumber(number)
  while (lists.length <= number) lists.push(undefined)
  return (lists[number] ??= [])
}
