// System calls of a broker that the kernel answers with EIO: strace starts it and lets the chosen calls fail, of every
// thread, for the whole life of the process.

import { spawnSync } from 'node:child_process'
import { program } from './program.ts'

export function whyNoFailingCalls(): string | undefined {
  const isLinux = process.platform === 'linux'
  const args = ['-qq', '-o', '/dev/null', '-e', 'inject=kill:error=EIO', 'true']
  if (isLinux && spawnSync('strace', args).status === 0) return undefined
  return 'strace cannot make a system call fail here'
}

export interface FailingCalls {
  /** Names, apart by commas. */
  readonly call: string
  /** Which of them, as strace counts: `3` the third, `3+` from the third on. */
  readonly when: string
  /** Only those on this file or folder, by its name at that moment. */
  readonly path?: string
}

/** For BrokerOptions.command. With -D the traced process is the child itself, and its pid the one that is known. */
export function failingBroker({ call, when, path }: FailingCalls): readonly string[] {
  const strace = [
    'strace',
    '-D',
    '-f',
    '--seccomp-bpf',
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    `trace=${call}`,
  ]
  const inject = ['-e', `inject=${call}:error=EIO:when=${when}`]
  const only = path === undefined ? [] : ['-P', path]
  const broker = [process.execPath, ...program, 'serve']
  return [...strace, ...only, ...inject, ...broker]
}
