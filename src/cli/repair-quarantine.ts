// Where a repair keeps what it takes away or cannot mend: quarantine/<date>-<n>/ in the data folder, the bytes as files and
// report.json, which says what was taken from where. Written and synced before anything in the log is touched; never removed.

import type { Disk } from '../log/disk.ts'
import { readWhole } from '../log/disk.ts'
import { writeFileSafely } from './file-copy.ts'

export const quarantineName = 'quarantine'
const reportName = 'report.json'

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

/** The path of a new folder, in the data folder: made, durable, empty. */
export async function makeQuarantine(disk: Disk, dir: string, day: string): Promise<string> {
  const all = `${dir}/${quarantineName}`
  const names = await disk.list(all)
  for (let n = 1; ; n++) {
    const name = `${day}-${n}`
    if (names.includes(name)) continue
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
  for (const name of await disk.list(`${dir}/${quarantineName}`)) {
    const path = `${dir}/${quarantineName}/${name}/${reportName}`
    if (!(await disk.exists(path))) continue
    try {
      const text = Buffer.from(await readWhole(disk, path)).toString()
      items.push(...(JSON.parse(text) as QuarantineReport).items)
    } catch {
      // Then what it kept is kept once more.
    }
  }
  return items
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
