// `kiteq why`: what became of a message, read from the log itself, of a folder in use or not.

import type { Command } from 'commander'
import type { Hole } from '../log/scan-segment.ts'
import { KiteQError } from '../model/errors.ts'
import type { Offset } from '../model/ids.ts'
import { messageId, withFolder, type FolderOption } from './arguments.ts'
import { counted } from './counted.ts'
import { idOf, openLogFolder } from './folder.ts'
import { HolesTold, lostText } from './lost-stretches.ts'
import { MessageLife, type Life, type LifeEvent } from './message-life.ts'
import { print, printable, printJson, Progress } from './terminal.ts'

interface WhyOptions extends FolderOption {
  readonly json?: true
}

interface ReadLives {
  readonly lives: readonly Life[]
  /** Records read. */
  readonly records: number
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
  const places = lostText(lost, undefined)
  if (places !== undefined) print(`the log is damaged, something may be missing here: ${places}`)
}

/** Rejects KITEQ_NOT_FOUND when the log knows no such message, and says where it may have stood. */
export async function lifeOf(dir: string, id: string): Promise<ReadLives> {
  const life = new MessageLife(idOf(id), id)
  const told = new HolesTold()
  const progress = new Progress()
  const { log, end, inUse, tail } = await openLogFolder(dir)
  try {
    const { records, holes } = await log.scan(0 as Offset, end, (record, place) => {
      life.visit(record, place)
      told.visit(record)
      if ((place.offset & 0x3fff) === 0)
        progress.show(() => `${counted(place.offset, 'record')} read`)
    })
    progress.end()
    const { lives } = life
    const lost = told.with(holes)
    if (lives.length === 0) throw notFound(dir, id, records, lostText(lost, tail))
    return { lives, records, end, inUse, holes: holes.length, lost }
  } finally {
    await log.close()
  }
}

function notFound(dir: string, id: string, records: number, lost: string | undefined): KiteQError {
  const where = lost === undefined ? '' : `; it may have stood in what cannot be read: ${lost}`
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
  const words = [when, event.what.padEnd(14)]
  if (event.group !== undefined) words.push(printable(event.group))
  if (event.attempt !== undefined) words.push(`attempt ${event.attempt}`)
  if (event.connection !== undefined) words.push(`to connection ${event.connection}`)
  if (event.peer !== undefined) words.push(`(${printable(event.peer)})`)
  if (event.detail !== undefined) words.push(printable(event.detail))
  return words.join('  ').trimEnd()
}

function standingOf(life: Life): string {
  if (life.outcome === 'prepared') return 'prepared, its publisher has not decided'
  if (life.outcome === 'rolled back') return 'rolled back, nobody will see it'
  const groups = Object.entries(life.groups)
  if (groups.length === 0) return 'settled, no group wanted it'
  return groups.map(([group, standing]) => `${printable(group)} ${words[standing]}`).join(', ')
}

const words = {
  waiting: 'is waiting for it',
  out: 'has it and has not answered',
  acked: 'acked it',
  skipped: 'was away and keeps nothing',
  dead: 'has it among the dead letters',
  purged: 'had it purged',
} as const
