// What the life of a message rests on: the records under its id, those that name it, and of the rest only the names and peers
// they mention. Collects while records pass, in the order of the log; asks too much rather than too little.

import type { DictionaryName, LogRecord, MessageFields, RecordPlace } from '../model/record.ts'
import type { MessageId } from '../model/ids.ts'
import type { Earlier } from './older-message.ts'

export interface NeededName {
  readonly dictionary: DictionaryName
  readonly number: number
}

/** A connection, and the segments in which it may have joined. */
export interface NeededPeer {
  readonly connection: number
  first: number
  last: number
}

export class LifeSearch {
  /** Of records under this id. */
  readonly offsets: Set<number> = new Set()
  readonly topics: Set<number> = new Set()
  readonly #id: MessageId
  readonly #names = new Map<string, NeededName>()
  readonly #peers = new Map<number, NeededPeer>()
  /** Segment of the last start: whoever is connected has joined since. */
  #startedIn: number

  constructor(id: MessageId, firstSegment: number) {
    this.#id = id
    this.#startedIn = firstSegment
  }

  get names(): readonly NeededName[] {
    return [...this.#names.values()]
  }

  get peers(): readonly NeededPeer[] {
    return [...this.#peers.values()]
  }

  /** Messages whose first record is gone; their names are known. */
  begin({ older }: Earlier): void {
    for (const { offsets, topic } of older) {
      for (const offset of offsets) this.offsets.add(offset)
      this.topics.add(topic)
    }
  }

  /** Ascending. */
  get named(): readonly number[] {
    return [...this.offsets].sort((a, b) => a - b)
  }

  /** A record that began or went on with a life under this id: what follows is looked for by its offset and topic. */
  meets(record: LogRecord, { offset }: RecordPlace): void {
    if (record.kind !== 'published' && record.kind !== 'prepared' && record.kind !== 'recalled')
      return
    if (!this.#isOurs(record)) return
    this.offsets.add(offset)
    this.topics.add(record.topic)
  }

  visit(record: LogRecord, place: RecordPlace): void {
    switch (record.kind) {
      case 'published':
        if (!this.#isOurs(record)) return
        this.#needsMessage(record)
        this.#needsGroups(record.routing.durable)
        this.#needsGroups(record.routing.transient)
        break
      case 'prepared':
        if (this.#isOurs(record)) this.#needsMessage(record)
        break
      case 'recalled':
        if (!this.#isOurs(record)) return
        this.#needsMessage(record)
        this.#needs('group', record.group)
        break
      case 'started':
        this.#startedIn = place.segment
        return
      case 'paused':
      case 'resumed':
        this.#needs('group', record.group)
        return
      case 'bindings-changed':
        if (this.topics.has(record.topic)) this.#needs('group', record.group)
        return
      default:
        this.#happened(record, place)
        return
    }
    this.meets(record, place)
  }

  #happened(record: LogRecord, place: RecordPlace): void {
    switch (record.kind) {
      case 'delivered':
        if (!record.messages.some((message) => this.offsets.has(message))) return
        this.#needs('group', record.group)
        this.#needsPeer(record.connection, place)
        return
      case 'acked':
      case 'skipped':
        if (record.messages.some((message) => this.offsets.has(message)))
          this.#needs('group', record.group)
        return
      case 'failed':
      case 'dead-lettered':
      case 'redriven':
      case 'purged':
        if (this.offsets.has(record.message)) this.#needs('group', record.group)
        return
      case 'committed':
        if (!this.offsets.has(record.prepared)) return
        this.#needsGroups(record.routing.durable)
        this.#needsGroups(record.routing.transient)
        return
      case 'inquired':
        if (this.offsets.has(record.prepared)) this.#needsPeer(record.connection, place)
    }
  }

  #isOurs(id: MessageId): boolean {
    const { id0, id1, id2, id3 } = this.#id
    return id.id0 === id0 && id.id1 === id1 && id.id2 === id2 && id.id3 === id3
  }

  #needsMessage({ topic, type, publisher }: MessageFields): void {
    this.#needs('topic', topic)
    this.#needs('type', type)
    this.#needs('group', publisher)
  }

  #needsGroups(groups: readonly number[]): void {
    for (const group of groups) this.#needs('group', group)
  }

  #needs(dictionary: DictionaryName, number: number): void {
    this.#names.set(`${dictionary} ${number}`, { dictionary, number })
  }

  #needsPeer(connection: number, { segment }: RecordPlace): void {
    const known = this.#peers.get(connection)
    if (known === undefined) {
      this.#peers.set(connection, { connection, first: this.#startedIn, last: segment })
      return
    }
    known.first = Math.min(known.first, this.#startedIn)
    known.last = Math.max(known.last, segment)
  }
}
