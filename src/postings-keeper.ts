// When to make postings: a worker covers what is durable once the broker is calm, so that `kiteq why` finds a message among
// millions and a load is hardly touched. Never two at once; a run that fails only leaves `why` more to scan.

import type { Worker } from 'node:worker_threads'
import { startWorker } from './log/background-worker.ts'
import type { ResumePlace } from './log/recover.ts'
import * as limits from './model/limits.ts'
import type { Logger } from './model/logger.ts'
import type { PostingsOutcome, PostingsWork } from './postings-worker.ts'

/** What it asks of the log. */
export interface CoveredLog {
  readonly durablePlace: ResumePlace
  /** The disk is full, or has been. */
  readonly outOfSpace: boolean
  stats(): { readonly bytes: number }
}

export interface PostingsKeeperOptions {
  readonly dataDir: string
  readonly log: CoveredLog
  /** The disk is late with what it was given. */
  readonly isSlow: () => boolean
  readonly logger: Logger
  /** For tests: does the work; without it a thread. */
  readonly run?: (work: PostingsWork) => Promise<PostingsOutcome>
  /** Ms, never going back. */
  readonly nowMs?: () => number
}

const lookEveryMs = 1_000
/** Nothing was appended for so long. */
const idleMs = 2_000
/** A trickle is covered this often: each time the file of its segment is written anew. */
const seldomMs = 60_000
/** After a failure. */
const retryMs = 60_000

export class PostingsKeeper {
  readonly #options: PostingsKeeperOptions
  readonly #nowMs: () => number
  #timer: NodeJS.Timeout | undefined
  #worker: Worker | undefined
  #running: Promise<void> | undefined
  #isClosed = false
  /** Appended, when last looked, and when that last grew. */
  #seenBytes: number
  #grewAtMs: number
  /** Up to where, in records and bytes appended by this process, all is covered; -1 before the first run. */
  #coveredOffset = -1
  #coveredBytes = 0
  #coveredAtMs: number
  #notBeforeMs = -Infinity
  /** Segments that are damaged get none. */
  readonly #except = new Set<number>()

  constructor(options: PostingsKeeperOptions) {
    this.#options = options
    this.#nowMs = options.nowMs ?? (() => performance.now())
    this.#seenBytes = options.log.stats().bytes
    this.#grewAtMs = this.#nowMs()
    this.#coveredAtMs = this.#nowMs()
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), lookEveryMs)
    this.#timer.unref()
  }

  /** A run that is under way is cut off: what it has not renamed nobody sees. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    await this.#worker?.terminate()
    await this.#running
  }

  /** To be called every second. */
  look(): void {
    const bytes = this.#options.log.stats().bytes
    const grown = bytes - this.#seenBytes
    this.#seenBytes = bytes
    if (grown > 0) this.#grewAtMs = this.#nowMs()
    if (this.#running !== undefined || this.#isClosed || !this.#isDue(grown)) return
    this.#running = this.#cover().finally(() => (this.#running = undefined))
  }

  #isDue(grown: number): boolean {
    const { log, isSlow } = this.#options
    const nowMs = this.#nowMs()
    if (log.durablePlace.offset === this.#coveredOffset || nowMs < this.#notBeforeMs) return false
    if (log.outOfSpace || isSlow()) return false // it has other cares
    const behind = this.#seenBytes - this.#coveredBytes
    if (behind >= limits.postingsBehindBytes) return true
    if (grown >= limits.postingsCalmBytes) return false
    if (this.#coveredOffset < 0) return true
    const sinceMs = nowMs - this.#coveredAtMs
    const isIdle = nowMs - this.#grewAtMs >= idleMs
    const isWorthIt = isIdle || behind >= limits.postingsDueBytes || sinceMs >= seldomMs
    return sinceMs >= limits.postingsDueMs && isWorthIt
  }

  async #cover(): Promise<void> {
    const { dataDir, log, logger, run } = this.#options
    const upTo = { ...log.durablePlace }
    const bytes = this.#seenBytes
    const work = { dataDir, upTo, except: [...this.#except] }
    const outcome = await (run ?? ((task) => this.#thread(task)))(work)
    if (this.#isClosed) return
    if (!outcome.ok || outcome.why !== undefined) {
      logger.warn({ why: outcome.why }, 'postings could not be made')
      this.#notBeforeMs = this.#nowMs() + retryMs
    }
    if (!outcome.ok) return
    for (const segment of outcome.failed) this.#except.add(segment)
    if (outcome.more) return
    this.#coveredOffset = upTo.offset
    this.#coveredBytes = bytes
    this.#coveredAtMs = this.#nowMs()
  }

  #thread(work: PostingsWork): Promise<PostingsOutcome> {
    return new Promise((resolve) => {
      const worker = startWorker(import.meta.url, 'postings-worker', work)
      worker.unref()
      this.#worker = worker
      worker.on('message', resolve)
      worker.on('error', (error) => resolve({ ok: false, why: error.message }))
      worker.on('exit', () => {
        this.#worker = undefined
        resolve({ ok: false, why: 'its thread ended' })
      })
    })
  }
}
