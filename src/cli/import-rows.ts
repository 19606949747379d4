// The rows of one table and one broker of the original, from a place on, a page at a time: never more than a page in memory, however large the messages.

import { importGroupsMax, packetBodyBytesMax } from '../model/limits.ts'
import { quoted, type ImportSource, type SourceStream } from './import-source.ts'

/** A row, its columns named as this program calls them; `header` undefined: too large to be a message, not even read. */
export interface SourceRow {
  /** Of its stream, in the list of streams. */
  readonly table: number
  readonly row: number
  readonly id: string
  readonly topic: string
  readonly form: number
  readonly header: Buffer | undefined
  readonly body: Buffer
  readonly publisher: string
  readonly isCommitted: boolean
  readonly isDead: boolean
  readonly failed: readonly string[]
  readonly succeeded: readonly string[]
  readonly attempts: number
  /** Unix seconds; so are those below. */
  readonly expires: number
  readonly publishedAt: number
  readonly retryAt: number
  readonly bytes: number
}

/** Rows whose sizes are asked for at a time, and bytes of messages read at a time. */
const sizesMax = 256
const pageBytesMax = 1024 * 1024
/** A message and the header beside it. */
const rowBytesMax = packetBodyBytesMax + 128 * 1024

interface Size {
  readonly row: number
  readonly bytes: number
}

export class TableRows {
  readonly #source: ImportSource
  readonly #table: SourceStream
  readonly #number: number
  readonly #ofServer: string
  #sizes: readonly Size[] = []
  #sizesHead = 0
  #after: number
  #rows: readonly SourceRow[] = []
  #head = 0
  /** There are no more. */
  #isOver = false

  constructor(source: ImportSource, table: SourceStream, number: number, after: number) {
    this.#source = source
    this.#table = table
    this.#number = number
    // An index serves it, but for the rows that say none.
    this.#ofServer = table.server === '' ? "COALESCE(kite_server, '') = ?" : 'kite_server = ?'
    this.#after = after
  }

  /** Undefined: ask `fill`, or it is at its end. */
  get first(): SourceRow | undefined {
    return this.#rows[this.#head]
  }

  shift(): void {
    this.#head++
  }

  /** Resolves when `first` is there, or never will be. */
  async fill(): Promise<void> {
    while (this.first === undefined && !this.#isOver) {
      if (this.#sizesHead < this.#sizes.length) await this.#nextPage()
      else await this.#nextSizes()
    }
  }

  async #nextSizes(): Promise<void> {
    const sql = `SELECT id, COALESCE(LENGTH(header), 0) + COALESCE(LENGTH(body), 0) AS size_bytes
      FROM ${quoted(this.#table)} WHERE ${this.#ofServer} AND id > ? ORDER BY id LIMIT ${sizesMax}`
    const sizes = await this.#source.query(sql, [this.#table.server, this.#after])
    this.#sizes = sizes.map((row) => ({ row: Number(row['id']), bytes: Number(row['size_bytes']) }))
    this.#sizesHead = 0
    this.#isOver = sizes.length === 0
  }

  async #nextPage(): Promise<void> {
    const page: Size[] = []
    let bytes = 0
    while (this.#sizesHead < this.#sizes.length) {
      const size = this.#sizes[this.#sizesHead]!
      const readBytes = size.bytes > rowBytesMax ? 0 : size.bytes
      if (page.length > 0 && bytes + readBytes > pageBytesMax) break
      bytes += readBytes
      page.push(size)
      this.#sizesHead++
    }
    const [from, to] = [page[0]!.row, page.at(-1)!.row]
    const rows = await this.#source.query(
      `SELECT id, message_id, topic, msg_type, publish_group, \`commit\`, expired_time, publish_time,
        next_deliver_time, deliver_count, fail_groups, succ_groups,
        IF(COALESCE(LENGTH(header), 0) + COALESCE(LENGTH(body), 0) > ${rowBytesMax}, NULL, header) AS header,
        IF(COALESCE(LENGTH(header), 0) + COALESCE(LENGTH(body), 0) > ${rowBytesMax}, NULL, body) AS body
       FROM ${quoted(this.#table)} WHERE ${this.#ofServer} AND id BETWEEN ? AND ? ORDER BY id`,
      [this.#table.server, from, to],
    )
    this.#after = to
    this.#rows = rows.map((row) => this.#rowOf(row))
    this.#head = 0
  }

  #rowOf(row: Readonly<Record<string, unknown>>): SourceRow {
    const failed = groupsIn(row['fail_groups'])
    const succeeded = groupsIn(row['succ_groups'])
    const isTooWide = Math.max(failed.length, succeeded.length) > importGroupsMax
    const header = isTooWide ? undefined : bytesOf(row['header']) // without one it is unreadable
    const body = bytesOf(row['body']) ?? Buffer.alloc(0)
    return {
      table: this.#number,
      row: Number(row['id']),
      id: textOf(row['message_id']),
      topic: textOf(row['topic']),
      form: Number(row['msg_type']),
      header,
      body,
      publisher: textOf(row['publish_group']),
      isCommitted: Number(row['commit']) !== 0,
      isDead: this.#table.isDead,
      failed,
      succeeded,
      attempts: wholeOf(row['deliver_count']),
      expires: wholeOf(row['expired_time']),
      publishedAt: wholeOf(row['publish_time']),
      retryAt: wholeOf(row['next_deliver_time']),
      bytes: (header?.length ?? 0) + body.length,
    }
  }
}

function bytesOf(value: unknown): Buffer | undefined {
  return Buffer.isBuffer(value) ? value : undefined
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : Buffer.isBuffer(value) ? value.toString() : ''
}

/** Not negative, not beyond what a number holds exactly. */
function wholeOf(value: unknown): number {
  const number = Number(value)
  return Number.isSafeInteger(number) && number > 0 ? number : 0
}

/** A JSON array of names; of one that the column was too short for, those that are whole. */
export function groupsIn(value: unknown): string[] {
  const text = textOf(value)
  let names: unknown
  try {
    names = JSON.parse(text === '' ? '[]' : text)
  } catch {
    names = [...text.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([quotedName]) => unquoted(quotedName))
  }
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
}

function unquoted(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
