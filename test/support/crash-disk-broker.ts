// The simulated broker with the real log behind it, on a disk that crashes: what the loop appends goes to both, and only what
// the real log makes durable is durable for the loop. Notes what clients were told, which no crash may take back.

import type { ConnectionNumber } from '../../src/model/ids.ts'
import type { Log } from '../../src/log/log.ts'
import { Witness, openLog, type Expectation, type LogShape } from './crash-disk-lab.ts'
import type { CrashDisk } from './crash-disk.ts'
import { SimBroker, type LoggedRecord } from './sim-broker.ts'
import type { SimClock } from './sim-clock.ts'
import { ownCopy } from '../../src/log/own-copy.ts'

export const groups = ['g0', 'g1'] as const

/** What the outside world knows; it outlives every process. */
export class Told {
  /** Messages whose store ack said true. */
  readonly stored: number[] = []
  /** Messages that came to a consumer. */
  readonly delivered: number[] = []
  readonly witness: Witness = new Witness([])

  expectation(): ToldSoFar {
    const { stored, delivered, witness } = this
    const log = witness.expectation()
    return { log, stored: stored.length, delivered: delivered.length }
  }
}

/** As many as were told at an instant. */
export interface ToldSoFar {
  readonly log: Expectation
  readonly stored: number
  readonly delivered: number
}

export class CrashBroker {
  readonly sim: SimBroker
  readonly log: Log
  readonly publisher: ConnectionNumber
  readonly consumers: readonly ConnectionNumber[]
  /** Deliveries that nobody answered yet. */
  readonly open: { readonly consumer: ConnectionNumber; readonly opaque: number; id: number }[] = []
  readonly #told: Told
  readonly #idByOpaque = new Map<number, number>()
  #ackedSeen = 0

  private constructor(sim: SimBroker, log: Log, told: Told) {
    this.sim = sim
    this.log = log
    this.#told = told
    this.#mirror()
    this.publisher = sim.join('pub')
    this.consumers = groups.map((group) => sim.join(group, { window: 8 }))
    for (const consumer of this.consumers) sim.bind(consumer, 'trade', [{}])
  }

  /** `records` is what the log holds, read and judged by the caller. */
  static async start(
    disk: CrashDisk,
    shape: LogShape,
    told: Told,
    clock?: SimClock,
  ): Promise<CrashBroker> {
    const log = await openLog(disk, shape)
    const records: LoggedRecord[] = []
    await log.recover((record, { timeMs }) => records.push({ record: ownCopy(record), timeMs }))
    await log.startWriting()
    told.witness.restart(records.length)
    const from = clock === undefined ? undefined : { clock, records }
    return new CrashBroker(new SimBroker({}, from), log, told)
  }

  publish(id: number, commit: boolean): void {
    this.#idByOpaque.set(this.sim.publishOnly(this.publisher, { id, commit }), id)
    this.sim.clock.runTurns()
  }

  /** To be called whenever the log may have made something durable. */
  collect(): void {
    const { sim } = this
    sim.clock.runTurns()
    this.#told.witness.announced = this.log.durableOffset
    const effects = sim.sent.get(this.publisher) ?? []
    for (; this.#ackedSeen < effects.length; this.#ackedSeen++) {
      const effect = effects[this.#ackedSeen]!
      if (effect.kind !== 'store-ack' || !effect.status) continue
      this.#told.stored.push(this.#idByOpaque.get(effect.opaque)!)
    }
    for (const consumer of this.consumers)
      for (const delivery of sim.deliveries(consumer)) {
        const id = sim.idOf(delivery)
        this.#told.delivered.push(id)
        this.open.push({ consumer, opaque: delivery.opaque, id })
      }
  }

  #mirror(): void {
    const { sim, log } = this
    const memory = sim.log
    const { witness } = this.#told
    const toLog = ({ record, timeMs }: LoggedRecord): void => {
      log.append(record, timeMs)
      witness.appended(record, timeMs)
    }
    // The record of the start was written before anybody could look.
    for (const one of memory.records.slice(log.endOffset)) toLog(one)
    memory.isFast = false
    const append = memory.append.bind(memory)
    memory.append = (record, timeMs) => {
      toLog({ record, timeMs })
      return append(record, timeMs)
    }
    memory.flush = () => log.flush()
    log.onDurable = () => memory.makeDurable(log.durableOffset)
    log.flush()
  }
}
