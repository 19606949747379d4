// The registry as a file: watched, looked at every few seconds in case the watch is deaf, and told again whenever a whole
// and correct reading differs. A broken, half-written or missing file never takes a binding away.

import { constants, watch, type FSWatcher } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { KiteQError } from '../model/errors.ts'
import { registryFileBytesMax, registryRereadMs } from '../model/limits.ts'
import type { Registry, RegistryEvents } from '../model/registry.ts'
import { readRegistryYaml } from './registry-yaml.ts'

export interface FileRegistryOptions {
  readonly path: string
  /** `host:port` of this broker as the file would name it. */
  readonly address: string
  /** How often the file is compared with what was read last; the net under the watch. */
  readonly rereadMs?: number
  /** A file that changed less than this ago may still be being written. */
  readonly settleMs?: number
  /** false: trust only the re-reading. */
  readonly watch?: boolean
}

const settleMsDefault = 100
/** A file that never comes to rest is read all the same after so many times settleMs. */
const unsettledSpellsMax = 20

interface FileLook {
  readonly bytes: Buffer
  readonly changedAtMs: number
}

export class FileRegistry implements Registry {
  readonly #path: string
  readonly #address: string
  readonly #rereadMs: number
  readonly #settleMs: number
  readonly #watches: boolean
  #events: RegistryEvents | undefined
  #last: Buffer | undefined
  #lastProblem: string | undefined
  /** Topics of the brokers of the last good reading. */
  #brokerTopics: readonly string[] = []
  #watcher: FSWatcher | undefined
  #timer: NodeJS.Timeout | undefined
  #dueAtMs = Infinity
  #reading: Promise<void> = Promise.resolve()
  #unsettledSinceMs: number | undefined
  #closed = false

  constructor(options: FileRegistryOptions) {
    this.#path = resolve(options.path)
    this.#address = options.address
    this.#rereadMs = options.rereadMs ?? registryRereadMs
    this.#settleMs = options.settleMs ?? settleMsDefault
    this.#watches = options.watch ?? true
  }

  /** Rejects with KITEQ_REGISTRY when the file is missing or broken: a broker without its bindings would drop messages. */
  async start(events: RegistryEvents): Promise<void> {
    this.#events = events
    const look = await this.#look()
    this.#take(look.bytes)
    if (this.#watches) this.#watch()
    this.#schedule(this.#rereadMs)
  }

  /** The file is written by people; a broker only reads it. */
  announce(): Promise<void> {
    return Promise.resolve()
  }

  withdraw(): Promise<void> {
    return Promise.resolve()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#watcher?.close()
    clearTimeout(this.#timer)
    await this.#reading
  }

  #watch(): void {
    const deaf = (why: unknown): void => {
      this.#watcher?.close()
      this.#watcher = undefined
      this.#tell(
        `registry file ${this.#path} cannot be watched (${reason(why)}); it is read every ${this.#rereadMs} ms`,
      )
    }
    try {
      // The folder, not the file: editors replace files, and a watch on the old one would hear nothing more.
      this.#watcher = watch(dirname(this.#path), { persistent: false })
      this.#watcher.on('change', (_event: string, name: string | Buffer | null) => {
        if (name === null || name.toString() === basename(this.#path))
          this.#schedule(this.#settleMs)
      })
      this.#watcher.on('error', deaf)
    } catch (error) {
      deaf(error)
    }
  }

  #schedule(delayMs: number): void {
    const dueAtMs = performance.now() + delayMs
    if (this.#closed || dueAtMs >= this.#dueAtMs) return // a stream of changes must not put the look off for ever
    this.#dueAtMs = dueAtMs
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#dueAtMs = Infinity
      this.#reading = this.#reading.then(() => this.#reread())
    }, delayMs)
  }

  async #reread(): Promise<void> {
    let next = this.#rereadMs
    try {
      const look = await this.#look()
      if (!this.#isResting(look.changedAtMs)) next = Math.min(this.#settleMs, this.#rereadMs)
      else if (this.#closed) return
      else if (this.#last?.equals(look.bytes) === true) this.#lastProblem = undefined
      else this.#take(look.bytes)
    } catch (error) {
      if (!(error instanceof KiteQError)) throw error // of whoever took the snapshot: not for us to hide
      if (!this.#closed) this.#tellOnce(`${reason(error)}; the last good one stays`)
    }
    this.#schedule(next)
  }

  #isResting(changedAtMs: number): boolean {
    // The clock has whole milliseconds, the time stamp has parts. Below 0, a time stamp ahead of the clock, says nothing.
    const restedMs = Date.now() - Math.floor(changedAtMs)
    const nowMs = performance.now()
    this.#unsettledSinceMs ??= nowMs
    const resting = restedMs < 0 || restedMs >= this.#settleMs
    if (!resting && nowMs - this.#unsettledSinceMs < this.#settleMs * unsettledSpellsMax)
      return false
    this.#unsettledSinceMs = undefined
    return true
  }

  /** Throws KITEQ_REGISTRY when the file is broken; then nothing has changed. */
  #take(bytes: Buffer): void {
    const reading = readRegistryYaml(bytes, this.#path, this.#address)
    const { bindings, topics, notes } = reading
    this.#last = bytes
    this.#lastProblem = undefined
    for (const note of notes) this.#tell(note)
    this.#tellBrokers(reading.brokers)
    this.#events?.snapshot({ source: 'file', bindings, ...(topics && { topics }) })
  }

  #tellBrokers(brokers: ReadonlyMap<string, readonly string[]>): void {
    for (const topic of this.#brokerTopics)
      if (!brokers.has(topic)) this.#events?.brokers?.(topic, [])
    for (const [topic, addresses] of brokers) this.#events?.brokers?.(topic, addresses)
    this.#brokerTopics = [...brokers.keys()]
  }

  /** One whole look at the file; the time stamp is taken after the bytes, so that it covers them. */
  async #look(): Promise<FileLook> {
    try {
      const file = await open(this.#path, constants.O_RDONLY | constants.O_NONBLOCK) // a pipe must not hold us
      try {
        const before = await file.stat()
        if (!before.isFile()) throw new Error('not a file')
        if (before.size > registryFileBytesMax)
          throw new Error(`${before.size} bytes, expected at most ${registryFileBytesMax}`)
        const bytes = await file.readFile()
        return { bytes, changedAtMs: (await file.stat()).mtimeMs }
      } finally {
        await file.close()
      }
    } catch (error) {
      const message = `registry file ${this.#path} cannot be read (${reason(error)}); expected a YAML file`
      throw new KiteQError('KITEQ_REGISTRY', message, { cause: error })
    }
  }

  #tell(message: string): void {
    this.#events?.problem(message)
  }

  /** The same trouble at every look is told once. */
  #tellOnce(message: string): void {
    if (message === this.#lastProblem) return
    this.#lastProblem = message
    this.#tell(message)
  }
}

function reason(error: unknown): string {
  if (error instanceof KiteQError) return error.message
  if (error instanceof Error) return 'code' in error ? String(error.code) : error.message
  return String(error)
}
