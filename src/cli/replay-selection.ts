// Which messages of a log a replay publishes: those that went to groups, at the place in the order that they had; of those
// whose first record is gone the ones that retention copied on, where the copy stands. Shown the records one after the other;
// copies what it selects, keeps a few words of every open transaction and older message and nothing else.

import type { BrokerState } from '../broker/state.ts'
import { statusPrepared } from '../index/message-table.ts'
import type { MessageId, Offset, Position, SegmentNumber } from '../model/ids.ts'
import type {
  LogRecord,
  MessageBytes,
  MessageForm,
  PreparedRecord,
  PublishedRecord,
  RecordPlace,
} from '../model/record.ts'
import { PublishedView } from '../net/header.ts'
import { sameId } from '../model/id-text.ts'

export interface Wanted {
  /** Undefined: any. All that are given must hold. */
  readonly topic?: string | undefined
  readonly type?: string | undefined
  readonly id?: MessageId | undefined
  /** Records below and from here on do not count: the published or committed one is what counts. */
  readonly from: number
  readonly until: number
}

/** Where a message is, until its bytes are asked for. */
interface Stored {
  /** Of its first record: published or prepared. */
  readonly identity: number
  readonly form: MessageForm
  /** Unix seconds. */
  readonly expiresAt: number
  readonly deliverLimit: number
}

export type Selected =
  /** Published at once: its bytes. */
  | (Stored & { readonly offset: number; readonly bytes: Uint8Array })
  /** Committed: the bytes stand where it was prepared. */
  | (Stored & {
      readonly offset: number
      readonly segment: SegmentNumber
      readonly position: Position
    })
  /** Committed, and prepared before the reading began: whether it is wanted is not known yet. */
  | { readonly offset: number; readonly identity: number; readonly form: undefined }

/** What the state knows of a message whose first record is gone. */
interface Older {
  readonly expiresAt: number
  readonly deliverLimit: number
  isPrepared: boolean
  isUnwanted: boolean
  /** Of a commit inside, until a copy of its bytes comes. */
  committedAt: number | undefined
}

type Prepared = Stored & { readonly segment: SegmentNumber; readonly position: Position }

export class ReplaySelection {
  readonly #wanted: Wanted
  readonly #take: (selected: Selected) => void
  readonly #view = new PublishedView()
  /** Wanted ones without a decision so far. */
  readonly #open = new Map<number, Prepared>()
  /** Those whose first record is gone, as long as they were not taken. */
  readonly #older = new Map<number, Older>()
  #first = -1

  constructor(wanted: Wanted, take: (selected: Selected) => void) {
    this.#wanted = wanted
    this.#take = take
  }

  /** There are messages whose first record is gone: it has to be shown the log from its first record on. */
  get needsBeginning(): boolean {
    return this.#older.size > 0
  }

  /** Before any record: what an image in the log knows of messages before `firstOffset`. */
  begin({ messages }: BrokerState, firstOffset: number): void {
    messages.forEach((row) => {
      const offset = messages.offsetOf(row)
      if (offset >= firstOffset || !messages.isHeld(row) || messages.isRecalled(row)) return
      this.#older.set(offset, {
        expiresAt: messages.expiresAtOf(row),
        deliverLimit: messages.deliverLimitOf(row),
        isPrepared: messages.statusOf(row) === statusPrepared,
        isUnwanted: false,
        committedAt: undefined,
      })
    })
  }

  /** Behind all records: what was committed, and whose bytes came no more. */
  end(): void {
    for (const [identity, { committedAt, isUnwanted }] of this.#older)
      if (committedAt !== undefined && !isUnwanted)
        this.#take({ offset: committedAt, identity, form: undefined })
    this.#older.clear()
  }

  visit(record: LogRecord, place: RecordPlace): void {
    const { offset, segment, position } = place
    if (this.#first < 0) this.#first = offset
    const isInside = offset >= this.#wanted.from && offset < this.#wanted.until
    switch (record.kind) {
      case 'published':
        if (isInside && this.wants(record)) {
          const { source, start, end } = record.message
          this.#take({ ...storedOf(record, offset), offset, bytes: source.slice(start, end) })
        }
        return
      case 'prepared':
        if (this.wants(record))
          this.#open.set(offset, { ...storedOf(record, offset), segment, position })
        return
      case 'moved':
        this.#moved(record, place, isInside)
        return
      case 'committed': {
        const prepared = this.#open.get(record.prepared)
        this.#open.delete(record.prepared)
        const older = this.#older.get(record.prepared)
        if (older !== undefined && prepared === undefined) {
          older.isPrepared = false
          if (isInside) older.committedAt = offset
          return
        }
        this.#older.delete(record.prepared)
        if (!isInside) return
        if (prepared !== undefined) this.#take({ ...prepared, offset })
        else if (record.prepared < this.#first)
          this.#take({ offset, identity: record.prepared, form: undefined })
        return
      }
      case 'rolled-back':
        this.#open.delete(record.prepared)
        this.#older.delete(record.prepared)
    }
  }

  /** The first copy that is inside counts; one that is prepared still waits for its decision. */
  #moved(
    record: Extract<LogRecord, { kind: 'moved' }>,
    { offset, segment, position }: RecordPlace,
    isInside: boolean,
  ): void {
    const older = this.#older.get(record.of)
    if (older === undefined) return
    const { form, message } = record
    const { source, start, end } = message
    const view = this.#view
    const { id } = this.#wanted
    const isRead = view.read(form, source, start, end)
    const isOurs = id === undefined || (isRead && view.idValid && sameId(view, id))
    if (!isRead || !isOurs || !this.#namesFit(view)) {
      older.isUnwanted = true
      return
    }
    const { expiresAt, deliverLimit, isPrepared } = older
    const stored = { identity: record.of, form, expiresAt, deliverLimit }
    if (isPrepared) this.#open.set(record.of, { ...stored, segment, position })
    else if (isInside) {
      this.#older.delete(record.of)
      this.#take({ ...stored, offset, bytes: source.slice(start, end) })
    }
  }

  wants(record: PublishedRecord | PreparedRecord): boolean {
    const { id, topic, type } = this.#wanted
    if (id !== undefined && !sameId(record, id)) return false
    if (topic === undefined && type === undefined) return true
    const view = this.#view
    const { source, start, end } = record.message
    if (!view.read(record.form, source, start, end)) return false
    return this.#namesFit(view)
  }

  #namesFit(view: PublishedView): boolean {
    const { topic, type } = this.#wanted
    const { raw, topicStart, topicEnd, typeStart, typeEnd } = view
    if (topic !== undefined && topic !== utf8(raw, topicStart, topicEnd)) return false
    return type === undefined || type === utf8(raw, typeStart, typeEnd)
  }
}

/** What the pump has to send: fields and bytes of their own. */
export interface Message extends Stored {
  readonly offset: number
  readonly message: MessageBytes
}

/** What reading a message back takes; a log opened to read. */
export interface MessageReader {
  readonly load: (segment: SegmentNumber, position: Position) => Promise<MessageBytes>
  readonly readRecord: (offset: Offset) => Promise<{ readonly record: LogRecord } | undefined>
}

/** The message with its bytes; `unwanted` when it is another one after all, `lost` when it cannot be read any more. */
export async function messageOf(
  selected: Selected,
  selection: ReplaySelection,
  reader: MessageReader,
): Promise<Message | 'unwanted' | 'lost'> {
  if ('bytes' in selected) {
    const { bytes } = selected
    return { ...selected, message: { source: bytes, start: 0, end: bytes.length } }
  }
  try {
    if (selected.form !== undefined)
      return { ...selected, message: await reader.load(selected.segment, selected.position) }
    const found = await reader.readRecord(selected.identity as Offset)
    if (found?.record.kind !== 'prepared') return 'lost'
    const { record } = found
    if (!selection.wants(record)) return 'unwanted'
    const { offset, identity } = selected
    return { ...storedOf(record, identity), offset, message: record.message }
  } catch (error) {
    const { code } = error as { readonly code?: unknown }
    if (code === 'KITEQ_LOG_CORRUPT' || code === 'ENOENT') return 'lost'
    throw error
  }
}

function storedOf(record: PublishedRecord | PreparedRecord, identity: number): Stored {
  const { form, expiresAt, deliverLimit } = record
  return { identity, form, expiresAt, deliverLimit }
}

function utf8(source: Uint8Array, start: number, end: number): string {
  return Buffer.from(source.buffer, source.byteOffset + start, end - start).toString('utf8')
}
