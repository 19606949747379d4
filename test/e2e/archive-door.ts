// What the tests of an archive inside a broker share: settings with a password in a file, and figures asked for until they are right.

import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { connect, type Client } from '../../src/client/client.ts'
import { temporaryFolder, type BrokerProcess } from '../support/broker-process.ts'
import type { MariaDb } from '../support/mariadb-server.ts'
import { brokerFor } from './door.ts'

export interface ArchiveStat {
  readonly connected: boolean
  readonly required: boolean
  readonly archived_offset?: number
  readonly lag_records?: number
  readonly gaps: number
  readonly why?: string
}

export async function archiveStat(broker: BrokerProcess): Promise<ArchiveStat | undefined> {
  const answer = await fetch(`http://${broker.http}/stat`)
  return ((await answer.json()) as { archive?: ArchiveStat }).archive
}

/** A thread that ended is started again after a minute at most. */
const untilMs = 100_000

/** Of the door that has no events: asked until it says so. */
export async function until(look: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = performance.now() + untilMs; performance.now() < end;) {
    if (await look()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.fail(`never ${what}`)
}

export async function clientOf(
  t: TestContext,
  broker: BrokerProcess,
  group: string,
): Promise<Client> {
  const client = await connect({ address: broker.address, group })
  t.after(() => client.close({ drainMs: 0 }).catch(() => undefined))
  return client
}

/** Settings of an archive in this database, with the password in a file. */
export function archived(
  t: TestContext,
  server: MariaDb,
  db: string,
  more = '',
  password: string = server.password,
): Settings {
  const folder = temporaryFolder('archive-settings')
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'password')
  writeFileSync(file, `${password}\n`, { mode: 0o600 })
  const mysql = `mysql://${server.user}@${server.host}:${server.port}/${db}`
  const text = `[archive]\nmysql = "${mysql}"\npasswordFile = "${file}"\n${more}`
  return { text, file, dataDir: path.join(folder, 'data') }
}

export interface Settings {
  readonly text: string
  readonly file: string
  readonly dataDir: string
}

export function start(t: TestContext, { text, dataDir }: Settings): Promise<BrokerProcess> {
  return brokerFor(t, { dataDir, config: text, args: ['--http', '127.0.0.1:0'] })
}

export async function rowsIn(server: MariaDb, table: string, where = 'TRUE'): Promise<number> {
  const rows = await server.query(`SELECT COUNT(*) AS n FROM ${table} WHERE ${where}`)
  return Number(rows[0]!['n'])
}

/** With so much archived at least: a page that was dear to make is shown again for some time. */
export async function caughtUp(broker: BrokerProcess, from = 0): Promise<ArchiveStat> {
  let stat: ArchiveStat | undefined
  const isDone = async (): Promise<boolean> => {
    stat = await archiveStat(broker)
    const { connected, lag_records: lag, archived_offset: offset = 0 } = stat ?? {}
    return connected === true && lag === 0 && offset >= from
  }
  await until(isDone, 'caught up')
  return stat!
}

export async function publishTo(client: Client, from: number, count: number): Promise<void> {
  const all = Array.from({ length: count }, (_, n) =>
    client.publish({ topic: 'trade', type: 'new', body: `order ${from + n} 𝄞` }),
  )
  await Promise.all(all)
}
