// Keeps a running broker's storage bounded: every two seconds a look at old segments and at dead letters. Says when; what may
// go, retention decides.

import { fullReason, type BrokerLoop } from './broker/loop.ts'
import type { Checkpointer } from './checkpointer.ts'
import type { Config } from './config.ts'
import { nodeDisk } from './log/disk-node.ts'
import type { Log } from './log/log.ts'
import type { GroupNumber } from './model/ids.ts'
import type { Logger } from './model/logger.ts'
import { purgeOutdated } from './retention-dead-letters.ts'
import { momentText, type HeldSegments } from './retention-held.ts'
import { Retention } from './retention.ts'

const lookEveryMs = 2_000

export interface StorageUpkeepOptions {
  readonly config: Config
  readonly log: Log
  readonly loop: BrokerLoop
  readonly logger: Logger
  readonly checkpointer: Checkpointer
  /** Where the log is kept for an archive: the offset below which it has everything. */
  readonly archived?: (() => number) | undefined
}

export class StorageUpkeep {
  readonly #options: StorageUpkeepOptions
  readonly #retention: Retention
  #timer: NodeJS.Timeout | undefined

  constructor(options: StorageUpkeepOptions) {
    this.#options = options
    const { config, log, loop, logger, archived } = options
    this.#retention = new Retention({
      log,
      sink: loop,
      disk: nodeDisk,
      dir: config.dataDir,
      keep: config.retention,
      logger,
      pause,
      holds: (offset) => options.checkpointer.check(offset),
      wantsCheckpoint: () => options.checkpointer.want(),
      ...(archived && { archived }),
    })
  }

  /** What retention would let go and cannot. */
  get held(): HeldSegments | undefined {
    return this.#retention.held
  }

  /** That it is the archive that holds old segments, and since when; undefined: it does not. */
  get archiveHolds(): string | undefined {
    const sinceMs = this.#retention.waitsForArchiveSinceMs
    if (sinceMs === undefined) return undefined
    return `old segments wait for the archive since ${momentText(sinceMs)}`
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
    if (!log.isFull) tellPurged(purgeOutdated(loop, config.deadLetters), loop, logger)
    void this.#retention.look().then(() => (loop.fullReason = fullReason(this.archiveHolds)))
  }
}

/** Names of the first groups. */
const groupsTold = 10

function tellPurged(
  purged: ReadonlyMap<GroupNumber, number>,
  { state }: BrokerLoop,
  logger: Logger,
): void {
  if (purged.size === 0) return
  const counts = [...purged]
  const sum = counts.reduce((all, [, count]) => all + count, 0)
  const named = counts
    .slice(0, groupsTold)
    .map(([group, count]) => [state.groupNames.textOf(group), count])
  const groups: unknown = Object.fromEntries(named)
  const more = purged.size > groupsTold ? { moreGroups: purged.size - groupsTold } : {}
  logger.info({ purged: sum, groups, ...more }, 'dead letters past their limits were purged')
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms))
}
