// Which rows an export wants: of a topic, of a type, from a record on. Rows of deliveries and the like name a message by its
// offset only, so the messages that are wanted are remembered, one bit for each record of the log.

import { learnName, type NameBook } from '../index/name-book.ts'
import { shownName, shownText } from '../index/shown-name.ts'
import { messagesTable, tables, type TableNumber, type Value } from '../archive/tables.ts'
import type { Dictionary } from '../index/dictionary.ts'
import type { LogRecord, RecordPlace } from '../model/record.ts'
import { PublishedView } from '../net/header.ts'

export interface Selection {
  readonly table: TableNumber
  readonly topic: string | undefined
  readonly type: string | undefined
  /** Rows of records below are not wanted, whatever else holds. */
  readonly from: number
}

const at = (table: TableNumber, name: string): number =>
  tables[table].columns.findIndex((column) => column.name === name)

/** A table whose rows can be told by topic, and by type. */
export function knowsTopic(table: TableNumber): boolean {
  return at(table, 'topic') >= 0 || at(table, 'message') >= 0
}
export function knowsType(table: TableNumber): boolean {
  return at(table, 'type') >= 0 || at(table, 'message') >= 0
}

export class RowSelection {
  readonly #selection: Selection
  readonly #names: NameBook
  readonly #topics: WantedNames
  readonly #types: WantedNames
  readonly #view = new PublishedView()
  readonly #messages = new OffsetSet()
  readonly #messageAt: number
  readonly #topicAt: number

  constructor(selection: Selection, names: NameBook) {
    this.#selection = selection
    this.#names = names
    const { table, topic, type } = selection
    this.#topics = new WantedNames(names.topics, topic)
    this.#types = new WantedNames(names.types, type)
    this.#messageAt = at(table, 'message')
    this.#topicAt = at(table, 'topic')
  }

  get #isNarrow(): boolean {
    const { topic, type } = this.#selection
    return topic !== undefined || type !== undefined
  }

  /** It has to be shown the log from its first record on, to know what later rows are about. */
  get needsBeginning(): boolean {
    return this.#isNarrow && this.#messageAt >= 0
  }

  /** Every record in order; false: nothing of it is wanted. */
  readonly takes = (record: LogRecord, { offset }: RecordPlace): boolean => {
    const { table, from } = this.#selection
    if (!this.#isNarrow) return offset >= from
    switch (record.kind) {
      case 'named': // needed before rows are made
        learnName(this.#names, record)
        return offset >= from
      case 'published':
      case 'prepared':
      case 'recalled': {
        const isWanted = this.#topics.has(record.topic) && this.#types.has(record.type)
        if (table !== messagesTable && isWanted) this.#messages.add(offset)
        return isWanted && offset >= from
      }
      case 'moved':
        if (table !== messagesTable && this.#isOf(record)) this.#messages.add(record.of)
        return false
      default:
        return offset >= from
    }
  }

  /** Of a record that was taken. */
  wants(row: readonly Value[]): boolean {
    if (!this.#isNarrow || this.#selection.table === messagesTable) return true
    if (this.#messageAt >= 0) return this.#messages.has(row[this.#messageAt] as number)
    return this.#topics.isWanted(row[this.#topicAt] as string)
  }

  /** A copy of a message whose first record may be gone. */
  #isOf({ form, message }: Extract<LogRecord, { kind: 'moved' }>): boolean {
    const view = this.#view
    if (!view.read(form, message.source, message.start, message.end)) return false
    const { raw, topicStart, topicEnd, typeStart, typeEnd } = view
    if (!this.#topics.isWanted(shownName(raw.subarray(topicStart, topicEnd)))) return false
    return this.#types.isWanted(shownName(raw.subarray(typeStart, typeEnd)))
  }
}

/**
 * Whether a number stands for the name that is wanted; each is asked for once. A name is wanted as it was published, or as it is
 * shown: `a\xff` is one with a byte that is no UTF-8, and one with that backslash in it.
 */
class WantedNames {
  readonly #names: Dictionary
  /** As they are shown. */
  readonly #wanted: ReadonlySet<string> | undefined
  readonly #known = new Map<number, boolean>()

  constructor(names: Dictionary, wanted: string | undefined) {
    this.#names = names
    this.#wanted = wanted === undefined ? undefined : new Set([wanted, shownText(wanted)])
  }

  isWanted(shown: string): boolean {
    return this.#wanted?.has(shown) ?? true
  }

  has(number: number): boolean {
    if (this.#wanted === undefined) return true
    const known = this.#known.get(number)
    if (known !== undefined) return known
    const is = this.isWanted(this.#names.textOf(number))
    this.#known.set(number, is)
    return is
  }
}

const pageBits = 16

/** Offsets, one bit each, in pages of 65,536. */
class OffsetSet {
  readonly #pages = new Map<number, Uint8Array>()

  add(offset: number): void {
    const page = Math.floor(offset / 2 ** pageBits)
    let bits = this.#pages.get(page)
    if (bits === undefined) this.#pages.set(page, (bits = new Uint8Array(2 ** pageBits / 8)))
    const place = offset % 2 ** pageBits
    bits[place >>> 3]! |= 1 << (place & 7)
  }

  has(offset: number): boolean {
    const bits = this.#pages.get(Math.floor(offset / 2 ** pageBits))
    const place = offset % 2 ** pageBits
    return bits !== undefined && (bits[place >>> 3]! & (1 << (place & 7))) !== 0
  }
}
