// `kiteq dlq`: dead letters listed and shown, of a folder in use or not; what a running broker does with them is in
// dlq-change.ts.

import type { Command } from 'commander'
import type { ListedDeadLetter } from '../broker/dead-letter-list.ts'
import { integer, messageId, withFolder, type FolderOption } from './arguments.ts'
import { counted } from './counted.ts'
import { registerChanges } from './dlq-change.ts'
import { eachLetter, withFilters, filterOf, type FilterOptions } from './dlq-select.ts'
import { storedLines, storedMessage } from './stored-message.ts'
import { timeText } from './record-text.ts'
import { print, printable, printJson } from './terminal.ts'
import { lifeOf, linesOf } from './why.ts'
import { KiteQError } from '../model/errors.ts'

interface ListOptions extends FilterOptions, FolderOption {
  readonly limit?: number
  readonly json?: true
}

interface ShowOptions extends FolderOption {
  readonly group?: string
  readonly json?: true
}

export function register(program: Command): void {
  const dlq = program.command('dlq').description('dead letters: look, redrive, undo, purge')
  const list = dlq
    .command('list')
    .description('those that are there, by group, oldest death first')
    .option('--limit <n>', 'at most so many; default: all', integer(1, Number.MAX_SAFE_INTEGER))
    .option('--json', 'as one JSON array')
  withFolder(withFilters(list)).action(listThem)
  const show = dlq
    .command('show')
    .description('one, with its header, its body and all that happened to it')
    .argument('<id>', 'message id, 32 hex digits')
    .option('--group <group>', 'only the letter of this group')
    .option('--json', 'as one JSON array')
  withFolder(show).action(showOne)
  registerChanges(dlq)
}

async function listThem(options: ListOptions): Promise<void> {
  const all: unknown[] = []
  let left = options.limit ?? Infinity
  for await (const letter of eachLetter(options.dataDir, filterOf([], options))) {
    if (options.json) all.push(fieldsOf(letter))
    else print(lineOf(letter))
    if (--left === 0) break
  }
  if (options.json) printJson(all)
}

async function showOne(text: string, options: ShowOptions): Promise<void> {
  const id = messageId(text)
  const { dataDir, group } = options
  const shown: unknown[] = []
  const filter = { ...filterOf([id], {}), ...(group === undefined ? {} : { group }) }
  for await (const letter of eachLetter(dataDir, filter, true)) {
    const stored = await storedMessage(dataDir, letter)
    const life = await lifeOfLetter(dataDir, letter)
    shown.push({ ...fieldsOf(letter), ...stored, life })
    if (options.json) continue
    for (const line of linesOfLetter(letter)) print(line)
    for (const line of storedLines(stored)) print(`  ${line}`)
    if (life !== undefined) for (const line of linesOf(life)) print(line)
  }
  if (shown.length === 0) {
    const is = group === undefined ? 'is a dead letter of no' : 'is no dead letter of'
    const name = group === undefined ? '' : ` ${JSON.stringify(group)}`
    throw new KiteQError(
      'KITEQ_NOT_FOUND',
      `message ${id} ${is} group${name}; kiteq why ${id} --data-dir ${dataDir} tells where it stands`,
    )
  }
  if (options.json) printJson(shown)
}

/** The newest under its id that is this message; undefined when the log has lost its beginning. */
async function lifeOfLetter(
  dir: string,
  { id, message }: ListedDeadLetter,
): Promise<Awaited<ReturnType<typeof lifeOf>>['lives'][number] | undefined> {
  try {
    const { lives } = await lifeOf(dir, id)
    return lives.find(({ offset }) => offset === message) ?? lives.at(-1)
  } catch (error) {
    if (error instanceof KiteQError && error.code === 'KITEQ_NOT_FOUND') return undefined
    throw error
  }
}

function lineOf(letter: ListedDeadLetter): string {
  const { id, groupName, topic, type, reason, attempts, feedback, atMs, expiresAt } = letter
  const words = [id, ...[groupName, topic, type].map(printable), reason]
  words.push(counted(attempts, 'attempt'), String(timeText(atMs)))
  if (reason !== 'expired' && expiresAt * 1000 <= Date.now()) words.push('has expired since')
  if (feedback !== '') words.push(printable(JSON.stringify(feedback)))
  return words.join('  ')
}

function linesOfLetter(letter: ListedDeadLetter): string[] {
  const { id, groupName, topic, type, reason, attempts, deliverLimit, feedback } = letter
  const kept = letter.transient ? ', by a binding that is not persistent' : ''
  return [
    `dead letter ${id} of group ${printable(groupName)}`,
    `  ${printable(topic)} / ${printable(type)}, record ${letter.message}${kept}`,
    `  died ${timeText(letter.atMs)}: ${reason}, ${counted(attempts, 'attempt')} of at most ${deliverLimit}`,
    `  last feedback: ${feedback === '' ? 'none' : printable(JSON.stringify(feedback))}`,
  ]
}

function fieldsOf(letter: ListedDeadLetter): Readonly<Record<string, unknown>> {
  const { id, groupName, topic, type, reason, attempts, deliverLimit, feedback, transient } = letter
  return {
    id,
    group: groupName,
    topic,
    type,
    offset: letter.message,
    reason,
    attempts,
    deliverLimit,
    feedback,
    transient,
    time: timeText(letter.atMs),
    expiresAt: timeText(letter.expiresAt * 1000),
  }
}
