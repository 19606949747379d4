// The loop: command -> decide -> append -> apply, effects held until durable. One writer, one order, no promise on the way.
// Must never release an effect before the records appended ahead of it are durable, nor go on after a failed write.

import type { Clock, Scheduler } from '../model/clock.ts'
import type { ConnectionNumber, Offset } from '../model/ids.ts'
import type { LogRecord, RecordPlace } from '../model/record.ts'
import { apply } from './apply.ts'
import type { BrokerPort, Command } from './command.ts'
import { decideGathered, decideLost, decideTimeouts } from './decide-answer.ts'
import { decideDispatch } from './decide-dispatch.ts'
import { decideExpiry } from './decide-expiry.ts'
import { decideInquiry } from './decide-transaction.ts'
import { overload } from './decide-publish.ts'
import { decide } from './decide.ts'
import { Decision, type Moment } from './decision.ts'
import type { EffectSink } from './effect.ts'
import { HeldEffects } from './held-effects.ts'
import { noteRecord } from './note-record.ts'
import { Session } from './session.ts'
import { isAllUnread } from './served-topics.ts'
import type { BrokerSettings } from './settings.ts'
import type { BrokerState } from './state.ts'
import { Traffic } from './traffic.ts'

/** What the loop asks of the log. */
export interface LogPort {
  append(record: LogRecord, timeMs: number): RecordPlace
  readonly endOffset: Offset
  readonly durableOffset: Offset
  /** Appended and not durable; in a replica set more than what this disk has to do yet. */
  readonly unflushedBytes: number
  /** Of those, what waits for this disk. */
  readonly gatheredBytes: number
  /** What is durable may be told; not while another broker may lead the replica set. */
  readonly mayRelease: boolean
  /** Time of the oldest record that is not durable; Infinity when all are. */
  readonly unflushedSinceMs: number
  /** A batch is on its way to the disk. */
  readonly isWriting: boolean
  /** No further segment can be had: publishes are refused, the reserve serves the rest. */
  readonly isFull: boolean
  flush(): void
}

export interface LoopOptions {
  readonly log: LogPort
  readonly state: BrokerState
  readonly settings: BrokerSettings
  readonly clock: Clock
  readonly scheduler: Scheduler
  /** A number in [0, 1). */
  readonly random: () => number
}

/** `closed`: it stops, or has failed; `unread`: who is bound to its topics is not known yet; `rate` and `unflushed`: for a moment there is too much. */
export type PublishRefusal =
  | { readonly kind: 'closed'; readonly why: string }
  | { readonly kind: 'full' | 'slow' | 'unread' | 'rate' | 'unflushed' }

/** A turn works this long before it lets sockets be read again. */
const turnBudgetMs = 5
/** So much has gathered while the disk is idle: it gets a batch before everything readable has been read. */
const earlyTurnBytes = 64 * 1024
const dispatchBudget = 2048
const timeoutsPerTurn = 1024
const expiryPerTurn = 512
const expiryEveryMs = 1000
/** A disk that is late is called slow only when it still is after this. */
const slowForMs = 100

/** `because`: who could make space, if that is known. */
export function fullReason(because?: string): string {
  return because === undefined ? 'disk full, retry later' : `disk full, ${because}, retry later`
}

export class BrokerLoop implements BrokerPort {
  readonly state: BrokerState
  readonly session: Session
  readonly traffic: Traffic = new Traffic()
  settings: BrokerSettings
  /** What a publish is refused with while the disk is full. */
  fullReason: string = fullReason()
  readonly #log: LogPort
  readonly #clock: Clock
  readonly #scheduler: Scheduler
  readonly #random: () => number
  readonly #held = new HeldEffects()
  readonly #decision = new Decision()
  readonly #moment = {
    nowMs: 0,
    unflushedBytes: 0,
    refusal: undefined as string | undefined,
    chance: 0,
  }
  #sink: EffectSink | undefined
  /** Broker time is this plus the monotonic clock: wall time at the start, never behind the last record's. */
  readonly #timeBase: number
  #immediate: Decision['immediate'] = []
  #connections = 0
  #turnPlanned = false
  #cancelTimer: (() => void) | undefined
  #timerAtMs = Infinity
  #nextExpiryMs = 0
  #idleAtMs = Infinity
  #refusal: string | undefined
  /** When the disk was first found slow, without a break since; Infinity when it is not. */
  #slowFromMs = Infinity
  /** Until so many bytes are unflushed, what was found about space holds. */
  #spaceKnownTo = 0
  #stopped = false
  #whenReleased: (() => void)[] = []

  constructor(options: LoopOptions) {
    this.state = options.state
    this.settings = options.settings
    this.#log = options.log
    this.#clock = options.clock
    this.#scheduler = options.scheduler
    this.#random = options.random
    this.#timeBase =
      Math.max(this.#clock.wallMs(), this.state.lastTimeMs) - this.#clock.monotonicMs()
    const nowMs = this.nowMs()
    this.session = new Session(this.settings, Math.floor(this.#random() * 0x7fffffff), nowMs)
    this.#armTimer()
  }

  attach(sink: EffectSink): void {
    this.#sink = sink
  }

  /** Known only once the broker listens; the original names it when it refuses for overload. */
  setAddress(address: string): void {
    this.settings = { ...this.settings, address }
  }

  /** Other settings from now on, all of them at once; the address stays. */
  retune(settings: Omit<BrokerSettings, 'address' | 'unread'>): void {
    const { address, unread } = this.settings
    this.settings = { ...settings, address, unread }
    this.session.retune(this.settings, this.nowMs())
  }

  /** Publishes to these are refused from now on: who is bound to them is not known yet. */
  refuseTopics(unread: readonly string[]): void {
    this.settings = { ...this.settings, unread }
  }

  nowMs(): number {
    return Math.floor(this.#timeBase + this.#clock.monotonicMs())
  }

  nextConnection(): ConnectionNumber {
    this.#connections += 1
    return this.#connections as ConnectionNumber
  }

  /** Effects decided and not yet released. */
  get heldEffects(): number {
    return this.#held.size
  }

  submit(command: Command): void {
    if (this.#stopped) return
    if (command.kind === 'credit') {
      const feedback = this.session.credit(command, this.state.topicNames)
      const { connection, opaque = 0 } = command
      if (feedback !== undefined)
        this.#immediate.push({ kind: 'command-ack', connection, opaque, status: false, feedback })
    } else {
      if (command.kind === 'leave') {
        const unsent = [...command.unsent, ...this.#held.opaquesOf(command.connection)]
        command = { ...command, unsent }
      }
      const out = this.#decision
      // Commands of one turn share its time: they were all readable when it began.
      const moment = this.#turnPlanned ? this.#sameTurn() : this.#now()
      do {
        out.clear()
        decide(this.state, this.session, this.settings, command, moment, out)
        this.#commit(out, command.kind === 'publish' ? command.connection : undefined)
      } while (out.again)
    }
    if (this.#log.gatheredBytes >= earlyTurnBytes && !this.#log.isWriting) this.#turn()
    this.#planTurn()
  }

  /** Append a record that no command asks for: `started`, `closed`. */
  note(record: LogRecord): void {
    if (!this.#turnPlanned) this.#now() // what follows in the turn this begins shares its time: times never go back
    this.#write(record, this.#moment.nowMs)
    this.#planTurn()
  }

  /** From now on every publish is refused with this reason; undefined takes them again. */
  refusePublishes(reason: string | undefined): void {
    this.#refusal = reason
    this.#spaceKnownTo = 0
  }

  /** The log has made more durable: what waited for it leaves, and the next batch goes. */
  durable(): void {
    if (this.#stopped) return
    this.#release()
    if (this.#log.gatheredBytes > 0) this.#log.flush()
    if (this.session.dirty.length > 0) this.#planTurn()
    if (this.#held.size === 0 && this.#log.unflushedBytes === 0)
      for (const done of this.#whenReleased.splice(0)) done()
  }

  /** Resolves once everything decided so far has been released. */
  async settle(): Promise<void> {
    this.#turn()
    if (this.#held.size === 0 && this.#log.unflushedBytes === 0) return
    await new Promise<void>((resolve) => this.#whenReleased.push(resolve))
  }

  /** Why no publish is taken, but for a full disk. */
  get refusal(): string | undefined {
    return this.#stopped ? 'stopped' : this.#refusal
  }

  /**
   * The disk has not made durable in time what was given to it: publishes are refused until it has. Found twice, some
   * time apart: after a standstill of the process the disk is done long ago, and only has to be heard.
   */
  isSlow(): boolean {
    const nowMs = this.nowMs()
    const isLate = nowMs - this.#log.unflushedSinceMs > this.settings.unflushedMsMax
    this.#slowFromMs = isLate ? Math.min(this.#slowFromMs, nowMs) : Infinity
    return nowMs - this.#slowFromMs >= slowForMs
  }

  /**
   * Why a publish that came now would be refused, whatever it is; undefined: it would be taken. The very checks of a publish,
   * and no publish is needed to know.
   */
  publishRefusal(): PublishRefusal | undefined {
    if (this.#stopped) return { kind: 'closed', why: 'stopped' }
    if (this.#refusal !== undefined) return { kind: 'closed', why: this.#refusal }
    if (this.#log.isFull) return { kind: 'full' }
    if (this.isSlow()) return { kind: 'slow' }
    const { unflushedBytes } = this.#log
    if (isAllUnread(this.settings)) return { kind: 'unread' }
    const kind = overload(this.session, this.settings, { nowMs: this.nowMs(), unflushedBytes })
    return kind && { kind }
  }

  /** No command, timer or effect after this. */
  stop(): void {
    this.#stopped = true
    this.#cancelTimer?.()
    for (const done of this.#whenReleased.splice(0)) done()
  }

  #now(): Moment {
    const moment = this.#moment
    moment.nowMs = this.nowMs()
    moment.chance = this.#random()
    this.#spaceKnownTo = 0
    return this.#sameTurn()
  }

  #sameTurn(): Moment {
    const moment = this.#moment
    const unflushed = this.#log.unflushedBytes
    moment.unflushedBytes = unflushed
    if (unflushed >= this.#spaceKnownTo) this.#lookForSpace(unflushed)
    return moment
  }

  #lookForSpace(unflushed: number): void {
    this.#spaceKnownTo = unflushed + earlyTurnBytes
    this.#moment.refusal =
      this.#refusal ??
      (this.#log.isFull
        ? this.fullReason
        : this.isSlow()
          ? 'overload: the disk is slow, retry later'
          : undefined)
  }

  #release(): void {
    if (!this.#log.mayRelease) return
    const released = this.#held.release(this.#log.durableOffset)
    if (released.length > 0) this.#sink?.release(released)
    this.#held.done(released)
  }

  /** Carry out what was decided: records into log and state, then the session's side, then the effects into the queue. */
  #commit(out: Decision, publisher: ConnectionNumber | undefined): void {
    const { session } = this
    const { records, effects, immediate } = out
    const { nowMs } = this.#moment
    for (let i = 0; i < records.length; i++) {
      const record = records[i]!
      const offset = this.#write(record, nowMs)
      if (record.kind === 'prepared' && publisher !== undefined)
        session.preparedBy.set(offset, publisher)
    }
    if (out.changesSession) this.#changeSession(out)
    for (let i = 0; i < immediate.length; i++) {
      const effect = immediate[i]!
      if (effect.kind === 'store-ack' && !effect.status) session.counters.refusedPublishes += 1
      session.observe(effect, nowMs)
      this.#immediate.push(effect)
    }
    if (effects.length === 0) return
    const after = this.#log.endOffset
    for (let i = 0; i < effects.length; i++) {
      const effect = effects[i]!
      session.observe(effect, nowMs)
      this.#held.push(effect, after)
    }
  }

  #changeSession(out: Decision): void {
    const { session } = this
    for (const ack of out.acks) session.gatherAck(ack.group, ack.message)
    const { nowMs } = this.#moment
    for (const index of out.answered) session.answer(index, out.answeredBy, nowMs)
    // What was given since then still waits for the disk: nobody can have answered it.
    const unsentFromMs = out.lapsed.length > 0 ? this.#log.unflushedSinceMs : 0
    for (const index of out.lapsed) session.lapse(index, nowMs, unsentFromMs)
    if (out.answeredLate !== undefined)
      session.answerLate(out.answeredLate.opaque, out.answeredLate.connection, nowMs)
    for (const fly of out.fly) session.addFly(fly.group, fly.message)
    if (out.joined !== undefined) session.join(out.joined)
    if (out.left !== undefined) session.leave(out.left)
    if (out.registry !== undefined) session.registries.set(out.registry.source, out.registry)
  }

  #write(record: LogRecord, nowMs: number): Offset {
    const place = this.#log.append(record, nowMs)
    apply(this.state, record, place)
    noteRecord(this.state, this.session, this.traffic, record, place.offset, nowMs)
    this.#idleAtMs = record.kind === 'closed' ? Infinity : nowMs + this.settings.idleCloseMs
    return place.offset
  }

  /** At most one turn waits; it runs once the sockets readable now have been read. */
  #planTurn(): void {
    if (this.#turnPlanned || this.#stopped) return
    this.#turnPlanned = true
    this.#scheduler.soon(this.#plannedTurn)
  }

  readonly #plannedTurn = (): void => {
    this.#turnPlanned = false
    if (!this.#stopped) this.#turn()
  }

  #turn(): void {
    const out = this.#decision
    const { session } = this
    const moment = this.#now()
    const until = this.#clock.monotonicMs() + turnBudgetMs
    if (session.acked.size > 0) {
      out.clear()
      decideGathered(session, out)
      this.#commit(out, undefined)
      session.acked.clear()
    }
    session.advance(moment.nowMs)
    if (session.inFlight.nextDeadline() <= moment.nowMs) {
      out.clear()
      decideTimeouts(this.state, session, this.settings, moment, timeoutsPerTurn, out)
      this.#commit(out, undefined)
    }
    this.#endLost(moment, until)
    this.#expire(moment)
    this.#inquire(moment, until)
    this.#dispatch(moment, until)
    if (moment.nowMs >= this.#idleAtMs) this.#write({ kind: 'closed', clean: false }, moment.nowMs)
    if (this.#immediate.length > 0) {
      const leaving = this.#immediate
      this.#immediate = []
      this.#sink?.release(leaving)
    }
    this.#release()
    this.#log.flush()
    if (session.dirty.length > 0) this.#planTurn()
    this.#armTimer()
  }

  /** Connections that are gone: their leases, some in each turn. */
  #endLost(moment: Moment, until: number): void {
    const { lost } = this.session
    while (lost.length > 0) {
      const out = this.#decision
      out.clear()
      decideLost(this.state, this.session, this.settings, lost[0]!, moment, timeoutsPerTurn, out)
      this.#commit(out, undefined)
      if (out.lapsed.length < timeoutsPerTurn) lost.shift()
      if (this.#clock.monotonicMs() >= until) break
    }
    if (lost.length > 0) this.#planTurn()
  }

  #expire(moment: Moment): void {
    if (moment.nowMs < this.#nextExpiryMs) return
    const out = this.#decision
    out.clear()
    const found = decideExpiry(this.state, moment, expiryPerTurn, out)
    this.#commit(out, undefined)
    this.#nextExpiryMs = found < expiryPerTurn ? moment.nowMs + expiryEveryMs : moment.nowMs
  }

  #inquire(moment: Moment, until: number): void {
    const { inquiries } = this.session
    while (inquiries.next() <= moment.nowMs && this.#clock.monotonicMs() < until) {
      const prepared = inquiries.firstValue as Offset
      inquiries.pop()
      const open = this.state.transactions.get(prepared)
      if (open === undefined) continue
      const out = this.#decision
      out.clear()
      const verdict = decideInquiry(this.state, this.session, prepared, moment, out)
      if (verdict === 'nobody') this.session.waitForGroup(open.publisher, prepared)
      else {
        const made = open.inquiries + (verdict === 'asked' ? 1 : 0)
        this.session.scheduleInquiry(prepared, made, moment.nowMs)
        this.#commit(out, undefined)
      }
    }
  }

  #dispatch(moment: Moment, until: number): void {
    const { session } = this
    const groups = session.dirty
    if (groups.length === 0) return
    session.dirty = []
    for (let i = 0; i < groups.length; i++) {
      const group = groups[i]!
      group.isDirty = false
      const out = this.#decision
      out.clear()
      const plan = decideDispatch(
        this.state,
        session,
        this.settings,
        group,
        moment,
        dispatchBudget,
        out,
      )
      this.#commit(out, undefined)
      session.afterDispatch(plan, moment.nowMs)
      for (const turn of plan.turns) this.traffic.deliver(turn.queue.topic, turn.given)
      if (plan.hasMore) session.markDirty(group)
      if (this.#clock.monotonicMs() < until) continue
      for (const later of groups.slice(i + 1)) session.dirty.push(later)
      return
    }
  }

  /** One timer for everything that becomes due. */
  #armTimer(): void {
    const nowMs = this.nowMs()
    let due = Math.min(this.session.nextDue(), this.#idleAtMs)
    if (this.state.messages.count > 0) due = Math.min(due, Math.max(this.#nextExpiryMs, nowMs + 1))
    if (due === this.#timerAtMs && this.#cancelTimer !== undefined) return
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#timerAtMs = due
    if (due === Infinity || this.#stopped) return
    this.#cancelTimer = this.#scheduler.after(Math.max(1, due - nowMs), () => {
      this.#cancelTimer = undefined
      this.#timerAtMs = Infinity
      this.#planTurn()
    })
  }
}
