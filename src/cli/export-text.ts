// Rows as lines of text: JSON objects, or CSV by RFC 4180. The same row gives the same bytes whenever it is written, so that an
// export that was interrupted goes on where it stopped. Knows no files.

import { tables, type Column, type TableNumber, type Value } from '../archive/tables.ts'
import { asBase64, asText, bodyAt, bodyOf, snappyAt, type BodyOptions } from './export-body.ts'
import { timeText } from './record-text.ts'

export type TextFormat = 'ndjson' | 'csv'

/** What stands before the first row, and each row, with its line end. */
export interface TextRows {
  readonly head: string
  line(row: readonly Value[]): string
}

export function textRows(format: TextFormat, table: TableNumber, options: BodyOptions): TextRows {
  return format === 'csv' ? new CsvRows(table, options) : new NdjsonRows(table, options)
}

/** Says what `body` holds: text, json, base64. */
const encodingName = 'body_encoding'

class NdjsonRows implements TextRows {
  readonly head = ''
  readonly #columns: readonly Column[]
  readonly #keys: readonly string[]
  readonly #options: BodyOptions
  readonly #times = new TimeTexts()

  constructor(table: TableNumber, options: BodyOptions) {
    this.#columns = tables[table].columns
    this.#keys = this.#columns.map(({ name }, i) => `${i === 0 ? '{' : ','}"${name}":`)
    this.#options = options
  }

  line(row: readonly Value[]): string {
    const columns = this.#columns
    let line = ''
    let isPacked: boolean | undefined
    let last = ''
    if (columns[bodyAt]?.kind === 'bytes') {
      const body = bodyOf(row, this.#options)
      isPacked = body.isPacked
      const { bytes, is } = body
      // A line end in JSON is white space, or it would be no JSON.
      const json = is === 'json' ? asText(bytes).replace(/[\r\n]+/g, ' ') : undefined
      const value = json ?? JSON.stringify(is === 'text' ? asText(bytes) : asBase64(bytes))
      last = `,"${encodingName}":"${is === 'bytes' ? 'base64' : is}","body":${value}`
    }
    for (let i = 0; i < columns.length; i++) {
      const { kind } = columns[i]!
      if (kind === 'bytes') continue
      const value = i === snappyAt && isPacked !== undefined ? isPacked : row[i]!
      line += this.#keys[i]! + (kind === 'time' ? this.#times.json(value, i) : jsonOf(value, kind))
    }
    return `${line}${last}}\n`
  }
}

/** Times as text. Rows that follow each other mostly share them, column by column. */
class TimeTexts {
  readonly #last: (Value | undefined)[] = []
  readonly #texts: (string | number)[] = []

  json(value: Value, column: number): string {
    return value === null ? 'null' : JSON.stringify(this.#textOf(value as number, column))
  }

  csv(value: Value, column: number): string {
    return value === null ? '' : String(this.#textOf(value as number, column))
  }

  #textOf(timeMs: number, column: number): string | number {
    if (this.#last[column] !== timeMs) {
      this.#last[column] = timeMs
      this.#texts[column] = timeText(timeMs)
    }
    return this.#texts[column]!
  }
}

function jsonOf(value: Value, kind: Column['kind']): string {
  if (value === null) return 'null'
  if (kind === 'json') return value as string
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

class CsvRows implements TextRows {
  readonly head: string
  readonly #columns: readonly Column[]
  readonly #options: BodyOptions
  readonly #times = new TimeTexts()

  constructor(table: TableNumber, options: BodyOptions) {
    this.#columns = tables[table].columns
    this.#options = options
    const names = this.#columns.map(({ name, kind }) =>
      kind === 'bytes' ? `${encodingName},${name}` : name,
    )
    this.head = `${names.join(',')}\r\n`
  }

  line(row: readonly Value[]): string {
    const columns = this.#columns
    const body = columns[bodyAt]?.kind === 'bytes' ? bodyOf(row, this.#options) : undefined
    let line = ''
    for (let i = 0; i < columns.length; i++) {
      const { kind } = columns[i]!
      if (i > 0) line += ','
      if (kind === 'bytes' && body !== undefined) {
        const { bytes, is } = body
        line += is === 'bytes' ? `base64,${cell(asBase64(bytes))}` : `${is},${cell(asText(bytes))}`
      } else if (i === snappyAt && body !== undefined) line += String(body.isPacked)
      else line += kind === 'time' ? this.#times.csv(row[i]!, i) : csvOf(row[i]!)
    }
    return `${line}\r\n`
  }
}

/** Null is nothing, the empty text two quotes. */
function csvOf(value: Value): string {
  if (value === null) return ''
  return typeof value === 'string' ? cell(value) : String(value)
}

const quoted = /[",\r\n]/

function cell(text: string): string {
  return text === '' || quoted.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
