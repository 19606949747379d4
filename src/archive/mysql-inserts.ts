// Rows as statements: few, each with as many rows as the server takes in one packet. Must never cut a row or leave one out.

import { KiteQError } from '../model/errors.ts'
import { literalOf, textLiteral } from './mysql-values.ts'
import { messagesTable, tables, type TableNumber, type Value } from './tables.ts'

/** What a body is in words, for the columns that show it; null where it is none. */
export interface BodyTexts {
  readonly text: string | null
  readonly json: string | null
}
export type ReadBody = (body: Uint8Array, isSnappy: boolean, isString: boolean) => BodyTexts

/** Larger ones gain nothing, and the server keeps each in memory. */
const statementBytesMax = 1 << 20
/** Of a packet, beside the statement. */
const packetOverhead = 64

export class Inserts {
  readonly #log: number
  readonly #bytesMax: number
  readonly #packetBytesMax: number
  readonly #readBody: ReadBody | undefined

  /** `log`: its number in the archive. `packetBytesMax`: of the server. */
  constructor(log: number, packetBytesMax: number, readBody?: ReadBody) {
    this.#log = log
    this.#packetBytesMax = packetBytesMax - packetOverhead
    this.#bytesMax = Math.min(statementBytesMax, this.#packetBytesMax)
    this.#readBody = readBody
  }

  get packetBytesMax(): number {
    return this.#packetBytesMax + packetOverhead
  }

  /** `rows` by TableNumber. Throws KITEQ_CONFIG, with what to set, for a row that no packet of this server takes. */
  of(rows: readonly (readonly Value[][])[]): string[] {
    const statements: string[] = []
    tables.forEach((_, table) => {
      const ofTable = rows[table]
      if (ofTable !== undefined && ofTable.length > 0)
        this.#insert(table as TableNumber, ofTable, statements)
    })
    return statements
  }

  #insert(table: TableNumber, rows: readonly Value[][], into: string[]): void {
    const { name, columns } = tables[table]
    const kinds = columns.map(({ kind }) => kind)
    const showsBody = table === messagesTable && this.#readBody !== undefined
    const names = ['log', ...columns.map((column) => column.name)]
    if (showsBody) names.push('body_text', 'body_json')
    const head = `INSERT INTO \`${name}\` (${names.map((one) => `\`${one}\``).join(',')}) VALUES `
    let text = head
    let bytes = head.length
    for (const row of rows) {
      let tuple = `(${this.#log}`
      for (let at = 0; at < kinds.length; at++) tuple += `,${literalOf(kinds[at]!, row[at])}`
      if (showsBody) tuple += this.#bodyOf(row)
      tuple += ')'
      const length = Buffer.byteLength(tuple) + 1
      if (text.length > head.length && bytes + length > this.#bytesMax) {
        into.push(text)
        text = head
        bytes = head.length
      }
      if (bytes + length > this.#packetBytesMax) throw this.#tooLarge(name, row[0], bytes + length)
      text += text.length === head.length ? tuple : `,${tuple}`
      bytes += length
    }
    into.push(text)
  }

  #bodyOf(row: readonly Value[]): string {
    const body = row[bodyAt] as Uint8Array
    const { text, json } = this.#readBody!(body, row[snappyAt] === true, row[formAt] === 'string')
    const of = (value: string | null): string => (value === null ? 'NULL' : textLiteral(value))
    return `,${of(text)},${of(json)}`
  }

  #tooLarge(table: string, record: Value | undefined, bytes: number): KiteQError {
    return new KiteQError(
      'KITEQ_CONFIG',
      `record ${String(record)} needs a statement of ${bytes} bytes for its row in ${table}, ` +
        `the server takes ${this.packetBytesMax}; expected max_allowed_packet of ` +
        `${bytes + packetOverhead} or more, for example 16M`,
    )
  }
}

const messageColumns = tables[messagesTable].columns.map(({ name }) => name)
const bodyAt = messageColumns.indexOf('body')
const snappyAt = messageColumns.indexOf('snappy')
const formAt = messageColumns.indexOf('form')
