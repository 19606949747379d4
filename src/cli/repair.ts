// `kiteq repair`: makes a log that no start takes one that a start takes, and keeps what damage has left of the rest. Says
// what it would do unless told to do it; never deletes; only on a folder that nobody owns.

import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { nodeDisk } from '../log/disk-node.ts'
import type { Disk } from '../log/disk.ts'
import { askOwner, claimFolder, owned } from '../log/folder-owner.ts'
import { segmentName } from '../log/segment.ts'
import { expectFinished } from '../log/unfinished.ts'
import type { AcceptedLoss } from '../known-damage.ts'
import { KiteQError } from '../model/errors.ts'
import { withFolder, type FolderOption } from './arguments.ts'
import { counted } from './counted.ts'
import { exitCodes } from './exit-codes.ts'
import { askBroker, type Tail } from './folder.ts'
import { applyRepair } from './repair-apply.ts'
import { planRepair, type RepairPlan, type RepairStep } from './repair-plan.ts'
import { recordedText } from './recorded-losses.ts'
import { outlookOf, type Outlook } from './start-outlook.ts'
import { print, printable, printJson } from './terminal.ts'
import { verifyFolder, type VerifyReport } from './verify.ts'

interface RepairOptions extends FolderOption {
  readonly apply?: true
  readonly acceptLoss?: true
  readonly json?: true
}

export interface RepairResult {
  readonly dir: string
  readonly applied: boolean
  readonly steps: readonly RepairStep[]
  /** Damage that stays where it is and was kept before. */
  readonly kept: number
  /** A path in the data folder; null when nothing was done. */
  readonly quarantine: string | null
  /** As it is now, or would be. */
  readonly start: Outlook
  readonly log: VerifyReport
}

export function register(program: Command): void {
  const command = program
    .command('repair')
    .description(
      'mend what keeps a broker from starting; without --apply only says what it would do',
    )
    .option('--apply', 'do it; what is replaced goes to the quarantine folder')
    .option('--accept-loss', 'tell the running broker that what is lost so far is known')
    .option('--json', 'as one JSON object')
  withFolder(command).action(async (options: RepairOptions) => {
    const { dataDir, apply, json } = options
    if (options.acceptLoss) {
      await acceptLoss(options)
      return
    }
    const result = await repairFolder(dataDir, apply === true)
    if (json) printJson(result)
    else for (const line of linesOf(result)) print(line)
    if (!result.start.ok) process.exitCode = exitCodes.data
    else if (!result.applied && result.steps.length > 0) process.exitCode = exitCodes.negative
  })
}

/** The loss stays on record; it only makes the broker degraded no longer. A record of the log says who did it. */
async function acceptLoss({ dataDir, apply, json }: RepairOptions): Promise<void> {
  if (apply)
    throw new KiteQError(
      'KITEQ_USAGE',
      '--accept-loss is for a running broker, --apply for a stopped one; expected one of them',
    )
  const request = { op: 'accept-loss', who: `kiteq repair, pid ${process.pid}` }
  const accepted = (await askBroker(dataDir, request)) as AcceptedLoss
  if (json) printJson(accepted)
  else print(acceptedLine(accepted))
}

function acceptedLine({ places, records }: AcceptedLoss): string {
  if (places === 0) return 'nothing to accept: no loss is on record that was not accepted before'
  return `accepted: ${counted(places, 'damaged place')}, ${counted(records, 'record')} lost; the broker is degraded no longer, until more is found`
}

/**
 * Rejects KITEQ_FOLDER_OWNED, KITEQ_USAGE without a log, KITEQ_LOG_VERSION for a newer one. With `apply`, nothing is done
 * when a start would be refused all the same.
 */
export async function repairFolder(
  dir: string,
  apply: boolean,
  disk: Disk = nodeDisk,
): Promise<RepairResult> {
  if (!existsSync(dir))
    throw new KiteQError(
      'KITEQ_USAGE',
      `--data-dir ${dir} is not there; expected the data folder of a broker`,
    )
  await expectFinished(disk, dir)
  if (!apply) {
    await expectNobody(dir)
    return planned(await planRepair(dir, disk))
  }
  const claim = await claimFolder(dir, {
    describe: () => ({ command: 'kiteq repair' }),
    handle: () => Promise.reject(new KiteQError('KITEQ_CLOSED', 'the folder is being repaired')),
  })
  try {
    const plan = await planRepair(dir, disk)
    if (!plan.outlook.ok || plan.steps.length === 0) return planned(plan)
    const quarantine = await applyRepair(disk, plan, new Date())
    const { steps, kept } = plan
    const log = await verifyFolder(dir, disk, false)
    const start = await outlookOf(dir, disk)
    return { dir, applied: true, steps, kept, quarantine, start, log }
  } finally {
    await claim.close()
  }
}

function planned({ dir, steps, kept, report, outlook }: RepairPlan): RepairResult {
  return { dir, applied: false, steps, kept, quarantine: null, start: outlook, log: report }
}

/** A dry run makes nothing in the folder, not even a sign. */
async function expectNobody(dir: string): Promise<void> {
  const owner = await askOwner(dir, { op: 'who' })
  if (owner !== undefined) throw owned(dir, owner)
}

export function linesOf(result: RepairResult): string[] {
  const { dir, applied, steps, kept, quarantine, start, log } = result
  const lines = [
    `log ${log.logId ?? 'unknown'} in ${dir}: ${steps.length === 0 ? 'nothing to do' : counted(steps.length, 'step')}`,
    ...steps.map((step) => `  ${printable(stepLine(step))}`),
  ]
  if (kept > 0) lines.push(`  ${counted(kept, 'damaged place')} kept by an earlier repair`)
  if (log.tail !== null) lines.push(tailLine(log.tail))
  const others = log.faults.filter(({ kind }) => !['lost', 'checkpoint'].includes(kind))
  for (const { kind, file, text, more } of others)
    lines.push(
      `  NOT MENDED ${file}, ${kind}: ${printable(text)}${more === undefined ? '' : ` (and ${more} more in this segment)`}`,
    )
  const unseen = log.faultCount - log.faults.length
  if (unseen > 0)
    lines.push(`  NOT KEPT ${counted(unseen, 'more damaged place')}: too many to list`)
  lines.push(
    startLine(
      start,
      log,
      applied || steps.length === 0 ? 'a start will' : 'with that a start would',
    ),
  )
  if (start.ok) lines.push(...doubtLines(result))
  if (applied) lines.push(`what was replaced is in ${dir}/${quarantine}, with report.json`)
  else if (steps.length > 0 && start.ok)
    lines.push(`nothing was changed; do it with: kiteq repair --data-dir ${dir} --apply`)
  else if (!start.ok)
    lines.push(
      'nothing was changed; what is missing has to come from a backup',
      'what is left can be read (kiteq dump, why), and published to another broker (kiteq replay --into)',
    )
  return lines
}

function stepLine(step: RepairStep): string {
  const { file, why } = step
  switch (step.kind) {
    case 'header': {
      const { firstOffset, epoch } = step.header
      return `MEND ${file}: ${why}. Its header is made again: first offset ${firstOffset}, epoch ${epoch}, crc seed as ${counted(step.frames, 'record')} have it`
    }
    case 'fill':
      return step.isThere
        ? `SET ASIDE ${file}: ${why}. An empty segment takes its place; all its records are lost here`
        : `FILL ${file}: ${why}. An empty segment takes the place; all its records are lost`
    case 'rename':
      return `RENAME ${file} to ${step.to}: ${why}`
    case 'remove':
      return `SET ASIDE ${file}: ${why}`
    case 'checkpoint':
      return `SET ASIDE ${file}: ${why}`
    case 'copy': {
      const { ids = [], firstOffset, count } = step.fault
      const offsets = firstOffset === undefined ? '' : `, from offset ${firstOffset}`
      const records = count === undefined ? '' : `, ${counted(count, 'record')}`
      const known = ids.length === 0 ? '' : `; still readable: ${ids.join(', ')}`
      return `KEEP A COPY of ${file} at byte ${step.position}, ${counted(step.bytes, 'byte')}${offsets}${records}: ${why}${known}`
    }
  }
}

function tailLine({ bytes, records }: Tail): string {
  const kept =
    records === 0 ? 'cuts it' : `keeps ${counted(records, 'whole record')} of it and cuts the rest`
  return `  a torn tail of ${counted(bytes, 'byte')} is left to the next start, which ${kept}`
}

function startLine(start: Outlook, log: VerifyReport, would: string): string {
  if (!start.ok) return `${would} be refused: ${start.why}`
  return `${would} succeed: records up to offset ${start.endOffset}, ${lossText(log)}, digest ${start.digest}`
}

function lossText({ recordsLost, recorded, closed }: VerifyReport): string {
  if (recordsLost > 0) return `${counted(recordsLost, 'record')} lost for good`
  if (recorded.records > 0)
    return `nothing lost but what is on record (${counted(recorded.records, 'record')})`
  return closed === false ? 'nothing lost that the log knows of' : 'nothing lost'
}

/** What nobody can say from the log, or rests on something else than the log. */
function doubtLines({ start, log, steps }: RepairResult): string[] {
  const lines: string[] = []
  const recorded = recordedText(log.recorded)
  if (recorded !== undefined) lines.push(`on record as lost since earlier starts: ${recorded}`)
  if (log.closed === false)
    lines.push(
      `the log does not end with the record of a stop in order (last record ${log.lastTime ?? 'unknown'}): if the last run was not killed but ended with 0, or a publisher holds a later ack, acked records are gone from its end`,
    )
  const front = steps.find((step) => step.kind === 'fill' && step.isFront)
  // A log that begins with segment 1 is folded from there, whatever image stands in it.
  const isAlone = front?.file === segmentName(1) || log.bases.length === 0
  if (start.ok && front !== undefined && isAlone && start.checkpoint !== null)
    lines.push(
      `the state of what is missing at the front stands in the checkpoint at offset ${start.checkpoint} alone: keep a copy of it`,
    )
  return lines
}
