// `kiteq export`: the history of a log as files that other programs open: a table of it as NDJSON, CSV or Parquet. Of a folder in
// use or of a copy; writes nothing into it.

import type { Worker } from 'node:worker_threads'
import { InvalidArgumentError, Option, type Command } from 'commander'
import { messagesTable, tableNumberOf, tables, type TableNumber } from '../archive/tables.ts'
import { startWorker } from '../log/background-worker.ts'
import { KiteQError, type ErrorCode } from '../model/errors.ts'
import { integer, withFolder, type FolderOption } from './arguments.ts'
import { counted } from './counted.ts'
import { exitCodes } from './exit-codes.ts'
import type { ExportChoice } from './export-choice.ts'
import { expectFree } from './export-file.ts'
import { runExport, type ExportJob, type Exported, type ExportProgress } from './export-job.ts'
import { lockExport } from './export-lock.ts'
import { endExport, planExport, type ExportPlan } from './export-plan.ts'
import type { WorkerWord } from './export-worker.ts'
import { countBar } from './progress-bar.ts'
import { print, printJson, Progress, tell } from './terminal.ts'

const formats = ['ndjson', 'csv', 'parquet'] as const
type Format = (typeof formats)[number]
const parallelMax = 64

interface ExportOptions extends FolderOption {
  readonly output: string
  readonly format?: Format
  readonly table: TableNumber
  readonly topic?: string
  readonly type?: string
  readonly from: string
  readonly to: string
  readonly parallel: number
  readonly decompress?: true
  readonly bodyJson?: true
  readonly force?: true
  readonly json?: true
}

export function register(program: Command): void {
  const command = program
    .command('export')
    .description('write the history of the log to a file: NDJSON, CSV or Parquet')
    .option('-o, --output <file>', 'a new file; - for standard output', '-')
    .addOption(
      new Option('--format <format>', 'default: as the file is called, or ndjson').choices(formats),
    )
    .addOption(
      new Option('--table <table>', `out of ${tables.map(({ name }) => name).join(', ')}`)
        .argParser(tableOf)
        .default(messagesTable, 'messages'),
    )
    .option('--topic <topic>', 'only what is about messages of this topic')
    .option('--type <type>', 'only what is about messages of this type')
    .option(
      '--from <moment>',
      'the first record: an offset, a time (ISO or unix ms), earliest',
      'earliest',
    )
    .option('--to <moment>', 'stops before it: an offset, a time, latest', 'latest')
    .option(
      '--parallel <n>',
      'so many threads, each with a part of the records and a file of its own',
      integer(1, parallelMax),
      1,
    )
    .option('--decompress', 'bodies that are packed with snappy are unpacked')
    .option('--body-json', 'bodies that are JSON are written as JSON')
    .option('--force', 'replace what is there, begin anew what was interrupted')
    .option('--json', 'what was done as one JSON object')
  withFolder(command).action((options: ExportOptions) => {
    if (options.json && options.output === '-')
      return command.error('error: --json goes only with -o FILE')
    return exportLog(options)
  })
}

function tableOf(name: string): TableNumber {
  const number = tableNumberOf(name)
  if (number !== undefined) return number
  throw new InvalidArgumentError(`Expected one of ${tables.map((one) => one.name).join(', ')}.`)
}

function formatOf(output: string): Format {
  return formats.find((format) => output.endsWith(`.${format}`)) ?? 'ndjson'
}

async function exportLog(options: ExportOptions): Promise<void> {
  const { topic, type, output } = options
  const choice: ExportChoice = {
    ...{ ...options, topic, type, format: options.format ?? formatOf(output) },
    decompress: options.decompress === true,
    bodyJson: options.bodyJson === true,
    force: options.force === true,
  }
  const startedMs = performance.now()
  if (output !== '-' && choice.parallel === 1) await expectFree(output, true)
  const lock = output === '-' ? undefined : await lockExport(output, new Date())
  if (lock?.lacking !== undefined)
    tell(`kiteq: ${lock.lacking}; nothing keeps a second export from writing ${output}`)
  const run = async (): Promise<() => void> => {
    const plan = await planExport(choice)
    const done = await runPlan(choice, plan, startedMs)
    return () => report(options, choice, plan, done, (performance.now() - startedMs) / 1000)
  }
  // Given free before anything is printed: who reads that may be gone, and the process with him.
  const tellDone = await run().finally(() => lock?.release())
  tellDone()
}

async function runPlan(
  choice: ExportChoice,
  plan: ExportPlan,
  startedMs: number,
): Promise<Exported[]> {
  for (const { file, note, to } of plan.jobs)
    if (note !== undefined && note.bytes > 0)
      tell(`kiteq: ${file} goes on at record ${note.next} of ${to}`)
  const shown = new ShownProgress(plan, startedMs)
  const workers: Worker[] = []
  try {
    const run = (job: ExportJob, part: number): Promise<Exported> => {
      const progress = (progress: ExportProgress): void => shown.tell(part, progress)
      return choice.parallel === 1 ? runExport(job, progress) : inThread(job, workers, progress)
    }
    const done = [...plan.done, ...(await Promise.all(plan.jobs.map(run)))]
    await endExport(choice, plan)
    return done.sort((one, other) => one.from - other.from || one.to - other.to)
  } finally {
    shown.end()
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

function inThread(
  job: ExportJob,
  workers: Worker[],
  progress: (progress: ExportProgress) => void,
): Promise<Exported> {
  return new Promise((resolve, reject) => {
    const worker = startWorker(import.meta.url, 'export-worker', job)
    workers.push(worker)
    worker.on('message', (word: WorkerWord) => {
      if (word.is === 'progress') progress(word.progress)
      else if (word.is === 'done') resolve(word.exported)
      else if (word.code?.startsWith('KITEQ_'))
        reject(new KiteQError(word.code as ErrorCode, word.message))
      else reject(Object.assign(new Error(word.message), { code: word.code, syscall: 'export' }))
    })
    worker.on('error', reject)
    worker.on('exit', () => reject(new Error(`the thread of ${job.file} ended`)))
  })
}

/** One line for all parts. */
class ShownProgress {
  readonly #progress = new Progress()
  readonly #startedMs: number
  readonly #total: number
  readonly #starts: readonly number[]
  readonly #at: number[]
  readonly #bytes: number[]

  constructor({ jobs }: ExportPlan, startedMs: number) {
    this.#startedMs = startedMs
    this.#starts = jobs.map(({ from, note }) => note?.next ?? from)
    this.#total = jobs.reduce((sum, { to }, i) => sum + to - this.#starts[i]!, 0)
    this.#at = [...this.#starts]
    this.#bytes = jobs.map(() => 0)
  }

  tell(part: number, { at, readBytes }: ExportProgress): void {
    this.#at[part] = Math.max(at, this.#starts[part]!)
    this.#bytes[part] = readBytes
    this.#progress.show(() => {
      const elapsedMs = performance.now() - this.#startedMs
      const records = this.#at.reduce((sum, one, i) => sum + one - this.#starts[i]!, 0)
      const bytes = this.#bytes.reduce((sum, one) => sum + one, 0)
      const speed = Math.round(bytes / Math.max(1, elapsedMs) / 1000)
      return `export  ${countBar(records, this.#total, elapsedMs)}, ${speed} MB/s`
    })
  }

  end(): void {
    this.#progress.end()
  }
}

/** Nothing about what was asked for, so that a name that is mistyped does not pass for one without messages. */
function emptyText({ table, topic, type }: ExportChoice): string {
  const { name } = tables[table]
  const asked = [
    ...(topic === undefined ? [] : [`topic ${JSON.stringify(topic)}`]),
    ...(type === undefined ? [] : [`type ${JSON.stringify(type)}`]),
  ].join(' and ')
  return table === messagesTable ? `no message of ${asked}` : `no row of ${name} about ${asked}`
}

function report(
  { json }: ExportOptions,
  choice: ExportChoice,
  { logId, from, to }: ExportPlan,
  done: readonly Exported[],
  seconds: number,
): void {
  const { output, format, table, topic, type } = choice
  const rows = done.reduce((sum, one) => sum + one.rows, 0)
  const bytes = done.reduce((sum, one) => sum + one.bytes, 0)
  const missing = done.flatMap((one) => one.missing)
  const { name } = tables[table]
  for (const one of missing)
    tell(`kiteq: records ${one.from} to ${one.to - 1} are not in it: they were ${one.why}`)
  if (rows === 0 && (topic !== undefined || type !== undefined))
    tell(`kiteq: ${emptyText(choice)} in this range, records ${from} to ${to}`)
  if (json) {
    const files = done.map((one) => ({ file: one.file, rows: one.rows, bytes: one.bytes }))
    const took = Math.round(seconds * 1000) / 1000
    printJson({ logId, table: name, format, from, to, rows, bytes, files, missing, seconds: took })
  } else if (output !== '-') {
    const rate = Math.round((to - from) / Math.max(seconds, 0.001))
    print(
      `records ${from} to ${to}: ${counted(rows, 'row')} of ${name} as ${format}, ${counted(bytes, 'byte')}, ${rate} records/s`,
    )
    for (const one of done) print(`  ${one.file}: ${counted(one.rows, 'row')}`)
  }
  if (missing.length > 0) process.exitCode = exitCodes.negative
}
