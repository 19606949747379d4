// The tables' rows as one stream in the order in which they were published, to the second, handed over in slices that fit
// into one request to the broker.

import type { SourceRow, TableRows } from './import-rows.ts'

/** Of one slice: as text, a third more, it stays far below what a request may be. */
const sliceBytesMax = 256 * 1024

export class ImportMerge {
  readonly #tables: readonly TableRows[]

  constructor(tables: readonly TableRows[]) {
    this.#tables = tables
  }

  /** At most `rowsMax`, one at least; none at the end. Not to be called again before it resolves. */
  async next(rowsMax: number): Promise<readonly SourceRow[]> {
    const slice: SourceRow[] = []
    let bytes = 0
    while (slice.length < rowsMax) {
      for (const table of this.#tables) if (table.first === undefined) await table.fill()
      const earliest = this.#earliest()
      const row = earliest?.first
      if (earliest === undefined || row === undefined) break
      if (slice.length > 0 && bytes + row.bytes > sliceBytesMax) break
      bytes += row.bytes
      slice.push(row)
      earliest.shift()
    }
    return slice
  }

  #earliest(): TableRows | undefined {
    let earliest: TableRows | undefined
    for (const table of this.#tables) {
      if (table.first === undefined) continue
      if (earliest?.first === undefined || table.first.publishedAt < earliest.first.publishedAt)
        earliest = table
    }
    return earliest
  }
}
