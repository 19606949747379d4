// `kiteq dlq redrive` and `purge`: the selection is made once, then worked off in slices by the broker that owns the folder;
// what is done stays done, whenever it ends. And `redrive --undo`, which is read off the log.

import type { Command } from 'commander'
import { KiteQError } from '../model/errors.ts'
import { integer, withFolder, type FolderOption } from './arguments.ts'
import { counted } from './counted.ts'
import {
  filterOf,
  filterText,
  selectPairs,
  selects,
  withFilters,
  type FilterOptions,
  type LetterPair,
} from './dlq-select.ts'
import { exitCodes } from './exit-codes.ts'
import { askBroker } from './folder.ts'
import { Pace, rateOf } from './pace.ts'
import { untriedOf, type UntriedLetter } from './redrive-reading.ts'
import { print, printJson, tell } from './terminal.ts'

interface ChangeOptions extends FilterOptions, FolderOption {
  readonly all?: true
  readonly dryRun?: true
  readonly json?: true
}

interface RedriveOptions extends ChangeOptions {
  readonly rate: number
  readonly undo?: number
}

interface PurgeOptions extends ChangeOptions {
  readonly yes?: true
}

type Counts = Record<string, number>

const rateDefault = 1000
/** With all that a dead letter says a slice still fits into a line to the broker. */
const sliceMax = 128

export function registerChanges(dlq: Command): void {
  const redrive = dlq
    .command('redrive')
    .description('back into the queue of their group, attempts counted anew')
    .argument('[ids...]', 'message ids, 32 hex digits')
    .option('--all', 'every dead letter there is')
    .option('--rate <n/s>', 'so many a second; 0: as fast as it goes', rateOf, rateDefault)
    .option('--undo <act>', 'take back what this redrive put back and nobody was sent', undoneOf)
    .option('--dry-run', 'only tell what would be done; asks the running broker, too')
    .option('--json', 'the outcome as one JSON object')
  withFolder(withFilters(redrive)).action(async (ids: string[], options: RedriveOptions) => {
    if (options.undo === undefined) await redriveThem(ids, options)
    else await undo(options.undo, ids, options)
  })
  const purge = dlq
    .command('purge')
    .description('remove them; only groups reset can give them again, while the log has them')
    .argument('[ids...]', 'message ids, 32 hex digits')
    .option('--all', 'every dead letter there is')
    .option('--dry-run', 'only tell what would be done; asks the running broker, too')
    .option('--yes', 'do it')
    .option('--json', 'the outcome as one JSON object')
  withFolder(withFilters(purge)).action(purgeThem)
}

const undoneOf = integer(0, Number.MAX_SAFE_INTEGER)

async function redriveThem(ids: readonly string[], options: RedriveOptions): Promise<void> {
  const pairs = await selected(ids, options)
  const counts = await inSlices('dead-redrive', pairs, options, options.rate, {
    detail: filterText(filterOf(ids, options)),
  })
  const { done = 0, gone = 0, expired = 0, away = 0, act = 0 } = counts
  const left = pairs.length - done - gone - expired - away
  const isWhole = done === pairs.length && (ids.length === 0 || pairs.length > 0)
  if (!isWhole) process.exitCode = exitCodes.negative
  if (options.json) {
    printJson({ act: act === 0 ? null : act, redriven: done, expired, away, gone, left })
    return
  }
  const what = options.dryRun ? 'would be put back' : 'put back'
  const name = act === 0 ? 'redrive' : `redrive ${act}`
  print(`${name}: ${done} of ${counted(pairs.length, 'dead letter')} ${what}`)
  if (expired > 0) print(`  ${expired} expired: nobody would get it, so it cannot be redriven`)
  if (away > 0)
    print(`  ${away} left dead: the group keeps nothing while it is away, and it is away`)
  if (gone > 0) print(`  ${gone} no dead letter any more`)
  if (left > 0) print(`  ${left} left as they were: stopped before`)
  if (act > 0)
    print(
      `undo what nobody was sent yet: kiteq dlq redrive --undo ${act} --data-dir ${options.dataDir}`,
    )
}

async function purgeThem(ids: readonly string[], options: PurgeOptions): Promise<void> {
  const pairs = await selected(ids, options)
  if (!options.yes && !options.dryRun)
    throw new KiteQError(
      'KITEQ_USAGE',
      `purge would remove ${counted(pairs.length, 'dead letter')}; expected --yes to do it, or --dry-run`,
    )
  const detail = filterText(filterOf(ids, options))
  const {
    done = 0,
    gone = 0,
    act = 0,
  } = await inSlices('dead-purge', pairs, options, 0, {
    detail,
  })
  const left = pairs.length - done - gone
  if (done < pairs.length || (ids.length > 0 && done === 0)) process.exitCode = exitCodes.negative
  if (options.json) {
    printJson({ act: act === 0 ? null : act, purged: done, gone, left })
    return
  }
  const what = options.dryRun ? 'would be removed' : 'removed'
  print(`purge: ${done} of ${counted(pairs.length, 'dead letter')} ${what}`)
  if (left > 0) print(`  ${left} left as they were: stopped before`)
}

/** Throws KITEQ_USAGE when nothing says which. */
async function selected(ids: readonly string[], options: ChangeOptions): Promise<LetterPair[]> {
  if (options.all !== true && !selects(ids, options))
    throw new KiteQError(
      'KITEQ_USAGE',
      'nothing says which dead letters; expected ids, a filter such as --group, or --all',
    )
  const pairs = await selectPairs(options.dataDir, filterOf(ids, options))
  if (pairs.length === 0) tell('kiteq: no dead letter matches')
  return pairs
}

async function undo(act: number, ids: readonly string[], options: RedriveOptions): Promise<void> {
  if (options.all || selects(ids, options))
    throw new KiteQError('KITEQ_USAGE', '--undo takes back a whole redrive; expected nothing else')
  const { letters, redriven, returned, undoneBy } = await untriedOf(options.dataDir, act)
  const triples = letters.map(({ group, message, was }: UntriedLetter) => [group, message, was])
  const counts = await inSlices('dead-undo', triples, options, options.rate, { undone: act })
  const { done = 0, tried = 0 } = counts
  const left = letters.length - done - tried
  if (left > 0) process.exitCode = exitCodes.negative
  const triedInAll = redriven - returned - letters.length + tried
  if (options.json) {
    const before = { returnedBefore: returned, undoneBy: undoneBy ?? null }
    printJson({ undone: act, redriven, returned: done, ...before, tried: triedInAll, left })
    return
  }
  const what = options.dryRun ? 'would go back' : 'went back'
  print(`undo of redrive ${act}: ${done} of ${redriven} ${what} to the dead letters`)
  if (returned > 0)
    print(`  ${returned} already undone${undoneBy === undefined ? '' : ` by act ${undoneBy}`}`)
  if (triedInAll > 0)
    print(
      `  ${triedInAll} sent or settled since: left as ${triedInAll === 1 ? 'it is' : 'they are'}`,
    )
  if (left > 0) print(`  ${left} left as they were: stopped before`)
}

/** Sums of what the broker counted; ends early at Control-C. */
async function inSlices(
  op: string,
  letters: readonly unknown[],
  options: ChangeOptions,
  rate: number,
  more: Readonly<Record<string, unknown>>,
): Promise<Counts> {
  const sums: Counts = {}
  const pace = new Pace(options.dryRun ? 0 : rate)
  const who = `kiteq dlq, pid ${process.pid}`
  const isDryRun = options.dryRun === true
  let act: number | undefined
  let at = 0
  let asked = 0
  try {
    while (at < letters.length && !pace.isStopped) {
      const slice = letters.slice(at, at + Math.min(pace.slice, sliceMax))
      const request = { op, letters: slice, who, dryRun: isDryRun, ...more, ...(act && { act }) }
      asked = slice.length
      const counts = (await askBroker(options.dataDir, request)) as Counts
      asked = 0
      at += slice.length
      if (counts['act']) act = counts['act']
      for (const [name, count] of Object.entries(counts))
        if (name !== 'act') sums[name] = (sums[name] ?? 0) + count
      await pace.took(slice.length, () => `${at} of ${letters.length}`)
    }
  } catch (error) {
    if (at > 0 || asked > 0) tell(cutText(op, sums['done'] ?? 0, asked, act, options))
    throw error
  } finally {
    pace.end()
  }
  return act === undefined ? sums : { ...sums, act }
}

/** What was done stays done; what was asked for last, only the log knows. */
function cutText(
  op: string,
  done: number,
  asked: number,
  act: number | undefined,
  { dataDir, dryRun }: ChangeOptions,
): string {
  if (dryRun) return `kiteq: ${done} were counted before this`
  const name = act === undefined ? '' : ` (act ${act})`
  const maybe = asked === 0 ? '' : `, and up to ${asked} more whose answer did not come`
  const undo =
    op !== 'dead-redrive' || act === undefined
      ? ''
      : `; undo what nobody was sent yet: kiteq dlq redrive --undo ${act} --data-dir ${dataDir}`
  return `kiteq: ${done} were done before this${name}${maybe}; they stay done: for the rest run it again${undo}`
}
