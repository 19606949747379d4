// Who is bound, as the nodes under /kiteq/sub say. A topic counts only once all its nodes were read; what cannot be read or
// understood keeps what was bound there before. Must never take a binding away because ZooKeeper is away.

import {
  groupBytesMax,
  registryBindingsMax,
  zooKeeperReadPauseMs,
  zooKeeperReadsAtOnce,
} from '../model/limits.ts'
import type { RegistryBinding } from '../model/registry.ts'
import { readBindingJson } from './binding-json.ts'
import type { ZooKeeperLink } from './zookeeper-link.ts'
import * as paths from './zookeeper-paths.ts'

export interface BindingsOptions {
  readonly topics: readonly string[]
  /** What was bound when this broker last looked: kept until a reading says otherwise, whatever its topic. */
  readonly known: readonly RegistryBinding[]
  readonly requestMs: () => number
  readonly link: () => ZooKeeperLink | undefined
  /** All of it, whenever it differs. */
  readonly read: (bindings: readonly RegistryBinding[]) => void
  readonly problem: (message: string) => void
}

type Bindings = ReadonlyMap<string, readonly RegistryBinding[]>

interface Problem {
  readonly text: string
  readonly sinceMs: number
  isTold: boolean
}

/** Changes come in bursts: one reading for all of them. */
const gatherMs = 20
/** A Java client makes its node with other data first, and writes the bindings a moment later. */
const patienceMs = 1000
const topicsAtOnce = 8

export class ZooKeeperBindings {
  readonly #options: BindingsOptions
  /** Per topic and group, as last read well. */
  readonly #bindings = new Map<string, Bindings>()
  /** Those this broker serves; others are read for what they had bound. */
  readonly #served: Set<string>
  readonly #dirty = new Set<string>()
  /** Topics read at least once in this run. */
  readonly #read = new Set<string>()
  readonly #watches = new Map<string, () => void>()
  /** Per topic, then by node. */
  readonly #problems = new Map<string, Map<string, Problem>>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #passes: Promise<void> = Promise.resolve()
  #isDue = false
  #lastPassMs = 0
  #told: string | undefined
  #tooMany = false
  #isClosed = false

  constructor(options: BindingsOptions) {
    this.#options = options
    this.#served = new Set(options.topics)
    for (const topic of options.topics) this.#watch(topic)
    const before = new Map<string, Map<string, RegistryBinding[]>>()
    for (const binding of options.known) {
      this.#watch(binding.topic)
      const groups = before.get(binding.topic) ?? new Map<string, RegistryBinding[]>()
      before.set(binding.topic, groups)
      const list = groups.get(binding.group)
      if (list === undefined) groups.set(binding.group, [binding])
      else list.push(binding)
    }
    for (const [topic, groups] of before) this.#bindings.set(topic, groups)
  }

  /** Every topic was read at least once. */
  get isComplete(): boolean {
    return this.#read.size === this.#watches.size
  }

  get served(): ReadonlySet<string> {
    return this.#served
  }

  /** These are served from now on, too. A topic no longer served is still read: what it has waiting is still delivered. */
  serve(topics: readonly string[]): void {
    this.#served.clear()
    for (const topic of topics) {
      this.#served.add(topic)
      if (!this.#watches.has(topic)) this.#watch(topic)
    }
  }

  /** Resolves when a whole pass is over, however it went. */
  readAll(): Promise<void> {
    for (const topic of this.#watches.keys()) this.#dirty.add(topic)
    return this.#pass()
  }

  close(): void {
    this.#isClosed = true
    for (const timer of this.#timers) clearTimeout(timer)
  }

  #watch(topic: string): void {
    this.#dirty.add(topic)
    this.#watches.set(topic, () => {
      this.#dirty.add(topic)
      this.#readSoon()
    })
  }

  /** At most half of the time is spent reading, however fast it changes. */
  #readSoon(): void {
    if (this.#isDue || this.#isClosed) return
    this.#isDue = true
    this.#later(Math.min(zooKeeperReadPauseMs, Math.max(gatherMs, this.#lastPassMs)), () => {
      this.#isDue = false
      void this.#pass()
    })
  }

  #later(ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      then()
    }, ms)
    this.#timers.add(timer)
  }

  #pass(): Promise<void> {
    return (this.#passes = this.#passes.then(() => this.#readDirty()))
  }

  /** What fails because the connection is lost is read again with the next one; what is forbidden, from time to time. */
  async #readDirty(): Promise<void> {
    const link = this.#options.link()
    const topics = [...this.#dirty]
    if (link === undefined || topics.length === 0 || this.#isClosed) return
    this.#dirty.clear()
    const since = performance.now()
    await inSlices(topics, topicsAtOnce, async (topic) => {
      const problems = new Map<string, Problem>()
      try {
        this.#bindings.set(topic, await this.#topic(link, topic, problems))
        this.#read.add(topic)
      } catch (error) {
        if (!link.isUp) return
        this.#note(topic, problems, paths.subscribersPath(topic), textOf(error))
      }
      this.#problems.set(topic, problems)
    })
    this.#lastPassMs = performance.now() - since
    if (this.isComplete) this.#tell()
  }

  async #topic(
    link: ZooKeeperLink,
    topic: string,
    problems: Map<string, Problem>,
  ): Promise<Bindings> {
    const ms = this.#options.requestMs()
    const watch = this.#watches.get(topic)
    const path = paths.subscribersPath(topic)
    let names = await link.children(path, watch, ms)
    if (names === undefined && this.#served.has(topic)) {
      await link.create(path, { isEphemeral: false, acl: 'open' }, ms)
      names = await link.children(path, watch, ms)
    }
    const before = this.#bindings.get(topic)
    const bindings = new Map<string, readonly RegistryBinding[]>()
    await inSlices(names ?? [], zooKeeperReadsAtOnce, async (name) => {
      const group = paths.groupOfBinding(name)
      if (group === undefined) return
      const node = paths.bindingNode(topic, name)
      const reading = await this.#node(link, node, topic, group)
      if (typeof reading === 'string') this.#note(topic, problems, node, reading)
      const list = typeof reading === 'string' ? before?.get(group) : reading
      if (list !== undefined) bindings.set(group, list)
    })
    return bindings
  }

  /** Undefined when it went meanwhile: the watch of its topic tells. A text says why it cannot be used. */
  async #node(
    link: ZooKeeperLink,
    node: string,
    topic: string,
    group: string,
  ): Promise<readonly RegistryBinding[] | string | undefined> {
    if (Buffer.byteLength(group) > groupBytesMax)
      return `the name of its group is longer than ${groupBytesMax} bytes`
    try {
      const found = await link.data(node, this.#watches.get(topic), this.#options.requestMs())
      return found === undefined ? undefined : readBindingJson(found.data, topic, group)
    } catch (error) {
      if (!link.isUp) throw error
      return textOf(error)
    }
  }

  /** Told once, if it is still there after a while. */
  #note(topic: string, problems: Map<string, Problem>, node: string, text: string): void {
    const nowMs = performance.now()
    const known = this.#problems.get(topic)?.get(node)
    const problem = known?.text === text ? known : { text, sinceMs: nowMs, isTold: false }
    problems.set(node, problem)
    if (problem.isTold) return
    if (nowMs - problem.sinceMs >= patienceMs) {
      problem.isTold = true
      this.#options.problem(`${node}: ${text}; what was bound there before stays`)
    } else this.#later(patienceMs, () => this.#watches.get(topic)?.())
  }

  #tell(): void {
    if (this.#isClosed) return
    const bindings: RegistryBinding[] = []
    for (const topic of this.#watches.keys())
      for (const [, list] of [...(this.#bindings.get(topic) ?? [])].sort(byName))
        bindings.push(...list)
    if (bindings.length > registryBindingsMax) {
      if (!this.#tooMany)
        this.#options.problem(
          `${bindings.length} bindings; expected at most ${registryBindingsMax}: what was bound before stays`,
        )
      this.#tooMany = true
      return
    }
    this.#tooMany = false
    const text = JSON.stringify(bindings)
    if (text === this.#told) return
    this.#told = text
    this.#options.read(bindings)
  }
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function inSlices<Item>(
  items: readonly Item[],
  atOnce: number,
  each: (item: Item) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < items.length; at += atOnce)
    await Promise.all(items.slice(at, at + atOnce).map(each))
}
