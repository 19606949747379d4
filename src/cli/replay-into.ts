// `kiteq replay --into`: publishes what a log holds, or a selection of it, to a broker under new ids. Reads a folder in use or
// not; the log is read no faster than the broker answers.

import type { Client } from '../client/client.ts'
import { connect } from '../client/client.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { KiteQError } from '../model/errors.ts'
import type { Offset } from '../model/ids.ts'
import { messageId } from './arguments.ts'
import { counted } from './counted.ts'
import { exitCodes } from './exit-codes.ts'
import { idOf, openLogFolder, type LogFolder } from './folder.ts'
import { pacedDisk } from './line-output.ts'
import { momentOf, offsetAt, type Moment } from './moment.ts'
import { ReplayPump, type Tally } from './replay-pump.ts'
import { ReplaySelection } from './replay-selection.ts'
import { print, printable, printJson, Progress, tell } from './terminal.ts'

export interface ReplayIntoOptions {
  readonly dataDir: string
  readonly into: string
  readonly topic?: string
  readonly type?: string
  readonly id?: string
  readonly from?: string
  readonly until?: string
  readonly group: string
  readonly rate: number
  readonly window: number
  readonly limit: number
  readonly dryRun?: true
  readonly stableIds?: true
  readonly keepExpiredAs?: number
  readonly json?: true
}

export interface ReplayIntoResult {
  readonly into: string
  readonly dryRun: boolean
  readonly from: number
  readonly until: number
  readonly tally: Tally
  /** Where a stopped replay has to go on; undefined: it came to its end. */
  readonly next: number | undefined
  readonly seconds: number
}

const kindsListedMax = 50

/** The command. Sets the exit code; rejects when the broker is not there, or has gone for good. */
export async function replayInto(options: ReplayIntoOptions): Promise<void> {
  const stop = new AbortController()
  const signals = ['SIGINT', 'SIGTERM'] as const
  const onSignal = (): void => stop.abort()
  for (const signal of signals) process.once(signal, onSignal)
  try {
    const { result, failure } = await publishSelected(options, stop.signal)
    if (options.json) printJson(jsonOf(result))
    else for (const line of linesOf(result)) print(line)
    if (failure !== undefined) throw goOn(failure, result.next)
    const { tally, next } = result
    const isCut = next !== undefined && tally.sent < options.limit
    if (tally.refused > 0 || isCut) process.exitCode = exitCodes.negative
  } finally {
    for (const signal of signals) process.removeListener(signal, onSignal)
  }
}

interface Ended {
  readonly result: ReplayIntoResult
  /** Why it ended before the end, if nobody stopped it. */
  readonly failure: unknown
}

/** Rejects KITEQ_USAGE for a wrong moment or id, and as connect() and the log do. */
export async function publishSelected(
  options: ReplayIntoOptions,
  signal: AbortSignal,
): Promise<Ended> {
  const id = options.id === undefined ? undefined : idOf(messageId(options.id))
  const moments = [
    momentOf('--from', options.from ?? 'earliest'),
    momentOf('--until', options.until ?? 'latest'),
  ] as const
  const folder = await openLogFolder(options.dataDir)
  let client: Client | undefined
  try {
    const [from, until] = await rangeOf(folder, moments)
    const { into: address, group, window: pendingMax } = options
    if (!options.dryRun) client = await connect({ address, group, pendingMax })
    const selection = new ReplaySelection(
      { topic: options.topic, type: options.type, id, from, until },
      (selected) => pump.take(selected),
    )
    const { log } = folder
    const pump: ReplayPump = new ReplayPump({
      selection,
      reader: {
        load: (segment, position) => log.load(segment, position),
        readRecord: (offset) => log.readRecord(offset),
      },
      client,
      rate: options.rate,
      limit: options.limit,
      stableIdsOf: options.stableIds ? log.logId : undefined,
      expiredSeconds: options.keepExpiredAs,
    })
    const seconds = await run(options, folder, selection, pump, client, [from, until], signal)
    const { tally, next, failure } = pump
    const dryRun = options.dryRun === true
    return { result: { into: address, dryRun, from, until, tally, next, seconds }, failure }
  } finally {
    await client?.close()
    await folder.log.close()
  }
}

/** `--until` before `--from` is a wrong command line. */
async function rangeOf(
  folder: LogFolder,
  [first, last]: readonly [Moment, Moment],
): Promise<[from: number, until: number]> {
  const from = await offsetAt(folder, '--from', first)
  const until = await offsetAt(folder, '--until', last)
  if (until >= from) return [from, until]
  throw new KiteQError(
    'KITEQ_USAGE',
    `--from is record ${from}, --until record ${until}; expected --until to be later`,
  )
}

/** Reads, publishes, waits for the answers; how long it took, seconds. */
async function run(
  { dataDir, dryRun }: ReplayIntoOptions,
  { inUse, headers, end }: LogFolder,
  selection: ReplaySelection,
  pump: ReplayPump,
  client: Client | undefined,
  [from, until]: readonly [number, number],
  signal: AbortSignal,
): Promise<number> {
  const startedMs = performance.now()
  const horizon = headers[0]?.firstOffset ?? 0
  const progress = new Progress()
  const stop = (): void => pump.stop()
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  // A folder of its own: what is read back for a message must not wait for the message.
  const paced = await openLogFolder(
    dataDir,
    pacedDisk(nodeDisk, () => pump.idle()),
  )
  try {
    // What was prepared earlier is found when it is committed.
    const first = Math.max(from, horizon) as Offset
    let read = first
    const { records } = await paced.log
      .scan(first, until, (record, place) => {
        if (pump.isOver) throw enough
        selection.visit(record, place)
        read = (place.offset + 1) as Offset
        if ((place.offset & 0xff) === 0)
          progress.show(() => progressText(pump.tally, place.offset, first, until, startedMs))
      })
      .catch((error: unknown) => {
        // What was sent is to be told all the same.
        if (error !== enough) pump.fail(error)
        pump.cutAt(read)
        return { records: undefined }
      })
    await pump.idle()
    await client?.settled()
    progress.end()
    if (records !== undefined && records < until - first && !pump.isOver)
      tell(
        `kiteq: ${counted(until - first - records, 'record')} in between cannot be read; kiteq verify tells more`,
      )
    if (inUse && until === end && !dryRun && !pump.isOver) tell(inUseText)
    if (from === horizon && horizon > 0)
      tell(`kiteq: the log begins at record ${horizon}; what is older is not published`)
  } finally {
    progress.end()
    signal.removeEventListener('abort', stop)
    await paced.log.close()
  }
  return (performance.now() - startedMs) / 1000
}

const inUseText =
  'kiteq: the folder is in use; what came after the start of this replay is not in it'

/** Ends the reading from within. */
const enough = new Error('enough')

function progressText(
  { stored, sent, refused, skipped }: Tally,
  offset: number,
  first: number,
  until: number,
  startedMs: number,
): string {
  const part = until === first ? 100 : Math.floor(((offset - first) / (until - first)) * 100)
  const rate = Math.round(sent / Math.max(0.001, (performance.now() - startedMs) / 1000))
  const all = skipped.expired + skipped.unreadable + skipped.lost
  return `record ${offset} of ${until} (${part} %): ${sent} sent, ${stored} stored, ${refused} refused, ${all} skipped, ${rate}/s`
}

/** What the broker said, and where to go on. */
function goOn(failure: unknown, next: number | undefined): unknown {
  if (!(failure instanceof KiteQError) || next === undefined) return failure
  return new KiteQError(failure.code, `${failure.message}; go on with: --from ${next}`, {
    cause: failure,
  })
}

function jsonOf(result: ReplayIntoResult): unknown {
  const { into, dryRun, from, until, next, seconds, tally } = result
  const { sent, bytes, stored, refused, refusals, skipped, kinds } = tally
  const counts = dryRun
    ? { messages: sent, bytes, kinds: [...kinds.values()] }
    : { sent, bytes, stored, refused, refusals }
  return { into, dryRun, from, until, ...counts, skipped, next: next ?? null, seconds }
}

/** For people. */
export function linesOf({ into, dryRun, tally, next, seconds }: ReplayIntoResult): string[] {
  const { sent, bytes, stored, refused, refusals, kinds, firstOffset, lastOffset } = tally
  const range = firstOffset === undefined ? '' : `, records ${firstOffset} to ${lastOffset}`
  const rate = Math.round(sent / Math.max(seconds, 0.001))
  const lines = dryRun
    ? [`would publish ${counted(sent, 'message')} of ${counted(bytes, 'byte')} to ${into}${range}`]
    : [`${stored} stored in ${into}, ${refused} refused, ${rate}/s${range}`]
  for (const { topic, type, count, bytes: kindBytes } of [...kinds.values()].slice(
    0,
    kindsListedMax,
  ))
    lines.push(
      `  ${printable(topic)} / ${printable(type)}  ${counted(count, 'message')}, ${counted(kindBytes, 'byte')}`,
    )
  if (kinds.size > kindsListedMax) lines.push(`  and ${kinds.size - kindsListedMax} more types`)
  for (const { reason, count, offset } of refusals)
    lines.push(`refused ${count}: ${printable(reason)} (the first: record ${offset})`)
  lines.push(...skippedLines(tally))
  if (next !== undefined) lines.push(`stopped before record ${next}; go on with: --from ${next}`)
  return lines
}

function skippedLines({ skipped: { expired, unreadable, lost } }: Tally): string[] {
  const lines: string[] = []
  if (expired > 0) lines.push(`skipped ${counted(expired, 'message')}: expired`)
  if (unreadable > 0)
    lines.push(`skipped ${counted(unreadable, 'message')}: a name or property that is no UTF-8`)
  if (lost > 0) lines.push(`skipped ${counted(lost, 'message')}: the log has them no more`)
  return lines
}
