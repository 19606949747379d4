// The command line against the real broker: pipes, exit codes, and the stories told from the log.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { startBroker, type BrokerProcess } from '../support/broker-process.ts'
import { program } from '../support/program.ts'
import { startKiteq, type Ended, type RunningCommand } from '../support/command-line.ts'

const top = path.resolve(import.meta.dirname, '../..')

let broker: BrokerProcess
before(async () => {
  broker = await startBroker()
})
after(async () => {
  await broker.stop()
})

function start(args: readonly string[], input = ''): RunningCommand {
  return startKiteq(args, { input, env: { KITEQ_ADDRESS: broker.address } })
}

function run(args: readonly string[], input = ''): Promise<Ended> {
  return start(args, input).ended
}

const folder = (): string[] => ['--data-dir', broker.dataDir]

test('what pub is given, sub prints, and why tells', async () => {
  const sub = start(['sub', 'trade', 'pay-succ-200', '--group', 's-trade', '--count', '1', '-v'])
  await sub.said('listens')
  const pub = await run(['pub', 'trade', 'pay-succ-200', 'hello\tworld', '--property', 'a=b'])
  assert.equal(pub.code, 0, pub.stderr)
  const id = pub.stdout.split(' ')[0]!
  const { code, stdout } = await sub.ended
  assert.equal(code, 0)
  assert.equal(stdout, `${id} pay-succ-200 hello\\tworld\n`)
  const why = await run(['why', id, ...folder()])
  assert.equal(why.code, 0, why.stderr)
  for (const part of ['published', 'to s-trade', 'attempt 1', 'property a = b', 's-trade acked it'])
    assert.ok(why.stdout.includes(part), `${part} in ${why.stdout}`)
  const json = await run(['why', id, '--json', ...folder()])
  const { lives } = JSON.parse(json.stdout) as { lives: { groups: unknown; events: unknown[] }[] }
  assert.deepEqual(lives[0]!.groups, { 's-trade': 'acked' })
})

test('lines go through a pipe, whatever their number', async () => {
  const count = 20_000
  const bind = await run(['bind', 'lines', 'x', '--group', 's-lines'])
  assert.equal(bind.code, 0, bind.stderr)
  const lines = Array.from({ length: count }, (_, at) => `line ${at}`)
  const pub = await run(['pub', 'lines', 'x', '--lines', '--window', '100'], lines.join('\n'))
  assert.equal(pub.code, 0, pub.stderr)
  assert.match(pub.stderr, new RegExp(`${count} stored, 0 refused`))
  const sub = await run(['sub', 'lines', '--no-bind', '--group', 's-lines', '--count', `${count}`])
  assert.equal(sub.code, 0)
  assert.deepEqual(new Set(sub.stdout.trimEnd().split('\n')), new Set(lines))
})

test('bindings are listed and removed', async () => {
  await run(['bind', 'listed', 'pay-.*', '--regex', '--group', 's-listed', '--watermark', '5'])
  const only = ['--topic', 'listed', '--json', ...folder()]
  const [listed] = JSON.parse((await run(['bindings', ...only])).stdout) as unknown[]
  assert.deepEqual(listed, {
    source: 'client',
    topic: 'listed',
    group: 's-listed',
    bindType: 'regex',
    messageType: 'pay-.*',
    watermark: 5,
    persistent: true,
    waiting: 0,
    dead: 0,
    connections: 0,
  })
  await run(['unbind', 'listed', '--group', 's-listed'])
  assert.deepEqual(JSON.parse((await run(['bindings', ...only])).stdout), [])
})

test('a transaction is committed by the command that made it', async () => {
  const pub = await run(['pub', 'trade', 'x', 'y', '--transaction', '--json'])
  const { id } = JSON.parse(pub.stdout) as { id: string }
  const show = await run(['txn', 'show', id, ...folder()])
  assert.match(show.stdout, /prepared[^]*committed {2,}by client/)
  assert.equal((await run(['txn', 'list', ...folder()])).stdout, '')
  const again = await run(['txn', 'rollback', id, ...folder()])
  assert.equal(again.code, 1, again.stderr)
})

test('exit codes tell what went wrong, and stderr in one line', async () => {
  const cases: [string[], number, RegExp][] = [
    [['why', '0'.repeat(32), ...folder()], 1, /KITEQ_NOT_FOUND/],
    [['pub', 'trade'], 2, /missing required argument/],
    [['why', 'abc', ...folder()], 2, /expected 32 hex digits/],
    [['pub', 'trade', 'x', 'y', '--broker', '127.0.0.1:1'], 69, /KITEQ_CLOSED.*127\.0\.0\.1:1/],
    [
      ['sub', 'trade', 'x', '--count', '1', '--timeout', '1', '--group', 'nobody'],
      1,
      /0 of 1 arrived in 1 s/,
    ],
    [['serve', ...folder(), '--listen', '127.0.0.1:0', '--http', 'off'], 75, /KITEQ_FOLDER_OWNED/],
    [['serve', '--durability', 'sometimes'], 78, /KITEQ_CONFIG.*durability/],
  ]
  await Promise.all(
    cases.map(async ([args, code, message]) => {
      const ended = await run(args)
      assert.equal(ended.code, code, `${args.join(' ')}: ${ended.stderr}`)
      assert.match(ended.stderr, message)
    }),
  )
  const help = await run(['--help'])
  assert.equal(help.code, 0)
  const words =
    'serve pub sub bind unbind bindings txn groups dlq why why-not repair backup restore bench'
  for (const name of words.split(' ')) assert.match(help.stdout, new RegExp(`^  ${name} `, 'm'))
})

test('a reader that goes away ends sub quietly', async () => {
  await run(['bind', 'head', 'x', '--group', 's-head'])
  await run(['pub', 'head', 'x', '--lines'], 'one\ntwo\nthree\nfour\n')
  const self = [process.execPath, ...program].join(' ')
  const command = `${self} sub head --no-bind --group s-head | head -n 1`
  const child = spawn('sh', ['-c', command], {
    cwd: top,
    env: { ...process.env, KITEQ_ADDRESS: broker.address },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const closed = once(child, 'close')
  while (stdout === '') await once(child.stdout, 'data')
  // A pipe without a reader shows at the next write.
  await run(['pub', 'head', 'x', '--lines'], 'five\nsix\n')
  const [code] = (await closed) as [number]
  assert.deepEqual([code, stdout], [0, 'one\n'])
  assert.doesNotMatch(stderr, /EPIPE|Error/)
})
