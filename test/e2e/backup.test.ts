// Backup of a broker under load, and what a restore makes of it: nothing that was acked before is missing, the state is that
// of the same offset, and what was cut short is never taken for the whole.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { startBroker, temporaryFolder, type BrokerProcess } from '../support/broker-process.ts'
import { program } from '../support/program.ts'
import { kiteq, type Ended } from '../support/command-line.ts'

const top = path.resolve(import.meta.dirname, '../..')

function run(address: string, args: readonly string[], input = ''): Promise<Ended> {
  return kiteq(args, { input, env: { KITEQ_ADDRESS: address } })
}

/** Publishes line after line until it is told to end; resolves with the exit code. */
async function publish(address: string, load: { isDone: boolean }): Promise<number | null> {
  const args = [...program, 'pub', 'trade', 'pay', '--lines']
  const child = spawn(process.execPath, args, {
    cwd: top,
    env: { ...process.env, KITEQ_ADDRESS: address },
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const closed = once(child, 'close') as Promise<[number | null]>
  for (let n = 500; !load.isDone; n += 100)
    if (!child.stdin.write(`${linesFrom(n, 100).join('\n')}\n`)) await once(child.stdin, 'drain')
  child.stdin.end('the last line\n')
  return (await closed)[0]
}

/** The one JSON object a command prints; it must end well. */
async function told(address: string, args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run(address, [...args, '--json'])
  assert.equal(code, 0, `${args.join(' ')}: ${stdout} ${stderr}`)
  return JSON.parse(stdout) as Record<string, unknown>
}

const linesFrom = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `line ${first + n}`)

let broker: BrokerProcess
let folder: string
before(async () => {
  broker = await startBroker()
  folder = temporaryFolder('backup')
})
after(async () => {
  await broker.stop()
  rmSync(folder, { recursive: true })
})

test('what was acked before a backup under load began is in the restored log, in the state of that offset', async () => {
  const { address, dataDir } = broker
  const [to, restored] = [path.join(folder, 'copy'), path.join(folder, 'restored')]
  assert.equal((await run(address, ['bind', 'trade', 'pay', '--group', 'ledger'])).code, 0)
  const early = linesFrom(0, 500)
  assert.equal((await run(address, ['pub', 'trade', 'pay', '--lines'], early.join('\n'))).code, 0)
  const then = await told(address, ['replay', '--until', 'latest', '--data-dir', dataDir])
  const load = { isDone: false }
  const publishing = publish(address, load)
  let manifest: Record<string, unknown>
  try {
    const seen = ['sub', 'trade', 'pay', '--group', 'watcher', '--count', '1']
    assert.equal((await run(address, seen)).code, 0, 'the load has begun')
    manifest = await told(address, ['backup', '--data-dir', dataDir, '--to', to])
  } finally {
    load.isDone = true
  }
  assert.equal(await publishing, 0)
  const end = manifest['endOffset'] as number
  assert.ok(end >= (then['offset'] as number), 'the backup is not older than its beginning')
  assert.equal(manifest['inUse'], true)
  assert.equal(existsSync(path.join(to, 'backup.incomplete')), false)
  const checked = await told(address, ['backup', 'verify', to])
  assert.equal(checked['clean'], true)

  const report = await told(address, ['restore', '--from', to, '--data-dir', restored])
  const same = await told(address, ['replay', '--until', String(end), '--data-dir', dataDir])
  assert.deepEqual([report['digest'], report['endOffset']], [same['digest'], end])
  assert.equal(report['lastTime'], same['time'])
  assert.equal(report['groups'], 2)
  assert.ok((report['live'] as number) >= 500)
  const [log, former] = [
    await told(address, ['verify', '--data-dir', restored]),
    await told(address, ['verify', '--data-dir', dataDir]),
  ]
  assert.deepEqual([log['clean'], log['end'], log['logId']], [true, end, report['logId']])
  assert.ok((former['end'] as number) > end, 'more was published meanwhile')
  assert.equal(former['logId'], report['formerLogId'])
  assert.notEqual(log['logId'], former['logId'])

  const second = await startBroker({ dataDir: restored })
  try {
    const args = ['sub', 'trade', 'pay', '--group', 'ledger', '--count', '500', '--no-bind']
    const { stdout } = await run(second.address, args)
    assert.deepEqual(stdout.trim().split('\n'), early)
  } finally {
    await second.stop()
  }
})

test('a backup that was changed is not restored, and one that was not finished is none', async () => {
  const to = path.join(folder, 'changed')
  const target = path.join(folder, 'target')
  await told(broker.address, ['backup', '--data-dir', broker.dataDir, '--to', to])
  const again = await run(broker.address, ['backup', '--data-dir', broker.dataDir, '--to', to])
  assert.deepEqual([again.code, /holds a finished backup/.test(again.stderr)], [2, true])
  const segment = path.join(to, '0000000001.segment')
  const bytes = readFileSync(segment)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(segment, bytes)
  const restore = ['restore', '--from', to, '--data-dir', target]
  const refused = await run(broker.address, restore)
  assert.equal(refused.code, 65)
  assert.match(refused.stderr, /0000000001.segment has sha256 .* nothing was restored/)
  assert.equal(existsSync(target), false)
  const verified = await run(broker.address, ['backup', 'verify', to])
  assert.equal(verified.code, 1)
  assert.match(verified.stdout, /\nCHANGED .*sha256.*\nDAMAGED: 1 file not as copied\n$/)
  rmSync(path.join(to, 'backup.json'))
  const none = await run(broker.address, restore)
  assert.deepEqual([none.code, /has no backup.json/.test(none.stderr)], [2, true])
})

test('no start takes a folder whose restore was cut short', async () => {
  const dir = path.join(folder, 'half')
  mkdirSync(dir)
  writeFileSync(path.join(dir, 'restore.incomplete'), `${'0'.repeat(32)}\n`)
  const args = ['serve', '--data-dir', dir, '--listen', '127.0.0.1:0', '--http', 'off']
  const { code, stderr } = await run(broker.address, args)
  assert.deepEqual([code, /a kiteq restore was not finished/.test(stderr)], [78, true])
  assert.deepEqual(
    readdirSync(dir).filter((name) => name.endsWith('.segment')),
    [],
  )
})
