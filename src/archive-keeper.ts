// Keeps the archive's thread at work beside a broker: tells it what is durable, starts it again when it ends, and knows how far
// the archive is. Must never make the loop wait: publishing does not notice whether the archive is there.

import { ArchiveLag, type ArchivedLog } from './archive-lag.ts'
import { shownAddress } from './archive-setting.ts'
import type { ArchiveNews, ArchiveTask, ArchiveWord } from './archive-worker.ts'
import type { ArchiveConfig } from './config.ts'
import type { ArchiveFigures, Health } from './http/stat.ts'
import { startWorker } from './log/background-worker.ts'
import * as limits from './model/limits.ts'
import type { Logger } from './model/logger.ts'

/** The thread, as far as the keeper sees it. */
export interface ArchiveThread {
  send(word: ArchiveWord): void
  terminate(): Promise<unknown>
}

export interface ThreadEvents {
  readonly news: (news: ArchiveNews) => void
  /** Once; `why` when it ended by an error. */
  readonly ended: (why?: string) => void
}

export interface ArchiveKeeperOptions {
  readonly dataDir: string
  readonly archive: ArchiveConfig
  readonly log: ArchivedLog
  readonly logger: Logger
  /** For tests: stands in for the thread. */
  readonly thread?: (task: ArchiveTask, events: ThreadEvents) => ArchiveThread
  /** Ms since 1970, and of a clock that never goes back. */
  readonly wallMs?: () => number
}

const lookEveryMs = 1_000
const dropTellEveryMs = 60_000
/** The batch under way may end; then the thread is. What it has not committed comes again. */
const stopWithinMs = 1_000
/** Enough for the names of the largest log; a server that sends more than was thought of costs the thread, not the broker. */
const threadHeapMib = 1_024

export class ArchiveKeeper {
  readonly #options: ArchiveKeeperOptions
  readonly #wallMs: () => number
  readonly #lag: ArchiveLag
  readonly #shown: string
  #timer: NodeJS.Timeout | undefined
  #again: NodeJS.Timeout | undefined
  #againMs: number = limits.archiveRestartMs
  #thread: ArchiveThread | undefined
  #whenEnded: (() => void) | undefined
  #isClosed = false
  #isConnected = false
  /** Its thread has ended since it last did any good. */
  #hasEnded = false
  #isOnTrial = false
  #archived: number | undefined
  #gaps = { count: 0, records: 0 }
  /** The log began here when the keeper did: what went before may have been archived. */
  readonly #began: number
  #dropped = { below: 0, toldMs: -Infinity }
  #why: string | undefined = 'it has not been reached yet'
  /** What was said of it last. */
  #toldWhy: string | undefined
  /** Once so much is archived, it has caught up; undefined: it has. */
  #catchUpAt: number | undefined

  constructor(options: ArchiveKeeperOptions) {
    this.#options = options
    this.#wallMs = options.wallMs ?? Date.now
    this.#lag = new ArchiveLag(options.log)
    this.#shown = shownAddress(options.archive.mysql)
    this.#began = this.#lag.firstOffset
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), lookEveryMs)
    this.#timer.unref()
    this.#look()
    this.#startThread()
  }

  /** Everything below is archived; 0 as long as that is not known. For whoever would drop something. */
  get archivedOffset(): number {
    return this.#archived ?? 0
  }

  get figures(): ArchiveFigures {
    const { archive } = this.#options
    const archived = this.#archived
    // As long as nobody has said what is archived, nothing of what is there counts as such.
    const lag = this.#lag.behind(archived ?? this.#lag.firstOffset, this.#wallMs())
    return {
      connected: this.#isConnected,
      required: archive.required,
      archivedOffset: archived,
      lagRecords: lag.records,
      lagBytes: lag.bytes,
      lagSeconds: lag.seconds,
      droppedRecords: this.#droppedRecords(),
      gaps: this.#gaps.count,
      gapRecords: this.#gaps.records,
      why: this.#isConnected ? undefined : this.#why,
    }
  }

  /** The batch under way is finished or given up, at most a second. Idempotent. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#timer)
    clearTimeout(this.#again)
    const thread = this.#thread
    if (thread === undefined) return
    const ended = new Promise<void>((resolve) => (this.#whenEnded = resolve))
    thread.send({ kind: 'stop' })
    const late = setTimeout(() => void thread.terminate(), stopWithinMs)
    await ended
    clearTimeout(late)
  }

  #look(): void {
    this.#lag.look(this.#archived ?? 0, this.#wallMs())
    this.#lookForDropped()
  }

  /** Gone from the log, and not archived as far as is known; a gap, once the database is there. */
  #droppedRecords(): number {
    return Math.max(0, this.#lag.firstOffset - (this.#archived ?? this.#began))
  }

  /** At once, and then once a minute at most: it may go on for days. */
  #lookForDropped(): void {
    const records = this.#droppedRecords()
    const below = this.#lag.firstOffset
    const nowMs = this.#wallMs()
    if (records === 0 || below === this.#dropped.below) return
    if (nowMs - this.#dropped.toldMs < dropTellEveryMs) return
    this.#dropped = { below, toldMs: nowMs }
    const details = { archive: this.#shown, records, below, why: this.#why }
    this.#options.logger.warn(
      details,
      this.#archived === undefined
        ? 'old segments went that the archive may not have: its database was not reached yet'
        : 'old segments went before they were archived: the archive may never have these records',
    )
  }

  #startThread(): void {
    const { archive, dataDir, thread = startedThread } = this.#options
    this.#thread = thread(
      { dataDir, archive },
      {
        news: (news) => this.#hear(news),
        ended: (why) => this.#ended(why),
      },
    )
  }

  #hear(news: ArchiveNews): void {
    if (news.kind === 'watermark')
      this.#thread?.send({ kind: 'watermark', offset: this.#options.log.durableOffset })
    else if (this.#isClosed) return
    else if (news.kind === 'connected') this.#connected(news)
    else if (news.kind === 'archived') this.#progressed(news.next, news.timeMs)
    else if (news.kind === 'begun') this.#begun(news)
    else if (news.kind === 'gap') this.#missing(news)
    else if (news.kind === 'away') this.#away(news.why)
    else this.#pruned(news)
  }

  #connected({ next, gaps }: ArchiveNews & { kind: 'connected' }): void {
    this.#gaps = { ...gaps }
    this.#archived = next
    // One that has ended before may do so again with the first record: until it has taken one, nothing is better than it was.
    this.#isOnTrial = this.#hasEnded && next < this.#options.log.durableOffset
    if (!this.#isOnTrial) this.#arrived()
  }

  #arrived(): void {
    const wasAway = this.#toldWhy !== undefined
    this.#isConnected = true
    this.#isOnTrial = false
    this.#hasEnded = false
    this.#toldWhy = undefined
    this.#againMs = limits.archiveRestartMs
    const { archivedOffset, lagRecords, lagBytes, lagSeconds } = this.figures
    const details = { archive: this.#shown, archivedOffset, lagRecords, lagBytes, lagSeconds }
    this.#options.logger.info(details, wasAway ? 'the archive is back' : 'the archive is connected')
    if (lagRecords > 0) this.#catchUpAt = this.#options.log.durableOffset
  }

  #progressed(next: number, timeMs: number | undefined): void {
    this.#archived = next
    if (timeMs !== undefined) this.#lag.reached(timeMs)
    if (this.#isOnTrial) this.#arrived()
    if (this.#catchUpAt === undefined || next < this.#catchUpAt) return
    this.#catchUpAt = undefined
    this.#options.logger.info({ archivedOffset: next }, 'the archive has caught up')
  }

  #begun(news: ArchiveNews & { kind: 'begun' }): void {
    const { others, ancestor, begins, shared } = news
    const details = {
      ...{ archive: this.#shown, others, ancestor, begins },
      ...(shared === undefined ? {} : { shared }),
    }
    this.#options.logger.info(
      details,
      ancestor === undefined
        ? 'the archive has other logs and nothing of this one: all of it is archived'
        : 'the archive goes on from the log that this one was restored from',
    )
  }

  /** On record in the archive itself, so it is told once. */
  #missing({ from, to, why }: ArchiveNews & { kind: 'gap' }): void {
    this.#gaps.count++
    this.#gaps.records += to - from
    this.#archived = Math.max(this.#archived ?? 0, to) // so that nothing is counted twice
    const details = { from, to, records: to - from, why, archive: this.#shown }
    this.#options.logger.warn(details, 'the archive has a gap: these records cannot be read')
  }

  #pruned(news: ArchiveNews & { kind: 'pruned' | 'not-pruned' }): void {
    const { logger } = this.#options
    const { kind, ...details } = news
    if (kind === 'pruned')
      logger.info(details, 'rows of the archive past archive.keepSeconds were removed')
    else logger.warn(details, 'old rows of the archive could not be removed: it is tried again')
  }

  #away(why: string): void {
    this.#isConnected = false
    this.#why = why
    this.#tell(why, 'the archive cannot be reached: it is tried again, and publishing goes on')
  }

  /** Once for each reason. */
  #tell(why: string, message: string): void {
    if (why === this.#toldWhy) return
    this.#toldWhy = why
    const { required } = this.#options.archive
    this.#options.logger.warn({ archive: this.#shown, why, required }, message)
  }

  #ended(why = 'its thread ended'): void {
    this.#thread = undefined
    this.#isConnected = false
    this.#isOnTrial = false
    this.#hasEnded = true
    this.#why = why
    this.#whenEnded?.()
    if (this.#isClosed) return
    this.#tell(why, 'the archive stands still: it is started again, and publishing goes on')
    this.#again = setTimeout(() => this.#startThread(), this.#againMs)
    this.#again.unref()
    this.#againMs = Math.min(2 * this.#againMs, limits.archiveRestartMaxMs)
  }
}

/**
 * That segments wait for the archive, in the words of `holds`, and that there are records it will never have, are worth
 * knowing; the broker is sound all the same.
 */
export function withArchive(
  health: Health,
  figures: ArchiveFigures | undefined,
  holds: string | undefined,
): Health {
  if (figures === undefined || !health.ok) return health
  const { gaps, gapRecords, droppedRecords: dropped, archivedOffset } = figures
  // Before its database has said so, all of them may be archived.
  const gone = archivedOffset === undefined ? 'may have gone' : 'went'
  const went = `${dropped} ${dropped === 1 ? 'record' : 'records'} ${gone} before being archived`
  const lacks = `the archive lacks ${gapRecords} records in ${gaps} ${gaps === 1 ? 'gap' : 'gaps'}`
  const reasons = [
    health.reason,
    holds,
    gaps === 0 ? undefined : lacks,
    dropped === 0 ? undefined : went,
  ]
  const reason = reasons.filter((one) => one !== undefined).join('; ')
  return reason === '' ? health : { ok: true, reason }
}

function startedThread(task: ArchiveTask, { news, ended }: ThreadEvents): ArchiveThread {
  const worker = startWorker(import.meta.url, 'archive-worker', task, threadHeapMib)
  worker.unref()
  let why: string | undefined
  worker.on(
    'message',
    (message: ArchiveNews | { readonly kind: 'ended'; readonly why: string }) => {
      if (message.kind === 'ended') why = message.why
      else news(message)
    },
  )
  worker.on('error', (error) => (why = error.message))
  worker.on('exit', () => ended(why))
  return {
    send: (word) => worker.postMessage(word),
    terminate: () => worker.terminate(),
  }
}
