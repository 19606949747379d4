// The archive in a real MariaDB: its rows are what the log says, exactly once, whatever happens to either side in the middle.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, before, test, type TestContext } from 'node:test'
import { bodyReader } from '../../src/archive-bodies.ts'
import type { ArchiverEvent } from '../../src/archive/archiver.ts'
import { MysqlConnection } from '../../src/archive/mysql-connection.ts'
import { migrate, schemaFiles } from '../../src/archive/mysql-schema.ts'
import { packText } from '../../src/client/snappy.ts'
import { tables } from '../../src/archive/tables.ts'
import {
  addressOf,
  archive,
  expectArchived,
  rowsOfArchive,
  rowsOfLog,
  writeMessages,
} from '../support/archive-log.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { kiteq } from '../support/command-line.ts'
import { caFile } from '../support/fake-mysql.ts'
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
  const dir = temporaryFolder('archive')
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

const newDb = (): string => `archive_${++databases}`

test('every record of a history becomes the rows that the log says', options, async (t) => {
  const dir = folderFor(t)
  await liveHistory({ dir, seed: 5, steps: 300, keepBytes: 0 })
  const db = newDb()
  const figures = await archive(dir, addressOf(server, db))
  await expectArchived(server, db, dir)
  for (const [table, rows] of (await rowsOfArchive(server, db)).entries())
    assert.ok(rows.length > 0, `no row of ${tables[table]!.name} in this history`)
  const again = await archive(dir, addressOf(server, db))
  assert.deepEqual([again.records, again.from], [0, figures.next])
})

test(
  'what a server has for defaults changes nothing, of any character and of 2 MiB',
  options,
  async (t) => {
    const dir = folderFor(t)
    const names = [
      '🪁 drachen',
      'a\\x41',
      'o\'clock \\ \0 \u001a "quoted" %',
      '日本',
      'é',
      'É',
      'e\u0301 ',
    ]
    const bodies = [0, 1, 255].map((byte) => new Uint8Array(byte).fill(byte))
    bodies.push(Uint8Array.from({ length: 512 }, (_, n) => n & 0xff))
    bodies.push(new Uint8Array(2 * 1024 * 1024 - 400).fill(0x27), Buffer.from('🪁'.repeat(1000)))
    await writeMessages(
      dir,
      names.map((topic, n) => ({
        topic,
        body: bodies[n % bodies.length]!,
        properties: { [topic]: topic },
      })),
    )
    const before = "character_set_server = 'latin1', collation_server = 'latin1_swedish_ci'"
    await server.query(
      `SET GLOBAL ${before}, sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT', time_zone = '+09:00'`,
    )
    t.after(() =>
      server.query(
        "SET GLOBAL character_set_server = DEFAULT, sql_mode = DEFAULT, time_zone = 'SYSTEM'",
      ),
    )
    const db = newDb()
    await server.query(`CREATE DATABASE ${db} CHARACTER SET latin1`)
    await assert.doesNotReject(archive(dir, addressOf(server, db)))
    await expectArchived(server, db, dir)
    const found = await server.query(
      `SELECT topic FROM ${db}.messages WHERE topic = CONVERT(? USING utf8mb4) COLLATE utf8mb4_bin`,
      ['é'],
    )
    assert.deepEqual(
      found.map(({ topic }) => topic as string),
      ['é'],
    )
  },
)

/** What a server may have for everybody, and what a session of the archive has of it. */
const forEverybody: readonly (readonly [string, unknown, unknown])[] = [
  ['sql_select_limit', 1, '18446744073709551615'],
  ['sql_big_selects', 0, 1],
  ['sql_safe_updates', 1, 0],
  ['sql_auto_is_null', 1, 0],
  ['foreign_key_checks', 0, 1],
  ['unique_checks', 0, 1],
  ['completion_type', "'CHAIN'", 'NO_CHAIN'],
  ['max_sort_length', 64, 1024],
  ['max_statement_time', 0.5, 0],
  ['tx_isolation', "'READ-UNCOMMITTED'", 'REPEATABLE-READ'],
  ['tx_read_only', 1, 0],
  ['autocommit', 0, 1],
  ['innodb_lock_wait_timeout', 1, 20],
  ['sql_mode', "'ORACLE'", 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'],
  ['time_zone', "'+09:00'", '+00:00'],
]

test('no setting of a server leaves out a row or lets in another one', options, async (t) => {
  const dir = folderFor(t)
  await writeMessages(dir, [{ topic: 'a' }, { topic: 'b' }, { topic: 'c' }])
  const names = forEverybody.map(([name]) => name)
  const set = (values: readonly string[]): Promise<unknown> =>
    server.query(`SET GLOBAL ${names.map((name, i) => `${name} = ${values[i]}`).join(', ')}`)
  t.after(() => set(names.map((name) => (name === 'time_zone' ? "'SYSTEM'" : 'DEFAULT'))))
  await set(forEverybody.map(([, value]) => String(value)))
  const db = newDb()
  await assert.doesNotReject(archive(dir, addressOf(server, db)))
  const connection = await MysqlConnection.open(addressOf(server, db), false)
  t.after(() => connection.close())
  const [row] = await connection.rows(
    `SELECT ${names.map((name) => `@@${name} AS ${name}`).join(', ')}`,
  )
  assert.deepEqual(
    names.map((name) => [name, String(row![name])]),
    forEverybody.map(([name, , wanted]) => [name, String(wanted)]),
  )
  assert.equal((await connection.rows('SELECT record FROM messages')).length, 3)
})

test('a row that the server takes in no packet is told with what to set', options, async (t) => {
  const dir = folderFor(t)
  await writeMessages(dir, [{ body: new Uint8Array(900_000) }, { body: Buffer.from('small') }])
  await server.query('SET GLOBAL max_allowed_packet = 1048576')
  t.after(() => server.query('SET GLOBAL max_allowed_packet = 67108864'))
  const db = newDb()
  const wanted = {
    code: 'KITEQ_CONFIG',
    message: /record 3 needs .* the server takes 1048576; .*max_allowed_packet of 18\d{5}/,
  }
  await assert.rejects(archive(dir, addressOf(server, db)), wanted)
  await server.query('SET GLOBAL max_allowed_packet = 4194304')
  await archive(dir, addressOf(server, db))
  await expectArchived(server, db, dir)
})

test(
  'what was dropped or is not wanted is a gap on record, and names from before are known',
  options,
  async (t) => {
    const dir = folderFor(t)
    await liveHistory({ dir, seed: 3, steps: 400, keepBytes: 10 * 1024 })
    const db = newDb()
    const events: ArchiverEvent[] = []
    const onEvent = (event: ArchiverEvent): number => events.push(event)
    const wanted = await rowsOfLog(dir)
    const first = wanted
      .flatMap((rows) => rows.map(([record]) => record as number))
      .sort((a, b) => a - b)[0]!
    const figures = await archive(dir, addressOf(server, db), { onEvent, from: 0 })
    const [dropped] = figures.gaps
    assert.ok(dropped !== undefined, 'this history was to lose its beginning')
    assert.deepEqual([dropped.from, dropped.why], [0, 'dropped'])
    assert.ok(dropped.to <= first, 'the gap ends before what is there')
    const rows = await server.query(`SELECT \`first\`, behind, why FROM ${db}.gaps`)
    assert.equal(rows.length, 1)
    assert.deepEqual([rows[0]!['first'], rows[0]!['behind']], [0, dropped.to])
    assert.equal(events.filter(({ kind }) => kind === 'gap').length, 1)
    const [unknown] = await server.query(
      `SELECT COUNT(*) AS n FROM ${db}.messages WHERE topic LIKE '#%'`,
    )
    assert.equal(Number(unknown!['n']), 0, 'names that were given before the first record left')
    const later = newDb()
    const some = await archive(dir, addressOf(server, later), { from: dropped.to + 20 })
    assert.deepEqual(
      some.gaps.map(({ from, to, why }) => [from, to, why]),
      [
        [0, dropped.to, 'dropped'],
        [dropped.to, dropped.to + 20, 'asked'],
      ],
    )
    const all = (await rowsOfArchive(server, later)).flat().map(([record]) => record as number)
    assert.ok(Math.min(...all) >= dropped.to + 20, 'nothing of what was not asked for')
    const ofLog = (await rowsOfLog(dir))
      .flat()
      .filter(([record]) => (record as number) >= dropped.to + 20)
    assert.equal(all.length, ofLog.length)
  },
)

test(
  'tables of a newer version are left alone, and known ones are made once',
  options,
  async () => {
    const db = newDb()
    const connection = await MysqlConnection.open(addressOf(server, db), true)
    try {
      const numbers = schemaFiles().map(({ number }) => number)
      assert.deepEqual(await migrate(connection), numbers)
      assert.deepEqual(await migrate(connection), [])
      await server.query(`DELETE FROM ${db}.schema_versions`)
      const again = migrate(connection).catch((error: unknown) => String(error))
      assert.deepEqual(await again, numbers, 'after a crash in the middle')
      await server.query(`INSERT INTO ${db}.schema_versions VALUES (99, 'later', NOW())`)
      const newer = { code: 'KITEQ_CONFIG', message: /version 99; expected 2 or less/ }
      await assert.rejects(migrate(connection), newer)
    } finally {
      await connection.close()
    }
  },
)

test(
  'the command archives, says how much, shows bodies if asked, and prunes what is over',
  options,
  async (t) => {
    const dir = folderFor(t)
    const json = '{"price": 1.50, "🪁": []}'
    await writeMessages(dir, [
      { body: Buffer.from(json) },
      { body: Buffer.from(packText(json)), form: 0x12, isSnappy: true },
      { body: Buffer.from([0xff]) },
    ])
    const db = newDb()
    const { host, port, user, password } = server
    const mysql = ['--mysql', `mysql://${user}@${host}:${port}/${db}`]
    const env = { KITEQ_MYSQL_PASSWORD: password }
    const flags = ['--data-dir', dir, '--decompress', '--json-bodies', '--json']
    const done = await kiteq(['archive', ...mysql, ...flags], { env })
    assert.deepEqual([done.code, done.stderr], [0, ''])
    const figures = JSON.parse(done.stdout) as { records: number; rows: number; isWhole: boolean }
    assert.equal(figures.isWhole, true)
    const bodies = await server.query(
      `SELECT body_text AS t, body_json AS j, JSON_VALUE(body_json, '$.price') AS p FROM ${db}.messages ORDER BY record`,
    )
    assert.deepEqual(
      bodies.map(({ t: text, j, p }) => [text, j, p] as unknown[]),
      [
        [json, json, '1.50'],
        [json, json, '1.50'],
        [null, null, null],
      ],
    )
    assert.equal(bodyReader({ text: false, json: false }), undefined)
    const nothing = await kiteq(['archive', 'prune', ...mysql, '--older-than', '999999d'], { env })
    assert.match(nothing.stdout, /^removed 0 rows/)
    await server.query(
      `DELETE FROM ${db}.outcomes WHERE message = (SELECT MAX(record) FROM ${db}.messages)`,
    )
    const pruned = await kiteq(['archive', 'prune', ...mysql, '--older-than', '0s', '--json'], {
      env,
    })
    assert.equal(pruned.code, 0, pruned.stderr)
    assert.equal((JSON.parse(pruned.stdout) as { kept: number }).kept, 1)
    const left = await rowsOfArchive(server, db)
    assert.deepEqual(
      left.map((rows) => rows.length).slice(0, 4),
      [1, 1, 0, 0],
      'what nobody has acked stays',
    )
  },
)

test(
  'over TLS it asks for, an account that must have TLS writes its archive',
  options,
  async (t) => {
    const dir = folderFor(t)
    await writeMessages(dir, [{}, {}])
    const db = newDb()
    await server.query("CREATE USER careful IDENTIFIED BY 'hidden' REQUIRE SSL")
    await server.query('GRANT ALL ON *.* TO careful')
    const account = { user: 'careful', password: 'hidden' }
    const open = { ...addressOf(server, db), ...account }
    await assert.rejects(archive(dir, open), { code: 'KITEQ_USAGE', message: /Access denied/ })
    await archive(dir, { ...open, tls: { caFile, name: 'db.example' } })
    await expectArchived(server, db, dir)
  },
)
