// What somebody wants exported, and in which words it is noted: the same words, the same export. Knows no files.

import { tables, type TableNumber } from '../archive/tables.ts'
import { KiteQError } from '../model/errors.ts'
import { knowsTopic, knowsType } from './export-selection.ts'
import type { TextFormat } from './export-text.ts'
import { versionOf } from './version.ts'

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

/** Throws KITEQ_USAGE for what cannot be done. */
export function checkChoice(choice: ExportChoice): void {
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

/** What each word of it is called by people. */
const called = {
  logId: 'the log',
  version: 'the version of kiteq',
  format: '--format',
  table: '--table',
  topic: '--topic',
  type: '--type',
  from: '--from',
  to: '--to',
  parallel: '--parallel',
  decompress: '--decompress',
  bodyJson: '--body-json',
} as const

type Words = Readonly<Record<keyof typeof called, unknown>>

/** As one text. */
export function whatOf(choice: ExportChoice, logId: string): string {
  const { format, table, topic, type, from, to, parallel, decompress, bodyJson } = choice
  const words: Words = {
    ...{ logId, version: versionOf(), format, table: tables[table].name, topic, type, from, to },
    ...{ parallel, decompress, bodyJson },
  }
  return JSON.stringify(words)
}

/** `--format was "csv" and is "ndjson" now`, all of them; both are texts of `whatOf`. */
export function differenceOf(before: string, now: string): string {
  const [old, today] = [before, now].map((what) => JSON.parse(what) as Words) as [Words, Words]
  const shown = (value: unknown): string =>
    value === undefined ? 'not given' : JSON.stringify(value)
  return (Object.keys(called) as (keyof Words)[])
    .filter((word) => old[word] !== today[word])
    .map((word) => `${called[word]} was ${shown(old[word])} and is ${shown(today[word])} now`)
    .join(', ')
}

/** How many parts the export has whose words these are. */
export function partsOf(what: string): number {
  const { parallel } = JSON.parse(what) as Words
  return typeof parallel === 'number' ? parallel : 1
}
