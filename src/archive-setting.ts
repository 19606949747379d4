// Where an archive goes, as a setting says it or as the original's `db` does. Must never put a password into a text that is
// shown, nor read a file.

import { mysqlAddress, type MysqlAddress } from './archive/mysql-address.ts'
import { KiteQError } from './model/errors.ts'

/** The original's databases, where its setting names none. */
const originalDb = 'kite'
/** Of the original's parameters, what says how to get in. */
const kept: readonly string[] = ['username', 'password', 'socket']

export function isMysqlAddress(text: string): boolean {
  return read(text, undefined) !== undefined
}

/** `mysql://host:port/DATABASE`, without user and password. */
export function shownAddress(text: string): string {
  return read(text, undefined)?.shown ?? 'mysql://…'
}

/**
 * The setting `archive.mysql` for a broker of the original with this `db`: a database beside its own, on the first of its
 * servers. undefined when `db` cannot be read.
 */
export function archiveBeside(db: string): string | undefined {
  const address = read(db, originalDb)
  if (address === undefined) return undefined
  const [place = '', query = ''] = db.slice('mysql://'.length).split('?', 2)
  const account = place.includes('@') ? `${place.split('@', 1)[0]}@` : ''
  const host = place.slice(account.length).split(/[,/]/, 1)[0]!
  const parameters = new URLSearchParams(query)
  for (const name of [...parameters.keys()]) if (!kept.includes(name)) parameters.delete(name)
  const rest = parameters.size === 0 ? '' : `?${parameters.toString()}`
  return `mysql://${account}${host}/${address.db}_archive${rest}`
}

function read(text: string, db: string | undefined): MysqlAddress | undefined {
  try {
    return mysqlAddress(text, db === undefined ? {} : { db })
  } catch (error) {
    if (error instanceof KiteQError) return undefined
    throw error
  }
}
