// Rows as a Parquet file: gathered into row groups of bounded bytes, each encoded as a whole. What it takes to go on with a file
// after an interruption is a text of its own. Knows no files.

import { deserialize, serialize } from 'node:v8'
import { ByteWriter, ParquetWriter, type ColumnSource } from 'hyparquet-writer'
import { tables, type Column, type TableNumber, type Value } from '../archive/tables.ts'
import { asText, bodyAt, bodyOf, snappyAt, type BodyOptions } from './export-body.ts'
import { versionOf } from './version.ts'

/** Of one row group: its values before they are encoded, and its rows. */
const groupBytesDefault = 16 * 1024 * 1024
const groupRowsMax = 50_000
/** Of a row, beside its texts and bytes. */
const rowBytes = 200

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number]

/** What a file has so far; it is written again as it was. */
interface Saved {
  readonly offset: number
  readonly rows: bigint
  readonly groups: ParquetWriter['row_groups']
  readonly indexes: ParquetWriter['pendingIndexes']
}

type OutColumn = Pick<Column, 'name' | 'kind' | 'nullable'>

export interface ParquetOptions extends BodyOptions {
  readonly groupBytes?: number | undefined
}

export class ParquetRows {
  readonly #bytes = new ByteWriter(1024 * 1024)
  readonly #writer: ParquetWriter
  readonly #columns: readonly OutColumn[]
  readonly #options: ParquetOptions
  readonly #hasBody: boolean
  #values: (Value | bigint)[][]
  #gathered = 0
  #hasBegun = false

  /** `saved`: what `save` said of the file that is gone on with. */
  constructor(table: TableNumber, options: ParquetOptions, saved?: string) {
    const { columns } = tables[table]
    this.#options = options
    this.#hasBody = columns[bodyAt]?.kind === 'bytes'
    this.#columns = [...columns, ...(this.#hasBody && options.bodyJson ? [jsonColumn] : [])]
    this.#values = this.#columns.map(() => [])
    const writer = this.#bytes
    const createdBy = `kiteq ${versionOf()}`
    this.#writer = new ParquetWriter({ writer, schema: schemaOf(this.#columns), createdBy })
    if (saved === undefined) return
    const { offset, rows, groups, indexes } = deserialize(Buffer.from(saved, 'base64')) as Saved
    this.#hasBegun = true
    writer.index = 0
    writer.offset = offset
    this.#writer.num_rows = rows
    this.#writer.row_groups = groups
    this.#writer.pendingIndexes = indexes
  }

  add(row: readonly Value[]): void {
    const values = this.#values
    const body = this.#hasBody ? bodyOf(row, this.#options) : undefined
    for (let i = 0; i < row.length; i++) values[i]!.push(this.#valueOf(row[i]!, i))
    if (body !== undefined) {
      values[snappyAt]![values[snappyAt]!.length - 1] = body.isPacked
      values[bodyAt]![values[bodyAt]!.length - 1] = body.bytes
      if (this.#options.bodyJson)
        values[row.length]!.push(body.is === 'json' ? asText(body.bytes) : null)
      this.#gathered += body.bytes.length
    }
    this.#gathered += rowBytes
  }

  #valueOf(value: Value, column: number): Value | bigint {
    if (typeof value === 'string') this.#gathered += value.length
    return typeof value === 'number' && isLong(this.#columns[column]!) ? BigInt(value) : value
  }

  /** Enough for a row group has gathered. */
  get isFull(): boolean {
    const { groupBytes = groupBytesDefault } = this.#options
    return this.#gathered >= groupBytes || this.#values[0]!.length >= groupRowsMax
  }

  /** Encodes what has gathered; the bytes that follow those before, good until the next call. */
  flush(): Uint8Array {
    const rows = this.#values[0]!.length
    if (this.#hasBegun) this.#bytes.index = 0
    this.#hasBegun = true // before that it holds how every such file begins
    if (rows > 0) {
      const columnData = this.#columns.map(({ name, kind }, i): ColumnSource => ({
        name,
        data: this.#values[i]!,
        // Of texts they would be in another order than that of their bytes.
        statistics: kind === 'offset' || kind === 'number' || kind === 'time',
      }))
      void this.#writer.write({ columnData, rowGroupSize: rows })
    }
    this.#values = this.#columns.map(() => [])
    this.#gathered = 0
    return this.#bytes.getBytes()
  }

  /** After `flush`. */
  save(): string {
    const { row_groups: groups, pendingIndexes: indexes, num_rows: rows } = this.#writer
    const saved: Saved = { offset: this.#bytes.offset, rows, groups, indexes }
    return serialize(saved).toString('base64')
  }

  /** After the last `flush`: what ends the file. */
  end(): Uint8Array {
    this.#bytes.index = 0
    void this.#writer.finish()
    return this.#bytes.getBytes()
  }
}

const jsonColumn: OutColumn = { name: 'body_json', kind: 'json', nullable: true }

const isLong = ({ kind }: OutColumn): boolean =>
  kind === 'offset' || kind === 'number' || kind === 'time'

function schemaOf(columns: readonly OutColumn[]): SchemaElement[] {
  return [
    { name: 'root', num_children: columns.length },
    ...columns.map(({ name, kind, nullable }): SchemaElement => ({
      name,
      repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED',
      ...typeOf(kind),
    })),
  ]
}

/** Said in both ways that Parquet has: of the older one readers do not all know that it is UTC. */
const timestamp: NonNullable<SchemaElement['logical_type']> = {
  type: 'TIMESTAMP',
  isAdjustedToUTC: true,
  unit: 'MILLIS',
}

function typeOf(
  kind: Column['kind'],
): Pick<SchemaElement, 'type' | 'converted_type' | 'logical_type'> {
  switch (kind) {
    case 'offset':
    case 'number':
      return { type: 'INT64' }
    case 'time':
      return { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', logical_type: timestamp }
    case 'flag':
      return { type: 'BOOLEAN' }
    case 'bytes':
      return { type: 'BYTE_ARRAY' }
    default:
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8' }
  }
}
