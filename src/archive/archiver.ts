// From the log into MySQL: follows, writes a batch while the next one is read and made, and tells how far it is. Must never
// leave out a record without a gap on record, nor read what is not durable; a word of it goes to nobody but its owner.

import { learnName, newNameBook, type GivenName, type NameBook } from '../index/name-book.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { readSegmentHeaders } from '../log/segment.ts'
import { KiteQError } from '../model/errors.ts'
import { descentOf } from './descent.ts'
import { Follower, type Batch, type Gap } from './follower.ts'
import type { MysqlAddress } from './mysql-address.ts'
import { Inserts, type ReadBody } from './mysql-inserts.ts'
import { EndedError, MysqlLink, pause, type LinkEvent } from './mysql-link.ts'
import { storedTimeMs } from './mysql-values.ts'
import type { MysqlWriter } from './mysql-writer.ts'
import { expectSameLife, expectSameName, type ArchivedLife, type LogMemory } from './same-life.ts'
import { expectSameLog } from './same-log.ts'

export type GapWhy = Gap['why'] | 'asked'

export type ArchiverEvent =
  | LinkEvent
  /** These records are not in the archive, and never will be; it is on record there. */
  | { readonly kind: 'gap'; readonly from: number; readonly to: number; readonly why: GapWhy }
  /** Everything below `next` is in the archive, or in gaps. */
  | { readonly kind: 'archived'; readonly next: number; readonly timeMs: number | undefined }

export interface ArchiverOptions {
  readonly dataDir: string
  readonly mysql: MysqlAddress
  /** Records below are durable; undefined: nobody owns the folder, all whole batches are. */
  readonly watermark: () => Promise<number | undefined>
  /** The names that the log gave before this offset; later ones do not hurt. */
  readonly namesBefore: (offset: number) => Promise<readonly GivenName[]>
  /** What the log still knows of its records below this offset. Asked when the archive's last record is gone. */
  readonly memoryBelow: (offset: number) => Promise<LogMemory>
  /** Whose the folder is, asked behind each watermark: what another one has there is held against the archive anew. */
  readonly owner?: () => Promise<string | undefined>
  /** Not before this record; default: where the archive is. */
  readonly from?: number | undefined
  /** Ends before this record; default: where the log ends now. */
  readonly to?: number | undefined
  /** Waits for what is appended, until `signal`; and for a server that is not there at the beginning. */
  readonly follow: boolean
  /** For the columns that show bodies; default: they stay empty. */
  readonly readBody?: ReadBody | undefined
  /** Ends it cleanly, behind a batch or before it. */
  readonly signal: AbortSignal
  readonly onEvent?: (event: ArchiverEvent) => void
  /** Once: it is this log that the archive has, as far as it has it. An event before says nothing of that. */
  readonly onBegun?: () => void
  readonly onProgress?: (figures: ArchiverFigures) => void
  /** For another archiver of this log to be gone; default: 5. */
  readonly lockWaitSeconds?: number
  /** Of one batch; defaults in model/limits.ts. */
  readonly recordsMax?: number
  readonly bytesMax?: number
}

/** So far, by this run. */
export interface ArchiverFigures {
  readonly logId: string
  /** Where this run began, and how far it is. */
  readonly from: number
  next: number
  /** Where the log ended, when it was last asked. */
  end: number
  records: number
  rows: number
  /** Of the log. */
  bytes: number
  batches: number
  /** Of the last archived record, ms since 1970. */
  timeMs: number | undefined
  /** Gaps that this run has put on record. */
  readonly gaps: { readonly from: number; readonly to: number; readonly why: GapWhy }[]
}

/** A log that grows is looked at again after so long. */
const lookEveryMs = 200
/** At the tip of a log in use a batch gathers for so long: a transaction for every few records would cost publishers the cores. */
const gatherMs = 300
/** Bytes of the log; smaller batches are the tip. */
const smallBytes = 512 * 1024

/**
 * Resolves at `to`, or at the end of the log, or when told to end. Rejects KITEQ_REFUSED when another one archives this log,
 * KITEQ_CONFIG for tables of a newer version and rows the server does not take, KITEQ_CLOSED and KITEQ_USAGE when the server
 * cannot be used from the beginning and nothing is followed; else as Log.scan.
 */
export async function runArchiver(options: ArchiverOptions): Promise<ArchiverFigures> {
  const [header] = await readSegmentHeaders(nodeDisk, options.dataDir)
  if (header === undefined)
    throw new KiteQError('KITEQ_USAGE', `${options.dataDir} holds no log; expected a data folder`)
  const { logId, firstOffset } = header
  const { mysql: address, follow: isPatient, signal, dataDir: what, onEvent } = options
  const link = new MysqlLink({
    address,
    logId,
    descent: descentOf(what, logId),
    what,
    isPatient,
    signal,
    lockWaitSeconds: options.lockWaitSeconds,
    onEvent: (event) => onEvent?.(event),
  })
  const archiver = new Archiver(options, link, logId)
  try {
    await archiver.run(firstOffset)
  } catch (error) {
    if (!(error instanceof EndedError)) throw error
  } finally {
    await archiver.close()
    await link.close()
  }
  return archiver.figures
}

/** What was read, and its statements as they were made for a server. */
interface Prepared {
  readonly item: Batch | Gap
  inserts: Inserts | undefined
  statements: readonly string[]
}

class Archiver {
  figures: ArchiverFigures
  readonly #options: ArchiverOptions
  readonly #link: MysqlLink
  #follower: Follower | undefined
  /** The next batch, read while the one before is written. */
  #following: Promise<Prepared | undefined> | undefined
  #inserts: Inserts | undefined
  readonly #names: NameBook = newNameBook()
  /** Behind the last record that was read, and its time in ms; undefined: not known. */
  #read: { readonly next: number; readonly timeMs: number | undefined } | undefined
  #owner: string | undefined
  /** Known here and not yet in the archive. */
  #newNames: GivenName[] = []

  constructor(options: ArchiverOptions, link: MysqlLink, logId: string) {
    this.#options = options
    this.#link = link
    this.figures = {
      logId,
      from: 0,
      next: 0,
      end: 0,
      records: 0,
      rows: 0,
      bytes: 0,
      batches: 0,
      timeMs: undefined,
      gaps: [],
    }
  }

  async run(firstOffset: number): Promise<void> {
    const from = await this.#begin(firstOffset)
    this.figures = { ...this.figures, from, next: from, end: from }
    this.#follower = await this.#follow(from)
    this.#following = this.#prepare()
    for (;;) {
      const prepared = await this.#following
      if (prepared === undefined) {
        if (!(await this.#waitsForMore())) return
        this.#following = this.#prepare()
        continue
      }
      const { follow, signal } = this.#options
      const isAtTip = follow && isSmall(prepared.item)
      if (!isAtTip) this.#readAhead()
      await this.#write(prepared)
      if (signal.aborted) return
      if (isAtTip) {
        await pause(gatherMs, signal)
        this.#readAhead()
      }
    }
  }

  #readAhead(): void {
    this.#following = this.#prepare()
    this.#following.catch(() => undefined) // told when it is awaited
  }

  async close(): Promise<void> {
    await this.#following?.catch(() => undefined)
    await this.#follower?.close()
  }

  /** Where to begin, with the names of before; what lies between that and the archive is on record as a gap. */
  async #begin(firstOffset: number): Promise<number> {
    const { from } = this.#options
    const { place, begins } = await this.#link.writer()
    const { nextOffset: next, timeMs } = place
    this.figures.timeMs = timeMs
    for (const name of await this.#link.ask((writer) => writer.names()))
      learnName(this.#names, name)
    await this.#expectSameLog(next, timeMs)
    this.#options.onBegun?.()
    if (from !== undefined && from < next)
      throw new KiteQError(
        'KITEQ_USAGE',
        `--from is record ${from}; the archive has all of this log below record ${next} already`,
      )
    if (next > 0 && next === begins) await this.#learnBefore(next) // its ancestor has those
    const start = Math.max(next, from ?? 0)
    if (next < firstOffset && next < start)
      await this.#gap(next, Math.min(firstOffset, start), 'dropped')
    const asked = Math.max(next, Math.min(firstOffset, start))
    if (asked < start) {
      await this.#learnBefore(start)
      await this.#gap(asked, start, 'asked')
    }
    return start
  }

  /** Of a gap's end the log may have no record, or one that the archive was not to have. */
  async #expectSameLog(next: number, timeMs: number | undefined): Promise<void> {
    const { dataDir, watermark, owner, memoryBelow } = this.#options
    const gaps = await this.#link.ask(({ connection, log }) =>
      connection.rows('SELECT 1 FROM gaps WHERE log = ? AND behind = ?', [log, next]),
    )
    const end = await watermark()
    this.#owner = await owner?.()
    const known = gaps.length > 0 ? undefined : timeMs
    this.#read = { next, timeMs: known }
    if (await expectSameLog(dataDir, { next, timeMs: known, end })) return
    const { log } = await this.#link.writer()
    const names = this.#names
    await expectSameLife({ rows: this.#rows, log, next, timeMs, names }, await memoryBelow(next))
  }

  readonly #rows: ArchivedLife['rows'] = (sql, values) =>
    this.#link.ask(({ connection }) => connection.rows(sql, values))

  /** A folder may be copied back while nobody has it: whoever has it now may have another log. */
  readonly #watermark = async (): Promise<number | undefined> => {
    const { dataDir, watermark, owner } = this.#options
    const end = await watermark()
    const now = await owner?.()
    if (now !== this.#owner && this.#read !== undefined)
      await expectSameLog(dataDir, { ...this.#read, end })
    this.#owner = now
    return end
  }

  async #follow(from: number): Promise<Follower> {
    const { dataDir: dir, to, recordsMax, bytesMax, signal } = this.#options
    const names = this.#names
    const end = to ?? (this.#options.follow ? undefined : await this.#endNow())
    const follower = await Follower.open({
      dir,
      from,
      names,
      watermark: this.#watermark,
      learnNames: (_, offset) => this.#learnBefore(offset),
      ...(end === undefined ? {} : { to: end }),
      ...(recordsMax === undefined ? {} : { recordsMax }),
      ...(bytesMax === undefined ? {} : { bytesMax }),
    })
    if (signal.aborted) {
      await follower.close()
      throw new EndedError()
    }
    return follower
  }

  /** A run that does not follow ends where the log ends when it begins. */
  async #endNow(): Promise<number | undefined> {
    return this.#options.watermark()
  }

  async #learnBefore(offset: number): Promise<void> {
    for (const name of await this.#options.namesBefore(offset)) {
      expectSameName(this.#names, name)
      if (learnName(this.#names, name)) this.#newNames.push(name)
    }
  }

  async #prepare(): Promise<Prepared | undefined> {
    const item = await this.#follower!.next()
    if (item === undefined) return undefined
    const isBatch = item.kind === 'batch'
    this.#read = { next: item.to, timeMs: isBatch ? storedTimeMs(item.timeMs) : undefined }
    if (isBatch) for (const name of item.named) expectSameName(this.#names, name)
    const inserts = item.kind === 'batch' ? this.#inserts : undefined
    const statements = item.kind === 'batch' && inserts !== undefined ? inserts.of(item.rows) : []
    return { item, inserts, statements }
  }

  async #write(prepared: Prepared): Promise<void> {
    const { item } = prepared
    if (item.kind === 'gap') return this.#gap(item.from, item.to, item.why)
    const { from, to, timeMs, rows, named } = item
    const names = this.#takeNames(named)
    await this.#link.add((writer) => {
      const inserts = this.#insertsFor(writer)
      if (prepared.inserts !== inserts) {
        prepared.inserts = inserts
        prepared.statements = inserts.of(rows)
      }
      return { from, to, timeMs, statements: prepared.statements, names, gap: undefined }
    })
    const { figures } = this
    figures.records += to - from
    figures.rows += item.rowCount
    figures.bytes += item.bytes
    figures.timeMs = timeMs
    this.#reached(to)
  }

  async #gap(from: number, to: number, why: GapWhy): Promise<void> {
    const names = this.#takeNames([])
    const addition = { from, to, timeMs: undefined, statements: [], names, gap: gapText[why] }
    await this.#link.add(() => addition)
    this.figures.gaps.push({ from, to, why })
    this.#options.onEvent?.({ kind: 'gap', from, to, why })
    this.#reached(to)
  }

  #takeNames(named: readonly GivenName[]): readonly GivenName[] {
    if (this.#newNames.length === 0) return named
    const names = [...this.#newNames, ...named]
    this.#newNames = []
    return names
  }

  #reached(next: number): void {
    const { figures } = this
    figures.batches++
    figures.next = next
    figures.end = Math.max(next, this.#follower?.end ?? next)
    this.#options.onEvent?.({ kind: 'archived', next, timeMs: figures.timeMs })
    this.#options.onProgress?.(figures)
  }

  /** The same for as long as the server takes as much. */
  #insertsFor({ log, connection: { packetBytesMax } }: MysqlWriter): Inserts {
    if (this.#inserts?.packetBytesMax !== packetBytesMax)
      this.#inserts = new Inserts(log, packetBytesMax, this.#options.readBody)
    return this.#inserts
  }

  /** False when this is the end. Keeps the connection, so that it is known when the server goes. */
  async #waitsForMore(): Promise<boolean> {
    const { follow, to, signal, onProgress } = this.#options
    const { figures } = this
    figures.end = Math.max(figures.next, this.#follower!.end)
    onProgress?.(figures)
    if (!follow || signal.aborted || (to !== undefined && figures.next >= to)) return false
    await pause(lookEveryMs, signal)
    await this.#link.writer()
    return !signal.aborted
  }
}

const gapText: Readonly<Record<GapWhy, string>> = {
  dropped: 'dropped by retention before they were archived',
  damaged: 'the log is damaged there',
  asked: 'left out as asked',
}

function isSmall(item: Batch | Gap): boolean {
  return item.kind === 'batch' && item.bytes < smallBytes
}
