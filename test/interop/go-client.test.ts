// The original's own Go modules (framing, protobuf, client layer) against the real broker. Each case of the Go program
// is a test here; what it proves is said in the program. Skipped aloud without Go, but never in CI.

import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { startBroker, temporaryFolder } from '../support/broker-process.ts'

const run = promisify(execFile)
const source = path.resolve(import.meta.dirname, 'go')
const inCI = process.env['CI'] === 'true'

const leaseSeconds = 2
/** Longer than the lease, so that a delivery repeated in spite of its ack is seen. */
const quiet = ['-quiet', `${leaseSeconds * 1000 + 500}ms`, '-jobs', '12']
/** Short times, so that redeliveries and inquiries come while somebody waits for them. */
const quickTimes = `
[delivery]
deliverySeconds = ${leaseSeconds}
backOff = [[1, 0], [4, 0.5]]

[transactions]
inquiryFirstSeconds = 1
inquiryMaxSeconds = 5
`

interface Outcome {
  readonly case: string
  readonly says: string
  readonly ok: boolean
  readonly ms: number
  readonly error?: string
  readonly facts?: unknown
}

let folder = ''
let program: string | undefined
let whyNot = ''

before(async () => {
  folder = temporaryFolder('conformance')
  try {
    await run('go', ['version'])
  } catch {
    whyNot = 'go is not installed, so the original modules cannot be built'
    return
  }
  const file = path.join(folder, 'kiteq-conformance')
  try {
    await run('go', ['build', '-buildvcs=false', '-o', file, '.'], { cwd: source })
    program = file
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    if (!/dial tcp|no such host|i\/o timeout|connection refused/.test(said)) throw error
    whyNot = `the original modules cannot be fetched: ${said}`
  }
})

after(() => rmSync(folder, { recursive: true, force: true }))

/** The program, or a loud skip; in CI a failure. */
function built(t: TestContext): string | undefined {
  if (program !== undefined) return program
  if (inCI) assert.fail(whyNot)
  t.skip(whyNot)
  return undefined
}

async function registryOf(file: string, prefix: string, cases = 'all'): Promise<string> {
  const args = ['-print-registry', '-prefix', prefix, '-case', cases]
  return (await run(file, args)).stdout
}

/** Runs the cases and makes a test of each line. */
async function conform(t: TestContext, file: string, args: readonly string[]): Promise<void> {
  const child = spawn(file, [...quiet, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
  t.after(() => child.kill('SIGKILL'))
  let seen = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const outcome = JSON.parse(line) as Outcome
    seen++
    await t.test(`${outcome.case}: ${outcome.says}`, (inner) => {
      if (outcome.facts !== undefined) inner.diagnostic(JSON.stringify(outcome.facts))
      assert.ok(outcome.ok, outcome.error)
    })
  }
  const code = await exited
  assert.ok(seen > 0, `no case ran: ${errors}`)
  assert.equal(code, 0, errors || 'a case failed, see above')
}

test('the original modules and the broker understand each other', async (t) => {
  const file = built(t)
  if (file === undefined) return
  const dataDir = path.join(folder, 'data')
  const first = await startBroker({
    dataDir,
    registry: await registryOf(file, 'one-'),
    config: quickTimes,
  })
  t.after(() => first.stop())
  await t.test('on an empty data folder', (inner) =>
    conform(inner, file, [
      ...['-broker', first.address, '-prefix', 'one-'],
      ...['-registry', first.registryFile],
    ]),
  )
  const stopped = await first.stop()
  assert.equal(stopped.code, 0, first.stderr.join('\n'))

  const again = 'receive-ack,duplicate-id,offline,tx-commit,tx-left-open,burst'
  const second = await startBroker({
    dataDir,
    registry: await registryOf(file, 'two-', again),
    config: quickTimes,
  })
  t.after(() => second.stop())
  await t.test('on a data folder used before', (inner) =>
    conform(inner, file, ['-broker', second.address, '-prefix', 'two-', '-case', again]),
  )
})

test('the bind command takes the place of a registry', async (t) => {
  const file = built(t)
  if (file === undefined) return
  const broker = await startBroker({ config: quickTimes })
  t.after(() => broker.stop())
  const cases = 'receive-ack,matching,unicode,offline,tx-commit'
  await conform(t, file, ['-broker', broker.address, '-bind', '-case', cases])
})
