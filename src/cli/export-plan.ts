// What an export is going to do: which records into which files, what of it was done before it was interrupted. Decides and
// refuses before anything is written.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { namesBefore } from '../archive-names.ts'
import { tables, type TableNumber } from '../archive/tables.ts'
import { KiteQError } from '../model/errors.ts'
import { noteName, readNote, sizeOf, writeNote, type FileNote } from './export-file.ts'
import type { ExportJob, Exported } from './export-job.ts'
import { knowsTopic, knowsType } from './export-selection.ts'
import type { TextFormat } from './export-text.ts'
import { openLogFolder } from './folder.ts'
import { momentOf, rangeAt } from './moment.ts'

export interface ExportChoice {
  readonly dataDir: string
  readonly output: string
  readonly format: TextFormat | 'parquet'
  readonly table: TableNumber
  readonly topic: string | undefined
  readonly type: string | undefined
  /** As given. */
  readonly from: string
  readonly to: string
  readonly parallel: number
  readonly decompress: boolean
  readonly bodyJson: boolean
  readonly force: boolean
}

export interface ExportPlan {
  readonly logId: string
  readonly from: number
  readonly to: number
  readonly jobs: readonly ExportJob[]
  /** Parts that were finished before. */
  readonly done: readonly Exported[]
}

/** Of an export in parts: beside the file's name as long as a part is missing. */
interface PartsNote {
  readonly what: string
  readonly from: number
  readonly to: number
  readonly done: readonly Exported[]
}

/** Rejects KITEQ_USAGE for what cannot be done, or would overwrite something, and as opening the folder does. */
export async function planExport(choice: ExportChoice): Promise<ExportPlan> {
  checkChoice(choice)
  const { dataDir, output, parallel } = choice
  const moments = [momentOf('--from', choice.from), momentOf('--to', choice.to)] as const
  const folder = await openLogFolder(dataDir)
  try {
    const { logId } = folder.log
    if (logId === undefined)
      throw new KiteQError('KITEQ_NOT_FOUND', `${dataDir} has no log yet: no broker ever ran on it`)
    const first = folder.headers[0]?.firstOffset ?? 0
    const what = whatOf(choice, logId)
    const before = output === '-' || choice.force ? undefined : await beginningOf(choice, what)
    const [from, to] = before ?? (await rangeAt(folder, ['--from', '--to'], moments))
    const jobs: ExportJob[] = []
    for (const [index, stretch] of parts(from, to, parallel).entries()) {
      const file = parallel === 1 ? output : partName(output, index + 1, parallel)
      if (before?.done.some((done) => done.file === file) === true) continue
      if (output !== '-') await expectFree(file, choice.force)
      const note = before === undefined ? undefined : await noteOf(file, what)
      jobs.push({ ...jobOf(choice, what, file), ...stretch, first, note, names: [] })
    }
    if (parallel > 1) await writeNote(output, { what, from, to, done: before?.done ?? [] })
    return { logId, from, to, jobs: await withNames(jobs, dataDir), done: before?.done ?? [] }
  } finally {
    await folder.log.close()
  }
}

/** A part is done: an export that is interrupted from here on leaves it out. */
export async function notePart(
  choice: ExportChoice,
  plan: ExportPlan,
  done: readonly Exported[],
): Promise<void> {
  const { logId, from, to } = plan
  await writeNote(choice.output, { what: whatOf(choice, logId), from, to, done })
}

function checkChoice(choice: ExportChoice): void {
  const { output, format, table, topic, type, parallel, decompress, bodyJson } = choice
  const { name, columns } = tables[table]
  const refuse = (why: string): never => {
    throw new KiteQError('KITEQ_USAGE', why)
  }
  if (output === '-' && format === 'parquet')
    refuse('--format parquet needs a file; expected -o FILE')
  if (output === '-' && parallel > 1) refuse('--parallel needs files; expected -o FILE')
  if (topic !== undefined && !knowsTopic(table)) refuse(`--topic: table ${name} knows no topics`)
  if (type !== undefined && !knowsType(table)) refuse(`--type: table ${name} knows no types`)
  const isNarrow = topic !== undefined || type !== undefined
  if (parallel > 1 && isNarrow && columns.some((column) => column.name === 'message'))
    refuse(
      `--parallel: rows of ${name} are told by topic and type only while the log is read from its beginning; expected table messages, or no --topic and --type`,
    )
  if ((decompress || bodyJson) && name !== 'messages')
    refuse(`--decompress and --body-json: table ${name} has no bodies`)
}

/** The same words, the same export: only then it goes on. */
function whatOf(choice: ExportChoice, logId: string): string {
  const { format, table, topic, type, from, to, parallel, decompress, bodyJson } = choice
  const { name } = tables[table]
  return JSON.stringify({
    ...{ logId, format, table: name, topic, type, from, to },
    ...{ parallel, decompress, bodyJson },
  })
}

function jobOf(
  { dataDir, format, table, topic, type, decompress, bodyJson }: ExportChoice,
  what: string,
  file: string,
): Omit<ExportJob, 'from' | 'to' | 'names' | 'first'> {
  return { dataDir, file, what, format, table, topic, type, decompress, bodyJson }
}

type Before = [from: number, to: number] & { readonly done: readonly Exported[] }

/** Of the same export, interrupted. Rejects KITEQ_USAGE when there is the beginning of another one. */
async function beginningOf(choice: ExportChoice, what: string): Promise<Before | undefined> {
  const { output, parallel } = choice
  const note = parallel === 1 ? await readNote(output) : await partsNoteOf(output)
  if (note === undefined) return undefined
  if (note.what === what) {
    const range: [number, number] = [note.from, note.to]
    return Object.assign(range, { done: 'done' in note ? note.done : [] })
  }
  throw new KiteQError(
    'KITEQ_USAGE',
    `${noteName(output)} is of another export that was interrupted; expected the same options to go on with it, or --force to begin anew`,
  )
}

async function partsNoteOf(output: string): Promise<PartsNote | undefined> {
  try {
    const note = JSON.parse(await readFile(noteName(output), 'utf8')) as PartsNote
    return Array.isArray(note.done) ? note : undefined
  } catch {
    return undefined
  }
}

async function noteOf(file: string, what: string): Promise<FileNote | undefined> {
  const note = await readNote(file)
  return note?.what === what ? note : undefined
}

async function expectFree(file: string, force: boolean): Promise<void> {
  if (force || (await sizeOf(file)) === undefined) return
  throw new KiteQError('KITEQ_USAGE', `${file} is there already; expected a new name, or --force`)
}

/** As many stretches as asked for, of about the same number of records; the last ones may be empty. */
function parts(from: number, to: number, count: number): { from: number; to: number }[] {
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
  const starts = jobs.map(({ from, first, note, topic, type }) =>
    topic === undefined && type === undefined ? (note?.next ?? from) : first,
  )
  // Names that were given later do no harm; so one reading is enough for all parts.
  const last = Math.max(...starts, ...jobs.map(({ from, note }) => note?.next ?? from))
  const names = jobs.length === 0 ? [] : await namesBefore(dataDir, last)
  return jobs.map((job) => ({ ...job, names }))
}
