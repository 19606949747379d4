// `kiteq archive verify`: is what the archive has what the log says? Reads both, a folder in use or not, and changes neither.

import type { Command } from 'commander'
import { namesBefore } from '../archive-names.ts'
import {
  differencesListedMax,
  isEqual,
  verifyArchive,
  type Stretch,
  type VerifyFigures,
} from '../archive/verify.ts'
import { withFolder, type FolderOption } from './arguments.ts'
import { archiveAddress, untilStopped, withMysql, type MysqlOption } from './archive-options.ts'
import { counted } from './counted.ts'
import { exitCodes } from './exit-codes.ts'
import { openLogFolder, ownerEnd } from './folder.ts'
import { momentOf, rangeAt } from './moment.ts'
import { countBar } from './progress-bar.ts'
import { print, printable, printJson, Progress } from './terminal.ts'

interface VerifyOptions extends FolderOption, MysqlOption {
  readonly from: string
  readonly to: string
  readonly json?: true
}

const stretchesListedMax = 20

export function register(archive: Command): void {
  const command = archive
    .command('verify')
    .description('compares the archive with the log, row by row where they differ')
    .option('--from <moment>', 'begins with this offset or time', 'earliest')
    .option('--to <moment>', 'ends before this offset or time', 'latest')
    .option('--json', 'the outcome as one JSON object')
  withFolder(withMysql(command)).action(verify)
}

async function verify(options: VerifyOptions): Promise<void> {
  const mysql = archiveAddress(options)
  const { dataDir } = options
  const moments = [momentOf('--from', options.from), momentOf('--to', options.to)] as const
  const progress = new Progress()
  const startMs = performance.now()
  const figures = await untilStopped((signal) =>
    verifyArchive({
      ...{ dataDir, mysql, signal },
      watermark: () => ownerEnd(dataDir),
      namesBefore: (offset) => namesBefore(dataDir, offset),
      range: async () => {
        const folder = await openLogFolder(dataDir)
        try {
          const [from, to] = await rangeAt(folder, ['--from', '--to'], moments)
          return { from, to, end: folder.end }
        } finally {
          await folder.log.close()
        }
      },
      onProgress: ({ from, to, next, bytes }) => {
        const elapsedMs = performance.now() - startMs
        progress.show(
          () => `${countBar(next - from, to - from, elapsedMs)}, ${speedOf(bytes, elapsedMs)}`,
        )
      },
    }),
  ).finally(() => progress.end())
  const seconds = (performance.now() - startMs) / 1000
  const isWhole = figures.next >= figures.to
  const isGood = isWhole && isEqual(figures)
  if (options.json) printJson({ archive: mysql.shown, equal: isGood, isWhole, ...figures, seconds })
  else for (const line of linesOf(figures, mysql.shown)) print(line)
  if (!isGood) process.exitCode = exitCodes.negative
}

function speedOf(bytes: number, elapsedMs: number): string {
  return `${(bytes / 1000 / Math.max(1, elapsedMs)).toFixed(1)} MB/s`
}

/** For people. */
export function linesOf(figures: VerifyFigures, archive: string): string[] {
  const { from, to, next, place, end, prunedBelow, behindPlace, wrongNames, underNone } = figures
  const lines: string[] = []
  for (const { name, log, archive, pruned, missing, extra, different } of figures.tables) {
    const wrong = [
      [missing, 'missing'],
      [extra, 'that the log does not give'],
      [different, 'different'],
    ].filter(([count]) => count !== 0)
    const verdict = wrong.length === 0 ? 'equal' : wrong.map((one) => one.join(' ')).join(', ')
    const gone = pruned === 0 ? '' : `, ${pruned} removed for their age`
    lines.push(
      `${name.padEnd(13)} ${counted(log, 'row')} in the log, ${archive} in the archive: ${verdict}${gone}`,
    )
  }
  for (const { table, record, row, what, columns } of figures.differences) {
    const where = `${table}: record ${record}${row === '' ? '' : `, ${row}`}`
    lines.push(`  ${where}: ${what}${columns.length === 0 ? '' : ` in ${columns.join(', ')}`}`)
  }
  const all = figures.tables.reduce((sum, one) => sum + one.missing + one.extra + one.different, 0)
  if (all > differencesListedMax) lines.push(`  and ${all - differencesListedMax} more`)
  if (behindPlace > 0)
    lines.push(`${counted(behindPlace, 'row')} of record ${place} or later, where the archive ends`)
  if (wrongNames > 0)
    lines.push(`${counted(wrongNames, 'name')} of the log wrong or missing in names`)
  for (const { number, rows } of figures.strays)
    lines.push(`${counted(rows, 'row')} of log number ${number}, which logs does not have`)
  for (const { logId, number, from: first, to: behind } of figures.ancestors)
    lines.push(
      `records ${first} to ${behind - 1}: under log ${logId}, number ${number}, which this one was restored from`,
    )
  if (underNone > from)
    lines.push(
      `records ${from} to ${Math.min(to, underNone) - 1}: NOT COMPARED, they stand under no log of the archive: this one begins at ${underNone} and names none that it was restored from`,
    )
  const hidden = figures.gaps.filter(({ inLog }) => inLog > 0)
  const vouched = figures.gaps.filter(({ inLog }) => inLog === 0)
  lines.push(...stretchLines('MISSING, and the log has them, although in a gap', hidden))
  lines.push(...stretchLines('in a gap of the archive', vouched))
  lines.push(...stretchLines('in a gap of the archive, outside this range', figures.gapsOutside))
  lines.push(...stretchLines('not in the log, so not compared', figures.notInLog))
  if (prunedBelow > from)
    lines.push(`rows of records below ${prunedBelow} were removed for their age`)
  if (end < place)
    lines.push(
      `the log ends at record ${end}, the archive at ${place}: the log has lost what was archived`,
    )
  else if (end > place) lines.push(`${counted(end - place, 'record')} of the log not archived yet`)
  const wholeText = next < to ? `stopped before record ${next}; ` : ''
  const equal = isEqual(figures) ? 'equal to' : 'NOT what stands in'
  const never = [...vouched, ...figures.gapsOutside].reduce(
    (sum, gap) => sum + gap.to - gap.from,
    0,
  )
  const lacks = never === 0 ? '' : `, but ${counted(never, 'record')} in gaps it does not have`
  lines.push(
    `${wholeText}records ${from} to ${Math.max(from, next)} in ${archive}: ${equal} the log${lacks}`,
  )
  return lines.map(printable) // whatever came out of the archive, a line stays one
}

function stretchLines(what: string, stretches: readonly Stretch[]): string[] {
  const lines = stretches
    .slice(0, stretchesListedMax)
    .map(({ from, to, why }) => `records ${from} to ${to - 1}: ${what} (${why})`)
  const more = stretches.length - stretchesListedMax
  return more > 0 ? [...lines, `and ${more} more`] : lines
}
