// What a backup says of itself: which log, up to where, which files with which content. Written last, so that a folder
// without it is no backup. Nothing in it is trusted before it was checked.

import { existsSync, readFileSync, statSync } from 'node:fs'
import type { Ancestor } from '../log/ancestry.ts'
import { checkpointName } from '../log/checkpoint.ts'
import type { Disk } from '../log/disk.ts'
import type { Hole } from '../log/scan-segment.ts'
import { segmentName } from '../log/segment.ts'
import { KiteQError } from '../model/errors.ts'
import { hashBytes, writeFileSafely, type Copied } from './file-copy.ts'

export const manifestName = 'backup.json'
/** Of some hundred thousand segments. */
const manifestBytesMax = 64 * 1024 * 1024
/** There from the first file on until the manifest is written. */
export const unfinishedName = 'backup.incomplete'

export interface BackupFile extends Copied {
  readonly file: string
}

export interface BackupSegment extends BackupFile {
  readonly number: number
  readonly firstOffset: number
  readonly epoch: number
}

export interface BackupManifest {
  readonly format: 1
  /** Version of the program that wrote it. */
  readonly kiteq: string
  readonly logId: string
  /** The backup holds the records [firstOffset, endOffset). */
  readonly firstOffset: number
  readonly endOffset: number
  /** Of the last of them; null when it is damaged, or there is none. */
  readonly lastTime: string | number | null
  /** A broker owned the folder while it was copied. */
  readonly inUse: boolean
  readonly startedAt: string
  readonly finishedAt: string
  readonly segments: readonly BackupSegment[]
  readonly checkpoint: (BackupFile & { readonly offset: number }) | null
  /** Of the log as it was copied; older backups do not say. */
  readonly damage?: BackupDamage
  /** Of a log that was restored itself: which ones it goes on from, the oldest first. */
  readonly ancestors?: readonly Ancestor[]
}

export interface BackupDamage {
  /** Stretches that hold no whole records, and how many records they held. */
  readonly places: number
  readonly records: number
  /** The first of them; null without any. */
  readonly first: Hole | null
  /** Why no start would take this log as it is; null: one would. */
  readonly refused: string | null
}

export async function writeManifest(
  disk: Disk,
  dir: string,
  manifest: BackupManifest,
): Promise<void> {
  await writeFileSafely(disk, dir, manifestName, `${JSON.stringify(manifest, null, 2)}\n`)
}

/** Throws KITEQ_USAGE where there is no finished backup, KITEQ_LOG_CORRUPT for a manifest that is none. */
export function readManifest(dir: string): BackupManifest {
  const path = `${dir}/${manifestName}`
  if (!existsSync(path)) {
    const why = existsSync(`${dir}/${unfinishedName}`)
      ? `holds a backup that was not finished; run the same kiteq backup again`
      : `has no ${manifestName}; expected the folder of a finished kiteq backup`
    throw new KiteQError('KITEQ_USAGE', `${dir} ${why}`)
  }
  const stats = statSync(path) // a pipe would keep whoever opens it for ever
  if (!stats.isFile() || stats.size > manifestBytesMax)
    throw new KiteQError(
      'KITEQ_LOG_CORRUPT',
      `${path} is ${stats.isFile() ? `${stats.size} bytes long` : 'no regular file'}; expected what kiteq backup wrote`,
    )
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new KiteQError('KITEQ_LOG_CORRUPT', `${path}: ${why}; expected what kiteq backup wrote`)
  }
  const wrong = wrongIn(value)
  if (wrong !== undefined)
    throw new KiteQError('KITEQ_LOG_CORRUPT', `${path}: ${wrong}; expected what kiteq backup wrote`)
  return value as BackupManifest
}

/** All files of a backup, with their sizes. */
export function filesOf({ segments, checkpoint }: BackupManifest): readonly BackupFile[] {
  return checkpoint === null ? segments : [...segments, checkpoint]
}

export const bytesOf = (files: readonly BackupFile[]): number =>
  files.reduce((sum, { bytes }) => sum + bytes, 0)

/** One line for each file that is not what the manifest says. */
export async function differencesOf(
  disk: Disk,
  dir: string,
  manifest: BackupManifest,
  progress: (bytes: number) => void,
): Promise<string[]> {
  const differences: string[] = []
  for (const { file, bytes, sha256 } of filesOf(manifest)) {
    const from = `${dir}/${file}`
    if (!(await disk.exists(from))) {
      differences.push(`${from} is missing`)
      continue
    }
    const size = await sizeOf(disk, from)
    if (size !== bytes) {
      differences.push(`${from} has ${size} bytes, the manifest says ${bytes}`)
      continue
    }
    const there = await hashBytes({ disk, from, bytes, progress })
    if (there.sha256 !== sha256)
      differences.push(`${from} has sha256 ${there.sha256}, the manifest says ${sha256}`)
  }
  return differences
}

export async function sizeOf(disk: Disk, path: string): Promise<number> {
  const file = await disk.open(path, 'read')
  try {
    return await file.size()
  } finally {
    await file.close()
  }
}

/** Words for what is wrong with it. */
function wrongIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'no object'
  const manifest = value as Partial<Record<keyof BackupManifest, unknown>>
  if (manifest.format !== 1)
    return `format ${JSON.stringify(manifest.format)}, this version reads format 1`
  if (typeof manifest.logId !== 'string' || !/^[0-9a-f]{32}$/.test(manifest.logId))
    return 'no logId of 32 hex digits'
  if (!isCount(manifest.firstOffset) || !isCount(manifest.endOffset))
    return 'no firstOffset and endOffset'
  const { segments, checkpoint } = manifest
  if (!Array.isArray(segments) || segments.length === 0) return 'no segments'
  const wrong = segments.findIndex((one) => !isSegment(one))
  if (wrong >= 0) return `segment ${wrong + 1} of the list is none`
  const unordered = (segments as readonly BackupSegment[]).findIndex(
    ({ number }, n, all) => n > 0 && number <= all[n - 1]!.number,
  )
  if (unordered >= 0) return `segment ${unordered + 1} of the list does not follow the one before`
  if (!isTime(manifest.lastTime)) return 'its lastTime is no time'
  if (manifest.damage !== undefined && !isDamage(manifest.damage)) return 'its damage is none'
  const { ancestors = [] } = manifest
  if (!Array.isArray(ancestors) || !ancestors.every(isAncestor)) return 'its ancestors are none'
  if (checkpoint !== null && !isCheckpoint(checkpoint)) return 'its checkpoint is none'
  return undefined
}

/** The name must be the one that follows from the number, so that no name leads out of the folder. */
function isSegment(value: unknown): boolean {
  const { number, firstOffset, epoch, file } = (value ?? {}) as Partial<BackupSegment>
  return (
    isFile(value) &&
    isCount(number) &&
    isCount(firstOffset) &&
    isCount(epoch) &&
    file === segmentName(number)
  )
}

function isCheckpoint(value: unknown): boolean {
  const { offset, file } = (value ?? {}) as Partial<BackupFile & { offset: number }>
  return isFile(value) && isCount(offset) && file === checkpointName(offset)
}

function isFile(value: unknown): boolean {
  const { bytes, sha256 } = (value ?? {}) as Partial<BackupFile>
  return isCount(bytes) && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)
}

/** As `timeText` writes it, or null. */
function isTime(value: unknown): boolean {
  if (typeof value === 'string') return value.length < 40 && !Number.isNaN(Date.parse(value))
  return value === null || typeof value === 'number'
}

function isAncestor(value: unknown): boolean {
  const { logId, endOffset } = (value ?? {}) as Partial<Ancestor>
  return typeof logId === 'string' && /^[0-9a-f]{32}$/.test(logId) && isCount(endOffset)
}

function isDamage(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { places, records, first, refused } = value as Partial<Record<keyof BackupDamage, unknown>>
  const isRefused = refused === null || typeof refused === 'string'
  return isCount(places) && isCount(records) && typeof first === 'object' && isRefused
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
