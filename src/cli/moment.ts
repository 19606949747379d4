// A moment of a log as a person writes it: an offset, a time, or a word. Every moment is a place between two records: a
// time stands before the first record that is not earlier. Reads only frames.

import { frameOffset, frameTimeMs } from '../log/frame.ts'
import { scanSegment } from '../log/scan-segment.ts'
import { withSegment } from '../log/whole-segment.ts'
import { KiteQError } from '../model/errors.ts'
import type { LogFolder } from './folder.ts'
import { timeText } from './record-text.ts'

export type Moment =
  | { readonly kind: 'earliest' | 'latest' }
  | { readonly kind: 'offset'; readonly offset: number }
  /** Ms since 1970. */
  | { readonly kind: 'time'; readonly timeMs: number }

/** Whole numbers from here on are ms since 1970 (this is September 2001): no log has so many records. */
const timesFrom = 1e12
const isoForm = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/

/** Throws KITEQ_USAGE, naming the option. */
export function momentOf(option: string, text: string): Moment {
  if (text === 'earliest' || text === 'latest') return { kind: text }
  if (/^\d{1,16}$/.test(text)) {
    const number = Number(text)
    return number < timesFrom
      ? { kind: 'offset', offset: number }
      : { kind: 'time', timeMs: number }
  }
  const timeMs = isoTimeMs(text)
  if (timeMs === undefined) throw badMoment(option, text)
  return { kind: 'time', timeMs }
}

/** A time without a zone is UTC, as everything that is printed. */
function isoTimeMs(text: string): number | undefined {
  const [, day, zone] = isoForm.exec(text) ?? []
  if (day === undefined) return undefined
  const midnightMs = Date.parse(day)
  if (Number.isNaN(midnightMs) || !new Date(midnightMs).toISOString().startsWith(day))
    return undefined // the 30th of February
  const timeMs = Date.parse(text === day || zone !== undefined ? text : `${text}Z`)
  return Number.isNaN(timeMs) ? undefined : timeMs
}

function badMoment(option: string, text: string): KiteQError {
  return new KiteQError(
    'KITEQ_USAGE',
    `${option} is ${JSON.stringify(text)}; expected an offset such as 1200, a time such as ` +
      '2026-11-23T10:30:00Z or 1795430000000 (unix ms), earliest or latest',
  )
}

/** Records below are before the moment. Rejects KITEQ_USAGE for an offset the log does not reach. */
export async function offsetAt(folder: LogFolder, option: string, moment: Moment): Promise<number> {
  const first = folder.headers[0]?.firstOffset ?? 0
  const { end } = folder
  switch (moment.kind) {
    case 'earliest':
      return first
    case 'latest':
      return end
    case 'offset':
      if (moment.offset >= first && moment.offset <= end) return moment.offset
      throw new KiteQError(
        'KITEQ_USAGE',
        `${option} is offset ${moment.offset}; expected one from ${first} to ${end}, where this log ends${dayHint(moment.offset)}`,
      )
    case 'time':
      return Math.min(end, await offsetAtTime(folder, moment.timeMs))
  }
}

/** Eight digits that are no offset but could be a day, as many a tool writes it. */
function dayHint(offset: number): string {
  const [, year, month, day] = /^(20\d\d)(\d\d)(\d\d)$/.exec(String(offset)) ?? []
  const text = `${year}-${month}-${day}`
  return year === undefined || isoTimeMs(text) === undefined ? '' : `; for the day write ${text}`
}

/** Both ends of a stretch; it may be empty. Rejects KITEQ_USAGE also when it ends before it begins. */
export async function rangeAt(
  folder: LogFolder,
  [fromOption, toOption]: readonly [string, string],
  [first, last]: readonly [Moment, Moment],
): Promise<[from: number, to: number]> {
  const from = await offsetAt(folder, fromOption, first)
  const to = await offsetAt(folder, toOption, last)
  if (to >= from) return [from, to]
  throw new KiteQError(
    'KITEQ_USAGE',
    `${fromOption} is record ${from}, ${toOption} record ${to}; expected ${toOption} to be later`,
  )
}

/**
 * What a group is to be set back to: as `offsetAt`, but 0 where the moment is not behind the first record left. What waits from
 * before that record may be older or younger than the moment: no record is left that could tell.
 */
export async function resetOffsetAt(
  folder: LogFolder,
  option: string,
  moment: Moment,
): Promise<number> {
  const offset = await offsetAt(folder, option, moment)
  const first = folder.headers[0]?.firstOffset ?? 0
  return moment.kind !== 'offset' && moment.kind !== 'latest' && offset === first ? 0 : offset
}

/** ISO 8601 of the first record from segment number `index` on; undefined without any. */
export async function timeAt(
  folder: LogFolder,
  index: number,
): Promise<string | number | undefined> {
  const { timeMs } = await timeFrom(folder, index)
  return timeMs === Infinity ? undefined : timeText(timeMs)
}

/** Of the first record whose time is not before `timeMs`; times never go back. */
async function offsetAtTime(folder: LogFolder, timeMs: number): Promise<number> {
  const { headers } = folder
  let low = 0
  let high = headers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((await timeFrom(folder, middle)).timeMs < timeMs) low = middle + 1
    else high = middle
  }
  // Segment `low` begins too late: what is looked for stands in the one before, or is its own first record.
  return low === 0
    ? (headers[0]?.firstOffset ?? 0)
    : (await timeFrom(folder, low - 1, timeMs)).offset
}

/** The first record from segment `index` on that is not before `timeMs`; time Infinity behind the last. */
async function timeFrom(
  folder: LogFolder,
  index: number,
  timeMs = 0,
): Promise<{ readonly offset: number; readonly timeMs: number }> {
  const { dir, disk, headers, end } = folder
  for (let i = index; i < headers.length; i++) {
    const next = headers[i + 1]
    const found = { offset: -1, timeMs: Infinity }
    const visit = (source: Uint8Array, start: number): void => {
      const ms = frameTimeMs(source, start)
      if (ms < timeMs) return
      found.offset = frameOffset(source, start)
      found.timeMs = ms
      throw stop
    }
    const sealed = next && { end: next.previousEnd, nextOffset: next.firstOffset }
    await withSegment(dir, disk, headers[i]!, (whole) =>
      scanSegment({ ...whole, sealed, to: end, visit }),
    ).catch((error: unknown) => {
      if (error !== stop) throw error
    })
    if (found.offset >= 0) return found
  }
  return { offset: end, timeMs: Infinity }
}

/** Ends a scan from within. */
const stop = new Error('enough')
