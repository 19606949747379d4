// One TCP connection to one server of an ensemble, made by the library and used once: whatever happens to it, it is dropped
// and another one goes on with the session. So nothing of the library's own way back is relied on, in which requests wait
// without end, bytes of a reply that was cut off are taken for the next handshake, and reads overtake credentials.

import zookeeper, { type Client, type Exception, type Stat } from 'node-zookeeper-client'
import { KiteQError } from '../model/errors.ts'
import { aclOf, isForAll, type NodeAcl, type Permitted } from './zookeeper-acl.ts'
import { sendChanges, type ChangeResult, type NodeChange } from './zookeeper-changes.ts'

export interface LinkOptions {
  /** `host:port`. */
  readonly server: string
  /** Every path is below it; empty, or `/a/b`. */
  readonly chroot: string
  /** Asked of the ensemble, which may give less or more. */
  readonly sessionTimeoutMs: number
  /** `user:password` of the digest scheme. */
  readonly credentials: string | undefined
  /** Goes on with this session; a new one when left out. */
  readonly session: LinkSession | undefined
  /** Once, when it can be used no more; not when its owner drops it. */
  readonly onLost: (why: string, isExpired: boolean) => void
}

/** What a later connection needs to go on with a session. */
export interface LinkSession {
  readonly id: Buffer
  readonly password: Buffer
}

export interface NodeData {
  readonly data: Uint8Array | undefined
  readonly version: number
  readonly stat: NodeStat
}

export interface NodeStat {
  /** Differs from that of every other node that ever had its path, also in another ensemble. */
  readonly mark: string
  /** Session of an ephemeral node, in 16 hex digits; undefined for any other node. */
  readonly owner: string | undefined
}

/** Told at most once, that something about a node has changed. One function a subject: it is kept as often as it differs. */
export type Watch = () => void

/** As the library reports it. */
type Failure = Error | Exception | null

/** What the library does not show, and what its end needs. */
interface Inside {
  readonly connectionManager: {
    socket: { destroy(): void } | undefined
    connectTimeoutHandler: NodeJS.Timeout | undefined
    sessionId: Buffer
    pendingBuffer: Buffer | null
    state: number
    connect: () => void
    onSocketConnected: () => void
    onSocketError: (error: NodeJS.ErrnoException) => void
    onSocketClosed: () => void
    onSocketData: (bytes: Buffer) => void
  }
}

const closing = -1 // its state in which nothing is tried again
const noNode = -101
const noAuth = -102
const ephemeralParent = -108
const nodeExists = -110
const notEmpty = -111
const sessionExpired = -112
/** What is said of one node, with the connection as good as before: these, bad version, a parent that is ephemeral, a bad ACL. */
const ofTheNode: readonly number[] = [
  noNode,
  noAuth,
  -103,
  ephemeralParent,
  nodeExists,
  notEmpty,
  -114,
]
/** No ensemble gives a longer session: bytes of something else were read. */
const longestSessionMs = 600_000
const handshakeBytesMax = 65_536

export class ZooKeeperLink {
  readonly #options: LinkOptions
  readonly #client: Client
  readonly #inside: Inside['connectionManager']
  /** Ends of the waits for an answer. */
  readonly #waiting = new Set<(error: Error) => void>()
  #isUp = false
  #isLost = false
  #socketError: string | undefined
  #agreedAtMs = -Infinity

  constructor(options: LinkOptions) {
    this.#options = options
    const { server, sessionTimeoutMs, session, credentials } = options
    const more =
      session === undefined ? {} : { sessionId: session.id, sessionPassword: session.password }
    this.#client = zookeeper.createClient(server, {
      sessionTimeout: sessionTimeoutMs,
      retries: 0,
      ...more,
    })
    this.#inside = (this.#client as unknown as Inside).connectionManager
    this.#guard()
    if (credentials !== undefined) this.#client.addAuthInfo('digest', Buffer.from(credentials))
  }

  /** The handshake is done, a first request was answered, and nothing has gone wrong since. */
  get isUp(): boolean {
    return this.#isUp
  }

  /** As the ensemble gave it, ms. */
  get sessionTimeoutMs(): number {
    return this.#client.getSessionTimeout()
  }

  /** As `NodeStat.owner` has it. */
  get sessionId(): string {
    return this.#client.getSessionId().toString('hex')
  }

  get session(): LinkSession {
    return { id: this.#client.getSessionId(), password: this.#client.getSessionPassword() }
  }

  /**
   * When the last change that was answered had been sent, monotonic ms; -Infinity before. Unlike a reading, which a server
   * that is cut off from the others answers by itself, such an answer says that the ensemble knew the session after that.
   */
  get agreedAtMs(): number {
    return this.#agreedAtMs
  }

  /** Rejects KITEQ_REGISTRY when there is no session and no answer to a first request within the time, ms. */
  async open(withinMs: number): Promise<void> {
    const until = performance.now() + withinMs
    await this.#within<undefined>(withinMs, 'no handshake', (resolve) => {
      this.#client.on('state', (state) => {
        if (state === zookeeper.State.SYNC_CONNECTED) resolve(undefined)
        else if (state === zookeeper.State.EXPIRED) this.#lost('the session has expired', true)
        else if (state === zookeeper.State.AUTH_FAILED) this.#lost('the credentials are refused')
      })
      this.#client.connect()
    })
    const { session } = this.#options
    const isSame = session === undefined || session.id.equals(this.#client.getSessionId())
    const timeoutMs = this.sessionTimeoutMs
    if (!isSame || timeoutMs < 1 || timeoutMs > longestSessionMs)
      throw this.#lost('the handshake cannot be understood')
    await this.exists('/', undefined, Math.max(1, until - performance.now()))
    this.#isUp = true
  }

  /** Whether the node is there. A watch is told of its coming, going and data. */
  exists(path: string, watch: Watch | undefined, withinMs: number): Promise<boolean> {
    const at = this.#at(path)
    return this.#ask(`exists ${path}`, withinMs, (done) => {
      const callback = (error: Failure, stat: Stat | null): void => done(error, stat !== null)
      if (watch === undefined) this.#client.exists(at, callback)
      else this.#client.exists(at, watch, callback)
    })
  }

  /** Undefined when there is no such node. */
  stat(path: string, withinMs: number): Promise<NodeStat | undefined> {
    return this.#ask<NodeStat | undefined>(`stat of ${path}`, withinMs, (done) =>
      this.#client.exists(this.#at(path), (error, stat: Stat | null | undefined) =>
        done(error, stat ? statOf(stat) : undefined),
      ),
    )
  }

  /** Undefined when there is no such node; then nothing is watched. */
  children(
    path: string,
    watch: Watch | undefined,
    withinMs: number,
  ): Promise<readonly string[] | undefined> {
    const at = this.#at(path)
    return this.#ask<readonly string[] | undefined>(`children of ${path}`, withinMs, (done) => {
      const callback = (error: Failure, names: string[]): void =>
        codeOf(error) === noNode ? done(null, undefined) : done(error, names)
      if (watch === undefined) this.#client.getChildren(at, callback)
      else this.#client.getChildren(at, watch, callback)
    })
  }

  /** Undefined when there is no such node; then nothing is watched. */
  data(path: string, watch: Watch | undefined, withinMs: number): Promise<NodeData | undefined> {
    const at = this.#at(path)
    return this.#ask<NodeData | undefined>(`data of ${path}`, withinMs, (done) => {
      const callback = (error: Failure, data: Buffer | undefined, stat?: Stat): void =>
        error !== null || stat === undefined
          ? done(codeOf(error) === noNode ? null : error, undefined)
          : done(null, { data, version: stat.version, stat: statOf(stat) })
      if (watch === undefined) this.#client.getData(at, callback)
      else this.#client.getData(at, watch, callback)
    })
  }

  /** Whether anybody may take away what stands below. */
  isOpen(path: string, withinMs: number): Promise<boolean> {
    return this.#ask<boolean>(`rights of ${path}`, withinMs, (done) =>
      this.#client.getACL(this.#at(path), (error, acls: Permitted[] | undefined) =>
        done(error, acls?.some(isForAll) ?? false),
      ),
    )
  }

  /** False when it is there already. */
  create(
    path: string,
    { isEphemeral, acl }: { readonly isEphemeral: boolean; readonly acl: NodeAcl },
    withinMs: number,
  ): Promise<boolean> {
    const mode = isEphemeral ? zookeeper.CreateMode.EPHEMERAL : zookeeper.CreateMode.PERSISTENT
    const at = this.#at(path)
    return this.#ask<boolean>(`create ${path}`, withinMs, (done) =>
      this.#client.create(at, aclOf(acl), mode, (error) =>
        codeOf(error) === nodeExists ? done(null, false) : done(error, true),
      ),
    )
  }

  /** All of them or none. After a rejection with the connection lost they may have been made, or may still be. */
  async change(changes: readonly NodeChange[], withinMs: number): Promise<ChangeResult> {
    const sentAtMs = performance.now()
    const what = `${changes[0]?.kind} ${changes.map(({ path }) => path).join(', ')}`
    const result = await this.#ask<ChangeResult>(what, withinMs, (done) =>
      sendChanges(this.#client, changes, (path) => this.#at(path), done),
    )
    this.#agreedAtMs = sentAtMs
    return result
  }

  /** The path that every other is below; empty when there is none. */
  get chroot(): string {
    return this.#options.chroot
  }

  /** The node of the chroot and those above it, where they are missing: open to all. */
  async makeChroot(withinMs: number): Promise<void> {
    const parts = this.chroot.slice(1).split('/')
    for (let depth = 1; depth <= parts.length; depth++) {
      const at = `/${parts.slice(0, depth).join('/')}`
      await this.#ask<undefined>(`create ${at}`, withinMs, (done) =>
        this.#client.create(at, aclOf('open'), zookeeper.CreateMode.PERSISTENT, (error) =>
          done(codeOf(error) === nodeExists ? null : error, undefined),
        ),
      )
    }
  }

  /** False when it is not there, or has children. */
  remove(path: string, withinMs: number): Promise<boolean> {
    const at = this.#at(path)
    return this.#ask<boolean>(`remove ${path}`, withinMs, (done) =>
      this.#client.remove(at, -1, (error) => {
        const code = codeOf(error)
        if (code === noNode || code === notEmpty) done(null, false)
        else done(error, true)
      }),
    )
  }

  /** Ends the session, so that its nodes go now and not when it times out. */
  async close(withinMs: number): Promise<void> {
    if (this.#isUp) {
      this.#isUp = false
      await this.#within<never>(withinMs, 'no end', () => this.#client.close()).catch(
        () => undefined, // the end of the connection is what was waited for
      )
    }
    this.drop()
  }

  /** Lets go of the connection; the session goes on, for another one or until it times out. */
  drop(why = 'the connection was given up'): void {
    this.#isLost = true
    this.#isUp = false
    const inside = this.#inside
    inside.state = closing
    inside.sessionId = Buffer.alloc(8) // a socket that still opens must not take the session with it
    inside.connect = () => undefined
    inside.onSocketConnected = () => inside.socket?.destroy()
    clearTimeout(inside.connectTimeoutHandler)
    inside.socket?.destroy()
    for (const giveUp of [...this.#waiting]) giveUp(refused(why))
  }

  #at(path: string): string {
    const { chroot } = this.#options
    return path === '/' && chroot !== '' ? chroot : chroot + path
  }

  /** The library throws out of its socket at bytes and codes it does not know; that must end the connection, not the process. */
  #guard(): void {
    const inside = this.#inside
    const read = inside.onSocketData.bind(inside)
    inside.onSocketData = (bytes) => {
      if (this.#isLost) return
      try {
        read(bytes)
      } catch (error) {
        this.#lost(`an answer cannot be understood (${String(error)})`)
      }
      if (!this.#isUp && (inside.pendingBuffer?.length ?? 0) > handshakeBytesMax)
        this.#lost('the handshake cannot be understood')
    }
    inside.onSocketError = (error) => {
      clearTimeout(inside.connectTimeoutHandler)
      this.#socketError = error.code ?? error.message
    }
    const closed = inside.onSocketClosed.bind(inside)
    inside.onSocketClosed = () => {
      this.#lost(this.#socketError ?? 'the connection has ended')
      closed()
    }
  }

  #lost(why: string, isExpired = false): KiteQError {
    const told = `${this.#options.server}: ${why}`
    if (!this.#isLost) {
      this.drop(told)
      this.#options.onLost(told, isExpired)
    }
    return refused(told)
  }

  /**
   * An answer that does not come in time ends the connection: behind it all others would be late, too. So does whatever is
   * not about the node; after a rejection `isUp` tells the two apart.
   */
  async #ask<Value>(
    what: string,
    withinMs: number,
    send: (done: (error: Failure, value: Value) => void) => void,
  ): Promise<Value> {
    if (this.#isLost) throw refused('there is no connection')
    try {
      return await this.#within<Value>(withinMs, `no answer to ${what}`, (resolve, reject) =>
        send((error, value) => (error === null ? resolve(value) : reject(error as Error))),
      )
    } catch (error) {
      if (error instanceof KiteQError) throw error
      const code = codeOf(error as Error)
      if (code === noAuth) throw refused(`${what}: not allowed with these credentials`)
      const why = `${what}: ${wordsOf(code) ?? (error instanceof Error ? error.message : String(error))}`
      if (code !== undefined && ofTheNode.includes(code)) throw refused(why)
      throw this.#lost(why, code === sessionExpired)
    }
  }

  #within<Value>(
    ms: number,
    late: string,
    begin: (resolve: (value: Value) => void, reject: (error: Error) => void) => void,
  ): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      const giveUp = (error: Error): void => {
        clearTimeout(timer)
        this.#waiting.delete(giveUp)
        reject(error)
      }
      const timer = setTimeout(() => {
        // What came while this process was busy is read first.
        setImmediate(() => {
          if (this.#waiting.has(giveUp)) this.#lost(`${late} within ${Math.round(ms)} ms`)
        })
      }, ms)
      this.#waiting.add(giveUp)
      const answered = (value: Value): void => {
        clearTimeout(timer)
        this.#waiting.delete(giveUp)
        resolve(value)
      }
      try {
        begin(answered, giveUp)
      } catch (error) {
        giveUp(refused(String(error))) // a path that is none
      }
    })
  }
}

function statOf({ czxid, ctime, ephemeralOwner }: Stat): NodeStat {
  const owner = ephemeralOwner.toString('hex')
  return {
    mark: `${czxid.toString('hex')}-${ctime.toString('hex')}`,
    owner: /^0*$/.test(owner) ? undefined : owner,
  }
}

function wordsOf(code: number | undefined): string | undefined {
  if (code === noNode) return 'the node above it is not there'
  return code === ephemeralParent
    ? 'the node above it is ephemeral: nothing can stand below'
    : undefined
}

function codeOf(error: Failure | undefined): number | undefined {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'number' ? code : undefined
}

function refused(why: string): KiteQError {
  return new KiteQError('KITEQ_REGISTRY', `ZooKeeper: ${why}`)
}
