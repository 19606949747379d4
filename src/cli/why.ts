// `kiteq why`: what became of a message, read from the log itself, of a folder in use or not.

import type { Command } from 'commander'
import { KiteQError } from '../model/errors.ts'
import { messageId, withFolder, type FolderOption } from './arguments.ts'
import { idOf, scanFolder, type ScanSummary } from './folder.ts'
import { MessageLife, type Life, type LifeEvent } from './message-life.ts'
import { print, printable, printJson, Progress } from './terminal.ts'

interface WhyOptions extends FolderOption {
  readonly json?: true
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
  const { lives, summary } = await lifeOf(options.dataDir, id)
  if (options.json) {
    printJson({ id, lives, ...summary })
    return
  }
  for (const life of lives) for (const line of linesOf(life)) print(line)
  if (summary.holes > 0)
    print(`the log has ${summary.holes} damaged stretches; something may be missing here`)
}

/** Rejects KITEQ_NOT_FOUND when the log knows no such message. */
export async function lifeOf(
  dir: string,
  id: string,
): Promise<{ lives: readonly Life[]; summary: ScanSummary }> {
  const life = new MessageLife(idOf(id), id)
  const progress = new Progress()
  const summary = await scanFolder(dir, (record, place) => {
    life.visit(record, place)
    if ((place.offset & 0x3fff) === 0) progress.show(() => `${place.offset} records read`)
  })
  progress.end()
  if (life.lives.length === 0)
    throw new KiteQError(
      'KITEQ_NOT_FOUND',
      `message ${id} is not in ${dir} (${summary.records} records read); fly messages leave no record`,
    )
  return { lives: life.lives, summary }
}

/** For people: a headline, a line an event with the time since the first, where it stands now. */
export function linesOf(life: Life): string[] {
  const body = life.bodyText === undefined ? '' : ` "${printable(life.bodyText)}"`
  const names = [life.topic, life.type, life.publisher].map(printable)
  const lines = [
    `message ${life.id}`,
    `  ${names[0]!} / ${names[1]!}, published by group ${names[2]!}: ${life.form} body of ${life.bodyBytes} bytes${body}`,
  ]
  for (const [key, value] of Object.entries(life.properties))
    lines.push(`  property ${printable(key)} = ${printable(value)}`)
  lines.push(
    `  expires ${life.expiresAt}, at most ${life.deliverLimit} deliveries a group`,
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
