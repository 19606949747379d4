// The log read for a reset: the messages that were published or committed from a place on, in order, a few at a time and
// in bytes of their own. Knows no group; must never hold more messages than one look at the log brings.

import type { RecallableMessage } from './broker/command.ts'
import type { Log } from './log/log.ts'
import type { ResumePlace } from './log/recover.ts'
import { KiteQError } from './model/errors.ts'
import type { MessageId, Offset, Position, TopicNumber } from './model/ids.ts'
import { recallBytesMax, recallRecordsMax } from './model/limits.ts'
import type { LogRecord, MessageFields, RecordPlace } from './model/record.ts'

export interface RecallStep {
  readonly messages: readonly RecallableMessage[]
  /** Originals of copies that wait still: left out. */
  readonly copies: number
  /** Committed ones whose first record cannot be read any more. */
  readonly lost: number
}

/** Where prepared messages stand, so that their commit finds them without a search; the newest of them. */
const preparedKnownMax = 65_536

interface Found {
  readonly of: Offset
  /** Undefined: a commit, whose message stands elsewhere. */
  readonly fields: MessageFields | undefined
  /** Offset of the record it was found by. */
  readonly at: number
}

export class RecallReading {
  /** Ids, as `idKey` makes them, that are left out. */
  readonly copies: Set<string> = new Set()
  /** Records from here on are not read: what comes later, comes by itself. */
  end = 0 as Offset
  readonly #log: Log
  readonly #topic: TopicNumber | undefined
  readonly #prepared = new Map<Offset, ResumePlace>()
  #from: Offset | ResumePlace
  /** Read and not handed over, from `#head` on. */
  #found: readonly Found[] = []
  #head = 0

  constructor(log: Log, from: Offset, topic: TopicNumber | undefined) {
    this.#log = log
    this.#topic = topic
    this.#from = from
  }

  /** Everything before was handed over. */
  get at(): number {
    return this.#found[this.#head]?.at ?? this.#readTo
  }
  get isOver(): boolean {
    return this.at >= this.end
  }

  /** The next ones, `limit` at most; none where a look at the log found none. */
  async next(limit: number): Promise<RecallStep> {
    if (this.#head === this.#found.length && !this.isOver) {
      this.#found = await this.#scan()
      this.#head = 0
    }
    const taken = this.#found.slice(this.#head, this.#head + limit)
    this.#head += taken.length
    const messages: RecallableMessage[] = []
    let copies = 0
    let lost = 0
    for (const { of, fields: known } of taken) {
      const fields = known ?? (await this.#fieldsAt(of))
      if (fields === undefined) lost++
      else if (this.#topic !== undefined && fields.topic !== this.#topic) continue
      else if (this.copies.has(idKey(fields))) copies++
      else messages.push({ of, fields })
    }
    return { messages, copies, lost }
  }

  get #readTo(): number {
    return typeof this.#from === 'number' ? this.#from : this.#from.offset
  }

  async #scan(): Promise<readonly Found[]> {
    const found: Found[] = []
    let bytes = 0
    let records = 0
    try {
      const { end } = await this.#log.scan(this.#from, this.end, (record, place) => {
        const behind = placeBehind(place)
        const taken = this.#take(record, place)
        if (taken !== undefined) {
          found.push({ ...taken, at: place.offset })
          bytes += taken.fields?.message.end ?? 0
        }
        this.#from = behind
        records++
        if (bytes >= recallBytesMax || records >= recallRecordsMax) throw enough
      })
      if (end.offset < this.#readTo)
        throw new KiteQError(
          'KITEQ_LOG_CORRUPT',
          `the log cannot be read from offset ${this.#readTo} on`,
        )
      this.#from = { ...end, offset: this.end }
    } catch (error) {
      if (error !== enough) throw error
    }
    return found
  }

  #take(record: LogRecord, place: RecordPlace): Omit<Found, 'at'> | undefined {
    switch (record.kind) {
      case 'published':
        if (this.#topic !== undefined && record.topic !== this.#topic) return undefined
        return { of: place.offset, fields: ownFields(record) }
      case 'committed':
        return { of: record.prepared, fields: undefined }
      case 'prepared': {
        const { offset, segment, position } = place
        if (this.#prepared.size >= preparedKnownMax) this.#prepared.clear()
        this.#prepared.set(offset, { offset, segment, position })
        return undefined
      }
      default:
        return undefined
    }
  }

  async #fieldsAt(prepared: Offset): Promise<MessageFields | undefined> {
    const from = this.#prepared.get(prepared) ?? prepared
    this.#prepared.delete(prepared)
    let fields: MessageFields | undefined
    await this.#log.scan(from, prepared + 1, (record) => {
      if (record.kind === 'prepared') fields = ownFields(record)
    })
    return fields
  }
}

/** Exact, and as short as a text can be. */
export function idKey({ id0, id1, id2, id3 }: MessageId): string {
  const words = [id0, id1, id2, id3]
  return String.fromCharCode(...words.flatMap((word) => [word >>> 16, word & 0xffff]))
}

function ownFields(record: MessageFields): MessageFields {
  const { id0, id1, id2, id3, topic, type, publisher, form, content0, content1 } = record
  const { expiresAt, deliverLimit, message } = record
  const source = message.source.slice(message.start, message.end)
  return {
    ...{ id0, id1, id2, id3, topic, type, publisher, form, content0, content1 },
    ...{ expiresAt, deliverLimit, message: { source, start: 0, end: source.length } },
  }
}

function placeBehind({ offset, segment, position, length }: RecordPlace): ResumePlace {
  return { offset: (offset + 1) as Offset, segment, position: (position + length) as Position }
}

/** Ends a scan from within. */
const enough = new Error('enough')
