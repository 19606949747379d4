// The archive while either side fails in the middle: connections cut, answers lost, deadlocks, kills of the archiver and of the
// server, two archivers. Whatever happens, each record's rows are there once.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, before, test, type TestContext } from 'node:test'
import type { ArchiverEvent } from '../../src/archive/archiver.ts'
import { MysqlConnection } from '../../src/archive/mysql-connection.ts'
import { addressOf, archive, expectArchived, writeMessages } from '../support/archive-log.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { startKiteq } from '../support/command-line.ts'
import { CommitEater } from '../support/commit-eater.ts'
import { drawHistory, writeHistory } from '../support/log-history.ts'
import { mariaDb, missingMariaDb, type MariaDb } from '../support/mariadb-server.ts'

const skip = missingMariaDb()
const options = { skip, timeout: 60_000 }
let server: MariaDb
let databases = 0
/** Of a few hundred records of every kind. */
let history: string

before(async () => {
  if (skip !== false) return
  history = temporaryFolder('archive-history')
  const made = writeHistory(history, drawHistory(400, 11))
  server = await mariaDb()
  await made
})
after(async () => {
  if (skip !== false) return
  await server.remove()
  rmSync(history, { recursive: true, force: true })
})

const newDb = (): string => `faults_${++databases}`

/** Rows of `table` cannot be inserted until it is rolled back. */
async function blocking(t: TestContext, db: string, table: string): Promise<MysqlConnection> {
  const other = await MysqlConnection.open(addressOf(server, db), false)
  t.after(() => other.close())
  await other.raw('BEGIN')
  await other.rows(`SELECT * FROM ${table} FOR UPDATE`)
  return other
}

/** What the server says of it is as old as the question before, when that came sooner. */
const asksAgainMs = 120

async function untilBlocked(): Promise<void> {
  for (;;) {
    const [row] = await server.query(
      "SELECT COUNT(*) AS n FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'",
    )
    if (Number(row!['n']) > 0) return
    await new Promise((resolve) => setTimeout(resolve, asksAgainMs))
  }
}

test('connections that are cut again and again leave each row once', options, async () => {
  const db = newDb()
  let cuts = 0
  const events: ArchiverEvent[] = []
  const onEvent = (event: ArchiverEvent): void => {
    events.push(event)
    if (event.kind !== 'archived' || event.next % 3 !== 0) return
    cuts++
    void server.query(`KILL USER ${server.user}`).catch(() => undefined)
  }
  const figures = await archive(history, addressOf(server, db), { recordsMax: 20, onEvent })
  assert.ok(cuts > 3, `only ${cuts} cuts`)
  const back = events.filter((event) => event.kind === 'connected' && event.awayMs !== undefined)
  const away = events.filter(({ kind }) => kind === 'away')
  assert.ok(away.length > 0 && back.length > 0, 'nobody was told')
  assert.ok(figures.next >= 400, `ended at ${figures.next}`)
  await expectArchived(server, db, history)
})

test('a commit whose answer is lost is not done twice', options, async (t) => {
  const db = newDb()
  const eater = await CommitEater.to(server.port, 3)
  t.after(() => eater.close())
  const mysql = { ...addressOf(server, db), port: eater.port }
  await assert.doesNotReject(archive(history, mysql, { recordsMax: 40 }))
  assert.ok(eater.eaten >= 3, `only ${eater.eaten} answers were lost`)
  await expectArchived(server, db, history)
})

test(
  'a second archiver of a log is refused and told who has it, and one that was replaced writes no more',
  options,
  async () => {
    const db = newDb()
    const mysql = addressOf(server, db)
    const stop = new AbortController()
    let batches = 0
    let hasBegun = (): void => undefined
    const first = new Promise<void>((resolve) => (hasBegun = resolve))
    const dir = temporaryFolder('archive-two')
    await writeMessages(dir, [{}])
    const onEvent = ({ kind }: ArchiverEvent): void => {
      if (kind !== 'archived') return
      hasBegun()
      if (++batches > 1) stop.abort() // it wrote on
    }
    const running = archive(dir, mysql, { follow: true, signal: stop.signal, onEvent })
    await first
    const held = {
      code: 'KITEQ_REFUSED',
      message: new RegExp(`being archived already, by .* pid ${process.pid} \\(${dir}\\) since 20`),
    }
    const connection = await MysqlConnection.open(mysql, false)
    const [lock] = await connection.rows("SELECT GET_LOCK('nobody else', 0) AS got")
    assert.equal(lock!['got'], 1)
    await connection.close()
    await assert.rejects(archive(dir, mysql, { lockWaitSeconds: 0 }), held)
    await server.query(`UPDATE ${db}.logs SET holder = REPEAT('0', 32), holder_name = 'the other'`)
    await writeMessages(dir, [{}, {}], 10)
    await assert.rejects(running, { code: 'KITEQ_REFUSED', message: /taken over: the other since/ })
    const [{ n } = { n: 0 }] = (await server.query(`SELECT COUNT(*) AS n FROM ${db}.messages`)) as {
      n: number
    }[]
    assert.equal(n, 1, 'the replaced one wrote on')
    stop.abort()
    await archive(dir, mysql)
    await expectArchived(server, db, dir)
    rmSync(dir, { recursive: true })
  },
)

test('a batch that a deadlock has undone is written again', options, async (t) => {
  const db = newDb()
  await archive(history, addressOf(server, db), { to: 0 })
  const other = await blocking(t, db, 'events')
  // The one with fewer changes is undone.
  await other.raw(`INSERT INTO names SELECT 9999, 'topic', seq, 'x' FROM seq_1_to_5000`)
  const done = assert.doesNotReject(archive(history, addressOf(server, db)))
  done.catch(() => undefined) // told when it is awaited
  await untilBlocked()
  const rows = await other.rows('SELECT * FROM logs FOR UPDATE')
  assert.equal(rows.length, 1, 'the other one was the victim')
  await other.raw('ROLLBACK')
  await done
  await expectArchived(server, db, history)
})

test(
  'an archiver that is killed in the middle of a batch leaves nothing of it, wherever it was',
  options,
  async (t) => {
    const db = newDb()
    await archive(history, addressOf(server, db), { to: 0 })
    const { host, port, user, password } = server
    const args = [
      'archive',
      '--data-dir',
      history,
      '--mysql',
      `mysql://${user}@${host}:${port}/${db}`,
    ]
    const env = { KITEQ_MYSQL_PASSWORD: password }
    for (const table of ['routes', 'outcomes', 'events']) {
      const other = await blocking(t, db, table)
      const { child, ended } = startKiteq(args, { env })
      await untilBlocked()
      child.kill('SIGKILL')
      await ended
      await other.raw('ROLLBACK')
      const [row] = await other.rows(
        `SELECT (SELECT COUNT(*) FROM messages) + (SELECT COUNT(*) FROM ${table}) AS n, next_offset AS next FROM logs FOR UPDATE`,
      )
      assert.deepEqual([Number(row!['n']), row!['next']], [0, 0], `killed at ${table}`)
      await other.close()
    }
    const { code, stderr } = await startKiteq(args, { env }).ended
    assert.equal(code, 0, stderr)
    await expectArchived(server, db, history)
  },
)

test(
  'an archive that was set back is told as that, and not as another archiver',
  options,
  async (t) => {
    const db = newDb()
    const dir = temporaryFolder('archive-set-back')
    t.after(() => rmSync(dir, { recursive: true, force: true }))
    await writeMessages(dir, [{}, {}])
    let tampering: Promise<unknown> | undefined
    const onEvent = ({ kind }: ArchiverEvent): void => {
      if (kind !== 'archived') return
      tampering ??= server
        .query(`UPDATE ${db}.logs SET next_offset = 2`)
        .then(() => writeMessages(dir, [{}], 20))
    }
    await assert.rejects(archive(dir, addressOf(server, db), { follow: true, onEvent }), {
      code: 'KITEQ_REFUSED',
      message: /^the archive was set back to record 2; expected it at record \d+: somebody/,
    })
    await tampering
  },
)

test(
  'a server that is killed and started again finds the archiver waiting, and it catches up',
  options,
  async () => {
    const db = newDb()
    const dir = temporaryFolder('archive-away')
    await writeMessages(dir, [{}, {}])
    const stop = new AbortController()
    const seen = (kind: ArchiverEvent['kind']): Promise<void> =>
      new Promise((resolve) => waiting.push({ kind, resolve }))
    const waiting: { kind: ArchiverEvent['kind']; resolve: () => void }[] = []
    const events: string[] = []
    const onEvent = ({ kind }: ArchiverEvent): void => {
      events.push(kind)
      for (const [at, one] of [...waiting.entries()].reverse())
        if (one.kind === kind) {
          waiting.splice(at, 1)
          one.resolve()
        }
    }
    const archived = seen('archived')
    const running = archive(dir, addressOf(server, db), {
      follow: true,
      signal: stop.signal,
      onEvent,
    })
    await archived
    const away = seen('away')
    await server.kill()
    await away
    await writeMessages(dir, [{}, {}, {}], 20)
    const back = seen('archived')
    await server.start()
    await back
    stop.abort()
    const figures = await running
    assert.equal(figures.next, figures.end)
    assert.deepEqual(
      events.filter((kind) => kind !== 'archived' && kind !== 'away'),
      ['connected', 'connected'],
    )
    await archive(dir, addressOf(server, db))
    await expectArchived(server, db, dir)
    rmSync(dir, { recursive: true })
  },
)
