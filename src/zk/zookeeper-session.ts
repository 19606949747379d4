// Keeps a session with an ensemble: one connection after another, each to the next server, each asked often enough that a
// server which has gone silent is noticed long before the session ends without it. What was watched is forgotten with each
// connection: whoever watches reads again when told that one is up.

import type { ZooKeeperAddress } from './zookeeper-address.ts'
import { ZooKeeperLink, type LinkSession } from './zookeeper-link.ts'

export interface SessionOptions {
  readonly address: ZooKeeperAddress
  readonly sessionTimeoutMs: number
  /** `user:password` of the digest scheme. */
  readonly credentials: string | undefined
  /** A node. Where it is given the ensemble has to agree again and again whether it is there, so that `agreedAtMs` moves. */
  readonly leasePath?: string
}

export interface SessionEvents {
  /** A connection answers. `isNew`: the nodes of the session before are gone, or will be. */
  up(link: ZooKeeperLink, isNew: boolean): void
  /** None answers any more; they are tried in turn. Told at the loss, and every minute while it lasts. */
  down(why: string): void
  /** The session is over; the next `up` has a new one. */
  expired?(): void
}

const retryMinMs = 100
/** After a whole round of servers; an ensemble that answers again is found within this. */
const retryMaxMs = 1000
const handshakeMinMs = 500
/** A connection that lived less than this counts as a failure: it may be the next one's fate, too. */
const steadyMs = 5000
const toldEveryMs = 60_000

export class ZooKeeperSession {
  readonly #options: SessionOptions
  readonly #events: SessionEvents
  /** Each broker begins at another one. */
  readonly #servers: readonly string[]
  #link: ZooKeeperLink | undefined
  #session: LinkSession | undefined
  #timeoutMs: number
  #givenMs: number | undefined
  /** Over connections of this session before. */
  #agreedAtMs = -Infinity
  #isClosed = false
  #wake: (() => void) | undefined
  #downTold = -Infinity
  #running: Promise<void> | undefined

  constructor(options: SessionOptions, events: SessionEvents) {
    this.#options = options
    this.#events = events
    this.#servers = shuffled(options.address.servers)
    this.#timeoutMs = options.sessionTimeoutMs
  }

  /** What a request may take before its connection counts as dead, ms. */
  get requestMs(): number {
    return this.#timeoutMs / 3
  }

  /** How long it lasts without a word, at least: as was asked for, or less where the ensemble gives less, ms. */
  get timeoutMs(): number {
    return this.#timeoutMs
  }

  /** As the ensemble gave it; undefined before. */
  get givenMs(): number | undefined {
    return this.#givenMs
  }

  /** Of the session that is there now: when the last request that the ensemble agreed on was sent, monotonic ms. */
  get agreedAtMs(): number {
    if (this.#session === undefined) return -Infinity
    return Math.max(this.#agreedAtMs, this.#link?.agreedAtMs ?? -Infinity)
  }

  /** The connection that answers, or undefined. */
  get link(): ZooKeeperLink | undefined {
    return this.#link?.isUp === true ? this.#link : undefined
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Ends the session, within `withinMs`. */
  async close(withinMs: number): Promise<void> {
    this.#isClosed = true
    this.#wake?.()
    await this.#link?.close(withinMs)
    await this.#running
  }

  async #run(): Promise<void> {
    let failures = 0
    for (let at = 0; !this.#isClosed; at = (at + 1) % this.#servers.length) {
      const livedMs = await this.#connectOnce(this.#servers[at]!)
      failures = livedMs > steadyMs ? 0 : failures + 1
      if (failures % this.#servers.length !== 0) continue // the next server may answer at once
      const rounds = Math.min(failures / this.#servers.length, 8)
      await this.#sleep(Math.min(retryMaxMs, retryMinMs * 2 ** rounds))
    }
  }

  /** From connecting to the end of the connection; how long it was up, ms. */
  async #connectOnce(server: string): Promise<number> {
    let ended: (() => void) | undefined
    const end = new Promise<void>((resolve) => (ended = resolve))
    const { sessionTimeoutMs, credentials, address } = this.#options
    const before = this.#session
    const link = new ZooKeeperLink({
      server,
      chroot: address.chroot,
      sessionTimeoutMs,
      credentials,
      session: before,
      onLost: (why, isExpired) => {
        if (isExpired) this.#expired()
        else this.#agreedAtMs = Math.max(this.#agreedAtMs, link.agreedAtMs)
        this.#down(why)
        ended?.()
      },
    })
    this.#link = link
    try {
      const share = Math.min(sessionTimeoutMs / 3, sessionTimeoutMs / this.#servers.length)
      await link.open(Math.max(handshakeMinMs, share))
    } catch (error) {
      link.drop()
      this.#down(error instanceof Error ? error.message : String(error))
      return 0
    }
    this.#session = link.session
    this.#givenMs = link.sessionTimeoutMs
    this.#timeoutMs = Math.min(sessionTimeoutMs, this.#givenMs)
    this.#downTold = -Infinity
    const since = performance.now()
    const stopAsking = this.#keepAsking(link)
    if (!this.#isClosed) this.#events.up(link, before === undefined)
    await end
    stopAsking()
    return performance.now() - since
  }

  /**
   * A server that has gone silent is noticed. Where there is a lease the ensemble has to agree, twice as often; and before
   * anything is read: then a server that was behind the others has caught up.
   */
  #keepAsking(link: ZooKeeperLink): () => void {
    const { leasePath: path } = this.#options
    const ask = (): void => {
      const answer: Promise<unknown> =
        path === undefined
          ? link.exists('/', undefined, this.requestMs)
          : link.change([{ kind: 'check', path }], this.requestMs)
      answer.catch(() => undefined)
    }
    if (path !== undefined) ask()
    const timer = setInterval(ask, path === undefined ? this.requestMs : this.requestMs / 2)
    return () => clearInterval(timer)
  }

  #expired(): void {
    this.#session = undefined
    this.#agreedAtMs = -Infinity
    if (!this.#isClosed) this.#events.expired?.()
  }

  #down(why: string): void {
    const nowMs = performance.now()
    if (this.#isClosed || nowMs - this.#downTold < toldEveryMs) return
    this.#downTold = nowMs
    this.#events.down(why)
  }

  #sleep(ms: number): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

function shuffled(servers: readonly string[]): string[] {
  return servers
    .map((server) => ({ server, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ server }) => server)
}
