// When to make a checkpoint: a worker folds the durable log behind the last one and writes it, so that the loop never stops
// for it and nothing in memory is copied. A checkpoint that fails is only a longer start.

import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import type { CheckpointOutcome, CheckpointTask, CheckTask } from './checkpoint-worker.ts'
import type { Config } from './config.ts'
import { startWorker } from './log/background-worker.ts'
import type { Log } from './log/log.ts'
import type { Logger } from './model/logger.ts'

export interface CheckpointerOptions {
  readonly config: Config
  readonly log: Log
  readonly logger: Logger
  /** Offset of the checkpoint that the start began from. */
  readonly newest?: number | undefined
}

/** Checkpoints of this run; `atMs` is monotonic: the last one, or the start. */
export interface CheckpointProgress {
  readonly written: number
  readonly failed: number
  /** Where a start would go on from; 0: at the beginning. */
  readonly offset: number
  readonly atMs: number
}

const lookEveryMs = 1000
/** What is wanted comes so long after the last one; each that failed doubles it. */
const wantedApartMs = 1_000
const wantedApartMaxMs = 60_000

export class Checkpointer {
  readonly #options: CheckpointerOptions
  #timer: NodeJS.Timeout | undefined
  #worker: Worker | undefined
  #isClosed = false
  #lastBytes: number
  #lastOffset: number
  #lastAtMs = performance.now()
  #progress: CheckpointProgress
  #isWanted = false
  #failedInARow = 0

  constructor(options: CheckpointerOptions) {
    this.#options = options
    this.#lastBytes = options.log.stats().bytes
    this.#lastOffset = options.log.durableOffset
    const offset = options.newest ?? 0
    this.#progress = { written: 0, failed: 0, offset, atMs: performance.now() }
  }

  get progress(): CheckpointProgress {
    return this.#progress
  }

  /** One is wanted before it is due: old segments cannot go without it, and space has run out. To be said again and again. */
  want(): void {
    this.#isWanted = true
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), lookEveryMs)
    this.#timer.unref()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    await this.#worker?.terminate()
  }

  /**
   * Whether the checkpoint of this offset holds when it is loaded, by a worker, once the one under way is done: each needs the
   * memory of a state, and one at a time is enough.
   */
  async check(offset: number): Promise<boolean> {
    while (this.#worker !== undefined) await once(this.#worker, 'exit').catch(() => undefined)
    if (this.#isClosed) return false
    const { config, logger } = this.#options
    const worker = startWorker(import.meta.url, 'checkpoint-worker', {
      dataDir: config.dataDir,
      check: offset,
    } satisfies CheckTask)
    worker.unref()
    this.#worker = worker
    return new Promise((resolve) => {
      worker.on('message', (outcome: CheckpointOutcome) => {
        if (!outcome.ok) logger.warn(outcome, 'a checkpoint does not hold')
        resolve(outcome.ok)
      })
      worker.on('error', (error) =>
        logger.warn({ why: error.message }, 'a checkpoint does not hold'),
      )
      worker.on('exit', () => {
        this.#worker = undefined
        resolve(false)
      })
    })
  }

  /** Due by bytes appended, or by time when anything was, or wanted. */
  #look(): void {
    const { config, log } = this.#options
    const hasFailed = this.#failedInARow > 0
    if (this.#worker !== undefined) return
    if (log.durableOffset === this.#lastOffset && !hasFailed) return
    const bytes = log.stats().bytes - this.#lastBytes
    const ageMs = performance.now() - this.#lastAtMs
    const isOld = ageMs >= config.log.checkpointIntervalMs && (bytes > 0 || hasFailed)
    const apartMs = Math.min(wantedApartMs * 2 ** this.#failedInARow, wantedApartMaxMs)
    const isWanted = this.#isWanted && ageMs >= apartMs
    if (bytes < config.log.checkpointBytes && !isOld && !isWanted) return
    this.#isWanted = false
    this.#lastBytes = log.stats().bytes
    this.#lastOffset = log.durableOffset
    this.#lastAtMs = performance.now()
    this.#run()
  }

  #run(): void {
    const { config, log, logger } = this.#options
    const task: CheckpointTask = {
      dataDir: config.dataDir,
      upTo: log.durablePlace,
    }
    const worker = startWorker(import.meta.url, 'checkpoint-worker', task)
    worker.unref()
    this.#worker = worker
    worker.on('message', (outcome: CheckpointOutcome) => {
      this.#count(outcome.ok ? outcome.offset : undefined)
      if (outcome.ok) logger.info(outcome, 'checkpoint written')
      else logger.warn(outcome, 'checkpoint failed')
    })
    worker.on('error', (error) => {
      this.#count(undefined)
      logger.warn({ why: error.message }, 'checkpoint failed')
    })
    worker.on('exit', () => (this.#worker = undefined))
  }

  /** `offset`: of the one written; undefined: it failed. */
  #count(offset: number | undefined): void {
    const { written, failed } = this.#progress
    this.#failedInARow = offset === undefined ? this.#failedInARow + 1 : 0
    if (offset === undefined) this.#progress = { ...this.#progress, failed: failed + 1 }
    else this.#progress = { written: written + 1, failed, offset, atMs: performance.now() }
  }
}
