// What an export is going to do: which records into which files, what of it was done before it was interrupted. Decides and
// refuses before anything of a new export is written; whoever plans and runs one holds its lock.

import path from 'node:path'
import { namesBefore } from '../archive-names.ts'
import { KiteQError } from '../model/errors.ts'
import { checkChoice, differenceOf, partsOf, whatOf, type ExportChoice } from './export-choice.ts'
import { expectSameCourse, markBefore, type RecordMark } from './export-course.ts'
import { endLinking, expectFree, spaceFor } from './export-file.ts'
import type { ExportJob, Exported } from './export-job.ts'
import {
  fits,
  forget,
  newNoteName,
  noteName,
  partialName,
  readNote,
  removeNote,
  writeNote,
  type DonePart,
  type FileNote,
  type PartsNote,
} from './export-note.ts'
import { openLogFolder, type LogFolder } from './folder.ts'
import { momentOf, rangeAt } from './moment.ts'
import { isOwn, openOwn, openPlain } from './own-file.ts'

export interface ExportPlan {
  readonly logId: string
  readonly what: string
  readonly from: number
  readonly to: number
  /** Of all its notes. */
  readonly end: RecordMark | undefined
  readonly jobs: readonly ExportJob[]
  /** Files that were finished before. */
  readonly done: readonly Exported[]
}

/** Rejects KITEQ_USAGE for what cannot be done, or would overwrite something, and as opening the folder does. */
export async function planExport(choice: ExportChoice): Promise<ExportPlan> {
  checkChoice(choice)
  const { dataDir, output, parallel, force } = choice
  const moments = [momentOf('--from', choice.from), momentOf('--to', choice.to)] as const
  const folder = await openLogFolder(dataDir)
  try {
    const { logId } = folder.log
    if (logId === undefined)
      throw new KiteQError('KITEQ_NOT_FOUND', `${dataDir} has no log yet: no broker ever ran on it`)
    const first = folder.headers[0]?.firstOffset ?? 0
    const what = whatOf(choice, logId)
    const isAnew = output === '-' || force
    const before = isAnew ? undefined : await noteOf(output, what, folder)
    const [from, to] =
      before === undefined
        ? await rangeAt(folder, ['--from', '--to'], moments)
        : [before.from, before.to]
    const now = output === '-' ? undefined : await markBefore(folder.log, to)
    expectSameCourse(noteName(output), before?.end, now)
    const end = before === undefined ? now : before.end
    const jobs: ExportJob[] = []
    const done: Exported[] = []
    for (const [index, stretch] of parts(from, to, parallel).entries()) {
      const file = parallel === 1 ? output : partName(output, index + 1, parallel)
      const noted = isAnew || file === output ? before : await noteOf(file, what, folder)
      expectSameCourse(noteName(file), noted?.end, end)
      const left = isAnew ? undefined : await leftOf(file, stretch, noted, before)
      if (left?.done !== undefined) done.push(left.done)
      else
        jobs.push({
          ...jobOf(choice, what, file),
          ...stretch,
          end,
          first,
          note: left?.note,
          names: [],
        })
    }
    if (output !== '-') for (const { file } of jobs) await expectFree(file, force)
    if (output !== '-' && force) await forgetAll(choice)
    if (parallel > 1 && before === undefined)
      await spaceFor(output, () => writeNote(output, { of: 'parts', what, from, to, end }))
    return { logId, what, from, to, end, jobs: await withNames(jobs, dataDir), done }
  } finally {
    await folder.log.close()
  }
}

/** Every file of it has its name: what was noted goes, the notes of parts only once one note has all of them. */
export async function endExport(choice: ExportChoice, plan: ExportPlan): Promise<void> {
  const { output, parallel } = choice
  const { what, from, to, end } = plan
  if (parallel === 1) return plan.done.length > 0 ? removeNote(output) : undefined
  const files = parts(from, to, parallel).map((_, i) => partName(output, i + 1, parallel))
  const before = await readNote(output)
  if (before?.of !== 'parts' || before.done === undefined) {
    const done = await Promise.all(files.map(doneOf))
    await spaceFor(output, () => writeNote(output, { of: 'parts', what, from, to, end, done }))
  }
  for (const file of files) await removeNote(file)
  await removeNote(output)
}

/** As its own note has it. */
async function doneOf(file: string): Promise<DonePart> {
  const note = await readNote(file)
  if (note?.of !== 'file')
    throw new KiteQError('KITEQ_USAGE', `${noteName(file)} was removed while it was needed`)
  const { from, to, rows, bytes, missing, endSum } = note
  return { file: path.basename(file), from, to, rows, bytes, missing, endSum }
}

function jobOf(
  choice: ExportChoice,
  what: string,
  file: string,
): Omit<ExportJob, 'from' | 'to' | 'end' | 'names' | 'first'> {
  const { dataDir, format, table, topic, type, decompress, bodyJson, force, parallel } = choice
  const isPart = parallel > 1
  return { dataDir, file, what, format, table, topic, type, decompress, bodyJson, force, isPart }
}

/** With --force: whatever an interrupted export of this name has left, in as many parts as it had. */
async function forgetAll({ output, parallel }: ExportChoice): Promise<void> {
  const before = await readNote(output).catch(() => undefined)
  for (const count of new Set([parallel, before === undefined ? 1 : partsOf(before.what)]))
    for (let part = 1; count > 1 && part <= count; part++)
      await forget(partName(output, part, count))
  await forget(output)
}

/** Of this export, interrupted. Rejects KITEQ_USAGE when it is of another one, or of more than this log has. */
async function noteOf(
  file: string,
  what: string,
  folder: LogFolder,
): Promise<FileNote | PartsNote | undefined> {
  await isOwn(newNoteName(file))
  const note = await readNote(file)
  if (note === undefined) return undefined
  if (note.what !== what)
    throw new KiteQError(
      'KITEQ_USAGE',
      `${noteName(file)} is of another export that was interrupted: ${differenceOf(note.what, what)}; expected the same options to go on with it, or --force to begin anew`,
    )
  if (note.to > folder.end)
    throw new KiteQError(
      'KITEQ_USAGE',
      `${noteName(file)} is of an export up to record ${note.to}, and this log ends at ${folder.end}; expected the log it was begun with, or --force to begin anew`,
    )
  return note
}

interface Left {
  /** It is whole, under its name. */
  readonly done?: Exported
  /** It goes on. */
  readonly note?: FileNote | undefined
}

/** What there is of one file. Rejects KITEQ_USAGE for anything that an export with these notes has not left. */
async function leftOf(
  file: string,
  stretch: Stretch,
  noted: FileNote | PartsNote | undefined,
  before: FileNote | PartsNote | undefined,
): Promise<Left> {
  const note = noted?.of === 'file' ? noted : undefined
  if (note !== undefined && (note.from !== stretch.from || note.to !== stretch.to))
    throw new KiteQError(
      'KITEQ_USAGE',
      `${noteName(file)} is of records ${note.from} to ${note.to}; expected ${stretch.from} to ${stretch.to}, or --force to begin anew`,
    )
  if (note?.isWhole === true) await endLinking(file)
  const hasPartial = await expectPartial(file, note)
  const isPart = (one: DonePart): boolean => one.file === path.basename(file)
  const whole =
    note?.isWhole === true ? note : before?.of === 'parts' ? before.done?.find(isPart) : undefined
  if (whole !== undefined && !hasPartial && (await isThere(file, whole))) {
    const { from, to, rows, bytes, missing } = whole
    return { done: { file, from, to, rows, bytes, missing } }
  }
  return { note: hasPartial || note?.bytes === 0 ? note : undefined }
}

/** False: there is no partial file. */
async function expectPartial(file: string, note: FileNote | undefined): Promise<boolean> {
  const name = partialName(file)
  const handle = await openOwn(name, 'read')
  if (handle === undefined) return false
  try {
    if (note === undefined)
      throw new KiteQError(
        'KITEQ_USAGE',
        `${name} is there without ${noteName(file)}; expected both as an interrupted export has left them, or --force to begin anew`,
      )
    if (note.bytes > 0 && !(await fits(handle, note, false)))
      throw new KiteQError(
        'KITEQ_USAGE',
        `${name} is not what ${noteName(file)} says was written; expected both as an interrupted export has left them, or --force to begin anew`,
      )
  } finally {
    await handle.close()
  }
  return true
}

async function isThere(file: string, whole: Pick<FileNote, 'bytes' | 'endSum'>): Promise<boolean> {
  const handle = await openPlain(file)
  try {
    return handle !== undefined && (await fits(handle, whole, true))
  } finally {
    await handle?.close()
  }
}

interface Stretch {
  readonly from: number
  readonly to: number
}

/** As many stretches as asked for, of about the same number of records; the last ones may be empty. */
function parts(from: number, to: number, count: number): Stretch[] {
  const edge = (index: number): number => from + Math.floor(((to - from) * index) / count)
  return Array.from({ length: count }, (_, i) => ({ from: edge(i), to: edge(i + 1) }))
}

/** `trade.csv`: `trade-00001-of-00004.csv`. */
function partName(output: string, part: number, count: number): string {
  const { dir, name, ext } = path.parse(output)
  const five = (number: number): string => String(number).padStart(5, '0')
  return path.join(dir, `${name}-${five(part)}-of-${five(count)}${ext}`)
}

async function withNames(jobs: readonly ExportJob[], dataDir: string): Promise<ExportJob[]> {
  const unfinished = jobs.filter(({ note }) => note?.isWhole !== true)
  if (unfinished.length === 0) return [...jobs]
  const starts = unfinished.map(({ from, first, note, topic, type }) =>
    topic === undefined && type === undefined ? (note?.next ?? from) : first,
  )
  // Names that were given later do no harm; so one reading is enough for all parts.
  const last = Math.max(...starts, ...unfinished.map(({ from, note }) => note?.next ?? from))
  const names = await namesBefore(dataDir, last)
  return jobs.map((job) => ({ ...job, names }))
}
