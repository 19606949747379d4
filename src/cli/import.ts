// `kiteq import`: takes over what the original still holds in its MySQL tables, into the log of a running broker. It only reads
// the tables; where it stands is in the log.

import type { Command } from 'commander'
import { KiteQError } from '../model/errors.ts'
import { importTablesMax } from '../model/limits.ts'
import { withFolder, type FolderOption } from './arguments.ts'
import { counted } from './counted.ts'
import { exitCodes } from './exit-codes.ts'
import {
  mysqlAddress,
  passwordVariable,
  showsPassword,
  type ImportAddress,
} from './import-address.ts'
import { ImportMerge } from './import-merge.ts'
import { earlierImport } from './import-place.ts'
import { jsonOf, linesOf, type ImportResult } from './import-report.ts'
import { TableRows } from './import-rows.ts'
import { emptyTally, importAll } from './import-run.ts'
import { ImportSource, type SourceStream } from './import-source.ts'
import { Pace, rateOf } from './pace.ts'
import { print, printJson, tell } from './terminal.ts'

export interface ImportOptions extends FolderOption {
  readonly mysql?: string
  readonly passwordFile?: string
  readonly server?: string
  readonly deadLetters?: true
  readonly skipUnbound?: true
  readonly fromStart?: true
  readonly rate: number
  readonly dryRun?: true
  readonly json?: true
}

const addressVariable = 'KITEQ_MYSQL'

export function register(program: Command): void {
  const command = program
    .command('import')
    .description('takes over what the original still holds in its MySQL tables')
    .option(
      '--mysql <uri>',
      `mysql://user@host:port?db=NAME, or as the original's configuration has it (environment: ${addressVariable})`,
    )
    .option('--password-file <file>', `holds the password (environment: ${passwordVariable})`)
    .option('--server <names>', "rows of these brokers of the original: a,b; '*': of all")
    .option('--dead-letters', 'what the original has given up becomes dead letters of its groups')
    .option('--skip-unbound', 'leave out what no group wants, instead of stopping there')
    .option('--from-start', 'read all rows again, also those an earlier import has dealt with')
    .option('--rate <n/s>', 'so many a second; 0: as fast as it goes', rateOf, 0)
    .option('--dry-run', 'only tell what would be done; asks the running broker, too')
    .option('--json', 'the outcome as one JSON object')
  withFolder(command).action(importThem)
}

async function importThem(options: ImportOptions): Promise<void> {
  const uri = options.mysql ?? process.env[addressVariable]
  if (uri === undefined)
    throw new KiteQError('KITEQ_USAGE', `--mysql: expected mysql://user@host:port?db=NAME`)
  if (options.mysql !== undefined && showsPassword(options.mysql))
    tell(
      `kiteq: others can see this password in the list of processes; ${passwordVariable} or --password-file keeps it`,
    )
  const { result, failure } = await takeOver(options, mysqlAddress(uri, options.passwordFile))
  if (options.json) printJson(jsonOf(result))
  else for (const line of linesOf(result)) print(line)
  if (failure !== undefined) throw failure
  const { unreadable = 0, taken = 0 } = result.tally.verdicts
  if (!result.isWhole || unreadable + taken > 0) process.exitCode = exitCodes.negative
}

interface Ended {
  readonly result: ImportResult
  /** Why it ended before the end, if nobody stopped it. */
  readonly failure: Error | undefined
}

/** Rejects as the source and the log do when it cannot begin. */
export async function takeOver(options: ImportOptions, address: ImportAddress): Promise<Ended> {
  const source = new ImportSource(address)
  try {
    return await readInto(options, source, address.shown)
  } finally {
    await source.close()
  }
}

async function readInto(
  options: ImportOptions,
  source: ImportSource,
  shown: string,
): Promise<Ended> {
  const { dataDir } = options
  const isDryRun = options.dryRun === true
  const takesDead = options.deadLetters === true
  const streams = chosen(await source.streams(await source.tables()), options.server)
  const read = streams.filter(({ isDead }) => takesDead || !isDead)
  const identity = await source.identity()
  const reached = await reachedBefore(options, read, identity)
  // Also of what is not read now: the last record alone says where an import stands.
  const names = [...new Set([...read.map(({ name }) => name), ...Object.keys(reached)])]
  if (names.length > importTablesMax)
    throw new KiteQError(
      'KITEQ_USAGE',
      `${names.length} tables, each counted once for every broker of the original with rows in it; expected at most ${importTablesMax}: choose some with --server`,
    )
  const places = names.map((name) => reached[name] ?? 0)
  const before = await source.countUpTo(read, places)
  const total = read.reduce((sum, { count }) => sum + count, 0) - before
  const pace = new Pace(isDryRun ? 0 : options.rate)
  const tally = emptyTally()
  const startMs = performance.now()
  let failure: Error | undefined
  try {
    const readers = read.map((one, number) => new TableRows(source, one, number, places[number]!))
    const flags = { takesDead, skipsUnbound: options.skipUnbound === true, isDryRun }
    const job = { dataDir, source: identity, tables: names, places, ...flags, total }
    await importAll(job, new ImportMerge(readers), pace, tally)
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
  } finally {
    pace.end()
  }
  const isWhole = failure === undefined && !pace.isStopped && tally.unbound === undefined
  const dead = streams.filter(({ isDead }) => isDead && !takesDead)
  const deadLeft = dead.reduce((sum, { count }) => sum + count, 0)
  const seconds = (performance.now() - startMs) / 1000
  const ended = { before, tally, deadLeft, isWhole, seconds }
  const skipsUnbound = options.skipUnbound === true
  return { result: { from: shown, into: dataDir, isDryRun, skipsUnbound, ...ended }, failure }
}

/**
 * The rows of the brokers that are asked for. Rejects KITEQ_USAGE when there are several and nobody says which: one that
 * still runs goes on delivering its own.
 */
function chosen(
  streams: readonly SourceStream[],
  wanted: string | undefined,
): readonly SourceStream[] {
  const counts = new Map<string, number>()
  for (const { server, count } of streams) counts.set(server, (counts.get(server) ?? 0) + count)
  if (wanted === '*') return streams
  const names = wanted?.split(',')
  const unknown = names?.find((name) => !counts.has(name))
  if (unknown === undefined && (names !== undefined || counts.size <= 1))
    return streams.filter(({ server }) => names === undefined || names.includes(server))
  const listed = [...counts]
    .sort()
    .map(([name, count]) => `${JSON.stringify(name)} (${counted(count, 'row')})`)
  const there = `there are rows of ${listed.join(', ') || 'no broker'}`
  throw new KiteQError(
    'KITEQ_USAGE',
    unknown === undefined
      ? `${there}; expected --server with the names of those that are stopped, or '*' when all are`
      : `--server: there are no rows of ${JSON.stringify(unknown)}; ${there}`,
  )
}

/**
 * Where an earlier import has come to, by stream. Rejects KITEQ_USAGE when that cannot be told, or a table ends before it:
 * then it is a new one of its name.
 */
async function reachedBefore(
  { dataDir, fromStart }: ImportOptions,
  streams: readonly SourceStream[],
  identity: string,
): Promise<Readonly<Record<string, number>>> {
  const { places, firstOffset } = await earlierImport(dataDir, identity)
  if (fromStart) {
    const names = new Set(streams.map(({ name }) => name))
    return Object.fromEntries(Object.entries(places).filter(([name]) => !names.has(name)))
  }
  if (firstOffset > 0 && Object.keys(places).length === 0)
    throw new KiteQError(
      'KITEQ_USAGE',
      `the log begins at record ${firstOffset}, so it cannot tell whether these tables were imported before; if they were not: --from-start`,
    )
  for (const { name, last } of streams) {
    const place = places[name] ?? 0
    if (last < place)
      throw new KiteQError(
        'KITEQ_USAGE',
        `an earlier import has come to row ${place} of ${name}, which now ends at row ${last}; if the table was made anew: --from-start`,
      )
  }
  return places
}
