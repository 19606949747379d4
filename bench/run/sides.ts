// The order of runs: yardstick and broker in turn, each on a fresh folder, so that both meet the same minutes.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { probeDisk, type DiskProbe } from './disk-probe.ts'
import { say } from './report.ts'
import { brokerCommand, type ServerKind } from './servers.ts'

/** Both, or the one asked for; says so when there is no broker to measure. */
export function sidesOf(only: string | undefined): readonly ServerKind[] {
  const both: readonly ServerKind[] = ['yardstick', 'broker']
  if (only !== undefined && !both.includes(only as ServerKind)) {
    throw new Error(`--only takes ${both.join(' or ')}, not ${only}`)
  }
  const wanted = both.filter((side) => only === undefined || side === only)
  if (!wanted.includes('broker') || brokerCommand() !== undefined) return wanted
  say('No broker found (dist/cli/main.js, src/cli/main.ts): the yardstick runs alone.')
  return wanted.filter((side) => side !== 'broker')
}

/** A folder for the length of `use`, removed afterwards, with the disk probed on both ends. */
export async function withProbedDir<T>(
  parent: string | undefined,
  use: (dir: string) => Promise<T>,
): Promise<{ result: T; probeBefore: DiskProbe; probeAfter: DiskProbe }> {
  const dir = mkdtempSync(join(parent ?? tmpdir(), 'kiteq-bench-'))
  const remove = (): void => rmSync(dir, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    const probeBefore = probeDisk(dir)
    const result = await use(dir)
    const probeAfter = probeDisk(dir)
    return { result, probeBefore, probeAfter }
  } finally {
    process.off('exit', remove)
    remove()
  }
}
