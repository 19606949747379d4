// What a broker has to know about ZooKeeper in its next run: which sessions were its own, and which nodes its bindings were
// read from, by when they were made. A file of the data folder. Losing it costs time and caution, never a binding.

import { readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { zooKeeperSessionsKept } from '../model/limits.ts'

export interface ZooKeeperMemoryOptions {
  /** Undefined: of this run alone. */
  readonly path: string | undefined
  readonly problem: (message: string) => void
}

/** In place of a node's mark: the topic had bindings when its node was found missing. */
export const missingNode = 'missing'

export class ZooKeeperMemory {
  readonly #options: ZooKeeperMemoryOptions
  #sessions: string[] = []
  #nodes = new Map<string, string>()
  #saved = ''
  #saves: Promise<void> = Promise.resolve()

  constructor(options: ZooKeeperMemoryOptions) {
    this.#options = options
    this.#load()
    this.#saved = this.#text()
  }

  isOwnSession(id: string): boolean {
    return this.#sessions.includes(id)
  }

  /** Resolves once it is written, if it can be. */
  addSession(id: string): Promise<void> {
    this.#sessions = [...this.#sessions.filter((other) => other !== id), id].slice(
      -zooKeeperSessionsKept,
    )
    return this.save()
  }

  /** The mark of the node that the bindings of the topic were read from. */
  nodeOf(topic: string): string | undefined {
    return this.#nodes.get(topic)
  }

  noteNode(topic: string, mark: string): void {
    this.#nodes.set(topic, mark)
  }

  /** Forgets the nodes of other topics. */
  keepNodes(topics: ReadonlySet<string>): void {
    for (const topic of this.#nodes.keys()) if (!topics.has(topic)) this.#nodes.delete(topic)
  }

  save(): Promise<void> {
    return (this.#saves = this.#saves.then(() => this.#save()))
  }

  async #save(): Promise<void> {
    const { path, problem } = this.#options
    const text = this.#text()
    if (path === undefined || text === this.#saved) return
    try {
      const file = await open(`${path}.new`, 'w')
      try {
        await file.writeFile(text)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(`${path}.new`, path)
      this.#saved = text
    } catch (error) {
      problem(`${path} could not be written: ${error instanceof Error ? error.message : 'why?'}`)
    }
  }

  #text(): string {
    const nodes = Object.fromEntries([...this.#nodes].sort())
    return `${JSON.stringify({ sessions: this.#sessions, nodes })}\n`
  }

  /** What is no file of ours counts as none. */
  #load(): void {
    if (this.#options.path === undefined) return
    try {
      const { sessions, nodes } = JSON.parse(readFileSync(this.#options.path, 'utf8')) as {
        sessions: unknown
        nodes: unknown
      }
      if (Array.isArray(sessions)) this.#sessions = sessions.filter(isText)
      for (const [topic, mark] of Object.entries(nodes ?? {}))
        if (isText(mark)) this.#nodes.set(topic, mark)
    } catch {
      // The first start, or a crash took it.
    }
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
