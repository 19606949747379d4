// `kiteq replay`: the state of an earlier moment, made again in this process from the log; and what changed between two of
// them. Reads a folder in use or not; the broker is asked nothing but how far the log may be read. With --into it publishes
// what the log holds instead: replay-into.ts.

import type { Command } from 'commander'
import { KiteQError } from '../model/errors.ts'
import type { LogRecord } from '../model/record.ts'
import { integer, withFolder, type FolderOption } from './arguments.ts'
import { counted } from './counted.ts'
import { openLogFolder, type LogFolder } from './folder.ts'
import { momentOf, offsetAt, timeAt, type Moment } from './moment.ts'
import { rebuild, rebuildOn, type Rebuilt } from './rebuild.ts'
import { replayInto, type ReplayIntoOptions } from './replay-into.ts'
import { summaryOf, type StateSummary } from './state-summary.ts'
import { diffOf, type SummaryDiff } from './summary-diff.ts'
import { diffLines, summaryLines } from './summary-text.ts'
import { print, printJson, Progress } from './terminal.ts'

interface ReplayOptions extends FolderOption {
  readonly until: string
  readonly diff?: string
  readonly json?: true
}

type GivenOptions = FolderOption & Partial<ReplayIntoOptions> & Partial<ReplayOptions>

/** What the log reaches back and up to. */
export interface Horizon {
  readonly firstOffset: number
  /** States from here on can be made without a checkpoint: of the oldest image in the log, or 0. */
  readonly stateOffset: number
  /** Records below may be read. */
  readonly endOffset: number
  readonly firstTime: string | number | null
  readonly inUse: boolean
}

export function register(program: Command): void {
  const moment = 'an offset, a time (ISO or unix ms), earliest, latest'
  const command = program
    .command('replay')
    .description(
      'rebuild the state of a moment from the log, and print it; or publish its messages again',
    )
    .option('--until <moment>', `before this: ${moment}`)
    .option('--diff <moment>', 'tell what changed between the two moments instead')
    .option('--json', 'as one JSON object')
  withInto(withFolder(command)).action((options: GivenOptions) => {
    const { until, into } = options
    const stray = intoOnly.find((name) => options[name] !== undefined)
    if (into !== undefined && options.diff !== undefined)
      return command.error('error: --into does not go with --diff')
    if (into !== undefined) return replayInto(intoOptionsOf(options, into))
    if (stray !== undefined) return command.error(`error: --${dashed(stray)} goes only with --into`)
    if (until === undefined)
      return command.error(
        "error: required option '--until <moment>', or '--into <host:port>' to publish",
      )
    return replay({ ...options, until })
  })
}

/** Options that only publishing has. */
const intoOnly = [
  'topic',
  'type',
  'id',
  'from',
  'group',
  'rate',
  'window',
  'limit',
  'dryRun',
  'stableIds',
  'keepExpiredAs',
] as const

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function withInto(command: Command): Command {
  const count = integer(1, Number.MAX_SAFE_INTEGER)
  return command
    .option('--into <host:port>', 'publish the messages to this broker, under new ids')
    .option('--topic <topic>', 'with --into: only of this topic')
    .option('--type <type>', 'with --into: only of this message type')
    .option('--id <id>', 'with --into: only this message, 32 hex digits')
    .option('--from <moment>', 'with --into: the first record; default: earliest')
    .option('--group <group>', "with --into: the publisher's group; default: kiteq-cli")
    .option('--rate <n>', 'with --into: at most so many a second', integer(1, 10_000_000))
    .option('--limit <n>', 'with --into: at most so many', count)
    .option('--window <n>', 'with --into: unanswered at a time; default: 1024', integer(1, 65_536))
    .option('--dry-run', 'with --into: only tell what would be published')
    .option('--stable-ids', 'with --into: the same ids each time, so that a repeat does no harm')
    .option(
      '--keep-expired-as <seconds>',
      'with --into: expired ones live so long from now, instead of being skipped',
      integer(1, 604_800),
    )
}

function intoOptionsOf(options: GivenOptions, into: string): ReplayIntoOptions {
  const { group = 'kiteq-cli', rate = Infinity, window = 1024, limit = Infinity } = options
  return { ...options, into, group, rate, window, limit }
}

async function replay(options: ReplayOptions): Promise<void> {
  const until = momentOf('--until', options.until)
  const other = options.diff === undefined ? undefined : momentOf('--diff', options.diff)
  const folder = await openLogFolder(options.dataDir)
  try {
    if (other === undefined) await tellState(folder, until, options)
    else await tellDiff(folder, until, other, options)
  } finally {
    await folder.log.close()
  }
}

async function tellState(folder: LogFolder, until: Moment, options: ReplayOptions): Promise<void> {
  const offset = await stateAt(folder, '--until', until)
  const horizon = await horizonOf(folder)
  const state = await watched(folder, (seen) => rebuild(folder, offset, seen))
  const summary = await summaryOf(folder, state)
  if (options.json) {
    printJson({ horizon, ...summary })
    return
  }
  print(horizonLine(horizon))
  for (const line of summaryLines(summary)) print(line)
}

/** The earliest state is that of the oldest image, which old records may stand before. */
async function stateAt(folder: LogFolder, option: string, moment: Moment): Promise<number> {
  const first = folder.headers[0]?.firstOffset ?? 0
  const { horizon, end } = folder
  if (moment.kind === 'offset' && moment.offset < first)
    throw new KiteQError(
      'KITEQ_USAGE',
      `${option} is offset ${moment.offset}; expected one from ${horizon} to ${end}, where this log ends: what is before is gone`,
    )
  const offset = await offsetAt(folder, option, moment)
  const isLater = moment.kind === 'earliest' && horizon !== Infinity
  return isLater ? Math.max(offset, horizon) : offset
}

async function tellDiff(
  folder: LogFolder,
  until: Moment,
  other: Moment,
  options: ReplayOptions,
): Promise<void> {
  const one = await stateAt(folder, '--until', until)
  const two = await stateAt(folder, '--diff', other)
  const horizon = await horizonOf(folder)
  const { before, after, diff } = await diffBetween(folder, Math.min(one, two), Math.max(one, two))
  if (options.json) {
    printJson({ horizon, before, after, diff })
    return
  }
  print(horizonLine(horizon))
  for (const line of diffLines(diff)) print(line)
}

/** Both states, the second made out of the first. */
export async function diffBetween(
  folder: LogFolder,
  from: number,
  to: number,
): Promise<{ before: StateSummary; after: StateSummary; diff: SummaryDiff }> {
  const first = await watched(folder, (seen) => rebuild(folder, from, seen))
  const before = await summaryOf(folder, first)
  const kinds: Record<string, number> = {}
  const second = await watched(folder, (seen) =>
    rebuildOn(folder, first, to, (record, place) => {
      kinds[record.kind] = (kinds[record.kind] ?? 0) + 1
      seen(record, place)
    }),
  )
  const after = await summaryOf(folder, second)
  return { before, after, diff: diffOf(before, after, kinds) }
}

type Seen = (record: LogRecord, place: { readonly offset: number }) => void

async function watched(
  folder: LogFolder,
  work: (seen: Seen) => Promise<Rebuilt>,
): Promise<Rebuilt> {
  const progress = new Progress()
  const result = await work((_, { offset }) => {
    if ((offset & 0x3fff) === 0)
      progress.show(() => `${offset} of at most ${counted(folder.end, 'record')} replayed`)
  })
  progress.end()
  return result
}

async function horizonOf(folder: LogFolder): Promise<Horizon> {
  const firstOffset = folder.headers[0]?.firstOffset ?? 0
  const firstTime = (await timeAt(folder, 0)) ?? null
  const { end: endOffset, horizon: stateOffset, inUse } = folder
  return { firstOffset, stateOffset, endOffset, firstTime, inUse }
}

function horizonLine(horizon: Horizon): string {
  const { firstOffset, stateOffset, endOffset, firstTime, inUse } = horizon
  const span = endOffset === firstOffset ? 'is empty' : `reaches from offset ${firstOffset}`
  const since = firstTime === null ? '' : ` (${firstTime})`
  const states =
    stateOffset === Infinity
      ? ', no state can be made from it alone'
      : stateOffset === 0
        ? ''
        : `, states can be made from ${stateOffset} on`
  return `the log ${span}${since} to ${endOffset}${inUse ? ', in use' : ''}${states}`
}
