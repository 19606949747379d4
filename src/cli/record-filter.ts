// Which records are wanted: by kind, by message, by topic, by group. Shown every record of a log in order, because a record
// names a message by an offset only; keeps a bit for each message of a topic and nothing for the others.

import type { NameBook } from '../index/name-book.ts'
import type { BrokerState } from '../broker/state.ts'
import type { GroupNumber, MessageId } from '../model/ids.ts'
import type { LogRecord, RecordKind, RecordPlace, Routing } from '../model/record.ts'
import { sameId } from '../model/id-text.ts'
import { PublishedView } from '../net/header.ts'

export interface Wanted {
  /** Undefined: any. All that are given must hold. */
  readonly kinds?: ReadonlySet<RecordKind> | undefined
  readonly id?: MessageId | undefined
  readonly topic?: string | undefined
  readonly group?: string | undefined
}

export class RecordFilter {
  readonly #wanted: Wanted
  readonly #names: NameBook
  /** Of the records that brought the wanted message, and the messages of the wanted topic. */
  readonly #ofId = new Set<number>()
  readonly #ofTopic = new OffsetSet()
  readonly #view = new PublishedView()

  constructor(wanted: Wanted, names: NameBook) {
    this.#wanted = wanted
    this.#names = names
  }

  /** It has to be shown the log from its beginning: messages come before what happens to them. */
  get needsBeginning(): boolean {
    return this.#wanted.id !== undefined || this.#wanted.topic !== undefined
  }

  /** Messages whose first record, before `firstOffset`, is gone: as an image in the log has them. */
  begin({ messages, topicNames }: BrokerState, firstOffset: number): void {
    const { id, topic } = this.#wanted
    if (!this.needsBeginning) return
    const number = topic === undefined ? 0 : topicNames.numberOfText(topic)
    messages.forEach((row) => {
      const offset = messages.offsetOf(row)
      if (offset >= firstOffset) return
      if (id !== undefined && messages.idMatches(row, id)) this.#ofId.add(offset)
      if (topic !== undefined && messages.topicOf(row) === number) this.#ofTopic.add(offset)
    })
  }

  /** Whether this one is wanted; names must be learnt before. */
  take(record: LogRecord, place: RecordPlace): boolean {
    const { kinds, id, topic, group } = this.#wanted
    if (isMessage(record)) {
      if (id !== undefined && sameId(record, id)) this.#ofId.add(place.offset)
      if (topic !== undefined && this.#names.topics.textOf(record.topic) === topic)
        this.#ofTopic.add(place.offset)
    }
    if (record.kind === 'moved' && this.needsBeginning) this.#meet(record)
    if (kinds?.has(record.kind) === false) return false
    if (id !== undefined && !this.#concernsMessage(record, place)) return false
    if (topic !== undefined && !this.#concernsTopic(record, place, topic)) return false
    return group === undefined || this.#concernsGroup(record, group)
  }

  /** Its bytes say which message it is. */
  #meet({ of, form, message }: Extract<LogRecord, { kind: 'moved' }>): void {
    const { id, topic } = this.#wanted
    const view = this.#view
    if (!view.read(form, message.source, message.start, message.end)) return
    if (id !== undefined && view.idValid && sameId(view, id)) this.#ofId.add(of)
    if (topic === undefined) return
    const { raw, topicStart, topicEnd } = view
    const name = Buffer.from(raw.subarray(topicStart, topicEnd)).toString('utf8')
    if (name === topic) this.#ofTopic.add(of)
  }

  #concernsMessage(record: LogRecord, place: RecordPlace): boolean {
    if (this.#ofId.size === 0) return false
    return someMessage(record, place, (offset) => this.#ofId.has(offset))
  }

  #concernsTopic(record: LogRecord, place: RecordPlace, topic: string): boolean {
    if (record.kind === 'bindings-changed') return this.#names.topics.textOf(record.topic) === topic
    if (record.kind === 'named')
      return record.dictionary === 'topic' && this.#names.topics.textOf(record.number) === topic
    return someMessage(record, place, (offset) => this.#ofTopic.has(offset))
  }

  #concernsGroup(record: LogRecord, group: string): boolean {
    const { groups } = this.#names
    const is = (number: GroupNumber): boolean => groups.textOf(number) === group
    const isRouted = ({ durable, transient }: Routing): boolean =>
      durable.some(is) || transient.some(is)
    switch (record.kind) {
      case 'published':
        return is(record.publisher) || isRouted(record.routing)
      case 'prepared':
        return is(record.publisher)
      case 'recalled':
        return is(record.publisher) || is(record.group)
      case 'committed':
        return isRouted(record.routing)
      case 'named':
        return record.dictionary === 'group' && groups.textOf(record.number) === group
      default:
        return 'group' in record && is(record.group)
    }
  }
}

function isMessage(
  record: LogRecord,
): record is Extract<LogRecord, { kind: 'published' | 'prepared' | 'recalled' }> {
  return record.kind === 'published' || record.kind === 'prepared' || record.kind === 'recalled'
}

/** Whether one of the messages that a record is about, named by their offsets, is as asked. */
function someMessage(
  record: LogRecord,
  place: RecordPlace,
  is: (offset: number) => boolean,
): boolean {
  switch (record.kind) {
    case 'published':
    case 'prepared':
    case 'recalled':
      return is(place.offset)
    case 'moved':
      return is(record.of)
    case 'committed':
    case 'rolled-back':
    case 'inquired':
      return is(record.prepared)
    case 'delivered':
    case 'acked':
    case 'skipped':
      return record.messages.some(is)
    case 'failed':
    case 'dead-lettered':
    case 'redriven':
    case 'purged':
      return is(record.message)
    default:
      return false
  }
}

const chunkBits = 1 << 16

/** Offsets as bits, 8 KiB for a run of 65,536 that has any. */
class OffsetSet {
  readonly #chunks: (Uint32Array | undefined)[] = []

  add(offset: number): void {
    const at = Math.floor(offset / chunkBits)
    while (this.#chunks.length <= at) this.#chunks.push(undefined)
    const chunk = (this.#chunks[at] ??= new Uint32Array(chunkBits / 32))
    chunk[(offset % chunkBits) >>> 5]! |= 1 << (offset & 31)
  }

  has(offset: number): boolean {
    const chunk = this.#chunks[Math.floor(offset / chunkBits)]
    return chunk !== undefined && (chunk[(offset % chunkBits) >>> 5]! & (1 << (offset & 31))) !== 0
  }
}
