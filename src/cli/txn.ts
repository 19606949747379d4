// `kiteq txn`: messages that were prepared and wait for a decision, and the operator's word on them.

import type { Command } from 'commander'
import { KiteQError } from '../model/errors.ts'
import { messageId, withFolder, type FolderOption } from './arguments.ts'
import type { OpenTransaction } from '../broker/listings.ts'
import { counted } from './counted.ts'
import { decide, transactionsOf } from './folder.ts'
import { print, printable, printJson } from './terminal.ts'
import { lifeOf, linesOf } from './why.ts'

interface TxnOptions extends FolderOption {
  readonly json?: true
}

export function register(program: Command): void {
  const txn = program.command('txn').description('prepared messages and their decisions')
  const list = txn
    .command('list')
    .description('the open ones, oldest first')
    .option('--json', 'as one JSON array')
  withFolder(list).action(async (options: TxnOptions) => {
    const open = await transactionsOf(options.dataDir)
    if (options.json) printJson(open)
    else for (const one of open) print(lineOf(one))
  })
  const show = txn
    .command('show')
    .description('one, open or decided, with all that happened')
    .argument('<id>', 'message id, 32 hex digits')
    .option('--json', 'as one JSON object')
  withFolder(show).action(async (text: string, options: TxnOptions) => {
    const id = messageId(text)
    const { lives } = await lifeOf(options.dataDir, id)
    if (options.json) printJson(lives.at(-1))
    else for (const line of linesOf(lives.at(-1)!)) print(line)
  })
  for (const [name, op] of [
    ['commit', 'transaction-commit'],
    ['rollback', 'transaction-rollback'],
  ] as const) {
    const command = txn
      .command(name)
      .description(`${name} an open one; recorded as an operator's decision`)
      .argument('<id>', 'message id, 32 hex digits')
      .option('--json', 'the answer as JSON')
    withFolder(command).action(async (text: string, options: TxnOptions) => {
      const id = messageId(text)
      try {
        await decide(options.dataDir, op, id)
      } catch (error) {
        throw (await reasonFor(error, options.dataDir, id)) ?? error
      }
      if (options.json) printJson({ id, decision: name })
      else print(`${id} ${name === 'commit' ? 'committed' : 'rolled back'}`)
    })
  }
}

/** Why there was nothing to decide: the log knows who was first. */
async function reasonFor(error: unknown, dir: string, id: string): Promise<KiteQError | undefined> {
  if (!(error instanceof KiteQError) || error.code !== 'KITEQ_NOT_FOUND') return undefined
  const { lives } = await lifeOf(dir, id)
  const { outcome, events } = lives.at(-1)!
  const how = events.find(({ what }) => what === outcome)?.detail ?? ''
  const text = {
    prepared: undefined,
    published: `message ${id} was published at once, in no transaction`,
    committed: `transaction ${id} is decided already: committed ${how}`,
    'rolled back': `transaction ${id} is decided already: rolled back ${how}`,
  }[outcome]
  return text === undefined
    ? undefined
    : new KiteQError('KITEQ_NOT_FOUND', printable(text), { cause: error })
}

function lineOf(one: OpenTransaction): string {
  const inquiries =
    one.inquiries === 0
      ? 'not inquired yet'
      : `inquired ${counted(one.inquiries, 'time')}, last ${new Date(one.lastInquiryAtMs).toISOString()}`
  return [
    one.id,
    printable(one.topic),
    printable(one.type),
    printable(one.group),
    `prepared ${new Date(one.preparedAtMs).toISOString()}`,
    inquiries,
  ].join('  ')
}
