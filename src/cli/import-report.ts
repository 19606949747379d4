// What an import has done, for people and as JSON. Text only.

import type { ImportVerdict } from '../broker/import-action.ts'
import { counted } from './counted.ts'
import type { ImportTally } from './import-run.ts'
import { printable } from './terminal.ts'

export interface ImportResult {
  readonly from: string
  readonly into: string
  readonly isDryRun: boolean
  readonly skipsUnbound: boolean
  /** Rows of an earlier import, passed by. */
  readonly before: number
  readonly tally: ImportTally
  /** Rows of the dead letters' tables, when they are left out. */
  readonly deadLeft: number
  /** It came to the end. */
  readonly isWhole: boolean
  readonly seconds: number
}

const topicsListedMax = 50

const taken: readonly (readonly [ImportVerdict, string])[] = [
  ['done', 'for their groups'],
  ['open', 'with an open transaction, to be asked for'],
  ['dead', 'as dead letters of their groups'],
]
const left: readonly (readonly [ImportVerdict, string])[] = [
  ['known', 'known to this broker by their ids already'],
  ['settled', 'every group that wants them has them'],
  ['expired', 'expired'],
  ['exhausted', 'as often tried in vain as their limit says'],
  ['unbound', 'no group wants them'],
  ['unserved', 'this broker does not serve their topic: it is not among its topics'],
  ['taken', 'the broker has another message of this id'],
  ['unreadable', 'no message can be made of what is stored'],
]

export function linesOf(result: ImportResult): string[] {
  const { from, into, isDryRun, before, tally, deadLeft, seconds } = result
  const { verdicts, firsts, topics } = tally
  const sum = taken.reduce((all, [verdict]) => all + (verdicts[verdict] ?? 0), 0)
  const rate = Math.round(tally.rows / Math.max(seconds, 0.001))
  const lines = [
    `${isDryRun ? 'would take' : 'took'} ${counted(sum, 'message')} of ${counted(tally.rows, 'row')} from ${printable(from)} into ${into}, ${rate}/s`,
  ]
  for (const [verdict, words] of taken)
    if ((verdicts[verdict] ?? 0) > 0) lines.push(`  ${verdicts[verdict]} ${words}`)
  for (const [verdict, words] of left)
    if ((verdicts[verdict] ?? 0) > 0)
      lines.push(
        `left out ${verdicts[verdict]}: ${words} (the first: ${printable(firsts[verdict] ?? '')})`,
      )
  if (before > 0)
    lines.push(`passed by: ${counted(before, 'row')} that an earlier import has dealt with`)
  if (deadLeft > 0)
    lines.push(`not looked at: ${counted(deadLeft, 'dead letter')}; --dead-letters takes them, too`)
  const names = [...topics.keys()].sort()
  for (const topic of names.slice(0, topicsListedMax))
    lines.push(`  topic ${printable(topic)}: ${countsText(topics.get(topic) ?? {})}`)
  if (names.length > topicsListedMax)
    lines.push(`  and ${names.length - topicsListedMax} more topics`)
  lines.push(...endOf(result))
  return lines
}

function endOf(result: ImportResult): string[] {
  const { isWhole, isDryRun, skipsUnbound } = result
  const { unbound, verdicts, firsts } = result.tally
  const left = (verdicts.unbound ?? 0) + (verdicts.unserved ?? 0)
  if (skipsUnbound && left > 0 && !isDryRun)
    return [
      `later runs pass by the ${counted(left, 'row')} that no group wants; --from-start looks at all rows again`,
    ]
  if (isDryRun && !skipsUnbound && left > 0)
    return [
      `without --skip-unbound the import will stop before message ${printable(firsts.unbound ?? firsts.unserved ?? '')}, which no group wants`,
    ]
  if (unbound !== undefined) {
    const topic = printable(unbound.topic)
    const how = result.tally.isUnserved
      ? `this broker does not serve that topic. Put it among its topics and let its groups be bound`
      : `no group wants it, and so it would be gone at once. Let its groups be bound`
    return [
      `stopped before message ${printable(unbound.id)} of topic ${topic}: ${how}, or leave such messages out with --skip-unbound; then run it again, it goes on here`,
    ]
  }
  return isWhole ? [] : ['stopped before the end; run it again, it goes on here']
}

/** Where the name of a verdict would mean something else to people. */
const wordOf: Partial<Record<ImportVerdict, string>> = { done: 'taken', taken: 'of a known id' }

function countsText(counts: Partial<Record<ImportVerdict, number>>): string {
  return [...taken, ...left]
    .flatMap(([verdict]) =>
      (counts[verdict] ?? 0) > 0 ? [`${counts[verdict]} ${wordOf[verdict] ?? verdict}`] : [],
    )
    .join(', ')
}

export function jsonOf(result: ImportResult): unknown {
  const { from, into, isDryRun, before, tally, deadLeft, isWhole, seconds } = result
  const { rows, verdicts, firsts, topics, unbound } = tally
  const zeros = Object.fromEntries([...taken, ...left].map(([verdict]) => [verdict, 0]))
  return {
    from,
    into,
    dryRun: isDryRun,
    rows,
    before,
    ...zeros,
    ...verdicts,
    firsts,
    topics: Object.fromEntries(topics),
    deadLettersLeft: deadLeft,
    stoppedAt: unbound === undefined ? null : { id: unbound.id, topic: unbound.topic },
    complete: isWhole,
    seconds,
  }
}
