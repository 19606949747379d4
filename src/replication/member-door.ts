// Where other members come in: takes the connections that the clients' port hands over, keeps strangers few and members' places free,
// and hands proved questions on. Never lets anybody in without the key, and tells nobody but the log why.

import type { Socket } from 'node:net'
import type { Clock } from '../model/clock.ts'
import { complaintIntervalMs } from '../model/limits.ts'
import { silent, type Logger } from '../model/logger.ts'
import type { MemberCredentials } from './member-handshake.ts'
import { defaultMemberLimits, type MemberLimits } from './member-limits.ts'
import { MemberSession, type MemberCounters, type MemberSessionHost } from './member-session.ts'
import type { ReplicaReply, ReplicaRequest } from './ports.ts'

export interface MemberDoorOptions {
  readonly credentials: MemberCredentials
  readonly clock: Clock
  /** Unpredictable: of the system. */
  readonly randomBytes: (count: number) => Uint8Array
  /** Of a member that has proved the key. A rejection is told to it. Bytes of an answer must not change any more. */
  readonly answer: (request: ReplicaRequest, member: string) => Promise<ReplicaReply>
  readonly log?: Logger
  readonly limits?: Partial<MemberLimits>
}

export interface MemberDoorStats extends Readonly<MemberCounters> {
  readonly strangers: number
  /** Ids of the members that are connected, once for each connection. */
  readonly members: readonly string[]
}

export class MemberDoor {
  readonly #host: MemberSessionHost
  readonly #limits: MemberLimits
  readonly #clock: Clock
  readonly #log: Logger
  readonly #counters: MemberCounters = {
    admitted: 0,
    wrongKeys: 0,
    displaced: 0,
    overdue: 0,
    forged: 0,
    malformed: 0,
    answered: 0,
    refused: 0,
  }
  /** Oldest first. */
  readonly #strangers = new Set<MemberSession>()
  readonly #members = new Set<MemberSession>()
  #sweepTimer: NodeJS.Timeout | undefined
  #sweptAtMs = 0
  #complainedAtMs = -Infinity
  #suppressed = 0
  #isClosed = false

  constructor(options: MemberDoorOptions) {
    const { credentials, clock, randomBytes, answer, log, limits } = options
    this.#limits = { ...defaultMemberLimits, ...limits }
    this.#clock = clock
    this.#log = log ?? silent
    this.#host = {
      credentials,
      limits: this.#limits,
      counters: this.#counters,
      randomBytes,
      monotonicMs: () => clock.monotonicMs(),
      answer,
      admit: (session, member) => this.#admit(session, member),
      complain: (session, why) => this.#complain(session, why),
      ended: (session) => this.#ended(session),
    }
  }

  /** A connection whose first frame was a hello, and what has come behind it. The socket is the door's from here on. */
  take(socket: Socket, hello: Uint8Array, rest: Uint8Array): void {
    socket.on('error', ignore)
    const session = new MemberSession(this.#host, socket, hello)
    const isFull = this.#strangers.size >= this.#limits.strangersMax
    if (this.#isClosed || socket.destroyed || (isFull && !this.#displace(session))) {
      if (isFull) this.#counters.displaced++
      socket.destroy()
      return
    }
    this.#strangers.add(session)
    this.#watch()
    session.begin(rest)
  }

  stats(): MemberDoorStats {
    const members = [...this.#members].map(({ member }) => member)
    return { ...this.#counters, strangers: this.#strangers.size, members }
  }

  /** Ends all connections at once; none is taken any more. */
  close(): void {
    this.#isClosed = true
    clearInterval(this.#sweepTimer)
    for (const session of [...this.#strangers, ...this.#members]) session.end()
  }

  /** The address with most strangers gives up its oldest for somebody from elsewhere; among themselves the old ones stay. */
  #displace({ address }: MemberSession): boolean {
    const counts = new Map<string, number>()
    for (const other of this.#strangers) {
      counts.set(other.address, (counts.get(other.address) ?? 0) + 1)
    }
    const own = counts.get(address) ?? 0
    const most = Math.max(...counts.values())
    for (const other of this.#strangers) {
      // One that is there for longer than a handshake takes may go in any case.
      const isOld = this.#clock.monotonicMs() - other.openedAtMs > this.#limits.handshakeMs / 5
      const isOfMany = counts.get(other.address) === most && most > own + 1
      if (!isOld && !isOfMany) continue
      this.#counters.displaced++
      other.end()
      return true
    }
    return false
  }

  #admit(session: MemberSession, member: string): string {
    const same = [...this.#members].filter((other) => other.member === member)
    if (same.length >= this.#limits.connectionsPerIdMax) same[0]!.end()
    if (this.#members.size >= this.#limits.connectionsMax) return 'too many members are connected'
    this.#strangers.delete(session)
    this.#members.add(session)
    return ''
  }

  #ended(session: MemberSession): void {
    this.#strangers.delete(session)
    this.#members.delete(session)
    if (this.#strangers.size + this.#members.size > 0) return
    clearInterval(this.#sweepTimer)
    this.#sweepTimer = undefined
  }

  #watch(): void {
    if (this.#sweepTimer !== undefined) return
    this.#sweptAtMs = this.#clock.monotonicMs()
    this.#sweepTimer = setInterval(() => this.#sweep(), this.#limits.sweepMs)
    this.#sweepTimer.unref()
  }

  #sweep(): void {
    const nowMs = this.#clock.monotonicMs()
    const lateMs = Math.max(0, nowMs - this.#sweptAtMs - 2 * this.#limits.sweepMs)
    this.#sweptAtMs = nowMs
    for (const session of [...this.#strangers, ...this.#members]) session.sweep(nowMs, lateMs)
  }

  /** One line a second at most, whoever it is about. */
  #complain({ peer }: MemberSession, why: string): void {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#complainedAtMs < complaintIntervalMs) {
      this.#suppressed++
      return
    }
    this.#log.warn({ peer, suppressed: this.#suppressed }, why)
    this.#complainedAtMs = nowMs
    this.#suppressed = 0
  }
}

function ignore(): void {
  // The close that follows says it.
}
