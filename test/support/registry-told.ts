// What a registry has told, and the wait for it. Tests have a path of their own, made with their first broker: that line is no
// problem.

import assert from 'node:assert/strict'
import type { RegistryEvents, RegistrySnapshot } from '../../src/model/registry.ts'

const toldWithinMs = 20_000
const madePath = /it was made; is the path right/

export class Told implements RegistryEvents {
  readonly snapshots: RegistrySnapshot[] = []
  readonly problems: string[] = []
  readonly infos: string[] = []
  readonly lists: string[] = []
  /** As told last. */
  unreadTopics: readonly string[] = []
  #wakes: (() => void)[] = []
  snapshot(snapshot: RegistrySnapshot): void {
    this.snapshots.push(snapshot)
    this.#woken()
  }
  problem(message: string): void {
    ;(madePath.test(message) ? this.infos : this.problems).push(message)
    this.#woken()
  }
  told(message: string): void {
    this.infos.push(message)
    this.#woken()
  }
  unread(topics: readonly string[]): void {
    this.unreadTopics = topics
    this.#woken()
  }
  /** One of the problems, once it is told. */
  async problemLike(pattern: RegExp): Promise<string> {
    await this.until(() => this.problems.some((line) => pattern.test(line)))
    return this.problems.find((line) => pattern.test(line))!
  }
  brokers(topic: string, addresses: readonly string[]): void {
    this.lists.push(`${topic}: ${addresses.join(' ')}`)
    this.#woken()
  }
  /** `topic group type` of the last snapshot, once it is this. */
  async bound(expected: readonly string[]): Promise<void> {
    await this.until(() => {
      const last = this.snapshots.at(-1)?.bindings ?? []
      const lines = last.map(({ topic, group, messageType }) => `${topic} ${group} ${messageType}`)
      return JSON.stringify(lines) === JSON.stringify(expected)
    })
  }
  async until(isThere: () => boolean): Promise<void> {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      this.#woken()
    }, toldWithinMs)
    while (!isThere()) {
      assert.ok(!isLate, `not told: ${this.#known()}`)
      await new Promise<void>((resolve) => this.#wakes.push(resolve))
    }
    clearTimeout(timer)
  }
  #known(): string {
    return JSON.stringify([this.problems, this.snapshots.at(-1)]).slice(0, 3000)
  }
  #woken(): void {
    for (const wake of this.#wakes.splice(0)) wake()
  }
}
