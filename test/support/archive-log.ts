// For tests of the archive: a log with messages of any bytes, the archive of a log as it is read back from MySQL, and what the
// log itself says its rows are.

import { newNameBook } from '../../src/index/name-book.ts'
import assert from 'node:assert/strict'
import { memoryBelow } from '../../src/archive-memory.ts'
import { namesBefore } from '../../src/archive-names.ts'
import {
  runArchiver,
  type ArchiverFigures,
  type ArchiverOptions,
} from '../../src/archive/archiver.ts'
import { Follower } from '../../src/archive/follower.ts'
import type { MysqlAddress } from '../../src/archive/mysql-address.ts'
import { storedTimeMs, valueOf } from '../../src/archive/mysql-values.ts'
import { tables, type Value } from '../../src/archive/tables.ts'
import { nodeDisk } from '../../src/log/disk-node.ts'
import { Log } from '../../src/log/log.ts'
import type { GroupNumber, TopicNumber, TypeNumber } from '../../src/model/ids.ts'
import type { DictionaryName, LogRecord, MessageForm } from '../../src/model/record.ts'
import { encodeMessage } from '../../src/net/packet.ts'
import { bytesOf, headerOf } from '../e2e/door.ts'
import { durable } from './log-history.ts'
import type { MariaDb } from './mariadb-server.ts'
import { idOf } from './sim-broker.ts'

export interface WrittenMessage {
  readonly topic?: string
  readonly body?: Uint8Array
  readonly form?: MessageForm
  readonly properties?: Readonly<Record<string, string>>
  /** Its header says so. */
  readonly isSnappy?: boolean
}

/** Appends to the log of a folder, or makes one: each message published for one group, and acked behind all of them. */
export async function writeMessages(
  dir: string,
  messages: readonly WrittenMessage[],
  firstId = 1,
  nowMs = 1_790_000_000_000,
): Promise<void> {
  const log = await Log.open({
    dir,
    disk: nodeDisk,
    durability: { kind: 'memory' },
    segmentBytes: 8 << 20,
    firstSegmentBytes: 8 << 20,
    random: () => 7,
  })
  const known = new Map<string, number>()
  await log.recover((record) => {
    if (record.kind === 'named')
      known.set(`${record.dictionary} ${Buffer.from(record.name).toString()}`, record.number)
  })
  await log.startWriting()
  const append = (record: LogRecord): number => log.append(record, nowMs).offset
  const named = (dictionary: DictionaryName, name: string): number => {
    const key = `${dictionary} ${name}`
    const number = known.get(key) ?? known.size + 1
    if (!known.has(key)) append({ kind: 'named', dictionary, number, name: bytesOf(name) })
    known.set(key, number)
    return number
  }
  const group = named('group', 'grüppe') as GroupNumber
  const offsets = []
  for (const [
    n,
    { topic = 'trade', body = new Uint8Array(), form = 0x11, properties, isSnappy },
  ] of messages.entries()) {
    const record = {
      kind: 'published' as const,
      ...idOf(firstId + n),
      topic: named('topic', topic) as TopicNumber,
      type: named('type', 'pay') as TypeNumber,
      publisher: group,
      form,
      content0: 1,
      content1: 2,
      expiresAt: Math.floor(nowMs / 1000) + 3600,
      deliverLimit: 100,
      routing: { durable: [group], transient: [] },
    }
    const list = Object.entries(properties ?? {})
    const header = headerOf({
      topic: bytesOf(topic),
      group: bytesOf('grüppe'),
      ...(isSnappy === true ? { snappy: true } : {}),
      properties: list.map(([key, value]) => ({ key: bytesOf(key), value: bytesOf(value) })),
    })
    const source = encodeMessage(header, body)
    const message = { source, start: 0, end: source.length }
    offsets.push(log.append({ ...record, message }, nowMs).offset)
    await durable(log)
  }
  append({ kind: 'acked', group, messages: offsets })
  await durable(log)
  await log.close({ clean: true })
}

/** A database of this server that nothing else uses. */
export function addressOf({ host, port, user, password }: MariaDb, db: string): MysqlAddress {
  return {
    host,
    port,
    socket: undefined,
    user,
    password,
    db,
    shown: `mysql://${host}:${port}/${db}`,
  }
}

export function archive(
  dataDir: string,
  mysql: MysqlAddress,
  options: Partial<ArchiverOptions> = {},
): Promise<ArchiverFigures> {
  return runArchiver({
    dataDir,
    mysql,
    watermark: () => Promise.resolve(undefined),
    namesBefore: (offset) => namesBefore(dataDir, offset),
    memoryBelow: (offset) => memoryBelow(dataDir, offset),
    follow: false,
    signal: new AbortController().signal,
    ...options,
  })
}

/** All rows of all tables, made from the log, by table. Times are those a calendar has. */
export async function rowsOfLog(dir: string, from = 0): Promise<Value[][][]> {
  const names = newNameBook()
  const follower = await Follower.open({
    dir,
    from,
    names,
    watermark: () => Promise.resolve(undefined),
  })
  const all: Value[][][] = tables.map(() => [])
  try {
    for (let item; (item = await follower.next()) !== undefined;)
      if (item.kind === 'batch')
        for (const [table, rows] of item.rows.entries())
          all[table]!.push(...rows.map(asStored(table)))
  } finally {
    await follower.close()
  }
  return all.map((rows, table) => rows.sort(byKey(table)))
}

/** Keys are numbers. */
function byKey(table: number): (a: readonly Value[], b: readonly Value[]) => number {
  const { key, columns } = tables[table]!
  const places = key.map((name) => columns.findIndex((column) => column.name === name))
  return (a, b) => {
    const at = places.find((place) => a[place] !== b[place])
    return at === undefined ? 0 : (a[at] as number) - (b[at] as number)
  }
}

const asStored =
  (table: number) =>
  (row: readonly Value[]): Value[] =>
    row.map((value, at) => {
      const { kind } = tables[table]!.columns[at]!
      if (value instanceof Uint8Array) return Buffer.from(value)
      return kind === 'time' && typeof value === 'number' ? storedTimeMs(value) : value
    })

/** All rows of all tables as the archive has them, in the order of their keys. */
export async function rowsOfArchive(server: MariaDb, db: string): Promise<Value[][][]> {
  const all: Value[][][] = []
  for (const { name, columns, key } of tables) {
    const list = columns.map((column) => `\`${column.name}\``).join(',')
    const order = key.map((column) => `\`${column}\``).join(',')
    const rows = await server.query(
      `SELECT ${list.replace(/`(at|expires_at|create_time|retry_at|died_at)`/g, 'CAST($& AS CHAR) AS $&')}
       FROM \`${db}\`.\`${name}\` ORDER BY log, ${order}`,
    )
    all.push(rows.map((row) => columns.map((column) => valueOf(column, row[column.name]))))
  }
  return all
}

/** Exactly the rows the log says, none missing and none twice. */
export async function expectArchived(server: MariaDb, db: string, dir: string): Promise<void> {
  const [got, wanted] = [await rowsOfArchive(server, db), await rowsOfLog(dir)]
  for (const [table, { name }] of tables.entries()) {
    assert.equal(got[table]!.length, wanted[table]!.length, `rows of ${name}`)
    assert.deepEqual(got[table], wanted[table], name)
  }
}
