#!/usr/bin/env node
// The command line: which command, with what; every error becomes one line on stderr and an exit code.

import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { exitCodes, exitCodeOf, lineOf } from './exit-codes.ts'
import { guardOutput } from './terminal.ts'

type CommandFile = () => Promise<{ register: (program: Command) => void }>

const bindFile: CommandFile = () => import('./bind.ts')
const files: ReadonlyMap<string | undefined, CommandFile> = new Map([
  ['serve', () => import('./serve.ts')],
  ['pub', () => import('./pub.ts')],
  ['sub', () => import('./sub.ts')],
  ['bind', bindFile],
  ['unbind', bindFile],
  ['bindings', bindFile],
  ['txn', () => import('./txn.ts')],
  ['why', () => import('./why.ts')],
  ['dump', () => import('./dump.ts')],
  ['verify', () => import('./verify.ts')],
  ['replay', () => import('./replay.ts')],
  ['bench', () => import('./bench.ts')],
  ['demo', () => import('./demo.ts')],
])

/** Of the package, two folders up from here in src/ and in dist/. */
function versionOf(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

const program = new Command('kiteq')
  .description('a durable message broker over one append-only log')
  .showHelpAfterError('(--help tells more)')
  .exitOverride()
// Only what is asked for is loaded, because a command in a pipe should start at once; help needs them all.
const wanted = files.get(process.argv[2])
if (wanted === undefined) program.version(versionOf(), '--version', 'print the version')
for (const load of wanted === undefined ? new Set(files.values()) : [wanted])
  (await load()).register(program)

guardOutput()
try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    // It has said what was wrong; help and version are no errors.
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  } else {
    console.error(lineOf(error))
    process.exitCode = exitCodeOf(error)
  }
}
