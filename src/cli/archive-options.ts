// Options of the commands about an archive in MySQL, and how they end. Must never show a password.

import type { Command } from 'commander'
import {
  mysqlAddress,
  passwordVariable,
  showsPassword,
  type MysqlAddress,
} from '../archive/mysql-address.ts'
import { KiteQError } from '../model/errors.ts'
import { tell } from './terminal.ts'

export interface MysqlOption {
  readonly mysql?: string
  readonly passwordFile?: string
}

const addressVariable = 'KITEQ_ARCHIVE_MYSQL'
const form = 'mysql://user@host:port/DATABASE'

export function withMysql(command: Command): Command {
  return command
    .option('--mysql <url>', `${form} (environment: ${addressVariable})`)
    .option('--password-file <file>', `holds the password (environment: ${passwordVariable})`)
}

/** Throws KITEQ_USAGE. Says so where others can see a password. */
export function archiveAddress({ mysql, passwordFile }: MysqlOption): MysqlAddress {
  const url = mysql ?? process.env[addressVariable]
  if (url === undefined) throw new KiteQError('KITEQ_USAGE', `--mysql: expected ${form}`)
  if (mysql !== undefined && showsPassword(mysql))
    tell(
      `kiteq: others can see this password in the list of processes; ${passwordVariable} or --password-file keeps it`,
    )
  return mysqlAddress(url, { passwordFile })
}

/** Aborted by Control-C or SIGTERM, the first time; the second ends the process as usual. */
export async function untilStopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const signals = ['SIGINT', 'SIGTERM'] as const
  const onSignal = (): void => stop.abort()
  for (const signal of signals) process.once(signal, onSignal)
  try {
    return await work(stop.signal)
  } finally {
    for (const signal of signals) process.removeListener(signal, onSignal)
  }
}
