// Several logs in one archive, in a real MariaDB: one that was restored from another is archived from where that one's rows end,
// no row twice, and compared across both. And tables that an older version has made.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import type { ArchiverEvent } from '../../src/archive/archiver.ts'
import { MysqlConnection } from '../../src/archive/mysql-connection.ts'
import { lockName } from '../../src/archive/mysql-origin.ts'
import { pruneArchive, type PruneFigures } from '../../src/archive/mysql-prune.ts'
import { migrate, schemaFiles } from '../../src/archive/mysql-schema.ts'
import { isEqual, verifyArchive, type VerifyFigures } from '../../src/archive/verify.ts'
import { namesBefore } from '../../src/archive-names.ts'
import { eventText } from '../../src/cli/archive-report.ts'
import { linesOf } from '../../src/cli/archive-verify.ts'
import { backupFolder } from '../../src/cli/backup.ts'
import { restoreFolder } from '../../src/cli/restore.ts'
import { nodeDisk } from '../../src/log/disk-node.ts'
import { addressOf, archive, expectArchived, writeMessages } from '../support/archive-log.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { liveHistory } from '../support/live-history.ts'
import { mariaDb, missingMariaDb, type MariaDb } from '../support/mariadb-server.ts'

const skip = missingMariaDb()
const options = { skip, timeout: 60_000 }
let server: MariaDb
let databases = 0

before(async () => {
  if (skip === false) server = await mariaDb()
})
after(async () => {
  if (skip === false) await server.remove()
})

const newDb = (): string => `descent_${++databases}`

/** A folder for several logs, and three messages in the first of them. */
async function logFor(t: TestContext): Promise<{ readonly all: string; readonly dir: string }> {
  const all = temporaryFolder('archive-descent')
  t.after(() => rmSync(all, { recursive: true, force: true }))
  const dir = path.join(all, 'first')
  await writeMessages(dir, [{ body: Buffer.from('1') }, { topic: 'other' }, {}])
  return { all, dir }
}

/** Restored from a backup of now, and gone on with two messages of a new topic; resolves to where it parts from the first. */
async function restored(from: string, to: string, firstId: number): Promise<number> {
  await backupFolder(from, `${to}-backup`, nodeDisk)
  const { endOffset } = await restoreFolder(`${to}-backup`, to)
  const messages = [{ body: Buffer.from('later') }, { topic: `of ${firstId}` }]
  await writeMessages(to, messages, firstId, 1_790_000_060_000)
  return endOffset
}

function verify(dataDir: string, db: string): Promise<VerifyFigures> {
  return verifyArchive({
    dataDir,
    mysql: addressOf(server, db),
    watermark: () => Promise.resolve(undefined),
    namesBefore: (offset) => namesBefore(dataDir, offset),
    range: () => Promise.resolve({ from: 0, to: Infinity, end: Infinity }),
    signal: new AbortController().signal,
  })
}

async function expectEqual(dataDir: string, db: string): Promise<VerifyFigures> {
  const figures = await verify(dataDir, db)
  assert.ok(isEqual(figures), linesOf(figures, 'x').join('\n'))
  return figures
}

test(
  'a restored log begins behind the rows of the one it was restored from, and is compared across both',
  options,
  async (t) => {
    const { all, dir } = await logFor(t)
    const [second, third] = [path.join(all, 'second'), path.join(all, 'third')]
    const db = newDb()
    const { logId } = await archive(dir, addressOf(server, db))
    const parted = await restored(dir, second, 10)
    const events: ArchiverEvent[] = []
    const onEvent = (event: ArchiverEvent): number => events.push(event)
    const figures = await archive(second, addressOf(server, db), { onEvent })
    assert.deepEqual(events[0], { kind: 'begun', others: 1, ancestor: logId, begins: parted })
    assert.equal(figures.from, parted)
    await expectArchived(server, db, second)
    const { ancestors } = await expectEqual(second, db)
    assert.deepEqual(ancestors, [{ logId, number: 1, from: 0, to: parted }])
    const later = await restored(second, third, 20)
    await archive(third, addressOf(server, db))
    await expectArchived(server, db, third)
    const ofThird = await expectEqual(third, db)
    assert.deepEqual(
      ofThird.ancestors.map(({ number, from, to }) => [number, from, to]),
      [
        [1, 0, parted],
        [2, parted, later],
      ],
    )
    // The first one goes on otherwise: that is its own matter.
    await writeMessages(dir, [{ topic: 'elsewhere' }], 30, 1_790_000_120_000)
    await archive(dir, addressOf(server, db))
    for (const one of [dir, second, third]) await expectEqual(one, db)
    await server.query(`UPDATE ${db}.messages SET topic = 'Other' WHERE topic = 'other'`)
    const [changed] = (await verify(third, db)).differences
    assert.deepEqual([changed?.table, changed?.columns], ['messages', ['topic']])
  },
)

test(
  'records its ancestor was not archived up to stand under the restored log, and never under both',
  options,
  async (t) => {
    const { all, dir } = await logFor(t)
    const second = path.join(all, 'second')
    const db = newDb()
    const { logId } = await archive(dir, addressOf(server, db), { to: 4 })
    const parted = await restored(dir, second, 10)
    const connection = await MysqlConnection.open(addressOf(server, db), false)
    try {
      await connection.rows('SELECT GET_LOCK(?, 0)', [await lockName(connection, logId)])
      await assert.rejects(archive(second, addressOf(server, db)), {
        code: 'KITEQ_REFUSED',
        message: new RegExp(`${logId}.* has come to record 4; expected it at ${parted}`),
      })
    } finally {
      await connection.close()
    }
    const { from } = await archive(second, addressOf(server, db))
    assert.equal(from, 4)
    await expectArchived(server, db, second)
    await expectEqual(second, db)
    await assert.rejects(archive(dir, addressOf(server, db)), {
      code: 'KITEQ_REFUSED',
      message: new RegExp(`records 4 to ${parted - 1} of this log stand in the archive already`),
    })
    await expectArchived(server, db, second)
  },
)

test(
  'of two logs that were restored from one it is told which records stand under both',
  options,
  async (t) => {
    const { all, dir } = await logFor(t)
    const [second, third] = [path.join(all, 'second'), path.join(all, 'third')]
    const db = newDb()
    await archive(dir, addressOf(server, db), { to: 4 })
    const parted = await restored(dir, second, 10)
    const { logId } = await archive(second, addressOf(server, db))
    await restored(dir, third, 20)
    const events: ArchiverEvent[] = []
    await archive(third, addressOf(server, db), { onEvent: (event) => events.push(event) })
    const [begun] = events
    assert.ok(begun?.kind === 'begun', 'it is told what it begins with')
    assert.deepEqual(begun.shared, { logId, from: 4, to: parted })
    assert.match(
      eventText(begun)!,
      new RegExp(`log ${logId} was restored .*records 4 to ${parted - 1} are archived for each`),
    )
    for (const one of [second, third]) await expectEqual(one, db)
  },
)

test(
  'rows of a message that a restored log still has open stay, whatever became of it in the other one',
  options,
  async (t) => {
    const { all, dir } = await logFor(t)
    const second = path.join(all, 'second')
    const db = newDb()
    const { logId } = await archive(dir, addressOf(server, db))
    await restored(dir, second, 10)
    await archive(second, addressOf(server, db))
    const prune = (dryRun: boolean): Promise<PruneFigures> =>
      pruneArchive({
        ...{ mysql: addressOf(server, db), logId, dryRun },
        beforeMs: Date.now(),
        signal: new AbortController().signal,
      })
    assert.equal((await prune(true)).kept, 0, 'all of them were acked before they parted')
    // Parted before the acks: the restored log has no record of them.
    const before = `(SELECT MIN(record) FROM ${db}.outcomes WHERE log = 1)`
    await server.query(`UPDATE ${db}.logs SET begins = ${before}, parted = begins WHERE number = 2`)
    assert.equal((await prune(false)).kept, 3)
    const [left] = await server.query(`SELECT COUNT(*) AS n FROM ${db}.messages WHERE log = 1`)
    assert.equal(Number(left!['n']), 3)
  },
)

test(
  'a log that goes on from none of those that are there is told, and is whole',
  options,
  async (t) => {
    const { all, dir } = await logFor(t)
    const other = path.join(all, 'other')
    await liveHistory({ dir: other, seed: 5, steps: 50, keepBytes: 0 })
    const db = newDb()
    const told: (string | undefined)[] = []
    const onEvent = (event: ArchiverEvent): void => void told.push(eventText(event))
    await archive(dir, addressOf(server, db), { onEvent })
    assert.deepEqual(
      told.filter((text) => text !== undefined),
      [],
      'the only one',
    )
    await archive(other, addressOf(server, db), { onEvent })
    assert.match(told.join(), /new to the archive, beside 1 other, none of which it was restored/)
    await expectEqual(other, db)
  },
)

test(
  'rows of version 1 are the rows of now once its tables were brought up to date',
  options,
  async (t) => {
    const { dir } = await logFor(t)
    await liveHistory({ dir: path.join(dir, 'live'), seed: 5, steps: 150, keepBytes: 0 })
    const [now, then] = [newDb(), newDb()]
    for (const one of [dir, path.join(dir, 'live')]) await archive(one, addressOf(server, now))
    const connection = await MysqlConnection.open(addressOf(server, then), true)
    try {
      assert.deepEqual(await migrate(connection, schemaFiles().slice(0, 1)), [1])
      const made = await connection.rows(
        'SELECT table_name AS name, GROUP_CONCAT(CONCAT("`", column_name, "`")) AS columns ' +
          "FROM information_schema.columns WHERE table_schema = ? AND table_name <> 'schema_versions' GROUP BY table_name",
        [then],
      )
      assert.equal(made.length, 11)
      for (const { name, columns } of made)
        await connection.raw(
          `INSERT INTO \`${String(name)}\` (${String(columns)}) SELECT ${String(columns)} FROM ${now}.\`${String(name)}\``,
        )
    } finally {
      await connection.close()
    }
    const before = await expectEqual(dir, then)
    assert.ok(
      before.tables.some(({ archive }) => archive > 0),
      'an older version is only read',
    )
    await writeMessages(dir, [{ topic: 'since' }], 40, 1_790_000_060_000)
    const events: ArchiverEvent[] = []
    await archive(dir, addressOf(server, then), { onEvent: (event) => events.push(event) })
    const migrated = events.flatMap((event) => (event.kind === 'connected' ? event.migrated : []))
    assert.deepEqual(migrated, [2])
    for (const one of [dir, path.join(dir, 'live')]) await expectEqual(one, then)
    assert.deepEqual(await server.query(`SELECT DISTINCT ancestor, begins FROM ${then}.logs`), [
      { ancestor: null, begins: 0 },
    ])
  },
)
