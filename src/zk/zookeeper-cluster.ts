// The arbiter of a replica set: ZooKeeper. Every change rests on a version, and what must change together does so in one
// request. Must never say that something was not done when it may have been, nor call a session answered for what one server
// says by itself: only an answer that the ensemble had to agree on moves `answeredAtMs`.

import type {
  ClusterState,
  ClusterView,
  Coordinator,
  CoordinatorEvents,
  LeaderNode,
  LiveMember,
  WriteResult,
} from '../model/coordinator.ts'
import { cutText } from '../model/cut-text.ts'
import { KiteQError } from '../model/errors.ts'
import { registryLineCharsMax, zooKeeperToldEveryMs } from '../model/limits.ts'
import {
  clusterStateJson,
  leaderJson,
  liveJson,
  readClusterState,
  readLeader,
  readLive,
} from './cluster-json.ts'
import type { NodeAcl } from './zookeeper-acl.ts'
import type { ZooKeeperAddress } from './zookeeper-address.ts'
import type { NodeChange } from './zookeeper-changes.ts'
import { lookAtSet, timeLeft, type Sighting, type TimeLeft } from './zookeeper-cluster-look.ts'
import * as paths from './zookeeper-cluster-paths.ts'
import { LivePlace } from './zookeeper-cluster-place.ts'
import type { ZooKeeperLink } from './zookeeper-link.ts'
import { ZooKeeperSession } from './zookeeper-session.ts'

export interface ZooKeeperClusterOptions {
  readonly address: ZooKeeperAddress
  readonly set: string
  /** Asked of the ensemble, which may give less or more. */
  readonly sessionTimeoutMs: number
  /** `user:password` of the digest scheme. */
  readonly credentials: string | undefined
  /** Who may change what is below `/kiteq/cluster`. */
  readonly acl: NodeAcl
  /** For the operator; the same line at most once a minute. */
  readonly problem: (message: string) => void
}

export class ZooKeeperCluster implements Coordinator {
  readonly #options: ZooKeeperClusterOptions
  readonly #session: ZooKeeperSession
  readonly #place: LivePlace
  #events: CoordinatorEvents | undefined
  #isClosed = false
  #isTelling = false
  #why = 'no server answers'
  #member: LiveMember | undefined
  readonly #told = new Map<string, number>()

  /** Throws KITEQ_CONFIG for a name that is none. */
  constructor(options: ZooKeeperClusterOptions) {
    const { set, acl } = options
    expectName('set', set)
    this.#options = options
    this.#session = new ZooKeeperSession(
      { ...options, leasePath: paths.setPath(set) },
      {
        up: () => this.#up(),
        down: (why) => {
          this.#why = why
          this.#problem(`${why}; it is tried again`)
        },
        expired: () => {
          this.#member = undefined
          this.#problem('the session has expired; another one is begun')
          this.#events?.expired()
        },
      },
    )
    this.#place = new LivePlace({
      set,
      acl,
      sessionMs: () => this.#session.givenMs ?? options.sessionTimeoutMs,
      problem: (message) => this.#problem(message),
    })
  }

  get sessionTimeoutMs(): number {
    return this.#session.timeoutMs
  }

  get answeredAtMs(): number {
    return this.#session.agreedAtMs
  }

  start(events: CoordinatorEvents): void {
    this.#events = events
    this.#session.start()
  }

  async look(): Promise<ClusterView> {
    const { link } = this.#session
    if (link === undefined) throw new KiteQError('KITEQ_REGISTRY', `ZooKeeper: ${this.#why}`)
    const { set } = this.#options
    let sighting: Sighting
    try {
      sighting = await lookAtSet(link, set, this.#changed, timeLeft(this.#session.requestMs))
    } catch (error) {
      if (link.isUp) this.#problem(messageOf(error))
      throw error
    }
    const { view, owners, complaints } = sighting
    for (const complaint of complaints) this.#problem(complaint)
    const member = this.#member
    if (member !== undefined && this.#place.isLost(link, owners.get(member.id)))
      void this.join(member)
    return view
  }

  async create(state: ClusterState): Promise<WriteResult> {
    const { set, acl } = this.#options
    const data = this.#stateJson(state)
    return this.#write(async (link, left) => {
      await this.#makeParents(link, left)
      const path = paths.statePath(set)
      return [{ kind: 'create', path, data, isEphemeral: false, acl }]
    })
  }

  async join(member: LiveMember): Promise<WriteResult> {
    expectName('member', member.id)
    expectReadable(readLive(Buffer.from(liveJson(member))))
    this.#member = member
    return this.#with(async (link, left) => {
      await this.#makeParents(link, left)
      const isTaken = await this.#place.take(link, member, left)
      return isTaken ? { kind: 'done', version: 0 } : { kind: 'conflict' }
    })
  }

  async write(state: ClusterState, version: number): Promise<WriteResult> {
    const change = this.#setState(state, version)
    return this.#write(() => [change])
  }

  async lead(state: ClusterState, version: number, leader: LeaderNode): Promise<WriteResult> {
    const { set, acl } = this.#options
    const data = leaderJson(leader)
    expectReadable(readLeader(Buffer.from(data)))
    const path = paths.leaderPath(set)
    const changes: readonly NodeChange[] = [
      this.#setState(state, version),
      { kind: 'create', path, data, isEphemeral: true, acl },
    ]
    return this.#write(() => changes)
  }

  /** Without a connection nothing can be taken away: the node goes with its session. */
  async resign(): Promise<void> {
    const path = paths.leaderPath(this.#options.set)
    await this.#with(async (link, left) => {
      const stat = await link.stat(path, left())
      if (stat?.owner !== link.sessionId) return { kind: 'conflict' }
      await link.change([{ kind: 'remove', path }], left())
      return { kind: 'done', version: -1 }
    })
  }

  /** Ends the session, so that its nodes go at once. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#member = undefined
    await this.#session.close(this.#session.requestMs)
  }

  #up(): void {
    const { givenMs = 0 } = this.#session
    const asked = this.#options.sessionTimeoutMs
    if (givenMs > asked)
      this.#problem(
        `the ensemble gives sessions of ${givenMs} ms, ${asked} were asked for: a leader that died is followed so much later; expected a shorter tickTime or minSessionTimeout there`,
      )
    this.#changed()
  }

  /** One function, so that it is watched with once; told once for all that changes in one turn. */
  readonly #changed = (): void => {
    if (this.#isTelling || this.#isClosed) return
    this.#isTelling = true
    setImmediate(() => {
      this.#isTelling = false
      if (!this.#isClosed) this.#events?.changed()
    })
  }

  #setState(state: ClusterState, version: number): NodeChange {
    const path = paths.statePath(this.#options.set)
    return { kind: 'set', path, data: this.#stateJson(state), version }
  }

  /** What could not be read again is never written. */
  #stateJson(state: ClusterState): string {
    const text = clusterStateJson(state)
    expectReadable(readClusterState(Buffer.from(text)))
    return text
  }

  /** The version is that of the first change. */
  #write(
    changesOf: (
      link: ZooKeeperLink,
      left: TimeLeft,
    ) => readonly NodeChange[] | Promise<readonly NodeChange[]>,
  ): Promise<WriteResult> {
    return this.#with(async (link, left) => {
      const result = await link.change(await changesOf(link, left), left())
      return result.kind === 'done'
        ? { kind: 'done', version: result.versions[0]! }
        : { kind: 'conflict' }
    })
  }

  async #with(
    step: (link: ZooKeeperLink, left: TimeLeft) => Promise<WriteResult>,
  ): Promise<WriteResult> {
    const { link } = this.#session
    if (link === undefined) return { kind: 'unknown', why: `ZooKeeper: ${this.#why}` }
    try {
      return await step(link, timeLeft(this.#session.requestMs))
    } catch (error) {
      const why = messageOf(error)
      if (link.isUp) this.#problem(why)
      return { kind: 'unknown', why }
    }
  }

  /** Those that are there may not be ours to make. */
  async #makeParents(link: ZooKeeperLink, left: TimeLeft): Promise<void> {
    const { set, acl } = this.#options
    if (await link.exists(paths.livePath(set), undefined, left())) return
    if (link.chroot !== '' && !(await link.exists('/', undefined, left()))) {
      await link.makeChroot(left())
      this.#problem(`ZooKeeper had no ${link.chroot}: it was made; is the path right?`)
    }
    for (const path of paths.parentsOf(set)) {
      if (await link.exists(path, undefined, left())) continue
      const isOfMembers = path.startsWith(paths.clusterRoot)
      await link.create(path, { isEphemeral: false, acl: isOfMembers ? acl : 'open' }, left())
    }
  }

  #problem(message: string): void {
    const line = cutText(message, registryLineCharsMax)
    const nowMs = performance.now()
    if (this.#isClosed || nowMs - (this.#told.get(line) ?? -Infinity) < zooKeeperToldEveryMs) return
    if (this.#told.size >= linesMax) this.#told.clear()
    this.#told.set(line, nowMs)
    this.#options.problem(line)
  }
}

/** Different ones remembered. */
const linesMax = 32

function expectName(what: string, text: string): void {
  const why = paths.notAClusterName(text)
  if (why !== undefined) throw new KiteQError('KITEQ_CONFIG', `${what} ${why}`)
}

function expectReadable(reading: object | string): void {
  if (typeof reading === 'string') throw new KiteQError('KITEQ_CONFIG', `replica set: ${reading}`)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
