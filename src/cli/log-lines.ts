// The broker's own lines on standard error: JSON for programs, one line of text for people, both by pino. Must never show a
// secret, nor let text from elsewhere move the cursor.

import { destination, pino, type DestinationStream } from 'pino'
import type { Config } from '../config.ts'
import type { Logger } from '../model/logger.ts'
import { plainLines, plainText } from '../model/plain-text.ts'

const standardError = 2

/** Nobody is to log any of these; should somebody do so by mistake, it is not shown. */
const secretNames: readonly string[] = ['password', 'secret', 'secretKey', 'credentials']

/** To standard error, or to where a test wants it. */
export function loggerFor(
  { logFormat, logLevel }: Pick<Config, 'logFormat' | 'logLevel'>,
  to: DestinationStream = destination(standardError),
  isTerminal: boolean = process.stderr.isTTY,
): Logger {
  const isText = logFormat === 'text' || (logFormat === 'auto' && isTerminal)
  const redact = {
    paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
    censor: 'not shown',
  }
  const options = { level: logLevel, redact, hooks: { streamWrite: plainLines } }
  return pino(options, isText ? asText(to) : to)
}

interface Line {
  readonly level: number
  /** Ms since 1970. */
  readonly time: number
  readonly msg?: string
}
/** What a program that gathers lines of many brokers wants, and a person in front of one does not. */
const ofEveryLine: readonly string[] = ['pid', 'hostname']

function asText(to: DestinationStream): DestinationStream {
  return { write: (json) => to.write(`${textLine(json)}\n`) }
}

/** `2026-01-31 12:00:00.000 WARN  what happened  key=value …`, in the time of the machine's zone. */
export function textLine(json: string): string {
  const { level, time, msg = '', ...details } = JSON.parse(json) as Line
  const word = level >= 50 ? 'ERROR' : level >= 40 ? 'WARN ' : 'INFO '
  const shown = Object.entries(details)
    .filter(([key]) => !ofEveryLine.includes(key))
    .map(([key, value]) => `${key}=${valueText(value)}`)
  return plainText([`${momentText(time)} ${word} ${msg}`, ...shown].join('  '))
}

/** As it is where it is one word, else as JSON. */
function valueText(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"=]+$/.test(value)) return value
  return JSON.stringify(value)
}

function momentText(ms: number): string {
  const at = new Date(ms)
  const two = (number: number): string => String(number).padStart(2, '0')
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-')
  const time = [two(at.getHours()), two(at.getMinutes()), two(at.getSeconds())].join(':')
  return `${day} ${time}.${String(at.getMilliseconds()).padStart(3, '0')}`
}
