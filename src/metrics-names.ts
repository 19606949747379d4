// Topics and groups on /metrics: the chosen ones, each by itself, and all others in one. Reads what the broker counts; a walk
// over all names or queues goes a slice at a time, so that a million of them stop nobody.

import type { BrokerLoop } from './broker/loop.ts'
import type { GroupFigures, TopicFigures } from './http/metrics-figures.ts'
import { ChosenNames, otherNames } from './http/metrics-names.ts'
import type { GroupNumber, TopicNumber } from './model/ids.ts'

export interface NameFigures {
  readonly topics: readonly TopicFigures[]
  readonly groups: readonly GroupFigures[]
}

/** Names or queues looked at in one go: a millisecond at most, once the code is warm. */
const sliceLength = 5_000

/** What waits for each group, and what is out to it, by its number. */
interface Backlog {
  readonly waiting: Float64Array
  readonly inFlight: Float64Array
}

export class MetricsNames {
  readonly #loop: BrokerLoop
  readonly #topics: ChosenNames
  readonly #groups: ChosenNames
  readonly #pause: () => Promise<void>
  /** What counters of the others have said: they never say less. */
  readonly #told = new Map<string, number>()

  constructor(loop: BrokerLoop, shown: number, pause: () => Promise<void> = aTurn) {
    this.#loop = loop
    this.#topics = new ChosenNames(shown)
    this.#groups = new ChosenNames(shown)
    this.#pause = pause
  }

  async figures(): Promise<NameFigures> {
    return { topics: await this.#topicFigures(), groups: await this.#groupFigures() }
  }

  async #topicFigures(): Promise<TopicFigures[]> {
    const { state, traffic, settings } = this.#loop
    const { topicNames } = state
    const all = {
      published: traffic.received,
      delivered: traffic.delivered,
      waiting: state.liveCount - state.transactions.open,
    }
    const other = topicNames.numberOfText(otherNames)
    if (settings.topics !== '*')
      for (const name of settings.topics) {
        const number = topicNames.numberOfText(name)
        if (number !== 0 && number !== other) this.#topics.add(number)
      }
    const activity = (topic: TopicNumber): number =>
      traffic.receivedOf(topic) + traffic.deliveredOf(topic) + state.topics.liveOf(topic)
    await this.#choose(this.#topics, topicNames.nextNumber(), other, (number) =>
      activity(number as TopicNumber),
    )
    const chosen = [...this.#topics.numbers].map((number) => {
      const topic = number as TopicNumber
      return {
        topic: topicNames.textOf(topic),
        published: traffic.receivedOf(topic),
        delivered: traffic.deliveredOf(topic),
        waiting: state.topics.liveOf(topic),
      }
    })
    const rest = {
      topic: otherNames,
      published: this.#count(
        'published',
        all.published,
        chosen.map(({ published }) => published),
      ),
      delivered: this.#count(
        'delivered',
        all.delivered,
        chosen.map(({ delivered }) => delivered),
      ),
      waiting: left(
        all.waiting,
        chosen.map(({ waiting }) => waiting),
      ),
    }
    return [...chosen, rest]
  }

  async #groupFigures(): Promise<GroupFigures[]> {
    const { state, session, traffic } = this.#loop
    const { groupNames, dead } = state
    const all = { delivered: traffic.delivered, acked: traffic.acked, failed: traffic.failed }
    const backlog = await this.#backlog()
    const members = (group: GroupNumber): number => session.groups.get(group)?.members.length ?? 0
    const activity = (group: GroupNumber): number =>
      traffic.deliveredTo(group) +
      traffic.ackedBy(group) +
      traffic.failedOf(group) +
      dead.countOf(group) +
      members(group) +
      (backlog.waiting[group] ?? 0)
    const other = groupNames.numberOfText(otherNames)
    await this.#choose(this.#groups, groupNames.nextNumber(), other, (number) =>
      activity(number as GroupNumber),
    )
    const chosen = [...this.#groups.numbers].map((number): GroupFigures => {
      const group = number as GroupNumber
      return {
        group: groupNames.textOf(group),
        delivered: traffic.deliveredTo(group),
        acked: traffic.ackedBy(group),
        failed: traffic.failedOf(group),
        waiting: backlog.waiting[group] ?? 0,
        inFlight: backlog.inFlight[group] ?? 0,
        dead: dead.countOf(group),
        connections: members(group),
      }
    })
    const of = (read: (group: GroupFigures) => number): number[] => chosen.map(read)
    const rest: GroupFigures = {
      group: otherNames,
      delivered: this.#count(
        'to groups',
        all.delivered,
        of((one) => one.delivered),
      ),
      acked: this.#count(
        'acked',
        all.acked,
        of((one) => one.acked),
      ),
      failed: this.#count(
        'failed',
        all.failed,
        of((one) => one.failed),
      ),
      waiting: left(
        sum(backlog.waiting),
        of((one) => one.waiting),
      ),
      inFlight: left(
        sum(backlog.inFlight),
        of((one) => one.inFlight),
      ),
      dead: left(
        dead.count,
        of((one) => one.dead),
      ),
      connections: left(
        session.members.size,
        of((one) => one.connections),
      ),
    }
    return [...chosen, rest]
  }

  /** All names are looked at only while places are free. */
  async #choose(
    chosen: ChosenNames,
    end: number,
    other: number,
    activity: (number: number) => number,
  ): Promise<void> {
    for (let number = 1; number < end && !chosen.isFull; number++) {
      if (number !== other) chosen.offer(number, activity(number))
      if (number % sliceLength === 0) await this.#pause()
    }
    chosen.choose()
  }

  async #backlog(): Promise<Backlog> {
    const { state } = this.#loop
    const size = state.groupNames.nextNumber()
    const backlog = { waiting: new Float64Array(size), inFlight: new Float64Array(size) }
    let at = 0
    for (const queue of state.queues.all()) {
      const { group, unsettled, out, parked } = queue
      if (unsettled > 0 && group < size) {
        backlog.waiting[group]! += unsettled - out - parked
        backlog.inFlight[group]! += out
      }
      if (++at % sliceLength === 0) await this.#pause()
    }
    return backlog
  }

  /** What `all` leaves for the others; a count, so never less than it was. */
  #count(name: string, all: number, chosen: readonly number[]): number {
    const count = Math.max(this.#told.get(name) ?? 0, left(all, chosen))
    this.#told.set(name, count)
    return count
  }
}

/** Looks some moments apart may not fit: never less than none. */
function left(all: number, chosen: readonly number[]): number {
  return Math.max(0, all - sum(chosen))
}

function sum(numbers: Iterable<number>): number {
  let all = 0
  for (const number of numbers) all += number
  return all
}

function aTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
