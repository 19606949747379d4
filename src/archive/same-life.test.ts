// A log without the archive's last record is told from another life of it by whatever both still know.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { learnName, newNameBook } from '../index/name-book.ts'
import type { MysqlRow } from './mysql-connection.ts'
import { expectSameLife, type ArchivedLife, type LogMemory } from './same-life.ts'

const timeMs = 1_790_000_000_000
const topic = (number: number, name: string): LogMemory['names'][number] => ({
  dictionary: 'topic',
  number,
  name: Buffer.from(name),
})
const idOf = (n: number): string => String(n).padStart(32, '0')

/** Up to record 100: topic 1, the start of epoch 3 at record 90, message 40 and a delivery at record 41. */
function archive(): ArchivedLife {
  const names = newNameBook()
  learnName(names, topic(1, 'trade'))
  const rows = (sql: string, [, records]: readonly unknown[]): Promise<readonly MysqlRow[]> => {
    const has = (record: number): boolean => (records as readonly number[]).includes(record)
    if (sql.includes("kind = 'started'")) return Promise.resolve([{ record: 90, epoch: 3 }])
    if (sql.includes('FROM messages'))
      return Promise.resolve(has(40) ? [{ record: 40, id: idOf(40) }] : [])
    return Promise.resolve(sql.includes('`deliveries`') && has(41) ? [{ record: 41 }] : [])
  }
  return { rows, log: 1, next: 100, timeMs, names }
}

const same: LogMemory = {
  first: { offset: 150, timeMs, epoch: 3 },
  names: [topic(1, 'trade'), topic(2, 'later')],
  messages: [
    { offset: 40, id: idOf(40) },
    { offset: 42, id: idOf(42) }, // its rows were pruned
    { offset: 141, id: idOf(7) }, // behind the archive
  ],
}

function refused(memory: Partial<LogMemory>, message: RegExp): Promise<void> {
  const of = expectSameLife(archive(), { ...same, ...memory })
  return assert.rejects(of, { code: 'KITEQ_REFUSED', message })
}

test('a log that agrees with its archive in all that both know is the same', async () => {
  await expectSameLife(archive(), same)
  await expectSameLife(archive(), { first: undefined, names: [], messages: [] })
  await expectSameLife(archive(), { ...same, first: { offset: 99, timeMs: 0, epoch: 1 } })
})

test('a number that has another name in the archive is refused with both names', async () => {
  await refused(
    { names: [topic(1, 'NEWW')] },
    /^topic 1 of the log is NEWW, the archive has trade for it: it was restored/,
  )
})

test('a log whose records are older than the archive before them, or of an older epoch, is refused', async () => {
  await refused(
    { first: { offset: 150, timeMs: timeMs - 1, epoch: 3 } },
    /^record 150 of the log is of 2026-.*, and the archive has one before it of 2026-/,
  )
  await refused(
    { first: { offset: 150, timeMs, epoch: 2 } },
    /^record 150 of the log is of epoch 2, and the archive has the start of epoch 3 at record 90/,
  )
})

test('a message that the archive has otherwise, or another record in its place, is refused', async () => {
  await refused(
    { messages: [{ offset: 40, id: idOf(9) }] },
    /^record 40 of the log was message 0+9, the archive has message 0+40 there/,
  )
  await refused(
    { messages: [{ offset: 41, id: idOf(41) }] },
    /^record 41 of the log was message 0+41, the archive has a row of deliveries of it/,
  )
})
