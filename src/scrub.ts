// After a start from a checkpoint or an image: a worker reads what the start did not, once, so that damage there is known while
// there still is a backup, and not when somebody asks for the message. What it finds goes on record like any hole.

import type { Worker } from 'node:worker_threads'
import { startWorker } from './log/background-worker.ts'
import type { Hole } from './log/scan-segment.ts'
import type { SegmentHeader } from './log/segment.ts'
import { holesListedMax, scrubBytesPerSecond } from './model/limits.ts'
import type { Logger } from './model/logger.ts'
import type { ScrubNews, ScrubWork } from './scrub-worker.ts'

export interface ScrubOptions {
  readonly dataDir: string
  /** All that there are: the last one is being written and is left out. */
  readonly headers: readonly SegmentHeader[]
  /** False for one that was known. */
  readonly found: (hole: Hole) => boolean
  readonly logger: Logger
}

export class Scrub {
  readonly #options: ScrubOptions
  #worker: Worker | undefined
  #found = 0
  #isClosed = false

  constructor(options: ScrubOptions) {
    this.#options = options
  }

  start(): void {
    const { dataDir, headers, logger } = this.#options
    const work: ScrubWork = { dataDir, headers, bytesPerSecond: scrubBytesPerSecond }
    const worker = startWorker(import.meta.url, 'scrub-worker', work)
    worker.unref()
    this.#worker = worker
    worker.on('message', (news: ScrubNews) => {
      if (this.#isClosed) return
      if (news.kind === 'hole') this.#take(news.hole)
      else this.#end(news.why)
    })
    worker.on('error', (error) =>
      logger.warn({ why: error.message }, 'the older part of the log could not be checked'),
    )
    worker.on('exit', () => (this.#worker = undefined))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#worker?.terminate()
  }

  /** A disk that fails altogether must not fill the log with what it has lost. */
  #take(hole: Hole): void {
    if (this.#found < holesListedMax && this.#options.found(hole)) this.#found++
  }

  #end(why: string | undefined): void {
    const { headers, logger } = this.#options
    const segments = headers.length - 1
    if (why !== undefined) logger.warn({ why }, 'the older part of the log could not be checked')
    else logger.info({ segments, damaged: this.#found }, 'the older part of the log was checked')
  }
}
