// Random histories of records, valid-ish: mostly what a broker writes, with late, repeated and foreign ones among them. Steps
// are drawn, records follow from them, so that a shrunk failure stays a history.

import fc from 'fast-check'
import type {
  ConnectionNumber,
  Epoch,
  GroupNumber,
  Offset,
  Position,
  SegmentNumber,
  TopicNumber,
  TypeNumber,
} from '../../src/model/ids.ts'
import type {
  Binding,
  BindingSource,
  DeathReason,
  DecisionReason,
  FailureCause,
  LogRecord,
  MessageFields,
  RecordPlace,
  Routing,
} from '../../src/model/record.ts'

/** One draw: what to do, and four numbers to do it with. */
export interface Step {
  readonly act: number
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
}

export interface Entry {
  readonly record: LogRecord
  readonly place: RecordPlace
}

const topics = 3
const types = 4
const groups = 4
const word = 0x9e3779b1

const anyStep: fc.Arbitrary<Step> = fc.record({
  act: fc.nat(99),
  a: fc.nat(1_000_000),
  b: fc.nat(1_000_000),
  c: fc.nat(1_000_000),
  d: fc.nat(1_000_000),
})

/** Steps of a history of up to so many records; `historyOf` makes the records. */
export function anySteps(lengthMax = 300): fc.Arbitrary<Step[]> {
  return fc.array(anyStep, { maxLength: lengthMax, size: 'max' })
}

/** The records of the steps, each with a place: offsets dense from 0, time never going back. */
export function historyOf(steps: readonly Step[]): Entry[] {
  const writer = new HistoryWriter()
  for (const step of steps) writer.take(step)
  return writer.entries
}

/** The place of record number `offset` in a log whose frames are all 100 bytes. */
export function placeAt(offset: number, timeMs: number): RecordPlace {
  return {
    offset: offset as Offset,
    timeMs,
    segment: (1 + Math.floor(offset / 1000)) as SegmentNumber,
    position: ((offset % 1000) * 100) as Position,
    length: 100,
  }
}

/** A message that differs from every other one with another `n`. */
export function messageFields(n: number, topic: number, type: number): MessageFields {
  return {
    id0: Math.imul(n + 1, word) >>> 0,
    id1: n >>> 0,
    id2: Math.imul(n + 7, 0x85ebca6b) >>> 0,
    id3: 0xabcdef01,
    topic: topic as TopicNumber,
    type: type as TypeNumber,
    publisher: (1 + (n % groups)) as GroupNumber,
    form: n % 2 === 0 ? 0x11 : 0x12,
    content0: Math.imul(n + 3, word) >>> 0,
    content1: Math.imul(n + 5, 0xc2b2ae35) >>> 0,
    expiresAt: 1_700_000_000 + (n % 5000),
    deliverLimit: 1 + (n % 100),
    message: { source: new Uint8Array(0), start: 0, end: 0 },
  }
}

class HistoryWriter {
  readonly entries: Entry[] = []
  private readonly messages: number[] = []
  private readonly prepared: number[] = []
  private readonly named = { topic: 0, type: 0, group: 0 }
  private timeMs = 1_600_000_000_000
  private epoch = 0

  take(step: Step): void {
    this.timeMs += step.d % 7 === 0 ? step.d % 5000 : step.d % 5
    this.put(this.recordOf(step))
  }

  private put(record: LogRecord): void {
    this.entries.push({ record, place: placeAt(this.entries.length, this.timeMs) })
  }

  private recordOf(step: Step): LogRecord {
    const { act, a, b, c } = step
    if (act < 25) return this.published(step)
    if (act < 31) return this.preparedRecord(step)
    if (act < 42) return this.delivered(step)
    if (act < 56) return this.settled(step)
    if (act < 64) return this.failed(step)
    if (act < 70) return this.buried(step)
    if (act < 82) return this.decided(step)
    if (act < 86) return this.administered(step)
    if (act < 91) return this.bound(step)
    if (act < 94) return this.name(step)
    if (act < 96) return this.started(step)
    if (act === 96) {
      const connection = (b % 9) as ConnectionNumber
      const change = c % 2 === 0 ? 'joined' : 'left'
      return { kind: 'members-changed', group: group(a), connection, peer: '127.0.0.1:9', change }
    }
    if (act === 97) return { kind: 'operator', who: 'someone', action: 'pause', detail: String(a) }
    if (act === 98) {
      return {
        kind: 'hole',
        segment: (1 + (a % 5)) as SegmentNumber,
        position: (b * 16) as Position,
        length: c,
        firstOffset: a as Offset,
        count: 1 + (b % 4),
      }
    }
    return { kind: 'closed', clean: a % 2 === 0 }
  }

  private fieldsOf(step: Step): MessageFields {
    return messageFields(this.entries.length, 1 + (step.a % topics), 1 + (step.b % types))
  }

  private published(step: Step): LogRecord {
    this.messages.push(this.entries.length)
    return { kind: 'published', ...this.fieldsOf(step), routing: routing(step.c) }
  }

  private preparedRecord(step: Step): LogRecord {
    this.messages.push(this.entries.length)
    this.prepared.push(this.entries.length)
    return { kind: 'prepared', ...this.fieldsOf(step) }
  }

  private delivered(step: Step): LogRecord {
    const messages = this.someMessages(step)
    const attempts = messages.map((_, i) => 1 + ((step.d + i) % 3))
    const connection = (1 + (step.d % 5)) as ConnectionNumber
    return { kind: 'delivered', group: group(step.c), connection, messages, attempts }
  }

  private settled(step: Step): LogRecord {
    const kind = step.d % 8 === 0 ? 'skipped' : 'acked'
    return { kind, group: group(step.c), messages: this.someMessages(step) }
  }

  private failed(step: Step): LogRecord {
    const causes: FailureCause[] = ['nack', 'timeout', 'connection-lost', 'not-sent', 'too-large']
    const delivered = this.entries.filter(({ record }) => record.kind === 'delivered').slice(-4)
    const { record } = delivered[step.c % Math.max(1, delivered.length)] ?? { record: undefined }
    const isOut = record?.kind === 'delivered' && step.a % 4 > 0
    return {
      kind: 'failed',
      group: isOut ? record.group : group(step.c),
      message: this.oneOf(isOut ? record.messages : this.messages, step.a),
      cause: causes[step.b % causes.length]!,
      feedback: 'no',
      retryAtMs: step.d % 3 === 0 ? 0 : this.timeMs + step.d,
    }
  }

  private buried(step: Step): LogRecord {
    const reasons: DeathReason[] = ['limit', 'expired', 'damaged', 'operator']
    const message = this.oneOf(this.messages, step.a)
    const reason = reasons[step.b % reasons.length]!
    return { kind: 'dead-lettered', group: group(step.c), message, reason, feedback: `n${step.d}` }
  }

  private decided(step: Step): LogRecord {
    const reasons: DecisionReason[] = ['client', 'inquiry', 'expired', 'operator']
    const reason = reasons[step.d % reasons.length]!
    const prepared = this.oneOf(this.prepared, step.a)
    if (step.b % 5 === 0) {
      const connection = (1 + (step.c % 5)) as ConnectionNumber
      return { kind: 'inquired', prepared, attempt: 1 + (step.d % 9), connection }
    }
    if (step.b % 5 === 1) return { kind: 'rolled-back', prepared, reason, feedback: '' }
    return { kind: 'committed', prepared, routing: routing(step.c), reason, feedback: '' }
  }

  private administered(step: Step): LogRecord {
    if (step.c % 4 === 0) return this.recalled(step)
    if (step.c % 4 === 1) {
      const kind = step.b % 3 > 0 ? 'paused' : 'resumed'
      return { kind, group: group(step.a), who: `someone ${step.d % 3}` }
    }
    const kind = step.b % 2 === 0 ? 'redriven' : 'purged'
    const buried = this.entries.filter(({ record }) => record.kind === 'dead-lettered')
    const { record } = buried[step.a % Math.max(1, buried.length)] ?? { record: undefined }
    if (record?.kind !== 'dead-lettered') {
      return { kind, group: group(step.c), message: this.oneOf(this.messages, step.a), who: 'me' }
    }
    return { kind, group: record.group, message: record.message, who: 'me' }
  }

  /** A copy, mostly of a message there was; deliveries and acks meet it as they meet the others. */
  private recalled(step: Step): LogRecord {
    const of = this.oneOf(this.messages, step.a)
    const record = this.entries[of]?.record
    const isMessage = record?.kind === 'published' || record?.kind === 'prepared'
    const fields = fieldsOnly(isMessage ? record : this.fieldsOf(step))
    this.messages.push(this.entries.length)
    return { ...fields, kind: 'recalled', of, group: group(step.b) }
  }

  private bound(step: Step): LogRecord {
    const sources: BindingSource[] = ['registry', 'file', 'client', 'operator']
    const topic = (1 + (step.a % topics)) as TopicNumber
    const bindings = Array.from({ length: step.d % 3 }, (_, i) =>
      anyBinding(topic, group(step.c), step.b + i),
    )
    const parks = step.b % 2 === 0 ? [(1 + (step.d % types)) as TypeNumber] : []
    const unparks = step.b % 3 === 0 ? [(1 + ((step.d + 1) % types)) as TypeNumber] : []
    const source = sources[step.b % sources.length]!
    return {
      kind: 'bindings-changed',
      source,
      topic,
      group: group(step.c),
      bindings,
      parks,
      unparks,
    }
  }

  private name(step: Step): LogRecord {
    const dictionary = (['topic', 'type', 'group'] as const)[step.a % 3]!
    const number = ++this.named[dictionary]
    const name = new TextEncoder().encode(`${dictionary}-${number}`)
    return { kind: 'named', dictionary, number, name }
  }

  private started(step: Step): LogRecord {
    this.epoch++
    const logId = `log-${step.a % 2}`
    const settledWindowMs = 500 + (step.b % 3) * 500
    const settledIdsMax = 5 + (step.c % 3) * 40
    const epoch = this.epoch as Epoch
    const window = { settledWindowMs, settledIdsMax }
    return { kind: 'started', epoch, formatVersion: 1, logId, host: 'here', ...window }
  }

  /** Up to five, in order, now and then one that never was. */
  private someMessages(step: Step): Offset[] {
    const count = 1 + (step.b % 5)
    const first = step.a % Math.max(1, this.messages.length)
    const some = this.messages.slice(first, first + count) as Offset[]
    return some.length === 0 || step.d % 11 === 0 ? [...some, (step.d % 2000) as Offset] : some
  }

  private oneOf(offsets: readonly number[], pick: number): Offset {
    return (offsets[pick % Math.max(1, offsets.length)] ?? pick) as Offset
  }
}

function fieldsOnly(of: MessageFields): MessageFields {
  const { id0, id1, id2, id3, topic, type, publisher, form, content0, content1 } = of
  const { expiresAt, deliverLimit, message } = of
  const words = { id0, id1, id2, id3, topic, type, publisher, form, content0, content1 }
  return { ...words, expiresAt, deliverLimit, message }
}

function group(pick: number): GroupNumber {
  return (1 + (pick % groups)) as GroupNumber
}

function routing(pick: number): Routing {
  const durable: GroupNumber[] = []
  const transient: GroupNumber[] = []
  for (let number = 1; number <= groups; number++) {
    const bits = (pick >>> (number * 2)) & 3
    if (bits === 1 || bits === 2) durable.push(number as GroupNumber)
    if (bits === 3) transient.push(number as GroupNumber)
  }
  return { durable, transient }
}

/** Some binding; `pick` decides everything about it. */
export function anyBinding(topic: TopicNumber, group: GroupNumber, pick: number): Binding {
  const bindType = (['direct', 'regex', 'fanout', 'direct'] as const)[pick % 4]!
  const pattern = ['type-[12]', '^type', '3$', '(', 'y.*-'][pick % 5]!
  const literal = `type-${1 + (pick % types)}`
  const messageType = bindType === 'fanout' ? '*' : bindType === 'regex' ? pattern : literal
  return {
    topic,
    group,
    bindType,
    messageType,
    watermark: (pick % 5) - 1,
    persistent: pick % 3 > 0,
  }
}
