// Databases laid out as the original lays out its own, and rows as it leaves them: header as protobuf, groups as JSON, one
// table for each last hex digit of the id.

import { randomBytes } from 'node:crypto'
import { PublishedView } from '../../src/net/header.ts'
import { encodeMessage, type MessageHeader } from '../../src/net/packet.ts'
import type { MariaDb } from './mariadb-server.ts'

export interface OriginalRow {
  readonly id: string
  readonly topic: string
  readonly type: string
  readonly body: string | Uint8Array
  readonly form: 0x11 | 0x12
  readonly publisher: string
  readonly server: string
  readonly isCommitted: boolean
  readonly failed: readonly string[]
  readonly succeeded: readonly string[]
  readonly attempts: number
  readonly limit: number
  /** Unix seconds. */
  readonly expires: number
  readonly publishedAt: number
  readonly properties: Readonly<Record<string, string>>
  /** In the place of what the header would be. */
  readonly header?: Uint8Array
}

const columns = [
  'header',
  'body',
  'msg_type',
  'message_id',
  'topic',
  'message_type',
  'publish_group',
  '`commit`',
  'publish_time',
  'expired_time',
  'deliver_count',
  'deliver_limit',
  'kite_server',
  'fail_groups',
  'succ_groups',
  'next_deliver_time',
]
/** Of one INSERT. */
const rowsAtATime = 500

export const nowSeconds = (): number => Math.floor(Date.now() / 1000)

/** A message just published and not yet tried. */
export function originalRow(fields: Partial<OriginalRow> = {}): OriginalRow {
  return {
    id: randomBytes(16).toString('hex'),
    topic: 'trade',
    type: 'pay-succ-200',
    body: 'body',
    form: 0x12,
    publisher: 'p-original',
    server: 'host-a',
    isCommitted: true,
    failed: [],
    succeeded: [],
    attempts: 0,
    limit: 100,
    expires: nowSeconds() + 3600,
    publishedAt: nowSeconds() - 60,
    properties: {},
    ...fields,
  }
}

/** `<db>_0` to `<db>_<shards-1>`, empty. */
export async function createOriginal(server: MariaDb, db: string, shards = 4): Promise<void> {
  for (let shard = 0; shard < shards; shard++) {
    await server.query(`CREATE DATABASE ${db}_${shard} DEFAULT CHARACTER SET utf8`)
    const tables = Array.from({ length: 16 / shards }, (_, n) => `kite_msg_${n}`)
    for (const table of [...tables, 'kite_msg_dlq'])
      await createTable(server, `${db}_${shard}.${table}`)
  }
}

async function createTable(server: MariaDb, name: string): Promise<void> {
  await server.query(`CREATE TABLE ${name} (
    id int(11) NOT NULL AUTO_INCREMENT,
    header mediumblob,
    body mediumblob,
    msg_type tinyint(3) unsigned DEFAULT NULL,
    message_id varchar(32) NOT NULL,
    topic varchar(255) DEFAULT NULL,
    message_type varchar(255) DEFAULT NULL,
    publish_group varchar(255) DEFAULT NULL,
    \`commit\` tinyint(1) DEFAULT NULL,
    publish_time bigint(20) DEFAULT NULL,
    expired_time bigint(20) DEFAULT NULL,
    deliver_count int(11) DEFAULT NULL,
    deliver_limit int(11) DEFAULT NULL,
    kite_server varchar(255) DEFAULT NULL,
    fail_groups varchar(255) DEFAULT NULL,
    succ_groups varchar(255) DEFAULT NULL,
    next_deliver_time bigint(20) DEFAULT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY idx_message_id (message_id),
    KEY idx_commit (\`commit\`),
    KEY idx_kite_server (kite_server),
    KEY idx_expired_time (expired_time),
    KEY idx_recover_a (next_deliver_time, kite_server, expired_time, deliver_count, deliver_limit)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8`)
}

/** Each into the table that its id says, or into the dead letters of its database. */
export async function insertRows(
  server: MariaDb,
  db: string,
  rows: readonly OriginalRow[],
  { shards = 4, isDead = false }: { readonly shards?: number; readonly isDead?: boolean } = {},
): Promise<void> {
  const byTable = new Map<string, OriginalRow[]>()
  for (const row of rows) {
    const digit = Number.parseInt(row.id.at(-1)!, 16)
    const tables = 16 / shards
    const table = isDead ? 'dlq' : String(digit % tables)
    const name = `${db}_${Math.floor(digit / tables)}.kite_msg_${table}`
    const known = byTable.get(name)
    if (known === undefined) byTable.set(name, [row])
    else known.push(row)
  }
  for (const [name, all] of byTable)
    for (let at = 0; at < all.length; at += rowsAtATime)
      await server.query(`INSERT INTO ${name} (${columns.join(', ')}) VALUES ?`, [
        all.slice(at, at + rowsAtATime).map(valuesOf),
      ])
}

function valuesOf(row: OriginalRow): unknown[] {
  return [
    row.header === undefined ? headerOf(row) : Buffer.from(row.header),
    Buffer.from(row.body),
    row.form,
    row.id,
    row.topic,
    row.type,
    row.publisher,
    row.isCommitted ? 1 : 0,
    row.publishedAt,
    row.expires,
    row.attempts,
    row.limit,
    row.server,
    JSON.stringify(row.failed),
    JSON.stringify(row.succeeded),
    row.attempts === 0 ? 0 : nowSeconds(),
  ]
}

function headerOf(row: OriginalRow): Buffer {
  const header: MessageHeader = {
    messageId: Buffer.from(row.id),
    topic: Buffer.from(row.topic),
    messageType: Buffer.from(row.type),
    expiredTime: row.expires,
    deliverLimit: row.limit,
    group: Buffer.from(row.publisher),
    commit: row.isCommitted,
    fly: false,
    properties: Object.entries(row.properties).map(([key, value]) => ({
      key: Buffer.from(key),
      value: Buffer.from(value),
    })),
    createTime: row.publishedAt,
  }
  const packet = encodeMessage(header, new Uint8Array(0))
  const view = new PublishedView()
  view.read(0x11, packet, 0, packet.length)
  return Buffer.from(view.raw.subarray(view.headerStart, view.headerEnd))
}
