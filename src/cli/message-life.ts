// The life of one message, told from the log: what happened, when, to whom. A fold of its own, over the records that
// concern it; it knows no broker state and prints nothing.

import type { MessageId } from '../model/ids.ts'
import type {
  DeathReason,
  LogRecord,
  PreparedRecord,
  PublishedRecord,
  RecalledRecord,
  RecordPlace,
} from '../model/record.ts'
import { counted } from './counted.ts'
import { contentOf, propertiesOf } from './message-content.ts'
import type { Earlier, OlderMessage } from './older-message.ts'
import { utf8 } from './record-text.ts'

export interface LifeEvent {
  /** Broker time, ms since 1970. */
  readonly timeMs: number
  /** Of the record that says so. */
  readonly offset: number
  readonly what: string
  /** The consumer group it happened to. */
  readonly group?: string
  readonly attempt?: number
  /** Number and peer of the connection. */
  readonly connection?: number
  readonly peer?: string
  /** Anything else worth a word. */
  readonly detail?: string
}

export type GroupStanding = 'waiting' | 'out' | 'acked' | 'skipped' | 'dead' | 'purged'

/** Everything about one message; an id that was used again after its window has several lives. */
export interface Life {
  readonly id: string
  readonly offset: number
  readonly segment: number
  readonly position: number
  readonly topic: string
  readonly type: string
  /** Of the connection that published it. */
  readonly publisher: string
  readonly form: 'string' | 'bytes'
  readonly bodyBytes: number
  /** The beginning of a body that is text. */
  readonly bodyText?: string
  readonly properties: Readonly<Record<string, string>>
  readonly expiresAt: string
  readonly deliverLimit: number
  outcome: 'published' | 'prepared' | 'committed' | 'rolled back'
  readonly groups: Record<string, GroupStanding>
  readonly events: LifeEvent[]
  /** Of the groups it waits for, those that an operator holds back, and who that was. */
  paused?: Record<string, string>
  /** Its first record went with old segments: what is known of the time before the log begins. */
  readonly before?: LifeBefore
}

/** As an image of the state has it, which stands in the log for what is gone. */
export interface LifeBefore {
  /** The image is as of this offset. */
  readonly asOf: number
  readonly outcome: Life['outcome']
  /** Groups that had it then. */
  readonly groups: Readonly<Record<string, HolderBefore>>
  /** The log has a copy of its bytes; without one, publisher, body and properties are not known. */
  hasBytes: boolean
}

export interface HolderBefore {
  readonly standing: GroupStanding
  /** By the offset of this record: the first one, or that of a copy made by a reset. */
  readonly offset: number
  readonly attempts: number
  readonly parked?: true
  readonly dead?: { readonly reason: DeathReason; readonly feedback: string; readonly atMs: number }
}

type LifeInProgress = { -readonly [Key in keyof Life]: Life[Key] } & {
  readonly topicNumber: number
  readonly typeNumber: number
}

/** Of a message whose bytes the log has no more. */
export const unknownPublisher = '(not known any more)'

export class MessageLife {
  readonly lives: Life[] = []
  readonly id: MessageId
  readonly #text: string
  readonly #byOffset = new Map<number, LifeInProgress>()
  readonly #names = { topic: new Names(), type: new Names(), group: new Names() }
  /** Of this epoch: numbers begin again with the next. */
  readonly #peers = new Map<number, string>()
  /** Groups an operator holds back, and who that was. */
  readonly #paused = new Map<number, string>()
  /** The last reset of a group: what is skipped for that group then, is skipped by it. */
  #reset = { group: '', detail: '' }
  /** The broker before has said that it stops. */
  #closed = false

  constructor(id: MessageId, text: string) {
    this.id = id
    this.#text = text
  }

  /** Before any record: what those have said that are gone. */
  begin({ names, paused, older }: Earlier): void {
    for (const { dictionary, number, name } of names) this.#names[dictionary].set(number, name)
    for (const { group, who } of paused) this.#paused.set(group, who)
    for (const message of older) this.#older(message)
  }

  visit(record: LogRecord, place: RecordPlace): void {
    switch (record.kind) {
      case 'named':
        this.#names[record.dictionary].set(record.number, record.name)
        return
      case 'members-changed':
        if (record.change === 'joined') this.#peers.set(record.connection, record.peer)
        return
      case 'closed':
        this.#closed = record.clean
        return
      case 'started':
        this.#started(record.epoch, place)
        return
      case 'paused':
      case 'resumed':
        this.#held(record, place)
        return
      case 'operator':
        if (record.action === 'reset') this.#resetBy(record, place)
        return
      case 'recalled':
        this.#recalled(record, place)
        return
      case 'published':
      case 'prepared':
        if (this.#isOurs(record)) this.#accepted(record, place)
        return
      default:
        if (this.#byOffset.size > 0) this.#happened(record, place)
    }
  }

  #isOurs(record: PublishedRecord | PreparedRecord | RecalledRecord): boolean {
    const { id0, id1, id2, id3 } = this.id
    return record.id0 === id0 && record.id1 === id1 && record.id2 === id2 && record.id3 === id3
  }

  #accepted(record: PublishedRecord | PreparedRecord, place: RecordPlace): void {
    const life = this.#begin(record, place, record.kind)
    const detail = record.kind === 'published' ? this.#route(life, record.routing) : undefined
    this.#tell(life, place, record.kind, detail === undefined ? {} : { detail })
  }

  /** A copy for one group goes on with the life of what it was copied from. */
  #recalled(record: RecalledRecord, place: RecordPlace): void {
    if (!this.#isOurs(record)) return
    const known = this.#byOffset.get(record.of) ?? this.lives.at(-1)
    const life = (known as LifeInProgress | undefined) ?? this.#begin(record, place, 'published')
    this.#byOffset.set(place.offset, life)
    const detail = `as record ${place.offset}, a copy of ${record.of}`
    this.#of(life, place, record.group, 'given again', 'waiting', { detail })
  }

  #older(message: OlderMessage): void {
    const groups: Record<string, GroupStanding> = {}
    const holders: Record<string, HolderBefore> = {}
    const { asOf, outcome } = message
    for (const { group, isParked, dead, ...holder } of message.holders) {
      const name = this.#names.group.of(group)
      groups[name] = holder.standing
      holders[name] = { ...holder, ...(isParked && { parked: true }), ...(dead && { dead }) }
    }
    const life: LifeInProgress = {
      id: this.#text,
      offset: message.offset,
      segment: 0,
      position: 0,
      topic: this.#names.topic.of(message.topic),
      type: this.#names.type.of(message.type),
      publisher: unknownPublisher,
      form: message.form === 0x12 ? 'string' : 'bytes',
      bodyBytes: 0,
      properties: {},
      expiresAt: new Date(message.expiresAt * 1000).toISOString(),
      deliverLimit: message.deliverLimit,
      outcome,
      groups,
      events: [],
      before: { asOf, outcome, groups: holders, hasBytes: false },
      topicNumber: message.topic,
      typeNumber: message.type,
    }
    for (const [group, who] of this.#paused) this.#hold(life, this.#names.group.of(group), who)
    this.lives.push(life)
    for (const offset of message.offsets) this.#byOffset.set(offset, life)
  }

  #begin(
    record: PublishedRecord | PreparedRecord | RecalledRecord,
    place: RecordPlace,
    outcome: 'published' | 'prepared',
  ): LifeInProgress {
    const { header, bodyBytes, bodyText } = contentOf(record)
    const life: LifeInProgress = {
      id: this.#text,
      offset: place.offset,
      segment: place.segment,
      position: place.position,
      topic: this.#names.topic.of(record.topic),
      type: this.#names.type.of(record.type),
      publisher: this.#names.group.of(record.publisher),
      form: record.form === 0x12 ? 'string' : 'bytes',
      bodyBytes,
      ...(bodyText === undefined ? {} : { bodyText }),
      properties: propertiesOf(header),
      expiresAt: new Date(record.expiresAt * 1000).toISOString(),
      deliverLimit: record.deliverLimit,
      outcome,
      groups: {},
      events: [],
      topicNumber: record.topic,
      typeNumber: record.type,
    }
    this.lives.push(life)
    this.#byOffset.set(place.offset, life)
    return life
  }

  #route(life: Life, routing: PublishedRecord['routing']): string {
    const durable = routing.durable.map((group) => this.#names.group.of(group))
    const transient = routing.transient.map((group) => this.#names.group.of(group))
    for (const group of [...durable, ...transient]) life.groups[group] = 'waiting'
    for (const [number, who] of this.#paused) this.#hold(life, this.#names.group.of(number), who)
    if (durable.length + transient.length === 0) return 'no group wants it: settled at once'
    return `to ${[...durable, ...transient.map((group) => `${group} (transient)`)].join(', ')}`
  }

  #happened(record: LogRecord, place: RecordPlace): void {
    switch (record.kind) {
      case 'committed':
      case 'rolled-back':
      case 'inquired': {
        const life = this.#byOffset.get(record.prepared)
        if (life !== undefined) this.#transaction(life, record, place)
        return
      }
      case 'delivered':
        record.messages.forEach((message, at) => {
          const life = this.#byOffset.get(message)
          if (life === undefined) return
          const { connection } = record
          const attempt = record.attempts[at]!
          if (connection === 0) {
            const detail = `from the original: ${counted(attempt, 'attempt')} there`
            this.#of(life, place, record.group, takenOver, 'waiting', { detail })
            return
          }
          const more = { attempt, ...this.#to(connection) }
          this.#of(life, place, record.group, 'delivered', 'out', more)
        })
        return
      case 'acked':
      case 'skipped':
        for (const message of record.messages) {
          const life = this.#byOffset.get(message)
          if (life !== undefined) this.#settled(life, record, place)
        }
        return
      case 'failed':
      case 'dead-lettered':
      case 'redriven':
      case 'purged':
        this.#setBack(record, place)
        return
      case 'bindings-changed':
        this.#rebound(record, place)
        return
      case 'moved': {
        const life = this.#byOffset.get(record.of)
        const detail = `to segment ${place.segment}, so that old segments can go`
        if (life === undefined) return
        if (life.before !== undefined) fill(life, record, place)
        this.#tell(life, place, 'moved', { detail })
      }
    }
  }

  /** The first counts: an attempt that ran out of time may be answered late, behind another one's answer. */
  #settled(
    life: LifeInProgress,
    { kind, group }: Extract<LogRecord, { kind: 'acked' | 'skipped' }>,
    place: RecordPlace,
  ): void {
    const name = this.#names.group.of(group)
    const standing = life.groups[name]
    if (standing !== undefined && !isOpen(standing)) {
      const detail = `changes nothing: ${settledWords[standing]}`
      this.#tell(life, place, `${kind} late`, { group: name, detail })
      return
    }
    const isReset = kind === 'skipped' && this.#reset.group === name
    this.#of(life, place, group, kind, kind, isReset ? { detail: this.#reset.detail } : {})
  }

  #transaction(
    life: LifeInProgress,
    record: Extract<LogRecord, { kind: 'committed' | 'rolled-back' | 'inquired' }>,
    place: RecordPlace,
  ): void {
    if (record.kind === 'inquired') {
      const { attempt, connection } = record
      this.#tell(life, place, 'inquired', { attempt, ...this.#to(connection) })
      return
    }
    const words = [`by ${record.reason}`]
    if (record.feedback !== '') words.push(JSON.stringify(record.feedback))
    if (record.kind === 'committed') words.push(this.#route(life, record.routing))
    life.outcome = record.kind === 'committed' ? 'committed' : 'rolled back'
    this.#tell(life, place, life.outcome, { detail: words.join(', ') })
  }

  #setBack(
    record: Extract<LogRecord, { kind: 'failed' | 'dead-lettered' | 'redriven' | 'purged' }>,
    place: RecordPlace,
  ): void {
    const life = this.#byOffset.get(record.message)
    if (life === undefined) return
    const { kind, group } = record
    if (kind === 'failed') {
      const name = this.#names.group.of(group)
      const isThere = life.events.findLast((one) => one.group === name)?.what === takenOver
      const words: string[] = [isThere ? 'before it was taken over' : record.cause]
      if (record.feedback !== '' && !isThere) words.push(JSON.stringify(record.feedback))
      words.push(this.#next(life, record, place))
      this.#of(life, place, group, kind, 'waiting', { detail: words.join(', ') })
    } else if (kind === 'dead-lettered') {
      const words: string[] = [record.reason]
      if (record.feedback !== '') words.push(JSON.stringify(record.feedback))
      if (record.back !== undefined) words.push(`back, as redrive ${record.back.undone} was undone`)
      this.#of(life, place, group, 'dead letter', 'dead', { detail: words.join(', ') })
    } else {
      const standing = kind === 'redriven' ? 'waiting' : 'purged'
      this.#of(life, place, group, kind, standing, { detail: `by ${record.who}` })
    }
  }

  /** What a failure is followed by. An attempt whose bytes never left does not count. */
  #next(
    life: Life,
    { cause, group, retryAtMs }: Extract<LogRecord, { kind: 'failed' }>,
    { timeMs }: RecordPlace,
  ): string {
    const name = this.#names.group.of(group)
    const last = life.events.findLast((one) => one.group === name && one.what === 'delivered')
    if (cause !== 'not-sent' && (last?.attempt ?? 0) >= life.deliverLimit)
      return `the limit of ${counted(life.deliverLimit, 'delivery', 'deliveries')} is reached`
    const waitMs = retryAtMs - timeMs
    return waitMs > 0 ? `again in ${waitMs / 1000} s` : 'again at once'
  }

  /** A change of bindings matters to a message that still waits for the group. */
  #rebound(record: Extract<LogRecord, { kind: 'bindings-changed' }>, place: RecordPlace): void {
    const group = this.#names.group.of(record.group)
    for (const life of new Set(this.#byOffset.values())) {
      if (life.topicNumber !== record.topic || !isOpen(life.groups[group])) continue
      const type = life.typeNumber as (typeof record.parks)[number]
      if (record.parks.includes(type))
        this.#tell(life, place, 'parked', { group, detail: 'the group no longer wants this type' })
      else if (record.unparks.includes(type)) this.#tell(life, place, 'unparked', { group })
    }
  }

  #resetBy(
    { detail, who }: Extract<LogRecord, { kind: 'operator' }>,
    { offset }: RecordPlace,
  ): void {
    this.#reset = { group: groupOfReset(detail), detail: `by reset ${offset}, ${who}` }
  }

  /** A pause matters to a message that waits for the group, or comes to. */
  #held(record: Extract<LogRecord, { kind: 'paused' | 'resumed' }>, place: RecordPlace): void {
    const group = this.#names.group.of(record.group)
    if (record.kind === 'paused') this.#paused.set(record.group, record.who)
    else this.#paused.delete(record.group)
    for (const life of new Set(this.#byOffset.values())) {
      if (record.kind === 'paused') this.#hold(life, group, record.who)
      else delete life.paused?.[group]
      if (!isOpen(life.groups[group])) continue
      this.#tell(life, place, `group ${record.kind}`, { group, detail: `by ${record.who}` })
    }
  }

  #hold(life: Life, group: string, who: string): void {
    if (life.groups[group] !== undefined) life.paused = { ...life.paused, [group]: who }
  }

  /** Every lease ends with its broker. */
  #started(epoch: number, place: RecordPlace): void {
    this.#peers.clear()
    const end = this.#closed ? 'stopped' : 'died'
    this.#closed = false
    for (const life of new Set(this.#byOffset.values())) {
      const open = Object.entries(life.groups).filter(([, standing]) => isOpen(standing))
      if (open.length === 0 && life.outcome !== 'prepared') continue
      const wasOut = open.some(([, standing]) => standing === 'out')
      for (const [group] of open) life.groups[group] = 'waiting'
      const leases = wasOut ? `; open leases ended (not counted: the broker ${end})` : ''
      this.#tell(life, place, 'broker started', { detail: `epoch ${epoch}${leases}` })
    }
  }

  #of(
    life: Life,
    place: RecordPlace,
    groupNumber: number,
    what: string,
    standing: GroupStanding,
    more: Partial<LifeEvent>,
  ): void {
    const group = this.#names.group.of(groupNumber)
    life.groups[group] = standing
    this.#tell(life, place, what, { group, ...more })
  }

  #tell(life: Life, place: RecordPlace, what: string, more: Partial<LifeEvent>): void {
    life.events.push({ timeMs: place.timeMs, offset: place.offset, what, ...more })
  }

  #to(connection: number): Partial<LifeEvent> {
    const peer = this.#peers.get(connection)
    return peer === undefined ? { connection } : { connection, peer }
  }
}

/** Its detail ends with what was reset to, perhaps with a topic before that. */
function groupOfReset(detail: string): string {
  return /^(.*?)(, topic .*)?, to offset \d+$/s.exec(detail)?.[1] ?? ''
}

/** Of what the log has a copy of. The group is the one its header names. */
function fill(
  life: LifeInProgress,
  record: Extract<LogRecord, { kind: 'moved' }>,
  { segment, position }: RecordPlace,
): void {
  const { header, bodyBytes, bodyText } = contentOf(record)
  if (header !== undefined) life.publisher = utf8(header.group)
  life.segment = segment
  life.position = position
  life.bodyBytes = bodyBytes
  if (bodyText !== undefined) life.bodyText = bodyText
  life.properties = propertiesOf(header)
  life.before!.hasBytes = true
}

/** Of attempts that another broker made: no connection of this one had them. */
const takenOver = 'taken over'

const settledWords: Readonly<Record<GroupStanding, string>> = {
  waiting: '',
  out: '',
  acked: 'it was acked before',
  skipped: 'it was skipped before',
  dead: 'it is a dead letter',
  purged: 'it was purged before',
}

function isOpen(standing: GroupStanding | undefined): boolean {
  return standing === 'waiting' || standing === 'out'
}

class Names {
  readonly #names = new Map<number, string>()

  set(number: number, name: Uint8Array): void {
    this.#names.set(number, utf8(name))
  }

  of(number: number): string {
    return this.#names.get(number) ?? `#${number}`
  }
}
