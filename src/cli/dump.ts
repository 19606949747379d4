// `kiteq dump`: the records of a log as lines of JSON, of a folder in use or not. Reads as fast as its lines are taken and
// keeps none of them.

import { learnName, newNameBook, type NameBook } from '../index/name-book.ts'
import { InvalidArgumentError, type Command } from 'commander'
import { nodeDisk } from '../log/disk-node.ts'
import { pacedDisk } from '../log/paced-disk.ts'
import type { ResumePlace } from '../log/recover.ts'
import { KiteQError } from '../model/errors.ts'
import type { Offset } from '../model/ids.ts'
import type { LogRecord, RecordKind, RecordPlace } from '../model/record.ts'
import { integer, messageId, withFolder, type FolderOption } from './arguments.ts'
import { nearestCheckpoint } from './checkpoints.ts'
import { counted } from './counted.ts'
import { idOf, openLogFolder, type LogFolder } from './folder.ts'
import { beginningLeft, namedRecords } from './log-horizon.ts'
import { LineOutput, taken } from './line-output.ts'
import { momentOf, rangeAt } from './moment.ts'
import { RecordFilter } from './record-filter.ts'
import { lineOf, recordKinds } from './record-text.ts'
import { Progress, tell } from './terminal.ts'

interface DumpOptions extends FolderOption {
  readonly id?: string
  readonly topic?: string
  readonly group?: string
  readonly kind?: ReadonlySet<RecordKind>
  readonly from: string
  readonly to: string
  readonly bodies?: true
  readonly limit?: number
}

export function register(program: Command): void {
  const command = program
    .command('dump')
    .description('print the records of the log, a line of JSON each')
    .option('--id <id>', 'all about this message, 32 hex digits')
    .option('--topic <topic>', 'all about this topic and its messages')
    .option('--group <group>', 'those that name this group')
    .option('--kind <kinds>', 'of these kinds, with commas: published,acked', kindsOf)
    .option(
      '--from <moment>',
      'the first: an offset, a time (ISO or unix ms), earliest',
      'earliest',
    )
    .option('--to <moment>', 'stops before it: an offset, a time, latest', 'latest')
    .option('--bodies', 'with the bodies of messages, as text or base64')
    .option('--limit <n>', 'at most so many; default: all', integer(1, Number.MAX_SAFE_INTEGER))
  withFolder(command).action(dump)
}

function kindsOf(text: string): ReadonlySet<RecordKind> {
  const kinds = text.split(',') as RecordKind[]
  for (const kind of kinds)
    if (!recordKinds.includes(kind))
      throw new InvalidArgumentError(`Expected kinds out of ${recordKinds.join(', ')}.`)
  return new Set(kinds)
}

async function dump(options: DumpOptions): Promise<void> {
  const id = options.id === undefined ? undefined : idOf(messageId(options.id))
  const moments = [momentOf('--from', options.from), momentOf('--to', options.to)] as const
  const folder = await openLogFolder(options.dataDir, pacedDisk(nodeDisk, taken))
  try {
    const [from, to] = await rangeAt(folder, ['--from', '--to'], moments)
    const names = newNameBook()
    const { topic, group, kind: kinds } = options
    const filter = new RecordFilter({ kinds, id, topic, group }, names)
    const lines = new LineDump(filter, names, { limit: Infinity, ...options, from })
    await lines.run(folder, to)
    if (id !== undefined && !lines.any)
      throw new KiteQError(
        'KITEQ_NOT_FOUND',
        `no such record of message ${options.id} in ${options.dataDir}, offsets ${from} to ${to}`,
      )
  } finally {
    await folder.log.close()
  }
}

interface LineOptions {
  readonly from: number
  readonly limit: number
  readonly bodies?: true
}

class LineDump {
  any = false
  readonly #filter: RecordFilter
  readonly #names: NameBook
  readonly #options: LineOptions
  readonly #output = new LineOutput()
  readonly #progress = new Progress()
  #left: number
  #expected = 0

  constructor(filter: RecordFilter, names: NameBook, options: LineOptions) {
    this.#filter = filter
    this.#names = names
    this.#options = options
    this.#left = options.limit
  }

  async run(folder: LogFolder, to: number): Promise<void> {
    const start = await this.#start(folder)
    const first = typeof start === 'number' ? start : start.offset
    this.#expected = first
    try {
      if (first < to) await folder.log.scan(start, to, this.#visit)
    } catch (error) {
      if (error !== enough) throw error
    }
    this.#progress.end()
    this.#output.flush()
    if (this.#left > 0) this.#tellGap(to)
  }

  /** Where to read from, so that all names are known at `from`: behind a checkpoint, if there is one, as far as possible. */
  async #start(folder: LogFolder): Promise<Offset | ResumePlace> {
    const beginning = (folder.headers[0]?.firstOffset ?? 0) as Offset
    const earlier = (await beginningLeft(folder.log, folder.dir))?.state
    if (earlier !== undefined) {
      for (const record of namedRecords(earlier)) learnName(this.#names, record)
      this.#filter.begin(earlier, beginning)
    }
    const { logId } = folder.log
    if (this.#filter.needsBeginning || this.#options.from === beginning || logId === undefined)
      return beginning
    const checkpoint = await nearestCheckpoint({ ...folder, logId }, folder.end)
    if (checkpoint === undefined) return beginning
    const { state, resume } = checkpoint
    for (const record of namedRecords(state)) learnName(this.#names, record)
    return resume.offset < this.#options.from ? resume : (this.#options.from as Offset)
  }

  readonly #visit = (record: LogRecord, place: RecordPlace): void => {
    const { offset } = place
    if (offset > this.#expected) this.#tellGap(offset)
    this.#expected = offset + 1
    if (record.kind === 'named') learnName(this.#names, record)
    const isWanted = this.#filter.take(record, place)
    if ((offset & 0x3fff) === 0) this.#progress.show(() => `${counted(offset, 'record')} read`)
    if (!isWanted || offset < this.#options.from) return
    this.any = true
    this.#output.line(lineOf(record, place, this.#names, this.#options.bodies === true))
    if (--this.#left === 0) throw enough
  }

  #tellGap(next: number): void {
    if (next <= this.#expected) return
    this.#progress.end()
    const last = next - 1
    const which = last > this.#expected ? `s ${this.#expected} to ${last} are` : ` ${last} is`
    tell(`kiteq: record${which} damaged; kiteq verify tells more`)
  }
}

/** Ends the reading from within. */
const enough = new Error('enough')
