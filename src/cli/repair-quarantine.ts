// Where a repair keeps what it takes away or cannot mend: quarantine/<date>-<n>/ in the data folder, the bytes as files and
// report.json, which says what was taken from where. Written and synced before anything in the log is touched; never removed.

import { lstat } from 'node:fs/promises'
import type { Disk } from '../log/disk.ts'
import { readWhole } from '../log/disk.ts'
import { KiteQError } from '../model/errors.ts'
import { writeFileSafely } from './file-copy.ts'

export const quarantineName = 'quarantine'
const reportName = 'report.json'
/** Larger than any: a thousand ids of each of thousands of places. */
const reportBytesMax = 256 * 1024 * 1024

export interface QuarantineItem {
  /** `header`, `segment`, `bytes`, `checkpoint`. */
  readonly kind: 'header' | 'segment' | 'bytes' | 'checkpoint'
  /** Where it was: a name in the data folder, and which bytes of it. */
  readonly file: string
  readonly position: number
  readonly bytes: number
  readonly sha256: string | null
  /** Its name here. */
  readonly savedAs: string
  /** `moved`: it is no longer there. `copied`: it is, or something else stands in its place. */
  readonly how: 'moved' | 'copied'
  readonly why: string
  readonly segment?: number
  readonly firstOffset?: number
  /** Records lost. */
  readonly count?: number
  /** Of messages that can still be read in it. */
  readonly ids?: readonly string[]
  /** What takes its place. */
  readonly replacedBy?: object
}

export interface QuarantineReport {
  readonly format: 1
  readonly kiteq: string
  readonly time: string
  readonly logId: string | null
  readonly items: readonly QuarantineItem[]
}

/** The path of a new folder, in the data folder: made, durable, empty. Rejects KITEQ_CONFIG as `expectOwnFolder`. */
export async function makeQuarantine(disk: Disk, dir: string, day: string): Promise<string> {
  const all = `${dir}/${quarantineName}`
  await expectOwnFolder(all)
  const names = await disk.list(all)
  for (let n = 1; ; n++) {
    const name = `${day}-${n}`
    // An empty one is of a repair that was cut short before it kept anything.
    if (names.includes(name) && (await disk.list(`${all}/${name}`)).length > 0) continue
    await disk.ensureFolder(`${all}/${name}`)
    return `${quarantineName}/${name}`
  }
}

export async function writeReport(
  disk: Disk,
  folder: string,
  report: QuarantineReport,
): Promise<void> {
  await writeFileSafely(disk, folder, reportName, `${JSON.stringify(report, null, 2)}\n`)
}

/** Of all repairs there were; one that was cut short before its report counts for nothing. */
export async function readReports(disk: Disk, dir: string): Promise<QuarantineItem[]> {
  const items: QuarantineItem[] = []
  await expectOwnFolder(`${dir}/${quarantineName}`)
  for (const name of await disk.list(`${dir}/${quarantineName}`)) {
    const path = `${dir}/${quarantineName}/${name}/${reportName}`
    if (!(await disk.exists(path))) continue
    try {
      const text = Buffer.from(await readWhole(disk, path, reportBytesMax)).toString()
      items.push(...itemsIn(JSON.parse(text)))
    } catch {
      // Then what it kept is kept once more.
    }
  }
  return items
}

/** Of what a repair wrote; somebody may have written there since. */
function itemsIn(report: unknown): QuarantineItem[] {
  const { items } = (report ?? {}) as { readonly items?: unknown }
  if (!Array.isArray(items)) return []
  return items.filter((item): item is QuarantineItem => typeof item === 'object' && item !== null)
}

/** A link could lead anywhere: what a repair keeps would be written there. Rejects KITEQ_CONFIG. */
async function expectOwnFolder(path: string): Promise<void> {
  const stats = await lstat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
  if (stats === undefined || stats.isDirectory()) return
  throw new KiteQError(
    'KITEQ_CONFIG',
    `${path} is ${stats.isSymbolicLink() ? 'a link' : 'no folder'}; expected nothing there, or the folder that kiteq repair made: take it away and run it again`,
  )
}

/** Whether exactly these bytes of this place were kept before. */
export function isKnown(
  items: readonly QuarantineItem[],
  { file, position, bytes, sha256 }: Pick<QuarantineItem, 'file' | 'position' | 'bytes' | 'sha256'>,
): boolean {
  return items.some(
    (item) =>
      item.file === file &&
      item.position === position &&
      item.bytes === bytes &&
      item.sha256 === sha256,
  )
}
