// Publishers, consumers and transactions of a simulated replica set: they talk to whoever leads, and note what they were promised.

import assert from 'node:assert/strict'
import type { Effect } from '../../src/broker/effect.ts'
import type { ConnectionNumber } from '../../src/model/ids.ts'
import type { LeadingBroker } from '../../src/replica-host.ts'
import { idOf, viewOf } from '../support/sim-broker.ts'
import type { SimMember } from './sim-member.ts'
import type { SimTime } from './sim-time.ts'

const encoder = new TextEncoder()
const topic = encoder.encode('trade')
const everyMs = 20

/** Each seventh message is prepared; each second one of those is decided at once. */
export const isPrepared = (id: number): boolean => id % 7 === 0

interface Served {
  readonly broker: LeadingBroker
  readonly member: SimMember
  readonly publisher: ConnectionNumber
}

export class SimClients {
  /** Ids whose store ack was true. */
  readonly acked: Set<number> = new Set()
  /** Ids that came to a consumer at least once. */
  readonly delivered: Set<number> = new Set()
  readonly figures: Record<'publishes' | 'acked' | 'refused' | 'delivered', number> = {
    publishes: 0,
    acked: 0,
    refused: 0,
    delivered: 0,
  }
  isPublishing: boolean = true
  readonly #time: SimTime
  readonly #random: () => number
  readonly #perTick: number
  /** Of the ticks that publish anything. */
  readonly #share: number
  readonly #served = new Map<SimMember, Served>()
  #activeEpoch = 0
  #nextId = 1

  /** `rate`: publishes a second; `share` below 1: the same in bursts. */
  constructor(time: SimTime, random: () => number, rate: number, share: number) {
    this.#time = time
    this.#random = random
    this.#share = share
    this.#perTick = (rate * everyMs) / 1000 / share
    this.#publishOn()
  }

  /** Who leads and serves. */
  get leader(): SimMember | undefined {
    for (const { member, broker } of this.#served.values())
      if (member.leading === broker) return member
    return undefined
  }

  /** Acked, to be delivered at once, and not seen by the consumer yet. */
  undelivered(): number[] {
    return [...this.acked].filter((id) => !isPrepared(id) && !this.delivered.has(id))
  }

  serve(member: SimMember, broker: LeadingBroker): void {
    const { loop } = broker
    const join = (group: string): ConnectionNumber => {
      const connection = loop.nextConnection()
      const peer = `10.0.0.1:${connection}`
      const more = { warmingUpSeconds: 0, peer, frameBytesMax: 4_000_000 }
      loop.submit({ kind: 'join', connection, opaque: 1, group: encoder.encode(group), ...more })
      return connection
    }
    const publisher = join('pub')
    const consumer = join('g0')
    loop.submit({ kind: 'credit', connection: consumer, window: 256 })
    const all = { bindType: 'fanout', messageType: '*', watermark: 0, persistent: true } as const
    loop.submit({ kind: 'bind', connection: consumer, opaque: 2, topic, bindings: [all] })
    this.#served.set(member, { broker, member, publisher })
  }

  /** They have left a broker. */
  effects(member: SimMember, broker: LeadingBroker, effects: readonly Effect[]): void {
    const { epoch } = broker
    const isPromise = effects.some((one) => one.kind !== 'store-ack' || one.status)
    if (isPromise) {
      const before = this.#activeEpoch
      assert.ok(
        epoch >= before,
        `an effect of epoch ${epoch} left ${member.id} after one of epoch ${before}`,
      )
      this.#activeEpoch = epoch
    }
    for (const effect of effects) {
      if (effect.kind === 'store-ack') this.#storeAck(effect.opaque, effect.status)
      else if (effect.kind === 'deliver')
        for (const { opaque, row } of effect.deliveries)
          this.#deliver(member, broker, effect.connection, opaque, row)
    }
  }

  #storeAck(id: number, isTrue: boolean): void {
    if (!isTrue) {
      this.figures.refused++
      return
    }
    this.acked.add(id)
    this.figures.acked++
  }

  #deliver(
    member: SimMember,
    broker: LeadingBroker,
    connection: ConnectionNumber,
    opaque: number,
    row: Parameters<LeadingBroker['state']['messages']['id3Of']>[0],
  ): void {
    const id = broker.state.messages.id3Of(row)
    this.delivered.add(id)
    this.figures.delivered++
    const ack = { ...idOf(id), status: this.#random() < 0.95, feedback: '' }
    this.#time.after(1 + this.#random() * 20, () => {
      if (member.leading !== broker) return
      broker.loop.submit({ kind: 'deliver-ack', connection, opaque, ...ack })
    })
  }

  /** A client writes to whoever leads, or believes so. */
  #publishOn(): void {
    this.#time.after(everyMs, () => this.#publishOn())
    if (!this.isPublishing || this.#random() >= this.#share) return
    const count = this.#perTick + this.#random()
    for (const { broker, publisher, member } of this.#served.values()) {
      if (member.leading !== broker || member.life!.machine.isStalled) continue
      for (let i = 1; i <= count; i++) this.#publish(broker, publisher)
    }
  }

  #publish({ loop }: LeadingBroker, connection: ConnectionNumber): void {
    const isRepeat = this.#random() < 0.02 && this.#nextId > 1
    const id = isRepeat ? 1 + Math.floor(this.#random() * (this.#nextId - 1)) : this.#nextId++
    const nowSeconds = Math.floor(loop.nowMs() / 1000)
    const body = `body ${id} ${'x'.repeat(id % 64)}`
    const livesSeconds = 6 * 86_400
    const view = viewOf({ id, commit: !isPrepared(id), body, livesSeconds }, nowSeconds)
    loop.submit({ kind: 'publish', connection, opaque: id, view })
    this.figures.publishes++
    if (id % 14 !== 0) return
    const more = { ...idOf(id), topic, status: id % 28 === 0 ? 1 : 2, feedback: '' }
    loop.submit({ kind: 'transaction', connection, opaque: 0, ...more })
  }
}
