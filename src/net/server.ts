// Listens, accepts and closes in order; hands effects to the connections and writes once per socket and release.
// Must never crash for what a peer or the accept queue does.

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { BrokerPort, UndeliverableCommand } from '../broker/command.ts'
import type { Effect, EffectSink, MessageSource, PassOnEffect } from '../broker/effect.ts'
import type { Clock } from '../model/clock.ts'
import type { ConnectionNumber } from '../model/ids.ts'
import { complaintIntervalMs, keepAliveMs } from '../model/limits.ts'
import { MemoryWatch } from './memory-watch.ts'
import { defaultNetLimits, newCounters, type NetCounters, type NetLimits } from './net-limits.ts'
import type { Framing } from './frame.ts'
import { BufferPool } from './output-buffer.ts'
import { ClientSession } from './session.ts'
import type { SessionHost } from './session-host.ts'
import { EffectWriter, FrameTranslator } from './translate.ts'

/** Where complaints go; any structured logger fits. */
export interface NetLog {
  warn(details: object, message: string): void
}

export interface NetServerOptions {
  readonly broker: BrokerPort
  readonly source: MessageSource
  readonly clock: Clock
  readonly log?: NetLog
  readonly limits?: Partial<NetLimits>
  /** What a weaker durability adds to the text of a store ack, with its leading space. */
  readonly storedSuffix?: string
  /** Takes decisions about messages of other brokers; without it they end here. */
  readonly passOn?: (effect: PassOnEffect) => void
  /** Without it nobody is taken for a member. */
  readonly members?: MemberPort
}

/** Takes connections of other members of the replica set, from the body of their first frame on. */
export interface MemberPort {
  /** `rest` has come behind that frame. The socket has no more listeners but for its errors; what becomes of it is not our business. */
  take(socket: Socket, hello: Uint8Array, rest: Uint8Array): void
}

export interface NetStats extends Readonly<NetCounters> {
  readonly connections: number
  /** Connections that have not shaken hands. */
  readonly strangers: number
  /** Memory of unfinished frames and of unsent output, bytes. */
  readonly unfinishedBytes: number
  readonly unsentBytes: number
}

export interface ConnectionStats {
  readonly connection: ConnectionNumber
  readonly peer: string
  readonly framing: Framing
  readonly joined: boolean
  readonly openForMs: number
  readonly unsentBytes: number
  /** Messages not written yet. */
  readonly waiting: number
  readonly deliveriesWritten: number
}

/** One address: how many connections it has, and when it was last complained about. */
interface PeerAddress {
  connections: number
  complainedAtMs: number
  suppressed: number
}

export class NetServer implements EffectSink {
  readonly #host: SessionHost<ClientSession>
  readonly #counters: NetCounters = newCounters()
  readonly #limits: NetLimits
  readonly #clock: Clock
  readonly #log: NetLog | undefined
  readonly #passOn: ((effect: PassOnEffect) => void) | undefined
  readonly #server: Server
  readonly #sessions = new Map<ConnectionNumber, ClientSession>()
  /** Those without a handshake, the oldest first. */
  readonly #strangers = new Set<ClientSession>()
  readonly #addresses = new Map<string, PeerAddress>()
  readonly #memory: MemoryWatch<ClientSession>
  #touched: ClientSession[] = []
  /** Chunks or releases being worked on: writing waits for the outermost. */
  #depth = 0
  #later: UndeliverableCommand[] = []
  #sweepTimer: NodeJS.Timeout | undefined
  #sweptAtMs = 0
  #closing: Promise<void> | undefined
  #whenEmpty: (() => void) | undefined

  constructor(options: NetServerOptions) {
    this.#limits = { ...defaultNetLimits, ...options.limits }
    this.#clock = options.clock
    this.#log = options.log
    this.#passOn = options.passOn
    this.#memory = new MemoryWatch(this.#sessions, this.#limits, this.#counters)
    this.#host = this.#newHost(options)
    const settings = { noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs }
    this.#server = createServer(settings, (socket) => this.#accept(socket))
  }

  /** Resolves with the address that is listened on; rejects when it cannot be had. */
  async listen(host: string, port: number): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host, port, backlog: 1024 }, () => {
        this.#server.off('error', reject)
        // Too many open files, an aborted connection: the next accept may succeed.
        this.#server.on('error', (error) => this.#acceptFailed(error))
        resolve()
      })
    })
    this.#sweptAtMs = this.#clock.monotonicMs()
    this.#sweepTimer = setInterval(() => this.#sweep(), this.#limits.sweepIntervalMs)
    this.#sweepTimer.unref()
    return this.#server.address() as AddressInfo
  }

  release(effects: readonly Effect[]): void {
    const nowMs = this.#host.broker.nowMs()
    this.#depth++
    let session: ClientSession | undefined
    for (let i = 0; i < effects.length; i++) {
      const effect = effects[i]!
      if (effect.kind === 'operator-reply') effect.reply(effect.result)
      else if (effect.kind === 'pass-on') this.#passOn?.(effect)
      else {
        // Effects of one connection come in runs, and a closing session stays in hand until the next run.
        if (session?.connection !== effect.connection)
          session = this.#sessions.get(effect.connection)
        if (session !== undefined) dispatch(session, effect, nowMs)
      }
    }
    this.#leave()
  }

  stats(): NetStats {
    return {
      ...this.#counters,
      connections: this.#sessions.size,
      strangers: this.#strangers.size,
      unfinishedBytes: this.#memory.frames.used,
      unsentBytes: this.#memory.output.used,
    }
  }

  connections(): ConnectionStats[] {
    const nowMs = this.#clock.monotonicMs()
    return [...this.#sessions.values()].map((session) => ({
      connection: session.connection,
      peer: session.peer,
      framing: session.framing,
      joined: session.joined,
      openForMs: nowMs - session.openedAtMs,
      unsentBytes: session.socket.writableLength + session.out.length,
      waiting: session.waiting,
      deliveriesWritten: session.deliveriesWritten,
    }))
  }

  /** Since the last byte of a connection came, ms; undefined: it is gone. */
  quietForMs(connection: ConnectionNumber): number | undefined {
    return this.#sessions.get(connection)?.quietForMs(this.#clock.monotonicMs())
  }

  /** No new connections from here on; those there are go on. */
  stopAccepting(): void {
    if (this.#server.listening) this.#server.close()
  }

  /** Flushes and ends every connection; destroys what is left after `graceMs`. Acks that still come are passed on. */
  close(options: { readonly graceMs: number }): Promise<void> {
    this.#closing ??= this.#close(options.graceMs)
    return this.#closing
  }

  async #close(graceMs: number): Promise<void> {
    this.stopAccepting()
    for (const session of this.#sessions.values()) {
      session.finishGently('shutdown', graceMs)
    }
    const destroying = setTimeout(() => {
      for (const session of this.#sessions.values()) session.socket.destroy()
    }, graceMs)
    if (this.#sessions.size > 0) {
      await new Promise<void>((resolve) => {
        this.#whenEmpty = resolve
      })
    }
    clearTimeout(destroying)
    clearInterval(this.#sweepTimer)
  }

  #newHost(options: NetServerOptions): SessionHost<ClientSession> {
    return {
      broker: options.broker,
      source: options.source,
      limits: this.#limits,
      counters: this.#counters,
      translator: new FrameTranslator(this.#limits.creditMax),
      writer: new EffectWriter(options.storedSuffix ?? ''),
      pool: new BufferPool(),
      memory: this.#memory,
      enter: () => {
        this.#depth++
      },
      leave: () => this.#leave(),
      touched: (session) => this.#touch(session),
      joined: (session) => this.#strangers.delete(session),
      later: (command) => this.#submitLater(command),
      complain: (session, message) => this.#complain(session, message),
      takesMembers: options.members !== undefined,
      handOver: (session, hello, rest) => {
        const { socket } = session
        for (const event of ['data', 'drain', 'close']) socket.removeAllListeners(event)
        this.#forget(session)
        options.members?.take(socket, hello, rest)
      },
      monotonicMs: () => this.#clock.monotonicMs(),
    }
  }

  #accept(socket: Socket): void {
    socket.on('error', ignore)
    const address = socket.remoteAddress ?? 'unknown'
    const peers = this.#addresses.get(address)?.connections ?? 0
    const isFull = this.#sessions.size >= this.#limits.connectionsMax
    const isAddressFull = peers >= this.#limits.connectionsPerAddressMax
    if ((isFull || isAddressFull) && !this.#displaceStranger(isAddressFull ? address : undefined)) {
      this.#counters.refusedConnections++
      socket.destroy()
      return
    }
    this.#counters.accepted++
    const session = new ClientSession(this.#host, socket, this.#host.broker.nextConnection())
    this.#sessions.set(session.connection, session)
    this.#strangers.add(session)
    const known = this.#addresses.get(session.address)
    if (known !== undefined) known.connections++
    else {
      const fresh = { connections: 1, complainedAtMs: -complaintIntervalMs, suppressed: 0 }
      this.#addresses.set(session.address, fresh)
    }
    socket.on('data', (chunk) => session.receive(chunk))
    socket.on('drain', () => session.drained())
    socket.on('close', () => this.#closed(session))
  }

  /** Whoever shakes hands at once is never in the way of others; whoever keeps a place without it gives it up. */
  #displaceStranger(address: string | undefined): boolean {
    const newestMs = this.#clock.monotonicMs() - this.#limits.handshakeGraceMs
    for (const session of this.#strangers) {
      if (session.openedAtMs > newestMs) return false
      if (address !== undefined && session.address !== address) continue
      this.#strangers.delete(session)
      this.#counters.displaced++
      session.cut('no handshake')
      return true
    }
    return false
  }

  #closed(session: ClientSession): void {
    this.#forget(session)
    if (session.joined) {
      const { connection } = session
      this.#host.broker.submit({ kind: 'leave', connection, unsent: session.unsentOpaques() })
    }
    if (this.#sessions.size === 0) this.#whenEmpty?.()
  }

  #forget(session: ClientSession): void {
    session.gone()
    this.#strangers.delete(session)
    this.#sessions.delete(session.connection)
    const address = this.#addresses.get(session.address)
    if (address !== undefined && --address.connections === 0)
      this.#addresses.delete(session.address)
  }

  #acceptFailed(error: Error): void {
    this.#counters.acceptErrors++
    this.#log?.warn({ error: error.message }, 'a connection could not be accepted')
  }

  #touch(session: ClientSession): void {
    if (session.isTouched) return
    session.isTouched = true
    this.#touched.push(session)
  }

  #leave(): void {
    if (--this.#depth > 0) return
    const touched = this.#touched
    if (touched.length === 0) return
    this.#touched = []
    for (const session of touched) {
      session.isTouched = false
      session.settle()
    }
    if (this.#memory.output.isOver()) this.#memory.relieveOutput(this.#clock.monotonicMs())
  }

  #submitLater(command: UndeliverableCommand): void {
    this.#later.push(command)
    if (this.#later.length > 1) return
    queueMicrotask(() => {
      const commands = this.#later
      this.#later = []
      for (const late of commands) this.#host.broker.submit(late)
    })
  }

  #sweep(): void {
    const nowMs = this.#clock.monotonicMs()
    const lateMs = nowMs - this.#sweptAtMs - this.#limits.sweepIntervalMs
    this.#sweptAtMs = nowMs
    for (const session of this.#sessions.values()) {
      if (lateMs > this.#limits.sweepIntervalMs) session.forgive(lateMs)
      session.sweep(nowMs)
    }
    this.#depth++
    for (const session of this.#memory.sweep(nowMs)) this.#touch(session)
    this.#leave()
  }

  #complain(session: ClientSession, message: string): void {
    const address = this.#addresses.get(session.address)
    if (address === undefined) return
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - address.complainedAtMs < complaintIntervalMs) {
      address.suppressed++
      return
    }
    const { suppressed } = address
    address.complainedAtMs = nowMs
    address.suppressed = 0
    const { peer, connection } = session
    this.#log?.warn({ peer, connection, suppressed }, message)
  }
}

function dispatch(
  session: ClientSession,
  effect: Exclude<Effect, { kind: 'operator-reply' | 'pass-on' }>,
  nowMs: number,
): void {
  switch (effect.kind) {
    case 'store-ack':
      session.storeAck(effect, nowMs)
      return
    case 'auth-ack':
      session.authAck(effect)
      return
    case 'command-ack':
      session.commandAck(effect)
      return
    case 'close':
      session.finish(effect.reason)
      return
    default:
      session.deliver(effect)
  }
}

function ignore(): void {
  // The close that follows tells the broker; the cause does not matter.
}
