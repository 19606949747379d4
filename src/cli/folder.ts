// A data folder as the command line sees it: the broker that owns it is asked; without one the log itself is read.
// Must never make, write, rename or remove anything in a folder, and reads only what is durable: up to what the owner says,
// or to the last whole batch.

import { existsSync } from 'node:fs'
import {
  listBindings,
  listTransactions,
  type ListedBinding,
  type OpenTransaction,
} from '../broker/listings.ts'
import type { Standing } from '../broker/standing.ts'
import type { BrokerState } from '../broker/state.ts'
import type { Disk } from '../log/disk.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { askOwner } from '../log/folder-owner.ts'
import type { Log } from '../log/log.ts'
import { scanSegment } from '../log/scan-segment.ts'
import { readSegmentHeaders, type SegmentHeader } from '../log/segment.ts'
import { withSegment } from '../log/whole-segment.ts'
import { invariant } from '../model/assert.ts'
import { KiteQError } from '../model/errors.ts'
import { idFromText } from '../model/id-text.ts'
import type { MessageId } from '../model/ids.ts'
import { silent } from '../model/logger.ts'
import type { ListPage } from '../owner-requests.ts'
import { stateHorizon } from './log-horizon.ts'
import { expectAnswer } from './owner-answer.ts'

/** The log of a folder, opened for reading only. */
export interface LogFolder {
  readonly dir: string
  readonly disk: Disk
  readonly log: Log
  readonly headers: readonly SegmentHeader[]
  /** Records below may be read. */
  readonly end: number
  /** States from this offset on can be made from the log alone: 0 unless old segments were dropped; Infinity: none. */
  readonly horizon: number
  /** Somebody owns the folder; `end` is what he said. */
  readonly inUse: boolean
  /** Of a folder that nobody owns. */
  readonly tail: Tail | undefined
}

/** What an owner is asked. */
interface Request {
  readonly op: string
  readonly [field: string]: unknown
}

/** What stands behind the last whole batch of a log that nobody owns. */
export interface Tail {
  /** Of the first record that is in no whole batch. */
  readonly offset: number
  readonly segment: number
  readonly position: number
  /** Whole records of a batch that is not. */
  readonly records: number
  /** Behind `position`, up to the last byte that is not zero. */
  readonly bytes: number
}

/** Rejects KITEQ_USAGE without a folder, and as the log does. */
export async function bindingsOf(dir: string): Promise<readonly ListedBinding[]> {
  const listed = await pagesOf<ListedBinding>(dir, 'bindings')
  return listed ?? listBindings(await readState(dir))
}

export async function transactionsOf(dir: string): Promise<readonly OpenTransaction[]> {
  const listed = await pagesOf<OpenTransaction>(dir, 'transactions')
  return listed ?? listTransactions(await readState(dir))
}

/** A list whose length changes while it is read is begun again so often; then it is as good as it gets. */
const listTries = 5

/** A whole list, asked page by page; undefined when nobody owns the folder. */
async function pagesOf<T>(dir: string, op: string): Promise<T[] | undefined> {
  for (let tries = 1; ; tries++) {
    const list: T[] = []
    const counts = new Set<number>()
    for (let from: number | undefined = 0; from !== undefined;) {
      const page = (await ask(dir, { op, from })) as ListPage<T> | undefined
      if (page === undefined && from === 0) return undefined
      if (page === undefined)
        throw new KiteQError('KITEQ_CLOSED', `the broker of ${dir} went away while it was asked`)
      list.push(...page.list)
      counts.add(page.count)
      from = (page.next ?? 0) > from ? page.next : undefined
    }
    if (counts.size === 1 || tries >= listTries) return list
  }
}

/** Of the message first recorded at `offset`, as the owner sees it; undefined when nobody owns the folder any more. */
export async function standingIn(
  dir: string,
  group: string,
  offset: number,
): Promise<Standing | undefined> {
  return (await ask(dir, { op: 'standing', group, offset })) as Standing | undefined
}

/** Only a running broker decides. Rejects KITEQ_CLOSED without one, KITEQ_NOT_FOUND when nothing is open under this id. */
export async function decide(
  dir: string,
  op: 'transaction-commit' | 'transaction-rollback',
  id: string,
): Promise<void> {
  await askBroker(dir, { op, id, who: `kiteq txn, pid ${process.pid}` })
}

/** What only a running broker does. Rejects KITEQ_CLOSED without one. */
export async function askBroker(dir: string, request: Request): Promise<unknown> {
  const answer = await ask(dir, request)
  if (answer !== undefined) return answer
  throw new KiteQError(
    'KITEQ_CLOSED',
    `nobody serves ${dir}; expected a running broker, start it with: kiteq serve --data-dir ${dir}`,
  )
}

/** Rejects KITEQ_USAGE without a folder, and as the log does. The log is the caller's to close. */
export async function openLogFolder(dir: string, disk: Disk = nodeDisk): Promise<LogFolder> {
  const durable = await ownerEnd(dir)
  const headers = await readSegmentHeaders(disk, dir)
  const last = headers.at(-1)
  const isOwned = durable !== undefined
  const tail = isOwned || last === undefined ? undefined : await tailOf(dir, disk, last)
  const log = await openLog(dir, disk)
  const end = durable ?? tail?.offset ?? 0
  const horizon = await stateHorizon(log, end)
  return { dir, disk, log, headers, end, horizon, inUse: isOwned, tail }
}

/** Records below are durable, says the owner; undefined when there is none. Rejects KITEQ_USAGE without a folder. */
export async function ownerEnd(dir: string): Promise<number | undefined> {
  const answer = await ask(dir, { op: 'watermark' })
  return (answer as { durableOffset: number } | undefined)?.durableOffset
}

/** Of the last segment: reads all of it, or what is behind a place at the end of a batch, if that is given. */
export async function tailOf(
  dir: string,
  disk: Disk,
  header: SegmentHeader,
  from?: { readonly position: number; readonly offset: number },
): Promise<Tail> {
  const { nextOffset, end, wholeOffset, wholeEnd, cutBytes } = await withSegment(
    dir,
    disk,
    header,
    (whole) => scanSegment({ ...whole, ...from }),
  )
  return {
    offset: wholeOffset,
    segment: header.number,
    position: wholeEnd,
    records: nextOffset - wholeOffset,
    bytes: end - wholeEnd + cutBytes,
  }
}

/** The four words of an id that was checked before. */
export function idOf(text: string): MessageId {
  const id = idFromText(text)
  invariant(id !== undefined, `${text} was taken for an id`)
  return id
}

export async function readState(dir: string): Promise<BrokerState> {
  const { recoverState } = await import('../recover-state.ts') // most tools fold no state
  const log = await openLog(dir)
  try {
    return (await recoverState(log, { dataDir: dir, rebuild: false }, silent)).state
  } finally {
    await log.close()
  }
}

/** The owner's answer, of the shape its request asks for; undefined when nobody owns the folder. */
export async function ask(dir: string, request: Request): Promise<unknown> {
  if (!existsSync(dir))
    throw new KiteQError(
      'KITEQ_USAGE',
      `--data-dir ${dir} is not there; expected the data folder of a broker`,
    )
  const answer = await askOwner(dir, request)
  if (answer !== undefined) expectAnswer(dir, request.op, answer)
  return answer
}

/** For reading only. */
export async function openLog(dir: string, disk: Disk = nodeDisk): Promise<Log> {
  const { Log } = await import('../log/log.ts') // who finds what it wants by the postings needs none
  const durability = { kind: 'fsync' } as const // nothing is written
  return Log.open({ dir, disk, durability, random: () => 0 })
}
