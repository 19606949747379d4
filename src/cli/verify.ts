// `kiteq verify`: whether a data folder holds what it should, byte by byte; of a folder in use as far as its owner says.
// The answer is the exit code, the list of faults is for people or, as JSON, for programs.

import type { Command } from 'commander'
import { checkpointOffsets } from '../log/checkpoint.ts'
import { nodeDisk } from '../log/disk-node.ts'
import type { Disk } from '../log/disk.ts'
import { coveredEnds, endBeyond, type Covered } from '../log/lost-end.ts'
import { missingSegments } from '../log/segment.ts'
import { expectFinished } from '../log/unfinished.ts'
import { KiteQError } from '../model/errors.ts'
import { withFolder, type FolderOption } from './arguments.ts'
import { readBases } from './base-check.ts'
import { readMarks, type CheckedCheckpoint, type CheckpointMark } from './checkpoint-check.ts'
import { counted } from './counted.ts'
import { exitCodes } from './exit-codes.ts'
import { ownerEnd, type Tail } from './folder.ts'
import { LogCheck } from './log-check.ts'
import { Findings, type Fault } from './log-findings.ts'
import { checkPostings, type CheckedPostings } from './postings-check.ts'
import { progressBar } from './progress-bar.ts'
import { timeText } from './record-text.ts'
import { readSegmentFiles, type SegmentFile } from './segment-headers.ts'
import { recordedIn, recordedText, type RecordedLosses } from './recorded-losses.ts'
import { print, printable, printJson, Progress } from './terminal.ts'

interface VerifyOptions extends FolderOption {
  readonly json?: true
}

export interface VerifyReport {
  readonly clean: boolean
  readonly dir: string
  readonly logId: string | null
  readonly inUse: boolean
  readonly segments: number
  readonly epochs: readonly [first: number, last: number]
  readonly records: number
  /** Of whole records. */
  readonly bytes: number
  readonly batches: number
  /** Of the first and last record; null without any. */
  readonly firstTime: string | number | null
  readonly lastTime: string | number | null
  /** Records below were read. */
  readonly end: number
  /** Of the fold of them all; null when they make no state. */
  readonly digest: string | null
  /** Behind the last whole batch, when nobody owns the folder: no damage, and cut by the next start. */
  readonly tail: Tail | null
  readonly checkpoints: readonly CheckedCheckpoint[]
  readonly postings: readonly CheckedPostings[]
  /** Complete images of the state inside the log. */
  readonly bases: readonly Omit<CheckedCheckpoint, 'file'>[]
  /** Of the log as it is left; not 0 when older segments were dropped. */
  readonly firstOffset: number
  /** The last record is that of a stop in order; null while somebody owns the folder. */
  readonly closed: boolean | null
  /** Losses that earlier starts have put on record, also where nothing shows them any more. */
  readonly recorded: RecordedLosses
  readonly recordsLost: number
  /** Behind headers that do not hold: `kiteq repair` may give them back. */
  readonly recordsUnread: number
  /** All of them; `faults` lists the first. */
  readonly faultCount: number
  readonly faults: readonly Fault[]
  readonly tookMs: number
}

export function register(program: Command): void {
  const command = program
    .command('verify')
    .description('check every byte of the log and its checkpoints; 0: clean, 1: damaged')
    .option('--json', 'as one JSON object')
  withFolder(command).action(async (options: VerifyOptions) => {
    const report = await verifyFolder(options.dataDir)
    if (options.json) printJson(report)
    else for (const line of linesOf(report)) print(line)
    if (!report.clean) process.exitCode = exitCodes.negative
  })
}

/**
 * Rejects KITEQ_USAGE without a log, KITEQ_LOG_VERSION for one of a newer version, KITEQ_CONFIG where a restore was cut short;
 * damage is in the report. `asks`: the owner is asked how far to read; not when that is the caller.
 */
export async function verifyFolder(
  dir: string,
  disk: Disk = nodeDisk,
  asks = true,
): Promise<VerifyReport> {
  const startedMs = performance.now()
  const findings = new Findings()
  // In this order: what is durable covers the checkpoints that were there before, and stands in the segments found after.
  const offsets = await checkpointOffsets(disk, dir)
  const covered = await coveredEnds(disk, dir, 0)
  const durableOffset = asks ? await ownerEnd(dir) : undefined
  const files = await readSegmentFiles(dir, disk, findings)
  if (files.length === 0) await refuseEmpty(dir, disk)
  const headers = files.flatMap(({ header }) => (header === undefined ? [] : [header]))
  const logId = headers[0]?.logId
  const marks = logId === undefined ? [] : await readMarks(dir, logId, offsets, findings, disk)
  const bases = await readBases(dir, disk, files, durableOffset ?? Infinity, findings)
  const progress = new Progress()
  const check = new LogCheck({
    dir,
    disk,
    files,
    durableOffset,
    beginning: bases.beginning,
    marks: [...marks, ...bases.marks].sort((a, b) => a.resume.offset - b.resume.offset),
    findings,
    progress: progressOf(progress, files, startedMs),
  })
  await check.run()
  progress.end()
  const { order, tail } = check
  addMissing(files, check, findings)
  // Whole records of a batch that is not whole stay: a start loses only what is behind them.
  const kept = check.end + (tail?.records ?? 0)
  for (const mark of marks) if (!mark.isPassed && mark.resume.offset > kept) mark.miss(kept)
  addLostEnd(covered, files, kept, findings)
  const postings = await checkPostings(dir, disk, files, findings)
  return {
    clean: findings.count === 0,
    dir,
    logId: logId ?? null,
    inUse: durableOffset !== undefined,
    segments: files.length,
    epochs: [headers[0]?.epoch ?? 0, headers.at(-1)?.epoch ?? 0],
    records: check.records,
    bytes: check.bytes,
    batches: order.batches,
    firstTime: check.records === 0 ? null : timeText(order.firstTimeMs),
    lastTime: check.records === 0 ? null : timeText(order.lastTimeMs),
    end: check.end,
    digest: check.digest,
    tail: tail === undefined || tail.bytes === 0 ? null : tail,
    checkpoints: marks.map(outcomeOf),
    postings,
    bases: bases.marks.map(({ resume, digest, outcome }) => {
      return { offset: resume.offset, digest, outcome }
    }),
    firstOffset: headers[0]?.firstOffset ?? 0,
    closed: durableOffset === undefined ? check.isClosed : null,
    recorded: recordedIn(check.state),
    recordsLost: findings.recordsLost,
    recordsUnread: findings.recordsUnread,
    faultCount: findings.count,
    faults: findings.faults,
    tookMs: Math.round(performance.now() - startedMs),
  }
}

async function refuseEmpty(dir: string, disk: Disk): Promise<never> {
  await expectFinished(disk, dir)
  const message = `no segment in ${dir}; expected the data folder of a broker`
  throw new KiteQError('KITEQ_USAGE', message)
}

/** Segments before the first one that nobody has dropped. */
function addMissing(files: readonly SegmentFile[], check: LogCheck, findings: Findings): void {
  const { name, number } = files[0]!
  const { segment: dropped, nextOffset } = check.state.journal.dropped
  if (number <= dropped + 1) return
  const them = number === dropped + 2 ? 'it' : 'them'
  const text = `${missingSegments(dropped + 1, number - 1)} before it, and retention has not dropped ${them}`
  const end = files[0]!.header?.firstOffset
  const lost = end === undefined ? {} : { firstOffset: nextOffset, count: end - nextOffset }
  findings.add({ kind: 'header', file: name, segment: number, text, ...lost })
}

/** The end of the log is gone, though postings tell of it. */
function addLostEnd(
  covered: readonly Covered[],
  files: readonly SegmentFile[],
  end: number,
  findings: Findings,
): void {
  const last = files.at(-1)?.header
  const beyond = last === undefined ? undefined : endBeyond(covered, last, end)
  if (beyond === undefined) return
  const { file, segment, offset } = beyond
  const text = `the log ends at offset ${end}, before what these postings of segment ${segment} cover: its end is gone`
  findings.add({ kind: 'lost', file, segment, firstOffset: end, count: offset - end, text })
}

function outcomeOf({ file, resume, digest, outcome }: CheckpointMark): CheckedCheckpoint {
  return { file, offset: resume.offset, digest, outcome }
}

function progressOf(
  progress: Progress,
  files: readonly SegmentFile[],
  startedMs: number,
): (file: SegmentFile, doneBytes: number) => void {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
  return (file, done) =>
    progress.show(() => {
      const bar = progressBar(done, total, performance.now() - startedMs)
      return `segment ${file.number} of ${files.at(-1)!.number}  ${bar}`
    })
}

/** For people: what was read, what is wrong, the verdict last. */
export function linesOf(report: VerifyReport): string[] {
  const { segments, records, batches, bytes, tookMs, epochs, tail } = report
  const perSecond = Math.round((records * 1000) / Math.max(1, tookMs))
  const lines = [
    `log ${report.logId ?? 'unknown'}${report.inUse ? ', in use' : ''}: ${counted(segments, 'segment')}, epochs ${epochs[0]} to ${epochs[1]}`,
    `  ${counted(records, 'record')} in ${counted(batches, 'batch', 'batches')}, ${counted(bytes, 'byte')}, offsets up to ${report.end}, in ${tookMs} ms (${perSecond} a second)`,
  ]
  if (report.firstTime !== null)
    lines.push(
      `  from ${report.firstTime} to ${report.lastTime}, digest ${report.digest ?? 'none'}`,
    )
  if (report.firstOffset > 0)
    lines.push(`  begins at offset ${report.firstOffset}${droppedText(report)}`)
  const recorded = recordedText(report.recorded)
  if (recorded !== undefined) lines.push(`  on record as lost: ${recorded}`)
  if (report.closed === false)
    lines.push(
      '  does not end with the record of a stop in order: the last run was killed, or the end of the log is gone',
    )
  for (const { offset, digest, outcome } of report.bases)
    lines.push(`  image of offset ${offset}: digest ${digest}, ${outcomeWords[outcome]}`)
  for (const { file, digest, outcome } of report.checkpoints)
    lines.push(`  ${file}: digest ${digest}, ${outcomeWords[outcome]}`)
  const wrong = report.postings.filter(({ outcome }) => outcome === 'different').length
  if (report.postings.length > 0)
    lines.push(`  postings of ${counted(report.postings.length, 'segment')}, ${wrong} wrong`)
  if (tail !== null)
    lines.push(
      `  torn tail: ${counted(tail.bytes, 'byte')} behind the last whole batch (${counted(tail.records, 'whole record')} in them) at byte ${tail.position} of segment ${tail.segment}; if a write was torn there, nothing in them was acked`,
    )
  for (const fault of report.faults) lines.push(...faultLines(fault))
  const more = report.faultCount - report.faults.length
  if (more > 0) lines.push(`… and ${counted(more, 'fault')} more`)
  lines.push(verdictOf(report))
  return lines
}

const outcomeWords = {
  equal: 'as the records say',
  different: 'NOT as the records say',
  'not compared': 'not compared, because records before it are lost',
} as const

function faultLines({ kind, file, text, ...fault }: Fault): string[] {
  const where = [`${kind.toUpperCase()} ${file}`]
  if (fault.position !== undefined) where.push(`byte ${fault.position}`)
  if (fault.length !== undefined) where.push(counted(fault.length, 'byte'))
  if (fault.firstOffset !== undefined) where.push(offsetsOf(fault.firstOffset, fault.count))
  const more = fault.more === undefined ? '' : ` (and ${fault.more} more in this segment)`
  const lines = [`${where.join(', ')}: ${printable(text)}${more}`]
  for (const id of fault.ids ?? []) lines.push(`  still readable: message ${id}`)
  return lines
}

function offsetsOf(first: number, count: number | undefined): string {
  if (count === undefined || count === 1) return `offset ${first}`
  return count === 0 ? `before offset ${first}` : `offsets ${first} to ${first + count - 1}`
}

/** That they were dropped is said only where nothing says otherwise. */
function droppedText({ faults, bases }: VerifyReport): string {
  const isGone = faults.some(
    ({ kind, text }) => kind === 'header' && text.includes('has not dropped'),
  )
  return isGone || bases.length === 0 ? '' : ': older segments were dropped'
}

function verdictOf(report: VerifyReport): string {
  const { clean, faultCount, recordsLost, recordsUnread, faults, recorded } = report
  if (clean)
    return recorded.records === 0
      ? 'clean'
      : `clean, but for what is on record as lost: ${counted(recorded.records, 'record')}`
  if (faults.every(({ kind }) => kind === 'unreadable'))
    return `NOT CLEAN: ${counted(faultCount, 'checkpoint')} cannot be read; the log itself is whole`
  const onlyCaches = faults.every(({ kind }) => kind === 'checkpoint' || kind === 'unreadable')
  const unread = recordsUnread === 0 ? '' : `${recordsUnread} unreadable until kiteq repair, `
  const what = onlyCaches
    ? 'only caches: the log itself is whole'
    : `${unread}${counted(recordsLost, 'record')} lost`
  return `DAMAGED: ${counted(faultCount, 'fault')}, ${what}`
}
