// The registry in ZooKeeper, laid out as the original's. Bindings are told from complete readings only, and stay while it is
// away; the broker's own nodes come last and go first.

import { cutText } from '../model/cut-text.ts'
import { KiteQError } from '../model/errors.ts'
import { registryLineCharsMax, zooKeeperAbsentMs, zooKeeperRereadMs } from '../model/limits.ts'
import type { Registry, RegistryBinding, RegistryEvents } from '../model/registry.ts'
import type { NodeAcl } from './zookeeper-acl.ts'
import type { ZooKeeperAddress } from './zookeeper-address.ts'
import { ZooKeeperBindings } from './zookeeper-bindings.ts'
import { ZooKeeperBrokers } from './zookeeper-brokers.ts'
import type { ZooKeeperLink } from './zookeeper-link.ts'
import { ZooKeeperMemory } from './zookeeper-memory.ts'
import { OwnNodes } from './zookeeper-nodes.ts'
import { ParentNodes } from './zookeeper-parents.ts'
import { ZooKeeperSession } from './zookeeper-session.ts'

export interface ZooKeeperRegistryOptions {
  readonly address: ZooKeeperAddress
  readonly topics: readonly string[]
  /** Bindings of this registry as the log has them. */
  readonly known: readonly RegistryBinding[]
  readonly sessionTimeoutMs: number
  /** `user:password` of the digest scheme. */
  readonly credentials: string | undefined
  /** Who may change what only brokers make. */
  readonly acl: NodeAcl
  /** How long the first reading, and what announces, may take. */
  readonly startMs: number
  /** Everything is read again at least this often: a lost event costs no more. */
  readonly rereadMs?: number
  /** The file in which it keeps what its next run has to know; without it, only this run knows. */
  readonly memoryFile?: string
  /** How long the own nodes are away in a bounce. */
  readonly absentMs?: number
}

export class ZooKeeperRegistry implements Registry {
  readonly #options: ZooKeeperRegistryOptions
  readonly #session: ZooKeeperSession
  readonly #bindings: ZooKeeperBindings
  readonly #brokers: ZooKeeperBrokers
  readonly #nodes: OwnNodes
  readonly #parents: ParentNodes
  readonly #memory: ZooKeeperMemory
  readonly #whenRead = new Set<() => void>()
  readonly #whenAnnounced = new Set<() => void>()
  #events: RegistryEvents | undefined
  #why = 'no server answers'
  #isAway = false
  #isClosed = false
  #reread: NodeJS.Timeout | undefined

  constructor(options: ZooKeeperRegistryOptions) {
    this.#options = options
    this.#session = new ZooKeeperSession(options, {
      up: (link, isNew) => void this.#up(link, isNew),
      down: (why) => this.#down(why),
    })
    const requestMs = (): number => this.#session.requestMs
    const problem = (message: string): void => this.#problem(message)
    const memory = (this.#memory = new ZooKeeperMemory({ path: options.memoryFile, problem }))
    const parents = (this.#parents = new ParentNodes({ acl: options.acl, requestMs, problem }))
    this.#bindings = new ZooKeeperBindings({
      topics: options.topics,
      known: options.known,
      requestMs,
      link: () => this.#session.link,
      read: (bindings) => {
        this.#events?.snapshot({ source: 'registry', bindings })
        wake(this.#whenRead)
      },
      tooMany: () => wake(this.#whenRead),
      unread: (unread) => this.#events?.unread?.(unread),
      memory,
      problem,
    })
    this.#brokers = new ZooKeeperBrokers({
      topics: options.topics,
      requestMs,
      link: () => this.#session.link,
      tell: (topic, addresses) => this.#events?.brokers?.(topic, addresses),
    })
    this.#nodes = new OwnNodes({
      acl: options.acl,
      absentMs: options.absentMs ?? zooKeeperAbsentMs,
      requestMs,
      isOwnSession: (id) => memory.isOwnSession(id),
      makeParent: (link, path) => parents.makeOne(link, path),
      retry: (link) => void this.#settle(link, false),
      problem,
      announced: (address, topics) => {
        const count = topics.length === 1 ? 'one topic' : `${topics.length} topics`
        this.#events?.told?.(`announced as ${address} for ${count}`)
        wake(this.#whenAnnounced)
      },
    })
  }

  /** Goes on trying after a rejection: the caller may know bindings from before. */
  async start(events: RegistryEvents): Promise<void> {
    this.#events = events
    this.#bindings.tellUnread()
    this.#session.start()
    this.#reread = setInterval(() => {
      const { link } = this.#session
      if (link !== undefined) void this.#settle(link, false)
    }, this.#options.rereadMs ?? zooKeeperRereadMs)
    const { startMs, address } = this.#options
    await this.#isIn(this.#whenRead, startMs)
    if (this.#bindings.isComplete) return
    const servers = address.servers.join(', ')
    if (this.#bindings.isOverfull)
      throw new KiteQError(
        'KITEQ_REGISTRY',
        `ZooKeeper (${servers}) has more bindings than a broker takes: ${this.#bindings.takePart()}`,
      )
    throw new KiteQError(
      'KITEQ_REGISTRY',
      `ZooKeeper (${servers}) could not be read within ${startMs} ms: ${this.#why}`,
    )
  }

  /**
   * Resolves when the nodes are there, or after the time of a start: then they come as soon as they can. Again with other
   * topics, it reads their bindings first, and changes only what differs.
   */
  async announce(address: string, topics: readonly string[]): Promise<void> {
    this.#bindings.serve(topics)
    this.#brokers.serve(topics)
    this.#nodes.want(address, topics)
    const done = this.#isIn(this.#whenAnnounced, this.#options.startMs)
    const { link } = this.#session
    if (link !== undefined) void this.#settle(link, false)
    await done
  }

  /** The own nodes go and come back, so that clients connect anew. */
  async bounce(): Promise<void> {
    const { link } = this.#session
    if (link !== undefined) await this.#nodes.bounce(link)
  }

  isConnected(): boolean {
    return this.#session.link !== undefined
  }

  async withdraw(): Promise<void> {
    await this.#nodes.withdraw(this.#session.link)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#reread)
    this.#bindings.close()
    this.#brokers.close()
    this.#nodes.close()
    wake(this.#whenRead)
    wake(this.#whenAnnounced)
    await this.#session.close(this.#session.requestMs)
    await this.#memory.save()
  }

  async #up(link: ZooKeeperLink, isNew: boolean): Promise<void> {
    if (this.#isAway)
      this.#events?.told?.(`ZooKeeper answers again${isNew ? ', with a new session' : ''}`)
    this.#isAway = false
    await this.#memory.addSession(link.sessionId)
    await this.#settle(link, isNew)
  }

  /** Bindings first: nobody is to publish where they are not known. */
  async #settle(link: ZooKeeperLink, isNew: boolean): Promise<void> {
    await this.#parents.make(link, this.#bindings.served, this.#bindings.bound)
    await this.#bindings.readAll()
    void this.#brokers.readAll()
    if (!this.#isClosed) await this.#nodes.settle(link, isNew)
  }

  #down(why: string): void {
    this.#isAway = true
    this.#why = cutText(why, registryLineCharsMax) // it may name a node
    this.#events?.problem(`${this.#why}; bindings stay as they were, and it is tried again`)
  }

  #problem(message: string): void {
    if (this.#isClosed) return
    this.#why = cutText(message, registryLineCharsMax)
    this.#events?.problem(this.#why)
  }

  #isIn(waiting: Set<() => void>, withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isIn: boolean): void => {
        clearTimeout(timer)
        waiting.delete(woken)
        resolve(isIn)
      }
      const woken = (): void => end(true)
      const timer = setTimeout(() => end(false), withinMs)
      waiting.add(woken)
    })
  }
}

function wake(waiting: ReadonlySet<() => void>): void {
  for (const woken of [...waiting]) woken()
}
