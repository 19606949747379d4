// `kiteq import`: what the original left in MySQL, of each kind, on its way to the groups it was for. A real MariaDB, tables
// laid out as the original's, the broker at its doors.

import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, before, test, type TestContext } from 'node:test'
import { mysqlAddress } from '../../src/cli/import-address.ts'
import { ask } from '../../src/cli/folder.ts'
import { linesOf } from '../../src/cli/import-report.ts'
import { ImportSource } from '../../src/cli/import-source.ts'
import { takeOver, type ImportOptions } from '../../src/cli/import.ts'
import { loadConfig } from '../../src/config.ts'
import { startBroker, type RunningBroker } from '../../src/kiteq.ts'
import { commands, decodeHeader, encodeTxAck } from '../../src/net/packet.ts'
import { temporaryFolder } from '../support/broker-process.ts'
import { kiteq, kiteqJson } from '../support/command-line.ts'
import { mariaDb, missingMariaDb, type MariaDb } from '../support/mariadb-server.ts'
import {
  createOriginal,
  insertRows,
  nowSeconds,
  originalRow,
  type OriginalRow,
} from '../support/original-tables.ts'
import { bodyIn, bytesOf, DoorClient, headerOf, idIn, readMessage, textOf, within } from './door.ts'

const skip = missingMariaDb()
const options = { ...within, skip }
const [bytesMessage, stringMessage] = [commands.bytesMessage, commands.stringMessage]
let server: MariaDb
let databases = 0

before(async () => {
  if (skip === false) server = await mariaDb()
})
after(async () => {
  if (skip === false) await server.remove()
})

type Verdicts = Readonly<Record<string, number>>

/** A broker, the original's databases with rows in them, and the import from the ones into the other. */
class Move {
  readonly db: string
  readonly dataDir = temporaryFolder('import')
  #running: RunningBroker | undefined

  private constructor() {
    this.db = `kite${++databases}`
  }

  static async of(t: TestContext, shards = 4): Promise<Move> {
    const move = new Move()
    t.after(async () => {
      await move.#running?.close()
      rmSync(move.dataDir, { recursive: true, force: true })
    })
    await createOriginal(server, move.db, shards)
    await move.start()
    return move
  }

  async start(): Promise<void> {
    await this.#running?.close()
    const flags = { dataDir: this.dataDir, listen: '127.0.0.1:0', http: 'off' }
    this.#running = await startBroker(loadConfig(flags, () => ''))
  }

  /** Bound to `trade`. */
  async consumer(t: TestContext, group: string): Promise<DoorClient> {
    const client = await this.join(group, { trade: [{}] })
    t.after(() => client.close())
    return client
  }

  join(group: string, bindings: Parameters<typeof DoorClient.join>[2] = {}): Promise<DoorClient> {
    const port = Number(this.#running!.address.split(':')[1])
    return DoorClient.join(port, group, bindings)
  }

  get uri(): string {
    return `mysql://${server.user}@${server.host}:${server.port}?db=${this.db}`
  }

  put(rows: readonly OriginalRow[], isDead = false): Promise<void> {
    return insertRows(server, this.db, rows, { isDead })
  }

  async take(more: Partial<ImportOptions> = {}): Promise<Awaited<ReturnType<typeof takeOver>>> {
    process.env['KITEQ_MYSQL_PASSWORD'] = server.password
    const address = mysqlAddress(this.uri, undefined)
    return takeOver({ dataDir: this.dataDir, rate: 0, ...more }, address)
  }

  /** Its verdicts; whatever made it fail fails the test. */
  async verdicts(more: Partial<ImportOptions> = {}): Promise<Verdicts> {
    const { result, failure } = await this.take(more)
    if (failure !== undefined) throw failure
    return result.tally.verdicts
  }
}

test(
  'a message comes as it was published, once, in the order of publishing',
  options,
  async (t) => {
    const move = await Move.of(t)
    const consumer = await move.consumer(t, 's-a')
    const properties = { venue: 'tōkyō 😀' }
    const rows = Array.from({ length: 40 }, (_, n) =>
      originalRow({ body: `body ${n}`, publishedAt: nowSeconds() - 100 + n, properties }),
    )
    const binary = originalRow({ form: 0x11, body: Uint8Array.of(0, 255, 1), publishedAt: 1 })
    await move.put([binary, ...rows])
    await server.query('SET GLOBAL sql_select_limit = 1')
    t.after(() => server.query('SET GLOBAL sql_select_limit = DEFAULT'))
    await assert.doesNotReject(async () =>
      assert.deepEqual(await move.verdicts(), { done: 41 }, 'all rows were read'),
    )
    const first = await consumer.next(bytesMessage)
    assert.deepEqual([...bodyIn(first)], [0, 255, 1])
    consumer.answer(first)
    for (const row of rows) {
      const delivery = await consumer.next(stringMessage)
      assert.equal(idIn(delivery), row.id)
      assert.equal(textOf(bodyIn(delivery)), row.body)
      const header = decodeHeader(readMessage(delivery))!
      assert.equal(textOf(header.properties[0]!.value), properties.venue)
      assert.equal(header.expiredTime, row.expires)
      assert.equal(textOf(header.group), 'p-original')
      consumer.answer(delivery)
    }
    await consumer.heartBeat()
    assert.deepEqual(await move.verdicts(), {}, 'nothing is read twice')
    assert.deepEqual(await move.verdicts({ fromStart: true }), { known: 41 })
    await consumer.heartBeat()
    assert.equal(consumer.frames.length, 0, 'nothing was delivered twice')
  },
)

test(
  'groups that have a message are left out, and the attempts of the others go on',
  options,
  async (t) => {
    const move = await Move.of(t)
    const [a, b] = [await move.consumer(t, 's-a'), await move.consumer(t, 's-b')]
    const tried = originalRow({
      succeeded: ['s-a'],
      failed: ['s-b', 's-away'],
      attempts: 2,
      limit: 4,
    })
    const settled = originalRow({ succeeded: ['s-a', 's-b'], failed: [], attempts: 1 })
    await move.put([tried, settled])
    assert.deepEqual(await move.verdicts(), { done: 1, settled: 1 })
    b.answer(await b.next(stringMessage), false, 'no')
    b.answer(await b.next(stringMessage), false, 'no again')
    await b.heartBeat()
    const folder = ['--data-dir', move.dataDir]
    const dead = await kiteqJson<{ group: string; attempts: number }[]>(['dlq', 'list', ...folder])
    assert.deepEqual(
      dead.map(({ group, attempts }) => [group, attempts]),
      [['s-b', 4]],
    )
    const away = await move.consumer(t, 's-away')
    assert.equal(idIn(await away.next(stringMessage)), tried.id, 'also who is bound later')
    await a.heartBeat()
    assert.equal(a.frames.length, 0)
  },
)

test('an open transaction is open here, for its publisher to decide', options, async (t) => {
  const move = await Move.of(t)
  const consumer = await move.consumer(t, 's-a')
  const [commit, rollback] = [1, 2].map(() => originalRow({ isCommitted: false }))
  const late = originalRow({ isCommitted: false, expires: nowSeconds() - 5 })
  await move.put([commit!, rollback!, late])
  assert.deepEqual(await move.verdicts(), { open: 2, expired: 1 })
  await move.start() // they stand in the log
  const again = await move.consumer(t, 's-a')
  const stranger = await move.join('p-other')
  const publisher = await move.join('p-original')
  const decide = async (client: DoorClient, { id }: OriginalRow, status: number): Promise<void> => {
    const header = headerOf({ messageId: bytesOf(id), commit: false })
    client.send(commands.txAck, encodeTxAck(header, status, bytesOf('')), 0)
    await client.heartBeat()
  }
  await decide(stranger, commit!, 1)
  await decide(publisher, rollback!, 2)
  await decide(publisher, commit!, 1)
  assert.equal(idIn(await again.next(stringMessage)), commit!.id)
  await again.heartBeat()
  assert.equal(again.frames.length + consumer.frames.length, 0)
  for (const client of [stranger, publisher]) client.close()
})

test('what is over is left out, or becomes dead letters of its groups', options, async (t) => {
  const move = await Move.of(t)
  await move.consumer(t, 's-a')
  const expires = nowSeconds() - 10
  const expired = originalRow({ expires, failed: ['s-a', 's-b'], attempts: 3 })
  const exhausted = originalRow({ attempts: 5, limit: 5, failed: ['s-a'] })
  const moved = originalRow({ attempts: 100, failed: ['s-b'], succeeded: ['s-a'] })
  const undecided = originalRow({ isCommitted: false, expires })
  await move.put([expired, exhausted])
  await move.put([moved, undecided], true)
  const { result } = await move.take({ dryRun: true })
  assert.deepEqual(result.tally.verdicts, { expired: 1, exhausted: 1 })
  assert.equal(result.deadLeft, 2)
  assert.match(
    linesOf(result).join('\n'),
    /not looked at: 2 dead letters; --dead-letters takes them/,
  )
  assert.deepEqual(await move.verdicts({ deadLetters: true }), { dead: 3, expired: 1 })
  const folder = ['--data-dir', move.dataDir]
  const dead = await kiteqJson<{ id: string; group: string; reason: string; attempts: number }[]>([
    'dlq',
    'list',
    ...folder,
  ])
  const found = dead.map(
    ({ id, group, reason, attempts }) => `${group} ${reason} ${attempts} ${id}`,
  )
  assert.deepEqual(
    found.sort(),
    [
      `s-a expired 3 ${expired.id}`,
      `s-a limit 5 ${exhausted.id}`,
      `s-b expired 3 ${expired.id}`,
      `s-b limit 100 ${moved.id}`,
    ].sort(),
  )
})

test('what nobody wants stops it there, and is neither lost nor passed by', options, async (t) => {
  const move = await Move.of(t)
  const at = nowSeconds() - 50
  const rows = Array.from({ length: 6 }, (_, n) =>
    originalRow({ publishedAt: at + n, topic: n === 3 ? 'orphan' : 'trade' }),
  )
  await move.put(rows)
  const consumer = await move.consumer(t, 's-a')
  const dry = await move.verdicts({ dryRun: true })
  assert.deepEqual(dry, { done: 5, unbound: 1 })
  const { result } = await move.take()
  assert.deepEqual(result.tally.verdicts, { done: 3 })
  assert.equal(result.isWhole, false)
  assert.match(linesOf(result).join('\n'), new RegExp(`stopped before message ${rows[3]!.id}`))
  await consumer.bind(bytesOf('orphan'), [{}])
  assert.deepEqual(await move.verdicts(), { done: 3 })
  const ids: string[] = []
  while (ids.length < rows.length) ids.push(idIn(await consumer.next(stringMessage)))
  assert.deepEqual(
    ids,
    rows.map(({ id }) => id),
  )
  const stray = originalRow({ topic: 'nowhere' })
  await move.put([stray])
  const skipped = await move.take({ skipUnbound: true })
  assert.deepEqual(skipped.result.tally.verdicts, { unbound: 1 })
  assert.match(linesOf(skipped.result).join('\n'), /later runs pass by the 1 row .* --from-start/)
})

test('ids that the original gives to no row are refused, not passed by', options, async (t) => {
  const move = await Move.of(t)
  await move.put([originalRow()])
  await server.query(`UPDATE ${move.db}_0.kite_msg_0 SET id = -5`)
  for (let table = 1; table < 4; table++)
    await server.query(`UPDATE ${move.db}_0.kite_msg_${table} SET id = -5`)
  for (let shard = 1; shard < 4; shard++)
    for (let table = 0; table < 4; table++)
      await server.query(`UPDATE ${move.db}_${shard}.kite_msg_${table} SET id = -5`)
  await assert.rejects(move.take(), /ids go from -5 to -5; expected whole numbers from 1 to/)
})

test('what is no message is told of and passed by', options, async (t) => {
  const move = await Move.of(t)
  const consumer = await move.consumer(t, 's-a')
  const good = originalRow()
  await move.put([
    originalRow({ header: Uint8Array.of(1, 2, 3) }),
    originalRow({ header: new Uint8Array(0) }),
    originalRow({ id: 'not-hex-at-all-but-ends-in-a' }),
    originalRow({ body: Buffer.alloc(3 * 1024 * 1024) }),
    originalRow({ body: Buffer.alloc(2 * 1024 * 1024 - 400, 'x') }),
    good,
  ])
  const { result, failure } = await move.take()
  assert.equal(failure, undefined)
  assert.deepEqual(result.tally.verdicts, { done: 2, unreadable: 4 })
  const [one, two] = [await consumer.next(stringMessage), await consumer.next(stringMessage)]
  assert.deepEqual(
    [bodyIn(one).length, bodyIn(two).length].sort((a, b) => a - b),
    [4, 2 * 1024 * 1024 - 400],
  )
})

test('an id that names another message here is told of', options, async (t) => {
  const move = await Move.of(t)
  await move.consumer(t, 's-a')
  const row = originalRow()
  const publisher = await move.join('p')
  t.after(() => publisher.close())
  const header = { messageId: bytesOf(row.id), messageType: bytesOf(row.type) }
  await publisher.publish(header, bytesOf('another'), stringMessage)
  await move.put([row])
  assert.deepEqual(await move.verdicts(), { taken: 1 })
})

test('rows of several brokers are taken only when they are named', options, async (t) => {
  const move = await Move.of(t, 2)
  await move.consumer(t, 's-a')
  const [a, b] = [originalRow(), originalRow({ server: 'host-b' })]
  await insertRows(server, move.db, [a, b], { shards: 2 })
  const several = /rows of "host-a" \(1 row\), "host-b" \(1 row\); expected --server/
  await assert.rejects(move.take(), several)
  await assert.rejects(
    move.take({ server: 'host-c' }),
    /--server: there are no rows of "host-c"; there are rows of/,
  )
  assert.deepEqual(await move.verdicts({ server: 'host-b' }), { done: 1 })
  assert.deepEqual(await move.verdicts({ server: '*' }), { done: 1 }, 'each has its own place')
  assert.deepEqual(await move.verdicts({ server: 'host-a', fromStart: true }), { known: 1 })
  assert.deepEqual(await move.verdicts({ server: 'host-b' }), {}, 'and keeps it')
})

test(
  'a table that ends before the place, or a column that is not there, is told of',
  options,
  async (t) => {
    const move = await Move.of(t)
    await move.consumer(t, 's-a')
    const rows = [1, 2, 3].map(() => originalRow({ id: `${originalRow().id.slice(0, 31)}0` }))
    await move.put(rows)
    assert.deepEqual(await move.verdicts(), { done: 3 })
    await server.query(`DELETE FROM ${move.db}_0.kite_msg_0 WHERE message_id <> ?`, [rows[0]!.id])
    await assert.rejects(move.take(), /has come to row 3 of .*_0\.kite_msg_0 host-a, .* row 1/)
    await server.query(`ALTER TABLE ${move.db}_1.kite_msg_2 DROP COLUMN succ_groups`)
    await server.query(`DROP TABLE ${move.db}_3.kite_msg_1`)
    await assert.rejects(
      move.take(),
      /table \w+_1\.kite_msg_2 lacks succ_groups; table \w+_3\.kite_msg_1 is missing/,
    )
  },
)

test('the command tells what it did, and never the password', options, async (t) => {
  const move = await Move.of(t)
  await move.consumer(t, 's-a')
  await move.put(Array.from({ length: 5 }, () => originalRow()))
  const env = { KITEQ_MYSQL_PASSWORD: server.password }
  const folder = ['--data-dir', move.dataDir]
  const command = ['import', '--mysql', move.uri, ...folder]
  const ended = await kiteq(command, { env })
  assert.equal(ended.code, 0, ended.stderr)
  assert.match(
    ended.stdout,
    /^took 5 messages of 5 rows from mysql:\/\/127\.0\.0\.1:\d+, databases/,
  )
  assert.match(ended.stdout, /\n {2}5 for their groups\n {2}topic trade: 5 taken\n$/)
  const original = `mysql://${server.host}:${server.port},slave:1?db=${move.db}&username=${server.user}&password=wrong&maxConn=20&shardnum=4`
  const denied = await kiteq(['import', '--mysql', original, ...folder], {
    env: { KITEQ_MYSQL_PASSWORD: 'mine' },
  })
  assert.equal(denied.code, 2)
  assert.match(denied.stderr, /others can see this password/)
  assert.match(denied.stderr, /KITEQ_USAGE: .*Access denied/)
  for (const { stdout, stderr } of [ended, denied])
    assert.doesNotMatch(stdout + stderr, /not-to-be-shown|wrong|mine/)
  const json = await kiteq([...command, '--json'], { env })
  const { rows, before: passed, complete } = JSON.parse(json.stdout) as Verdicts
  assert.deepEqual([rows, passed, complete], [0, 5, true])
})

test('a broker or a database that is started again is waited for', options, async (t) => {
  const move = await Move.of(t)
  const consumer = await move.consumer(t, 's-a')
  await move.put(Array.from({ length: 60 }, () => originalRow()))
  const taking = move.take({ rate: 200 })
  await consumer.next(stringMessage)
  await move.start()
  const { result, failure } = await taking
  assert.equal(failure, undefined)
  const { done = 0, known = 0 } = result.tally.verdicts
  assert.equal(done + known, 60)
  assert.deepEqual(await move.verdicts({ fromStart: true }), { known: 60 })

  const source = new ImportSource(mysqlAddress(move.uri, undefined))
  const name = await source.identity()
  await server.kill()
  const asked = source.identity()
  await server.start()
  assert.equal(await asked, name)
  await source.close()
  await assert.rejects(source.identity(), { code: 'KITEQ_CLOSED' }, 'no connection behind the end')
  const nobody = new ImportSource(mysqlAddress('mysql://u@127.0.0.1:1', undefined))
  await assert.rejects(nobody.tables(), { code: 'KITEQ_CLOSED' })
})

test(
  'a request that is none is refused in words, and nothing of it is taken',
  options,
  async (t) => {
    const move = await Move.of(t)
    await move.consumer(t, 's-a')
    const fields = { id: originalRow().id, form: 0x12, body: '', publisher: 'p' }
    const lists = { failed: [], succeeded: [] }
    const times = { attempts: 0, expires: 0, retryAt: 0 }
    const row = { table: 0, row: 1, header: '!', ...fields, ...lists, ...times }
    const whole = { op: 'import', source: 'x', tables: ['t'], places: [0], messages: [row] }
    const end = async (): Promise<unknown> =>
      ((await ask(move.dataDir, { op: 'status' })) as { endOffset: number }).endOffset
    const before = await end()
    for (const wrong of [
      { tables: undefined },
      { tables: [7] },
      { places: [] },
      { places: [-1] },
      { source: 1 },
      { messages: {} },
      { messages: [null] },
      { messages: [{ ...row, table: 1 }] },
      { messages: [{ ...row, row: 1.5 }] },
      { messages: Array.from({ length: 257 }, () => row) },
    ])
      await assert.rejects(
        ask(move.dataDir, { ...whole, ...wrong }),
        { code: 'KITEQ_USAGE' },
        JSON.stringify(wrong).slice(0, 100),
      )
    assert.equal(await end(), before)
    const answer = await ask(move.dataDir, whole)
    assert.deepEqual(answer, { taken: 1, verdicts: ['unreadable'] })
  },
)
