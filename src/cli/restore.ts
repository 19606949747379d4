// `kiteq restore`: a data folder out of a backup. The backup is checked before anything is written; the log gets an id of
// its own, so that two brokers never claim to be the same log; and no start can take a half of it for the whole.

import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ancestryName, ancestryText } from '../log/ancestry.ts'
import { checkpointHeadBytes, withLogId } from '../log/checkpoint-log-id.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { isNoSpace, readInto, type Disk } from '../log/disk.ts'
import { claimFolder } from '../log/folder-owner.ts'
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  segmentHeaderBytes,
  segmentName,
  segmentNumberOf,
  type SegmentHeader,
} from '../log/segment.ts'
import { restoreMarker } from '../log/unfinished.ts'
import { KiteQError } from '../model/errors.ts'
import { withFolder, type FolderOption } from './arguments.ts'
import { compare } from './backup.ts'
import { damageIn } from './backup-damage.ts'
import { bytesOf, readManifest, type BackupManifest } from './backup-manifest.ts'
import { counted } from './counted.ts'
import { copyBytes, partSuffix, writeFileSafely } from './file-copy.ts'
import { openLogFolder } from './folder.ts'
import { progressBar } from './progress-bar.ts'
import { recordedIn, recordedText, type RecordedLosses } from './recorded-losses.ts'
import { tryStart } from './start-outlook.ts'
import { summaryOf, type StateSummary } from './state-summary.ts'
import { print, printJson, Progress } from './terminal.ts'

interface RestoreOptions extends FolderOption {
  readonly from: string
  readonly json?: true
}

export interface RestoreReport {
  readonly dataDir: string
  readonly from: string
  readonly logId: string
  /** Of the log that was backed up. */
  readonly formerLogId: string
  readonly endOffset: number
  readonly lastTime: string | number | null
  readonly digest: string
  /** Messages that some group holds, and prepared ones. */
  readonly live: number
  /** Of the messages some wait, for each of these groups. */
  readonly waiting: number
  readonly groups: number
  /** Damaged stretches of the log, wherever they stand, and the records that stood in them. */
  readonly holes: number
  readonly recordsLost: number
  /** Losses from before, on record in the log. */
  readonly recorded: RecordedLosses
}

const ownerNames = ['owner', 'owner.socket']

export function register(program: Command): void {
  const command = program
    .command('restore')
    .description('make a data folder out of a backup, as a log with an id of its own')
    .requiredOption('--from <dir>', 'folder of the backup')
    .option('--json', 'as one JSON object')
  withFolder(command).action(async ({ from, dataDir, json }: RestoreOptions) => {
    const report = await restoreFolder(from, dataDir)
    if (json) printJson(report)
    else for (const line of linesOf(report)) print(line)
  })
}

function linesOf(report: RestoreReport): string[] {
  const { dataDir, endOffset, lastTime, live, waiting, groups, holes, recordsLost } = report
  const recorded = recordedText(report.recorded)
  return [
    `log ${report.logId} made in ${report.dataDir}, out of the backup of log ${report.formerLogId}`,
    `  records up to offset ${endOffset}, digest ${report.digest}`,
    ...(holes === 0
      ? []
      : [
          `  DAMAGED: ${counted(recordsLost, 'record')} lost in ${counted(holes, 'place')}, as in the log that was backed up; kiteq verify --data-dir ${dataDir} tells which`,
        ]),
    ...(recorded === undefined ? [] : [`  on record as lost: ${recorded}`]),
    `  ${counted(live, 'live message')}, ${counted(waiting, 'delivery', 'deliveries')} owed to ${counted(groups, 'group')}`,
    `  not in it: what was acked from offset ${endOffset} on, after ${lastTime ?? 'a time that is not known'}`,
    `  messages settled after that are delivered again; publishers may send again what they sent after it`,
  ]
}

/**
 * Rejects KITEQ_USAGE for a target that is not empty or a source that is no backup, KITEQ_LOG_CORRUPT for a backup that was
 * changed, KITEQ_FOLDER_OWNED, KITEQ_DISK_FULL. Killed in the middle it can be run again.
 */
export async function restoreFolder(
  from: string,
  dataDir: string,
  disk: Disk = nodeDisk,
): Promise<RestoreReport> {
  if (resolve(from) === resolve(dataDir))
    throw new KiteQError(
      'KITEQ_USAGE',
      `--data-dir is ${dataDir}, the backup itself; expected another`,
    )
  const manifest = readManifest(from)
  const differences = await compare(from, manifest)
  if (differences.length > 0)
    throw new KiteQError(
      'KITEQ_LOG_CORRUPT',
      `${differences[0]}${differences.length === 1 ? '' : ` (and ${differences.length - 1} more)`}; nothing was restored`,
    )
  await disk.ensureFolder(dataDir)
  const claim = await claimFolder(dataDir, {
    describe: () => ({ command: 'kiteq restore' }),
    handle: () => Promise.reject(new KiteQError('KITEQ_CLOSED', 'a backup is being restored')),
  })
  const logId = randomBytes(16).toString('hex')
  try {
    await makeRoom(disk, dataDir, manifest)
    await writeFileSafely(disk, dataDir, restoreMarker, `${logId}\n`)
    await copyAll({ disk, from, dataDir, manifest, logId })
  } catch (error) {
    throw isNoSpace(error) ? fullAt(dataDir, error) : error
  } finally {
    await claim.close()
  }
  return tell(disk, from, dataDir, manifest, logId)
}

/** Takes away what a restore that was cut short has left here, and nothing else. */
async function makeRoom(disk: Disk, dataDir: string, manifest: BackupManifest): Promise<void> {
  const names = (await disk.list(dataDir)).filter((name) => !ownerNames.includes(name))
  const marker = `${dataDir}/${restoreMarker}`
  const own = existsSync(marker) ? readFileSync(marker, 'utf8').trim() : undefined
  const mine: string[] = []
  for (const name of names) {
    const isMine =
      name.startsWith(restoreMarker) ||
      (own !== undefined && (await isLeftover(disk, dataDir, name, own, manifest)))
    if (isMine) mine.push(name)
    else throw notEmpty(dataDir, names)
  }
  const last = mine.filter((name) => name === restoreMarker)
  for (const name of [...mine.filter((name) => name !== restoreMarker), ...last])
    await disk.remove(`${dataDir}/${name}`)
  await disk.syncFolder(dataDir)
  const bytes = bytesOf(manifest.segments) + (manifest.checkpoint?.bytes ?? 0)
  const free = await disk.freeBytes(dataDir)
  if (bytes > free)
    throw new KiteQError(
      'KITEQ_DISK_FULL',
      `${dataDir} has ${free} bytes left, the backup has ${bytes}; expected more space`,
    )
}

/** Only what this command makes; a segment that a broker has added since is not ours to remove. */
async function isLeftover(
  disk: Disk,
  dataDir: string,
  name: string,
  logId: string,
  manifest: BackupManifest,
): Promise<boolean> {
  if (name.endsWith(partSuffix)) return true
  if (name.endsWith('.checkpoint') || name === ancestryName || name === 'checkpoint.tmp')
    return true
  const number = segmentNumberOf(name)
  if (number === undefined || !manifest.segments.some((one) => one.number === number)) return false
  return (await headerOf(disk, `${dataDir}/${name}`)).logId === logId
}

interface Restoring {
  readonly disk: Disk
  readonly from: string
  readonly dataDir: string
  readonly manifest: BackupManifest
  readonly logId: string
}

async function copyAll({ disk, from, dataDir, manifest, logId }: Restoring): Promise<void> {
  const total = bytesOf(manifest.segments)
  const shown = new Progress()
  const startedMs = performance.now()
  let done = 0
  const progress = (bytes: number): void => {
    done += bytes
    shown.show(() => `restoring  ${progressBar(done, total, performance.now() - startedMs)}`)
  }
  const { segments } = manifest
  for (const { number, bytes } of segments) {
    const name = segmentName(number)
    const header = await headerOf(disk, `${from}/${name}`)
    const head = encodeSegmentHeader({ ...header, logId })
    await copyBytes({
      disk,
      from: `${from}/${name}`,
      to: `${dataDir}/${name}${stagedSuffix}`,
      bytes,
      head,
      progress,
    })
  }
  shown.end()
  if (manifest.checkpoint !== null) {
    const { file, bytes } = manifest.checkpoint
    const path = `${from}/${file}`
    const head = withLogId(await headOf(disk, path, checkpointHeadBytes), logId, path)
    await copyBytes({ disk, from: path, to: `${dataDir}/${file}`, bytes, head })
  }
  const { ancestors = [], logId: former, endOffset } = manifest
  const descent = [...ancestors, { logId: former, endOffset }]
  await writeFileSafely(disk, dataDir, ancestryName, ancestryText(descent))
  // The first comes last: until then the log has no beginning, and no start takes it.
  for (const { number } of [...segments].reverse()) {
    const path = `${dataDir}/${segmentName(number)}`
    await disk.rename(`${path}${stagedSuffix}`, path)
    await disk.syncFolder(dataDir)
  }
  await disk.remove(`${dataDir}/${restoreMarker}`)
  await disk.syncFolder(dataDir)
}

const stagedSuffix = `.staged${partSuffix}`

async function headerOf(disk: Disk, path: string): Promise<SegmentHeader> {
  return decodeSegmentHeader(await headOf(disk, path, segmentHeaderBytes), path)
}

/** The first bytes of a file, fewer when it is shorter. */
async function headOf(disk: Disk, path: string, length: number): Promise<Uint8Array> {
  const file = await disk.open(path, 'read')
  try {
    const bytes = new Uint8Array(length)
    return bytes.subarray(0, await readInto(file, bytes, 0, length, 0))
  } finally {
    await file.close()
  }
}

/** What an operator has got: the state, folded as a start would, and what is lost. */
async function tell(
  disk: Disk,
  from: string,
  dataDir: string,
  manifest: BackupManifest,
  logId: string,
): Promise<RestoreReport> {
  const { endOffset, segments } = manifest
  const tried = await tryStart(dataDir, disk)
  if (!tried.ok)
    throw new KiteQError(
      'KITEQ_LOG_CORRUPT',
      `the backup stands in ${dataDir} now, every file as it was copied, but no start takes this log: ${tried.why}; what can be mended is told by: kiteq repair --data-dir ${dataDir}`,
    )
  const { state, recovery, checkpoint } = tried.recovered
  const { records, holes: stepped, end } = recovery
  if (end.offset !== endOffset)
    throw new KiteQError(
      'KITEQ_LOG_CORRUPT',
      `${dataDir} ends at offset ${end.offset}, the backup at ${endOffset}; kiteq verify tells more`,
    )
  const damage = await damageIn(disk, dataDir, segments, endOffset)
  const folder = await openLogFolder(dataDir)
  let summary: StateSummary
  try {
    const rebuilt = { state, offset: endOffset, checkpoint, records, holes: stepped }
    summary = await summaryOf(folder, rebuilt)
  } finally {
    await folder.log.close()
  }
  const { pending, digest, live } = summary
  return {
    dataDir,
    from,
    logId,
    formerLogId: manifest.logId,
    endOffset,
    lastTime: manifest.lastTime,
    digest,
    live,
    waiting: pending.reduce((sum, one) => sum + one.waiting + one.out + one.parked, 0),
    groups: new Set(pending.map(({ group }) => group)).size,
    holes: damage.places,
    recordsLost: damage.records,
    recorded: recordedIn(state),
  }
}

function notEmpty(dataDir: string, names: readonly string[]): KiteQError {
  const some = `${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`
  return new KiteQError(
    'KITEQ_USAGE',
    `--data-dir is ${dataDir}, which is not empty (${some}); expected a new or empty folder`,
  )
}

function fullAt(dataDir: string, cause: unknown): KiteQError {
  const message = `${dataDir} is full; make space and run the same command again`
  return new KiteQError('KITEQ_DISK_FULL', message, { cause })
}
