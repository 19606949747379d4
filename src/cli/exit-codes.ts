// What the command line's exit codes mean (docs/cli.md): 0, 1 and 2 as everywhere, the rest after sysexits.h.

import { KiteQError, type ErrorCode } from '../model/errors.ts'
import { plainLines, plainText } from '../model/plain-text.ts'

export const exitCodes = {
  ok: 0,
  /** It was asked and the answer is no: refused, not found, not everything arrived. */
  negative: 1,
  usage: 2,
  /** EX_DATAERR: the log is damaged or of a newer version. */
  data: 65,
  /** EX_UNAVAILABLE: no broker there, or no answer from it. */
  unavailable: 69,
  /** EX_SOFTWARE: a bug. */
  software: 70,
  /** EX_OSERR: the system said no. */
  system: 71,
  /** EX_CANTCREAT: the disk is full. */
  diskFull: 73,
  /** EX_IOERR: a write or sync of the log failed. */
  io: 74,
  /** EX_TEMPFAIL: somebody else has it at the moment. */
  busy: 75,
  /** EX_PROTOCOL: the other side does not speak KiteQ. */
  protocol: 76,
  /** EX_NOPERM */
  permission: 77,
  /** EX_CONFIG; an address that cannot be listened on, too. */
  config: 78,
} as const

const ofCode: Readonly<Record<ErrorCode, number>> = {
  KITEQ_CONFIG: exitCodes.config,
  KITEQ_USAGE: exitCodes.usage,
  KITEQ_FOLDER_OWNED: exitCodes.busy,
  KITEQ_LOG_CORRUPT: exitCodes.data,
  KITEQ_LOG_VERSION: exitCodes.data,
  KITEQ_LOG_FAILED: exitCodes.io,
  KITEQ_DISK_FULL: exitCodes.diskFull,
  KITEQ_FRAME: exitCodes.protocol,
  KITEQ_PACKET: exitCodes.protocol,
  KITEQ_REFUSED: exitCodes.negative,
  KITEQ_FULL: exitCodes.busy,
  KITEQ_TIMEOUT: exitCodes.unavailable,
  KITEQ_CLOSED: exitCodes.unavailable,
  KITEQ_NOT_FOUND: exitCodes.negative,
  KITEQ_REGISTRY: exitCodes.config,
}

/** Whoever was talked to is not there, or went away in the middle. */
const lostCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
])

export function exitCodeOf(error: unknown): number {
  if (error instanceof KiteQError) return ofCode[error.code]
  const code = systemCodeOf(error)
  if (code === undefined) return exitCodes.software
  if (lostCodes.has(code)) return exitCodes.unavailable
  return code === 'EACCES' || code === 'EPERM' ? exitCodes.permission : exitCodes.system
}

/** One line: what, where, expected. Only a bug shows its stack. */
export function lineOf(error: unknown): string {
  if (error instanceof KiteQError)
    return `kiteq: ${error.code}: ${oneLine(error.message)}${adviceOn(error)}`
  if (!(error instanceof Error)) return `kiteq: ${oneLine(String(error))}`
  if (systemCodeOf(error) !== undefined) return `kiteq: ${oneLine(error.message)}`
  return `kiteq: a bug: ${plainLines(error.stack ?? error.message)}`
}

/** What a person does next, where that is known. */
function adviceOn({ code, cause }: KiteQError): string {
  const isNobody = code === 'KITEQ_CLOSED' && systemCodeOf(cause) === 'ECONNREFUSED'
  return isNobody ? '; start one with: npm start' : ''
}

function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined
  return String(error.code)
}

/** What an owner, a broker or a file has said may be in it. */
function oneLine(text: string): string {
  return plainText(text.replace(/\s*\n\s*/g, '; '))
}
