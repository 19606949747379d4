// `kiteq archive verify` against a real MariaDB: equal when the archive is what the log says, and otherwise which row of which
// record is not, whatever was changed. And every query in docs/archive.md, with its printed answer.

import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { createConnection, type FieldPacket, type RowDataPacket } from 'mysql2/promise'
import { namesBefore } from '../../src/archive-names.ts'
import { pruneArchive } from '../../src/archive/mysql-prune.ts'
import {
  isEqual,
  verifyArchive,
  type VerifyFigures,
  type VerifyOptions,
} from '../../src/archive/verify.ts'
import { linesOf } from '../../src/cli/archive-verify.ts'
import { addressOf, archive, writeMessages } from '../support/archive-log.ts'
import { writeStory } from '../support/archive-story.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { kiteq } from '../support/command-line.ts'
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

function folderFor(t: TestContext): string {
  const dir = temporaryFolder('archive-verify')
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

const newDb = (): string => `verified_${++databases}`

function verify(
  dataDir: string,
  db: string,
  more: Partial<VerifyOptions> = {},
  to = Infinity,
): Promise<VerifyFigures> {
  return verifyArchive({
    dataDir,
    mysql: addressOf(server, db),
    watermark: () => Promise.resolve(undefined),
    namesBefore: (offset) => namesBefore(dataDir, offset),
    range: () => Promise.resolve({ from: 0, to, end: to }),
    signal: new AbortController().signal,
    ...more,
  })
}

/** Table, record, what and columns of each difference. */
function told({ differences }: VerifyFigures): unknown[] {
  return differences.map(({ table, record, what, columns }) => [table, record, what, ...columns])
}

test('an archive is equal to its log, in slices of any size', options, async (t) => {
  const dir = folderFor(t)
  await liveHistory({ dir, seed: 5, steps: 300, keepBytes: 0 })
  const names = ['🪁 drachen', 'a\\x41', "o'clock \\ \0 \u001a %", 'e\u0301 ', '1:~,']
  const db = newDb()
  await archive(dir, addressOf(server, db))
  for (const recordsMax of [7, 100_000]) {
    const figures = await verify(dir, db, { recordsMax })
    assert.deepEqual(told(figures), [])
    assert.ok(isEqual(figures), linesOf(figures, 'x').join('\n'))
    assert.ok(figures.tables.every(({ log, archive }) => log > 0 && log === archive))
    assert.ok(recordsMax > 7 || figures.slices > 20, `${figures.slices} slices`)
  }
  const odd = folderFor(t)
  await writeMessages(
    odd,
    names.map((topic) => ({ topic, body: Buffer.from(topic), properties: { [topic]: topic } })),
  )
  await archive(odd, addressOf(server, db))
  const figures = await verify(odd, db)
  assert.ok(isEqual(figures), linesOf(figures, 'x').join('\n'))
})

/** What is done to the third record of a table, and what must be told of it. */
const changes: readonly (readonly [table: string, sql: string, ...wanted: string[]])[] = [
  [
    'messages',
    "UPDATE @table SET body = CONCAT(body, x'00') WHERE record = @record",
    'different',
    'body',
  ],
  [
    'routes',
    "UPDATE @table SET `group` = 'G0' WHERE record = @record LIMIT 1",
    'different',
    'group',
  ],
  ['deliveries', 'DELETE FROM @table WHERE record = @record ORDER BY message LIMIT 1', 'missing'],
  [
    'outcomes',
    'UPDATE @table SET at = at + INTERVAL 1000 MICROSECOND WHERE record = @record LIMIT 1',
    'different',
    'at',
  ],
  [
    'transactions',
    'UPDATE @table SET message = message + 1, connection = 77 WHERE record = @record',
    'different',
    'message',
    'connection',
  ],
  [
    'dead_letters',
    "UPDATE @table SET feedback = CONCAT(IFNULL(feedback, ''), '!') WHERE record = @record",
    'different',
    'feedback',
  ],
  [
    'bindings',
    "UPDATE @table SET message_type = '' WHERE record = @record AND position = 0",
    'different',
    'message_type',
  ],
  [
    'events',
    "UPDATE @table SET detail = REPLACE(detail, '}', ' }') WHERE record = @record",
    'different',
    'detail',
  ],
]

test(
  'a changed or missing row is found in every table, and its column named',
  options,
  async (t) => {
    const dir = folderFor(t)
    await liveHistory({ dir, seed: 5, steps: 300, keepBytes: 0 })
    const db = newDb()
    await archive(dir, addressOf(server, db))
    const wanted: unknown[] = []
    for (const [table, sql, ...rest] of changes) {
      const which = table === 'bindings' ? "WHERE position = 0 AND message_type <> ''" : ''
      const [row] = await server.query(
        `SELECT record FROM ${db}.${table} ${which} ORDER BY record LIMIT 1 OFFSET 2`,
      )
      const record = Number(row?.['record'])
      await server.query(sql.replace('@table', `${db}.${table}`).replace('@record', String(record)))
      wanted.push([table, record, ...rest])
    }
    const figures = await verify(dir, db, { recordsMax: 50 })
    const sorted = (list: unknown[]): string[] => list.map((one) => JSON.stringify(one)).sort()
    assert.deepEqual(sorted(told(figures)), sorted(wanted))
    assert.equal(isEqual(figures), false)
    assert.match(linesOf(figures, 'x').join('\n'), /deliveries: record \d+, message \d+: missing\n/)
    assert.match(linesOf(figures, 'x').at(-1)!, /NOT what stands in the log$/)
  },
)

test('rows, names and places that the log does not give are told', options, async (t) => {
  const dir = folderFor(t)
  await writeMessages(dir, [{ body: Buffer.from('1') }, { body: Buffer.from('2') }])
  const db = newDb()
  const { next } = await archive(dir, addressOf(server, db))
  const event = `INSERT INTO ${db}.events (log, record, at, kind, detail) VALUES (1, ?, NOW(), 'closed', '{}')`
  const [free] = await server.query(`SELECT MIN(record) AS n FROM ${db}.messages`)
  await server.query(event, [Number(free!['n'])])
  assert.deepEqual(told(await verify(dir, db)), [['events', Number(free!['n']), 'extra']])
  await server.query(`DELETE FROM ${db}.events WHERE record = ?`, [Number(free!['n'])])
  assert.ok(isEqual(await verify(dir, db)), 'as before')
  await server.query(event, [next + 3])
  const behind = await verify(dir, db)
  assert.deepEqual([behind.behindPlace, isEqual(behind)], [1, false])
  await server.query(`DELETE FROM ${db}.events WHERE record > ?`, [next])
  await server.query(`UPDATE ${db}.names SET name = 'Trade' WHERE name = 'trade'`)
  const renamed = await verify(dir, db)
  assert.deepEqual([renamed.wrongNames, isEqual(renamed)], [1, false])
  await server.query(`UPDATE ${db}.names SET name = 'trade' WHERE name = 'Trade'`)
  const shorter = await verify(dir, db, {
    range: () => Promise.resolve({ from: 0, to: next - 1, end: next - 1 }),
  })
  assert.equal(isEqual(shorter), false, 'a log that ends before what is archived')
  assert.match(linesOf(shorter, 'x').join('\n'), /the log has lost what was archived/)
  for (const { begins, from } of [
    { begins: next, from: next },
    { begins: 1, from: 1 },
  ]) {
    await server.query(`UPDATE ${db}.logs SET begins = ?`, [begins])
    const orphaned = await verify(dir, db)
    const text = linesOf(orphaned, 'x').join('\n')
    assert.deepEqual([orphaned.underNone, isEqual(orphaned)], [from, false], text)
    assert.equal(orphaned.next, next)
    assert.match(
      text,
      new RegExp(`^records 0 to ${from - 1}: NOT COMPARED, they stand under no`, 'm'),
    )
    assert.doesNotMatch(text, /stopped before/)
  }
  await server.query(
    `INSERT INTO ${db}.gaps (log, first, behind, why, noted_at) VALUES (1, 1, 2, 'dropped\nrecords 0 to 9 in x: equal to the log', NOW())`,
  )
  await server.query(`UPDATE ${db}.logs SET begins = 0`)
  for (const line of linesOf(await verify(dir, db), 'x\ny'))
    assert.ok(!line.includes('\n'), `two lines: ${line}`)
})

test('a place that no record has is not gone on from', options, async (t) => {
  const dir = folderFor(t)
  await writeMessages(dir, [{ body: Buffer.from('1') }])
  const db = newDb()
  await archive(dir, addressOf(server, db))
  for (const place of ['9223372036854775807', '-5']) {
    await server.query(`UPDATE ${db}.logs SET next_offset = ${place}`)
    await assert.rejects(archive(dir, addressOf(server, db)), {
      code: 'KITEQ_REFUSED',
      message: new RegExp(`logs.next_offset of this log is ${place}; expected`),
    })
  }
})

test(
  'gaps, removed rows and dropped records are told, and what is left is compared',
  options,
  async (t) => {
    const dir = folderFor(t)
    await liveHistory({ dir, seed: 3, steps: 400, keepBytes: 10 * 1024 })
    const db = newDb()
    const all = await archive(dir, addressOf(server, newDb()))
    const first = all.gaps[0]!.to + 30
    await archive(dir, addressOf(server, db), { from: first })
    const asked = await verify(dir, db)
    assert.deepEqual(told(asked), [], 'what is in a gap is missing nowhere')
    assert.equal(isEqual(asked), false, 'the log has what was left out')
    assert.match(
      linesOf(asked, 'x').join('\n'),
      /: MISSING, and the log has them, although in a gap/,
    )
    const from = { range: () => Promise.resolve({ from: first, to: Infinity, end: Infinity }) }
    const figures = await verify(dir, db, from)
    assert.ok(isEqual(figures), linesOf(figures, 'x').join('\n'))
    assert.equal(figures.gapsOutside.at(-1)!.to, first)
    assert.match(
      linesOf(figures, 'x').at(-1)!,
      new RegExp(`equal to the log, but ${first} records in gaps it does not have`),
    )
    assert.equal(asked.notInLog[0]?.from, 0, 'the beginning of the log is gone')
    const signal = new AbortController().signal
    const [middle] = await server.query(
      `SELECT CAST(at AS CHAR) AS at FROM ${db}.deliveries ORDER BY record DESC LIMIT 1`,
    )
    const beforeMs = Date.parse(`${String(middle!['at']).replace(' ', 'T')}Z`)
    const { rows } = await pruneArchive({ mysql: addressOf(server, db), beforeMs, signal })
    const after = await verify(dir, db, from)
    assert.ok(isEqual(after), linesOf(after, 'x').join('\n'))
    const pruned = after.tables.reduce((sum, one) => sum + one.pruned, 0)
    assert.ok(rows > 0 && pruned === rows, `${pruned} told of ${rows} removed`)
    await server.query(`DELETE FROM ${db}.events WHERE record >= ?`, [after.prunedBelow])
    assert.equal(isEqual(await verify(dir, db, from)), false, 'only older rows may be missing')
  },
)

test('a row that was removed is missing, also where a gap is said to be', options, async (t) => {
  const dir = folderFor(t)
  await writeMessages(dir, [{ body: Buffer.from('1') }, { body: Buffer.from('2') }])
  const db = newDb()
  await archive(dir, addressOf(server, db))
  const [row] = await server.query(`SELECT MAX(record) AS n FROM ${db}.messages`)
  const record = Number(row!['n'])
  for (const table of ['messages', 'routes'])
    await server.query(`DELETE FROM ${db}.${table} WHERE record = ?`, [record])
  await server.query(
    `INSERT INTO ${db}.gaps VALUES (1, ?, ?, 'dropped by retention before they were archived', NOW())`,
    [record, record + 1],
  )
  const forged = await verify(dir, db)
  assert.deepEqual(
    forged.gaps.map(({ from, to, inLog }) => [from, to, inLog]),
    [[record, record + 1, 1]],
  )
  assert.equal(isEqual(forged), false)
  assert.match(linesOf(forged, 'x').join('\n'), /MISSING, and the log has them/)
  const before = await verify(dir, db, {}, record)
  assert.deepEqual(
    before.gapsOutside.map(({ from, to }) => [from, to]),
    [[record, record + 1]],
  )
  assert.match(linesOf(before, 'x').at(-1)!, /the log, but 1 record in gaps it does not have$/)
})

test('rows of a log that the archive does not know are told', options, async (t) => {
  const dir = folderFor(t)
  await writeMessages(dir, [{ body: Buffer.from('1') }])
  const db = newDb()
  await archive(dir, addressOf(server, db))
  await server.query(`UPDATE ${db}.outcomes SET log = 9`)
  await server.query(`INSERT INTO ${db}.names VALUES (4, 'topic', 1, 'x')`)
  const figures = await verify(dir, db)
  assert.deepEqual(figures.strays, [
    { number: 4, rows: 1 },
    { number: 9, rows: 1 },
  ])
  await server.query(`UPDATE ${db}.outcomes SET log = 1`)
  const only = await verify(dir, db)
  assert.equal(isEqual(only), false)
  assert.match(linesOf(only, 'x').join('\n'), /\n1 row of log number 4, which logs does not have\n/)
})

test('the command answers by its exit code, and compares a stretch', options, async (t) => {
  const dir = folderFor(t)
  await writeMessages(dir, [{ body: Buffer.from('1') }, { body: Buffer.from('2') }])
  const db = newDb()
  const { host, port, user, password } = server
  const env = { KITEQ_MYSQL_PASSWORD: password }
  const args = [
    'archive',
    'verify',
    '--data-dir',
    dir,
    '--mysql',
    `mysql://${user}@${host}:${port}/${db}`,
  ]
  const none = await kiteq(args, { env })
  assert.equal(none.code, 1, none.stderr)
  assert.match(none.stderr, /there is no such database/)
  await archive(dir, addressOf(server, db))
  const equal = await kiteq(args, { env })
  assert.deepEqual([equal.code, equal.stderr], [0, ''])
  assert.match(equal.stdout, /equal to the log\n$/)
  const [row] = await server.query(`SELECT MAX(record) AS n FROM ${db}.messages`)
  const record = Number(row!['n'])
  await server.query(`DELETE FROM ${db}.messages WHERE record = ?`, [record])
  const before = await kiteq([...args, '--to', String(record), '--json'], { env })
  assert.equal(before.code, 0, before.stdout)
  const found = await kiteq([...args, '--from', String(record), '--json'], { env })
  assert.equal(found.code, 1)
  const said = JSON.parse(found.stdout) as VerifyFigures & { readonly equal: boolean }
  assert.deepEqual(
    [said.equal, said.from, told(said)],
    [false, record, [['messages', record, 'missing']]],
  )
})

/** Head and rows, columns two blanks apart. */
function shown(fields: readonly FieldPacket[], rows: readonly RowDataPacket[]): string {
  const names = fields.map(({ name }) => name)
  const lines = [names, ...rows.map((row) => names.map((name) => String(row[name] ?? 'NULL')))]
  const widths = names.map((_, at) => Math.max(...lines.map((line) => line[at]!.length)))
  return lines
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

test('every query of docs/archive.md gives the answer that the page shows', options, async (t) => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/archive.md'), 'utf8')
  const found = [...page.matchAll(/^### (.+)\n[^]*?```sql\n([^]+?)```\n\n```text\n([^]*?)```$/gm)]
  assert.equal(
    found.length,
    page.split('```sql').length - 1,
    'each query has a heading and an answer',
  )
  assert.ok(found.length >= 7, `${found.length} queries`)
  const dir = folderFor(t)
  await writeStory(dir)
  const db = newDb()
  await archive(dir, addressOf(server, db))
  const { host, port, user, password } = server
  const connection = await createConnection({
    ...{ host, port, user, password, database: db, dateStrings: true, charset: 'utf8mb4' },
  })
  t.after(() => connection.end())
  for (const [, heading, sql, answer] of found) {
    const [rows, fields] = await connection.query<RowDataPacket[]>(sql!)
    assert.equal(answer!.trimEnd(), shown(fields, rows), heading)
  }
})
