// What an error of MySQL means for work that can be done again. By number, never by text: servers speak many languages.

import { cutText } from '../model/cut-text.ts'
import { KiteQError } from '../model/errors.ts'

/** Whoever is asked as a server may say anything. */
const reasonCharsMax = 300

/**
 * `again`: the same transaction, at once; `away`: another connection, later; `full`: its disk; `refused`: an account or a
 * setting of the server is in the way until somebody changes it; `wrong`: no waiting helps.
 */
export type MysqlTrouble = 'again' | 'away' | 'full' | 'refused' | 'wrong'

/** Deadlock, lock wait timeout, a row that has changed since it was read. */
const again: ReadonlySet<number> = new Set([1213, 1205, 1020])
/** Disk full, table full, error writing a file, error from the storage engine, a cache on disk that is full. */
const full: ReadonlySet<number> = new Set([1021, 1114, 1026, 3, 1030, 1197, 1598, 1296, 3675])
/** Access denied in its forms, unknown database, host blocked or not allowed, read only, password expired, too many. */
const refused: ReadonlySet<number> = new Set([
  1044, 1045, 1698, 1142, 1143, 1227, 1370, 1049, 1129, 1130, 1290, 1792, 1820, 1836, 1862, 3118,
  3032, 3159, 4151,
])
/** Too many connections, going down, connection killed, lost in the middle of something, waited too long, not yet up. */
const away: ReadonlySet<number> = new Set([
  1040, 1203, 1226, 1053, 1077, 1152, 1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161, 1184, 1317,
  1927, 1969, 2002, 2003, 2006, 2013, 2055, 3024, 3168, 3169, 4031,
])
const awayCode =
  /^(PROTOCOL_|ECONN|EPIPE$|ETIMEDOUT$|ENOENT$|EHOST|ENET|EAI_|ENOTFOUND$|ER_SERVER_SHUTDOWN$|EACCES$)/
/** Of those, what no server says or leaves out by right. */
const faultCode = /^PROTOCOL_(ERROR|UNEXPECTED_PACKET|INCORRECT_PACKET_SEQUENCE)$/
/** Of a question that came just before its end was noticed: it has no code. */
const closedState = /in closed state|connection (is|was) (closed|destroyed)/i
/** Numbers of the system come negative. */
const serverNumbersFrom = 1

/** What the server did is none of what a server may do. */
export class MysqlFault extends Error {}
/** Nobody logs in like this, until the account, the server or the address is another one. */
export class MysqlRefusal extends Error {}

/** `what`: such as "more than 5 bytes for one question". */
export function mysqlFault(what: string): MysqlFault {
  return new MysqlFault(`it does not keep to the protocol: sent ${cutText(what, reasonCharsMax)}`)
}

export function mysqlRefusal(message: string): MysqlRefusal {
  return new MysqlRefusal(message)
}

const unknownPlugin = /^Server requests authentication using unknown plugin (.*?)\. See /s

/** Of an error of the driver: whatever is not known to mean something else is an answer that it could not read. */
export function errorOfDriver(error: unknown): Error {
  if (!(error instanceof Error)) return mysqlFault(`what cannot be read (${String(error)})`)
  if (error instanceof MysqlFault || error instanceof MysqlRefusal || error instanceof KiteQError)
    return error
  const { errno, code = '' } = error as { errno?: number; code?: string }
  const [, plugin] = unknownPlugin.exec(error.message) ?? []
  if (plugin !== undefined)
    return mysqlRefusal(
      `the server asks to log in by ${cutText(plugin, 64)}, which is not known here; ` +
        'expected an account with mysql_native_password or caching_sha2_password',
    )
  if (errno !== undefined && errno >= serverNumbersFrom) return error
  if (awayCode.test(code) && !faultCode.test(code)) return error
  if (closedState.test(error.message)) return error
  return mysqlFault(`what cannot be read (${error.message})`)
}

export function troubleOf(error: unknown): MysqlTrouble {
  if (error instanceof KiteQError || !(error instanceof Error)) return 'wrong'
  if (error instanceof MysqlFault) return 'away'
  if (error instanceof MysqlRefusal) return 'refused'
  const { errno, code = '' } = error as { errno?: number; code?: string }
  if (errno !== undefined && errno >= serverNumbersFrom) {
    if (again.has(errno)) return 'again'
    if (full.has(errno)) return 'full'
    if (refused.has(errno)) return 'refused'
    if (away.has(errno)) return 'away'
  }
  if (awayCode.test(code) || closedState.test(error.message)) return 'away'
  return 'wrong'
}

/** One line of a bounded length, never with the statement. */
export function reasonOf(error: unknown): string {
  return cutText(wholeReasonOf(error), reasonCharsMax)
}

function wholeReasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { message } = error
  if (error instanceof MysqlFault || error instanceof MysqlRefusal) return message
  const { code } = error as { code?: string }
  if (code === undefined || message.includes(code)) return message || (code ?? error.name)
  return message === '' ? code : `${message} (${code})`
}
