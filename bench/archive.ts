// What the archive costs: (a) archive and export of a log against a bare insert, and a bare LOAD DATA, of the same rows into the
// same server in the same run; (b) publishing with the archive on against off, in pairs: paced with MariaDB's data in memory,
// paced with them on the broker's disk, and saturated there.
//
//   node --import tsx bench/archive.ts [--count 100000] [--pairs 3] [--seconds 5] [--rate 2000] [--only rates|publish]

import { newNameBook } from '../src/index/name-book.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Follower } from '../src/archive/follower.ts'
import { MysqlConnection } from '../src/archive/mysql-connection.ts'
import { Inserts } from '../src/archive/mysql-inserts.ts'
import { migrate } from '../src/archive/mysql-schema.ts'
import { tables } from '../src/archive/tables.ts'
import { addressOf } from '../test/support/archive-log.ts'
import { mariaDb, type MariaDb } from '../test/support/mariadb-server.ts'
import { probeText } from './run/disk-probe.ts'
import { runLoad } from './run/load-process.ts'
import { describeMachine } from './run/machine.ts'
import { progress, say, table, writeReport } from './run/report.ts'
import { brokerCommand, startServer } from './run/servers.ts'
import { withProbedDir } from './run/sides.ts'
import { figure, spread, spreadText } from './run/statistics.ts'

const { values } = parseArgs({
  options: {
    /** Messages of (a), each delivered and acked. */
    count: { type: 'string', default: '100000' },
    pairs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    rate: { type: 'string', default: '2000' },
    'body-bytes': { type: 'string', default: '200' },
    only: { type: 'string' },
    dir: { type: 'string' },
    out: { type: 'string' },
  },
})

const root = fileURLToPath(new URL('../', import.meta.url))
const inMemory = '/dev/shm'

/** With its data below this folder. */
async function mariaDbIn(folder: string): Promise<MariaDb> {
  const { TMPDIR: before } = process.env
  process.env['TMPDIR'] = folder
  try {
    const server = await mariaDb()
    process.env['KITEQ_MYSQL_PASSWORD'] = server.password
    return server
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
}

function urlOf({ user, host, port }: MariaDb, db: string): string {
  return `mysql://${user}@${host}:${port}/${db}`
}

/** Of a command of kiteq, seconds from spawn to end. */
async function timed(words: readonly string[]): Promise<number> {
  const startMs = performance.now()
  const child = spawn(process.execPath, [...brokerCommand()!, ...words], {
    cwd: root,
    stdio: 'ignore',
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`kiteq ${words.join(' ')} ended with ${code}`)
  return (performance.now() - startMs) / 1000
}

interface Rate {
  readonly what: string
  readonly rows: number
  readonly seconds: number
}

/** The statements an archiver makes, and nothing but the sending of them is timed. */
async function bareInsert(server: MariaDb, dataDir: string): Promise<Rate> {
  const connection = await MysqlConnection.open(addressOf(server, 'bare'), true)
  await migrate(connection)
  const inserts = new Inserts(1, connection.packetBytesMax)
  const watermark = (): Promise<undefined> => Promise.resolve(undefined)
  const follower = await Follower.open({ dir: dataDir, from: 0, names: newNameBook(), watermark })
  let [rows, ms] = [0, 0]
  for (let item; (item = await follower.next()) !== undefined;) {
    if (item.kind !== 'batch') continue
    const statements = inserts.of(item.rows)
    const startMs = performance.now()
    await connection.transaction(async () => {
      for (const statement of statements) await connection.raw(statement)
    })
    ms += performance.now() - startMs
    rows += item.rowCount
  }
  await follower.close()
  await connection.close()
  return { what: 'bare insert', rows, seconds: ms / 1000 }
}

/** Of what the archive has by now; the writing of the files is not timed. */
async function bareLoadData(server: MariaDb, db: string, folder: string): Promise<Rate> {
  const connection = await MysqlConnection.open(addressOf(server, 'loaded'), true)
  await migrate(connection)
  mkdirSync(folder, { mode: 0o777 })
  let [rows, ms] = [0, 0]
  for (const { name } of tables) {
    const file = join(folder, name)
    await server.query(`SELECT * FROM ${db}.${name} INTO OUTFILE '${file}' CHARACTER SET binary`)
    const startMs = performance.now()
    rows += await connection.change(
      `LOAD DATA INFILE '${file}' INTO TABLE ${name} CHARACTER SET binary`,
    )
    ms += performance.now() - startMs
  }
  await connection.close()
  return { what: 'bare LOAD DATA', rows, seconds: ms / 1000 }
}

async function runRates(dir: string): Promise<readonly Rate[]> {
  const server = await startServer({ kind: 'broker', dir })
  progress(`${values.count} messages are published and acked`)
  const { count } = values
  const flow = { 'in-flight': 1024, 'warmup-seconds': 0, seconds: 600, 'drain-seconds': 30, count }
  await runLoad(server, { role: 'both', 'body-bytes': values['body-bytes'], ...flow })
  await server.stop({ keepData: true })
  const { dataDir } = server
  const mysql = await mariaDbIn(dir)
  const rates: Rate[] = []
  try {
    progress('bare insert')
    const bare = await bareInsert(mysql, dataDir)
    progress('archive')
    const url = urlOf(mysql, 'archived')
    const seconds = await timed(['archive', '--data-dir', dataDir, '--mysql', url])
    progress('bare LOAD DATA')
    const loaded = await bareLoadData(mysql, 'archived', join(dir, 'loaded'))
    rates.push(bare, loaded, { what: 'archive', rows: bare.rows, seconds })
    progress('verify')
    const verifying = await timed(['archive', 'verify', '--data-dir', dataDir, '--mysql', url])
    rates.push({ what: 'archive verify', rows: bare.rows, seconds: verifying })
    for (const format of ['ndjson', 'csv', 'parquet']) {
      progress(`export as ${format}`)
      const file = join(dir, `messages.${format}`)
      const words = ['export', '--format', format, '--data-dir', dataDir, '-o', file]
      const exporting = await timed(words)
      rates.push({
        what: `export ${format}, ${figure(statSync(file).size / 1e6)} MB`,
        rows: Number(count),
        seconds: exporting,
      })
    }
  } finally {
    await mysql.remove()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return rates
}

interface Setting {
  readonly name: string
  /** MariaDB's data are in memory. */
  readonly isInMemory: boolean
  readonly load: Readonly<Record<string, string | number>>
}

const settings: readonly Setting[] = [
  {
    name: 'paced, data in memory',
    isInMemory: true,
    load: { rate: values.rate, 'in-flight': 16_384 },
  },
  { name: 'paced, same disk', isInMemory: false, load: { rate: values.rate, 'in-flight': 16_384 } },
  { name: 'saturated, same disk', isInMemory: false, load: { 'in-flight': 256 } },
]

interface Publishing {
  readonly setting: string
  readonly isOn: boolean
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
}

async function publishOnce(
  dir: string,
  { name: setting, load }: Setting,
  mysql: MariaDb,
  db: string | undefined,
): Promise<Publishing> {
  const file = join(dir, 'kiteq.toml')
  writeFileSync(file, db === undefined ? '' : `[archive]\nmysql = "${urlOf(mysql, db)}"\n`)
  const server = await startServer({ kind: 'broker', dir, more: ['--config', file] })
  try {
    const { seconds, 'body-bytes': bodyBytes } = values
    const { publish } = await runLoad(server, {
      ...{ role: 'both', seconds, 'body-bytes': bodyBytes },
      ...load,
    })
    const { perSecond, latency } = publish!
    return { setting, isOn: db !== undefined, perSecond, p50: latency.p50, p99: latency.p99 }
  } finally {
    await server.stop()
  }
}

async function runPublishing(dir: string): Promise<readonly Publishing[]> {
  const runs: Publishing[] = []
  for (const setting of settings) {
    const mysql = await mariaDbIn(setting.isInMemory ? inMemory : dir)
    try {
      for (let pair = 0; pair < Number(values.pairs); pair++)
        // Each comes first as often as the other.
        for (const isOn of pair % 2 === 0 ? [false, true] : [true, false]) {
          progress(`${setting.name}, pair ${pair + 1}: archive ${isOn ? 'on' : 'off'}`)
          runs.push(await publishOnce(dir, setting, mysql, isOn ? `pair${pair}` : undefined))
        }
    } finally {
      await mysql.remove()
    }
  }
  return runs
}

function publishingNotes(runs: readonly Publishing[]): string[] {
  const names = [...new Set(runs.map(({ setting }) => setting))]
  return names.flatMap((setting) => {
    const of = (isOn: boolean): readonly Publishing[] =>
      runs.filter((run) => run.setting === setting && run.isOn === isOn)
    return (['p50', 'p99', 'perSecond'] as const).map((what) => {
      const [on, off] = [true, false].map((isOn) => of(isOn).map((run) => run[what])) as [
        number[],
        number[],
      ]
      const shares = on.map((value, pair) => value / off[pair]!)
      const unit = what === 'perSecond' ? 'a second' : `ms ${what}`
      return (
        `${setting}: ${spreadText(spread(on))} ${unit} with the archive, ${spreadText(spread(off))} without: ` +
        `${spreadText(spread(shares))} times, pair by pair`
      )
    })
  })
}

function rateNotes(rates: readonly Rate[]): string[] {
  const [bare, loaded] = rates
  if (bare === undefined || loaded === undefined) return []
  return rates.slice(2).map(({ what, rows, seconds }) => {
    const perSecond = rows / seconds
    const shares = [bare, loaded].map(
      (one) => `${figure((100 * perSecond) / (one.rows / one.seconds))} % of a ${one.what}`,
    )
    return `${what}: ${figure(perSecond)} rows a second, ${shares.join(', ')}`
  })
}

const { result, probeBefore, probeAfter } = await withProbedDir(
  values.dir ?? tmpdir(),
  async (dir) => ({
    rates: values.only === 'publish' ? [] : await runRates(dir),
    publishing: values.only === 'rates' ? [] : await runPublishing(dir),
  }),
)
progress('')
const { rates, publishing } = result
const rateRows = rates.map(({ what, rows, seconds }) => [
  what,
  ...[rows, seconds, rows / seconds].map(figure),
])
if (rates.length > 0) say(`\n${table(['what', 'rows', 'seconds', 'rows/s'], rateRows)}\n`)
const publishRows = publishing.map(({ setting, isOn, perSecond, p50, p99 }) => [
  setting,
  isOn ? 'on' : 'off',
  ...[perSecond, p50, p99].map(figure),
])
if (publishing.length > 0)
  say(`\n${table(['setting', 'archive', 'published/s', 'p50 ms', 'p99 ms'], publishRows)}\n`)
const notes = [...rateNotes(rates), ...publishingNotes(publishing)]
for (const note of notes) say(note)
say(`disk probe before ${probeText(probeBefore)}, after ${probeText(probeAfter)}`)
const path = writeReport(
  {
    name: 'archive',
    machine: describeMachine(),
    ...{ probeBefore, probeAfter, settings: values, notes },
    runs: [...rates, ...publishing],
    summary: notes,
  },
  {
    title: 'Rows a second',
    yLabel: 'rows/s',
    categories: rates.map(({ what }) => what),
    series: [{ name: 'rows/s', values: rates.map(({ rows, seconds }) => rows / seconds) }],
  },
  values.out,
)
say(`written: ${path}.json, .svg`)
