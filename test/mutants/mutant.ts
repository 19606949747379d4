// What a deliberate bug is: a small edit of one source file, and the tests that must notice it. Nothing in the source knows
// of it.

export interface Mutant {
  readonly name: string
  /** What would be wrong with such a broker. */
  readonly breaks: string
  /** From the top of the project. */
  readonly file: string
  /** Stands in the file exactly once. */
  readonly find: string
  readonly replace: string
  /** Each of them must fail, by an assertion. */
  readonly caughtBy: readonly CatchingTest[]
}

export interface CatchingTest {
  readonly file: string
  /** The whole name, as the runner shows it. */
  readonly test: string
}

/** The row of docs/testing.md. */
export function rowOf({ name, breaks, caughtBy }: Mutant): string {
  const tests = caughtBy.map(({ file, test }) => `\`${file}\`: “${test}”`)
  return `| ${name} | ${breaks} | ${tests.join('; ')} |`
}
