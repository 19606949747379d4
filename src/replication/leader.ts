// A leader's side of one epoch: answers pulls, moves the watermark by what the copies report, and keeps the in-sync list true
// through the arbiter. Must never count a copy that could not be elected, nor forget one that could.

import type {
  ClusterState,
  ClusterView,
  Coordinator,
  InSyncMember,
  LiveMember,
  MemberId,
} from '../model/coordinator.ts'
import type { Clock, Scheduler } from '../model/clock.ts'
import type { Epoch, Offset } from '../model/ids.ts'
import type { Logger } from '../model/logger.ts'
import { commonEpochOf } from './divergence.ts'
import { isSameList, wantedList, type MemberProgress } from './in-sync-list.ts'
import { leaseEndMs } from './lease.ts'
import type { LeadingLog, PullRequest, ReplicaReply } from './ports.ts'
import { Watermark } from './watermark.ts'

export interface LeaderOptions {
  readonly id: MemberId
  readonly copy: string
  readonly epoch: Epoch
  readonly log: LeadingLog
  readonly coordinator: Coordinator
  /** As this leader wrote it when it was elected. */
  readonly state: ClusterState
  readonly version: number
  readonly live: readonly LiveMember[]
  /** Known to be safe from the epochs before. */
  readonly watermark: Offset
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly logger: Logger
  readonly lagMs: number
  /** It leads no longer, or should not. Told once. */
  readonly onEnd: (why: string) => void
}

interface Member {
  readonly id: MemberId
  copy: string
  pulledAtMs: number
  caughtUpAtMs: number
  /** Where the log ended when it pulled last. */
  endThen: Offset
}

interface Waiting {
  readonly request: PullRequest
  answer: () => void
}

const reviewMs = 100
const boundsEveryMs = 1000

export class Leader {
  readonly epoch: Epoch
  readonly #options: LeaderOptions
  readonly #watermark: Watermark
  readonly #members = new Map<MemberId, Member>()
  readonly #waiting = new Set<Waiting>()
  /** Copies that have to let go of records, and have not pulled since. */
  readonly #cutting = new Set<string>()
  readonly #startOffset: Offset
  readonly #sinceMs: number
  #state: ClusterState
  #version: number
  #live: readonly LiveMember[]
  /** A write that may or may not be in force; the same is tried until that is known. */
  #proposed: readonly InSyncMember[] | undefined
  #isWriting = false
  #boundsAtMs: number
  /** Enough members pulled within a session's time of this moment. */
  #reachedAtMs: number
  #isReleased = true
  #isEnded = false
  #cancel: () => void

  constructor(options: LeaderOptions) {
    this.#options = options
    const { state, version, watermark, log, clock, epoch } = options
    this.epoch = epoch
    this.#state = state
    this.#version = version
    this.#live = options.live
    this.#startOffset = log.synced
    this.#watermark = new Watermark(state.minInSync, state.inSync, watermark)
    this.#sinceMs = this.#boundsAtMs = this.#reachedAtMs = clock.monotonicMs()
    this.#cancel = options.scheduler.after(reviewMs, this.#tick)
    this.synced()
  }

  get watermark(): Offset {
    return this.#watermark.offset
  }

  get inSync(): readonly InSyncMember[] {
    return this.#state.inSync
  }

  /** Nobody else can have been elected yet. */
  get isSure(): boolean {
    return !this.#isEnded && this.#now() < leaseEndMs(this.#options.coordinator)
  }

  /** The log has more safe than before. */
  synced(): void {
    if (this.#isEnded) return
    const { copy, log } = this.#options
    if (this.#watermark.report(copy, log.synced)) this.#release()
    this.#wake()
  }

  async pull(request: PullRequest): Promise<ReplicaReply> {
    const { epoch } = this
    const { log } = this.#options
    if (request.epoch > epoch) this.end(`a member follows epoch ${request.epoch}`)
    if (this.#isEnded || request.epoch !== epoch) return { kind: 'not-leader', epoch }
    const { place, lastEpoch } = request
    const starts = log.epochStarts()
    const isEmpty = lastEpoch === 0 // and begins where it was told to
    if (place.offset < log.first.offset || (!isEmpty && lastEpoch < starts[0]!.epoch))
      return { kind: 'dropped', epoch, first: log.first }
    const shape = { starts, end: log.synced }
    const common = commonEpochOf(shape, { lastEpoch, end: place.offset })
    if (common !== undefined) {
      if (await this.#lowered(request)) return { kind: 'diverged', epoch, common }
      return { kind: 'not-leader', epoch } // not yet: it asks again
    }
    this.#report(request)
    const records = await log.readRaw(place, request.bytesMax)
    if (records === undefined && !this.#isNews(request)) await this.#news(request)
    if (this.#hasEnded()) return { kind: 'not-leader', epoch }
    return {
      kind: 'records',
      epoch,
      watermark: this.watermark,
      end: log.synced,
      records: records ?? (await log.readRaw(place, request.bytesMax)),
    }
  }

  /** What the arbiter shows now. */
  seen(view: ClusterView): void {
    const { id } = this.#options
    const { state, leader, version } = view
    if (state === undefined) return this.end('the set is gone from the arbiter')
    if (state.epoch !== this.epoch) return this.end(`epoch ${state.epoch} has begun`)
    if (leader?.id !== id || leader.epoch !== this.epoch)
      return this.end('its node at the arbiter is gone')
    this.#live = view.live
    if (version <= this.#version || this.#isWriting) return
    this.#inForce(state, version)
    this.#review()
  }

  /** Idempotent. */
  end(why: string): void {
    if (this.#isEnded) return
    this.stop()
    this.#options.onEnd(why)
  }

  stop(): void {
    this.#isEnded = true
    this.#cancel()
    this.#wake()
  }

  #hasEnded(): boolean {
    return this.#isEnded
  }

  #now(): number {
    return this.#options.clock.monotonicMs()
  }

  /**
   * A copy that lets go of records ends before its bound, as an older state of the disk would: the bound is lowered first, or
   * it could be elected no more although it has all that was ever safe.
   */
  async #lowered(request: PullRequest): Promise<boolean> {
    const { copy } = request
    const isLow = (): boolean => {
      const entry = this.#state.inSync.find((one) => one.copy === copy)
      return entry === undefined || entry.bound <= this.#watermark.offset
    }
    if (isLow()) return true
    this.#cutting.add(copy)
    this.#review()
    await this.#news(request)
    return !this.#isEnded && isLow()
  }

  #report({ member: id, copy, synced, place }: PullRequest): void {
    const nowMs = this.#now()
    const end = this.#options.log.synced
    const safe = Math.min(synced, place.offset) as Offset
    let member = this.#members.get(id)
    if (member?.copy !== copy) {
      member = { id, copy, pulledAtMs: nowMs, caughtUpAtMs: -Infinity, endThen: end }
      this.#members.set(id, member)
    } else if (safe >= member.endThen) member.caughtUpAtMs = member.pulledAtMs
    if (safe >= end) member.caughtUpAtMs = nowMs
    member.pulledAtMs = nowMs
    member.endThen = end
    this.#cutting.delete(copy)
    if (this.#watermark.report(copy, safe)) this.#release()
    if (!this.#state.inSync.some((one) => one.copy === copy)) this.#review()
  }

  #isNews({ place, watermark }: PullRequest): boolean {
    return this.#options.log.synced > place.offset || this.watermark > watermark
  }

  #news(request: PullRequest): Promise<void> {
    return new Promise((resolve) => {
      const waiting: Waiting = {
        request,
        answer: () => {
          if (!this.#waiting.delete(waiting)) return
          cancel()
          resolve()
        },
      }
      const cancel = this.#options.scheduler.after(request.waitMs, waiting.answer)
      this.#waiting.add(waiting)
    })
  }

  #wake(): void {
    for (const waiting of this.#waiting)
      if (this.#isEnded || this.#isNews(waiting.request)) waiting.answer()
  }

  #release(): void {
    if (this.#isEnded) return
    this.#isReleased = this.isSure
    if (this.#isReleased) this.#options.log.release(this.watermark)
    this.#wake()
  }

  readonly #tick = (): void => {
    if (this.#isEnded) return
    this.#cancel = this.#options.scheduler.after(reviewMs, this.#tick)
    if (!this.#isReleased) this.#release() // the arbiter answers again
    this.#lookAround()
    this.#review()
  }

  /** Enough members within reach, or it makes way. */
  #lookAround(): void {
    const nowMs = this.#now()
    const { sessionTimeoutMs } = this.#options.coordinator
    let reached = 1
    for (const { pulledAtMs } of this.#members.values())
      if (nowMs - pulledAtMs <= sessionTimeoutMs) reached++
    const { minInSync } = this.#state
    if (reached >= minInSync) this.#reachedAtMs = nowMs
    else if (nowMs - this.#reachedAtMs > sessionTimeoutMs)
      this.end(`${reached} of ${minInSync} members that it needs are within reach`)
  }

  #review(): void {
    if (this.#isEnded || this.#isWriting) return
    const wanted = this.#proposed ?? this.#wanted()
    const isTime = this.#now() - this.#boundsAtMs >= boundsEveryMs
    const areBoundsDue = isTime || this.#cutting.size > 0
    const isSame = isSameList(wanted, this.#state.inSync)
    if (this.#proposed === undefined && isSame && !(areBoundsDue && this.#hasNewBounds(wanted)))
      return
    this.#write(wanted).catch((error: unknown) => this.end(String(error)))
  }

  #wanted(): InSyncMember[] {
    const { id: leader, lagMs, copy, log } = this.#options
    const nowMs = this.#now()
    const own: MemberProgress = { id: leader, copy, synced: log.synced, caughtUpAtMs: nowMs }
    const others = [...this.#members.values()].flatMap((member) => {
      // A question that waited somewhere for long may be of a folder that is no more.
      const isThere = this.#live.some(({ id, copy }) => id === member.id && copy === member.copy)
      return isThere ? [{ ...member, synced: this.#watermark.syncedOf(member.copy) }] : []
    })
    const wanted = wantedList({
      list: this.#state.inSync,
      members: this.#state.members,
      progress: [own, ...others],
      leader,
      minInSync: this.#state.minInSync,
      enterFrom: Math.max(this.watermark, this.#startOffset) as Offset,
      nowMs,
      sinceMs: this.#sinceMs,
      lagMs,
    })
    const low = (bound: Offset): Offset => Math.min(bound, this.watermark) as Offset
    return wanted.map((one) =>
      this.#cutting.has(one.copy) ? { ...one, bound: low(one.bound) } : one,
    )
  }

  #hasNewBounds(wanted: readonly InSyncMember[]): boolean {
    return wanted.some(({ copy, bound }) => {
      return this.#state.inSync.find((one) => one.copy === copy)?.bound !== bound
    })
  }

  async #write(inSync: readonly InSyncMember[]): Promise<void> {
    this.#isWriting = true
    this.#proposed = inSync
    this.#watermark.proposeList(inSync)
    const state = { ...this.#state, inSync }
    try {
      const result = await this.#options.coordinator.write(state, this.#version)
      if (this.#hasEnded()) return
      if (result.kind === 'done') {
        this.#inForce(state, result.version)
        return
      }
      // Unless a later version shows what is in force, this write may still arrive: the list is in doubt, and tried again.
      const view = await this.#options.coordinator.look()
      if (this.#hasEnded()) return
      if (view.state?.epoch !== this.epoch) this.end(`epoch ${view.state?.epoch} has begun`)
      else if (view.version > this.#version) this.#inForce(view.state, view.version)
    } catch (error) {
      this.#options.logger.warn({ why: String(error) }, 'the in-sync list could not be written')
    } finally {
      this.#isWriting = false
    }
  }

  #inForce(state: ClusterState, version: number): void {
    const before = this.#state
    this.#state = state
    this.#version = version
    this.#proposed = undefined
    this.#boundsAtMs = this.#now()
    if (this.#watermark.settleList(state.inSync)) this.#release()
    if (this.#cutting.size > 0) for (const waiting of this.#waiting) waiting.answer()
    if (isSameList(before.inSync, state.inSync)) return
    const inSync = state.inSync.map(({ id }) => id)
    this.#options.logger.info({ inSync, epoch: this.epoch }, 'the in-sync list has changed')
  }
}
