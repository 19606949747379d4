// Whether a log that no longer has the archive's last record is still the one that the archive has: held against it is what the
// log remembers of its dropped records. Only asks; what neither of the two knows any more is taken for the same.

import { otherName, type GivenName, type NameBook } from '../index/name-book.ts'
import { shownName } from '../index/shown-name.ts'
import type { KiteQError } from '../model/errors.ts'
import type { MysqlRow } from './mysql-connection.ts'
import { storedTimeMs } from './mysql-values.ts'
import { another, timeText } from './same-log.ts'
import { tables } from './tables.ts'

/** A message whose record may be gone. */
export interface RememberedMessage {
  /** Offset of its first record. */
  readonly offset: number
  /** 32 hex digits. */
  readonly id: string
}

/** What a log still has, and knows of what it no longer has. */
export interface LogMemory {
  /** Of the first record it has, and of its segment; undefined: it has none. */
  readonly first:
    { readonly offset: number; readonly timeMs: number; readonly epoch: number } | undefined
  readonly names: readonly GivenName[]
  readonly messages: readonly RememberedMessage[]
}

/** The archive of a log, up to where it is. */
export interface ArchivedLife {
  /** Asks the database. */
  readonly rows: (sql: string, values: readonly unknown[]) => Promise<readonly MysqlRow[]>
  /** The log's number there. */
  readonly log: number
  /** It has every record below. */
  readonly next: number
  /** Of the last of them, ms since 1970. */
  readonly timeMs: number | undefined
  readonly names: NameBook
}

/** Throws KITEQ_REFUSED when the log gives a number another name than the archive has for it. */
export function expectSameName(names: NameBook, given: GivenName): void {
  const known = otherName(names, given)
  if (known === undefined) return
  const { dictionary, number, name } = given
  throw another(
    `${dictionary} ${number} of the log is ${shownName(name)}, the archive has ${shownName(known)} for it`,
  )
}

/** Rejects KITEQ_REFUSED, with what differs: names, epochs and times, messages that both know. */
export async function expectSameLife(archive: ArchivedLife, memory: LogMemory): Promise<void> {
  for (const name of memory.names) expectSameName(archive.names, name)
  const { next, timeMs } = archive
  const { first } = memory
  if (first !== undefined && first.offset >= next) {
    if (timeMs !== undefined && storedTimeMs(first.timeMs) < timeMs)
      throw another(
        `record ${first.offset} of the log is of ${timeText(first.timeMs)}, and the archive has one before it of ${timeText(timeMs)}`,
      )
    const start = await lastStart(archive)
    if (start !== undefined && start.epoch > first.epoch)
      throw another(
        `record ${first.offset} of the log is of epoch ${first.epoch}, and the archive has the start of epoch ${start.epoch} at record ${start.record}`,
      )
  }
  await expectSameMessages(archive, memory.messages)
}

async function lastStart({
  rows,
  log,
}: ArchivedLife): Promise<{ readonly record: number; readonly epoch: number } | undefined> {
  const [row] = await rows(
    "SELECT record, JSON_EXTRACT(detail, '$.epoch') AS epoch FROM events WHERE log = ? AND kind = 'started' ORDER BY record DESC LIMIT 1",
    [log],
  )
  if (row === undefined) return undefined
  return { record: Number(row['record']), epoch: Number(row['epoch']) }
}

/** Records of messages have rows there, and in these tables none. */
const otherTables = tables
  .map(({ name }) => name)
  .filter((name) => !['messages', 'routes', 'transactions'].includes(name))

/** Rows that were pruned, or lie in gaps, are no difference. */
async function expectSameMessages(
  { rows, log, next }: ArchivedLife,
  remembered: readonly RememberedMessage[],
): Promise<void> {
  const messages = remembered.filter(({ offset }) => offset < next)
  if (messages.length === 0) return
  const ids = new Map(messages.map(({ offset, id }) => [offset, id]))
  const records = [...ids.keys()]
  const archived = await rows('SELECT record, id FROM messages WHERE log = ? AND record IN (?)', [
    log,
    records,
  ])
  for (const { record, id } of archived)
    if (ids.get(Number(record)) !== id)
      throw differs(Number(record), ids, `message ${String(id)} there`)
  for (const name of otherTables) {
    const [row] = await rows(
      `SELECT record FROM \`${name}\` WHERE log = ? AND record IN (?) LIMIT 1`,
      [log, records],
    )
    if (row !== undefined) throw differs(Number(row['record']), ids, `a row of ${name} of it`)
  }
}

function differs(record: number, ids: ReadonlyMap<number, string>, has: string): KiteQError {
  return another(
    `record ${record} of the log was message ${String(ids.get(record))}, the archive has ${has}`,
  )
}
