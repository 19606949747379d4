// The archive held against the log it was made of: every record of a range gives its rows again, and they must be the rows that
// are there. Reads both, changes neither; what cannot be compared is told and never passed off as equal.

import { learnName, newNameBook, type GivenName, type NameBook } from '../index/name-book.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { readSegmentHeaders } from '../log/segment.ts'
import { KiteQError } from '../model/errors.ts'
import { Follower, type Batch } from './follower.ts'
import type { MysqlAddress } from './mysql-address.ts'
import { MysqlConnection, mysqlFailure } from './mysql-connection.ts'
import { archivedNames } from './mysql-names.ts'
import { tables } from './tables.ts'
import { archivedLog, type ArchivedPart, type Stretch, type StrayLog } from './verify-place.ts'
import { SliceCheck, type Difference, type SliceCounts } from './verify-slice.ts'

export type { Stretch } from './verify-place.ts'

export interface VerifyOptions {
  readonly dataDir: string
  readonly mysql: MysqlAddress
  readonly watermark: () => Promise<number | undefined>
  /** The names that the log gave before this offset. */
  readonly namesBefore: (offset: number) => Promise<readonly GivenName[]>
  /** Asked once the archive's place is known: records [from, to) are wanted, and the log ends at `end`. */
  readonly range: () => Promise<{
    readonly from: number
    readonly to: number
    readonly end: number
  }>
  readonly signal: AbortSignal
  readonly onProgress?: (figures: VerifyFigures) => void
  /** Of one slice; defaults in model/limits.ts. */
  readonly recordsMax?: number
}

/** What the archive has on record as left out. */
export interface ArchivedGap extends Stretch {
  /** Of its records, those that the log has: nothing but the archive says why they are not there. */
  inLog: number
}

/** Records [from, to) of this log stand under the number of the one it was restored from. */
export interface AncestorPart {
  readonly logId: string
  readonly number: number
  readonly from: number
  readonly to: number
}

export interface VerifyFigures {
  readonly logId: string
  /** Records [from, to) are compared, up to `next` so far. */
  readonly from: number
  readonly to: number
  next: number
  /** The archive has every record below, but for gaps. */
  readonly place: number
  /** Where the log ends: less than `place` when it lost what is archived. */
  readonly end: number
  readonly prunedBelow: number
  /** Bytes of the log. */
  bytes: number
  slices: number
  readonly tables: readonly (SliceCounts & {
    readonly name: string
    missing: number
    extra: number
    different: number
  })[]
  /** Rows behind the archive's place, which nobody may have written. */
  readonly behindPlace: number
  /** Names of the log that the archive does not have, or otherwise. */
  wrongNames: number
  /** The first of them. */
  readonly differences: Difference[]
  /** Of the range, left out by the archive: on record there. */
  readonly gaps: readonly ArchivedGap[]
  /** The same, before the range or behind it. */
  readonly gapsOutside: readonly Stretch[]
  /** Whatever stands under other numbers than the log's own. */
  readonly ancestors: readonly AncestorPart[]
  /** Records below stand under no log of the archive; 0: there are none such. */
  readonly underNone: number
  /** Rows of logs that the archive's table of them does not have. */
  readonly strays: readonly StrayLog[]
  /** Of the range, and no longer in the log: not compared. */
  readonly notInLog: Stretch[]
}

export const differencesListedMax = 100

export function isEqual(figures: VerifyFigures): boolean {
  const { behindPlace, wrongNames, place, end, strays, from, to, underNone } = figures
  const isSame = figures.tables.every(
    ({ missing, extra, different }) => missing + extra + different === 0,
  )
  const isVouched = figures.gaps.every(({ inLog }) => inLog === 0) && strays.length === 0
  const isHeld = from >= Math.min(to, underNone)
  return isSame && isVouched && isHeld && behindPlace === 0 && wrongNames === 0 && end >= place
}

/**
 * Resolves when the range is compared, or `signal` has ended it (then `next` is before `to`). Rejects KITEQ_NOT_FOUND when
 * the archive knows nothing of this log, KITEQ_CONFIG for tables of a newer version, KITEQ_CLOSED or KITEQ_USAGE by the
 * server, and as Log.scan.
 */
export async function verifyArchive(options: VerifyOptions): Promise<VerifyFigures> {
  const { dataDir, mysql } = options
  const [header] = await readSegmentHeaders(nodeDisk, dataDir)
  if (header === undefined)
    throw new KiteQError('KITEQ_USAGE', `${dataDir} holds no log; expected a data folder`)
  try {
    const connection = await MysqlConnection.open(mysql, false, { signal: options.signal })
    try {
      return await compare(options, connection, header.logId)
    } finally {
      await connection.close()
    }
  } catch (error) {
    throw mysqlFailure(mysql.shown, error)
  }
}

async function compare(
  options: VerifyOptions,
  connection: MysqlConnection,
  logId: string,
): Promise<VerifyFigures> {
  const archived = await archivedLog(connection, options.mysql.shown, logId)
  const { place, parts, strays, behindPlace } = archived
  const range = await options.range()
  const to = Math.min(range.to, place)
  const from = Math.min(range.from, to)
  const underNone = parts[0]!.from
  const figures: VerifyFigures = {
    logId,
    ...{ from, to, place, end: range.end, behindPlace, strays, underNone },
    next: Math.max(from, Math.min(to, underNone)),
    prunedBelow: Math.max(...parts.map((part) => part.prunedBelow)),
    ...{ bytes: 0, slices: 0, wrongNames: 0, differences: [], notInLog: [] },
    ...gapsOf(parts, from, to),
    ancestors: parts
      .slice(0, -1)
      .filter((part) => part.from < part.to)
      .map(ancestorOf),
    tables: tables.map(({ name }) => ({ ...noCounts, name })),
  }
  const book = newNameBook()
  const learn = async (to: NameBook, offset: number): Promise<void> => {
    for (const name of await options.namesBefore(offset)) learnName(to, name)
  }
  if (from < to) await learn(book, from)
  for (const part of parts) {
    const stretch = { from: Math.max(from, part.from), to: Math.min(to, part.to) }
    if (stretch.from >= stretch.to || options.signal.aborted) continue
    const follower = await openFollower(options, figures, stretch, book, learn)
    await comparePart(options, figures, follower, {
      check: new SliceCheck(connection, part.number),
      names: new NameCheck(await archivedNames(connection, part.number)),
    })
  }
  return figures
}

interface Checks {
  readonly check: SliceCheck
  readonly names: NameCheck
}

async function comparePart(
  { signal, onProgress }: VerifyOptions,
  figures: VerifyFigures,
  follower: Follower,
  { check, names }: Checks,
): Promise<void> {
  try {
    let following = follower.next()
    for (;;) {
      const item = await following
      if (item === undefined || signal.aborted) break
      following = follower.next()
      following.catch(() => undefined) // told when it is awaited
      if (item.kind === 'gap') figures.notInLog.push({ ...stretch(item), why: item.why })
      else await addSlice(figures, check, names, item)
      figures.next = item.to
      onProgress?.(figures)
    }
    await following.catch(() => undefined)
  } finally {
    await follower.close()
  }
}

function ancestorOf({ logId, number, from, to }: ArchivedPart): AncestorPart {
  return { logId, number, from, to }
}

/** Those of the range, cut to it, and what lies outside of it. */
function gapsOf(
  parts: readonly ArchivedPart[],
  from: number,
  to: number,
): Pick<VerifyFigures, 'gaps' | 'gapsOutside'> {
  const gaps: ArchivedGap[] = []
  const gapsOutside: Stretch[] = []
  for (const gap of parts.flatMap((part) => part.gaps)) {
    const within = { ...gap, from: Math.max(gap.from, from), to: Math.min(gap.to, to) }
    if (within.from < within.to) gaps.push({ ...within, inLog: 0 })
    if (gap.from < from) gapsOutside.push({ ...gap, to: Math.min(gap.to, from) })
    if (gap.to > to) gapsOutside.push({ ...gap, from: Math.max(gap.from, to) })
  }
  return { gaps, gapsOutside }
}

const noCounts = { log: 0, archive: 0, pruned: 0, missing: 0, extra: 0, different: 0 }

function stretch({ from, to }: { readonly from: number; readonly to: number }): {
  readonly from: number
  readonly to: number
} {
  return { from, to }
}

async function openFollower(
  { dataDir, watermark, recordsMax }: VerifyOptions,
  { gaps }: VerifyFigures,
  { from, to }: { readonly from: number; readonly to: number },
  names: NameBook,
  learnNames: (names: NameBook, offset: number) => Promise<void>,
): Promise<Follower> {
  let gap = 0
  return Follower.open({
    dir: dataDir,
    ...{ from, to, names, watermark, learnNames },
    // A record in a gap has no rows there, whatever the log has by now.
    isWanted: (_, { offset }) => {
      while (gap < gaps.length && gaps[gap]!.to <= offset) gap++
      const isOutside = gap === gaps.length || offset < gaps[gap]!.from
      if (!isOutside) gaps[gap]!.inLog++
      return isOutside
    },
    recordsMax,
  })
}

async function addSlice(
  figures: VerifyFigures,
  check: SliceCheck,
  names: NameCheck,
  batch: Batch,
): Promise<void> {
  const { counts, differences } = await check.compare(batch)
  counts.forEach(({ log, archive, pruned }, number) => {
    const table = figures.tables[number]!
    table.log += log
    table.archive += archive
    table.pruned += pruned
  })
  for (const difference of differences) {
    const table = figures.tables.find(({ name }) => name === difference.table)!
    table[difference.what]++
    if (figures.differences.length < differencesListedMax) figures.differences.push(difference)
  }
  for (const name of batch.named) if (!names.isRight(name)) figures.wrongNames++
  figures.bytes += batch.bytes
  figures.slices++
}

class NameCheck {
  readonly #names = new Map<string, Buffer>()

  constructor(names: readonly GivenName[]) {
    for (const { dictionary, number, name } of names)
      this.#names.set(`${dictionary} ${number}`, Buffer.from(name))
  }

  isRight({ dictionary, number, name }: GivenName): boolean {
    return this.#names.get(`${dictionary} ${number}`)?.equals(name) ?? false
  }
}
