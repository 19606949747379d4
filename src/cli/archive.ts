// `kiteq archive`: what stands in the log goes into MySQL, every record exactly once, from a folder in use or not. Only reads the
// folder; where it is stands in the database.

import type { Command } from 'commander'
import { bodyReader } from '../archive-bodies.ts'
import { memoryBelow } from '../archive-memory.ts'
import { namesBefore } from '../archive-names.ts'
import { runArchiver, type ArchiverEvent, type ArchiverFigures } from '../archive/archiver.ts'
import { EndedError } from '../archive/mysql-link.ts'
import { askOwner } from '../log/folder-owner.ts'
import { KiteQError } from '../model/errors.ts'
import { withFolder, type FolderOption } from './arguments.ts'
import { archiveAddress, untilStopped, withMysql, type MysqlOption } from './archive-options.ts'
import { archiveJson, archiveLines, ArchiveProgress, eventText } from './archive-report.ts'
import { register as registerPrune } from './archive-prune.ts'
import { register as registerRestore } from './archive-restore.ts'
import { register as registerVerify } from './archive-verify.ts'
import { exitCodes } from './exit-codes.ts'
import { openLogFolder, ownerEnd } from './folder.ts'
import { momentOf, offsetAt } from './moment.ts'
import { print, printable, printJson, tell } from './terminal.ts'
import { untilAnswered } from './until-answered.ts'

interface ArchiveOptions extends FolderOption, MysqlOption {
  readonly from?: string
  readonly to?: string
  readonly follow?: true
  readonly decompress?: true
  readonly jsonBodies?: true
  readonly json?: true
}

export function register(program: Command): void {
  // Its own options and those of its subcommands have the same names.
  const command = program
    .enablePositionalOptions()
    .command('archive')
    .description('writes the history of a log into MySQL or MariaDB')
    .option(
      '--from <moment>',
      'begins not before this offset or time; default: where the archive is',
    )
    .option('--to <moment>', 'ends before this offset or time', 'latest')
    .option('--follow', 'goes on with what is appended, until it is told to end')
    .option('--decompress', 'bodies that are text also in body_text, unpacked if they are packed')
    .option('--json-bodies', 'bodies that are JSON also in body_json')
    .option('--json', 'the outcome as one JSON object')
  withFolder(withMysql(command)).action(archive)
  registerPrune(command)
  registerRestore(command)
  registerVerify(command)
}

async function archive(options: ArchiveOptions): Promise<void> {
  const mysql = archiveAddress(options)
  const { dataDir } = options
  const follow = options.follow === true
  const { decompress = false, jsonBodies = false } = options
  const readBody = bodyReader({ text: decompress, json: jsonBodies })
  const startMs = performance.now()
  let progress: ArchiveProgress | undefined
  const onEvent = (event: ArchiverEvent): void => {
    const text = eventText(event)
    if (text === undefined) return
    progress?.end()
    tell(`kiteq: ${printable(text)}`)
  }
  const { figures, to } = await untilStopped(async (signal) => {
    const tellWait = (): void =>
      tell(`kiteq: the broker of ${dataDir} says nothing yet: it is asked again`)
    const patiently = <T>(question: () => Promise<T>): Promise<T> =>
      follow ? untilAnswered(question, signal, tellWait) : question()
    const { from, to } = await patiently(() => range(options)).catch(notBegun)
    progress = new ArchiveProgress(follow ? undefined : to)
    const figures = await runArchiver({
      dataDir,
      mysql,
      watermark: () => patiently(() => ownerEnd(dataDir)),
      owner: () => patiently(() => ownerOf(dataDir)),
      namesBefore: (offset) => namesBefore(dataDir, offset),
      memoryBelow: (offset) => memoryBelow(dataDir, offset),
      from,
      to: follow && options.to === 'latest' ? undefined : to,
      follow,
      readBody,
      signal,
      onEvent,
      onProgress: (now) => progress?.show(now),
    })
    return { figures, to }
  }).finally(() => progress?.end())
  const isWhole = follow || figures.next >= to
  const result = {
    figures,
    into: mysql.shown,
    isWhole,
    seconds: (performance.now() - startMs) / 1000,
  }
  if (options.json) printJson(archiveJson(result))
  else for (const line of archiveLines(result)) print(line)
  if (!isWhole || lostAny(figures)) process.exitCode = exitCodes.negative
}

/** As offsets. Rejects KITEQ_USAGE for moments the log does not have. */
async function range(
  options: ArchiveOptions,
): Promise<{ readonly from: number | undefined; readonly to: number }> {
  const moments = [
    options.from === undefined ? undefined : momentOf('--from', options.from),
    momentOf('--to', options.to ?? 'latest'),
  ] as const
  const folder = await openLogFolder(options.dataDir)
  try {
    const from = moments[0] && (await offsetAt(folder, '--from', moments[0]))
    const to = await offsetAt(folder, '--to', moments[1])
    if (to >= (from ?? 0)) return { from, to }
    throw new KiteQError(
      'KITEQ_USAGE',
      `--from is record ${from}, --to record ${to}; expected --to to be later`,
    )
  } finally {
    await folder.log.close()
  }
}

/** Which broker has the folder, of all that ever had it; undefined: none. */
async function ownerOf(dataDir: string): Promise<string | undefined> {
  const who = await askOwner(dataDir, { op: 'who' })
  const { pid, since } = (who ?? {}) as { readonly pid?: unknown; readonly since?: unknown }
  return who === undefined ? undefined : `${String(pid)} ${String(since)}`
}

function notBegun(error: unknown): never {
  if (!(error instanceof EndedError)) throw error
  throw new KiteQError('KITEQ_CLOSED', `ended before it began: ${error.message}`)
}

/** Records that should be there and are not. */
function lostAny({ gaps }: ArchiverFigures): boolean {
  return gaps.some(({ why }) => why !== 'asked')
}
