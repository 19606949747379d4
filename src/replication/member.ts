// One member of a replica set: asks the arbiter who leads, and follows, stands or leads. One look at a time, and one role; what
// the arbiter shows decides, never what was believed before.

import type {
  ClusterState,
  ClusterView,
  Coordinator,
  LeaderNode,
  MemberId,
} from '../model/coordinator.ts'
import type { Clock, Scheduler } from '../model/clock.ts'
import { KiteQError } from '../model/errors.ts'
import type { Epoch, Offset } from '../model/ids.ts'
import type { Logger } from '../model/logger.ts'
import { farBehindDefault, Follower } from './follower.ts'
import { Leader } from './leader.ts'
import type {
  FollowerCopy,
  MemberHost,
  MemberStatus,
  ReplicaReply,
  ReplicaRequest,
  ReplicaTransport,
} from './ports.ts'
import { goesFirst, whyNotStanding } from './standing.ts'

export interface MemberOptions {
  readonly host: MemberHost
  readonly coordinator: Coordinator
  readonly transport: ReplicaTransport
  readonly clock: Clock
  readonly scheduler: Scheduler
  /** A number in [0, 1). */
  readonly random: () => number
  /** 32 hex digits, for a log that does not exist yet. */
  readonly newLogId: () => string
  readonly logger: Logger
  readonly minInSync: number
  /** A member that was behind for longer leaves the in-sync list. */
  readonly lagMs: number
  /** Records: a copy that is further behind takes many batches at a time. */
  readonly farBehind?: number
  /** It can go on no more: told once, and it does nothing after. */
  readonly onFailure: (error: Error) => void
}

export type Role = 'starting' | 'following' | 'standing' | 'leading' | 'stopped'

const lookAgainMs = 300
const statusMs = 500
/** Who had no space to begin leading stands back for so long, ms. */
const afterFullMs = 5000

/** A full disk is no failure; anything else is. */
function unlessFull(error: unknown): KiteQError {
  if (error instanceof KiteQError && error.code === 'KITEQ_DISK_FULL') return error
  throw error
}

export class Member {
  readonly #options: MemberOptions
  readonly id: MemberId
  #copyId: string
  #role: Role = 'starting'
  #copy: FollowerCopy | undefined
  #follower: Follower | undefined
  #following: LeaderNode | undefined
  #leader: Leader | undefined
  #view: ClusterView | undefined
  #watermark = 0 as Offset
  #highestEpoch = 0
  #isKnown: boolean
  #isJoined = ''
  #turn: Promise<void> | undefined
  #isDue = false
  #resigning: Promise<void> | undefined
  /** Sessions so far. */
  #sessions = 0
  #cancelTimer: (() => void) | undefined
  #isStopped = false
  #isFailed = false
  #fullUntilMs = -Infinity
  #toldNot = ''

  constructor(options: MemberOptions) {
    this.#options = options
    const { identity } = options.host
    this.id = identity.id
    this.#copyId = identity.copy
    this.#isKnown = identity.isKnown
  }

  get role(): Role {
    return this.#role
  }

  get leader(): Leader | undefined {
    return this.#leader
  }

  get view(): ClusterView | undefined {
    return this.#view
  }

  get watermark(): Offset {
    return this.#leader?.watermark ?? this.#watermark
  }

  async start(): Promise<void> {
    this.#copy = await this.#options.host.openCopy()
    this.#options.coordinator.start({
      changed: () => this.#look(),
      expired: () => {
        this.#sessions++
        this.#isJoined = ''
        this.#leader?.end('its session at the arbiter is over')
        this.#look()
      },
    })
    this.#look()
  }

  /** Resolves when no role is played any more; the copy or the log is closed. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelTimer?.()
    await this.#turn
    await this.#stopFollowing()
    this.#leader?.end('it stops')
    await this.#finishResigning()
    this.#role = 'stopped'
  }

  /** Another member asks. */
  async answer(request: ReplicaRequest): Promise<ReplicaReply> {
    if (request.kind === 'status') return { kind: 'status', status: this.status() }
    this.#heard(request.epoch)
    const epoch = this.#highestEpoch as Epoch
    return (await this.#leader?.pull(request)) ?? { kind: 'not-leader', epoch }
  }

  status(): MemberStatus {
    const epoch = this.#highestEpoch as Epoch
    const copy = this.#copy
    const shape =
      copy === undefined
        ? { lastEpoch: this.#leader?.epoch ?? (0 as Epoch), end: this.watermark, isUnsure: true }
        : { lastEpoch: copy.lastEpoch, end: copy.end.offset, isUnsure: copy.isUnsure }
    const isFull = this.#options.clock.monotonicMs() < this.#fullUntilMs
    const isUnsure = shape.isUnsure || isFull
    return { id: this.id, copy: this.#copyId, epoch, ...shape, isUnsure }
  }

  /** One look at a time; what changes meanwhile is looked at after it. */
  #look(): void {
    if (this.#isStopped) return
    this.#isDue = true
    if (this.#turn !== undefined) return
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#turn = this.#turns()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#turn = undefined
      })
  }

  async #turns(): Promise<void> {
    while (this.#isDue && !this.#isStopped) {
      this.#isDue = false
      await this.#finishResigning()
      const view = await this.#options.coordinator.look().catch((error: unknown) => {
        if (error instanceof KiteQError && error.code !== 'KITEQ_REGISTRY') throw error
        return undefined
      })
      if (this.#hasStopped()) return
      if (view === undefined || !(await this.#act(view).catch(this.#full))) this.#lookLater()
    }
  }

  /** What has to be noted finds no space: later, perhaps. */
  readonly #full = (error: unknown): false => {
    this.#options.logger.warn({ why: unlessFull(error).message }, 'the member cannot go on yet')
    return false
  }

  #lookLater(): void {
    const ms = lookAgainMs * (0.5 + this.#options.random())
    this.#cancelTimer?.()
    this.#cancelTimer = this.#options.scheduler.after(ms, () => this.#look())
  }

  #fail(error: unknown): void {
    if (this.#isFailed) return
    this.#isFailed = true
    this.#isStopped = true
    this.#cancelTimer?.()
    this.#leader?.stop()
    this.#options.onFailure(error instanceof Error ? error : new Error(String(error)))
  }

  /** False: look again in a while, though nothing is told. */
  async #act(view: ClusterView): Promise<boolean> {
    this.#view = view
    // Not there when a full disk was in the way of opening it.
    if (this.#leader === undefined) this.#copy ??= await this.#options.host.openCopy()
    const { state, leader } = view
    if (state === undefined) return this.#make()
    this.#heard(state.epoch)
    if (this.#leader !== undefined) {
      this.#leader.seen(view)
      return this.#joined()
    }
    if (!(await this.#belong(view, state))) return false
    if (leader?.id === this.id) {
      // Of a life before, or of a write whose answer was lost.
      await this.#options.coordinator.resign()
      return false
    }
    if (leader !== undefined) return this.#follow(leader)
    await this.#stopFollowing()
    return this.#stand(view, state)
  }

  #heard(epoch: number): void {
    this.#highestEpoch = Math.max(this.#highestEpoch, epoch)
  }

  /** Nobody has made the set. Only a folder that never belonged to it may: what an emptied arbiter forgot, a log still has. */
  async #make(): Promise<boolean> {
    const { host, coordinator, minInSync } = this.#options
    const { set } = host.identity
    if (this.#isKnown || this.#leader !== undefined) {
      const message = `the set ${set} is not at the arbiter, and this folder belongs to it; expected the arbiter that the set was made at`
      throw new KiteQError('KITEQ_REGISTRY', message)
    }
    const copy = this.#copy!
    const { lastEpoch: epoch, logId, end } = copy
    const inSync = [{ id: this.id, copy: this.#copyId, bound: end.offset }]
    const members = [this.id]
    await coordinator.create({
      format: 1,
      logId,
      epoch,
      leader: undefined,
      minInSync,
      inSync,
      members,
    })
    return false
  }

  /** It is a member, says so, and its log is the set's. */
  async #belong(view: ClusterView, state: ClusterState): Promise<boolean> {
    const { host, coordinator } = this.#options
    const { set } = host.identity
    const { logId, end } = this.#copy!
    if (end.segment !== 0 && state.logId !== undefined && logId !== state.logId) {
      const message = `the folder holds log ${logId}, the set ${set} has log ${state.logId}; expected an empty folder or one of the set`
      throw new KiteQError('KITEQ_CONFIG', message)
    }
    if (!state.members.includes(this.id)) {
      if (this.#isKnown) {
        const message = `member ${this.id} was removed from the set ${set}; expected a member`
        throw new KiteQError('KITEQ_REFUSED', message)
      }
      await coordinator.write({ ...state, members: [...state.members, this.id] }, view.version)
      return false
    }
    if (!this.#isKnown) {
      await host.known()
      this.#isKnown = true
    }
    await this.#renewIfOlder(state)
    return this.#joined()
  }

  /** An older state of the folder than the one that was counted: from now on it is another copy. */
  async #renewIfOlder(state: ClusterState): Promise<void> {
    const entry = state.inSync.find(({ id, copy }) => id === this.id && copy === this.#copyId)
    const { end, lastEpoch } = this.#copy!
    if (entry === undefined || this.#follower !== undefined || end.offset >= entry.bound) return
    this.#options.logger.warn(
      { end: end.offset, bound: entry.bound, lastEpoch },
      'the log ends before what this folder had: it is an older state of it, and counts as a new one',
    )
    this.#copyId = await this.#options.host.renewCopy()
  }

  async #joined(): Promise<boolean> {
    const { host, coordinator } = this.#options
    const member = { id: this.id, copy: this.#copyId, address: host.address }
    const wanted = `${member.copy} ${member.address}`
    if (this.#isJoined === wanted) return true
    const result = await coordinator.join(member)
    if (result.kind !== 'done') return false
    this.#isJoined = wanted
    return true
  }

  async #follow(leader: LeaderNode): Promise<boolean> {
    const before = this.#following
    if (before?.id === leader.id && before.epoch === leader.epoch) return true
    await this.#stopFollowing()
    const { host, transport, clock, scheduler, logger } = this.#options
    this.#role = 'following'
    this.#following = leader
    this.#heard(leader.epoch)
    host.told(`following ${leader.id}`, { epoch: leader.epoch })
    const follower = (this.#follower = new Follower({
      id: this.id,
      leader,
      log: this.#copy!,
      transport,
      clock,
      scheduler,
      logger,
      watermark: this.#watermark,
      farBehind: this.#options.farBehind ?? farBehindDefault,
      copy: () => this.#copyId,
      isInSync: () => this.#isInSync(),
      renewCopy: async () => {
        this.#copyId = await host.renewCopy()
        this.#look()
        return this.#copyId
      },
      cutting: (to) => host.cutting(to),
      onWatermark: (offset) => {
        this.#watermark = offset
        host.watermark(offset)
      },
      onStale: () => this.#look(),
    }))
    follower.ended.catch((error: unknown) => this.#fail(error))
    return true
  }

  #isInSync(): boolean {
    return this.#view?.state?.inSync.some(({ copy }) => copy === this.#copyId) ?? true
  }

  async #stopFollowing(): Promise<void> {
    const follower = this.#follower
    if (follower === undefined) return
    await follower.stop()
    this.#watermark = follower.watermark
    this.#follower = undefined
    this.#following = undefined
    this.#role = 'standing'
  }

  async #stand(view: ClusterView, state: ClusterState): Promise<boolean> {
    this.#role = 'standing'
    const own = this.status()
    const not = whyNotStanding(state, own, this.#copy!.logId)
    if (not !== undefined) {
      if (this.#toldNot !== not) this.#options.logger.info({ why: not }, 'it may not lead')
      this.#toldNot = not
      return false
    }
    this.#toldNot = ''
    const others = await this.#statuses(view)
    if (this.#hasStopped()) return true
    if (others.some((other) => goesFirst(other, own, state))) return false
    if (others.length + 1 < state.minInSync) return false
    return this.#lead(view, state)
  }

  async #statuses(view: ClusterView): Promise<MemberStatus[]> {
    const { transport } = this.#options
    const asked = view.live
      .filter(({ id }) => id !== this.id)
      .map(async ({ address }) => {
        const reply = await transport.ask(address, { kind: 'status' }, statusMs)
        return reply.kind === 'status' ? [reply.status] : []
      })
    const answers = await Promise.all(asked.map((one) => one.catch(() => [])))
    return answers.flat()
  }

  async #lead(view: ClusterView, state: ClusterState): Promise<boolean> {
    const { host, coordinator, newLogId } = this.#options
    const epoch = (state.epoch + 1) as Epoch
    const logId = state.logId ?? this.#copy!.logId ?? newLogId()
    const node = { id: this.id, epoch, address: host.address }
    const mine: ClusterState = { ...state, epoch, leader: this.id, logId }
    const session = this.#sessions
    const result = await coordinator.lead(mine, view.version, node)
    if (this.#hasStopped() || result.kind !== 'done') return false
    this.#heard(epoch)
    if (!(await this.#begin(mine, result.version, view, epoch, logId))) return false
    if (session !== this.#sessions) this.#leader?.end('its session at the arbiter is over')
    return true
  }

  async #begin(
    state: ClusterState,
    version: number,
    { live }: ClusterView,
    epoch: Epoch,
    logId: string,
  ): Promise<boolean> {
    const { host, coordinator, clock, scheduler, logger, lagMs } = this.#options
    this.#role = 'leading'
    this.#copy = undefined
    let leader = undefined as Leader | undefined
    const log = await host.lead(epoch, logId, () => leader?.synced()).catch(unlessFull)
    if (log instanceof KiteQError) {
      await this.#makeWay(log)
      return false
    }
    leader = this.#leader = new Leader({
      id: this.id,
      copy: this.#copyId,
      epoch,
      log,
      coordinator,
      state,
      version,
      live,
      watermark: this.#watermark,
      clock,
      scheduler,
      logger,
      lagMs,
      onEnd: (why) => this.#ended(why),
    })
    host.told('leading', { epoch })
    this.#look() // the session may have ended meanwhile
    return true
  }

  /** There is no space to lead: somebody else may, and it lets others go first for a while. */
  async #makeWay(error: KiteQError): Promise<void> {
    const { coordinator, host, clock, logger } = this.#options
    logger.warn({ why: error.message }, 'it cannot lead')
    this.#role = 'standing'
    this.#fullUntilMs = clock.monotonicMs() + afterFullMs
    this.#copy = await host.openCopy()
    await coordinator.resign().catch(() => undefined)
  }

  /** At once no effect leaves any more; the rest waits for its turn. */
  #ended(why: string): void {
    const leader = this.#leader
    if (leader === undefined) return
    this.#leader = undefined
    this.#watermark = leader.watermark
    this.#role = 'standing'
    this.#options.host.told('leads no longer', { epoch: leader.epoch, why })
    this.#resigning = this.#options.host.resigned(why)
    this.#look()
  }

  async #finishResigning(): Promise<void> {
    if (this.#resigning === undefined) return
    await this.#resigning
    this.#resigning = undefined
    const { coordinator, host } = this.#options
    await coordinator.resign().catch(() => undefined)
    if (!this.#hasStopped()) this.#copy = await host.openCopy()
  }

  #hasStopped(): boolean {
    return this.#isStopped
  }
}
