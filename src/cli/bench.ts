// `kiteq bench`: hands over to bench/ of a checkout; a package has none.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { KiteQError } from '../model/errors.ts'

export function register(program: Command): void {
  program
    .command('bench')
    .description('measure this machine, from a checkout of the sources')
    .argument('<name>', 'publish, publish-consume, append, recover, …')
    .argument('[options...]', 'of the bench; after --')
    .allowUnknownOption()
    .action(bench)
}

async function bench(name: string, options: readonly string[]): Promise<void> {
  const top = fileURLToPath(new URL('../../', import.meta.url))
  if (!existsSync(`${top}bench/main.ts`))
    throw new KiteQError(
      'KITEQ_NOT_FOUND',
      `${top}bench is not there; expected a checkout of the sources`,
    )
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', `${top}bench/main.ts`, name, ...options],
    { cwd: top, stdio: 'inherit' },
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  const [code] = (await once(child, 'exit')) as [number | null]
  process.exitCode = code ?? 1
}
