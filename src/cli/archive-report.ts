// What an archiver has done and is doing, for people and as JSON. Text only.

import type { ArchiverEvent, ArchiverFigures } from '../archive/archiver.ts'
import { counted } from './counted.ts'
import { countBar, duration } from './progress-bar.ts'
import { timeText } from './record-text.ts'
import { Progress } from './terminal.ts'

export interface ArchiveResult {
  readonly figures: ArchiverFigures
  /** Address without user and password. */
  readonly into: string
  /** It came to where it should end. */
  readonly isWhole: boolean
  readonly seconds: number
}

const gapTexts = {
  dropped: 'retention had dropped them before',
  damaged: 'the log is damaged there',
  asked: 'left out as asked',
} as const
const gapsListedMax = 20

/** For stderr, while it works; undefined for what nobody needs to hear. */
export function eventText(event: ArchiverEvent): string | undefined {
  switch (event.kind) {
    case 'connected': {
      const { awayMs, migrated } = event
      if (awayMs !== undefined) return `the database is back after ${duration(awayMs)}`
      return migrated.length > 0 && event.next > 0
        ? `the tables of the archive were brought up to date (${migrated.join(', ')})`
        : undefined
    }
    case 'begun': {
      const { others, ancestor, begins, shared } = event
      const beside = `this log is new to the archive, beside ${counted(others, 'other')}`
      if (ancestor === undefined)
        return `${beside}, none of which it was restored from: all of it is archived`
      const begun = `${beside}; it was restored from log ${ancestor}, under which its records below ${begins} stand: it begins there`
      if (shared === undefined) return begun
      const { logId, from, to } = shared
      return `${begun}; log ${logId} was restored from the same one: ${stretch(from, to)} archived for each of the two`
    }
    case 'away':
      return event.trouble === 'full'
        ? `the database has no room: ${event.why}; it is tried again`
        : `the database takes nothing: ${event.why}; it is tried again`
    case 'gap': {
      const { from, to, why } = event
      return why === 'asked' ? undefined : `${stretch(from, to)} not archived: ${gapTexts[why]}`
    }
    case 'archived':
      return undefined
  }
}

function stretch(from: number, to: number): string {
  return to - from === 1 ? `record ${from} is` : `records ${from} to ${to - 1} are`
}

/** One line on a terminal: how much is done, how fast, how much longer. */
export class ArchiveProgress {
  readonly #progress = new Progress()
  readonly #startMs = performance.now()
  readonly #to: number | undefined

  /** `to`: where it ends; undefined: it goes on. */
  constructor(to: number | undefined) {
    this.#to = to
  }

  show(figures: ArchiverFigures): void {
    this.#progress.show(() => {
      const elapsedMs = performance.now() - this.#startMs
      const { from, next, end, records, bytes } = figures
      const speed = `${(bytes / 1000 / Math.max(1, elapsedMs)).toFixed(1)} MB/s`
      if (this.#to !== undefined)
        return `${countBar(next - from, Math.max(0, this.#to - from), elapsedMs)}, ${speed}`
      const rate = Math.round((records * 1000) / Math.max(1, elapsedMs))
      return `archived up to record ${next}, ${counted(end - next, 'record')} behind, ${rate}/s, ${speed}`
    })
  }

  end(): void {
    this.#progress.end()
  }
}

export function archiveJson({ figures, into, isWhole, seconds }: ArchiveResult): unknown {
  const { logId, from, next, end, records, rows, bytes, timeMs, gaps } = figures
  const time = timeMs === undefined ? null : timeText(timeMs)
  return { into, logId, from, next, end, records, rows, bytes, time, gaps, isWhole, seconds }
}

export function archiveLines({ figures, into, isWhole, seconds }: ArchiveResult): string[] {
  const { from, next, end, records, rows, bytes, gaps } = figures
  const least = Math.max(seconds, 0.001)
  const speed = `${Math.round(records / least)}/s, ${(bytes / 1e6 / least).toFixed(1)} MB/s`
  const lines = [
    records === 0 && gaps.length === 0
      ? `nothing new: ${into} has all records below ${next}`
      : `archived ${counted(records, 'record')} from ${from} on as ${counted(rows, 'row')} into ${into}, ${speed}`,
  ]
  for (const { from: first, to, why } of gaps.slice(0, gapsListedMax))
    lines.push(`gap: ${stretch(first, to)} not in the archive: ${gapTexts[why]}`)
  if (gaps.length > gapsListedMax) lines.push(`and ${gaps.length - gapsListedMax} more gaps`)
  if (!isWhole)
    lines.push(
      `stopped before record ${next}, with ${counted(end - next, 'record')} left; run it again, it goes on there`,
    )
  return lines
}
