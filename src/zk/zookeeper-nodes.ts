// The broker's own nodes: one under each topic it serves, one among those alive. Taken away, kept away for a second and made
// again after a start and after every loss, for a list without the address and then with it is what makes a client of the
// original connect anew. Must never make a node once it was withdrawn, nor take one away that another session made.

import {
  zooKeeperBounceApartMs,
  zooKeeperRetryMaxMs,
  zooKeeperRetryMinMs,
  zooKeeperToldEveryMs,
} from '../model/limits.ts'
import type { NodeAcl } from './zookeeper-acl.ts'
import type { ZooKeeperLink } from './zookeeper-link.ts'
import * as paths from './zookeeper-paths.ts'

export interface OwnNodesOptions {
  /** Who may change what only brokers make. */
  readonly acl: NodeAcl
  /** How long a bounce keeps them away. */
  readonly absentMs: number
  readonly requestMs: () => number
  /** Whether a session before this one was this broker's, too. */
  readonly isOwnSession: (id: string) => boolean
  /** Makes a persistent node; what fails is told. */
  readonly makeParent: (link: ZooKeeperLink, path: string) => Promise<boolean>
  /** Some could not be made: all that was to be there before them is to be made, then they are to be settled again. */
  readonly retry: (link: ZooKeeperLink) => void
  readonly problem: (message: string) => void
  /** They are all there. */
  readonly announced: (address: string, topics: readonly string[]) => void
}

interface Wanted {
  readonly address: string
  readonly topics: readonly string[]
}

interface Stranger {
  readonly path: string
  /** The session that has it. */
  readonly owner: string
}

/** Between the changes of two topics: a client of the original keeps six events at most. */
const paceMs = 30

export class OwnNodes {
  readonly #options: OwnNodesOptions
  #wanted: Wanted | undefined
  /** What was tried last, and over which connection. */
  #made: (Wanted & { readonly link: ZooKeeperLink }) | undefined
  #announced: Wanted | undefined
  /** Paths that were there when last looked at, in the session of `#made`. */
  readonly #there = new Set<string>()
  /** When each session that has an own node was first seen, ms. */
  readonly #strangers = new Map<string, number>()
  #work: Promise<void> = Promise.resolve()
  #bouncedAtMs = -Infinity
  #later: NodeJS.Timeout | undefined
  #retry: NodeJS.Timeout | undefined
  #retryMs = zooKeeperRetryMinMs
  #told = { text: '', atMs: -Infinity }

  constructor(options: OwnNodesOptions) {
    this.#options = options
  }

  want(address: string, topics: readonly string[]): void {
    this.#wanted = { address, topics }
  }

  /**
   * With a new session the nodes are gone already, so that a bounce disturbs nobody; else they come at most every so often.
   * Over the same connection it makes only what is missing.
   */
  settle(link: ZooKeeperLink, isNew: boolean): Promise<void> {
    return this.#enqueue(link, async () => {
      const wanted = this.#wanted
      const made = this.#made
      if (wanted === undefined) return
      if (isNew) this.#there.clear()
      const waitMs = this.#bouncedAtMs + zooKeeperBounceApartMs - performance.now()
      if (made?.link === link) {
        const dropped = made.topics.filter((topic) => !wanted.topics.includes(topic))
        await this.#remove(link, wanted.address, dropped)
        await this.#make(link, wanted)
      } else if (isNew || waitMs <= 0) await this.#bounce(link, wanted)
      else {
        this.#announced = undefined
        await this.#make(link, wanted)
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
    await this.#removeOne(link, paths.aliveNode(was.address)).catch(() => false)
  }

  /** Makes no more; those that are there end with the session. */
  close(): void {
    this.#wanted = undefined
    clearTimeout(this.#later)
    clearTimeout(this.#retry)
  }

  /** One thing after the other. What fails with the connection is done again with the next one. */
  #enqueue(link: ZooKeeperLink, step: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(async () => {
      const failure = await failureOf(link, step)
      if (failure !== undefined) this.#options.problem(failure)
    })
    return this.#work
  }

  async #bounce(link: ZooKeeperLink, wanted: Wanted): Promise<void> {
    clearTimeout(this.#later)
    this.#bouncedAtMs = performance.now()
    this.#announced = undefined
    await this.#remove(link, wanted.address, wanted.topics)
    await failureOf(link, () => this.#removeOne(link, paths.aliveNode(wanted.address)))
    await pause(this.#options.absentMs)
    await this.#make(link, wanted)
  }

  async #make(link: ZooKeeperLink, wanted: Wanted): Promise<void> {
    clearTimeout(this.#retry)
    const { address, topics } = wanted
    const failures: string[] = []
    const strangers: Stranger[] = []
    const again: string[] = []
    const claim = async (path: string): Promise<boolean> => {
      let owner: string | undefined
      const failure = await failureOf(link, async () => {
        if (this.#wanted !== wanted) return
        const wasThere = this.#there.delete(path)
        const claimed = await this.#claim(link, path)
        if (claimed.isMade && wasThere) again.push(path)
        owner = claimed.stranger
        if (owner === undefined) this.#there.add(path)
        if (claimed.isMade) await pause(paceMs)
      })
      if (failure !== undefined) failures.push(failure)
      if (owner !== undefined) strangers.push({ path, owner })
      return failure === undefined && owner === undefined
    }
    let count = 0
    for (const topic of topics) if (await claim(paths.serverNode(topic, address))) count++
    await claim(paths.aliveNode(address))
    await this.#options.makeParent(link, paths.knownNode(address))
    if (this.#wanted !== wanted || !link.isUp) return
    this.#made = { ...wanted, link }
    if (again.length > 0) this.#options.problem(missing(again))
    if (failures.length > 0 || strangers.length > 0) {
      const done = `announced as ${address} for ${count} of ${topics.length} topics`
      this.#notAll(link, done, failures, strangers)
    } else this.#all(wanted)
  }

  #all(wanted: Wanted): void {
    this.#strangers.clear()
    this.#retryMs = zooKeeperRetryMinMs
    this.#told.atMs = -Infinity
    if (this.#announced === wanted) return
    this.#announced = wanted
    this.#options.announced(wanted.address, wanted.topics)
  }

  /** The node of a session that this broker had and does not remember goes by itself, in the time that a session has. */
  #notAll(
    link: ZooKeeperLink,
    done: string,
    failures: readonly string[],
    strangers: readonly Stranger[],
  ): void {
    this.#announced = undefined
    const nowMs = performance.now()
    for (const { owner } of strangers)
      if (!this.#strangers.has(owner)) this.#strangers.set(owner, nowMs)
    const settled = strangers.find(
      ({ owner }) => nowMs - this.#strangers.get(owner)! >= link.sessionTimeoutMs,
    )
    const isWaiting = failures.length === 0 && settled === undefined
    const delayMs = isWaiting ? zooKeeperRetryMinMs : this.#retryMs
    if (!isWaiting) this.#retryMs = Math.min(2 * this.#retryMs, zooKeeperRetryMaxMs)
    this.#retry = setTimeout(() => {
      if (isWaiting) void this.settle(link, false)
      else this.#options.retry(link)
    }, delayMs)
    if (isWaiting) return
    const why =
      settled === undefined
        ? failures[0]!
        : `${settled.path} is there already, of session ${settled.owner}, and ours is ${link.sessionId}: does another broker have this address? Its node stays`
    this.#tell(`${done}: ${why}; it is tried again`)
  }

  #tell(text: string): void {
    const nowMs = performance.now()
    if (text === this.#told.text && nowMs - this.#told.atMs < zooKeeperToldEveryMs) return
    this.#told = { text, atMs: nowMs }
    this.#options.problem(text)
  }

  /** Makes the node, unless it is there: of this session, or of a stranger's. */
  async #claim(
    link: ZooKeeperLink,
    path: string,
  ): Promise<{ readonly isMade: boolean; readonly stranger?: string }> {
    const stat = await link.stat(path, this.#ms)
    if (stat !== undefined) {
      if (stat.owner === link.sessionId) return { isMade: false }
      if (!this.#isOwn(link, stat.owner)) return { isMade: false, stranger: stat.owner! }
      await link.remove(path, this.#ms) // it ends with a session that is over
    }
    const isMade = await link.create(path, { isEphemeral: true, acl: this.#options.acl }, this.#ms)
    if (isMade) return { isMade }
    const other = await link.stat(path, this.#ms) // somebody was faster
    return other?.owner === undefined ? { isMade } : { isMade, stranger: other.owner }
  }

  async #remove(link: ZooKeeperLink, address: string, topics: readonly string[]): Promise<void> {
    for (const topic of topics)
      await failureOf(link, async () => {
        if (await this.#removeOne(link, paths.serverNode(topic, address))) await pause(paceMs)
      })
  }

  async #removeOne(link: ZooKeeperLink, path: string): Promise<boolean> {
    this.#there.delete(path)
    const stat = await link.stat(path, this.#ms)
    if (stat === undefined || !this.#isOwn(link, stat.owner)) return false
    return link.remove(path, this.#ms)
  }

  /** One that belongs to no session was made by hand. */
  #isOwn(link: ZooKeeperLink, owner: string | undefined): boolean {
    return owner === undefined || owner === link.sessionId || this.#options.isOwnSession(owner)
  }

  get #ms(): number {
    return this.#options.requestMs()
  }
}

/** What went wrong while the connection was good. */
async function failureOf(
  link: ZooKeeperLink,
  step: () => Promise<unknown>,
): Promise<string | undefined> {
  try {
    if (link.isUp) await step()
  } catch (error) {
    if (link.isUp) return error instanceof Error ? error.message : String(error)
  }
  return undefined
}

function missing(paths: readonly string[]): string {
  const others = paths.length === 1 ? '' : ` and ${paths.length - 1} more of this broker`
  return `${paths[0]}${others} had gone while the session lives: made again`
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
