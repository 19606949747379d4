// The command line as people run it: a process, its exit code and what it printed. Ends what it started.

import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { program } from './program.ts'

const top = path.resolve(import.meta.dirname, '../..')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunningCommand {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

export function startKiteq(args: readonly string[]): RunningCommand {
  const child = spawn(process.execPath, [...program, ...args], {
    cwd: top,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, stdout, stderr }))
  return { child, ended }
}

export function kiteq(args: readonly string[]): Promise<Ended> {
  return startKiteq(args).ended
}

/** What `--json` printed. An error of the command fails the test. */
export async function kiteqJson<T>(args: readonly string[]): Promise<T> {
  const { stdout, stderr } = await kiteq([...args, '--json'])
  assert.equal(stderr, '')
  return JSON.parse(stdout) as T
}
