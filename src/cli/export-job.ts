// One stretch of a log into one file or onto standard output: reads, makes rows, writes, notes how far it is. Runs on the main
// thread or in one of its own; holds a batch and a row group in memory, whatever the stretch.

import { learnName, newNameBook, type GivenName } from '../index/name-book.ts'
import { namesBefore } from '../archive-names.ts'
import { Follower, type Batch } from '../archive/follower.ts'
import type { TableNumber } from '../archive/tables.ts'
import { KiteQError } from '../model/errors.ts'
import type { RecordMark } from './export-course.ts'
import { ExportFile, type FilePlace, type FinishOptions } from './export-file.ts'
import type { FileNote, MissingRecords } from './export-note.ts'
import { ParquetRows } from './export-parquet.ts'
import { RowSelection } from './export-selection.ts'
import { textRows, type TextFormat, type TextRows } from './export-text.ts'
import { taken } from './line-output.ts'

/** Plain data: it may go to another thread. */
export interface ExportJob {
  readonly dataDir: string
  /** `-`: standard output. */
  readonly file: string
  /** As one text, to tell one export from another. */
  readonly what: string
  readonly format: TextFormat | 'parquet'
  readonly table: TableNumber
  readonly topic?: string | undefined
  readonly type?: string | undefined
  readonly decompress: boolean
  readonly bodyJson: boolean
  readonly from: number
  readonly to: number
  /** For its note. */
  readonly end?: RecordMark | undefined
  /** Those the log gave before the first record that is read, at least. */
  readonly names: readonly GivenName[]
  /** First offset of the log. */
  readonly first: number
  readonly note?: FileNote | undefined
  /** What has the name of the file is replaced. */
  readonly force: boolean
  /** The file is one of several. */
  readonly isPart: boolean
  /** How often a file is noted, what is written at once, and its row groups; default: as it is good for large ones. */
  readonly noteBytes?: number | undefined
  readonly pieceChars?: number | undefined
  readonly groupBytes?: number | undefined
}

export interface Exported {
  readonly file: string
  readonly from: number
  readonly to: number
  readonly rows: number
  /** Of the file. */
  readonly bytes: number
  readonly missing: readonly MissingRecords[]
}

export interface ExportProgress {
  /** Everything below is done; records of the log. */
  readonly at: number
  /** Of the log, read in this run. */
  readonly readBytes: number
}

/** A file is noted after so many bytes. */
const noteBytesDefault = 16 * 1024 * 1024
const pieceCharsDefault = 256 * 1024

export async function runExport(
  job: ExportJob,
  progress: (progress: ExportProgress) => void,
): Promise<Exported> {
  const target = await targetOf(job)
  try {
    return await new ExportRun(job, target).run(progress)
  } finally {
    await target.close()
  }
}

interface Target {
  readonly bytes: number
  write(bytes: Uint8Array): Promise<void>
  save?(place: FilePlace): Promise<void>
  keep?(bytes: number, place: FilePlace): Promise<void>
  finish(place: FilePlace, options: FinishOptions): Promise<void>
  close(): Promise<void>
}

function targetOf({ file, note, what, from, to, end }: ExportJob): Promise<Target> {
  if (file === '-') return Promise.resolve(new OutTarget())
  if (note !== undefined) return ExportFile.goOn(file, note)
  const place = { what, from, to, end, next: from, rows: 0, missing: [], format: undefined }
  return ExportFile.begin(file, place)
}

class OutTarget implements Target {
  bytes = 0

  async write(bytes: Uint8Array): Promise<void> {
    this.bytes += bytes.length
    process.stdout.write(bytes)
    await taken()
  }

  finish(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

class ExportRun {
  readonly #job: ExportJob
  readonly #target: Target
  readonly #rows: TextRows | ParquetRows
  readonly #missing: MissingRecords[]
  /** Of a file that has something already. */
  readonly #note: FileNote | undefined
  #next: number
  #count: number
  #noted: number
  /** The last place where all rows below `next` are in the file, and no others. */
  #whole: { readonly bytes: number; readonly place: FilePlace } | undefined

  constructor(job: ExportJob, target: Target) {
    const { format, table, groupBytes } = job
    const note = job.note?.bytes === 0 ? undefined : job.note
    this.#job = job
    this.#note = note
    this.#target = target
    this.#rows =
      format === 'parquet'
        ? new ParquetRows(table, { ...job, groupBytes }, note?.format)
        : textRows(format, table, job)
    this.#next = note?.next ?? job.from
    this.#count = note?.rows ?? 0
    this.#missing = [...(note?.missing ?? [])]
    this.#noted = target.bytes
  }

  async run(progress: (progress: ExportProgress) => void): Promise<Exported> {
    const { file, from, to } = this.#job
    try {
      if (this.#note?.isWhole !== true) await this.#write(progress)
    } catch (error) {
      await this.#keep().catch(() => undefined) // the note before still holds
      throw error
    }
    await this.#target.finish({ ...this.#place(), format: undefined }, this.#job)
    const { bytes } = this.#target
    return { file, from, to, rows: this.#count, bytes, missing: this.#missing }
  }

  async #write(progress: (progress: ExportProgress) => void): Promise<void> {
    const rows = this.#rows
    if (this.#note === undefined) {
      if (!(rows instanceof ParquetRows)) await this.#text(rows.head, this.#next)
      else await this.#target.write(rows.flush())
      await this.#save()
    }
    await this.#follow(progress)
    if (!(rows instanceof ParquetRows)) return
    await this.#target.write(rows.flush())
    await this.#target.write(rows.end())
  }

  async #follow(progress: (progress: ExportProgress) => void): Promise<void> {
    const { dataDir, table, topic, type, to, first } = this.#job
    const names = newNameBook()
    for (const name of this.#job.names) learnName(names, name)
    const selection = new RowSelection({ table, topic, type, from: this.#next }, names)
    const follower = await Follower.open({
      dir: dataDir,
      from: selection.needsBeginning ? first : this.#next,
      to,
      names,
      watermark: () => Promise.resolve(to),
      learnNames: async (book, offset) => {
        for (const name of await namesBefore(dataDir, offset)) learnName(book, name)
      },
      tables: [table],
      isWanted: topic === undefined && type === undefined ? undefined : selection.takes,
    })
    let readBytes = 0
    let stuckAt = -1
    try {
      while (follower.at < to) {
        const next = await follower.next()
        if (next === undefined) {
          if (stuckAt === follower.at) throw unreadable(dataDir, stuckAt)
          stuckAt = follower.at // its beginning may just have been dropped
          continue
        }
        if (next.kind === 'batch') {
          readBytes += next.bytes
          await this.#batch(next, selection)
        } else this.#lack(next)
        progress({ at: next.to, readBytes })
      }
    } finally {
      await follower.close()
    }
  }

  #lack(gap: MissingRecords): void {
    const from = Math.max(gap.from, this.#next)
    const to = Math.min(gap.to, this.#job.to)
    if (to <= from) return
    this.#missing.push({ from, to, why: gap.why })
    this.#next = to
  }

  async #batch({ rows, to }: Batch, selection: RowSelection): Promise<void> {
    const list = rows[this.#job.table]!
    if (this.#rows instanceof ParquetRows) {
      for (const row of list)
        if (this.#takes(row[0] as number) && selection.wants(row)) {
          this.#rows.add(row)
          this.#count++
        }
      this.#next = Math.max(this.#next, to)
      if (!this.#rows.isFull) return
      await this.#target.write(this.#rows.flush())
      await this.#save()
      return
    }
    const { noteBytes = noteBytesDefault, pieceChars = pieceCharsDefault } = this.#job
    let last = -1
    let text = ''
    for (const row of list) {
      const record = row[0] as number
      if (!this.#takes(record) || !selection.wants(row)) continue
      if (text.length >= pieceChars && record !== last) {
        await this.#text(text, record)
        text = ''
      }
      text += this.#rows.line(row)
      last = record
      this.#count++
    }
    await this.#text(text, to)
    if (this.#target.bytes - this.#noted >= noteBytes) await this.#save()
  }

  #takes(record: number): boolean {
    return record >= this.#next
  }

  /** With it all rows of records below `next` are written. */
  async #text(text: string, next: number): Promise<void> {
    if (text !== '') await this.#target.write(Buffer.from(text, 'utf8'))
    this.#next = Math.max(this.#next, next)
    const place = { ...this.#place(), missing: [...this.#missing], format: undefined }
    this.#whole = { bytes: this.#target.bytes, place }
  }

  /** What a failure has left half written goes, so that there is space for a note of the rest. */
  async #keep(): Promise<void> {
    const { bytes = 0, place } = this.#whole ?? {}
    if (place !== undefined && bytes > this.#noted) await this.#target.keep?.(bytes, place)
  }

  async #save(): Promise<void> {
    const format = this.#rows instanceof ParquetRows ? this.#rows.save() : undefined
    await this.#target.save?.({ ...this.#place(), format })
    this.#noted = this.#target.bytes
  }

  #place(): Omit<FilePlace, 'format'> {
    const { what, from, to, end } = this.#job
    const next = this.#next
    return { what, from, to, end, next, rows: this.#count, missing: this.#missing }
  }
}

function unreadable(dataDir: string, at: number): KiteQError {
  const message = `${dataDir}: nothing can be read from record ${at} on; kiteq verify tells more`
  return new KiteQError('KITEQ_LOG_CORRUPT', message)
}
