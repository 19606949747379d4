// Records as rows of the archive's tables: one record, its rows, in one go. Pure: what it needs beside the record are the
// names that the log gave before it, and it learns those from `named` records by itself. Never updates a row.

import { learnName, type NameBook } from '../index/name-book.ts'
import { Dictionary } from '../index/dictionary.ts'
import { shownName } from '../index/shown-name.ts'
import { unreachable } from '../model/assert.ts'
import { idText } from '../model/id-text.ts'
import type { GroupNumber } from '../model/ids.ts'
import type { LogRecord, MessageFields, RecordKind, RecordPlace, Routing } from '../model/record.ts'
import { HeaderView, PublishedView } from '../net/header.ts'
import { decodeHeader } from '../net/packet.ts'
import {
  bindingsTable,
  deadLettersTable,
  deliveriesTable,
  eventsTable,
  messagesTable,
  outcomesTable,
  routesTable,
  transactionsTable,
  type TableNumber,
  type Value,
} from './tables.ts'

type BindingsChanged = Extract<LogRecord, { kind: 'bindings-changed' }>

/**
 * A row is a new array in the order of its table's columns. Its body is a span of the record's own bytes: good as long as those
 * are.
 */
export type AddRow = (table: TableNumber, row: Value[]) => void

type Place = Pick<RecordPlace, 'offset' | 'timeMs'>

const eventTables: readonly TableNumber[] = [eventsTable]

/** Which tables records of a kind may give rows of. */
export const tablesOf: Readonly<Record<RecordKind, readonly TableNumber[]>> = {
  published: [messagesTable, routesTable],
  prepared: [messagesTable, transactionsTable],
  recalled: [messagesTable, routesTable],
  delivered: [deliveriesTable],
  acked: [outcomesTable],
  skipped: [outcomesTable],
  failed: [outcomesTable],
  inquired: [transactionsTable],
  committed: [transactionsTable, routesTable],
  'rolled-back': [transactionsTable],
  'dead-lettered': [deadLettersTable],
  redriven: [deadLettersTable],
  purged: [deadLettersTable],
  'bindings-changed': [bindingsTable],
  moved: [],
  base: [],
  started: eventTables,
  named: eventTables,
  'members-changed': eventTables,
  operator: eventTables,
  hole: eventTables,
  closed: eventTables,
  dropped: eventTables,
  paused: eventTables,
  resumed: eventTables,
}

export class RowMaker {
  readonly #names: NameBook
  readonly #topics: ShownNames
  readonly #types: ShownNames
  readonly #groups: ShownNames
  readonly #view = new PublishedView()
  readonly #header = new HeaderView()

  constructor(names: NameBook) {
    this.#names = names
    this.#topics = new ShownNames(names.topics)
    this.#types = new ShownNames(names.types)
    this.#groups = new ShownNames(names.groups)
  }

  /** Hands over the rows of one record, in the order of their keys; of some kinds there are none. */
  rowsOf(record: LogRecord, place: Place, add: AddRow): void {
    const { offset, timeMs } = place
    switch (record.kind) {
      case 'published':
        this.#message(record, place, null, add)
        this.#routes(record.routing, offset, offset, add)
        return
      case 'prepared':
        this.#message(record, place, null, add)
        add(transactionsTable, [offset, offset, 'prepared', null, null, null, null, timeMs])
        return
      case 'recalled':
        this.#message(record, place, record.of, add)
        add(routesTable, [offset, 0, offset, this.#groups.textOf(record.group), true])
        return
      case 'delivered': {
        const { messages, attempts, connection } = record
        const group = this.#groups.textOf(record.group)
        for (let i = 0; i < messages.length; i++)
          add(deliveriesTable, [offset, messages[i]!, group, attempts[i]!, connection, timeMs])
        return
      }
      case 'acked':
      case 'skipped': {
        const { kind, messages } = record
        const group = this.#groups.textOf(record.group)
        for (let i = 0; i < messages.length; i++)
          add(outcomesTable, [offset, messages[i]!, group, kind, null, null, timeMs, null])
        return
      }
      default:
        this.#rare(record, place, add)
    }
  }

  #rare(record: RareRecord, place: Place, add: AddRow): void {
    const { offset, timeMs } = place
    switch (record.kind) {
      case 'failed': {
        const { message, cause, feedback, retryAtMs } = record
        const group = this.#groups.textOf(record.group)
        const row = [offset, message, group, 'failed', cause, feedback, timeMs, retryAtMs]
        add(outcomesTable, row)
        return
      }
      case 'committed':
      case 'rolled-back': {
        const { kind, prepared, reason, feedback } = record
        add(transactionsTable, [offset, prepared, kind, reason, null, null, feedback, timeMs])
        if (kind === 'committed') this.#routes(record.routing, offset, prepared, add)
        return
      }
      case 'inquired': {
        const { prepared, attempt, connection } = record
        const row = [offset, prepared, 'inquired', null, attempt, connection, null, timeMs]
        add(transactionsTable, row)
        return
      }
      case 'dead-lettered':
      case 'redriven':
      case 'purged':
        add(deadLettersTable, this.#letter(record, place))
        return
      case 'bindings-changed':
        this.#bindings(record, place, add)
        return
      case 'moved':
      case 'base':
        return // where a message stands, and what the state was, are no history
      case 'named':
        learnName(this.#names, record)
        add(eventsTable, this.#event(record, place))
        return
      default:
        add(eventsTable, this.#event(record, place))
    }
  }

  #message(
    record: MessageFields & { readonly kind: string },
    { offset, timeMs }: Place,
    of: number | null,
    add: AddRow,
  ): void {
    const { form, message } = record
    const { source, start, end } = message
    const view = this.#view
    const isRead = view.read(form, source, start, end)
    const bodyStart = isRead ? view.bodyStart : start
    const bodyEnd = isRead ? view.bodyEnd : end
    const body = (isRead ? view.raw : source).subarray(bodyStart, bodyEnd)
    add(messagesTable, [
      offset,
      record.kind,
      timeMs,
      idText(record),
      this.#topics.textOf(record.topic),
      this.#types.textOf(record.type),
      this.#groups.textOf(record.publisher),
      form === 0x12 ? 'string' : 'bytes',
      record.expiresAt * 1000,
      record.deliverLimit,
      isRead ? this.#headerGroup(record.publisher) : null,
      isRead ? createTimeOf(view) : null,
      isRead && view.snappy,
      isRead && view.propertiesBytes > 0 ? this.#properties() : null,
      of,
      body.length,
      body,
    ])
  }

  /** Mostly the publisher's own. */
  #headerGroup(publisher: GroupNumber): string {
    const { raw, groupStart, groupEnd } = this.#view
    const { groups } = this.#names
    const isOwn = groups.numberOf(raw, groupStart, groupEnd) === publisher
    return isOwn ? this.#groups.textOf(publisher) : shownName(raw.subarray(groupStart, groupEnd))
  }

  #properties(): string {
    const { raw, headerStart, headerEnd } = this.#view
    this.#header.readHeader(raw, headerStart, headerEnd)
    const properties = decodeHeader(this.#header)?.properties ?? []
    return JSON.stringify(
      Object.fromEntries(properties.map(({ key, value }) => [shownName(key), shownName(value)])),
    )
  }

  #routes({ durable, transient }: Routing, record: number, message: number, add: AddRow): void {
    let item = 0
    for (let i = 0; i < durable.length; i++)
      add(routesTable, [record, item++, message, this.#groups.textOf(durable[i]!), true])
    for (let i = 0; i < transient.length; i++)
      add(routesTable, [record, item++, message, this.#groups.textOf(transient[i]!), false])
  }

  #letter(record: LetterRecord, { offset, timeMs }: Place): Value[] {
    const group = this.#groups.textOf(record.group)
    const { kind, message } = record
    switch (kind) {
      case 'dead-lettered': {
        const { reason, feedback, back } = record
        const step = back === undefined ? 'died' : 'returned'
        const attempts = back?.attempts ?? null
        const diedAt = back?.atMs ?? null
        return [offset, message, group, step, reason, feedback, null, attempts, timeMs, diedAt]
      }
      case 'redriven': {
        const { who, was } = record
        const reason = was?.reason ?? null
        const feedback = was?.feedback ?? null
        const attempts = was?.attempts ?? null
        const diedAt = was?.atMs ?? null
        return [offset, message, group, kind, reason, feedback, who, attempts, timeMs, diedAt]
      }
      case 'purged':
        return [offset, message, group, kind, null, null, record.who, null, timeMs, null]
      default:
        return unreachable(record)
    }
  }

  #bindings(record: BindingsChanged, { offset, timeMs }: Place, add: AddRow): void {
    const { source, bindings } = record
    const topic = this.#topics.textOf(record.topic)
    const group = this.#groups.textOf(record.group)
    const listOf = (types: BindingsChanged['parks']): string | null =>
      types.length === 0 ? null : JSON.stringify(types.map((type) => this.#types.textOf(type)))
    let parks = listOf(record.parks)
    let unparks = listOf(record.unparks)
    const head = [offset, timeMs, source, topic, group]
    if (bindings.length === 0)
      add(bindingsTable, [...head, -1, null, null, null, null, parks, unparks])
    for (const [position, { bindType, messageType, watermark, persistent }] of bindings.entries()) {
      const one = [position, bindType, messageType, watermark, persistent]
      add(bindingsTable, [...head, ...one, parks, unparks])
      parks = null
      unparks = null
    }
  }

  #event(record: EventRecord, { offset, timeMs }: Place): Value[] {
    const { kind, ...rest } = record
    const detail: Record<string, unknown> = { ...rest }
    let group: string | null = null
    if ('group' in record) {
      group = this.#groups.textOf(record.group)
      delete detail['group']
    }
    if (record.kind === 'named') detail['name'] = shownName(record.name)
    return [offset, timeMs, kind, group, JSON.stringify(detail)]
  }
}

type LetterRecord = Extract<LogRecord, { kind: 'dead-lettered' | 'redriven' | 'purged' }>
type EventRecord = Extract<
  LogRecord,
  {
    kind:
      | 'started'
      | 'named'
      | 'members-changed'
      | 'operator'
      | 'hole'
      | 'closed'
      | 'dropped'
      | 'paused'
      | 'resumed'
  }
>
type RareRecord = Exclude<
  LogRecord,
  { kind: 'published' | 'prepared' | 'recalled' | 'delivered' | 'acked' | 'skipped' }
>

/** Names as text, each made once. */
class ShownNames {
  readonly #names: Dictionary
  readonly #texts: (string | undefined)[] = []

  constructor(names: Dictionary) {
    this.#names = names
  }

  textOf(number: number): string {
    const text = this.#texts[number]
    if (text !== undefined) return text
    const shown = this.#names.textOf(number)
    // One that is not known may still be given: damage of the log can be healed from a copy.
    if (this.#names.has(number)) {
      while (this.#texts.length < number) this.#texts.push(undefined)
      this.#texts[number] = shown
    }
    return shown
  }
}

/** Ms; null where the message says none that is exact. */
function createTimeOf({ createLow, createHigh }: HeaderView): number | null {
  const timeMs = ((createHigh | 0) * 0x1_0000_0000 + createLow) * 1000
  return timeMs > 0 && Number.isSafeInteger(timeMs) ? timeMs : null
}
