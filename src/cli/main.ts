#!/usr/bin/env node
// The command line: which command, with what; every error becomes one line on stderr and an exit code.

import { Command, CommanderError } from 'commander'
import { register as registerBench } from './bench.ts'
import { register as registerBind } from './bind.ts'
import { register as registerDemo } from './demo.ts'
import { exitCodes, exitCodeOf, lineOf } from './exit-codes.ts'
import { register as registerPub } from './pub.ts'
import { register as registerServe } from './serve.ts'
import { register as registerSub } from './sub.ts'
import { guardOutput } from './terminal.ts'
import { register as registerTxn } from './txn.ts'
import { register as registerWhy } from './why.ts'

const program = new Command('kiteq')
  .description('a durable message broker over one append-only log')
  .showHelpAfterError('(--help tells more)')
  .exitOverride()
for (const register of [
  registerServe,
  registerPub,
  registerSub,
  registerBind,
  registerTxn,
  registerWhy,
  registerBench,
  registerDemo,
])
  register(program)

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
