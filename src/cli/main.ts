#!/usr/bin/env node
// The command line: which command, with what; every error becomes one line on stderr and an exit code.

import { Command, CommanderError } from 'commander'
import { exitCodes, exitCodeOf, lineOf } from './exit-codes.ts'
import { guardOutput } from './terminal.ts'
import { versionOf } from './version.ts'

interface CommandModule {
  readonly register: (program: Command) => void
  /** Of a command whose arguments may come in another form. */
  readonly plainArguments?: (argv: readonly string[]) => readonly string[]
}
type CommandFile = () => Promise<CommandModule>

const bindFile: CommandFile = () => import('./bind.ts')
const files: ReadonlyMap<string | undefined, CommandFile> = new Map([
  ['serve', () => import('./serve.ts')],
  ['pub', () => import('./pub.ts')],
  ['sub', () => import('./sub.ts')],
  ['bind', bindFile],
  ['unbind', bindFile],
  ['bindings', bindFile],
  ['txn', () => import('./txn.ts')],
  ['groups', () => import('./groups.ts')],
  ['dlq', () => import('./dlq.ts')],
  ['why', () => import('./why.ts')],
  ['why-not', () => import('./why-not.ts')],
  ['dump', () => import('./dump.ts')],
  ['verify', () => import('./verify.ts')],
  ['replay', () => import('./replay.ts')],
  ['import', () => import('./import.ts')],
  ['export', () => import('./export.ts')],
  ['archive', () => import('./archive.ts')],
  ['repair', () => import('./repair.ts')],
  ['backup', () => import('./backup.ts')],
  ['restore', () => import('./restore.ts')],
  ['bench', () => import('./bench.ts')],
  ['demo', () => import('./demo.ts')],
])

const program = new Command('kiteq')
  .description('a durable message broker over one append-only log')
  .showHelpAfterError('(--help tells more)')
  .exitOverride()
// Only what is asked for is loaded, because a command in a pipe should start at once; help needs them all.
const isVersion = process.argv[2] === '--version'
const wanted = files.get(process.argv[2])
if (wanted === undefined) program.version(versionOf(), '--version', 'print the version')
const needed = wanted !== undefined ? [wanted] : isVersion ? [] : new Set(files.values())
let argv: readonly string[] = process.argv
for (const load of needed) {
  const file = await load()
  file.register(program)
  argv = file.plainArguments?.(argv) ?? argv
}

guardOutput()
try {
  await program.parseAsync(argv)
} catch (error) {
  if (error instanceof CommanderError) {
    // It has said what was wrong; help and version are no errors.
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  } else {
    console.error(lineOf(error))
    process.exitCode = exitCodeOf(error)
  }
}
