// One slice of offsets, the rows the log gives against the rows the archive has: first counts and checksums, and where those
// differ row by row. Only asks; never changes a row.

import type { MysqlConnection, MysqlRow } from './mysql-connection.ts'
import { tables, type TableNumber, type Value } from './tables.ts'
import { addRow, shownSum, sqlSum, sqlText, textOf, type Checksum } from './verify-text.ts'

export interface Difference {
  readonly table: string
  /** Offset of the record the row comes from. */
  readonly record: number
  /** The table's other key columns, `message 12`; empty where the record alone is the key. */
  readonly row: string
  /** `extra`: the log gives no such row. */
  readonly what: 'missing' | 'extra' | 'different'
  /** Names of those that differ. */
  readonly columns: readonly string[]
}

export interface SliceCounts {
  /** That the log gives, and that the archive has. */
  log: number
  archive: number
  /** Not there, below where rows were removed for their age. */
  pruned: number
}

export interface SliceResult {
  /** Index is the TableNumber. */
  readonly counts: readonly SliceCounts[]
  readonly differences: readonly Difference[]
}

/** Records [from, to) and the rows they give; index is the TableNumber. */
export interface Slice {
  readonly from: number
  readonly to: number
  readonly rows: readonly (readonly Value[][])[]
}

/** Of rows that nobody has written, more are not read. */
const strayRowsMax = 10_000

export class SliceCheck {
  readonly #connection: MysqlConnection
  readonly #log: number
  readonly #sums: string

  /** `log`: its number in the archive. */
  constructor(connection: MysqlConnection, log: number) {
    this.#connection = connection
    this.#log = log
    this.#sums = tables
      .map(
        ({ name }, number) =>
          `SELECT ${number} AS n, COUNT(*) AS count, ${sqlSum(number as TableNumber)} AS sum ` +
          `FROM \`${name}\` WHERE log = ? AND record >= ? AND record < ?`,
      )
      .join(' UNION ALL ')
  }

  async compare(slice: Slice): Promise<SliceResult> {
    const { from, to, rows } = slice
    const place = [this.#log, from, to]
    const found = await this.#connection.rows(
      this.#sums,
      tables.flatMap(() => place),
    )
    const counts: SliceCounts[] = []
    const differences: Difference[] = []
    for (const number of tables.keys()) {
      const own = sumOf(number as TableNumber, rows[number] ?? [])
      const theirs = found.find((one) => Number(one['n']) === number)!
      const count: SliceCounts = { log: own.rows, archive: Number(theirs['count']), pruned: 0 }
      counts.push(count)
      if (count.archive === own.rows && String(theirs['sum']) === shownSum(own)) continue
      differences.push(...(await this.#details(number as TableNumber, slice, count)))
    }
    return { counts, differences }
  }

  async #details(
    number: TableNumber,
    { from, to, rows }: Slice,
    count: SliceCounts,
  ): Promise<Difference[]> {
    const { name, columns, key } = tables[number]
    const own = rows[number] ?? []
    const texts = columns.map((column) => `${sqlText(column)} AS \`${column.name}\``)
    const order = key.map((column) => `${name}.\`${column}\``)
    const stored = await this.#connection.rows(
      `SELECT ${texts.join(', ')} FROM \`${name}\` WHERE log = ? AND record >= ? AND record < ? ` +
        `ORDER BY ${order.join(', ')} LIMIT ?`,
      [this.#log, from, to, own.length + strayRowsMax],
    )
    // Asked last: a row that was removed meanwhile stands below by now.
    const [place] = await this.#connection.rows(
      'SELECT pruned_below AS n FROM logs WHERE number = ?',
      [this.#log],
    )
    return differencesOf(number, own, stored, Number(place?.['n'] ?? 0), count)
  }
}

function sumOf(table: TableNumber, rows: readonly Value[][]): Checksum {
  const sum: Checksum = { rows: 0, high: 0, low: 0 }
  for (const row of rows) addRow(sum, table, row)
  return sum
}

function differencesOf(
  number: TableNumber,
  own: readonly Value[][],
  stored: readonly MysqlRow[],
  prunedBelow: number,
  count: SliceCounts,
): Difference[] {
  const { name: table, columns, key } = tables[number]
  const keyPlaces = key.map((name) => columns.findIndex((column) => column.name === name))
  const keyOf = (texts: readonly (string | null)[]): string =>
    keyPlaces.map((at) => texts[at]).join(' ')
  const left = new Map<string, readonly (string | null)[]>()
  for (const row of stored) {
    const texts = columns.map(({ name }) => shown(row[name]))
    left.set(keyOf(texts), texts)
  }
  const differences: Difference[] = []
  const tell = (
    texts: readonly (string | null)[],
    what: Difference['what'],
    differing: readonly string[],
  ): void => {
    const row = key.slice(1).map((name, at) => `${name} ${texts[keyPlaces[at + 1]!]}`)
    const record = Number(texts[keyPlaces[0]!])
    differences.push({ table, record, row: row.join(', '), what, columns: differing })
  }
  for (const row of own) {
    const texts = columns.map((column, at) => textOf(column, row[at]!))
    const id = keyOf(texts)
    const other = left.get(id)
    left.delete(id)
    if (other === undefined) {
      if (Number(row[0]) < prunedBelow) count.pruned++
      else tell(texts, 'missing', [])
      continue
    }
    const differing = columns.filter((_, at) => other[at] !== texts[at])
    if (differing.length > 0)
      tell(
        texts,
        'different',
        differing.map(({ name }) => name),
      )
  }
  for (const texts of left.values()) tell(texts, 'extra', [])
  return differences.sort((one, two) => one.record - two.record)
}

function shown(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return Buffer.isBuffer(value) ? value.toString('utf8') : (value as string) // so it was asked for
}
