// Which messages of a log a replay publishes: those that went to groups, at the place in the order that they had. Shown the
// records one after the other; copies what it selects, keeps a few words of every open transaction and nothing else.

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

type Prepared = Stored & { readonly segment: SegmentNumber; readonly position: Position }

export class ReplaySelection {
  readonly #wanted: Wanted
  readonly #take: (selected: Selected) => void
  readonly #view = new PublishedView()
  /** Wanted ones without a decision so far. */
  readonly #open = new Map<number, Prepared>()
  #first = -1

  constructor(wanted: Wanted, take: (selected: Selected) => void) {
    this.#wanted = wanted
    this.#take = take
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
      case 'committed': {
        const prepared = this.#open.get(record.prepared)
        this.#open.delete(record.prepared)
        if (!isInside) return
        if (prepared !== undefined) this.#take({ ...prepared, offset })
        else if (record.prepared < this.#first)
          this.#take({ offset, identity: record.prepared, form: undefined })
        return
      }
      case 'rolled-back':
        this.#open.delete(record.prepared)
    }
  }

  wants(record: PublishedRecord | PreparedRecord): boolean {
    const { id, topic, type } = this.#wanted
    if (id !== undefined && !sameId(record, id)) return false
    if (topic === undefined && type === undefined) return true
    const view = this.#view
    const { source, start, end } = record.message
    if (!view.read(record.form, source, start, end)) return false
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
