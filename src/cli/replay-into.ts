// `kiteq replay --into`: publishes what a log holds, or a selection of it, to a broker under new ids. Reads a folder in use or
// not; the log is read no faster than the broker answers.

import type { Client } from '../client/client.ts'
import { connect } from '../client/client.ts'
import { settingsOf } from '../client/options.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { pacedDisk } from '../log/paced-disk.ts'
import { KiteQError } from '../model/errors.ts'
import type { Offset } from '../model/ids.ts'
import { messageId } from './arguments.ts'
import { counted } from './counted.ts'
import { exitCodes } from './exit-codes.ts'
import { idOf, openLogFolder, type LogFolder } from './folder.ts'
import { momentOf, rangeAt } from './moment.ts'
import { beginningLeft } from './log-horizon.ts'
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
  /** Sent, and nobody knows whether they are stored. */
  readonly unanswered: number
  readonly stableIds: boolean
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
    const isNone = selects(options) && foundBy(tally) === 0 && next === undefined
    if (isNone) tell(noneText(options, result))
    const isCut = next !== undefined && tally.sent < options.limit
    if (tally.refused > 0 || isCut || isNone) process.exitCode = exitCodes.negative
  } finally {
    for (const signal of signals) process.removeListener(signal, onSignal)
  }
}

function selects({ id, topic, type }: ReplayIntoOptions): boolean {
  return id !== undefined || topic !== undefined || type !== undefined
}

function foundBy({ sent, skipped }: Tally): number {
  return sent + skipped.expired + skipped.unreadable + skipped.lost
}

function noneText(
  { id, topic, type, dataDir }: ReplayIntoOptions,
  { from, until }: ReplayIntoResult,
): string {
  const words = Object.entries({ id, topic, type }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${printable(value)}`],
  )
  return `kiteq: no message that was published or committed in ${dataDir}, records ${from} to ${until}, has ${words.join(', ')}`
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
  const { from: first = 'earliest', until: last = 'latest' } = options
  const moments = [momentOf('--from', first), momentOf('--until', last)] as const
  const folder = await openLogFolder(options.dataDir)
  let client: Client | undefined
  try {
    const [from, until] = await rangeAt(folder, ['--from', '--until'], moments)
    const { into: address, group, window: pendingMax } = options
    if (options.dryRun)
      settingsOf({ address, group, pendingMax }) // a wrong address is told now
    else client = await connect({ address, group, pendingMax })
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
    const unwatch = client === undefined ? undefined : watch(client, pump, address)
    const seconds = await run(options, folder, selection, pump, [from, until], signal)
    unwatch?.()
    const { tally, next, failure, unanswered } = pump
    const [dryRun, stableIds] = [options.dryRun === true, options.stableIds === true]
    const sent = { tally, unanswered, stableIds, next, seconds }
    return { result: { into: address, dryRun, from, until, ...sent }, failure }
  } finally {
    await client?.close()
    await folder.log.close()
  }
}

/** While nobody is there nothing more is sent; what was is sent again under the same ids once he is back. */
export function watch(client: Client, pump: ReplayPump, address: string): () => void {
  let timer: NodeJS.Timeout | undefined
  const lost = client.on('disconnected', ({ message }) => {
    if (pump.isOver) return
    tell(
      `kiteq: the connection to ${address} is lost (${printable(message)}); waiting ${lostMsMax / 1000} s for it`,
    )
    pump.hold()
    const why = `${address} did not come back in ${lostMsMax / 1000} s`
    timer = setTimeout(() => pump.fail(new KiteQError('KITEQ_CLOSED', why)), lostMsMax).unref()
  })
  const back = client.on('connected', () => {
    clearTimeout(timer)
    pump.release()
  })
  return () => {
    clearTimeout(timer)
    lost()
    back()
  }
}

/** Answers are not waited for longer either. */
const lostMsMax = 10_000

/** Reads, publishes, waits for the answers; how long it took, seconds. */
async function run(
  { dataDir, dryRun }: ReplayIntoOptions,
  { inUse, headers, end }: LogFolder,
  selection: ReplaySelection,
  pump: ReplayPump,
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
    const earlier = await beginningLeft(paced.log, dataDir)
    if (earlier !== undefined) selection.begin(earlier.state, horizon)
    // What was prepared earlier is found when it is committed.
    const first = (selection.needsBeginning ? horizon : Math.max(from, horizon)) as Offset
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
    if (!pump.isOver) selection.end()
    await pump.settled()
    progress.end()
    if (records !== undefined && records < until - first && !pump.isOver)
      tell(
        `kiteq: ${counted(until - first - records, 'record')} in between cannot be read; kiteq verify tells more`,
      )
    if (inUse && until === end && !dryRun && !pump.isOver) tell(inUseText)
    if (from === horizon && horizon > 0)
      tell(
        `kiteq: the log begins at record ${horizon}; of what was stored before, it has only what was held when its segment went`,
      )
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

export function progressText(
  { stored, sent, refused, passing, skipped }: Tally,
  offset: number,
  first: number,
  until: number,
  startedMs: number,
): string {
  const part = until === first ? 100 : Math.floor(((offset - first) / (until - first)) * 100)
  const rate = Math.round(sent / Math.max(0.001, (performance.now() - startedMs) / 1000))
  const all = skipped.expired + skipped.unreadable + skipped.lost
  const again = passing === 0 ? '' : `, ${passing} refused for a time`
  return `record ${offset} of ${until} (${part} %): ${sent} sent, ${stored} stored, ${refused} refused, ${all} skipped${again}, ${rate}/s`
}

/** What the broker said, and where to go on. */
export function goOn(failure: unknown, next: number | undefined): unknown {
  if (!(failure instanceof KiteQError) || next === undefined) return failure
  return new KiteQError(failure.code, `${failure.message}; go on with: --from ${next}`, {
    cause: failure,
  })
}

export function jsonOf(result: ReplayIntoResult): unknown {
  const { into, dryRun, from, until, next, seconds, tally, unanswered } = result
  const { sent, bytes, stored, refused, refusals, passing, skipped, kinds } = tally
  const counts = dryRun
    ? { messages: sent, bytes, kinds: [...kinds.values()] }
    : { sent, bytes, stored, refused, refusals, refusedForATime: passing, unanswered }
  return { into, dryRun, from, until, ...counts, skipped, next: next ?? null, seconds }
}

/** For people. */
export function linesOf(result: ReplayIntoResult): string[] {
  const { into, dryRun, tally, unanswered, next, seconds } = result
  const { sent, bytes, stored, refused, refusals, kinds, firstOffset, lastOffset } = tally
  const range = firstOffset === undefined ? '' : `, records ${firstOffset} to ${lastOffset}`
  const rate = Math.round(sent / Math.max(seconds, 0.001))
  const lines = dryRun
    ? [`would publish ${counted(sent, 'message')} of ${counted(bytes, 'byte')} to ${into}${range}`]
    : [`${stored} stored in ${into}, ${refused} refused, ${rate}/s${unanswered === 0 ? range : ''}`]
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
  if (tally.passing > 0)
    lines.push(`refused for a time and sent again: ${counted(tally.passing, 'time')}`)
  lines.push(...skippedLines(tally))
  if (unanswered > 0) lines.push(unansweredLine(result))
  else if (next !== undefined)
    lines.push(`stopped before record ${next}; go on with: --from ${next}`)
  return lines
}

function unansweredLine({ unanswered, stableIds, next, tally }: ReplayIntoResult): string {
  const doubt = stableIds
    ? 'with --stable-ids that doubles none the broker still knows'
    : 'what is stored of them is doubled by that, for the ids are new ones'
  return `${unanswered} given to the connection without an answer, the last of them record ${tally.lastOffset}: they may be stored all the same; go on with: --from ${next} (${doubt})`
}

function skippedLines({ skipped: { expired, unreadable, lost } }: Tally): string[] {
  const lines: string[] = []
  if (expired > 0) lines.push(`skipped ${counted(expired, 'message')}: expired`)
  if (unreadable > 0)
    lines.push(
      `skipped ${counted(unreadable, 'message')}: a name or property that is no UTF-8, or nothing that can be read`,
    )
  if (lost > 0) lines.push(`skipped ${counted(lost, 'message')}: the log has them no more`)
  return lines
}
