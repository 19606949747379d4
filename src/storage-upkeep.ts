// Keeps a running broker's storage bounded: every two seconds a look at old segments and at dead letters. Says when; what may
// go, retention decides.

import type { BrokerLoop } from './broker/loop.ts'
import type { Checkpointer } from './checkpointer.ts'
import type { Config } from './config.ts'
import { nodeDisk } from './log/disk-node.ts'
import type { Log } from './log/log.ts'
import type { Logger } from './model/logger.ts'
import { purgeOutdated } from './retention-dead-letters.ts'
import { Retention } from './retention.ts'

const lookEveryMs = 2_000

export interface StorageUpkeepOptions {
  readonly config: Config
  readonly log: Log
  readonly loop: BrokerLoop
  readonly logger: Logger
  readonly checkpointer: Checkpointer
}

export class StorageUpkeep {
  readonly #options: StorageUpkeepOptions
  readonly #retention: Retention
  #timer: NodeJS.Timeout | undefined

  constructor(options: StorageUpkeepOptions) {
    this.#options = options
    const { config, log, loop, logger } = options
    this.#retention = new Retention({
      log,
      sink: loop,
      disk: nodeDisk,
      dir: config.dataDir,
      keep: config.retention,
      logger,
      pause,
      holds: (offset) => options.checkpointer.check(offset),
    })
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), lookEveryMs).unref()
  }

  /** Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#retention.close()
  }

  #look(): void {
    const { config, log, loop, logger } = this.#options
    if (loop.refusal !== undefined) return // it stops, or has failed
    const purged = log.isFull ? 0 : purgeOutdated(loop, config.deadLetters)
    if (purged > 0) logger.info({ purged }, 'dead letters past their limits were purged')
    void this.#retention.look()
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}
