// Broken invariants crash: a dead broker recovers from its log, a wrong one spreads.

export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`)
}

/** A new member of a union does not compile until every switch over it has thought about it. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
