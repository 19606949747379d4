// Which brokers serve a topic, as their nodes under /kiteq/server say. Told only after a complete reading, and only when it
// differs; while ZooKeeper is away, or a node cannot be read, the brokers of before stay.

import { registryBrokersMax } from '../model/limits.ts'
import type { ZooKeeperLink } from './zookeeper-link.ts'
import { serverPath } from './zookeeper-paths.ts'

export interface BrokersOptions {
  readonly topics: readonly string[]
  readonly requestMs: () => number
  readonly link: () => ZooKeeperLink | undefined
  /** Every `host:port` of a topic, this broker's own included. */
  readonly tell: (topic: string, addresses: readonly string[]) => void
}

/** Changes come in bursts, as when a broker takes its nodes away and makes them again. */
const gatherMs = 100
const topicsAtOnce = 8

export class ZooKeeperBrokers {
  readonly #options: BrokersOptions
  /** One function a topic: the watch of its node. */
  readonly #watches = new Map<string, () => void>()
  readonly #dirty = new Set<string>()
  readonly #told = new Map<string, string>()
  #passes: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: BrokersOptions) {
    this.#options = options
    this.serve(options.topics)
  }

  /** These, too, from the next reading on. */
  serve(topics: readonly string[]): void {
    for (const topic of topics) {
      if (this.#watches.has(topic)) continue
      this.#watches.set(topic, () => {
        this.#dirty.add(topic)
        this.#readSoon()
      })
    }
  }

  /** Resolves when a whole pass is over, however it went. */
  readAll(): Promise<void> {
    for (const topic of this.#watches.keys()) this.#dirty.add(topic)
    return this.#pass()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  #readSoon(): void {
    if (this.#timer !== undefined || this.#isClosed) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#pass()
    }, gatherMs)
  }

  #pass(): Promise<void> {
    return (this.#passes = this.#passes.then(() => this.#readDirty()))
  }

  /** What fails now is read again with everything else, at the latest when everything is. */
  async #readDirty(): Promise<void> {
    const link = this.#options.link()
    const topics = [...this.#dirty]
    if (link === undefined || this.#isClosed) return
    this.#dirty.clear()
    for (let at = 0; at < topics.length; at += topicsAtOnce)
      await Promise.all(
        topics.slice(at, at + topicsAtOnce).map((topic) => this.#read(link, topic).catch(ignore)),
      )
  }

  async #read(link: ZooKeeperLink, topic: string): Promise<void> {
    const watch = this.#watches.get(topic)
    const names = (await link.children(serverPath(topic), watch, this.#options.requestMs())) ?? []
    if (this.#isClosed) return
    const addresses = [...names].sort().slice(0, registryBrokersMax)
    const text = addresses.join(' ')
    if (text === (this.#told.get(topic) ?? '')) return
    this.#told.set(topic, text)
    this.#options.tell(topic, addresses)
  }
}

function ignore(): void {
  // Without this list decisions are not passed on: the inquiry is the net. Bindings tell what is wrong with ZooKeeper.
}
