// Which dead letters are meant: options, the filter they make, and the letters it finds, asked of the owner of a folder
// or read from it. Must never miss one because others come and go meanwhile.

import { InvalidArgumentError, Option, type Command } from 'commander'
import {
  describeDeadLetters,
  selectDeadLetters,
  type DeadLetterCursor,
  type DeadLetterFilter,
  type ListedDeadLetter,
} from '../broker/dead-letter-list.ts'
import type { GroupNumber, Offset } from '../model/ids.ts'
import type { DeathReason } from '../model/record.ts'
import { deathReasons } from '../consumer-offsets/dead-letters.ts'
import { messageId } from './arguments.ts'
import { ask, askBroker, readState } from './folder.ts'

export interface FilterOptions {
  readonly group?: string
  readonly topic?: string
  readonly type?: string
  readonly reason?: DeathReason
  /** Ms. */
  readonly olderThan?: number
}

/** Group number and offset. */
export type LetterPair = readonly [GroupNumber, Offset]

const describedAtOnce = 500
const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

export function withFilters(command: Command): Command {
  return command
    .option('--group <group>', 'of this group')
    .option('--topic <topic>', 'of this topic')
    .option('--type <type>', 'of this message type')
    .addOption(new Option('--reason <reason>', 'why it died').choices(deathReasons))
    .option('--older-than <time>', 'dead for longer: 90s, 15m, 12h, 7d', durationOf)
}

function durationOf(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count === undefined) throw new InvalidArgumentError('Expected 90s, 15m, 12h or 7d.')
  return Number(count) * unitMs[unit!]!
}

/** Throws KITEQ_USAGE for what is no id. */
export function filterOf(ids: readonly string[], options: FilterOptions): DeadLetterFilter {
  const { group, topic, type, reason, olderThan } = options
  return {
    ...(group === undefined ? {} : { group }),
    ...(topic === undefined ? {} : { topic }),
    ...(type === undefined ? {} : { type }),
    ...(reason === undefined ? {} : { reason }),
    ...(olderThan === undefined ? {} : { untilMs: Date.now() - olderThan }),
    ...(ids.length === 0 ? {} : { ids: ids.map(messageId) }),
  }
}

/** Is anything said about which? */
export function selects(ids: readonly string[], options: FilterOptions): boolean {
  return Object.keys(filterOf(ids, options)).length > 0
}

/** As a person would say it. */
export function filterText({ ids, untilMs, ...words }: DeadLetterFilter): string {
  const parts = Object.entries(words).map(([name, value]) => `${name} ${value}`)
  if (ids !== undefined) parts.push(ids.join(' '))
  if (untilMs !== undefined) parts.push(`dead since ${new Date(untilMs).toISOString()} or longer`)
  return parts.length === 0 ? 'all' : parts.join(', ')
}

/** All that match; a list of pairs, because redriving one changes what comes after. */
export async function selectPairs(dir: string, filter: DeadLetterFilter): Promise<LetterPair[]> {
  const pairs: LetterPair[] = []
  let from: DeadLetterCursor | undefined
  for (;;) {
    const answer = await ask(dir, { op: 'dead-select', filter, ...(from && { from }) })
    if (answer === undefined) return offlinePairs(dir, filter)
    const { letters, next } = answer as { letters: LetterPair[]; next?: DeadLetterCursor }
    pairs.push(...letters)
    if (next === undefined) return pairs
    from = next
  }
}

async function offlinePairs(dir: string, filter: DeadLetterFilter): Promise<LetterPair[]> {
  const { letters } = selectDeadLetters(await readState(dir), filter, undefined, Infinity)
  return letters.map(({ group, message }) => [group, message])
}

/** Each that matches; those that have left meanwhile are passed over. `whole`: with all of the feedback. */
export async function* eachLetter(
  dir: string,
  filter: DeadLetterFilter,
  whole = false,
): AsyncGenerator<ListedDeadLetter> {
  const answer = await ask(dir, { op: 'dead-select', filter: { ids: [] } })
  if (answer === undefined) {
    const state = await readState(dir)
    const { letters } = selectDeadLetters(state, filter, undefined, Infinity)
    yield* describeDeadLetters(state, letters)
    return
  }
  const pairs = await selectPairs(dir, filter)
  for (let at = 0; at < pairs.length;) {
    const letters = pairs.slice(at, at + describedAtOnce)
    const listed = (await askBroker(dir, {
      op: 'dead-list',
      letters,
      whole,
    })) as ListedDeadLetter[]
    yield* listed
    at += stepOf(letters, listed)
  }
}

/** An answer may end early, where it got long: behind its last one it goes on. */
function stepOf(letters: readonly LetterPair[], listed: readonly ListedDeadLetter[]): number {
  const last = listed.at(-1)
  if (last === undefined) return letters.length
  const end = letters.findIndex(
    ([group, message]) => group === last.group && message === last.message,
  )
  return listed.length === letters.length ? letters.length : end + 1
}
