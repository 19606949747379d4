#!/usr/bin/env node
// The command line: which command, with what; errors become one line and an exit code.

import { Command } from 'commander'
import { KiteQError } from '../model/errors.ts'
import { register as registerServe } from './serve.ts'

const program = new Command('kiteq')
registerServe(program)
program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof KiteQError ? `${error.code}: ${error.message}` : error)
  process.exit(1)
})
