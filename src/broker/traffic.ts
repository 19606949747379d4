// Messages taken and deliveries made, in all and by topic: counters only, for /stat. They begin at 0 with every start.

import type { TopicNumber } from '../model/ids.ts'

export class Traffic {
  received = 0
  delivered = 0
  acked = 0
  failed = 0
  #receivedByTopic = new Float64Array(64)
  #deliveredByTopic = new Float64Array(64)

  receive(topic: TopicNumber): void {
    this.received += 1
    if (topic >= this.#receivedByTopic.length) this.#grow(topic)
    this.#receivedByTopic[topic]! += 1
  }

  deliver(topic: TopicNumber, count: number): void {
    this.delivered += count
    if (topic >= this.#deliveredByTopic.length) this.#grow(topic)
    this.#deliveredByTopic[topic]! += count
  }

  receivedOf(topic: TopicNumber): number {
    return this.#receivedByTopic[topic] ?? 0
  }

  deliveredOf(topic: TopicNumber): number {
    return this.#deliveredByTopic[topic] ?? 0
  }

  #grow(topic: number): void {
    let size = this.#receivedByTopic.length
    while (size <= topic) size *= 2
    const received = new Float64Array(size)
    received.set(this.#receivedByTopic)
    this.#receivedByTopic = received
    const delivered = new Float64Array(size)
    delivered.set(this.#deliveredByTopic)
    this.#deliveredByTopic = delivered
  }
}
