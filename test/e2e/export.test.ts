// `kiteq export` as people run it: of a folder in use, in a pipe, in parts, with its exit codes.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { startBroker, temporaryFolder, type BrokerProcess } from '../support/broker-process.ts'
import { kiteq, kiteqJson, startCommand } from '../support/command-line.ts'
import { writeLog, type AnyMessage } from '../support/export-log.ts'
import { program } from '../support/program.ts'

let broker: BrokerProcess
let folder: string
/** Of a log that nobody writes, with 3000 messages. */
let dir: string
before(async () => {
  folder = temporaryFolder('export')
  dir = path.join(folder, 'log')
  const message = { topic: Buffer.from('trade'), type: Buffer.from('pay'), properties: [] }
  const messages = Array.from({ length: 3000 }, (_, n): AnyMessage => {
    return { ...message, form: 0x12, snappy: false, body: Buffer.from(`body ${n} `.repeat(20)) }
  })
  await writeLog(dir, messages)
  broker = await startBroker()
})
after(async () => {
  await broker.stop()
  rmSync(folder, { recursive: true })
})

interface Outcome {
  readonly table: string
  readonly from: number
  readonly to: number
  readonly rows: number
  readonly files: readonly { readonly file: string; readonly rows: number }[]
  readonly missing: readonly unknown[]
}

const rowsOf = (text: string): Readonly<Record<string, unknown>>[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)

test('of a folder in use, every message and its fate stands in the files', async () => {
  const env = { KITEQ_ADDRESS: broker.address }
  const listening = kiteq(['sub', 'trade', 'pay', '--group', 'ledger', '--count', '3'], { env })
  await kiteq(['bind', 'trade', 'pay', '--group', 'ledger'], { env })
  const input = 'one\ntwo 😀\nthree\n'
  await kiteq(['pub', 'trade', 'pay', '--lines'], { env, input })
  await listening
  const used = ['--data-dir', broker.dataDir]
  const { code, stdout, stderr } = await kiteq(['export', ...used])
  assert.deepEqual([code, stderr], [0, ''])
  assert.deepEqual(
    rowsOf(stdout).map((row) => [row['kind'], row['topic'], row['body_encoding'], row['body']]),
    ['one', 'two 😀', 'three'].map((body) => ['published', 'trade', 'text', body]),
  )
  const file = path.join(folder, 'acks.csv')
  const acks = ['export', ...used, '--table', 'outcomes', '--topic', 'trade', '-o', file]
  const outcome = await kiteqJson<Outcome>(acks)
  assert.deepEqual([outcome.table, outcome.rows, outcome.missing], ['outcomes', 3, []])
  const [head, first] = readFileSync(file, 'utf8').split('\r\n')
  assert.equal(head, 'record,message,group,outcome,cause,feedback,at,retry_at')
  assert.match(first!, /^\d+,\d+,ledger,acked,,,20\d\d-[^,]+,$/)
  const again = await kiteq(acks)
  assert.deepEqual([again.code, again.stdout], [2, ''])
  assert.match(again.stderr, /is there already/)
})

test('parts that threads write are the whole, and a reader that goes away ends it quietly', async () => {
  const output = path.join(folder, 'parts.ndjson')
  const run = ['export', '--data-dir', dir, '-o', output, '--parallel', '2']
  const { rows, files } = await kiteqJson<Outcome>(run)
  assert.deepEqual([rows, files.length], [3000, 2])
  const joined = files.map(({ file }) => readFileSync(file, 'utf8')).join('')
  const [whole, cut] = await Promise.all([
    kiteq(['export', '--data-dir', dir]),
    startCommand('sh', [
      '-c',
      '"$@" | head -1',
      'sh',
      ...[process.execPath, ...program, 'export', '--data-dir', dir],
    ]).ended,
  ])
  assert.ok(whole.stdout === joined, 'the parts joined are the whole')
  assert.deepEqual([cut.code, cut.stderr], [0, ''])
  assert.equal(cut.stdout, `${joined.slice(0, joined.indexOf('\n'))}\n`)
})

test('a name that no message has is told, with the records that were looked through', async () => {
  const none = await kiteq(['export', '--data-dir', dir, '--topic', 'traed', '--type', 'pay'])
  assert.deepEqual([none.code, none.stdout], [0, ''])
  const said =
    /^kiteq: no message of topic "traed" and type "pay" in this range, records 0 to \d+\n$/
  assert.match(none.stderr, said)
})

test('a device that is full ends it with 73 and a line, and so does a disk, which the same command goes on with', async (t) => {
  const args = ['export', '--data-dir', dir]
  const toDevice = ['-c', '"$@" > /dev/full', 'sh', process.execPath, ...program, ...args]
  const device = await startCommand('sh', toDevice).ended
  assert.deepEqual(
    [device.code, device.stderr],
    [73, 'kiteq: KITEQ_DISK_FULL: no space to write standard output\n'],
  )
  const disk = temporaryFolder('export-disk')
  const mount = (options: string): boolean =>
    process.platform === 'linux' &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'kiteq-test', disk]).status === 0
  t.after(() => {
    spawnSync('umount', ['-l', disk])
    rmSync(disk, { recursive: true, force: true })
  })
  if (!mount('size=1m')) {
    const why = 'a small file system cannot be mounted here (it takes root on Linux)'
    assert.ok(process.env['CI'] !== 'true', why)
    t.skip(why)
    return
  }
  const output = path.join(disk, 'trade.ndjson')
  const full = await kiteq([...args, '-o', output])
  assert.deepEqual([full.code, full.stdout], [73, ''])
  assert.match(
    full.stderr,
    /^kiteq: KITEQ_DISK_FULL: no space to write .*the same command goes on\n$/,
  )
  assert.deepEqual(readdirSync(disk).sort(), ['trade.ndjson.partial', 'trade.ndjson.partial.json'])
  assert.ok(mount('remount,size=16m'), 'there is space again')
  const rest = await kiteq([...args, '-o', output, '--json'])
  assert.match(rest.stderr, /^kiteq: .* goes on at record [1-9]\d* of \d+\n$/)
  assert.equal((JSON.parse(rest.stdout) as Outcome).rows, 3000)
  assert.equal(rowsOf(readFileSync(output, 'utf8')).length, 3000)
  assert.deepEqual(readdirSync(disk), ['trade.ndjson'])
})

test('a file that cannot grow is told, and the same command goes on with it', async () => {
  const output = path.join(folder, 'limited.ndjson')
  const run = ['export', '--data-dir', dir, '-o', output]
  const limited = await startCommand('sh', [
    '-c',
    'trap "" XFSZ; ulimit -f 1024; exec "$@"',
    'sh',
    ...[process.execPath, ...program, ...run],
  ]).ended
  assert.notEqual(limited.code, 0)
  assert.match(limited.stderr, /^kiteq: .*EFBIG/)
  const again = await kiteq([...run, '--json'])
  assert.match(again.stderr, /^kiteq: .* goes on at record \d+ of \d+\n$/)
  assert.equal((JSON.parse(again.stdout) as Outcome).rows, 3000)
  assert.equal(rowsOf(readFileSync(output, 'utf8')).length, 3000)
})
