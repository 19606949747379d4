// `kiteq why`: what became of a message, read from the log itself, of a folder in use or not.

import type { Command } from 'commander'
import { KiteQError } from '../model/errors.ts'
import { messageId, withFolder, type FolderOption } from './arguments.ts'
import { counted } from './counted.ts'
import { idOf, openLogFolder } from './folder.ts'
import { horizonText } from './log-horizon.ts'
import { lostTextFor } from './lost-ids.ts'
import { lostText } from './lost-stretches.ts'
import {
  MessageLife,
  type GroupStanding,
  type HolderBefore,
  type Life,
  type LifeEvent,
} from './message-life.ts'
import { timeText } from './record-text.ts'
import { print, printable, printJson } from './terminal.ts'
import { readLives, type ReadLives } from './why-lives.ts'
import { readByPostings } from './why-reading.ts'

interface WhyOptions extends FolderOption {
  readonly json?: true
  readonly scan?: true
}

export function register(program: Command): void {
  const command = program
    .command('why')
    .description('tell the life of a message, from the log')
    .argument('<messageId>', '32 hex digits')
    .option('--json', 'as one JSON object')
    .option('--scan', 'read the whole log, also where postings say where to look')
  withFolder(command).action((text: string, options: WhyOptions) => why(text, options))
}

async function why(text: string, options: WhyOptions): Promise<void> {
  const id = messageId(text)
  const { lost, ...told } = await lifeOf(options.dataDir, id, options.scan)
  if (options.json) {
    printJson({ id, ...told })
    return
  }
  for (const life of told.lives) for (const line of linesOf(life)) print(line)
  const gone = horizonText(told.firstOffset)
  if (gone !== undefined) print(gone)
  const places = lostText(lost, undefined)
  if (places !== undefined) print(`the log is damaged, something may be missing here: ${places}`)
}

/**
 * From what the postings point to, or with `scan` from the whole log. Rejects KITEQ_NOT_FOUND when the log knows no such message,
 * and says where it may have stood.
 */
export async function lifeOf(dir: string, id: string, scan?: boolean): Promise<ReadLives> {
  const found = scan === true ? undefined : await readByPostings(dir, idOf(id), id)
  if (found === undefined) return scannedLife(dir, id)
  const { tail, ...read } = found
  if (read.lives.length === 0)
    throw notFound(dir, id, read, await lostTextFor(dir, id, read.lost, tail))
  return read
}

async function scannedLife(dir: string, id: string): Promise<ReadLives> {
  const folder = await openLogFolder(dir)
  try {
    const read = await readLives(folder, new MessageLife(idOf(id), id))
    if (read.lives.length === 0)
      throw notFound(dir, id, read, await lostTextFor(dir, id, read.lost, folder.tail))
    return read
  } finally {
    await folder.log.close()
  }
}

function notFound(
  dir: string,
  id: string,
  { records, passed, firstOffset }: ReadLives,
  lost: string | undefined,
): KiteQError {
  const gone = horizonText(firstOffset)
  const where =
    (gone === undefined ? '' : `; ${gone}`) +
    (lost === undefined ? '' : `; it may have stood in what cannot be read: ${lost}`)
  const others =
    passed === 0 ? '' : `, ${counted(passed, 'record')} of other messages by their postings`
  return new KiteQError(
    'KITEQ_NOT_FOUND',
    `message ${id} is not in ${dir} (${counted(records, 'record')} read${others}); fly messages leave no record${where}`,
  )
}

/** For people: a headline, a line an event with the time since the first, where it stands now. */
export function linesOf(life: Life): string[] {
  const body = life.bodyText === undefined ? '' : ` "${printable(life.bodyText)}"`
  const names = [life.topic, life.type, life.publisher].map(printable)
  const isKnown = life.before?.hasBytes !== false
  const content = isKnown ? `${counted(life.bodyBytes, 'byte')}${body}` : 'unknown length'
  const lines = [
    `message ${life.id}`,
    `  ${names[0]!} / ${names[1]!}, published by group ${names[2]!}: ${life.form} body of ${content}`,
  ]
  for (const [key, value] of Object.entries(life.properties))
    lines.push(`  property ${printable(key)} = ${printable(value)}`)
  lines.push(
    `  expires ${life.expiresAt}, at most ${counted(life.deliverLimit, 'delivery', 'deliveries')} a group`,
    ...placeLines(life),
  )
  const firstMs = life.events[0]?.timeMs ?? 0
  life.events.forEach((event, at) =>
    lines.push(`  ${lineOf(event, at === 0 ? undefined : firstMs)}`),
  )
  lines.push(`  now: ${standingOf(life)}`)
  return lines
}

function placeLines({ offset, segment, position, before }: Life): string[] {
  if (before === undefined)
    return [`  stored as record ${offset}, segment ${segment} at byte ${position}`]
  const copy = before.hasBytes
    ? `; its bytes were moved to segment ${segment}, byte ${position}`
    : ''
  const lines = [`  stored as record ${offset}, which went with old segments${copy}`]
  for (const [group, holder] of Object.entries(before.groups))
    lines.push(`  as of record ${before.asOf}: ${printable(group)} ${holderText(holder)}`)
  if (before.outcome === 'prepared' || before.outcome === 'rolled back')
    lines.push(`  as of record ${before.asOf}: ${before.outcome}`)
  else if (Object.keys(before.groups).length === 0)
    lines.push(`  as of record ${before.asOf}: no group had it any more`)
  return lines
}

function holderText({ standing, attempts, parked, dead }: HolderBefore): string {
  const after = attempts === 0 ? '' : `, after ${counted(attempts, 'attempt')}`
  if (dead === undefined)
    return `${parked === true ? 'had it parked' : standing === 'out' ? 'had it and had not answered' : 'was waiting for it'}${after}`
  const said = dead.feedback === '' ? '' : ` ${printable(JSON.stringify(dead.feedback))}`
  return `had it among the dead letters since ${timeText(dead.atMs)}: ${dead.reason}${said}${after}`
}

/** The first event has a date, the others a distance from it. */
function lineOf(event: LifeEvent, firstMs: number | undefined): string {
  const when =
    firstMs === undefined
      ? new Date(event.timeMs).toISOString()
      : `+${((event.timeMs - firstMs) / 1000).toFixed(3)} s`.padStart(24)
  return [when, ...wordsOf(event)].join('  ').trimEnd()
}

/** What happened, to whom, how. */
export function wordsOf(event: LifeEvent): string[] {
  const words = [event.what.padEnd(14)]
  if (event.group !== undefined) words.push(printable(event.group))
  if (event.attempt !== undefined) words.push(`attempt ${event.attempt}`)
  if (event.connection !== undefined) words.push(`to connection ${event.connection}`)
  if (event.peer !== undefined) words.push(`(${printable(event.peer)})`)
  if (event.detail !== undefined) words.push(printable(event.detail))
  return words
}

function standingOf(life: Life): string {
  if (life.outcome === 'prepared') return 'prepared, its publisher has not decided'
  if (life.outcome === 'rolled back') return 'rolled back, nobody will see it'
  const groups = Object.entries(life.groups)
  if (groups.length === 0 && life.before !== undefined) return 'settled, as of what is left'
  if (groups.length === 0) return 'settled, no group wanted it'
  return groups.map(([group, standing]) => groupText(life, group, standing)).join(', ')
}

function groupText(life: Life, group: string, standing: GroupStanding): string {
  const who = standing === 'waiting' ? life.paused?.[group] : undefined
  const held = who === undefined ? '' : `, but is paused by ${printable(who)}`
  const skip = life.events.findLast((one) => one.group === group && one.what === 'skipped')
  const isReset = standing === 'skipped' && skip?.detail !== undefined
  const isSetAside = standing === 'waiting' && isParked(life, group)
  const said = isReset
    ? 'had it skipped by a reset'
    : isSetAside
      ? 'has it parked, for it no longer wants the type'
      : words[standing]
  return `${printable(group)} ${said}${held}`
}

function isParked(life: Life, group: string): boolean {
  const isTold = life.events.some(
    ({ group: whose, what }) => whose === group && (what === 'parked' || what === 'unparked'),
  )
  if (isTold) return parkedBy(life, group) !== undefined
  return life.before?.groups[group]?.parked === true
}

/** The record that set it aside for the group, as long as nothing brought it back. */
export function parkedBy(life: Life, group: string): LifeEvent | undefined {
  const event = life.events.findLast(
    ({ group: whose, what }) => whose === group && (what === 'parked' || what === 'unparked'),
  )
  return event?.what === 'parked' ? event : undefined
}

const words = {
  waiting: 'is waiting for it',
  out: 'has it and has not answered',
  acked: 'acked it',
  skipped: 'was away and keeps nothing',
  dead: 'has it among the dead letters',
  purged: 'had it purged',
} as const
