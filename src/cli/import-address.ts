// Where the original's tables are: an address of MySQL, and how many databases of that name there are.
// Must never put a password into a text that is shown.

import { mysqlAddress as addressOf, type MysqlAddress } from '../archive/mysql-address.ts'
import { KiteQError } from '../model/errors.ts'

export { passwordVariable, showsPassword } from '../archive/mysql-address.ts'

/** Databases are called `<db>_0`, `<db>_1` … */
export interface ImportAddress extends MysqlAddress {
  /** How many databases, if that is said. */
  readonly shards: number | undefined
}

/** The original's databases, whatever they are called. */
const dbDefault = 'kite'

/** Throws KITEQ_USAGE, never saying more of `text` than its form. */
export function mysqlAddress(text: string, passwordFile: string | undefined): ImportAddress {
  const address = addressOf(text, { passwordFile, db: dbDefault })
  const { socket, host, port, db } = address
  return {
    ...address,
    shards: shardsOf(new URLSearchParams(text.slice(text.indexOf('?') + 1)).get('shardnum')),
    shown: `mysql://${socket ?? `${host}:${port}`}, databases ${db}_*`,
  }
}

function shardsOf(text: string | null): number | undefined {
  if (text === null) return undefined
  const shards = Number(text)
  if (![1, 2, 4, 8, 16].includes(shards))
    throw new KiteQError('KITEQ_USAGE', '--mysql: shardnum: expected 1, 2, 4, 8 or 16')
  return shards
}
