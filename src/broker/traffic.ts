// What the broker has done since its start, in all, by topic and by group: counters only, for /stat and /metrics. They begin
// at 0 with every start, and nothing is decided by them.

import type { GroupNumber, TopicNumber } from '../model/ids.ts'
import type { DeathReason, FailureCause, LogRecord } from '../model/record.ts'

export class Traffic {
  /** Stored: published and prepared. */
  received = 0
  /** Attempts, the first ones and all others. */
  delivered = 0
  /** Attempts behind the first one. */
  retried = 0
  acked = 0
  failed = 0
  skipped = 0
  prepared = 0
  committed = 0
  rolledBack = 0
  inquired = 0
  redriven = 0
  purged = 0
  readonly failedBy: Record<FailureCause, number> = {
    nack: 0,
    timeout: 0,
    'connection-lost': 0,
    'not-sent': 0,
    'too-large': 0,
  }
  readonly diedBy: Record<DeathReason, number> = { limit: 0, expired: 0, damaged: 0, operator: 0 }
  readonly #receivedByTopic = new CountsByNumber()
  readonly #deliveredByTopic = new CountsByNumber()
  readonly #deliveredByGroup = new CountsByNumber()
  readonly #ackedByGroup = new CountsByNumber()
  readonly #failedByGroup = new CountsByNumber()

  /** What a record says that happened; deliveries by topic come by `deliver`. */
  note(record: LogRecord): void {
    switch (record.kind) {
      case 'published':
        this.#receive(record.topic)
        return
      case 'delivered':
        this.#give(record.group, record.attempts)
        return
      case 'acked':
        this.acked += record.messages.length
        this.#ackedByGroup.add(record.group, record.messages.length)
        return
      case 'failed':
        this.failed += 1
        this.failedBy[record.cause] += 1
        this.#failedByGroup.add(record.group, 1)
        return
      case 'prepared':
        this.prepared += 1
        this.#receive(record.topic)
        return
      case 'committed':
        this.committed += 1
        return
      case 'rolled-back':
        this.rolledBack += 1
        return
      case 'inquired':
        this.inquired += 1
        return
      case 'skipped':
        this.skipped += record.messages.length
        return
      case 'dead-lettered':
        if (record.back === undefined) this.diedBy[record.reason] += 1
        return
      case 'redriven':
        this.redriven += 1
        return
      case 'purged':
        this.purged += 1
        return
      default:
    }
  }

  deliver(topic: TopicNumber, count: number): void {
    this.delivered += count
    this.#deliveredByTopic.add(topic, count)
  }

  receivedOf(topic: TopicNumber): number {
    return this.#receivedByTopic.of(topic)
  }

  deliveredOf(topic: TopicNumber): number {
    return this.#deliveredByTopic.of(topic)
  }

  deliveredTo(group: GroupNumber): number {
    return this.#deliveredByGroup.of(group)
  }

  ackedBy(group: GroupNumber): number {
    return this.#ackedByGroup.of(group)
  }

  failedOf(group: GroupNumber): number {
    return this.#failedByGroup.of(group)
  }

  #receive(topic: TopicNumber): void {
    this.received += 1
    this.#receivedByTopic.add(topic, 1)
  }

  #give(group: GroupNumber, attempts: readonly number[]): void {
    for (let i = 0; i < attempts.length; i++) if (attempts[i]! > 1) this.retried += 1
    this.#deliveredByGroup.add(group, attempts.length)
  }
}

/** A count for each number of a dictionary. */
class CountsByNumber {
  #counts = new Float64Array(64)

  add(number: number, count: number): void {
    if (number >= this.#counts.length) this.#grow(number)
    this.#counts[number]! += count
  }

  of(number: number): number {
    return this.#counts[number] ?? 0
  }

  #grow(number: number): void {
    let size = this.#counts.length
    while (size <= number) size *= 2
    const counts = new Float64Array(size)
    counts.set(this.#counts)
    this.#counts = counts
  }
}
