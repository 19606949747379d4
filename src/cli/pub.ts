// `kiteq pub`: one message, or a message a line of standard input, no faster than the broker answers.

import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { connect, type Client } from '../client/client.ts'
import type { OutgoingMessage } from '../client/outgoing.ts'
import { KiteQError } from '../model/errors.ts'
import { integer, property, topicText, withBroker, type BrokerOption } from './arguments.ts'
import { exitCodes } from './exit-codes.ts'
import { print, printable, printJson, Progress, tell } from './terminal.ts'

interface PubOptions extends BrokerOption {
  readonly group: string
  readonly lines?: true
  readonly file?: string
  readonly property?: Record<string, string>
  readonly snappy?: true
  readonly fly?: true
  readonly transaction?: true
  readonly expires?: number
  readonly deliverLimit?: number
  readonly id?: string
  readonly window: number
  readonly json?: true
}

export function register(program: Command): void {
  const command = program
    .command('pub')
    .description('publish a message, or one a line of standard input')
    .argument('<topic>', topicText)
    .argument('<type>', 'message type')
    .argument('[body]', 'default: all of standard input')
    .option('--lines', 'a message for every line of standard input')
    .option('--file <path>', 'the body, as bytes')
    .option('--group <group>', "the publisher's group", 'kiteq-cli')
    .option('--property <key=value>', 'a property; may be given several times', property)
    .option('--snappy', 'pack the body')
    .option('--fly', 'do not store')
    .option('--transaction', 'prepare, then commit')
    .option('--expires <seconds>', 'life from now on; default 7 days', integer(1, 604_800))
    .option('--deliver-limit <count>', 'deliveries before the dead letters', integer(1, 100))
    .option('--id <id>', 'message id, 32 hex digits; default: a new one')
    .option('--window <count>', 'unanswered at a time, with --lines', integer(1, 65_536), 4096)
    .option('--json', 'the answer as JSON')
  withBroker(command).action(
    async (topic: string, type: string, body: string | undefined, options: PubOptions) => {
      await publish({ topic, type, body: '' }, body, options)
    },
  )
}

async function publish(
  named: OutgoingMessage,
  body: string | undefined,
  options: PubOptions,
): Promise<void> {
  checkSources(body, options)
  const message = { ...named, ...extrasOf(options) }
  const content = options.lines ? '' : await readBody(body, options)
  const { broker: address, group, window: pendingMax } = options
  const client = await connect({ address, group, pendingMax })
  try {
    if (options.lines) await publishLines(client, message, options)
    else await publishOne(client, { ...message, body: content }, options)
  } finally {
    await client.close()
  }
}

function checkSources(body: string | undefined, options: PubOptions): void {
  const given = [body !== undefined, options.lines, options.file !== undefined].filter(Boolean)
  if (given.length > 1) throw usage('expected one of: a body, --file, --lines')
  if (options.lines && (options.transaction ?? options.id) !== undefined)
    throw usage('--lines goes with neither --transaction nor --id')
  if (given.length === 0 && process.stdin.isTTY)
    throw usage('there is no body; expected one as argument, --file or on standard input')
}

function extrasOf(options: PubOptions): Partial<OutgoingMessage> {
  const { property: properties, snappy, fly, expires, deliverLimit, id } = options
  return {
    ...(properties === undefined ? {} : { properties }),
    ...(snappy === undefined ? {} : { snappy }),
    ...(fly === undefined ? {} : { fly }),
    ...(expires === undefined ? {} : { expiresAt: new Date(Date.now() + expires * 1000) }),
    ...(deliverLimit === undefined ? {} : { deliverLimit }),
    ...(id === undefined ? {} : { id }),
  }
}

async function readBody(
  body: string | undefined,
  { file }: PubOptions,
): Promise<string | Uint8Array> {
  if (file !== undefined) return readFileSync(file)
  if (body !== undefined) return body
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

async function publishOne(
  client: Client,
  message: OutgoingMessage,
  options: PubOptions,
): Promise<void> {
  const { id, feedback } = options.transaction
    ? await client.publishInTransaction(message, () => undefined)
    : await client.publish(message)
  if (options.json) printJson({ id, topic: message.topic, type: message.type, feedback })
  else print(`${id} ${printable(feedback)}`)
}

interface Tally {
  stored: number
  failed: number
  firstProblem: KiteQError | undefined
}

async function publishLines(
  client: Client,
  message: OutgoingMessage,
  options: PubOptions,
): Promise<void> {
  const tally: Tally = { stored: 0, failed: 0, firstProblem: undefined }
  const progress = new Progress()
  const startedMs = performance.now()
  const settle = (error: KiteQError | undefined): void => {
    if (error === undefined) tally.stored++
    else fail(tally, error)
    progress.show(() => `${tally.stored} stored, ${tally.failed} refused`)
  }
  for await (const lines of linesOf(process.stdin)) {
    for (const body of lines) {
      if (client.pendingCount >= options.window) await client.room()
      sendLine(client, { ...message, body }, settle)
    }
  }
  await client.settled()
  progress.end()
  report(tally, (performance.now() - startedMs) / 1000, options)
}

/** What cannot be sent at all is a failed line, too; a closed client ends it. */
function sendLine(
  client: Client,
  message: OutgoingMessage,
  settle: (error: KiteQError | undefined) => void,
): void {
  try {
    client.send(message, settle)
  } catch (error) {
    if (!(error instanceof KiteQError) || error.code !== 'KITEQ_USAGE') throw error
    settle(error)
  }
}

function fail(tally: Tally, error: KiteQError): void {
  tally.failed++
  tally.firstProblem ??= error
}

function report(tally: Tally, seconds: number, options: PubOptions): void {
  const { stored, failed, firstProblem } = tally
  const problem = firstProblem === undefined ? undefined : printable(firstProblem.message)
  if (options.json) printJson({ stored, failed, seconds, problem })
  else {
    const rate = Math.round(stored / Math.max(seconds, 0.001))
    tell(`${stored} stored, ${failed} refused, ${rate}/s`)
    if (problem !== undefined) tell(`the first problem: ${problem}`)
  }
  if (failed > 0) process.exitCode = exitCodes.negative
}

/** The lines of a stream, many at a time, without their ends. */
async function* linesOf(input: AsyncIterable<unknown>): AsyncGenerator<string[]> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of input) {
    const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    const end = bytes.lastIndexOf(lineFeed) + 1
    if (end > 0) yield bytes.toString('utf8', 0, end - 1).split(/\r?\n/)
    rest = bytes.subarray(end)
  }
  if (rest.length > 0) yield [rest.toString('utf8')]
}

const lineFeed = 0x0a

function usage(message: string): KiteQError {
  return new KiteQError('KITEQ_USAGE', message)
}
