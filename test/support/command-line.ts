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
  /** Resolves once its stderr holds this text. */
  readonly said: (text: string) => Promise<void>
}

export interface CommandOptions {
  /** All of its standard input; nothing by default. */
  readonly input?: string
  /** Beside that of the tests. */
  readonly env?: Readonly<Record<string, string>>
}

export function startKiteq(args: readonly string[], options: CommandOptions = {}): RunningCommand {
  return startCommand(process.execPath, [...program, ...args], options)
}

/** Any command, from the top folder; killed after a minute. */
export function startCommand(
  command: string,
  args: readonly string[],
  { input = '', env }: CommandOptions = {},
): RunningCommand {
  const child = spawn(command, args, {
    cwd: top,
    env: { ...process.env, ...env },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout,
    stderr,
  }))
  const said = async (text: string): Promise<void> => {
    while (!stderr.includes(text)) await once(child.stderr, 'data')
  }
  return { child, ended, said }
}

export function kiteq(args: readonly string[], options?: CommandOptions): Promise<Ended> {
  return startKiteq(args, options).ended
}

/** What `--json` printed. An error of the command fails the test. */
export async function kiteqJson<T>(args: readonly string[]): Promise<T> {
  const { stdout, stderr } = await kiteq([...args, '--json'])
  assert.equal(stderr, '')
  return JSON.parse(stdout) as T
}
