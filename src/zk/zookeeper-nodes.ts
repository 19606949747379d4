// The broker's own nodes: one under each topic it serves, one among those alive. Taken away, kept away for a second and made
// again after a start and after every loss, for a list without the address and then with it is what makes a client of the
// original connect anew. Must never make a node once it was withdrawn.

import { zooKeeperBounceApartMs } from '../model/limits.ts'
import type { NodeAcl, ZooKeeperLink } from './zookeeper-link.ts'
import * as paths from './zookeeper-paths.ts'

export interface OwnNodesOptions {
  /** Who may change what only brokers make. */
  readonly acl: NodeAcl
  /** How long a bounce keeps them away. */
  readonly absentMs: number
  readonly requestMs: () => number
  readonly problem: (message: string) => void
  /** They are all there. */
  readonly announced: (address: string, topics: readonly string[]) => void
}

interface Wanted {
  readonly address: string
  readonly topics: readonly string[]
}

/** Between the changes of two topics: a client of the original keeps six events at most. */
const paceMs = 30

export class OwnNodes {
  readonly #options: OwnNodesOptions
  #wanted: Wanted | undefined
  /** What was made, and over which connection. */
  #made: (Wanted & { readonly link: ZooKeeperLink }) | undefined
  #work: Promise<void> = Promise.resolve()
  #bouncedAtMs = -Infinity
  #later: NodeJS.Timeout | undefined

  constructor(options: OwnNodesOptions) {
    this.#options = options
  }

  want(address: string, topics: readonly string[]): void {
    this.#wanted = { address, topics }
  }

  /** With a new session the nodes are gone already, so that a bounce disturbs nobody; else they come at most every so often. */
  settle(link: ZooKeeperLink, isNew: boolean): Promise<void> {
    return this.#enqueue(link, async () => {
      const wanted = this.#wanted
      const made = this.#made
      if (wanted === undefined) return
      const waitMs = this.#bouncedAtMs + zooKeeperBounceApartMs - performance.now()
      if (made?.link === link) {
        const dropped = made.topics.filter((topic) => !wanted.topics.includes(topic))
        await this.#remove(link, wanted.address, dropped)
        await this.#make(link, wanted, false)
      } else if (isNew || waitMs <= 0) await this.#bounce(link, wanted)
      else {
        await this.#make(link, wanted, false)
        clearTimeout(this.#later)
        if (this.#wanted !== wanted) return
        this.#later = setTimeout(() => void this.bounce(link), waitMs)
      }
    })
  }

  /** Away and back, whatever there was. */
  bounce(link: ZooKeeperLink): Promise<void> {
    return this.#enqueue(link, async () => {
      if (this.#wanted !== undefined) await this.#bounce(link, this.#wanted)
    })
  }

  /** Not behind what is under way: that ends by itself with its next step. */
  async withdraw(link: ZooKeeperLink | undefined): Promise<void> {
    const was = this.#wanted
    this.close()
    if (was === undefined || link === undefined) return
    await this.#remove(link, was.address, was.topics).catch(() => undefined)
    await link.remove(paths.aliveNode(was.address), this.#options.requestMs()).catch(() => false)
  }

  /** Makes no more; those that are there end with the session. */
  close(): void {
    this.#wanted = undefined
    clearTimeout(this.#later)
  }

  /** The nodes that clients and the ops page look for, empty. Resolves when it was tried for all. */
  async makeParents(link: ZooKeeperLink, topics: Iterable<string>): Promise<void> {
    const ms = this.#options.requestMs()
    await this.#step(link, () => link.makeChroot(ms))
    for (const path of paths.rootPaths) await this.#makeParent(link, path)
    for (const topic of topics)
      await Promise.all([
        this.#makeParent(link, paths.serverPath(topic)),
        this.#makeParent(link, paths.publishersPath(topic)),
        this.#makeParent(link, paths.subscribersPath(topic)),
      ])
  }

  /** One thing after the other. What fails with the connection is done again with the next one. */
  #enqueue(link: ZooKeeperLink, step: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(() => this.#step(link, step))
    return this.#work
  }

  async #step(link: ZooKeeperLink, step: () => Promise<unknown>): Promise<void> {
    try {
      if (link.isUp) await step()
    } catch (error) {
      if (link.isUp) this.#options.problem(error instanceof Error ? error.message : String(error))
    }
  }

  #makeParent(link: ZooKeeperLink, path: string): Promise<void> {
    const acl = paths.isOfBrokers(path) ? this.#options.acl : 'open'
    const { requestMs } = this.#options
    return this.#step(link, async () => {
      if (await link.exists(path, undefined, requestMs())) return // it may not be ours to make
      await link.create(path, { isEphemeral: false, acl }, requestMs())
    })
  }

  async #bounce(link: ZooKeeperLink, wanted: Wanted): Promise<void> {
    clearTimeout(this.#later)
    this.#bouncedAtMs = performance.now()
    await this.#remove(link, wanted.address, wanted.topics)
    await this.#step(link, () => link.remove(paths.aliveNode(wanted.address), this.#ms))
    await pause(this.#options.absentMs)
    await this.#make(link, wanted, true)
  }

  /** `isBounce`: they were taken away just now, so that one that is there is somebody else's. */
  async #make(link: ZooKeeperLink, wanted: Wanted, isBounce: boolean): Promise<void> {
    const { acl } = this.#options
    const { address, topics } = wanted
    const make = async (path: string): Promise<void> => {
      if (this.#wanted !== wanted) return
      const isMade = await link.create(path, { isEphemeral: true, acl }, this.#ms)
      if (!isMade && isBounce)
        this.#options.problem(`${path} is there already: does another broker have this address?`)
      if (isMade) await pause(paceMs)
    }
    for (const topic of topics) await this.#step(link, () => make(paths.serverNode(topic, address)))
    await this.#step(link, () => make(paths.aliveNode(address)))
    await this.#makeParent(link, paths.knownNode(address))
    if (this.#wanted !== wanted || !link.isUp) return
    this.#made = { ...wanted, link }
    this.#options.announced(address, topics)
  }

  async #remove(link: ZooKeeperLink, address: string, topics: readonly string[]): Promise<void> {
    for (const topic of topics)
      await this.#step(link, async () => {
        const was = await link.remove(paths.serverNode(topic, address), this.#ms)
        if (was) await pause(paceMs)
      })
  }

  get #ms(): number {
    return this.#options.requestMs()
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
