// Who is bound, as the nodes under /kiteq/sub say. A topic counts only once all its nodes were read; what cannot be read or
// understood keeps what was bound there before. Must never take a binding away because ZooKeeper is away, or was emptied.

import {
  groupBytesMax,
  registryBindingsMax,
  registryChangeMs,
  zooKeeperReadPauseMs,
  zooKeeperReadsAtOnce,
  zooKeeperToldEveryMs,
} from '../model/limits.ts'
import type { RegistryBinding } from '../model/registry.ts'
import { readBindingJson } from './binding-json.ts'
import { BindingRoom } from './binding-room.ts'
import { NodeComplaints } from './node-complaints.ts'
import type { ZooKeeperLink } from './zookeeper-link.ts'
import { missingNode, type ZooKeeperMemory } from './zookeeper-memory.ts'
import * as paths from './zookeeper-paths.ts'

export interface BindingsOptions {
  readonly topics: readonly string[]
  /** What was bound when this broker last looked: kept until a reading says otherwise, whatever its topic. */
  readonly known: readonly RegistryBinding[]
  readonly requestMs: () => number
  readonly link: () => ZooKeeperLink | undefined
  /** All of it, whenever it differs. */
  readonly read: (bindings: readonly RegistryBinding[]) => void
  /** Topics served whose bindings are not known, from this run or an earlier one; whenever it differs. */
  readonly unread: (topics: readonly string[]) => void
  readonly memory: ZooKeeperMemory
  /** Read, and not told: it is not known who would go without. */
  readonly tooMany: () => void
  readonly problem: (message: string) => void
}

type List = readonly RegistryBinding[]
type Bindings = ReadonlyMap<string, List>

/** One reading of a topic. */
interface Reading {
  readonly topic: string
  readonly before: Bindings | undefined
  readonly bindings: Map<string, List>
  readonly problems: ReturnType<NodeComplaints['reading']>
  /** Lists for which there is no room. */
  refused: number
}

/** Changes come in bursts: one reading for all of them. */
const gatherMs = 20
/** What may be different in a moment is read again after this. */
const againMs = 1000
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
  readonly #complaints: NodeComplaints
  /** When a list was last another one, monotonic ms, by its node. */
  readonly #changedAtMs = new Map<string, number>()
  /** Topics with lists for which there was no room. */
  readonly #overfull = new Map<string, number>()
  /** Topics that are read again in a moment. */
  readonly #again = new Set<string>()
  #room = new BindingRoom([])
  readonly #timers = new Set<NodeJS.Timeout>()
  #passes: Promise<void> = Promise.resolve()
  /** Topics whose bindings were handed over, or known before this run. */
  readonly #known = new Set<string>()
  /** Per topic: groups whose bindings stay though their nodes went with that of the topic. */
  readonly #kept = new Map<string, number>()
  #keptTold: number | undefined
  #unreadTold = ''
  #isDue = false
  #lastPassMs = 0
  #told: string | undefined
  #takesPart = false
  #isClosed = false

  constructor(options: BindingsOptions) {
    this.#options = options
    this.#complaints = new NodeComplaints(options.problem)
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
    options.memory.keepNodes(new Set(this.#watches.keys()))
    for (const topic of this.#watches.keys())
      if (before.has(topic) || options.memory.nodeOf(topic) !== undefined) this.#known.add(topic)
  }

  /** Topics that have bindings, as far as is known. */
  get bound(): ReadonlySet<string> {
    return new Set([...this.#bindings].filter(([, groups]) => isBound(groups)).map(([t]) => t))
  }

  /** Said once at the beginning, too. */
  tellUnread(): void {
    const unread = [...this.#served].filter((topic) => !this.#known.has(topic))
    const text = JSON.stringify(unread)
    if (text === this.#unreadTold) return
    this.#unreadTold = text
    this.#options.unread(unread)
  }

  /** Every topic was read at least once, and it was told. */
  get isComplete(): boolean {
    return this.#isRead && this.#told !== undefined
  }

  get isOverfull(): boolean {
    return this.#overfull.size > 0
  }

  /** From now on what has room is told, with what the others had before; returns how much there may be. */
  takePart(): string {
    this.#takesPart = true
    return `expected at most ${registryBindingsMax}`
  }

  get #isRead(): boolean {
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
    this.tellUnread()
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
    for (const [node, atMs] of this.#changedAtMs)
      if (since - atMs >= registryChangeMs) this.#changedAtMs.delete(node)
    const lists = [...this.#bindings.values()].flatMap((groups) => [...groups.values()])
    this.#room = new BindingRoom(lists)
    await inSlices(topics, topicsAtOnce, async (topic) => {
      const problems = this.#complaints.reading()
      const before = this.#bindings.get(topic)
      const reading: Reading = { topic, before, bindings: new Map(), problems, refused: 0 }
      try {
        await this.#topic(link, reading)
        this.#bindings.set(topic, reading.bindings)
        this.#read.add(topic)
        if (reading.refused > 0) this.#overfull.set(topic, reading.refused)
        else this.#overfull.delete(topic)
      } catch (error) {
        if (!link.isUp) return
        this.#note(reading, paths.subscribersPath(topic), textOf(error))
      }
      this.#complaints.read(topic, problems)
    })
    this.#lastPassMs = performance.now() - since
    // Later one that cannot be read, such as a new one, holds up no other.
    if (this.#isRead || this.#told !== undefined) this.#tell()
    await this.#tellKept(link)
    await this.#options.memory.save()
  }

  async #topic(link: ZooKeeperLink, reading: Reading): Promise<void> {
    const { topic, before } = reading
    const ms = this.#options.requestMs()
    const watch = this.#watches.get(topic)
    const path = paths.subscribersPath(topic)
    let names = await link.children(path, watch, ms)
    if (names === undefined && this.#served.has(topic) && !isBound(before)) {
      await this.#make(link, path)
      names = await link.children(path, watch, ms)
    }
    const mark = names === undefined ? undefined : (await link.stat(path, ms))?.mark
    await inSlices(names ?? [], zooKeeperReadsAtOnce, async (name) => {
      const group = paths.groupOfBinding(name)
      if (group === undefined) return
      const node = paths.bindingNode(topic, name)
      const found = await this.#node(link, node, topic, group)
      if (typeof found === 'string') this.#note(reading, node, found)
      const list = typeof found === 'string' ? before?.get(group) : found
      if (list !== undefined) this.#take(reading, group, list, node)
    })
    if (link.isUp) this.#compare(reading, mark)
  }

  /** In place of what was there before, which stays when it has only just changed or when there is no room. */
  #take(reading: Reading, group: string, list: List, node: string): void {
    const { topic, before, bindings } = reading
    const was = before?.get(group)
    let taken: List | undefined = list
    if (!sameList(list, was)) {
      const why = this.#isTooSoon(topic, group) ? undefined : this.#room.take(list, was)
      if (why !== undefined) {
        reading.refused += 1
        this.#note(reading, node, why)
      }
      if (why !== undefined || this.#isTooSoon(topic, group)) taken = was
      else this.#changed(topic, group)
    }
    if (taken !== undefined) bindings.set(group, taken)
  }

  /** It was another one a moment ago: each change is a record as large as the list. */
  #isTooSoon(topic: string, group: string): boolean {
    const isSo = this.#changedAtMs.has(JSON.stringify([topic, group]))
    if (isSo) this.#readAgain(topic)
    return isSo
  }

  #changed(topic: string, group: string): void {
    if (this.#read.has(topic))
      this.#changedAtMs.set(JSON.stringify([topic, group]), performance.now())
  }

  /**
   * A group whose node went from under the same node of its topic is bound no more. With that node, everything may have gone:
   * then what was bound stays until it is written again.
   */
  #compare({ topic, before, bindings, refused }: Reading, mark: string | undefined): void {
    const { memory } = this.#options
    const gone = [...(before ?? [])].filter(
      ([group, list]) => list.length > 0 && !bindings.has(group),
    )
    const was = memory.nodeOf(topic)
    const isAnother = mark === undefined || (was !== undefined && was !== mark)
    this.#kept.delete(topic)
    if (isAnother && gone.length > 0) {
      for (const [group, list] of gone) bindings.set(group, list)
      this.#kept.set(topic, gone.length)
      if (was === undefined) memory.noteNode(topic, missingNode)
      return
    }
    for (const [group, list] of gone) {
      if (this.#isTooSoon(topic, group)) {
        bindings.set(group, list)
        continue
      }
      this.#room.give(list)
      if (refused > 0) this.#readAgain(topic) // those that found none were looked at before
      this.#changed(topic, group)
      const node = paths.bindingNode(topic, `${group}-bind`)
      this.#complaints.say(`${node} was removed: the group is bound no more`)
    }
    if (mark !== undefined) memory.noteNode(topic, mark)
  }

  async #make(link: ZooKeeperLink, path: string): Promise<void> {
    const ms = this.#options.requestMs()
    const root = paths.subscribersRoot
    if (this.bound.size > 0 && !(await link.exists(root, undefined, ms)))
      throw new Error(`ZooKeeper has no ${root}`)
    await link.create(path, { isEphemeral: false, acl: 'open' }, ms)
  }

  /** Told again from time to time while it lasts. */
  async #tellKept(link: ZooKeeperLink): Promise<void> {
    const { problem, requestMs } = this.#options
    if (this.#kept.size === 0) {
      this.#keptTold = undefined
      return
    }
    const nowMs = performance.now()
    if (this.#keptTold !== undefined && nowMs - this.#keptTold < zooKeeperToldEveryMs) return
    const root = paths.subscribersRoot
    const isThere = await link.exists(root, undefined, requestMs()).catch(() => undefined)
    if (isThere === undefined || this.#isClosed) return
    this.#keptTold = nowMs
    const topics = [...this.#kept.keys()].sort()
    const groups = [...this.#kept.values()].reduce((sum, count) => sum + count, 0)
    const what = isThere ? `lost what was below ${root} for ${listed(topics)}` : `no ${root}`
    const whose = groups === 1 ? 'the bindings of one group' : `the bindings of ${groups} groups`
    problem(
      `ZooKeeper has ${what}: was it emptied? Until they are written there again, ${whose} stay`,
    )
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

  #note({ topic, problems }: Reading, node: string, text: string): void {
    const isEarly = this.#complaints.note(topic, problems, node, text, () =>
      this.#meanwhile(topic, node),
    )
    if (isEarly) this.#readAgain(topic)
  }

  #meanwhile(topic: string, node: string): string {
    const path = paths.subscribersPath(topic)
    const groups = this.#bindings.get(topic)
    if (node === path)
      return isBound(groups) || this.#known.has(topic)
        ? 'what was bound there before stays'
        : 'who is bound to the topic is not known: publishes to it are refused'
    const group = paths.groupOfBinding(node.slice(path.length + 1)) ?? ''
    return (groups?.get(group)?.length ?? 0) > 0
      ? 'what was bound there before stays'
      : `the group ${group} has no bindings: its messages are not kept`
  }

  #readAgain(topic: string): void {
    if (this.#again.has(topic)) return
    this.#again.add(topic)
    this.#later(againMs, () => {
      this.#again.delete(topic)
      this.#watches.get(topic)?.()
    })
  }

  /** At a start it is all of it or nothing: of those without room nobody would know. */
  #tell(): void {
    if (this.#isClosed) return
    if (this.isOverfull && this.#told === undefined && !this.#takesPart) {
      this.#options.tooMany()
      return
    }
    const bindings: RegistryBinding[] = []
    for (const topic of this.#watches.keys())
      for (const [, list] of [...(this.#bindings.get(topic) ?? [])].sort(byName))
        bindings.push(...list)
    const text = JSON.stringify(bindings)
    if (text !== this.#told) {
      this.#told = text
      this.#options.read(bindings)
    }
    for (const topic of this.#read) this.#known.add(topic)
    this.tellUnread()
  }
}

function isBound(groups: Bindings | undefined): boolean {
  return groups !== undefined && [...groups.values()].some((list) => list.length > 0)
}

/** A few names. */
function listed(topics: readonly string[]): string {
  const more = topics.length > 3 ? ` and ${topics.length - 3} more` : ''
  return `${topics.slice(0, 3).join(', ')}${more}`
}

function sameList(a: List | undefined, b: List | undefined): boolean {
  if (a === b) return true
  return (
    a?.length === b?.length &&
    (a ?? []).every((one, at) => {
      const other = b?.[at]
      return (
        one.bindType === other?.bindType &&
        one.messageType === other.messageType &&
        one.watermark === other.watermark &&
        one.persistent === other.persistent
      )
    })
  )
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
