// A row of the archive as one text, the same whether the server makes it of what is stored or this process of the log: what is
// compared are checksums of it. Every column counts; knows nothing of connections.

import { createHash } from 'node:crypto'
import { timeLiteral } from './mysql-values.ts'
import { tables, type Column, type TableNumber, type Value } from './tables.ts'

/** Of many rows, in any order. */
export interface Checksum {
  rows: number
  /** The first 64 bits of each row's MD5, all of them in one exclusive or. */
  high: number
  low: number
}

/** A value as it is compared: bytes and JSON by their MD5. */
export function textOf({ kind }: Column, value: Value): string | null {
  if (value === null) return null
  switch (kind) {
    case 'time':
      return timeLiteral(value as number).slice(1, -1)
    case 'flag':
      return value === true ? '1' : '0'
    case 'json':
    case 'bytes':
      return md5(value as string | Uint8Array)
    default:
      return String(value)
  }
}

export function addRow(sum: Checksum, table: TableNumber, row: readonly Value[]): void {
  const { columns } = tables[table]
  let text = ''
  for (let at = 0; at < columns.length; at++) {
    const column = columns[at]!
    const one = textOf(column, row[at]!)
    if (one === null) text += '~'
    else if (column.kind === 'text') text += `${Buffer.byteLength(one)}:${one}`
    else text += `${one},`
  }
  const digest = md5(text)
  sum.rows++
  sum.high = (sum.high ^ Number.parseInt(digest.slice(0, 8), 16)) >>> 0
  sum.low = (sum.low ^ Number.parseInt(digest.slice(8, 16), 16)) >>> 0
}

/** 16 hex digits. */
export function shownSum({ high, low }: Checksum): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0')
}

/** `textOf`, by the server. */
export function sqlText({ name, kind }: Column): string {
  const column = `\`${name}\``
  switch (kind) {
    case 'json':
      return `MD5(CAST(${column} AS BINARY))`
    case 'bytes':
      return `MD5(${column})`
    case 'text':
    case 'id':
      return column
    default:
      return `CAST(${column} AS CHAR)`
  }
}

/** The same checksum over all rows of a group, by the server: 16 hex digits. */
export function sqlSum(table: TableNumber): string {
  const parts = tables[table].columns.map((column) => {
    const { name, kind, nullable } = column
    const text =
      kind === 'text'
        ? `CONCAT(LENGTH(\`${name}\`), ':', CAST(\`${name}\` AS BINARY))`
        : `CONCAT(CAST(${sqlText(column)} AS BINARY), ',')`
    return nullable ? `IFNULL(${text}, '~')` : text
  })
  const digest = `LEFT(MD5(CONCAT(${parts.join(', ')})), 16)`
  return `LOWER(LPAD(HEX(BIT_XOR(CAST(CONV(${digest}, 16, 10) AS UNSIGNED))), 16, '0'))`
}

function md5(content: string | Uint8Array): string {
  return createHash('md5').update(content).digest('hex')
}
