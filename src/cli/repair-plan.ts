// Everything a repair would do to a data folder, and whether a start would succeed after it. Plans only: it reads the folder
// as it is and as it would be, and changes nothing.

import type { Disk } from '../log/disk.ts'
import { postingsName } from '../log/postings-format.ts'
import { segmentHeaderBytes, segmentNumberOf } from '../log/segment.ts'
import { hashBytes } from './file-copy.ts'
import type { Fault } from './log-findings.ts'
import { missingFront } from './repair-front.ts'
import { planSegments, type SegmentPlan, type SegmentStep } from './repair-segments.ts'
import { isKnown, readReports } from './repair-quarantine.ts'
import { verifyFolder, type VerifyReport } from './verify.ts'
import { sizeOf } from './backup-manifest.ts'
import { outlookOf, type Outlook } from './start-outlook.ts'

export type RepairStep =
  | SegmentStep
  | {
      /** Damage that stays where it is: the broker steps over it. Its bytes are kept. */
      readonly kind: 'copy'
      readonly file: string
      readonly position: number
      readonly bytes: number
      readonly sha256: string
      readonly fault: Pick<Fault, 'segment' | 'firstOffset' | 'count' | 'ids'>
      readonly why: string
    }
  | { readonly kind: 'checkpoint'; readonly file: string; readonly why: string }

export interface RepairPlan {
  readonly dir: string
  readonly steps: readonly RepairStep[]
  /** Damage that stays and was kept by an earlier repair. */
  readonly kept: number
  /** Of the folder as it will be. */
  readonly report: VerifyReport
  readonly outlook: Outlook
}

/** Rejects KITEQ_USAGE without a segment, KITEQ_LOG_VERSION for a newer format. */
export async function planRepair(dir: string, disk: Disk): Promise<RepairPlan> {
  const { steps: segments, view } = await plannedSegments(dir, disk)
  const report = await verifyFolder(dir, view, false)
  const known = await readReports(disk, dir)
  const steps: RepairStep[] = [...segments]
  let kept = 0
  for (const step of await stepsFor(dir, view, report, segments)) {
    if (step.kind === 'copy' && isKnown(known, step)) kept++
    else steps.push(step)
  }
  return { dir, steps, kept, report, outlook: await outlookOf(dir, view) }
}

/** First what the headers alone tell; with the files that follow from that, what is missing in front of them. */
async function plannedSegments(dir: string, disk: Disk): Promise<SegmentPlan> {
  const plan = await planSegments(dir, disk)
  const dropped = await missingFront(dir, plan.view)
  return dropped === undefined ? plan : planSegments(dir, disk, dropped)
}

/** For the damage that is left when the segments follow each other. */
async function stepsFor(
  dir: string,
  view: Disk,
  { faults, tail }: VerifyReport,
  segments: readonly SegmentStep[],
): Promise<RepairStep[]> {
  const steps: RepairStep[] = []
  const changed = new Set(segments.flatMap(postingsOf))
  for (const fault of faults) {
    if (changed.has(fault.file)) continue // they go with their segment
    const { kind, file, text, position = 0, length = 0 } = fault
    if (kind === 'checkpoint') steps.push({ kind, file, why: text })
    else if (kind === 'lost' && file.endsWith('.checkpoint'))
      steps.push(await copyOf(dir, view, { ...fault, position: 0, length: Infinity }))
    else if (kind === 'lost' && length > 0 && position >= segmentHeaderBytes)
      steps.push(await copyOf(dir, view, fault))
  }
  // The next start cuts what follows the last whole batch: of a segment whose header was made again that may be more.
  const last = segments.find(
    (step) => step.kind === 'header' && step.header.number === tail?.segment,
  )
  if (tail !== null && last !== undefined) {
    const { segment, position, bytes, offset } = tail
    const text = 'behind the last whole batch of a segment whose header is made again'
    const stretch = { segment, position, length: bytes, firstOffset: offset, text }
    steps.push(await copyOf(dir, view, { kind: 'lost', file: last.file, ...stretch }))
  }
  // A stretch of a segment that is missing or set aside has no bytes.
  return steps.filter((step) => step.kind !== 'copy' || step.bytes > 0)
}

/** Names of what tells of the segment that a step changes. */
function postingsOf(step: SegmentStep): string[] {
  const names = step.kind === 'rename' ? [step.file, step.to] : [step.file]
  return names.flatMap((name) => {
    const number = segmentNumberOf(name)
    return number === undefined ? [] : [postingsName(number)]
  })
}

async function copyOf(dir: string, view: Disk, fault: Fault): Promise<RepairStep> {
  const { file, position = 0, length = 0, text, segment, firstOffset, count, ids } = fault
  const from = `${dir}/${file}`
  const wanted = Math.max(0, Math.min(length, (await sizeOf(view, from)) - position))
  const { bytes, sha256 } = await hashBytes({
    disk: view,
    from,
    position,
    bytes: wanted,
    tolerant: true,
  })
  return {
    kind: 'copy',
    file,
    position,
    bytes,
    sha256,
    fault: {
      ...(segment === undefined ? {} : { segment }),
      ...(firstOffset === undefined ? {} : { firstOffset }),
      ...(count === undefined ? {} : { count }),
      ...(ids === undefined ? {} : { ids }),
    },
    why: text,
  }
}
