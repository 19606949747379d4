// What a bad night leaves behind, and the way out of it: a broker that refuses to start, `kiteq repair`, and a broker that
// serves again what is still there.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { startBroker, temporaryFolder } from '../support/broker-process.ts'
import { program } from '../support/program.ts'
import { kiteq, type Ended } from '../support/command-line.ts'

const top = path.resolve(import.meta.dirname, '../..')
const segment = (number: number): string => `${String(number).padStart(10, '0')}.segment`
const linesFrom = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `line ${first + n}`)

/** A log of three runs, 50 messages published in each, that one group waits for. */
let healthy: string
/** A copy for one test. */
let dir: string

before(async () => {
  healthy = temporaryFolder('healthy')
  for (let epoch = 0; epoch < 3; epoch++) {
    const broker = await startBroker({ dataDir: healthy })
    const env = { KITEQ_ADDRESS: broker.address }
    if (epoch === 0) await done(['bind', 'trade', 'pay', '--group', 'ledger'], '', env)
    const lines = linesFrom(epoch * 50, 50).join('\n')
    await done(['pub', 'trade', 'pay', '--lines'], lines, env)
    await broker.stop()
  }
})
after(() => {
  rmSync(healthy, { recursive: true })
})

function run(args: readonly string[], input = '', env = {}): Promise<Ended> {
  return kiteq(args, { input, env })
}

async function done(args: readonly string[], input: string, env: object): Promise<void> {
  const { code, stderr } = await run(args, input, env)
  assert.equal(code, 0, stderr)
}

async function onCopy(use: () => Promise<void>): Promise<void> {
  dir = temporaryFolder('repair')
  try {
    cpSync(healthy, dir, { recursive: true })
    await use()
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** No start, a dry run that says so, a repair, and a start. Resolves with what the repair printed, and who is left. */
async function rescue(): Promise<{ readonly said: string; readonly left: readonly string[] }> {
  const serve = ['serve', '--data-dir', dir, '--listen', '127.0.0.1:0', '--http', 'off']
  const refused = await run(serve)
  assert.equal(refused.code, 65, refused.stdout)
  assert.match(refused.stderr, /KITEQ_LOG_CORRUPT: .*; what can be mended is told by: kiteq repair/)
  const dry = await run(['repair', '--data-dir', dir])
  assert.equal(dry.code, 1, dry.stderr)
  assert.match(
    dry.stdout,
    /\nnothing was changed; do it with: kiteq repair --data-dir .* --apply\n$/,
  )
  assert.equal(existsSync(path.join(dir, 'quarantine')), false)
  assert.equal((await run(serve)).code, 65, 'a dry run mends nothing')
  const repair = await run(['repair', '--data-dir', dir, '--apply'])
  assert.equal(repair.code, 0, repair.stdout + repair.stderr)
  assert.match(repair.stdout, /\na start will succeed: records up to offset \d+/)
  const again = await run(['repair', '--data-dir', dir])
  assert.deepEqual([again.code, again.stderr], [0, ''])
  assert.match(again.stdout, /: nothing to do\n/)
  return { said: repair.stdout, left: await received() }
}

async function received(): Promise<readonly string[]> {
  const broker = await startBroker({ dataDir: dir })
  try {
    const env = { KITEQ_ADDRESS: broker.address }
    await done(['pub', 'trade', 'pay', 'the end'], '', env)
    const got: string[] = []
    // One by one: how many are left is what is asked.
    const sub = ['sub', 'trade', 'pay', '--group', 'ledger', '--no-bind', '--timeout', '20']
    const child = spawn(process.execPath, [...program, ...sub], {
      cwd: top,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let text = ''
    for await (const chunk of child.stdout) {
      text += String(chunk)
      if (text.includes('the end\n')) break
    }
    child.kill('SIGKILL')
    got.push(...text.split('\n').slice(0, -1))
    return got.slice(0, got.indexOf('the end'))
  } finally {
    await broker.stop()
  }
}

test('a header that is gone is made again, and every message is delivered', () =>
  onCopy(async () => {
    const name = path.join(dir, segment(2))
    const bytes = readFileSync(name)
    bytes.fill(0, 0, 4096)
    writeFileSync(name, bytes)
    const { said, left } = await rescue()
    assert.match(
      said,
      /MEND 0000000002\.segment: .*first offset \d+, epoch 2, crc seed as 8 records have it/,
    )
    assert.match(said, /nothing lost/)
    assert.deepEqual(left, linesFrom(0, 150))
  }))

test('a segment that is gone costs its own messages and no others', () =>
  onCopy(async () => {
    rmSync(path.join(dir, segment(2)))
    const { said, left } = await rescue()
    assert.match(said, /FILL 0000000002\.segment: 1 segment missing here/)
    assert.match(said, /\d+ records lost for good/)
    assert.deepEqual(left, [...linesFrom(0, 50), ...linesFrom(100, 50)])
    const health = await run(['verify', '--data-dir', dir])
    assert.match(health.stdout, /\nLOST 0000000002\.segment/)
  }))

test('a record that is damaged is stepped over by a start, and repair keeps its bytes', () =>
  onCopy(async () => {
    const name = path.join(dir, segment(2))
    const bytes = readFileSync(name)
    const at = bytes.indexOf('line 70')
    bytes[at]! ^= 1
    writeFileSync(name, bytes)
    const repair = await run(['repair', '--data-dir', dir, '--apply'])
    assert.equal(repair.code, 0, repair.stderr)
    assert.match(
      repair.stdout,
      /KEEP A COPY of 0000000002\.segment at byte \d+, .*still readable: [0-9a-f]{32}/,
    )
    const [day] = readdirSync(path.join(dir, 'quarantine'))
    const folder = path.join(dir, 'quarantine', day!)
    const { items } = JSON.parse(readFileSync(path.join(folder, 'report.json'), 'utf8')) as {
      items: { savedAs: string; position: number; bytes: number }[]
    }
    const { savedAs, position, bytes: length } = items[0]!
    const kept = readFileSync(path.join(folder, savedAs))
    assert.deepEqual(kept, bytes.subarray(position, position + length))
    const left = await received()
    assert.deepEqual(
      left,
      linesFrom(0, 150).filter((line) => line !== 'line 70'),
    )
  }))

test('a loss is told by all, until an operator of the running broker accepts it', () =>
  onCopy(async () => {
    rmSync(path.join(dir, segment(2)))
    await done(['repair', '--data-dir', dir, '--apply'], '', {})
    const idle = await run(['repair', '--data-dir', dir, '--accept-loss'])
    assert.equal(idle.code, 69, idle.stderr)
    const broker = await startBroker({ dataDir: dir, args: ['--http', '127.0.0.1:0'] })
    await broker.line(/http on/)
    const health = async (): Promise<[number, string]> => {
      const answer = await fetch(`http://${broker.http}/healthz`)
      return [answer.status, await answer.text()]
    }
    assert.equal((await health())[0], 503)
    const copied = await run(['backup', '--data-dir', dir, '--to', `${dir}-copy`])
    rmSync(`${dir}-copy`, { recursive: true, force: true })
    assert.equal(copied.code, 0)
    assert.match(
      copied.stderr,
      /WARNING: the log is damaged, and so is its copy: \d+ records in 1 damaged place/,
    )
    const accepted = await run(['repair', '--data-dir', dir, '--accept-loss'])
    assert.match(
      accepted.stdout,
      /^accepted: 1 damaged place, \d+ records lost; the broker is degraded no longer/,
    )
    const [status, text] = await health()
    assert.equal(status, 200)
    assert.match(
      text,
      /"status":"ok","reason":"1 damaged place in the log, .*accepted by an operator"/,
    )
    await broker.stop()
    const { stdout } = await run(['verify', '--data-dir', dir])
    assert.match(stdout, /on record as lost: 1 damaged place with \d+ records, .*; accepted\n/)
  }))

test('a folder that a broker serves is not repaired', async () => {
  const broker = await startBroker()
  try {
    for (const more of [[], ['--apply']]) {
      const { code, stderr } = await run(['repair', '--data-dir', broker.dataDir, ...more])
      assert.equal(code, 75)
      assert.match(stderr, new RegExp(`KITEQ_FOLDER_OWNED: .* process ${broker.pid}`))
    }
  } finally {
    await broker.stop()
  }
})
