// The real loop, decide and apply over a log in memory and time that is told to pass: what a test says happens, happens.

import { apply } from '../../src/broker/apply.ts'
import type { ClientBinding, OperatorAction, OperatorResult } from '../../src/broker/command.ts'
import type { Delivery, Effect } from '../../src/broker/effect.ts'
import { BrokerLoop, type LogPort } from '../../src/broker/loop.ts'
import { brokerDefaults, type BrokerSettings } from '../../src/broker/settings.ts'
import { BrokerState } from '../../src/broker/state.ts'
import type {
  ConnectionNumber,
  Epoch,
  MessageId,
  Offset,
  Position,
  SegmentNumber,
} from '../../src/model/ids.ts'
import { settledIdsMax, settledWindowMs } from '../../src/model/limits.ts'
import type { MessageView } from '../../src/model/message.ts'
import type { LogRecord, RecordPlace } from '../../src/model/record.ts'
import { SimClock } from './sim-clock.ts'
import { ownCopy } from '../../src/log/own-copy.ts'

export interface LoggedRecord {
  readonly record: LogRecord
  readonly timeMs: number
}

/** Keeps records in memory; they are durable only when told so. */
export class SimLog implements LogPort {
  readonly records: LoggedRecord[]
  durableOffset: Offset
  isFull = false
  readonly mayRelease = true
  /** Flush by itself, as a fast disk would. */
  isFast = true
  #onDurable: () => void = () => {}

  constructor(records: readonly LoggedRecord[] = []) {
    this.records = [...records]
    this.durableOffset = this.records.length as Offset
  }

  set onDurable(run: () => void) {
    this.#onDurable = run
  }
  get endOffset(): Offset {
    return this.records.length as Offset
  }
  get isWriting(): boolean {
    return !this.isFast && this.durableOffset < this.records.length
  }
  get unflushedBytes(): number {
    return (this.records.length - this.durableOffset) * 300
  }
  get gatheredBytes(): number {
    return this.unflushedBytes
  }
  get unflushedSinceMs(): number {
    return this.records[this.durableOffset]?.timeMs ?? Infinity
  }

  append(record: LogRecord, timeMs: number): RecordPlace {
    this.records.push({ record: ownCopy(record), timeMs })
    return placeOf(this.records.length - 1, timeMs, record)
  }

  flush(): void {
    if (this.isFast) this.makeDurable()
  }

  makeDurable(upTo: number = this.records.length): void {
    if (upTo <= this.durableOffset) return
    this.durableOffset = upTo as Offset
    this.#onDurable()
  }
}

/** A record as it would come back from disk: nothing shared with what was appended. */
export function placeOf(offset: number, timeMs: number, record: LogRecord): RecordPlace {
  const message = 'message' in record && typeof record.message === 'object' ? record.message : none
  return {
    offset: offset as Offset,
    timeMs,
    segment: 1 as SegmentNumber,
    position: (4096 + offset * 300) as Position,
    length: 300 + message.end - message.start,
  }
}

const none = { start: 0, end: 0 }

export interface SimMessage {
  /** Any small number; becomes the id. */
  readonly id: number
  readonly topic?: string
  readonly type?: string
  readonly body?: string
  readonly commit?: boolean
  readonly fly?: boolean
  /** Seconds from now. */
  readonly livesSeconds?: number
  readonly deliverLimit?: number
}

/** A log that keeps its records elsewhere, too, and the state that was read from there. */
export interface LiveLog {
  readonly log: SimLog
  readonly state: BrokerState
}

export class SimBroker {
  readonly clock: SimClock
  readonly log: SimLog
  readonly loop: BrokerLoop
  /** What has left, by connection, in order. */
  readonly sent: Map<ConnectionNumber, Effect[]> = new Map()
  readonly #settings: Partial<BrokerSettings>

  constructor(
    settings: Partial<BrokerSettings> = {},
    from?: { clock: SimClock; records: readonly LoggedRecord[]; live?: LiveLog },
  ) {
    this.#settings = settings
    this.clock = from?.clock ?? new SimClock(1_795_000_000_000)
    this.log = from?.live?.log ?? new SimLog(from?.records)
    const state = from?.live?.state ?? foldAll(this.log.records)
    let chance = 0
    this.loop = new BrokerLoop({
      log: this.log,
      state,
      settings: { ...brokerDefaults, ...settings },
      clock: this.clock,
      scheduler: this.clock,
      random: () => (chance = (chance + 0.37) % 1),
    })
    this.log.onDurable = () => this.loop.durable()
    this.loop.attach({ release: (effects) => effects.forEach((effect) => this.#keepSent(effect)) })
    const epoch = (state.epoch + 1) as Epoch
    this.loop.note({
      kind: 'started',
      epoch,
      formatVersion: 1,
      logId: 'sim',
      host: 'sim',
      settledWindowMs,
      settledIdsMax,
    })
    this.clock.runTurns()
  }

  /** Lose everything that is not durable, and start again over the rest. */
  crash(): SimBroker {
    this.loop.stop()
    return new SimBroker(this.#settings, {
      clock: this.clock,
      records: this.log.records.slice(0, this.log.durableOffset),
    })
  }

  join(
    group: string,
    options: {
      warmingUpSeconds?: number
      window?: number
      host?: string
      frameBytesMax?: number
    } = {},
  ): ConnectionNumber {
    const connection = this.loop.nextConnection()
    this.loop.submit({
      kind: 'join',
      connection,
      opaque: 1,
      group: new TextEncoder().encode(group),
      warmingUpSeconds: options.warmingUpSeconds ?? 0,
      peer: `${options.host ?? '127.0.0.1'}:${40_000 + connection}`,
      frameBytesMax: options.frameBytesMax ?? 4_000_000,
    })
    if (options.window !== undefined)
      this.loop.submit({ kind: 'credit', connection, window: options.window })
    this.clock.runTurns()
    return connection
  }

  leave(connection: ConnectionNumber, unsent: readonly number[] = []): void {
    this.loop.submit({ kind: 'leave', connection, unsent })
    this.clock.runTurns()
  }

  bind(
    connection: ConnectionNumber,
    topic: string,
    bindings: readonly Partial<ClientBinding>[],
  ): void {
    const complete = bindings.map((one): ClientBinding => ({
      bindType: 'fanout',
      messageType: '*',
      watermark: 0,
      persistent: true,
      ...one,
    }))
    const topicBytes = new TextEncoder().encode(topic)
    this.loop.submit({ kind: 'bind', connection, opaque: 2, topic: topicBytes, bindings: complete })
    this.clock.runTurns()
  }

  /** Submits without letting the turn run. Returns the opaque. */
  publishOnly(connection: ConnectionNumber, message: SimMessage): number {
    const opaque = 1000 + this.#opaque++
    const view = viewOf(message, Math.floor(this.loop.nowMs() / 1000))
    this.loop.submit({ kind: 'publish', connection, opaque, view })
    return opaque
  }

  /** Feedback of the store ack, or undefined while there is none. */
  publish(connection: ConnectionNumber, message: SimMessage): string | undefined {
    const opaque = this.publishOnly(connection, message)
    this.clock.runTurns()
    const ack = this.storeAck(connection, opaque)
    return ack === undefined ? undefined : `${ack.status} ${ack.feedback ?? 'stored'}`
  }

  storeAck(
    connection: ConnectionNumber,
    opaque: number,
  ): Extract<Effect, { kind: 'store-ack' }> | undefined {
    for (const effect of this.sent.get(connection) ?? [])
      if (effect.kind === 'store-ack' && effect.opaque === opaque) return effect
    return undefined
  }

  /** Deliveries that have left for a connection since the last call. */
  deliveries(connection: ConnectionNumber): Delivery[] {
    const effects = this.sent.get(connection) ?? []
    const found = effects.flatMap((effect) => (effect.kind === 'deliver' ? effect.deliveries : []))
    this.sent.set(
      connection,
      effects.filter((effect) => effect.kind !== 'deliver'),
    )
    return found
  }

  /** The same as ids. */
  received(connection: ConnectionNumber): number[] {
    return this.deliveries(connection).map((delivery) => this.idOf(delivery))
  }

  idOf(delivery: Delivery): number {
    return this.loop.state.messages.id3Of(delivery.row)
  }

  ack(connection: ConnectionNumber, delivery: Delivery, status = true, feedback = ''): void {
    this.ackAs(connection, delivery.opaque, this.idOf(delivery), status, feedback)
  }

  ackAs(
    connection: ConnectionNumber,
    opaque: number,
    id: number,
    status = true,
    feedback = '',
  ): void {
    this.loop.submit({ kind: 'deliver-ack', connection, opaque, ...idOf(id), status, feedback })
    this.clock.runTurns()
  }

  decideTransaction(
    connection: ConnectionNumber,
    id: number,
    status: number,
    topic = 'trade',
    opaque = 0,
  ): void {
    const topicBytes = new TextEncoder().encode(topic)
    this.loop.submit({
      kind: 'transaction',
      connection,
      opaque,
      ...idOf(id),
      topic: topicBytes,
      status,
      feedback: '',
    })
    this.clock.runTurns()
  }

  /** The answer to an operator's act, or undefined while what it rests on is not durable. */
  operate(action: OperatorAction, who = 'op'): OperatorResult | undefined {
    let result: OperatorResult | undefined
    const reply = (answer: OperatorResult): void => void (result = answer)
    this.loop.submit({ kind: 'operator', who, action, reply })
    this.clock.runTurns()
    return result
  }

  /** Kinds of the records since `from`. */
  kinds(from = 0): string[] {
    return this.log.records.slice(from).map((one) => one.record.kind)
  }

  #opaque = 0
  #keepSent(effect: Effect): void {
    if (effect.kind === 'operator-reply') {
      effect.reply(effect.result)
      return
    }
    const list = this.sent.get(effect.connection)
    if (list === undefined) this.sent.set(effect.connection, [effect])
    else list.push(effect)
  }
}

export function foldAll(records: readonly LoggedRecord[]): BrokerState {
  const state = new BrokerState({ indexSeed: 7 })
  records.forEach((one, offset) =>
    apply(state, one.record, placeOf(offset, one.timeMs, one.record)),
  )
  return state
}

export function idOf(id: number): MessageId {
  return { id0: 0x01234567, id1: 0x89abcdef, id2: 0, id3: id }
}

export function viewOf(message: SimMessage, nowSeconds: number): MessageView {
  const encoder = new TextEncoder()
  const id = message.id.toString(16).padStart(32, '0')
  const parts = [
    id,
    message.topic ?? 'trade',
    message.type ?? 'pay-succ-200',
    message.body ?? `body ${message.id}`,
  ]
  const bytes = parts.map((part) => encoder.encode(part))
  const raw = new Uint8Array(bytes.reduce((sum, part) => sum + part.length, 0))
  const starts: number[] = []
  let at = 0
  for (const part of bytes) {
    starts.push(at)
    raw.set(part, at)
    at += part.length
  }
  return {
    ...idOf(message.id),
    raw,
    idStart: 0,
    idEnd: 32,
    idValid: true,
    topicStart: starts[1]!,
    topicEnd: starts[2]!,
    typeStart: starts[2]!,
    typeEnd: starts[3]!,
    bodyStart: starts[3]!,
    bodyEnd: raw.length,
    propertiesBytes: 0,
    form: 0x12,
    commit: message.commit ?? true,
    fly: message.fly ?? false,
    expiredTime: message.livesSeconds === undefined ? -1 : nowSeconds + message.livesSeconds,
    expiresAt: nowSeconds + (message.livesSeconds ?? 604_800),
    deliverLimit: message.deliverLimit ?? 100,
    message: { source: raw, start: 0, end: raw.length },
  }
}
