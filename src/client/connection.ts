// Keeps one link alive: the next address when one does not answer, a growing wait when none does. What is to be sent is
// gathered here and leaves once a turn. Never sends twice: who owns a request decides that when told of a new link.

import { KiteQError } from '../model/errors.ts'
import { reconnectDelayMs } from './back-off.ts'
import { Link, type LinkUser } from './link.ts'
import type { Settings } from './options.ts'
import { OutBuffer } from './out-buffer.ts'

export interface ConnectionUser {
  /** A link is open and the buffer is empty: say again what must be said. */
  opened(address: string): void
  frame(command: number, opaque: number, source: Uint8Array, start: number, end: number): void
  drained(): void
  /** The open link is gone. */
  lost(error: KiteQError): void
  /** No link will ever be open again, unless this was asked for by end(). */
  ended(error: KiteQError): void
  /** An attempt failed, others follow. */
  failed(error: KiteQError): void
}

/** true: the system has taken the bytes. false: their link went first, or was never there. */
export type Taken = (isTaken: boolean) => void

/** How long an ended link may take to send what it still has. */
const endMs = 1_000

export class Connection implements LinkUser {
  readonly out: OutBuffer = new OutBuffer()
  readonly #settings: Settings
  readonly #user: ConnectionUser
  #link: Link | undefined
  #open = false
  #ending = false
  #last = false
  #flushing = false
  /** About what is in the buffer now. */
  #listeners: Taken[] = []
  /** Attempts since a link was open. */
  #attempts = 0
  #everOpen = false
  #startedMs = 0
  #retryTimer: NodeJS.Timeout | undefined
  #whenEnded: (() => void) | undefined

  constructor(settings: Settings, user: ConnectionUser) {
    this.#settings = settings
    this.#user = user
  }

  get isOpen(): boolean {
    return this.#open
  }

  start(): void {
    this.#startedMs = performance.now()
    this.#connect()
  }

  /** Bytes the other side has not taken yet. */
  get backlogBytes(): number {
    return this.#link?.backlogBytes ?? 0
  }

  /** What is in the buffer leaves after this turn; without an open link it is forgotten. */
  flushSoon(): void {
    if (!this.#open) this.#forget()
    if (this.#flushing || !this.#open) return
    this.#flushing = true
    setImmediate(this.#flush)
  }

  /** The same, and `taken` is called once, never from inside this call, about everything in the buffer now. */
  flushThen(taken: Taken): void {
    if (this.#open) this.#listeners.push(taken)
    else queueMicrotask(() => taken(false))
    this.flushSoon()
  }

  /** No other link will follow this one. */
  beLast(): void {
    this.#last = true
    clearTimeout(this.#retryTimer)
  }

  /** Sends what is in the buffer, closes, and resolves when nothing is left open. Bounded by one second. */
  end(): Promise<void> {
    this.#ending = true
    clearTimeout(this.#retryTimer)
    const link = this.#link
    if (link === undefined) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(() => link.fail(endedByUser()), endMs)
      this.#whenEnded = () => {
        clearTimeout(timer)
        resolve()
      }
      if (!this.#open) {
        link.fail(endedByUser())
        return
      }
      this.#flush()
      link.end()
    })
  }

  opened(link: Link): void {
    this.#open = true
    this.#everOpen = true
    this.#attempts = 0
    this.#forget()
    this.#user.opened(link.address.text)
    this.flushSoon()
  }

  frame(command: number, opaque: number, source: Uint8Array, start: number, end: number): void {
    this.#user.frame(command, opaque, source, start, end)
  }

  drained(): void {
    this.#user.drained()
  }

  closed(_link: Link, error: KiteQError): void {
    const wasOpen = this.#open
    this.#link = undefined
    this.#open = false
    this.#forget()
    if (this.#ending) {
      this.#whenEnded?.()
      return
    }
    if (wasOpen) this.#user.lost(error)
    if (this.#last) return
    if (this.#isFinal(error)) {
      this.#ending = true
      this.#user.ended(error)
      return
    }
    if (!wasOpen) this.#user.failed(error)
    this.#retryTimer = setTimeout(() => this.#connect(), this.#delayMs())
  }

  readonly #flush = (): void => {
    this.#flushing = false
    if (!this.#open || this.out.isEmpty) return
    const listeners = this.#listeners
    if (listeners.length === 0) {
      this.#link!.write(this.out.take())
      return
    }
    this.#listeners = []
    this.#link!.write(this.out.take(), (error) => {
      for (const taken of listeners) taken(error === undefined || error === null)
    })
  }

  #forget(): void {
    this.out.clear()
    for (const taken of this.#listeners.splice(0)) taken(false)
  }

  #connect(): void {
    const { addresses } = this.#settings
    this.#link = new Link(addresses[this.#attempts++ % addresses.length]!, this.#settings, this)
  }

  #isFinal(error: KiteQError): boolean {
    const { addresses, reconnect, startupMs } = this.#settings
    if (error.code === 'KITEQ_REFUSED') return true
    if (this.#everOpen) return reconnect === undefined
    if (this.#attempts < addresses.length) return false
    return performance.now() - this.#startedMs >= startupMs
  }

  #moreAddresses(): boolean {
    return this.#attempts % this.#settings.addresses.length !== 0
  }

  /** No wait inside one round of the addresses; a growing one between rounds. */
  #delayMs(): number {
    const { addresses, reconnect } = this.#settings
    if (this.#attempts > 0 && this.#moreAddresses()) return 0
    const round = this.#attempts / addresses.length + 1
    const { minMs, maxMs } = reconnect ?? { minMs: 100, maxMs: 1_000 }
    return reconnectDelayMs(round, minMs, maxMs, Math.random())
  }
}

function endedByUser(): KiteQError {
  return new KiteQError('KITEQ_CLOSED', 'the client was closed')
}
