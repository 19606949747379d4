// System calls of a running process made slow: strace attaches, holds every write and sync back for a while, and lets go.
// Says why where that is not possible; ends only the strace that it started.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** What a disk does slowly: writes that are synced, and syncs. */
const calls = 'pwrite64,fdatasync,fsync'

export function whyNoSlowCalls(): string | undefined {
  if (process.platform !== 'linux') return 'strace holds back system calls on Linux only'
  const tried = spawnSync('strace', [
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    'inject=kill:delay_enter=1',
    'true',
  ])
  return tried.status === 0 ? undefined : 'strace cannot hold back a system call here'
}

/** From now on every write and sync of the process takes `ms` longer. Resolves with what ends that. */
export async function slowCalls(pid: number, ms: number): Promise<() => Promise<void>> {
  const trace = ['-f', '-o', '/dev/null', '-e', `trace=${calls}`]
  const inject = ['-e', `inject=${calls}:delay_enter=${ms * 1000}`]
  const strace = spawn('strace', [...trace, ...inject, '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(strace, 'exit')
  const said: string[] = []
  for await (const line of createInterface({ input: strace.stderr })) {
    said.push(line)
    if (/attached/.test(line)) break
  }
  if (!said.some((line) => /attached/.test(line))) throw new Error(said.join('\n'))
  strace.stderr.resume()
  return async () => {
    strace.kill('SIGINT')
    await ended
  }
}
