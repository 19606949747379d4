// The archive held against the log it was made of: every record of a range gives its rows again, and they must be the rows that
// are there. Reads both, changes neither; what cannot be compared is told and never passed off as equal.

import { learnName, newNameBook, type GivenName, type NameBook } from '../index/name-book.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { readSegmentHeaders } from '../log/segment.ts'
import { KiteQError } from '../model/errors.ts'
import { Follower, type Batch } from './follower.ts'
import type { MysqlAddress } from './mysql-address.ts'
import { MysqlConnection, mysqlFailure } from './mysql-connection.ts'
import { schemaFiles, schemaVersion } from './mysql-schema.ts'
import { tables } from './tables.ts'
import { SliceCheck, type Difference, type SliceCounts } from './verify-slice.ts'

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

export interface Stretch {
  readonly from: number
  readonly to: number
  readonly why: string
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
  readonly gaps: readonly Stretch[]
  /** Of the range, and no longer in the log: not compared. */
  readonly notInLog: Stretch[]
}

export const differencesListedMax = 100

export function isEqual({ tables, behindPlace, wrongNames, place, end }: VerifyFigures): boolean {
  const isSame = tables.every(({ missing, extra, different }) => missing + extra + different === 0)
  return isSame && behindPlace === 0 && wrongNames === 0 && end >= place
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
    const connection = await MysqlConnection.open(mysql, false)
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
  const archived = await placeOf(connection, options.mysql.shown, logId)
  const { place, number, prunedBelow, behindPlace } = archived
  const range = await options.range()
  const to = Math.min(range.to, place)
  const from = Math.min(range.from, to)
  const gaps = archived.gaps
    .filter((gap) => gap.from < to && gap.to > from)
    .map((gap) => ({ ...gap, from: Math.max(gap.from, from), to: Math.min(gap.to, to) }))
  const figures: VerifyFigures = {
    logId,
    ...{ from, to, next: from, place, end: range.end, prunedBelow, behindPlace },
    ...{ bytes: 0, slices: 0, wrongNames: 0, differences: [], gaps, notInLog: [] },
    tables: tables.map(({ name }) => ({ ...noCounts, name })),
  }
  const check = new SliceCheck(connection, number)
  const names = new NameCheck(await archivedNames(connection, number))
  const book = newNameBook()
  const learn = async (to: NameBook, offset: number): Promise<void> => {
    for (const name of await options.namesBefore(offset)) learnName(to, name)
  }
  if (from < to) await learn(book, from)
  const follower = await openFollower(options, figures, book, learn)
  try {
    let following = follower.next()
    for (;;) {
      const item = await following
      if (item === undefined || options.signal.aborted) break
      following = follower.next()
      following.catch(() => undefined) // told when it is awaited
      if (item.kind === 'gap') figures.notInLog.push({ ...stretch(item), why: item.why })
      else await addSlice(figures, check, names, item)
      figures.next = item.to
      options.onProgress?.(figures)
    }
    await following.catch(() => undefined)
  } finally {
    await follower.close()
  }
  return figures
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
  { from, to, gaps }: VerifyFigures,
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
      return gap === gaps.length || offset < gaps[gap]!.from
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

async function archivedNames(
  connection: MysqlConnection,
  log: number,
): Promise<readonly GivenName[]> {
  const rows = await connection.rows('SELECT dictionary, number, name FROM names WHERE log = ?', [
    log,
  ])
  return rows as unknown as readonly GivenName[]
}

interface ArchivedLog {
  readonly number: number
  readonly place: number
  readonly prunedBelow: number
  readonly behindPlace: number
  readonly gaps: readonly Stretch[]
}

/** As of one moment: an archiver may be at work. */
async function placeOf(
  connection: MysqlConnection,
  shown: string,
  logId: string,
): Promise<ArchivedLog> {
  const version = await schemaVersion(connection)
  const known = schemaFiles().length
  if (version > known)
    throw new KiteQError(
      'KITEQ_CONFIG',
      `${shown} has tables of version ${version}; expected ${known} at most: this program is older`,
    )
  if (version === 0) throw new KiteQError('KITEQ_NOT_FOUND', `${shown} holds no archive`)
  let found: ArchivedLog | undefined
  await connection.transaction(async () => {
    const [row] = await connection.rows(
      'SELECT number, next_offset, pruned_below FROM logs WHERE log_id = ?',
      [logId],
    )
    if (row === undefined) return
    const [number, place] = [Number(row['number']), Number(row['next_offset'])]
    const counts = tables.map(
      ({ name }) => `(SELECT COUNT(*) FROM \`${name}\` WHERE log = ? AND record >= ?)`,
    )
    const [behind] = await connection.rows(
      `SELECT ${counts.join(' + ')} AS n`,
      tables.flatMap(() => [number, place]),
    )
    const gaps = await connection.rows(
      'SELECT `first`, behind, why FROM gaps WHERE log = ? ORDER BY `first`',
      [number],
    )
    found = {
      number,
      place,
      prunedBelow: Number(row['pruned_below']),
      behindPlace: Number(behind!['n']),
      gaps: gaps.map((gap) => ({
        from: Number(gap['first']),
        to: Number(gap['behind']),
        why: String(gap['why']),
      })),
    }
  })
  if (found === undefined)
    throw new KiteQError('KITEQ_NOT_FOUND', `${shown} has nothing of log ${logId}`)
  return found
}
