// The names that an archive has of a log, read a page at a time: there may be more of them than one answer may hold.

import type { GivenName } from '../index/name-book.ts'
import { namesBytesMax } from '../model/limits.ts'
import type { MysqlConnection, MysqlRow } from './mysql-connection.ts'
import { mysqlFault } from './mysql-errors.ts'

const pageNames = 10_000
/** That each name takes here beside its own bytes. */
const bytesAround = 64

/** All that were archived under this number of a log, by dictionary and number. */
export async function archivedNames(
  connection: Pick<MysqlConnection, 'rows'>,
  log: number,
  bytesMax: number = namesBytesMax,
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
      const name = nameIn(row)
      if (!isBehind(names.at(-1), name)) throw mysqlFault('names that are not in their order')
      names.push(name)
      bytes += bytesAround + name.name.length
    }
    if (bytes > bytesMax) throw mysqlFault(`more than ${bytesMax} bytes of names`)
    page = rows.length
  }
  return names
}

function nameIn(row: MysqlRow): GivenName {
  const { dictionary, number, name } = row
  if (typeof dictionary !== 'string' || !Number.isSafeInteger(number) || !Buffer.isBuffer(name))
    throw mysqlFault('what is no name')
  return row as unknown as GivenName
}

/** Strictly, as it was asked for: what is read again and again would never end. */
function isBehind(last: GivenName | undefined, { dictionary, number }: GivenName): boolean {
  if (last === undefined || last.dictionary < dictionary) return true
  return last.dictionary === dictionary && last.number < number
}
