// What a running broker keeps an eye on, every two seconds: the space and pace of its disk, the folder it writes into, and whether
// the process ran at all. It says what changed; it decides nothing but to tell that the folder is lost.

import type { BrokerLoop } from './broker/loop.ts'
import type { FolderWatch } from './folder-watch.ts'
import type { Log } from './log/log.ts'
import type { Logger } from './model/logger.ts'
import { processCpuMs, Standstill } from './standstill.ts'
import { systemClock } from './system-clock.ts'

/** Publishes are taken again within 10 s of space, and a lost folder is noticed within three of these. */
const lookEveryMs = 2_000

export interface UpkeepOptions {
  readonly log: Log
  readonly loop: BrokerLoop
  readonly folder: FolderWatch
  readonly dataDir: string
  readonly logger: Logger
  /** The log is written where nobody will find it. Called once. */
  readonly onLost: (why: string) => void
}

export class Upkeep {
  readonly #options: UpkeepOptions
  readonly #standstill: Standstill
  #timer: NodeJS.Timeout | undefined
  #wasFull = false
  #wasSlow = false
  #holes: number
  #looking = false

  constructor(options: UpkeepOptions) {
    this.#options = options
    this.#holes = options.loop.state.journal.counts.holes
    const { logger } = options
    this.#standstill = new Standstill({
      logger,
      nowMs: () => systemClock.monotonicMs(),
      cpuMs: processCpuMs,
    })
  }

  /** Resolves after the first look at the folder, against which later ones are held. */
  async start(): Promise<void> {
    this.#timer = setInterval(() => this.#look(), lookEveryMs).unref()
    this.#standstill.start()
    await this.#lookAtFolder()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#standstill.stop()
  }

  #look(): void {
    this.#lookAtSpace()
    this.#lookAtPace()
    this.#lookForDamage()
    void this.#lookAtFolder()
  }

  #lookAtSpace(): void {
    const { log, loop, dataDir, logger } = this.#options
    log.checkSpace() // also while all is well: what is left decides when publishes are refused
    if (log.isFull === this.#wasFull) return
    this.#wasFull = log.isFull
    const { fullReason: refusal } = loop
    if (this.#wasFull) logger.warn({ dataDir, refusal }, 'the disk is full: publishes are refused')
    else logger.info({ dataDir }, 'the disk has space again: publishes are taken')
  }

  /** What a full disk cannot take is old, too; that was told. */
  #lookAtPace(): void {
    const { log, loop, dataDir, logger } = this.#options
    const isSlow = loop.isSlow() && !log.isFull
    if (isSlow === this.#wasSlow) return
    this.#wasSlow = isSlow
    if (isSlow) logger.warn({ dataDir }, 'the disk is slow: publishes are refused')
    else logger.info({ dataDir }, 'the disk keeps up again: publishes are taken')
  }

  #lookForDamage(): void {
    const { journal } = this.#options.loop.state
    if (journal.counts.holes === this.#holes) return
    this.#holes = journal.counts.holes
    const details = { holes: this.#holes, last: journal.holes.at(-1) }
    this.#options.logger.warn(details, 'damage in the log was found: what stood there is lost')
  }

  async #lookAtFolder(): Promise<void> {
    if (this.#looking) return // a slow disk: one look at a time
    this.#looking = true
    const why = await this.#options.folder.look()
    this.#looking = false
    if (why === undefined || this.#timer === undefined) return
    this.stop()
    this.#options.onLost(why)
  }
}
