// Seeds that show much of what may go wrong: they run always, and deliberate bugs are held against them. What a seed means changes
// with the simulation.

export interface KeptSeed {
  readonly seed: number
  readonly members: 3 | 5
  /** Virtual time of trouble, ms. */
  readonly troubledMs: number
  readonly why: string
}

export const keptSeeds: readonly KeptSeed[] = [
  { seed: 1, members: 3, troubledMs: 15_000, why: 'a leader stands still between pull and report' },
  { seed: 4, members: 3, troubledMs: 15_000, why: 'followers are ahead of what is safe' },
]

/**
 * As `seeded`, but from a stated seed on unless SEED says otherwise: which clusters a change has to pass is the same every time,
 * and new ones are looked for with SEED and RUNS.
 */
export function seededFrom(
  name: string,
  first: number,
  runs: number,
): { readonly seed: number; readonly numRuns: number } {
  const seed = Number(process.env['SEED'] ?? first)
  const factor = Number(process.env['RUNS'] ?? '1')
  const numRuns = Math.max(1, Math.round(runs * factor))
  console.log(`${name}: SEED=${seed} RUNS=${factor} (${numRuns} runs)`)
  return { seed, numRuns }
}
