// Every random test prints its seed before the first step and replays from SEED= and RUNS=. What it demands to have seen is not
// left to one seed: where chance did not show it, the next seed follows.

import assert from 'node:assert/strict'

/** A demand that has one chance in two with each seed fails once in a million runs. */
const triesMax = 20

/** Parameters for fc.assert: `runs` times the RUNS factor (1 by default, larger at night), seed from SEED or drawn and printed. */
export function seeded(
  name: string,
  runs: number,
): {
  seed: number
  numRuns: number
  includeErrorInReport: boolean
} {
  const given = process.env['SEED']
  const seed = given === undefined ? Math.floor(Math.random() * 0x7fffffff) : Number(given)
  const factor = Number(process.env['RUNS'] ?? '1')
  const numRuns = Math.max(1, Math.round(runs * factor))
  console.log(`${name}: SEED=${seed} RUNS=${factor} (${numRuns} runs)`)
  return { seed, numRuns, includeErrorInReport: true }
}

/**
 * What is made of `first`, or of the first seed behind it that shows all that is demanded; `lacks` names what is not there.
 * The same for the same seed. Fails when none of so many seeds does.
 */
export async function variedFrom<T>(
  name: string,
  first: number,
  make: (seed: number) => Promise<T> | T,
  lacks: (made: T) => readonly string[],
): Promise<T> {
  for (let seed = first; ; seed++) {
    const made = await make(seed)
    const missing = lacks(made)
    if (missing.length === 0) return made
    const text = `${name}: nothing of ${missing.join(', ')} with seed ${seed}`
    assert.ok(seed + 1 < first + triesMax, `${text}, nor all of it with one of ${triesMax} seeds`)
    console.log(`${text}; the next one follows`)
  }
}
