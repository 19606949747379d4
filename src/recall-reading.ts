// The log read for a reset: the messages that were published or committed from a place on, in order, a few at a time and
// in bytes of their own. Knows no group; must never hold more messages than one look at the log brings.

import type { RecallableMessage } from './broker/command.ts'
import type { ResumePlace } from './log/recover.ts'
import { KiteQError } from './model/errors.ts'
import type { MessageId, Offset, Position, TopicNumber } from './model/ids.ts'
import { recallBytesMax, recallRecordsMax } from './model/limits.ts'
import type { LogRecord, MessageFields, RecordPlace } from './model/record.ts'
import { PreparedPlaces, type PreparedLog } from './prepared-places.ts'

export interface RecallStep {
  readonly messages: readonly RecallableMessage[]
  /** Originals of copies that wait still: left out. */
  readonly copies: number
  /** Committed ones whose first record cannot be read any more. */
  readonly lost: number
  /** Records that went with old segments since the reading began, before they were read. */
  readonly dropped: number
}

/** After so long a step ends, so that whoever asks has his answer in time: messages from far back take a look at a segment each. */
const stepMs = 1000

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
  readonly #log: PreparedLog
  readonly #topic: TopicNumber | undefined
  readonly #prepared: PreparedPlaces
  #from: Offset | ResumePlace
  readonly #nowMs: () => number
  /** Read and not handed over, from `#head` on. */
  #found: readonly Found[] = []
  #head = 0
  /** Not told yet. */
  #dropped = 0
  #hasBegun = false

  constructor(
    log: PreparedLog,
    from: Offset,
    topic: TopicNumber | undefined,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#nowMs = nowMs
    this.#log = log
    this.#prepared = new PreparedPlaces(log)
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
    const until = this.#nowMs() + stepMs
    if (this.#head === this.#found.length && !this.isOver) {
      this.#found = await this.#scan()
      this.#head = 0
    }
    const last = Math.min(this.#found.length, this.#head + limit)
    const messages: RecallableMessage[] = []
    let copies = 0
    let lost = 0
    while (this.#head < last && this.#nowMs() < until) {
      const { of, fields: known } = this.#found[this.#head++]!
      const fields = known ?? (await this.#prepared.find(of, ownFields))
      if (fields === undefined) lost++
      else if (this.#topic !== undefined && fields.topic !== this.#topic) continue
      else if (this.copies.has(idKey(fields))) copies++
      else messages.push({ of, fields })
    }
    const dropped = this.#dropped
    this.#dropped = 0
    return { messages, copies, lost, dropped }
  }

  get #readTo(): number {
    return typeof this.#from === 'number' ? this.#from : this.#from.offset
  }

  async #scan(): Promise<readonly Found[]> {
    const found: Found[] = []
    let bytes = 0
    let records = 0
    this.#passDropped()
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
      if (end.offset < this.#readTo && this.#isDropped) return found
      if (end.offset < this.#readTo)
        throw new KiteQError(
          'KITEQ_LOG_CORRUPT',
          `the log cannot be read from offset ${this.#readTo} on`,
        )
      this.#from = { ...end, offset: this.end }
    } catch (error) {
      if (error !== enough && !this.#isDropped) throw error
    }
    return found
  }

  /** Retention lets segments go while this reads on: what was in them is over, what is left is read. */
  get #isDropped(): boolean {
    const first = this.#log.segments[0]
    if (first === undefined) return false
    const isSegmentGone = typeof this.#from !== 'number' && this.#from.segment < first.number
    return isSegmentGone || this.#readTo < first.firstOffset
  }

  get #firstOffset(): number {
    return this.#log.segments[0]?.firstOffset ?? 0
  }

  #passDropped(): void {
    const before = this.#readTo
    if (this.#isDropped) {
      this.#from = Math.max(before, Math.min(this.#firstOffset, this.end)) as Offset
      if (this.#hasBegun) this.#dropped += this.#readTo - before
    }
    this.#hasBegun = true
  }

  #take(record: LogRecord, place: RecordPlace): Omit<Found, 'at'> | undefined {
    switch (record.kind) {
      case 'published':
        if (this.#topic !== undefined && record.topic !== this.#topic) return undefined
        return { of: place.offset, fields: ownFields(record) }
      case 'committed':
        return { of: record.prepared, fields: undefined }
      case 'prepared': {
        this.#prepared.note(place)
        return undefined
      }
      default:
        return undefined
    }
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
