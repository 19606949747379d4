// The names that an archive has of a log, read a page at a time: there may be more of them than one answer may hold.

import type { GivenName } from '../index/name-book.ts'
import { namesBytesMax } from '../model/limits.ts'
import type { MysqlConnection } from './mysql-connection.ts'
import { mysqlFault } from './mysql-errors.ts'

const pageNames = 10_000

/** All that were archived under this number of a log, by dictionary and number. */
export async function archivedNames(
  connection: MysqlConnection,
  log: number,
): Promise<readonly GivenName[]> {
  const names: GivenName[] = []
  let bytes = 0
  for (let page = pageNames; page === pageNames;) {
    const last = names.at(-1)
    const behind =
      last === undefined ? '' : ' AND (dictionary > ? OR (dictionary = ? AND number > ?))'
    const rows = await connection.rows(
      `SELECT dictionary, number, name FROM names WHERE log = ?${behind} ORDER BY dictionary, number LIMIT ?`,
      last === undefined
        ? [log, pageNames]
        : [log, last.dictionary, last.dictionary, last.number, pageNames],
    )
    for (const row of rows) {
      const name = row as unknown as GivenName
      names.push(name)
      bytes += name.name.length
    }
    if (bytes > namesBytesMax) throw mysqlFault(`more than ${namesBytesMax} bytes of names`)
    page = rows.length
  }
  return names
}
