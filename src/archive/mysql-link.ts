// Keeps a writer of the archive through whatever happens to the server: lost connections, restarts, deadlocks, a full disk. Says
// once when it goes and once when it is back. Must never write twice what may have been committed: it asks where the archive is.

import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { KiteQError } from '../model/errors.ts'
import type { Descent } from './descent.ts'
import type { MysqlAddress } from './mysql-address.ts'
import { MysqlConnection, mysqlFailure } from './mysql-connection.ts'
import { reasonOf, troubleOf, type MysqlTrouble } from './mysql-errors.ts'
import type { Origin } from './mysql-origin.ts'
import { migrate } from './mysql-schema.ts'
import { LockHeldError, MysqlWriter, type Addition } from './mysql-writer.ts'

export type LinkEvent =
  /** For the first time, or again. */
  | {
      readonly kind: 'connected'
      /** Version of the server. */
      readonly server: string
      /** The archive has every record below but those in gaps. */
      readonly next: number
      /** All gaps of this log. */
      readonly gaps: GapCount
      /** Numbers of the schema's files that were applied. */
      readonly migrated: readonly number[]
      /** Undefined for the first time. */
      readonly awayMs: number | undefined
    }
  /** Nothing of this log is there yet, but of others: whether it goes on from one of them. */
  | ({ readonly kind: 'begun' } & Origin)
  /** It cannot be written at the moment, and is tried again. Again when the reason is another one. */
  | { readonly kind: 'away'; readonly trouble: MysqlTrouble; readonly why: string }

export interface GapCount {
  readonly count: number
  readonly records: number
}

export interface LinkOptions {
  readonly address: MysqlAddress
  readonly logId: string
  readonly descent: Descent
  /** Beside host and process, for whoever finds the log taken; such as the data folder. */
  readonly what: string
  /** A server that is not there at the beginning is waited for. */
  readonly isPatient: boolean
  /** For another archiver of this log to be gone; default: 5. */
  readonly lockWaitSeconds?: number | undefined
  readonly signal: AbortSignal
  readonly onEvent: (event: LinkEvent) => void
}

const firstWaitMs = 100
const waitMaxMs = 30_000
/** After a deadlock. */
const againMs = 20
/** Somebody seems to hold what is to be written: from this try in a row on it is told. */
const undoneQuietly = 3
/** So long the log may still take to be given free. */
const stopWithinMs = 5_000
/** A holder that was killed is noticed at once, if its machine lives. */
const firstLockSeconds = 5

/** It was told to end. */
export class EndedError extends Error {}

export class MysqlLink {
  readonly #options: LinkOptions
  readonly #token = randomBytes(16).toString('hex')
  #writer: MysqlWriter | undefined
  #wasConnected = false
  #awaySinceMs: number | undefined
  #awayWhy = ''
  /** It can be reached, but takes nothing: only a commit shows that this is over. */
  #isStuck = false
  #version = ''
  #migrated: readonly number[] = []
  #waitMs = firstWaitMs
  /** Tries in a row that the server has undone. */
  #undone = 0

  constructor(options: LinkOptions) {
    this.#options = options
  }

  get isConnected(): boolean {
    return this.#writer !== undefined && !this.#writer.connection.isLost
  }

  /** Why not, if it is not. */
  get awayWhy(): string | undefined {
    return this.#awaySinceMs === undefined ? undefined : this.#awayWhy
  }

  /**
   * As soon as it can write. Rejects EndedError; KITEQ_REFUSED when another one archives this log; KITEQ_CONFIG for tables
   * of a newer version; and, at the beginning of one that is not patient, for any reason.
   */
  async writer(): Promise<MysqlWriter> {
    for (;;) {
      if (this.#options.signal.aborted) throw new EndedError()
      if (this.#writer !== undefined && !this.#writer.connection.isLost) return this.#writer
      this.#drop()
      try {
        const writer = await this.#connect()
        if (!this.#isStuck) await this.#arrived(writer)
        this.#writer = writer
      } catch (error) {
        await this.#failed(error)
      }
    }
  }

  /** Resolves once it is in the archive. `make` is asked for the statements of each try. Rejects as `writer`. */
  async add(make: (writer: MysqlWriter) => Addition): Promise<void> {
    for (;;) {
      const writer = await this.writer()
      const addition = make(writer)
      const nextOffset = writer.place.nextOffset
      if (nextOffset === addition.to) return // the commit whose answer was lost
      if (nextOffset !== addition.from)
        throw new KiteQError(
          'KITEQ_REFUSED',
          `the archive is at record ${nextOffset}; expected ${addition.from}: somebody has changed it`,
        )
      try {
        await writer.add(addition)
        if (this.#isStuck) await this.#arrived(writer)
        this.#waitMs = firstWaitMs
        this.#undone = 0
        return
      } catch (error) {
        const trouble = troubleOf(error)
        if (trouble === 'full' || trouble === 'refused') this.#isStuck = true
        await this.#failed(error)
      }
    }
  }

  /** What only reads, again until it is answered. Rejects as `writer`. */
  async ask<T>(question: (writer: MysqlWriter) => Promise<T>): Promise<T> {
    for (;;) {
      const writer = await this.writer()
      try {
        return await question(writer)
      } catch (error) {
        await this.#failed(error)
      }
    }
  }

  async close(): Promise<void> {
    const writer = this.#writer
    this.#writer = undefined
    if (writer === undefined) return
    const timer = setTimeout(() => writer.connection.destroy(), stopWithinMs)
    await writer.close()
    clearTimeout(timer)
  }

  async #connect(): Promise<MysqlWriter> {
    const { address, logId, descent, what, signal } = this.#options
    const connection = await MysqlConnection.open(address, true, { signal })
    try {
      const migrated = await migrate(connection)
      const isBack = this.#wasConnected
      const holderName = `${hostname()} pid ${process.pid} (${what})`.slice(0, 300)
      const { lockWaitSeconds: firstSeconds = firstLockSeconds } = this.#options
      const lockWaitSeconds = isBack ? 1 : firstSeconds
      const writer = await MysqlWriter.open(connection, {
        logId,
        descent,
        token: this.#token,
        holderName,
        isBack,
        lockWaitSeconds,
      })
      if (!this.#wasConnected && writer.origin !== undefined)
        this.#options.onEvent({ kind: 'begun', ...writer.origin })
      this.#wasConnected = true
      this.#version = connection.version
      this.#migrated = migrated
      return writer
    } catch (error) {
      connection.destroy()
      throw error
    }
  }

  /** Resolves when it is worth another try; rejects when none is. */
  async #failed(error: unknown): Promise<void> {
    const { address, isPatient, signal } = this.#options
    if (signal.aborted) throw new EndedError()
    if (error instanceof LockHeldError) {
      if (!error.isOwn) throw new KiteQError('KITEQ_REFUSED', error.message)
    } else {
      const trouble = troubleOf(error)
      if (trouble === 'again') {
        if (++this.#undone === undoneQuietly) {
          this.#isStuck = true
          this.#away(trouble, reasonOf(error))
        }
        return pause(againMs * (1 + Math.random()), signal)
      }
      const isFirst = !this.#wasConnected
      if (trouble === 'wrong' || (isFirst && !isPatient)) throw mysqlFailure(address.shown, error)
    }
    this.#drop()
    this.#away(error instanceof LockHeldError ? 'away' : troubleOf(error), reasonOf(error))
    const waitMs = this.#waitMs * (0.5 + Math.random() / 2)
    this.#waitMs = Math.min(waitMaxMs, this.#waitMs * 2)
    await pause(waitMs, signal)
  }

  #away(trouble: MysqlTrouble, why: string): void {
    const isNews = this.#awaySinceMs === undefined || why !== this.#awayWhy
    this.#awaySinceMs ??= performance.now()
    this.#awayWhy = why
    if (isNews) this.#options.onEvent({ kind: 'away', trouble, why })
  }

  async #arrived(writer: MysqlWriter): Promise<void> {
    const gaps = await writer.gaps()
    const since = this.#awaySinceMs
    const awayMs = since === undefined ? undefined : performance.now() - since
    this.#awaySinceMs = undefined
    this.#isStuck = false
    const next = writer.place.nextOffset
    const [server, migrated] = [this.#version, this.#migrated]
    this.#options.onEvent({ kind: 'connected', server, next, gaps, migrated, awayMs })
  }

  #drop(): void {
    this.#writer?.connection.destroy()
    this.#writer = undefined
  }
}

/** Ends early when it is to end. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
