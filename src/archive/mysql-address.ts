// Where a MySQL server and a database of it are, read from a text as people write it or as the original's setting has it, and
// the password from where nobody else sees it. Must never put a password into a text that is shown.

import { readFileSync } from 'node:fs'
import { KiteQError } from '../model/errors.ts'

export interface MysqlAddress {
  readonly host: string
  readonly port: number
  /** Path of a local socket; host and port do not count then. */
  readonly socket: string | undefined
  readonly user: string
  readonly password: string
  readonly db: string
  /** Undefined: in the open. */
  readonly tls?: MysqlTls | undefined
  /** Whoever listens on this machine's loopback is the server, and may have the password. */
  readonly trustsLoopback?: boolean
  /** For people: without user and password. */
  readonly shown: string
}

export interface MysqlTls {
  /** The certificates of those who may vouch for the server; undefined: whom this machine trusts. */
  readonly caFile: string | undefined
  /** That the server's certificate is for; undefined: the host. */
  readonly name: string | undefined
}

/** What beside the address itself decides how it is read. */
export interface AddressOptions {
  /** Name of the setting, for what is refused. */
  readonly option?: string
  /** Holds the password; it wins over the address. */
  readonly passwordFile?: string | undefined
  /** Where the address names none; without it, none is refused. */
  readonly db?: string
}

export const passwordVariable = 'KITEQ_MYSQL_PASSWORD'
const portDefault = 3306
const dbForm = /^[\w$-]{1,60}$/

/** Throws KITEQ_USAGE, never saying more of `text` than its form. */
export function mysqlAddress(text: string, options: AddressOptions = {}): MysqlAddress {
  const { option = '--mysql', passwordFile } = options
  const wrong = (what: string): KiteQError => new KiteQError('KITEQ_USAGE', `${option}: ${what}`)
  const form =
    options.db === undefined
      ? 'mysql://[user@]host[:port]/DATABASE'
      : 'mysql://[user@]host[:port]?db=NAME, or as the original has it in its configuration'
  const parts = /^mysql:\/\/(?:([^@/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/s.exec(text)
  if (parts === null) throw wrong(`expected ${form}`)
  const [, account = '', hosts = '', path = '', query = ''] = parts
  const settings = new URLSearchParams(query)
  const socket = settings.get('socket') ?? undefined
  const place = hostOf(hosts.split(',')[0]!)
  if (place === undefined || (place.host === '' && socket === undefined))
    throw wrong(`expected ${form}`)
  const db = path || settings.get('db') || options.db
  if (db === undefined) throw wrong(`names no database; expected ${form}`)
  if (!dbForm.test(db)) throw wrong('db: expected letters, digits and _')
  const [user, ...secret] = account.split(':').map((part) => decoded(part, wrong))
  const { host, port } = place
  const tls = tlsIn(settings, socket, wrong)
  const trustsLoopback = switchIn(settings, 'trust-loopback', wrong) ?? false
  return {
    host,
    port,
    socket,
    user: settings.get('username') ?? user ?? '',
    password: passwordIn(passwordFile) ?? settings.get('password') ?? secret.join(':'),
    db,
    ...(tls !== undefined && { tls }),
    ...(trustsLoopback && { trustsLoopback }),
    shown: `mysql://${socket ?? `${host}:${port}`}/${db}`,
  }
}

/** Whether anybody on this machine could read the password off the list of processes. */
export function showsPassword(text: string): boolean {
  return /^mysql:\/\/[^@/?]*:[^@/?]+@|[?&]password=[^&]/.test(text)
}

function hostOf(text: string): { readonly host: string; readonly port: number } | undefined {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([^:[\]@]*))(?::(\d{1,5}))?$/i.exec(text)
  const port = Number(parts?.[3] ?? portDefault)
  if (parts === null || port > 65_535) return undefined
  return { host: parts[1] ?? parts[2] ?? '', port }
}

function tlsIn(
  settings: URLSearchParams,
  socket: string | undefined,
  wrong: (what: string) => KiteQError,
): MysqlTls | undefined {
  const tls = switchIn(settings, 'tls', wrong)
  const caFile = settings.get('tls-ca') ?? undefined
  const name = settings.get('tls-name') ?? undefined
  const isOn = tls ?? (caFile ?? name) !== undefined
  if (isOn && socket !== undefined) throw wrong('expected no tls on a local socket')
  return isOn ? { caFile, name } : undefined
}

/** Undefined: nothing is said of it. */
function switchIn(
  settings: URLSearchParams,
  name: string,
  wrong: (what: string) => KiteQError,
): boolean | undefined {
  const text = settings.get(name)
  if (text !== null && text !== 'on' && text !== 'off') throw wrong(`${name}: expected on or off`)
  return text === null ? undefined : text === 'on'
}

function passwordIn(file: string | undefined): string | undefined {
  if (file === undefined) return process.env[passwordVariable]
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/, 1)[0]!
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException
    throw new KiteQError('KITEQ_USAGE', `--password-file ${file} cannot be read (${code})`)
  }
}

function decoded(text: string, wrong: (what: string) => KiteQError): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw wrong('user or password: expected % before two hex digits')
  }
}
