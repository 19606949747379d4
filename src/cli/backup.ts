// `kiteq backup`: a copy of the log as of one offset, taken while a broker writes it or while nobody does. The source is
// only read; the manifest comes last, so that what was cut short is never taken for a backup.

import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { readAncestry } from '../log/ancestry.ts'
import { checkpointName, checkpointOffsets, readCheckpoint } from '../log/checkpoint.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { isNoSpace, type Disk } from '../log/disk.ts'
import { segmentHeaderBytes, segmentNumberOf } from '../log/segment.ts'
import { KiteQError } from '../model/errors.ts'
import { withFolder, type FolderOption } from './arguments.ts'
import {
  bytesOf,
  differencesOf,
  filesOf,
  manifestName,
  readManifest,
  sizeOf,
  unfinishedName,
  writeManifest,
  type BackupManifest,
  type BackupSegment,
} from './backup-manifest.ts'
import { damageIn, damageText } from './backup-damage.ts'
import { asVanished, sourceOf, type BackupSource, type SegmentPart } from './backup-source.ts'
import { counted } from './counted.ts'
import { exitCodes } from './exit-codes.ts'
import { copyBytes, hashBytes, partSuffix, writeFileSafely } from './file-copy.ts'
import { progressBar } from './progress-bar.ts'
import { timeText } from './record-text.ts'
import { print, printJson, Progress, tell } from './terminal.ts'
import { linesOf, verifyFolder } from './verify.ts'
import { versionOf } from './version.ts'

interface BackupOptions extends FolderOption {
  readonly to?: string
  readonly json?: true
}

export interface BackupRun {
  readonly disk: Disk
  readonly progress: (bytes: number) => void
}

export function register(program: Command): void {
  const command = program
    .command('backup')
    .description('copy the log as of now, also while a broker writes it')
    .option('--to <dir>', 'a new or empty folder, or one whose backup was not finished')
    .option('--json', 'the manifest as one JSON object')
  withFolder(command).action(backup)
  command
    .command('verify')
    .description('check a backup against its manifest, and every byte of its log')
    .argument('<dir>', 'folder of the backup')
    .option('--json', 'as one JSON object')
    .action(verify)
}

async function backup({ dataDir, to, json }: BackupOptions): Promise<void> {
  if (to === undefined)
    throw new KiteQError('KITEQ_USAGE', '--to is missing; expected a new or empty folder')
  const manifest = await backupFolder(dataDir, to, nodeDisk)
  for (const line of warningsOf(manifest, dataDir)) tell(line)
  if (json) {
    printJson(manifest)
    return
  }
  const { endOffset, firstOffset, lastTime, segments, checkpoint } = manifest
  const files = filesOf(manifest)
  const cache =
    checkpoint === null ? 'no checkpoint' : `the checkpoint at offset ${checkpoint.offset}`
  print(`log ${manifest.logId} copied to ${to}${manifest.inUse ? ' while it was in use' : ''}`)
  print(
    `  offsets ${firstOffset} to ${endOffset}, last record ${lastTime ?? 'unknown'}; ${counted(segments.length, 'segment')} and ${cache}, ${counted(bytesOf(files), 'byte')}`,
  )
  print(`  every byte of it is checked by: kiteq backup verify ${to}`)
}

/** A copy of a damaged log is a good copy; but nobody shall take it for a whole log. */
function warningsOf({ damage }: BackupManifest, dataDir: string): string[] {
  if (damage === undefined) return []
  const lost = damageText(damage)
  const lines: string[] = []
  if (lost !== undefined)
    lines.push(
      `kiteq: WARNING: the log is damaged, and so is its copy: ${lost}; kiteq verify --data-dir ${dataDir} tells more`,
    )
  if (damage.refused !== null)
    lines.push(
      `kiteq: WARNING: no start takes this log as it is: ${damage.refused}; what can be mended is told by: kiteq repair --data-dir ${dataDir}`,
    )
  return lines
}

/**
 * Rejects KITEQ_USAGE for a target that is not empty, KITEQ_NOT_FOUND when a segment goes away meanwhile, KITEQ_DISK_FULL
 * without space, and as reading the log does.
 */
export async function backupFolder(
  dataDir: string,
  to: string,
  disk: Disk,
): Promise<BackupManifest> {
  if (`${resolve(to)}/`.startsWith(`${resolve(dataDir)}/`))
    throw new KiteQError('KITEQ_USAGE', `--to is ${to}, in the data folder; expected one elsewhere`)
  const startedAt = new Date().toISOString()
  const source = await sourceOf(dataDir, disk)
  await openTarget(disk, to, source)
  const total = source.parts.reduce((sum, { bytes }) => sum + bytes, 0)
  const shown = new Progress()
  const startedMs = performance.now()
  let done = 0
  const progress = (bytes: number): void => {
    done += bytes
    shown.show(() => `backup  ${progressBar(done, total, performance.now() - startedMs)}`)
  }
  try {
    const segments: BackupSegment[] = []
    for (const part of source.parts)
      segments.push(await copySegment(dataDir, to, part, { disk, progress }))
    const checkpoint = await copyCheckpoint(dataDir, to, source, disk)
    await disk.syncFolder(to)
    const damage = await damageIn(disk, to, segments, source.endOffset)
    const ancestors = await readAncestry(disk, dataDir)
    const manifest: BackupManifest = {
      format: 1,
      kiteq: versionOf(),
      logId: source.logId,
      firstOffset: source.firstOffset,
      endOffset: source.endOffset,
      lastTime: source.lastTimeMs === undefined ? null : timeText(source.lastTimeMs),
      inUse: source.inUse,
      startedAt,
      finishedAt: new Date().toISOString(),
      segments,
      checkpoint,
      damage,
      ...(ancestors.length > 0 && { ancestors }),
    }
    await writeManifest(disk, to, manifest)
    await disk.remove(`${to}/${unfinishedName}`)
    await disk.syncFolder(to)
    return manifest
  } catch (error) {
    throw isNoSpace(error) ? fullAt(to, error) : error
  } finally {
    shown.end()
  }
}

/** Empty, or with what an earlier run of the same backup left. */
async function openTarget(disk: Disk, to: string, source: BackupSource): Promise<void> {
  await disk.ensureFolder(to)
  const names = await disk.list(to)
  if (!names.every(isMarker) && !isUnfinished(to, names, source.logId)) throw notEmpty(to, names)
  const there = await Promise.all(
    names
      .filter((name) => segmentNumberOf(name) !== undefined)
      .map((name) => sizeOf(disk, `${to}/${name}`)),
  )
  const wanted = source.parts.reduce((sum, { bytes }) => sum + bytes, 0)
  const missing = wanted - there.reduce((sum, bytes) => sum + bytes, 0)
  const free = await disk.freeBytes(to)
  if (missing > free)
    throw new KiteQError(
      'KITEQ_DISK_FULL',
      `${to} has ${free} bytes left, the backup needs ${missing} more; expected more space`,
    )
  await writeFileSafely(disk, to, unfinishedName, `${source.logId}\n`)
  const numbers = new Set(source.parts.map(({ name }) => name))
  for (const name of names)
    if (isLeftover(name) && !numbers.has(name)) await disk.remove(`${to}/${name}`)
}

/** Cut short, and of the same log. */
function isUnfinished(to: string, names: readonly string[], logId: string): boolean {
  if (!names.includes(unfinishedName) || names.includes(manifestName)) return false
  return readFileSync(`${to}/${unfinishedName}`, 'utf8').trim() === logId
}

function isMarker(name: string): boolean {
  return name === unfinishedName || name === `${unfinishedName}${partSuffix}`
}

/** Of a run before: half a file, a checkpoint that is older now, a segment that has gone from the log since. */
function isLeftover(name: string): boolean {
  return (
    name.endsWith(partSuffix) ||
    name.endsWith('.checkpoint') ||
    name === 'checkpoint.tmp' ||
    segmentNumberOf(name) !== undefined
  )
}

/** One that an earlier run finished is only read: a closed segment never changes. */
async function copySegment(
  dataDir: string,
  to: string,
  { name, header, bytes }: SegmentPart,
  { disk, progress }: BackupRun,
): Promise<BackupSegment> {
  const from = `${dataDir}/${name}`
  const target = `${to}/${name}`
  const isThere = existsSync(target) && (await isSame(disk, from, target, bytes))
  const copied = isThere
    ? await hashBytes({ disk, from: target, bytes, progress })
    : await copyBytes({ disk, from, to: target, bytes, progress }).catch(asVanished)
  if (copied.bytes !== bytes)
    throw new KiteQError(
      'KITEQ_LOG_CORRUPT',
      `${from} at byte ${copied.bytes}: it ended before byte ${bytes} while it was copied`,
    )
  const { number, firstOffset, epoch } = header
  return { file: name, ...copied, number, firstOffset, epoch }
}

async function isSame(disk: Disk, from: string, target: string, bytes: number): Promise<boolean> {
  if ((await sizeOf(disk, target)) !== bytes) return false
  const head = { disk, bytes: segmentHeaderBytes }
  const one = await hashBytes({ ...head, from }).catch(asVanished)
  return one.sha256 === (await hashBytes({ ...head, from: target })).sha256
}

/** The newest that holds and is not ahead. The owner may take it away any moment: it is the copy that is judged. */
async function copyCheckpoint(
  dataDir: string,
  to: string,
  { logId, endOffset }: BackupSource,
  disk: Disk,
): Promise<BackupManifest['checkpoint']> {
  for (const offset of (await checkpointOffsets(disk, dataDir)).reverse()) {
    if (offset > endOffset) continue
    const file = checkpointName(offset)
    try {
      const from = `${dataDir}/${file}`
      const copied = await copyBytes({ disk, from, to: `${to}/${file}`, bytes: Infinity })
      await readCheckpoint({ disk, dir: to, logId }, offset)
      return { file, ...copied, offset }
    } catch (error) {
      if (isNoSpace(error)) throw error
      await disk.remove(`${to}/${file}`)
    }
  }
  return null
}

function notEmpty(to: string, names: readonly string[]): KiteQError {
  const what = names.includes(manifestName)
    ? 'holds a finished backup'
    : `is not empty (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''})`
  return new KiteQError(
    'KITEQ_USAGE',
    `--to is ${to}, which ${what}; expected a new or empty folder`,
  )
}

function fullAt(to: string, cause: unknown): KiteQError {
  const message = `${to} is full; make space and run the same command again: it goes on where it stopped`
  return new KiteQError('KITEQ_DISK_FULL', message, { cause })
}

/** The parent's `--json` is the same flag. */
async function verify(dir: string, _: unknown, command: Command): Promise<void> {
  const { json } = command.optsWithGlobals<{ json?: true }>()
  const manifest = readManifest(dir)
  const differences = await compare(dir, manifest)
  const report = await verifyFolder(dir)
  const isEnd = report.end === manifest.endOffset
  if (!isEnd)
    differences.push(
      `the log ends at offset ${report.end}, the manifest says ${manifest.endOffset}`,
    )
  const clean = differences.length === 0 && report.clean
  if (json) printJson({ clean, differences, manifest, log: report })
  else {
    for (const line of linesOf(report).slice(0, -1)) print(line)
    for (const line of differences) print(`CHANGED ${line}`)
    const whole = `a whole backup up to offset ${manifest.endOffset}, last record ${manifest.lastTime ?? 'unknown'}`
    if (clean) print(`clean: ${whole}`)
    else if (differences.length === 0)
      print(`DAMAGED, as the log was when it was copied: ${linesOf(report).at(-1)!}`)
    else print(`DAMAGED: ${counted(differences.length, 'file')} not as copied`)
  }
  if (!clean) process.exitCode = exitCodes.negative
}

/** With a bar: every file is read. */
export async function compare(dir: string, manifest: BackupManifest): Promise<string[]> {
  const total = bytesOf(filesOf(manifest))
  const shown = new Progress()
  const startedMs = performance.now()
  let done = 0
  try {
    return await differencesOf(nodeDisk, dir, manifest, (bytes) => {
      done += bytes
      shown.show(() => `checking  ${progressBar(done, total, performance.now() - startedMs)}`)
    })
  } finally {
    shown.end()
  }
}
