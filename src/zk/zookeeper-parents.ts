// The nodes above those of brokers and clients, empty and persistent: made where they are missing, so that clients and the ops
// page find them. Must never make what would hide that a ZooKeeper was emptied while bindings of it are known.

import type { NodeAcl } from './zookeeper-acl.ts'
import type { ZooKeeperLink } from './zookeeper-link.ts'
import * as paths from './zookeeper-paths.ts'

export interface ParentsOptions {
  /** Who may change what only brokers make. */
  readonly acl: NodeAcl
  readonly requestMs: () => number
  readonly problem: (message: string) => void
}

export class ParentNodes {
  readonly #options: ParentsOptions
  /** Told over this connection. */
  readonly #told = new Set<string>()
  #link: ZooKeeperLink | undefined

  constructor(options: ParentsOptions) {
    this.#options = options
  }

  /**
   * Resolves when it was tried for all; below one that cannot be made nothing is tried. Topics in `bound` have bindings: if
   * the node that those were read from is gone, it is not made anew.
   */
  async make(
    link: ZooKeeperLink,
    topics: Iterable<string>,
    bound: ReadonlySet<string>,
  ): Promise<void> {
    const isNew = link !== this.#link
    if (isNew) this.#told.clear()
    this.#link = link
    if (!(await this.#step(link, () => this.#chroot(link, bound)))) return
    const there = new Set<string>()
    for (const path of paths.rootPaths) {
      if (path === paths.subscribersRoot && bound.size > 0) {
        if (await this.#step(link, () => this.#isThere(link, path))) there.add(path)
      } else if (await this.makeOne(link, path)) there.add(path)
      else if (path === paths.root || path === paths.serverRoot) return // nor will the others
    }
    if (isNew && this.#options.acl === 'creator') await this.#expectClosed(link)
    for (const topic of topics)
      await Promise.all([
        there.has(paths.serverRoot) && this.makeOne(link, paths.serverPath(topic)),
        there.has(paths.publishersRoot) && this.makeOne(link, paths.publishersPath(topic)),
        there.has(paths.subscribersRoot) &&
          !bound.has(topic) &&
          this.makeOne(link, paths.subscribersPath(topic)),
      ])
  }

  /** False when it is not there in the end; that is told once. */
  makeOne(link: ZooKeeperLink, path: string): Promise<boolean> {
    const acl = paths.isOfBrokers(path) ? this.#options.acl : 'open'
    return this.#step(link, async () => {
      if (await this.#isThere(link, path)) return true // it may not be ours to make
      await link.create(path, { isEphemeral: false, acl }, this.#options.requestMs())
      return true
    })
  }

  /** A path that was mistyped is one that is missing, and looks like a ZooKeeper without bindings. */
  async #chroot(link: ZooKeeperLink, bound: ReadonlySet<string>): Promise<boolean> {
    const { chroot } = link
    if (chroot === '' || (await this.#isThere(link, '/'))) return true
    if (bound.size > 0) {
      this.#problem(
        `ZooKeeper has no ${chroot}: is the path right? It is not made while bindings of it are known`,
      )
      return false
    }
    await link.makeChroot(this.#options.requestMs())
    this.#problem(`ZooKeeper had no ${chroot}: it was made; is the path right?`)
    return true
  }

  /** One that was made before there were credentials stays as it was. */
  async #expectClosed(link: ZooKeeperLink): Promise<void> {
    const open: string[] = []
    for (const path of paths.rootPaths.filter((root) => paths.isOfBrokers(root)))
      await this.#step(link, async () => {
        const isOpen = await link.isOpen(path, this.#options.requestMs())
        if (isOpen) open.push(path)
        return true
      })
    if (open.length > 0)
      this.#problem(
        `${open.join(', ')}: open to all, so that anybody may remove brokers there in spite of zookeeper.acl = "creator"; expected another setAcl`,
      )
  }

  #isThere(link: ZooKeeperLink, path: string): Promise<boolean> {
    return link.exists(path, undefined, this.#options.requestMs())
  }

  async #step(link: ZooKeeperLink, step: () => Promise<boolean>): Promise<boolean> {
    try {
      return link.isUp && (await step())
    } catch (error) {
      if (link.isUp) this.#problem(error instanceof Error ? error.message : String(error))
      return false
    }
  }

  #problem(message: string): void {
    if (this.#told.has(message)) return
    this.#told.add(message)
    this.#options.problem(message)
  }
}
