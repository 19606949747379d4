// Consumers that the broker has set aside because they answer nothing any more: says who they are and when they are back, and
// asks the registry for what makes the original's clients connect anew. Decides nothing about a delivery.

import type { BrokerLoop } from './broker/loop.ts'
import type { Member } from './broker/member.ts'
import type { Logger } from './model/logger.ts'
import type { ConnectionNumber } from './model/ids.ts'
import {
  bounceIntervalMaxMs,
  bounceIntervalMs,
  setAsideToldMax,
  slowConsumerMs,
} from './model/limits.ts'
import type { Registry } from './model/registry.ts'

const lookEveryMs = 1_000

export interface StuckConsumersOptions {
  readonly loop: BrokerLoop
  /** Since the last byte of a connection came; undefined: it is gone. */
  readonly quietForMs: (connection: ConnectionNumber) => number | undefined
  readonly registry: () => Pick<Registry, 'bounce'> | undefined
  readonly logger: Logger
}

export class StuckConsumers {
  readonly #options: StuckConsumersOptions
  /** Who was told of; true: a bounce was asked for because of it. */
  readonly #told = new Map<Member, boolean>()
  #timer: NodeJS.Timeout | undefined
  #bouncedAtMs = -Infinity
  #intervalMs = bounceIntervalMs

  constructor(options: StuckConsumersOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), lookEveryMs).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Once a second. */
  look(): void {
    const { loop } = this.#options
    if (loop.session.setAside.size === 0 && this.#told.size === 0) return
    const nowMs = loop.nowMs()
    this.#tellBack()
    this.#tellSetAside(nowMs)
    for (const [member, hasAsked] of this.#told)
      if (!hasAsked && this.#wantsBounce(member, nowMs)) return this.#bounce(member, nowMs)
  }

  #tellBack(): void {
    const { logger } = this.#options
    const { session } = this.#options.loop
    for (const member of this.#told.keys()) {
      if (session.setAside.has(member)) continue
      this.#told.delete(member)
      if (!session.members.has(member.connection)) continue // its end is on record
      this.#intervalMs = bounceIntervalMs // whatever was done, it helped
      const answersBy = member.isSuperseded ? member.supersededBy!.connection : member.connection
      logger.info(
        { ...this.#details(member), answersBy },
        'a consumer that was set aside answers again',
      )
    }
  }

  /** Not in the first second: after a standstill of the process, answers are there and only have to be read. */
  #tellSetAside(nowMs: number): void {
    const { loop, logger } = this.#options
    let told = 0
    let more = 0
    for (const member of loop.session.setAside) {
      const { openedAtMs, silentSinceMs, unanswered } = member.breaker
      if (this.#told.has(member) || nowMs - (openedAtMs ?? nowMs) < lookEveryMs) continue
      this.#told.set(member, false)
      if (told >= setAsideToldMax) {
        more += 1
        continue
      }
      told += 1
      logger.warn(
        { ...this.#details(member), unanswered, silentForMs: nowMs - silentSinceMs },
        'a consumer has stopped acking and is set aside: it gets one delivery now and then',
      )
    }
    if (more > 0) logger.warn({ more }, 'more consumers have stopped acking')
  }

  /** A probe ran out, too, while it goes on sending: neither slow nor gone. */
  #wantsBounce(member: Member, nowMs: number): boolean {
    const { registry, quietForMs } = this.#options
    const { breaker, connection } = member
    if (registry()?.bounce === undefined || breaker.failedProbes === 0) return false
    if (nowMs - member.lateAnswerAtMs < slowConsumerMs) return false
    const quietMs = quietForMs(connection)
    if (quietMs === undefined || quietMs >= nowMs - breaker.silentSinceMs) return false
    return nowMs - this.#bouncedAtMs >= this.#intervalMs
  }

  /** One for all that are stuck by now: every client connects anew. */
  #bounce(member: Member, nowMs: number): void {
    const { registry, logger } = this.#options
    if (this.#bouncedAtMs !== -Infinity)
      this.#intervalMs = Math.min(this.#intervalMs * 2, bounceIntervalMaxMs)
    this.#bouncedAtMs = nowMs
    for (const told of this.#told.keys()) this.#told.set(told, true)
    logger.warn(
      this.#details(member),
      'a consumer does not come back: this broker leaves the registry for a moment, so that its clients connect anew',
    )
    void Promise.resolve(registry()?.bounce?.()).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      logger.warn({ why }, 'the registry could not be asked to let clients connect anew')
    })
  }

  #details(member: Member): { group: string; peer: string; connection: number } {
    const { group, peer, connection } = member
    return { group: this.#options.loop.state.groupNames.textOf(group), peer, connection }
  }
}
