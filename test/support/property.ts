// Every random test prints its seed before the first step and replays from SEED= and RUNS=.

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
