// What lies between two summaries of one log: what grew and shrank, what came and went. Pure; knows the order of time, not
// which of the two was asked for first.

import type { OpenTransaction } from '../broker/listings.ts'
import type {
  BindingSummary,
  DeadLetterSummary,
  PausedSummary,
  PendingSummary,
  StateSummary,
} from './state-summary.ts'

export interface Change<T> {
  readonly came: readonly T[]
  readonly went: readonly T[]
}

export interface PendingChange {
  readonly topic: string
  readonly group: string
  /** Each before and after. */
  readonly waiting: readonly [number, number]
  readonly out: readonly [number, number]
  readonly parked: readonly [number, number]
}

export interface SummaryDiff {
  readonly from: number
  readonly to: number
  /** Of the records between, by kind. */
  readonly records: Readonly<Record<string, number>>
  readonly live: readonly [number, number]
  readonly epoch: readonly [number, number]
  readonly digest: readonly [string, string]
  /** Only where something changed. */
  readonly pending: readonly PendingChange[]
  readonly transactions: Change<OpenTransaction>
  readonly bindings: Change<BindingSummary>
  readonly deadLetters: Change<DeadLetterSummary>
  readonly paused: Change<PausedSummary>
}

/** `before` is not later than `after`. */
export function diffOf(
  before: StateSummary,
  after: StateSummary,
  records: Readonly<Record<string, number>>,
): SummaryDiff {
  return {
    from: before.offset,
    to: after.offset,
    records,
    live: [before.live, after.live],
    epoch: [before.epoch, after.epoch],
    digest: [before.digest, after.digest],
    pending: pendingChanges(before.pending, after.pending),
    transactions: change(before.transactions, after.transactions, ({ offset }) => `${offset}`),
    bindings: change(before.bindings, after.bindings, (binding) => JSON.stringify(binding)),
    deadLetters: change(
      before.deadLetters,
      after.deadLetters,
      ({ offset, group, time }) => `${offset} ${time} ${group}`,
    ),
    paused: change(before.paused, after.paused, ({ group, since }) => `${since} ${group}`),
  }
}

function change<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (item: T) => string,
): Change<T> {
  return { came: without(after, before, keyOf), went: without(before, after, keyOf) }
}

/** Of `items` those that have no equal in `others`; two that are alike need two. */
function without<T>(
  items: readonly T[],
  others: readonly T[],
  keyOf: (item: T) => string,
): readonly T[] {
  const counts = new Map<string, number>()
  for (const other of others) counts.set(keyOf(other), (counts.get(keyOf(other)) ?? 0) + 1)
  return items.filter((item) => {
    const key = keyOf(item)
    const count = counts.get(key) ?? 0
    if (count > 0) counts.set(key, count - 1)
    return count === 0
  })
}

function pendingChanges(
  before: readonly PendingSummary[],
  after: readonly PendingSummary[],
): PendingChange[] {
  const keyOf = ({ topic, group }: PendingSummary): string => JSON.stringify([topic, group])
  const was = new Map(before.map((one) => [keyOf(one), one]))
  const is = new Map(after.map((one) => [keyOf(one), one]))
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key): PendingChange[] => {
    const [one, other] = [was.get(key), is.get(key)]
    const { topic, group } = (other ?? one)!
    const pair = (of: 'waiting' | 'out' | 'parked'): readonly [number, number] => [
      one?.[of] ?? 0,
      other?.[of] ?? 0,
    ]
    const changed = { waiting: pair('waiting'), out: pair('out'), parked: pair('parked') }
    const isSame = Object.values(changed).every(([from, to]) => from === to)
    return isSame ? [] : [{ topic, group, ...changed }]
  })
}
