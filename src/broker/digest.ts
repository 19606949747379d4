// The digest of all durable state: that of every fold, chained in a fixed order with the few single values. Equal digests
// mean equal state; a replay, a restart and a checkpoint are held against each other by it.

import { Digest, EntryHash } from '../model/mix.ts'
import type { BrokerState } from './state.ts'

interface Fold {
  readonly digest: Digest
  recompute(into: Digest): void
}

/** From the sums the folds keep; costs nothing. */
export function digestOf(state: BrokerState): string {
  return chain(state, (fold) => fold.digest)
}

/** From the entries themselves: walks everything, for tests and `verify`. Equals `digestOf` or a fold has a defect. */
export function recomputeDigest(state: BrokerState): string {
  return chain(state, (fold) => {
    const digest = new Digest()
    fold.recompute(digest)
    return digest
  })
}

function chain(state: BrokerState, digestOfFold: (fold: Fold) => Digest): string {
  const folds: readonly Fold[] = [
    state.topicNames,
    state.typeNames,
    state.groupNames,
    state.messages,
    state.topics,
    state.settled,
    state.bindings,
    state.queues,
    state.dead,
    state.transactions,
    state.journal,
  ]
  const hash = new EntryHash()
    .word(state.epoch)
    .text(state.logId)
    .word(state.formatVersion)
    .whole(state.nextOffset)
    .whole(state.lastTimeMs)
  for (const fold of folds) {
    const digest = digestOfFold(fold)
    hash.word(digest.a).word(digest.b)
  }
  const sum = new Digest()
  hash.addTo(sum)
  return sum.hex
}
