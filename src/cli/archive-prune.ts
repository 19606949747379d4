// `kiteq archive prune`: rows of an archive go by age. Asks no broker and no log: what is over stands in the archive itself.

import { InvalidArgumentError, type Command } from 'commander'
import { pruneArchive, type PruneFigures } from '../archive/mysql-prune.ts'
import { archiveAddress, untilStopped, withMysql, type MysqlOption } from './archive-options.ts'
import { counted } from './counted.ts'
import { exitCodes } from './exit-codes.ts'
import { print, printJson, Progress } from './terminal.ts'

interface PruneOptions extends MysqlOption {
  readonly olderThan: number
  readonly dryRun?: true
  readonly json?: true
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

export function register(archive: Command): void {
  const command = archive
    .command('prune')
    .description('removes rows that are older, a slice at a time; messages that are not over stay')
    .requiredOption('--older-than <age>', 'such as 90d, 12h', ageOf)
    .option('--dry-run', 'only tell how many')
    .option('--json', 'the outcome as one JSON object')
  withMysql(command).action(prune)
}

/** Ms. */
function ageOf(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count === undefined) throw new InvalidArgumentError('Expected an age: 90d, 12h, 30m, 60s.')
  return Number(count) * unitMs[unit as keyof typeof unitMs]
}

async function prune(options: PruneOptions): Promise<void> {
  const progress = new Progress()
  const dryRun = options.dryRun === true
  const beforeMs = Date.now() - options.olderThan
  const { figures, isWhole } = await untilStopped(async (signal) => ({
    figures: await pruneArchive({
      mysql: archiveAddress(options),
      beforeMs,
      dryRun,
      signal,
      onProgress: ({ rows }) => progress.show(() => `${counted(rows, 'row')} removed`),
    }),
    isWhole: !signal.aborted,
  })).finally(() => progress.end())
  if (options.json) printJson({ dryRun, before: new Date(beforeMs), ...figures, isWhole })
  else for (const line of linesOf(figures, dryRun)) print(line)
  if (!isWhole) process.exitCode = exitCodes.negative
}

function linesOf({ logs, rows, kept }: PruneFigures, dryRun: boolean): string[] {
  const lines = [`${dryRun ? 'would remove' : 'removed'} ${counted(rows, 'row')}`]
  for (const { logId, below } of logs) lines.push(`  log ${logId}: of records below ${below}`)
  if (kept > 0) lines.push(`kept ${counted(kept, 'older message')} that no end is known of`)
  return lines
}
