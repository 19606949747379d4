// Summaries and differences of states as lines for people. Lists are cut where nobody reads on; JSON has them whole.

import type { OpenTransaction } from '../broker/listings.ts'
import { counted } from './counted.ts'
import { timeText } from './record-text.ts'
import type {
  BindingSummary,
  DeadLetterSummary,
  PausedSummary,
  PendingSummary,
  StateSummary,
} from './state-summary.ts'
import type { Change, PendingChange, SummaryDiff } from './summary-diff.ts'
import { printable } from './terminal.ts'

const listedMax = 50

export function summaryLines(summary: StateSummary): string[] {
  const { offset, time, epoch, digest, live, from } = summary
  const begun =
    from.image === null ? 'the first record' : `the image of the state at offset ${from.image}`
  const origin = from.checkpoint === null ? begun : `the checkpoint at offset ${from.checkpoint}`
  const stretches = counted(summary.holes, 'damaged stretch', 'damaged stretches')
  const holes = summary.holes === 0 ? '' : `, ${stretches} stepped over`
  return [
    `before offset ${offset}: last record ${time ?? 'none'}, epoch ${epoch}, ${counted(live, 'live message')}, digest ${digest}`,
    `  rebuilt from ${origin} and ${counted(from.records, 'record')}${holes}`,
    ...section('pending', summary.pending, pendingLine),
    ...section('open transactions', summary.transactions, transactionLine),
    ...section('bindings', summary.bindings, bindingLine),
    ...section('dead letters', summary.deadLetters, deadLetterLine),
    ...unlessNone(section('paused groups', summary.paused, pausedLine)),
  ]
}

export function diffLines(diff: SummaryDiff): string[] {
  const { from, to, live, epoch, digest } = diff
  const kinds = Object.entries(diff.records).map(([kind, count]) => `${count} ${kind}`)
  return [
    `from offset ${from} to ${to}: ${kinds.length === 0 ? 'no records' : kinds.join(', ')}`,
    `  live messages ${live[0]} -> ${live[1]}, epoch ${epoch[0]} -> ${epoch[1]}, digest ${digest[0]} -> ${digest[1]}`,
    ...section('pending changed', diff.pending, pendingChangeLine),
    ...changeLines('open transactions changed', diff.transactions, transactionLine),
    ...changeLines('bindings changed', diff.bindings, bindingLine),
    ...changeLines('dead letters changed', diff.deadLetters, deadLetterLine),
    ...unlessNone(changeLines('paused groups changed', diff.paused, pausedLine)),
  ]
}

function section<T>(title: string, items: readonly T[], lineOf: (item: T) => string): string[] {
  if (items.length === 0) return [`${title}: none`]
  const lines = items.slice(0, listedMax).map((item) => `  ${lineOf(item)}`)
  const more = items.length - lines.length
  if (more > 0) lines.push(`  … and ${more} more; --json has them all`)
  return [`${title}: ${items.length}`, ...lines]
}

function changeLines<T>(
  title: string,
  { came, went }: Change<T>,
  lineOf: (item: T) => string,
): string[] {
  const marked = [
    ...went.map((item) => `- ${lineOf(item)}`),
    ...came.map((item) => `+ ${lineOf(item)}`),
  ]
  return section(title, marked, (line) => line)
}

function pendingLine({ topic, group, waiting, out, parked, oldest }: PendingSummary): string {
  const first =
    oldest === null
      ? 'oldest unknown'
      : `oldest ${oldest.id} (offset ${oldest.offset}, ${oldest.time ?? 'time unknown'})`
  return `${names(topic, group)}  ${waiting} waiting, ${out} out, ${parked} parked, ${first}`
}

function pendingChangeLine({ topic, group, waiting, out, parked }: PendingChange): string {
  const pair = ([from, to]: readonly [number, number], word: string): string =>
    from === to ? `${to} ${word}` : `${from} -> ${to} ${word}`
  const parts = [pair(waiting, 'waiting'), pair(out, 'out'), pair(parked, 'parked')]
  return `${names(topic, group)}  ${parts.join(', ')}`
}

function transactionLine(one: OpenTransaction): string {
  const { id, offset, topic, type, group, preparedAtMs, inquiries } = one
  return `${id}  ${printable(topic)} ${printable(type)}  of ${printable(group)}, prepared ${timeText(preparedAtMs)} (offset ${offset}), ${counted(inquiries, 'inquiry', 'inquiries')}`
}

function bindingLine(one: BindingSummary): string {
  const { source, topic, group, bindType, messageType, watermark, persistent } = one
  const words = [bindType, printable(messageType), persistent ? 'durable' : 'transient']
  if (watermark > 0) words.push(`${watermark}/s`)
  return `${names(topic, group)}  ${words.join(' ')} from ${source}`
}

function deadLetterLine(one: DeadLetterSummary): string {
  const { topic, group, id, offset, reason, feedback, attempts, time } = one
  const said = feedback === '' ? '' : ` ${JSON.stringify(feedback)}`
  return printable(
    `${names(topic, group)}  ${id} (offset ${offset})  ${reason}${said} after ${counted(attempts, 'attempt')}, ${time}`,
  )
}

function pausedLine({ group, by, since }: PausedSummary): string {
  return printable(`${group}  by ${by}, ${since}`)
}

/** Hardly ever is there one: nothing is said then. */
function unlessNone(lines: string[]): string[] {
  return lines.length > 1 ? lines : []
}

function names(topic: string, group: string): string {
  return `${printable(topic)} ${printable(group)}`
}
