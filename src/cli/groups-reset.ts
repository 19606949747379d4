// `kiteq groups reset`: a group goes on from another place of the log. The broker does it step by step as it is asked here,
// so that it ends between two steps, and what was done stays done.

import type { Command } from 'commander'
import { withFolder, type FolderOption } from './arguments.ts'
import { counted } from './counted.ts'
import { exitCodes } from './exit-codes.ts'
import { askBroker, openLogFolder } from './folder.ts'
import { momentOf, resetOffsetAt, timeAt } from './moment.ts'
import { Pace, rateOf } from './pace.ts'
import { print, printable, printJson, tell } from './terminal.ts'

interface ResetOptions extends FolderOption {
  readonly topic?: string
  readonly to: string
  readonly rate: number
  readonly dryRun?: true
  readonly json?: true
}

interface Outcome {
  /** Offset of the record of this act; null for a dry run. */
  act: number | null
  readonly group: string
  readonly topic: string | null
  readonly to: number
  /** How far back the log reaches. */
  readonly firstOffset: number
  readonly firstTime: string | number | null
  /** Read up to here. */
  reached: number
  skipped: number
  recalled: number
  /** Left out: they wait already, are dead letters, expired, match no binding, cannot be read. */
  readonly leftOut: Record<string, number>
  isWhole: boolean
}

const rateDefault = 5000

export function registerReset(groups: Command): void {
  const reset = groups
    .command('reset')
    .description(
      'skip what waits from before a moment, and give it again what the log has from there on',
    )
    .argument('<group>', 'name of the group')
    .requiredOption('--to <moment>', 'an offset, a time (ISO or unix ms), earliest, latest')
    .option('--topic <topic>', 'only of this topic')
    .option('--rate <n/s>', 'so many a second; 0: as fast as it goes', rateOf, rateDefault)
    .option('--dry-run', 'only tell what would be done; asks the running broker, too')
    .option('--json', 'the outcome as one JSON object')
  withFolder(reset).action(async (group: string, options: ResetOptions) => {
    const outcome = await run(group, options)
    if (!outcome.isWhole) process.exitCode = exitCodes.negative
    if (options.json) printJson(outcome)
    else for (const line of linesOf(outcome, options.dryRun === true)) print(line)
  })
}

async function run(group: string, options: ResetOptions): Promise<Outcome> {
  const { dataDir, topic } = options
  const outcome = await outcomeAt(group, options)
  const request = { group, to: outcome.to, who: `kiteq groups, pid ${process.pid}` }
  const begun = (await askBroker(dataDir, {
    ...request,
    op: 'reset-begin',
    dryRun: options.dryRun === true,
    ...(topic === undefined ? {} : { topic }),
  })) as { token: string; act: number; end: number }
  const { token } = begun
  if (options.dryRun !== true) outcome.act = begun.act
  const pace = new Pace(options.dryRun === true ? 0 : options.rate)
  try {
    outcome.isWhole =
      (await skip(dataDir, token, pace, outcome)) &&
      (await recall(dataDir, token, pace, outcome, begun.end))
  } catch (error) {
    const { skipped, recalled } = outcome
    const name = outcome.act === null ? '' : ` (act ${outcome.act})`
    tell(
      `kiteq: ${skipped} were skipped and ${recalled} given again before this${name}, and perhaps those of one more step; for the rest run it again: what waits is not given twice`,
    )
    throw error
  } finally {
    pace.end()
    await askBroker(dataDir, { op: 'reset-end', token }).catch(() => undefined) // it may have gone
  }
  return outcome
}

/** Rejects KITEQ_USAGE for an offset that the log does not reach. */
async function outcomeAt(group: string, options: ResetOptions): Promise<Outcome> {
  const moment = momentOf('--to', options.to)
  const folder = await openLogFolder(options.dataDir)
  try {
    const to = await resetOffsetAt(folder, '--to', moment)
    return {
      act: null,
      group,
      topic: options.topic ?? null,
      to,
      firstOffset: folder.headers[0]?.firstOffset ?? 0,
      firstTime: (await timeAt(folder, 0)) ?? null,
      reached: to,
      skipped: 0,
      recalled: 0,
      leftOut: {},
      isWhole: false,
    }
  } finally {
    await folder.log.close()
  }
}

async function skip(dir: string, token: string, pace: Pace, outcome: Outcome): Promise<boolean> {
  while (!pace.isStopped) {
    const answer = await askBroker(dir, { op: 'reset-skip', token })
    const { done, isOver } = answer as { done: number; isOver: boolean }
    outcome.skipped += done
    if (isOver) return true
    await pace.took(0, () => `${outcome.skipped} skipped`)
  }
  return false
}

async function recall(
  dir: string,
  token: string,
  pace: Pace,
  outcome: Outcome,
  end: number,
): Promise<boolean> {
  while (!pace.isStopped) {
    const sinceMs = performance.now()
    const answer = await askBroker(dir, { op: 'reset-recall', token, limit: pace.slice })
    await pace.rest(sinceMs)
    const {
      done = 0,
      at,
      isOver,
      ...leftOut
    } = answer as Record<string, number> & {
      isOver: boolean
      at: number
    }
    outcome.recalled += done
    outcome.reached = at
    for (const [why, count] of Object.entries(leftOut as Record<string, number>))
      if (count > 0) outcome.leftOut[why] = (outcome.leftOut[why] ?? 0) + count
    if (isOver) return true
    await pace.took(done, () => `offset ${at} of ${end}, ${outcome.recalled} given again`)
  }
  return false
}

/** Where one is said in another way than many. */
const wordsOfOne: Readonly<Record<string, string>> = {
  waiting: 'waits for it already',
  dead: 'is among its dead letters: kiteq dlq redrive gives it again',
  expired: 'has expired',
  unwanted: 'matches no binding it has now',
}
const words: Readonly<Record<string, string>> = {
  waiting: 'wait for it already',
  dead: 'are among its dead letters: kiteq dlq redrive gives them again',
  expired: 'have expired',
  unwanted: 'match no binding it has now',
  lost: 'cannot be read any more',
  dropped: 'records went with old segments before they were read: retention took them meanwhile',
}

function linesOf(outcome: Outcome, isDryRun: boolean): string[] {
  const { group, topic, to, act, skipped, recalled, reached, leftOut, isWhole } = outcome
  const of = topic === null ? '' : `, topic ${printable(topic)}`
  const name = act === null ? '' : ` (act ${act})`
  const would = isDryRun ? 'would be ' : ''
  const since = outcome.firstTime === null ? '' : ` (${outcome.firstTime})`
  const older = to < outcome.firstOffset ? '; what waits from before that waits on' : ''
  const lines = [
    `group ${printable(group)}${of}, to offset ${to}${name}; the log reaches back to offset ${outcome.firstOffset}${since}${older}`,
    `  ${counted(skipped, 'message')} from before ${would}skipped, ${recalled} from there on ${would}given again`,
  ]
  for (const [why, count] of Object.entries(leftOut)) {
    const ofOne = count === 1 ? wordsOfOne[why] : undefined
    lines.push(`  ${count} ${ofOne ?? words[why] ?? why}`)
  }
  if (!isWhole)
    lines.push(`  stopped before offset ${reached}; run it again: what waits is not given twice`)
  return lines
}
