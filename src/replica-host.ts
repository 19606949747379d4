// The broker around a member of a replica set: while it follows it keeps a copy of the log and folds it below the watermark; when it
// is to lead, the same folder becomes a log of a new epoch with a loop on it, and what was folded is not folded again.

import { apply } from './broker/apply.ts'
import { BrokerLoop, type LoopOptions } from './broker/loop.ts'
import type { BrokerState } from './broker/state.ts'
import type { Disk } from './log/disk.ts'
import { Log, type LogOptions } from './log/log.ts'
import { newCopy, readMemberFile, writeMemberFile, type MemberFile } from './log/member-file.ts'
import { emptyPlace, firstPlace, type LogPlace } from './log/raw-records.ts'
import { ReplicaLog, type ReplicaLogOptions } from './log/replica-log.ts'
import { logFormatVersion } from './log/segment.ts'
import { KiteQError } from './model/errors.ts'
import type { Epoch, Offset } from './model/ids.ts'
import type { Logger } from './model/logger.ts'
import { beginningOf, emptyState, loadCheckpoint } from './recover-state.ts'
import type { FollowerCopy, LeadingLog, MemberHost, MemberIdentity } from './replication/ports.ts'

/** What a leader serves with. */
export interface LeadingBroker {
  readonly log: Log
  readonly loop: BrokerLoop
  readonly state: BrokerState
  readonly epoch: Epoch
}

export interface ReplicaHostOptions {
  readonly dir: string
  readonly disk: Disk
  /** Of the log it writes as a leader. */
  readonly log: Omit<LogOptions, 'dir' | 'disk'>
  /** Of the copy; default: as the log has it. */
  readonly copy?: Pick<ReplicaLogOptions, 'aheadBytes'>
  readonly loop: Omit<LoopOptions, 'log' | 'state'>
  readonly settled: { readonly windowMs: number; readonly idsMax: number }
  readonly host: string
  readonly address: string
  readonly member: MemberFile
  /** A word, 32 bits. */
  readonly randomWord: () => number
  readonly logger: Logger
  /** The member still leads, for sure. */
  readonly mayRelease: () => boolean
  /** Doors may be opened; what it does ends with `closed`. */
  readonly onLeading: (broker: LeadingBroker) => void
  /** At once: no effect leaves any more. Resolves when nothing uses loop and log. */
  readonly onResigned: (why: string) => Promise<void>
  /** The log or the copy has failed: final. */
  readonly onFailure: (error: KiteQError) => void
}

/** A state, and where the log goes on behind it. */
interface Fold {
  readonly state: BrokerState
  at: LogPlace
}

export class ReplicaHost implements MemberHost {
  readonly address: string
  readonly #options: ReplicaHostOptions
  #member: MemberFile
  #copy: ReplicaLog | undefined
  #fold: Fold | undefined
  #folding: Promise<void> | undefined
  #foldTo = 0
  /** Up to here there is no image of the state that a fold could begin with; 0: nobody looked in vain. */
  #noImageTo = 0
  #leading: LeadingBroker | undefined

  constructor(options: ReplicaHostOptions) {
    this.#options = options
    this.address = options.address
    this.#member = options.member
  }

  get identity(): MemberIdentity {
    const { set, id, copy, isKnown } = this.#member
    return { set, id, copy, isKnown }
  }

  get leading(): LeadingBroker | undefined {
    return this.#leading
  }

  /** What a follower has folded. */
  get folded(): { readonly state: BrokerState; readonly offset: Offset } | undefined {
    return this.#fold && { state: this.#fold.state, offset: this.#fold.at.offset }
  }

  async renewCopy(): Promise<string> {
    await this.#note({ copy: newCopy(this.#options.randomWord) })
    return this.#member.copy
  }

  async known(): Promise<void> {
    await this.#note({ isKnown: true })
  }

  async openCopy(): Promise<FollowerCopy> {
    const { dir, disk } = this.#options
    this.#fold = undefined
    this.#foldTo = this.#noImageTo = 0
    if ((await readMemberFile(disk, dir)) === undefined)
      await writeMemberFile(disk, dir, this.#member)
    this.#copy = await ReplicaLog.open({ dir, disk, ...this.#options.copy })
    return this.#copy
  }

  watermark(offset: Offset): void {
    this.#foldTo = Math.max(this.#foldTo, offset)
    this.#folding ??= this.#foldOn()
      .catch((error: unknown) => this.#options.onFailure(error as KiteQError))
      .finally(() => {
        this.#folding = undefined
      })
  }

  async cutting(to: Offset): Promise<void> {
    await this.#folding
    this.#foldTo = Math.min(this.#foldTo, to)
    this.#noImageTo = 0
    if (to < (this.#fold?.at.offset ?? 0)) this.#fold = undefined
  }

  async lead(epoch: Epoch, logId: string, onSynced: () => void): Promise<LeadingLog> {
    const { dir, disk } = this.#options
    await this.#folding
    await this.#copy?.close()
    this.#copy = undefined
    const log = await Log.open({ ...this.#options.log, dir, disk })
    const { state, at } = this.#fold ?? (await this.#beginning(log, Infinity))
    this.#fold = undefined
    const visit: Parameters<Log['recover']>[0] = (record, place) => apply(state, record, place)
    const report = await log.recover(visit, at.segment === 0 ? undefined : at)
    if (report.end.offset < at.offset) throw corrupt(dir, report.end.offset, at.offset)
    state.ids.build()
    await log.startWriting({ epoch, logId })
    log.hold(at, this.#options.mayRelease)
    log.onSynced = onSynced
    log.onFailure = (error) => this.#options.onFailure(error)
    const loop = new BrokerLoop({ ...this.#options.loop, log, state })
    log.onDurable = () => loop.durable()
    this.#leading = { log, loop, state, epoch }
    this.#started(loop, log, epoch)
    this.#options.onLeading(this.#leading)
    return new HeldLog(log, loop)
  }

  resigned(why: string): Promise<void> {
    const leading = this.#leading
    this.#leading = undefined
    if (leading === undefined) return Promise.resolve()
    leading.loop.stop()
    return this.#options.onResigned(why).then(() => leading.log.close({ clean: false }))
  }

  told(line: string, details: object): void {
    this.#options.logger.info({ ...details, member: this.#member.id }, line)
  }

  /** The copy; for whoever stops the member. */
  async close(): Promise<void> {
    await this.#folding
    await this.#copy?.close()
  }

  #started(loop: BrokerLoop, log: Log, epoch: Epoch): void {
    const { settled, host } = this.#options
    loop.note({
      kind: 'started',
      epoch,
      formatVersion: logFormatVersion,
      logId: log.logId ?? '',
      host,
      settledWindowMs: settled.windowMs,
      settledIdsMax: settled.idsMax,
    })
  }

  /** What the copy has noted there stays. */
  async #note(change: Partial<MemberFile>): Promise<void> {
    const { dir, disk } = this.#options
    const there = (await readMemberFile(disk, dir)) ?? this.#member
    const member = { ...there, ...change }
    await writeMemberFile(disk, dir, member)
    this.#member = member
  }

  async #foldOn(): Promise<void> {
    const { dir, disk } = this.#options
    for (;;) {
      const copy = this.#copy
      if (copy === undefined) return
      if (this.#fold === undefined) {
        const isWorthIt =
          this.#foldTo >= copy.end.offset || this.#foldTo >= this.#noImageTo + imageLookRecords
        if (this.#noImageTo > 0 && !isWorthIt) return
        const log = await Log.open({ ...this.#options.log, dir, disk })
        const found = await this.#beginning(log, this.#foldTo).catch((error: unknown) => {
          if (!isMiddle(log, error)) throw error
          return undefined
        })
        await log.close()
        this.#noImageTo = found === undefined ? this.#foldTo : 0
        if (found === undefined) return // a log that begins in the middle, and the image has not come yet
        this.#fold = found
      }
      const fold = this.#fold
      if (fold.at.offset >= this.#foldTo) return
      const { end } = await copy.scan(fold.at, this.#foldTo, (record, place) => {
        apply(fold.state, record, place)
      })
      fold.at = { ...end }
    }
  }

  /** Where folding begins: the newest checkpoint, or an image in the log, or its first record. */
  async #beginning(log: Log, until: number): Promise<Fold> {
    const { dir, disk, logger } = this.#options
    const config = { dataDir: dir, rebuild: false }
    const found =
      (await loadCheckpoint(log, config, logger, disk)) ?? (await beginningOf(log, dir, until))
    return { state: found?.state ?? emptyState(), at: found?.resume ?? emptyPlace }
  }
}

/** A log that counts as durable what the copies have. */
class HeldLog implements LeadingLog {
  readonly #log: Log
  readonly #loop: BrokerLoop

  constructor(log: Log, loop: BrokerLoop) {
    this.#log = log
    this.#loop = loop
  }

  get synced(): Offset {
    return this.#log.syncedOffset
  }

  get first(): LogPlace {
    return firstPlace(this.#log.segments[0]!)
  }

  epochStarts(): ReturnType<Log['epochStarts']> {
    return this.#log.epochStarts()
  }

  readRaw(from: LogPlace, bytesMax: number): ReturnType<Log['readRaw']> {
    return this.#log.readRaw(from, bytesMax)
  }

  release(watermark: Offset): void {
    this.#log.allow(watermark)
    this.#loop.durable()
  }
}

/** Records between two looks for an image. */
const imageLookRecords = 1000

function isMiddle(log: Log, error: unknown): boolean {
  const isMissing = error instanceof KiteQError && error.code === 'KITEQ_LOG_CORRUPT'
  return isMissing && (log.segments[0]?.number ?? 1) > 1
}

function corrupt(dir: string, end: Offset, folded: Offset): KiteQError {
  const message = `${dir}: the log ends at record ${end}, and all below ${folded} was folded`
  return new KiteQError('KITEQ_LOG_CORRUPT', message)
}
