// What must be zero in every run. A run in which it is not says nothing about speed.

import type { LoadResult } from '../load/result.ts'

/** One line naming what was wrong in the run called `name`, or none. */
export function faultsOf(name: string, { publish, consume }: Partial<LoadResult>): string[] {
  const counts: Readonly<Record<string, number>> = {
    unanswered: publish?.unanswered ?? 0,
    unexpected: publish?.unexpected ?? 0,
    refused: publish?.refused ?? 0,
    lost: consume === undefined ? 0 : Math.max(0, (publish?.acked ?? 0) - consume.unique),
    duplicates: consume?.duplicates ?? 0,
    damaged: consume?.damaged ?? 0,
  }
  const bad = Object.entries(counts).filter(([, count]) => count > 0)
  if (bad.length === 0) return []
  const why =
    publish === undefined || publish.firstRefusal === '' ? '' : ` (${publish.firstRefusal})`
  return [
    `NOT IN ORDER: ${name}: ${bad.map(([what, count]) => `${count} ${what}`).join(', ')}${why}`,
  ]
}
