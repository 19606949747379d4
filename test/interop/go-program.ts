// The Go program of the original's modules as a child process: built once a test file, its lines made into tests, its asks
// answered. Without Go it is skipped aloud, but never in CI.

import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { after, before, type TestContext } from 'node:test'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { temporaryFolder } from '../support/broker-process.ts'

const run = promisify(execFile)
const source = path.resolve(import.meta.dirname, 'go')
const inCI = process.env['CI'] === 'true'

const leaseSeconds = 2
/** Longer than the lease, so that a delivery repeated in spite of its ack is seen. */
const quiet = ['-quiet', `${leaseSeconds * 1000 + 500}ms`, '-jobs', '12']
/** Settings of a broker with short times, so that redeliveries and inquiries come while somebody waits for them. */
export const quickTimes: string = `
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

interface Ask {
  /** A verb and the address of a broker. */
  readonly ask: string
}

/** Does what a case asks for; resolves when it is done. */
export type Answer = (verb: string, address: string) => Promise<void>

export class GoProgram {
  #folder = ''
  #file: string | undefined
  #whyNot = ''

  /** Builds it before the first test of a file, and removes it behind the last one. */
  static ofThisFile(): GoProgram {
    const program = new GoProgram()
    before(() => program.#build())
    after(() => rmSync(program.#folder, { recursive: true, force: true }))
    return program
  }

  /** A folder that goes with the program. */
  get folder(): string {
    return this.#folder
  }

  /** True when it can run; otherwise the test is skipped, and in CI it fails. */
  isBuilt(t: TestContext): boolean {
    if (this.#file !== undefined) return true
    if (inCI) assert.fail(this.#whyNot)
    t.skip(this.#whyNot)
    return false
  }

  /** What it prints and stops at, such as the registry file its cases need. */
  async printed(args: readonly string[]): Promise<string> {
    return (await run(this.#file!, args)).stdout
  }

  /** Runs the cases and makes a test of each. Asks are answered one after the other. */
  async conform(t: TestContext, args: readonly string[], answer?: Answer): Promise<void> {
    const control = answer === undefined ? [] : ['-control']
    const child = spawn(this.#file!, [...quiet, ...control, ...args], { stdio: 'pipe' })
    let errors = ''
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    child.stdin.on('error', () => undefined) // it has ended, and that is looked at below
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve))
    t.after(() => child.kill('SIGKILL'))
    let seen = 0
    for await (const line of createInterface({ input: child.stdout })) {
      const said = JSON.parse(line) as Outcome | Ask
      if ('ask' in said) {
        const [verb, address] = said.ask.split(' ')
        child.stdin.write(`${await answered(answer!(verb!, address!))}\n`)
        continue
      }
      seen++
      await t.test(`${said.case}: ${said.says}`, (inner) => {
        inner.diagnostic(`${said.ms} ms ${JSON.stringify(said.facts ?? {})}`)
        assert.ok(said.ok, said.error)
      })
    }
    const code = await exited
    assert.ok(seen > 0, `no case ran: ${errors}`)
    assert.equal(code, 0, errors || 'a case failed, see above')
  }

  async #build(): Promise<void> {
    this.#folder = temporaryFolder('conformance')
    try {
      await run('go', ['version'])
    } catch {
      this.#whyNot = 'go is not installed, so the original modules cannot be built'
      return
    }
    const file = path.join(this.#folder, 'kiteq-conformance')
    try {
      await run('go', ['build', '-buildvcs=false', '-o', file, '.'], { cwd: source })
      this.#file = file
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error)
      if (!/dial tcp|no such host|i\/o timeout|connection refused/.test(said)) throw error
      this.#whyNot = `the original modules cannot be fetched: ${said}`
    }
  }
}

async function answered(done: Promise<void>): Promise<string> {
  try {
    await done
    return 'done'
  } catch (error) {
    return String(error).replaceAll('\n', ' ')
  }
}
