// A follower's side of one epoch: pulls, lets go of what its leader never had, appends, says what it has safe, and learns what
// may be folded. Must never let go of anything below a watermark it was told.

import type { LeaderNode } from '../model/coordinator.ts'
import type { Clock, Scheduler } from '../model/clock.ts'
import { KiteQError } from '../model/errors.ts'
import type { Offset } from '../model/ids.ts'
import type { Logger } from '../model/logger.ts'
import { cutFor } from './divergence.ts'
import type { LogPlace } from '../log/raw-records.ts'
import type {
  CommonEpoch,
  FollowerCopy,
  PullRequest,
  ReplicaReply,
  ReplicaTransport,
} from './ports.ts'

export interface FollowerOptions {
  readonly id: string
  readonly leader: LeaderNode
  readonly log: FollowerCopy
  readonly transport: ReplicaTransport
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly logger: Logger
  /** Learnt from the leaders before. */
  readonly watermark: Offset
  /** Records: a copy that is further behind takes many batches at a time. */
  readonly farBehind: number
  readonly copy: () => string
  /** The copy counts; while it does it is never in the middle of being filled. */
  readonly isInSync: () => boolean
  readonly renewCopy: () => Promise<string>
  readonly cutting: (to: Offset) => Promise<void>
  readonly onWatermark: (offset: Offset) => void
  /** The leader leads no longer: the arbiter knows who does. */
  readonly onStale: () => void
}

const waitMs = 500
const answerMs = 2000
const retryMs = 100
const pullBytes = 4 * 1024 * 1024
/** Records; a copy that is so far behind takes many batches at a time. */
export const farBehindDefault = 50_000
/** Nearer than this part of it, it writes as its leader does again. */
const nearEnough = 0.1

export class Follower {
  readonly #options: FollowerOptions
  readonly #running: Promise<void>
  #watermark: Offset
  #from: LogPlace | undefined
  #isFilling = false
  #isStopped = false
  #wake: () => void = () => undefined

  constructor(options: FollowerOptions) {
    this.#options = options
    this.#watermark = options.watermark
    this.#isFilling = options.log.isUnsure
    this.#running = this.#run()
  }

  get watermark(): Offset {
    return this.#watermark
  }

  /** Resolves when nothing of it is under way; rejects with what ended it. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#wake()
    await this.#running
  }

  /** Rejects when the copy has failed. */
  get ended(): Promise<void> {
    return this.#running
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const reply = await this.#ask().catch(() => undefined)
      if (this.#hasStopped()) return
      if (reply === undefined || !(await this.#take(reply).catch(this.#full))) await this.#pause()
    }
  }

  #ask(): Promise<ReplicaReply> {
    const { id, leader, log, copy, transport } = this.#options
    const place = log.end.segment === 0 ? (this.#from ?? beginning) : log.end
    const request: PullRequest = {
      kind: 'pull',
      member: id,
      copy: copy(),
      epoch: leader.epoch,
      lastEpoch: log.lastEpoch,
      place,
      synced: this.#isFilling ? (0 as Offset) : log.end.offset,
      watermark: this.#watermark,
      waitMs,
      bytesMax: pullBytes,
    }
    return transport.ask(leader.address, request, answerMs)
  }

  /** False: wait a little before the next question. */
  async #take(reply: ReplicaReply): Promise<boolean> {
    const { leader, log } = this.#options
    if (reply.kind === 'status' || reply.epoch !== leader.epoch) return this.#stale()
    switch (reply.kind) {
      case 'records':
        await this.#fillOrNot(reply.end - log.end.offset)
        if (reply.records !== undefined) await log.append(reply.records)
        this.#learn(reply.watermark)
        return true
      case 'diverged':
        await this.#cut(reply.common)
        return true
      case 'dropped':
        await this.#beginAnew(reply.first)
        return true
      case 'not-leader':
        return this.#stale()
    }
  }

  /** It is asked again: there may be space by then. Anything else is final. */
  readonly #full = (error: unknown): false => {
    if (!(error instanceof KiteQError) || error.code !== 'KITEQ_DISK_FULL') throw error
    this.#options.logger.warn({ why: error.message }, 'the copy of the log cannot grow')
    return false
  }

  async #fillOrNot(behind: number): Promise<void> {
    const { log, isInSync, farBehind } = this.#options
    if (!this.#isFilling && behind > farBehind && !isInSync()) {
      await log.fill()
      this.#isFilling = true
    } else if (this.#isFilling && behind < farBehind * nearEnough) {
      await log.filled()
      this.#isFilling = log.isUnsure
    }
  }

  #learn(watermark: Offset): void {
    const known = Math.min(watermark, this.#options.log.end.offset) as Offset
    if (known <= this.#watermark) return
    this.#watermark = known
    this.#options.onWatermark(known)
  }

  async #cut(common: CommonEpoch): Promise<void> {
    const { log, cutting, logger } = this.#options
    const to = cutFor({ starts: log.epochStarts(), end: log.end.offset }, common)
    if (to < this.#watermark) {
      const what = `the leader's log ends in epoch ${common.epoch} at record ${common.end}`
      const why = `all below record ${this.#watermark} was safe`
      throw new KiteQError(
        'KITEQ_LOG_CORRUPT',
        `${what}, and ${why}: one of the two logs is not what it was`,
      )
    }
    logger.info(
      { from: to, to: log.end.offset, epoch: common.epoch },
      'records that were never safe are let go of',
    )
    await cutting(to)
    await log.cut(to)
  }

  /** What comes next at the leader's is later than what is here: everything is fetched anew, and counts for nothing until then. */
  async #beginAnew(first: LogPlace): Promise<void> {
    const { log, renewCopy, cutting, logger } = this.#options
    if (log.end.segment !== 0) {
      logger.warn(
        { end: log.end.offset, first: first.offset },
        'the copy is too old to go on: it is made anew',
      )
      await renewCopy()
      await cutting(0 as Offset)
      await log.clear()
    }
    this.#watermark = 0 as Offset
    this.#from = first
  }

  #hasStopped(): boolean {
    return this.#isStopped
  }

  #stale(): boolean {
    this.#options.onStale()
    return false
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.scheduler.after(retryMs, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }
}

const beginning: LogPlace = { offset: 0, segment: 1, position: 4096 } as LogPlace
