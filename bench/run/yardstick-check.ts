// Is the yardstick itself in order? It is held against the bare server measured when the design was made.

import { referenceCpuNs } from './cpu-probe.ts'
import type { CheckContext, Row } from './grid.ts'
import { figure } from './statistics.ts'

/** Acked publishes a second of 200 B with 1,024 in flight on one connection: log on the main loop, zero-filled file. */
const referencePerSecond = 741_000
const shareMin = 0.6

/** One line to print, or none when the cell was not run at 200 B. */
export function yardstickCheck(rows: readonly Row[], context: CheckContext): string[] {
  const row = rows.find((one) => one.cell === '1x1024' && one.side === 'yardstick')
  if (row === undefined || context.bodyBytes !== 200) return []
  const best = row.perSecond.high
  const both = `yardstick 1x1024, best run: ${figure(best)} a second; reference: ${figure(referencePerSecond)}`
  if (context.probes.some((probe) => probe.regime === 'slow')) {
    return [`${both}. The disk was in the slow regime, so the two cannot be compared`]
  }
  if (best >= shareMin * referencePerSecond) return [`${both}. In order`]
  return [
    `${both}. MORE THAN 40 % UNDER IT in the fast regime: the yardstick has a fault, unless the cores ` +
      `were slower (${figure(context.cpuProbeNs / referenceCpuNs)} times the checksum's time of then) ` +
      `or held by other programs (column "other": ${figure(row.otherCores.median)})`,
  ]
}
