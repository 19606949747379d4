// The tools that read a data folder, as commands: of a folder in use and of one nobody owns, in pipes, with their exit codes.

import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { startBroker, temporaryFolder, type BrokerProcess } from '../support/broker-process.ts'
import { drawHistory, writeHistory } from '../support/log-history.ts'
import { program } from '../support/program.ts'
import { startCommand, type Ended } from '../support/command-line.ts'

const self = [process.execPath, ...program]

let broker: BrokerProcess
/** Nobody owns it. */
let idle: string
before(async () => {
  broker = await startBroker()
  idle = temporaryFolder('tools')
  await writeHistory(idle, drawHistory(280, 1), { checkpoint: 100 })
})
after(async () => {
  await broker.stop()
  rmSync(idle, { recursive: true })
})

function ended(command: string, args: readonly string[], input = ''): Promise<Ended> {
  return startCommand(command, args, { input, env: { KITEQ_ADDRESS: broker.address } }).ended
}

function run(args: readonly string[], input = ''): Promise<Ended> {
  return ended(self[0]!, [...self.slice(1), ...args], input)
}

type Line = Readonly<Record<string, unknown>>

async function dump(dir: string, ...args: string[]): Promise<Line[]> {
  const { code, stdout, stderr } = await run(['dump', '--data-dir', dir, ...args])
  assert.deepEqual([code, stderr], [0, ''])
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}

const kindsOf = (lines: readonly Line[]): unknown[] => lines.map(({ kind }) => kind)

test('of a folder in use, dump tells all about a message with names and body', async () => {
  const listening = run(['sub', 'trade', 'pay', '--group', 'ledger', '--count', '1'])
  const waiting = run(['bind', 'trade', 'pay', '--group', 'later'])
  assert.equal((await waiting).code, 0)
  const pub = await run(['pub', 'trade', 'pay', 'one', '--property', 'venue=tokyo', '--json'])
  const { id } = JSON.parse(pub.stdout) as { id: string }
  await listening
  const lines = await dump(broker.dataDir, '--id', id, '--bodies')
  assert.equal(lines[0]!['kind'], 'published')
  const { topic, type, body, properties, form } = lines[0]!
  assert.deepEqual(
    { topic, type, body, properties, form },
    {
      topic: 'trade',
      type: 'pay',
      body: 'one',
      properties: { venue: 'tokyo' },
      form: 'string',
    },
  )
  assert.ok((lines[0]!['durable'] as string[]).includes('later'))
  const without = await dump(broker.dataDir, '--id', id, '--kind', 'published,prepared')
  assert.deepEqual([kindsOf(without), without[0]!['body']], [['published'], undefined])
  const ofGroup = await dump(broker.dataDir, '--group', 'later')
  assert.ok(kindsOf(ofGroup).includes('bindings-changed') && kindsOf(ofGroup).includes('published'))
  const ofTopic = await dump(broker.dataDir, '--topic', 'elsewhere')
  assert.deepEqual(ofTopic, [])
})

test('of a folder that is being written, verify and replay read what is durable', async () => {
  const lines = Array.from({ length: 20_000 }, (_, n) => `line ${n}`).join('\n')
  const publishing = run(['pub', 'busy', 'x', '--lines'], lines)
  const verified = await run(['verify', '--data-dir', broker.dataDir, '--json'])
  assert.equal((await publishing).code, 0)
  assert.equal(verified.code, 0, verified.stdout)
  const report = JSON.parse(verified.stdout) as Record<string, unknown>
  assert.deepEqual([report['inUse'], report['clean'], report['faults']], [true, true, []])
  const folder = ['--data-dir', broker.dataDir, '--json']
  const [again, now] = await Promise.all([
    run(['replay', '--until', String(report['end']), ...folder]),
    run(['replay', '--until', 'latest', ...folder]),
  ])
  const then = JSON.parse(again.stdout) as Record<string, unknown>
  assert.equal(then['digest'], report['digest'])
  const { offset } = JSON.parse(now.stdout) as { offset: number }
  assert.ok(offset >= (report['end'] as number))
})

test('any part of a log has the same names as the whole', async () => {
  const whole = await dump(idle)
  assert.deepEqual(
    whole.map(({ offset }) => offset),
    whole.map((_, n) => n),
  )
  const part = await dump(idle, '--from', '220', '--to', '240')
  assert.deepEqual(part, whole.slice(220, 240))
  const early = await dump(idle, '--from', '50', '--limit', '5')
  assert.deepEqual(
    early.map(({ offset }) => offset),
    [50, 51, 52, 53, 54],
  )
  const time = String(whole[200]!['time'])
  const first = whole.findIndex((line) => String(line['time']) >= time)
  assert.deepEqual(await dump(idle, '--from', time), whole.slice(first))
  const ofTopic = await dump(idle, '--topic', 'topic-1')
  assert.ok(kindsOf(ofTopic).includes('acked'), 'what happens to its messages is about the topic')
  assert.ok(ofTopic.length < whole.length)
})

test('a reader that goes away ends dump quietly', async () => {
  const line = [...self, 'dump', '--data-dir', broker.dataDir].join(' ')
  const { code, stdout, stderr } = await ended('sh', ['-c', `${line} | head -n 2`])
  assert.deepEqual([code, stderr, stdout.split('\n').length], [0, '', 3])
})

test('exit codes tell clean from damaged, and both from a wrong command', async () => {
  const damaged = temporaryFolder('damaged')
  try {
    await writeHistory(damaged, drawHistory(100, 2))
    const name = path.join(damaged, '0000000001.segment')
    const bytes = readFileSync(name)
    bytes[4200]! ^= 1
    writeFileSync(name, bytes)
    const cases: [string[], number, RegExp][] = [
      [
        ['verify', '--data-dir', idle],
        0,
        /\nclean, but for what is on record as lost: 5 records\n$/,
      ],
      [['verify', '--data-dir', damaged], 1, /\nLOST 0000000001.segment, byte 4\d+.*\nDAMAGED/],
      [['dump', '--data-dir', damaged], 0, /kiteq: record \d+ is damaged; kiteq verify/],
      [['verify', '--data-dir', '/nowhere'], 2, /--data-dir \/nowhere is not there; expected/],
      [['replay', '--data-dir', idle], 2, /required option '--until <moment>', or '--into/],
      [
        ['replay', '--data-dir', idle, '--until', 'noon'],
        2,
        /--until is "noon"; expected an offset/,
      ],
      [['replay', '--data-dir', idle, '--until', '9999'], 2, /expected one from 0 to/],
      [['dump', '--data-dir', idle, '--from', '2026-02-30'], 2, /--from is "2026-02-30"; expected/],
      [['dump', '--data-dir', idle, '--kind', 'sent'], 2, /Expected kinds out of started, named/],
      [['dump', '--data-dir', idle, '--limit', '0'], 2, /Expected an integer from 1/],
      [['dump', '--data-dir', idle, '--id', '0'.repeat(32)], 1, /KITEQ_NOT_FOUND/],
    ]
    await Promise.all(
      cases.map(async ([args, code, message]) => {
        const { stdout, stderr, ...end } = await run(args)
        assert.equal(end.code, code, `${args.join(' ')}: ${stdout} ${stderr}`)
        assert.match(stdout + stderr, message, args.join(' '))
      }),
    )
  } finally {
    rmSync(damaged, { recursive: true })
  }
})

test('replay tells the state of a moment and what changed since another', async () => {
  const one = await run(['replay', '--data-dir', idle, '--until', '150'])
  assert.equal(one.code, 0, one.stderr)
  assert.match(one.stdout, /^the log reaches from offset 0 \(2020-.*\nbefore offset 150: /)
  assert.match(one.stdout, /rebuilt from the checkpoint at offset 100 and 50 records/)
  for (const title of ['pending', 'open transactions', 'bindings', 'dead letters'])
    assert.match(one.stdout, new RegExp(`^${title}: `, 'm'))
  const two = await run(['replay', '--data-dir', idle, '--until', 'latest', '--diff', '150'])
  assert.match(two.stdout, /\nfrom offset 150 to \d+: \d+ \w+/)
  const none = await run(['replay', '--data-dir', idle, '--until', 'earliest', '--json'])
  const { offset, time, pending } = JSON.parse(none.stdout) as Record<string, unknown>
  assert.deepEqual([offset, time, pending], [0, null, []])
})
