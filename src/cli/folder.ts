// A data folder as the command line sees it: the broker that owns it is asked; without one the log itself is read.
// Never writes into a folder, and reads only what is durable.

import { existsSync } from 'node:fs'
import {
  listBindings,
  listTransactions,
  type ListedBinding,
  type OpenTransaction,
} from '../broker/listings.ts'
import type { BrokerState } from '../broker/state.ts'
import { nodeDisk } from '../log/disk-node.ts'
import { askOwner } from '../log/folder-owner.ts'
import { Log } from '../log/log.ts'
import { invariant } from '../model/assert.ts'
import { KiteQError } from '../model/errors.ts'
import type { MessageId, Offset } from '../model/ids.ts'
import { silent } from '../model/logger.ts'
import type { LogRecord, RecordPlace } from '../model/record.ts'
import { idFromText } from '../net/id-codec.ts'
import { recoverState } from '../recover-state.ts'

export interface ScanSummary {
  /** Records read. */
  readonly records: number
  /** Offsets below are durable and were read. */
  readonly end: number
  readonly inUse: boolean
  /** Stretches of damage that were stepped over. */
  readonly holes: number
}

/** Rejects KITEQ_NOT_FOUND without a folder, and as the log does. */
export async function bindingsOf(dir: string): Promise<readonly ListedBinding[]> {
  const answer = await ask(dir, { op: 'bindings' })
  if (answer !== undefined) return answer as readonly ListedBinding[]
  return listBindings(await readState(dir))
}

export async function transactionsOf(dir: string): Promise<readonly OpenTransaction[]> {
  const answer = await ask(dir, { op: 'transactions' })
  if (answer !== undefined) return answer as readonly OpenTransaction[]
  return listTransactions(await readState(dir))
}

/** Only a running broker decides. Rejects KITEQ_CLOSED without one, KITEQ_NOT_FOUND when nothing is open under this id. */
export async function decide(
  dir: string,
  op: 'transaction-commit' | 'transaction-rollback',
  id: string,
): Promise<void> {
  const who = `kiteq txn, pid ${process.pid}`
  if ((await ask(dir, { op, id, who })) !== undefined) return
  throw new KiteQError(
    'KITEQ_CLOSED',
    `nobody serves ${dir}; expected a running broker, start it with: kiteq serve --data-dir ${dir}`,
  )
}

/** Hands over every durable record, of a folder in use up to what its owner says is safe. */
export async function scanFolder(
  dir: string,
  visit: (record: LogRecord, place: RecordPlace) => void,
): Promise<ScanSummary> {
  const answer = (await ask(dir, { op: 'watermark' })) as { durableOffset: number } | undefined
  const to = (answer?.durableOffset ?? Infinity) as Offset
  const log = await openLog(dir)
  try {
    const { records, end, holes } = await log.scan(0 as Offset, to, visit)
    return { records, end: end.offset, inUse: answer !== undefined, holes: holes.length }
  } finally {
    await log.close()
  }
}

/** The four words of an id that was checked before. */
export function idOf(text: string): MessageId {
  const id = idFromText(text)
  invariant(id !== undefined, `${text} was taken for an id`)
  return id
}

async function readState(dir: string): Promise<BrokerState> {
  const log = await openLog(dir)
  try {
    return (await recoverState(log, { dataDir: dir, rebuild: false }, silent)).state
  } finally {
    await log.close()
  }
}

/** The owner's answer; undefined when nobody owns the folder. */
async function ask(dir: string, request: unknown): Promise<unknown> {
  if (!existsSync(dir))
    throw new KiteQError('KITEQ_NOT_FOUND', `data folder ${dir} is not there; see --data-dir`)
  return askOwner(dir, request)
}

function openLog(dir: string): Promise<Log> {
  const durability = { kind: 'fsync' } as const // nothing is written
  return Log.open({ dir, disk: nodeDisk, durability, random: () => 0 })
}
