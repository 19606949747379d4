// The real loop over the real log in a data folder, driven by a seed: publishes, transactions, answers, silence, operators,
// restarts, kills, checkpoints, retention. Now and then the digest of the living state is noted, with the offset it has then.

import assert from 'node:assert/strict'
import { idText } from '../../src/model/id-text.ts'
import type { ConnectionNumber, GroupNumber } from '../../src/model/ids.ts'
import { nodeDisk } from '../../src/log/disk-node.ts'
import { Log } from '../../src/log/log.ts'
import { ownCopy } from '../../src/log/own-copy.ts'
import { silent } from '../../src/model/logger.ts'
import type { LogRecord, RecordKind, RecordPlace } from '../../src/model/record.ts'
import { PublishedView } from '../../src/net/header.ts'
import { encodeMessage } from '../../src/net/packet.ts'
import { recoverState } from '../../src/recover-state.ts'
import { Retention } from '../../src/retention.ts'
import { bytesOf, headerOf } from '../e2e/door.ts'
import { nodeTurn } from './disk-turns.ts'
import { saveCheckpoint } from './log-history.ts'
import { randomOf } from './seeded-random.ts'
import { idOf, SimBroker, SimLog, type LoggedRecord } from './sim-broker.ts'
import { SimClock } from './sim-clock.ts'

export interface LiveOptions {
  readonly dir: string
  readonly seed: number
  readonly steps: number
  /** Bytes of segments that are kept, until half of the steps are done; 0: all. */
  readonly keepBytes: number
}

export interface LiveHistory {
  /** Offset -> digest of the state of all records below, as the broker had it. */
  readonly digests: ReadonlyMap<number, string>
  readonly endOffset: number
  readonly kinds: ReadonlySet<RecordKind>
  readonly restarts: number
  /** Of the last record, ms. */
  readonly endMs: number
}

const groups = ['g0', 'g1', 'g2'] as const
const topics = ['trade', 'stock'] as const

/** Of message number `id`. */
export function bodyTextOf(id: number): string {
  return `${id} ${'a body of some length, so that segments fill; '.repeat(id % 9)}`
}

/** 32 hex digits. */
export function idTextOf(id: number): string {
  return idText(idOf(id))
}

/** Records go to a real log; the memory of them is only for the driver. */
export class RealLog extends SimLog {
  /** Told before each record, with the offset it will have. */
  onAppend: (offset: number) => void = () => undefined
  readonly #log: Log

  constructor(log: Log, records: readonly LoggedRecord[]) {
    super(records)
    this.#log = log
    this.isFast = false
    log.onDurable = () => this.makeDurable(log.durableOffset)
    log.onFailure = (error) => assert.fail(error)
  }

  override append(record: LogRecord, timeMs: number): RecordPlace {
    this.onAppend(this.records.length)
    super.append(record, timeMs)
    return this.#log.append(record, timeMs)
  }

  override flush(): void {
    this.#log.flush()
  }
}

class LiveBroker {
  readonly digests = new Map<number, string>()
  readonly kinds = new Set<RecordKind>()
  restarts = 0
  #steps = 0
  readonly #options: LiveOptions
  readonly #random: () => number
  readonly #clock = new SimClock(1_795_000_000_000)
  #log!: Log
  #sim!: SimBroker
  /** Of all that was appended. */
  #records: readonly LoggedRecord[] = []
  #publisher!: ConnectionNumber
  #consumers: { connection: ConnectionNumber; group: string }[] = []
  #open: { connection: ConnectionNumber; opaque: number; id: number }[] = []
  #nextId = 1

  constructor(options: LiveOptions) {
    this.#options = options
    this.#random = randomOf(options.seed)
  }

  /** On whatever the folder holds. */
  async start(): Promise<void> {
    const { dir } = this.#options
    const log = await Log.open({
      dir,
      disk: nodeDisk,
      durability: { kind: 'memory' },
      segmentBytes: 12 * 1024,
      firstSegmentBytes: 12 * 1024,
      batchBytesMax: 8 * 1024,
      random: () => Math.floor(this.#random() * 2 ** 32),
    })
    const { state, recovery } = await recoverState(log, { dataDir: dir, rebuild: false }, silent)
    const end = recovery.end.offset
    for (const offset of [...this.digests.keys()]) if (offset > end) this.digests.delete(offset)
    const noted = this.digests.get(end)
    if (noted !== undefined) assert.equal(state.digest(), noted, 'a start has the state of before')
    state.ids.build()
    await log.startWriting()
    const records = this.#records.slice(0, end)
    const memory = new RealLog(log, records)
    this.#records = memory.records
    memory.onAppend = (offset) => {
      if (this.#random() < 0.4) this.digests.set(offset, state.digest())
    }
    this.#log = log
    this.#sim = new SimBroker({}, { clock: this.#clock, records, live: { log: memory, state } })
    await log.dropSegments(state.journal.dropped.segment)
    this.#publisher = this.#sim.join('pub')
    this.#consumers = []
    this.#open = []
    await this.settle()
  }

  /** Everything is durable: what follows depends on the seed alone, and not on the disk. */
  async settle(): Promise<void> {
    do {
      this.#clock.runTurns()
      this.#log.flush()
      await nodeTurn()
    } while (this.#log.durableOffset < this.#log.endOffset)
    for (const { connection } of this.#consumers)
      for (const delivery of this.#sim.deliveries(connection))
        this.#open.push({ connection, opaque: delivery.opaque, id: this.#sim.idOf(delivery) })
  }

  async step(): Promise<void> {
    const isHalf = ++this.#steps === Math.floor(this.#options.steps / 2)
    const chance = this.#random()
    if (isHalf) await this.#retain()
    else if (chance < 0.34) this.#publish()
    else if (chance < 0.42) this.#decide()
    else if (chance < 0.7) this.#answer()
    else if (chance < 0.78) this.#come()
    else if (chance < 0.82) this.#bind()
    else if (chance < 0.88) this.#clock.advance([5, 700, 6_000, 120_000][this.#upTo(4)]!)
    else if (chance < 0.94) this.#operate()
    else if (chance < 0.96) await this.#checkpoint()
    else if (chance < 0.985) await this.#retain()
    else await this.#restart()
    await this.settle()
  }

  async close(): Promise<LiveHistory> {
    await this.settle()
    const { digests, kinds, restarts } = this
    for (const { record } of this.#sim.log.records) kinds.add(record.kind)
    const { endOffset } = this.#log
    const endMs = this.#sim.loop.state.lastTimeMs
    digests.set(endOffset, this.#sim.loop.state.digest())
    this.#sim.loop.stop()
    await this.#log.close()
    return { digests, kinds, restarts, endOffset, endMs }
  }

  #upTo(count: number): number {
    return Math.floor(this.#random() * count)
  }

  #publish(): void {
    const isRepeat = this.#random() < 0.1
    const id = isRepeat ? 1 + this.#upTo(this.#nextId) : this.#nextId++
    const { loop } = this.#sim
    const nowSeconds = Math.floor(loop.nowMs() / 1000)
    const header = headerOf({
      messageId: bytesOf(idTextOf(id)),
      topic: bytesOf(topics[id % 2]!),
      messageType: bytesOf(`type-${id % 3}`),
      group: bytesOf('pub'),
      commit: id % 5 > 0,
      expiredTime: nowSeconds + (id % 7 === 0 ? 100 : 100_000),
      deliverLimit: 1 + (id % 3),
    })
    const bytes = encodeMessage(header, bytesOf(bodyTextOf(id)))
    const view = new PublishedView()
    assert.ok(view.read(0x12, bytes, 0, bytes.length))
    view.normalise(nowSeconds)
    loop.submit({ kind: 'publish', connection: this.#publisher, opaque: 1, view })
  }

  #decide(): void {
    const id = 5 * (1 + this.#upTo(this.#nextId / 5 + 1))
    const outcome = [1, 1, 2, 0][this.#upTo(4)]!
    this.#sim.decideTransaction(this.#publisher, id, outcome, topics[id % 2])
  }

  #answer(): void {
    for (let i = 0; i < 4; i++) {
      const [one] = this.#open.splice(this.#upTo(this.#open.length), 1)
      if (one === undefined) return
      this.#sim.ackAs(one.connection, one.opaque, one.id, this.#random() < 0.75, 'not now')
    }
  }

  #come(): void {
    if (this.#consumers.length > 3) {
      const [one] = this.#consumers.splice(this.#upTo(this.#consumers.length), 1)
      this.#sim.leave(one!.connection)
      return
    }
    const group = groups[this.#upTo(groups.length)]!
    this.#consumers.push({ connection: this.#sim.join(group, { window: 8 }), group })
    if (this.#consumers.length === 1) this.#bind()
  }

  #bind(): void {
    const one = this.#consumers[this.#upTo(this.#consumers.length)]
    if (one === undefined) return
    const persistent = this.#random() < 0.8
    const direct = { bindType: 'direct', messageType: 'type-1', persistent } as const
    const form = this.#upTo(4)
    const bindings = form === 0 ? [] : form === 1 ? [direct] : [{ persistent }]
    this.#sim.bind(one.connection, topics[this.#upTo(2)]!, bindings)
  }

  #operate(): void {
    const { state } = this.#sim.loop
    const name = groups[this.#upTo(groups.length)]!
    const group = state.groupNames.numberOfText(name) as GroupNumber
    if (group === 0) return
    const act = this.#random()
    if (act < 0.3) this.#sim.operate({ name: 'pause', group: name })
    else if (act < 0.6) this.#sim.operate({ name: 'resume', group: name })
    else if (act < 0.8) this.#recall(group)
    else {
      const letters = state.dead.list(group).slice(0, 1 + this.#upTo(4))
      const isRedrive = this.#random() < 0.6
      const one = { act: undefined, letters, isDryRun: false, detail: 'some' } as const
      this.#sim.operate({ name: isRedrive ? 'redrive' : 'purge', ...one })
    }
  }

  /** A few messages of long ago, as a reset of the group finds them. */
  #recall(group: GroupNumber): void {
    const { records } = this.#sim.log
    const from = this.#upTo(records.length)
    this.#sim.operate({ name: 'reset', group, detail: `to ${from}` })
    const messages = records.slice(from, from + 30).flatMap(({ record }, n) => {
      if (record.kind !== 'published') return []
      return [{ of: (from + n) as RecordPlace['offset'], fields: ownCopy(record) as typeof record }]
    })
    this.#sim.operate({ name: 'recall', group, messages, isDryRun: false })
  }

  async #checkpoint(): Promise<void> {
    await saveCheckpoint(this.#options.dir, this.#log, this.#sim.loop.state)
  }

  async #retain(): Promise<void> {
    const { dir, keepBytes, steps } = this.#options
    if (keepBytes === 0 || this.#steps > steps / 2) return
    await this.#checkpoint()
    const retention = new Retention({
      log: this.#log,
      sink: this.#sim.loop,
      disk: nodeDisk,
      dir,
      keep: { keepMs: 0, keepBytes },
      logger: {
        ...silent,
        warn: (_, text) => assert.match(text, /^old segments cannot go/),
      },
      partBytes: 3000,
      gain: 0,
      pause: () => this.settle(),
    })
    await retention.look()
  }

  /** Stops in order, or is killed: then what was appended and not yet written is lost. */
  async #restart(): Promise<void> {
    const isKill = this.#random() < 0.5
    this.restarts++
    if (isKill) {
      this.#publish()
      this.#clock.runTurns()
    } else this.#sim.loop.note({ kind: 'closed', clean: true })
    for (const { record } of this.#sim.log.records) this.kinds.add(record.kind)
    this.#sim.loop.stop()
    await this.#log.close({ clean: !isKill })
    await this.start()
  }
}

/** The same for the same seed. The folder is left as a broker that was stopped leaves it. */
export async function liveHistory(options: LiveOptions): Promise<LiveHistory> {
  const broker = new LiveBroker(options)
  await broker.start()
  for (let i = 0; i < options.steps; i++) await broker.step()
  return broker.close()
}
