// `kiteq why`: what became of a message, read from the log itself, of a folder in use or not.

import type { Command } from 'commander'
import type { Hole } from '../log/scan-segment.ts'
import { KiteQError } from '../model/errors.ts'
import type { Offset, Position, SegmentNumber } from '../model/ids.ts'
import type { LogRecord, RecordPlace } from '../model/record.ts'
import { messageId, withFolder, type FolderOption } from './arguments.ts'
import { counted } from './counted.ts'
import { idOf, openLogFolder, type LogFolder } from './folder.ts'
import { earlierNames, horizonText } from './log-horizon.ts'
import { HolesTold, lostText } from './lost-stretches.ts'
import { MessageLife, type GroupStanding, type Life, type LifeEvent } from './message-life.ts'
import { print, printable, printJson, Progress } from './terminal.ts'

interface WhyOptions extends FolderOption {
  readonly json?: true
}

export interface ReadLives {
  readonly lives: readonly Life[]
  /** Records read. */
  readonly records: number
  /** Of the first record that is left: older segments may have been dropped. */
  readonly firstOffset: number
  /** Offsets below are durable and were read. */
  readonly end: number
  readonly inUse: boolean
  /** Stretches of damage that were stepped over now. */
  readonly holes: number
  /** These, and the ones the log tells of; only those that held records. */
  readonly lost: readonly Hole[]
}

export function register(program: Command): void {
  const command = program
    .command('why')
    .description('tell the life of a message, from the log')
    .argument('<messageId>', '32 hex digits')
    .option('--json', 'as one JSON object')
  withFolder(command).action((text: string, options: WhyOptions) => why(text, options))
}

async function why(text: string, options: WhyOptions): Promise<void> {
  const id = messageId(text)
  const { lost, ...told } = await lifeOf(options.dataDir, id)
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

/** Rejects KITEQ_NOT_FOUND when the log knows no such message, and says where it may have stood. */
export async function lifeOf(dir: string, id: string): Promise<ReadLives> {
  const folder = await openLogFolder(dir)
  try {
    const read = await readLives(folder, new MessageLife(idOf(id), id))
    if (read.lives.length === 0) throw notFound(dir, id, read, lostText(read.lost, folder.tail))
    return read
  } finally {
    await folder.log.close()
  }
}

/** Shows the whole log to `life`, and to whoever else wants to see it. */
export async function readLives(
  { log, dir, end, inUse, headers }: LogFolder,
  life: MessageLife,
  also?: (record: LogRecord, place: RecordPlace) => void,
): Promise<ReadLives> {
  const told = new HolesTold()
  const progress = new Progress()
  for (const named of await earlierNames(log, dir)) life.visit(named, nowhere)
  const { records, holes } = await log.scan(0 as Offset, end, (record, place) => {
    life.visit(record, place)
    told.visit(record)
    also?.(record, place)
    if ((place.offset & 0x3fff) === 0)
      progress.show(() => `${counted(place.offset, 'record')} read`)
  })
  progress.end()
  const { lives } = life
  const firstOffset = headers[0]?.firstOffset ?? 0
  return { lives, records, firstOffset, end, inUse, holes: holes.length, lost: told.with(holes) }
}

/** Names have no place of their own. */
const nowhere: RecordPlace = {
  offset: 0 as Offset,
  timeMs: 0,
  segment: 0 as SegmentNumber,
  position: 0 as Position,
  length: 0,
}

function notFound(
  dir: string,
  id: string,
  { records, firstOffset }: ReadLives,
  lost: string | undefined,
): KiteQError {
  const gone = horizonText(firstOffset)
  const where =
    (gone === undefined ? '' : `; ${gone}`) +
    (lost === undefined ? '' : `; it may have stood in what cannot be read: ${lost}`)
  return new KiteQError(
    'KITEQ_NOT_FOUND',
    `message ${id} is not in ${dir} (${counted(records, 'record')} read); fly messages leave no record${where}`,
  )
}

/** For people: a headline, a line an event with the time since the first, where it stands now. */
export function linesOf(life: Life): string[] {
  const body = life.bodyText === undefined ? '' : ` "${printable(life.bodyText)}"`
  const names = [life.topic, life.type, life.publisher].map(printable)
  const lines = [
    `message ${life.id}`,
    `  ${names[0]!} / ${names[1]!}, published by group ${names[2]!}: ${life.form} body of ${counted(life.bodyBytes, 'byte')}${body}`,
  ]
  for (const [key, value] of Object.entries(life.properties))
    lines.push(`  property ${printable(key)} = ${printable(value)}`)
  lines.push(
    `  expires ${life.expiresAt}, at most ${counted(life.deliverLimit, 'delivery', 'deliveries')} a group`,
    `  stored as record ${life.offset}, segment ${life.segment} at byte ${life.position}`,
  )
  const firstMs = life.events[0]?.timeMs ?? 0
  life.events.forEach((event, at) =>
    lines.push(`  ${lineOf(event, at === 0 ? undefined : firstMs)}`),
  )
  lines.push(`  now: ${standingOf(life)}`)
  return lines
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
  if (groups.length === 0) return 'settled, no group wanted it'
  return groups.map(([group, standing]) => groupText(life, group, standing)).join(', ')
}

function groupText(life: Life, group: string, standing: GroupStanding): string {
  const who = standing === 'waiting' ? life.paused?.[group] : undefined
  const held = who === undefined ? '' : `, but is paused by ${printable(who)}`
  const skip = life.events.findLast((one) => one.group === group && one.what === 'skipped')
  const isReset = standing === 'skipped' && skip?.detail !== undefined
  const isSetAside = standing === 'waiting' && parkedBy(life, group) !== undefined
  const said = isReset
    ? 'had it skipped by a reset'
    : isSetAside
      ? 'has it parked, for it no longer wants the type'
      : words[standing]
  return `${printable(group)} ${said}${held}`
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
