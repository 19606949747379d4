// Where the original's tables are, read from the text its own setting has, and the password from where nobody else sees it.
// Must never put a password into a text that is shown.

import { readFileSync } from 'node:fs'
import { KiteQError } from '../model/errors.ts'

export interface MysqlAddress {
  readonly host: string
  readonly port: number
  /** Path of a local socket; host and port do not count then. */
  readonly socket: string | undefined
  readonly user: string
  readonly password: string
  /** Databases are called `<db>_0`, `<db>_1` … */
  readonly db: string
  /** How many databases, if that is said. */
  readonly shards: number | undefined
  /** For people. */
  readonly shown: string
}

export const passwordVariable = 'KITEQ_MYSQL_PASSWORD'
const portDefault = 3306
/** The original's databases, whatever they are called. */
const dbDefault = 'kite'
const form = 'mysql://[user@]host[:port]?db=NAME, or as the original has it in its configuration'

/** Throws KITEQ_USAGE, never saying more of `text` than its form. */
export function mysqlAddress(text: string, passwordFile: string | undefined): MysqlAddress {
  const parts = /^mysql:\/\/(?:([^@/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(text)
  if (parts === null) throw wrong(`expected ${form}`)
  const [, account = '', hosts = '', path = '', query = ''] = parts
  const settings = new URLSearchParams(query)
  const socket = settings.get('socket') ?? undefined
  const [host, port] = hostOf(hosts.split(',')[0]!, socket)
  const [user, ...secret] = account.split(':')
  const db = path || settings.get('db') || dbDefault
  if (!/^[\w$-]{1,60}$/.test(db)) throw wrong('db: expected letters, digits and _')
  return {
    host,
    port,
    socket,
    user: settings.get('username') ?? decoded(user ?? ''),
    password: passwordIn(passwordFile) ?? settings.get('password') ?? decoded(secret.join(':')),
    db,
    shards: shardsOf(settings.get('shardnum')),
    shown: `mysql://${socket ?? `${host}:${port}`}, databases ${db}_*`,
  }
}

/** Whether anybody on this machine could read the password off the list of processes. */
export function showsPassword(text: string): boolean {
  return /^mysql:\/\/[^@/?]*:[^@/?]+@|[?&]password=[^&]/.test(text)
}

function hostOf(text: string, socket: string | undefined): readonly [string, number] {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]*))(?::(\d{1,5}))?$/i.exec(text)
  const host = parts?.[1] ?? parts?.[2] ?? ''
  const port = Number(parts?.[3] ?? portDefault)
  if ((host === '' && socket === undefined) || port > 65_535) throw wrong(`expected ${form}`)
  return [host, port]
}

function shardsOf(text: string | null): number | undefined {
  if (text === null) return undefined
  const shards = Number(text)
  if (![1, 2, 4, 8, 16].includes(shards)) throw wrong('shardnum: expected 1, 2, 4, 8 or 16')
  return shards
}

function passwordIn(file: string | undefined): string | undefined {
  if (file === undefined) return process.env[passwordVariable]
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException
    throw new KiteQError('KITEQ_USAGE', `--password-file ${file} cannot be read (${code})`)
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw wrong('user or password: expected % before two hex digits')
  }
}

function wrong(what: string): KiteQError {
  return new KiteQError('KITEQ_USAGE', `--mysql: ${what}`)
}
