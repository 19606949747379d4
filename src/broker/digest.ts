// The digest of all durable state: that of every fold, chained in a fixed order with the few single values. Equal digests
// mean equal state; a replay, a restart and a checkpoint are held against each other by it.

import { Digest, EntryHash } from '../model/mix.ts'

interface Fold {
  /** Adds every entry; walks all of them. */
  digestInto(into: Digest): void
}

/** What is digested of a broker's state: every fold, and the single values beside them. */
export interface DigestedState {
  readonly topicNames: Fold
  readonly typeNames: Fold
  readonly groupNames: Fold
  readonly messages: Fold
  readonly topics: Fold
  readonly settled: Fold & { readonly windowMs: number; readonly idsMax: number }
  readonly bindings: Fold
  readonly queues: Fold
  readonly dead: Fold
  readonly transactions: Fold
  readonly journal: Fold
  readonly epoch: number
  readonly logId: string
  readonly formatVersion: number
  readonly nextOffset: number
  readonly lastTimeMs: number
}

/** Walks all of the state: tens of nanoseconds a message. */
export function digestOf(state: DigestedState): string {
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
    .whole(state.settled.windowMs)
    .whole(state.settled.idsMax)
  for (const fold of folds) {
    const digest = new Digest()
    fold.digestInto(digest)
    hash.word(digest.a).word(digest.b)
  }
  const sum = new Digest()
  hash.addTo(sum)
  return sum.hex
}
