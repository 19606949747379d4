// `kiteq archive restore`: publishes what an archive holds, or a selection of it, to a broker under new ids. Needs no log; only
// reads the database, no faster than the broker answers.

import type { Command } from 'commander'
import { MysqlConnection, mysqlFailure } from '../archive/mysql-connection.ts'
import { timeLiteral } from '../archive/mysql-values.ts'
import { connect, type Client } from '../client/client.ts'
import { settingsOf } from '../client/options.ts'
import { KiteQError } from '../model/errors.ts'
import { integer, messageId } from './arguments.ts'
import { archiveAddress, untilStopped, withMysql, type MysqlOption } from './archive-options.ts'
import { takeArchived, type ArchiveWanted } from './archive-restore-rows.ts'
import { counted } from './counted.ts'
import { exitCodes } from './exit-codes.ts'
import { momentOf, type Moment } from './moment.ts'
import { goOn, jsonOf, linesOf, progressText, watch, type ReplayIntoResult } from './replay-into.ts'
import { ReplayPump } from './replay-pump.ts'
import { ReplaySelection } from './replay-selection.ts'
import { print, printable, printJson, Progress, tell } from './terminal.ts'

export interface RestoreOptions extends MysqlOption {
  readonly into: string
  readonly log?: string
  readonly topic?: string
  readonly type?: string
  readonly id?: string
  readonly from: string
  readonly to: string
  readonly group: string
  readonly rate?: number
  readonly window: number
  readonly limit?: number
  readonly dryRun?: true
  readonly stableIds?: true
  readonly keepExpiredAs?: number
  readonly json?: true
}

export function register(archive: Command): void {
  const count = integer(1, Number.MAX_SAFE_INTEGER)
  const command = archive
    .command('restore')
    .description('publishes archived messages to a broker, under new ids')
    .requiredOption('--into <host:port>', 'the broker that gets them')
    .option('--log <id>', 'of this log, 32 hex digits; needed where the archive has several')
    .option('--topic <topic>', 'only of this topic')
    .option('--type <type>', 'only of this message type')
    .option('--id <id>', 'only this message, 32 hex digits', messageId)
    .option('--from <moment>', 'begins with this offset or time', 'earliest')
    .option('--to <moment>', 'ends before this offset or time', 'latest')
    .option('--group <group>', "the publisher's group", 'kiteq-cli')
    .option('--rate <n>', 'at most so many a second', integer(1, 10_000_000))
    .option('--limit <n>', 'at most so many', count)
    .option('--window <n>', 'unanswered at a time', integer(1, 65_536), 1024)
    .option('--dry-run', 'only tell what would be published')
    .option('--stable-ids', 'the same ids each time, so that a repeat does no harm')
    .option(
      '--keep-expired-as <seconds>',
      'expired ones live so long from now, instead of being skipped',
      integer(1, 604_800),
    )
    .option('--json', 'the outcome as one JSON object')
  withMysql(command).action(restore)
}

const oddToldMax = 20

async function restore(options: RestoreOptions): Promise<void> {
  const { result, failure, missing } = await untilStopped((signal) =>
    restoreSelected(options, signal),
  )
  if (options.json) printJson(jsonOf(result))
  else for (const line of linesOf(result)) print(line)
  if (failure !== undefined) throw goOn(failure, result.next)
  const { tally, next } = result
  const { expired, unreadable, lost } = tally.skipped
  const selects = (options.id ?? options.topic ?? options.type) !== undefined
  const isNone = selects && next === undefined && tally.sent + expired + unreadable + lost === 0
  if (isNone) tell('kiteq: the archive has no such message that was published or committed there')
  const isCut = next !== undefined && tally.sent < (options.limit ?? Infinity)
  if (tally.refused > 0 || isCut || isNone || missing > 0) process.exitCode = exitCodes.negative
}

interface Ended {
  readonly result: ReplayIntoResult
  /** Why it ended before the end, if nobody stopped it. */
  readonly failure: unknown
  /** Records of the range that the archive never had. */
  readonly missing: number
}

/** Rejects KITEQ_USAGE for a wrong moment, id or log, KITEQ_NOT_FOUND without an archive, and as connect() does. */
export async function restoreSelected(
  options: RestoreOptions,
  signal: AbortSignal,
): Promise<Ended> {
  const mysql = archiveAddress(options)
  const moments = [momentOf('--from', options.from), momentOf('--to', options.to)] as const
  let client: Client | undefined
  let connection: MysqlConnection | undefined
  try {
    connection = await MysqlConnection.open(mysql, false, { signal })
    const log = await archivedLog(connection, mysql.shown, options.log)
    const from = await offsetOf(connection, log, '--from', moments[0])
    const until = await offsetOf(connection, log, '--to', moments[1])
    if (until < from)
      throw new KiteQError(
        'KITEQ_USAGE',
        `--from is record ${from}, --to record ${until}; expected --to to be later`,
      )
    const { into: address, group, window: pendingMax } = options
    if (options.dryRun)
      settingsOf({ address, group, pendingMax }) // a wrong address is told now
    else client = await connect({ address, group, pendingMax })
    const pump = pumpOf(options, log.logId, client)
    const unwatch = client === undefined ? undefined : watch(client, pump, address)
    const { seconds, missing } = await run(
      connection,
      log,
      pump,
      { ...options, from, until },
      signal,
    )
    unwatch?.()
    const { tally, next, unanswered } = pump
    const failure = pump.failure === undefined ? undefined : mysqlFailure(mysql.shown, pump.failure)
    const [dryRun, stableIds] = [options.dryRun === true, options.stableIds === true]
    const sent = { tally, unanswered, stableIds, next, seconds }
    return { result: { into: address, dryRun, from, until, ...sent }, failure, missing }
  } catch (error) {
    throw mysqlFailure(mysql.shown, error)
  } finally {
    await client?.close()
    await connection?.close()
  }
}

function pumpOf(options: RestoreOptions, logId: string, client: Client | undefined): ReplayPump {
  const { rate = Infinity, limit = Infinity, keepExpiredAs: expiredSeconds } = options
  return new ReplayPump({
    // Every message comes with its bytes, or is lost: neither is asked for more.
    selection: new ReplaySelection({ from: 0, until: 0 }, () => undefined),
    reader: {
      load: () => Promise.reject(new Error('an archive has no segments')),
      readRecord: () => Promise.resolve(undefined),
    },
    stableIdsOf: options.stableIds ? logId : undefined,
    ...{ client, rate, limit, expiredSeconds },
  })
}

/** Reads, publishes, waits for the answers. */
async function run(
  connection: MysqlConnection,
  log: ArchivedLog,
  pump: ReplayPump,
  wanted: ArchiveWanted,
  signal: AbortSignal,
): Promise<{ readonly seconds: number; readonly missing: number }> {
  const startedMs = performance.now()
  const { from, until } = wanted
  const progress = new Progress()
  const stop = (): void => pump.stop()
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  let read = from
  const steps = {
    take: (selected: Parameters<ReplayPump['take']>[0]) => pump.take(selected),
    odd: oddTeller(),
    isOver: () => pump.isOver,
    pause: async (place: number) => {
      await pump.idle()
      read = place
      progress.show(() => progressText(pump.tally, place, from, until, startedMs))
    },
  }
  try {
    const end = await takeArchived(connection, log.number, wanted, steps).catch(
      (error: unknown) => {
        pump.fail(error) // what was sent is to be told all the same
        return read
      },
    )
    if (end < until) pump.cutAt(end)
    await pump.settled()
  } finally {
    progress.end()
    signal.removeEventListener('abort', stop)
  }
  const missing = await tellMissing(connection, log, wanted)
  return { seconds: (performance.now() - startedMs) / 1000, missing }
}

/** Of the first ones, each with its record: whoever mends them has to know which. */
function oddTeller(): (record: number, column: string) => void {
  let told = 0
  return (record, column) => {
    if (++told <= oddToldMax)
      tell(`kiteq: record ${record} is left out: its ${column} is not as it was archived`)
    if (told === oddToldMax) tell('kiteq: and it tells of no more of them')
  }
}

interface ArchivedLog {
  readonly number: number
  readonly logId: string
  /** The archive has every record below, but for gaps. */
  readonly place: number
  readonly prunedBelow: number
  /** Records below stand under another log, this one. */
  readonly begins: number
  readonly ancestor: string
}

async function archivedLog(
  connection: MysqlConnection,
  shown: string,
  id: string | undefined,
): Promise<ArchivedLog> {
  const rows = await connection
    .rows('SELECT * FROM logs ORDER BY number') // tables of an older version have fewer columns
    .catch((error: unknown) => {
      if ((error as { errno?: number }).errno !== 1146) throw error
      throw new KiteQError('KITEQ_NOT_FOUND', `${shown} holds no archive`)
    })
  const logs = rows.map((row) => ({
    number: Number(row['number']),
    logId: String(row['log_id']),
    place: Number(row['next_offset']),
    prunedBelow: Number(row['pruned_below']),
    begins: Number(row['begins'] ?? 0),
    ancestor: String(rows.find(({ number }) => number === row['ancestor'])?.['log_id']),
  }))
  const found = id === undefined ? logs : logs.filter(({ logId }) => logId === id)
  if (found.length === 1) return found[0]!
  const list = logs.map(({ logId, place }) => `${logId} (${counted(place, 'record')})`).join(', ')
  if (found.length > 1)
    throw new KiteQError(
      'KITEQ_USAGE',
      `${shown} has several logs; expected --log with one of: ${list}`,
    )
  const what = id === undefined ? 'no log' : `no log ${id}`
  throw new KiteQError(
    'KITEQ_NOT_FOUND',
    `${shown} has ${what}${list === '' ? '' : `, but ${list}`}`,
  )
}

/** Records below are before the moment. */
async function offsetOf(
  connection: MysqlConnection,
  { number, place }: ArchivedLog,
  option: string,
  moment: Moment,
): Promise<number> {
  switch (moment.kind) {
    case 'earliest':
      return 0
    case 'latest':
      return place
    case 'offset':
      if (moment.offset <= place) return moment.offset
      throw new KiteQError(
        'KITEQ_USAGE',
        `${option} is offset ${moment.offset}; expected one up to ${place}, where the archive ends`,
      )
    case 'time': {
      let first = place
      for (const table of ['messages', 'transactions']) {
        // Times never go back.
        const [row] = await connection.rows(
          `SELECT record FROM ${table} WHERE log = ? AND at >= ${timeLiteral(moment.timeMs)} ORDER BY at, record LIMIT 1`,
          [number],
        )
        if (row !== undefined) first = Math.min(first, Number(row['record']))
      }
      return first
    }
  }
}

/** Resolves to how many records of the range are in gaps. */
async function tellMissing(
  connection: MysqlConnection,
  { number, prunedBelow, begins, ancestor }: ArchivedLog,
  { from, until }: ArchiveWanted,
): Promise<number> {
  const rows = await connection
    .rows('SELECT `first`, behind FROM gaps WHERE log = ? AND `first` < ? AND behind > ?', [
      ...[number, until, from],
    ])
    .catch(() => []) // the connection may be what has failed
  let missing = 0
  for (const { first, behind } of rows)
    missing += Math.min(until, Number(behind)) - Math.max(from, Number(first))
  if (missing > 0)
    tell(`kiteq: ${counted(missing, 'record')} of this stretch are in gaps of the archive`)
  if (begins > from)
    tell(
      `kiteq: records below ${begins} stand under --log ${printable(ancestor)}, which this was restored from`,
    )
  if (prunedBelow > from)
    tell(`kiteq: of records below ${prunedBelow} rows were removed for their age`)
  return missing
}
