// `kiteq replay`: the state of an earlier moment, made again in this process from the log; and what changed between two of
// them. Reads a folder in use or not; the broker is asked nothing but how far the log may be read.

import type { Command } from 'commander'
import type { LogRecord } from '../model/record.ts'
import { withFolder, type FolderOption } from './arguments.ts'
import { counted } from './counted.ts'
import { openLogFolder, type LogFolder } from './folder.ts'
import { momentOf, offsetAt, timeAt, type Moment } from './moment.ts'
import { rebuild, rebuildOn, type Rebuilt } from './rebuild.ts'
import { summaryOf, type StateSummary } from './state-summary.ts'
import { diffOf, type SummaryDiff } from './summary-diff.ts'
import { diffLines, summaryLines } from './summary-text.ts'
import { print, printJson, Progress } from './terminal.ts'

interface ReplayOptions extends FolderOption {
  readonly until: string
  readonly diff?: string
  readonly json?: true
}

/** What the log reaches back and up to. */
export interface Horizon {
  readonly firstOffset: number
  /** Records below may be read. */
  readonly endOffset: number
  readonly firstTime: string | number | null
  readonly inUse: boolean
}

export function register(program: Command): void {
  const moment = 'an offset, a time (ISO or unix ms), earliest, latest'
  const command = program
    .command('replay')
    .description('rebuild the state of a moment from the log, and print it')
    .requiredOption('--until <moment>', `before this: ${moment}`)
    .option('--diff <moment>', 'tell what changed between the two moments instead')
    .option('--json', 'as one JSON object')
  withFolder(command).action(replay)
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
  const offset = await offsetAt(folder, '--until', until)
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

async function tellDiff(
  folder: LogFolder,
  until: Moment,
  other: Moment,
  options: ReplayOptions,
): Promise<void> {
  const one = await offsetAt(folder, '--until', until)
  const two = await offsetAt(folder, '--diff', other)
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
  return { firstOffset, endOffset: folder.end, firstTime, inUse: folder.inUse }
}

function horizonLine({ firstOffset, endOffset, firstTime, inUse }: Horizon): string {
  const span = endOffset === firstOffset ? 'is empty' : `reaches from offset ${firstOffset}`
  const since = firstTime === null ? '' : ` (${firstTime})`
  return `the log ${span}${since} to ${endOffset}${inUse ? ', in use' : ''}`
}
