// A ZooKeeper in virtual time: one truth, sessions that end on their own, nodes that end with them, writes with versions, watches
// that fire once; and a client of it for each member, over the same bad network. An answer that is lost is a result nobody knows.

import type {
  ClusterState,
  ClusterView,
  Coordinator,
  CoordinatorEvents,
  LeaderNode,
  LiveMember,
  WriteResult,
} from '../../src/model/coordinator.ts'
import { KiteQError } from '../../src/model/errors.ts'
import type { SimNetwork } from './sim-network.ts'
import type { SimMachine, SimTime } from './sim-time.ts'

interface Session {
  readonly number: number
  readonly timeoutMs: number
  heardAtMs: number
  isOver: boolean
  tell: () => void
  /** Of the last request that came: one connection keeps its order. */
  heard: number
}

export const arbiterName = 'arbiter'

/** The truth. */
export class SimArbiter {
  state: ClusterState | undefined
  version: number = -1
  leader: (LeaderNode & { readonly session: number }) | undefined
  readonly live: Map<string, LiveMember & { readonly session: number }> = new Map()
  /** Epoch -> who was elected. */
  readonly elections: { readonly epoch: number; readonly id: string; readonly atMs: number }[] = []
  isAway: boolean = false
  readonly time: SimTime
  readonly #sessions = new Map<number, Session>()
  #count = 0

  constructor(time: SimTime) {
    this.time = time
    this.#sweep()
  }

  open(timeoutMs: number, tell: () => void): Session {
    const number = ++this.#count
    const session = { number, timeoutMs, heardAtMs: this.time.nowMs, isOver: false, tell, heard: 0 }
    this.#sessions.set(number, session)
    return session
  }

  /** undefined: the session is over. */
  ask<T>(session: Session, work: () => T): { readonly value: T } | undefined {
    if (session.isOver) return undefined
    session.heardAtMs = this.time.nowMs
    return { value: work() }
  }

  view(): ClusterView {
    const { state, version, leader } = this
    return { state, version, leader, live: [...this.live.values()] }
  }

  create(state: ClusterState): WriteResult {
    if (this.state !== undefined) return { kind: 'conflict' }
    return this.#set(state, 0)
  }

  write(state: ClusterState, version: number): WriteResult {
    if (this.state === undefined || version !== this.version) return { kind: 'conflict' }
    return this.#set(state, version + 1)
  }

  lead(session: Session, state: ClusterState, version: number, node: LeaderNode): WriteResult {
    if (this.leader !== undefined) return { kind: 'conflict' }
    const result = this.write(state, version)
    if (result.kind !== 'done') return result
    this.leader = { ...node, session: session.number }
    this.elections.push({ epoch: node.epoch, id: node.id, atMs: this.time.nowMs })
    this.#tellAll()
    return result
  }

  join(session: Session, member: LiveMember): WriteResult {
    this.live.set(member.id, { ...member, session: session.number })
    this.#tellAll()
    return { kind: 'done', version: 0 }
  }

  resign(session: Session): void {
    if (this.leader?.session !== session.number) return
    this.leader = undefined
    this.#tellAll()
  }

  end(session: Session): void {
    if (session.isOver) return
    session.isOver = true
    this.#sessions.delete(session.number)
    if (this.leader?.session === session.number) this.leader = undefined
    for (const [id, one] of this.live) if (one.session === session.number) this.live.delete(id)
    this.#tellAll()
  }

  /** The leader's session ends, for whatever reason. */
  expireLeader(): void {
    const number = this.leader?.session ?? 0
    const session = this.#sessions.get(number)
    if (session !== undefined) this.end(session)
  }

  /** As an operator does it. */
  forget(id: string): void {
    const { state, version } = this
    if (state === undefined) return
    const members = state.members.filter((one) => one !== id)
    this.write({ ...state, members }, version)
  }

  #set(state: ClusterState, version: number): WriteResult {
    this.state = state
    this.version = version
    this.#tellAll()
    return { kind: 'done', version }
  }

  #tellAll(): void {
    for (const { tell } of this.#sessions.values()) tell()
  }

  #sweep(): void {
    this.time.after(100, () => {
      this.#sweep()
      if (this.isAway) return // who cannot be asked forgets nobody, either
      for (const session of this.#sessions.values())
        if (this.time.nowMs - session.heardAtMs > session.timeoutMs) this.end(session)
    })
  }

  /** After it was away, sessions have their whole time again. */
  comeBack(): void {
    this.isAway = false
    for (const session of this.#sessions.values()) session.heardAtMs = this.time.nowMs
  }
}

/** One member's way to it. */
export class SimCoordinator implements Coordinator {
  readonly sessionTimeoutMs: number
  answeredAtMs: number = -Infinity
  readonly #arbiter: SimArbiter
  readonly #network: SimNetwork
  readonly #machine: SimMachine
  readonly #name: string
  #session: Session | undefined
  #events: CoordinatorEvents | undefined
  #isClosed = false
  #asked = 0

  constructor(options: {
    readonly arbiter: SimArbiter
    readonly network: SimNetwork
    readonly machine: SimMachine
    readonly name: string
    readonly sessionTimeoutMs: number
  }) {
    this.#arbiter = options.arbiter
    this.#network = options.network
    this.#machine = options.machine
    this.#name = options.name
    this.sessionTimeoutMs = options.sessionTimeoutMs
  }

  start(events: CoordinatorEvents): void {
    this.#events = events
    this.#beat()
  }

  look(): Promise<ClusterView> {
    return this.#call(() => this.#arbiter.view()).then((view) => {
      if (view === undefined) throw new KiteQError('KITEQ_REGISTRY', 'the arbiter does not answer')
      return view
    })
  }

  create(state: ClusterState): Promise<WriteResult> {
    return this.#write(() => this.#arbiter.create(state))
  }

  join(member: LiveMember): Promise<WriteResult> {
    return this.#write((session) => this.#arbiter.join(session, member))
  }

  write(state: ClusterState, version: number): Promise<WriteResult> {
    return this.#write(() => this.#arbiter.write(state, version))
  }

  lead(state: ClusterState, version: number, leader: LeaderNode): Promise<WriteResult> {
    return this.#write((session) => this.#arbiter.lead(session, state, version, leader))
  }

  async resign(): Promise<void> {
    await this.#call((session) => this.#arbiter.resign(session))
  }

  close(): Promise<void> {
    this.#isClosed = true
    if (this.#session !== undefined) this.#arbiter.end(this.#session)
    return Promise.resolve()
  }

  #write(work: (session: Session) => WriteResult): Promise<WriteResult> {
    return this.#call(work).then((result) => result ?? { kind: 'unknown', why: 'no answer' })
  }

  /** A question a third of the session's time, as a watchdog asks. */
  #beat(): void {
    if (this.#isClosed) return
    this.#machine.after(this.sessionTimeoutMs / 4, () => this.#beat())
    if (this.#session === undefined) this.#connect()
    else void this.#call(() => undefined)
  }

  #connect(): void {
    const sentAtMs = this.#machine.monotonicMs()
    this.#there(() => {
      if (this.#session !== undefined || this.#isClosed || this.#machine.isGone) return
      let session: Session | undefined
      const tell = (): void =>
        this.#back(() => {
          if (session === this.#session) this.#events?.changed()
        })
      const opened = (session = this.#arbiter.open(this.sessionTimeoutMs, tell))
      this.#back(() => {
        if (this.#session !== undefined) return this.#arbiter.end(opened)
        this.#session = opened
        this.answeredAtMs = sentAtMs
        this.#events?.changed()
      })
    })
  }

  /** undefined: no answer came in time. */
  #call<T>(work: (session: Session) => T): Promise<T | undefined> {
    const session = this.#session
    if (session === undefined) return Promise.resolve(undefined)
    const sentAtMs = this.#machine.monotonicMs()
    const number = ++this.#asked
    return new Promise((resolve) => {
      const cancel = this.#machine.after(this.sessionTimeoutMs / 3, () => resolve(undefined))
      this.#there(() => {
        // A connection repeats nothing and keeps its order: what comes twice, or behind a later one, is dropped.
        if (session.heard >= number) return
        session.heard = number
        const answer = this.#arbiter.ask(session, () => work(session))
        this.#back(() => {
          cancel()
          if (session !== this.#session) return resolve(undefined)
          if (answer === undefined) {
            this.#session = undefined
            this.#events?.expired()
            resolve(undefined)
            this.#connect()
            return
          }
          this.answeredAtMs = Math.max(this.answeredAtMs, sentAtMs)
          resolve(answer.value)
        })
      })
    })
  }

  #there(run: () => void): void {
    this.#network.send(this.#name, arbiterName, () => {
      if (!this.#arbiter.isAway) run()
    })
  }

  #back(run: () => void): void {
    this.#network.send(arbiterName, this.#name, () => this.#machine.run(run))
  }
}
