// `kiteq sub`: prints what is delivered to a group, one line a message, and acks it once it is printed.

import type { Command } from 'commander'
import { connect } from '../client/client.ts'
import type { Message } from '../client/message.ts'
import type { ClientBinding } from '../client/subscriber.ts'
import { integer, topicText, withBroker, type BrokerOption } from './arguments.ts'
import { bindingsOf, withBindings, type BindingOptions } from './binding-options.ts'
import { exitCodes } from './exit-codes.ts'
import { drained, print, printable, tell } from './terminal.ts'

interface SubOptions extends BrokerOption, BindingOptions {
  readonly group: string
  readonly count?: number
  readonly timeout?: number
  readonly window: number
  readonly verbose?: true
  readonly json?: true
  /** `--no-ack`, `--no-bind` */
  readonly ack: boolean
  readonly bind: boolean
}

export function register(program: Command): void {
  const command = program
    .command('sub')
    .description('print the messages of a topic, one a line, until stopped')
    .argument('<topic>', topicText)
    .argument('[type]', 'message type, or a pattern with --regex; default: every type')
    .option('--group <group>', "the consumer's group", 'demo')
    .option('--count <n>', 'end after so many', integer(1, Number.MAX_SAFE_INTEGER))
    .option('--timeout <seconds>', 'end after so long', integer(1, 2_000_000))
    .option('--window <count>', 'deliveries at a time', integer(1, 65_536), 256)
    .option('-v, --verbose', 'id and type before the body')
    .option('--no-ack', 'look only: everything is delivered again')
    .option('--no-bind', 'use the bindings there are')
    .option('--json', 'a JSON object a line')
  command.addHelpText(
    'after',
    `
The bindings of a group and a topic are one list: sub replaces it without a word, and leaves it there when it ends.
With --no-bind it uses the list there is. A pattern that can never match ends it with 1.`,
  )
  withBroker(withBindings(command)).action(
    async (topic: string, type: string | undefined, options: SubOptions) => {
      const bindings = bindingsOf(type === undefined ? [] : [type], options)
      await subscribe(topic, options.bind ? bindings : undefined, options)
    },
  )
}

async function subscribe(
  topic: string,
  bindings: readonly ClientBinding[] | undefined,
  options: SubOptions,
): Promise<void> {
  const { broker: address, group, ack, window } = options
  const countMax = options.count ?? Infinity
  const client = await connect({ address, group })
  let count = 0
  const { stopped, stop } = stopping(options.timeout)
  client.on('disconnected', (error) => tell(`kiteq: ${error.message}; trying again`))
  client.on('connected', (where) => tell(`kiteq: connected to ${where}`))
  client.on('closed', stop)
  const handle = (message: Message): undefined | Promise<undefined> => {
    // Beyond the count: somebody else's, once this connection has gone.
    if (count >= countMax) return never
    count++
    const isTaken = print(lineOf(message, options))
    if (count >= countMax) stop()
    if (!ack) return never
    return isTaken ? undefined : drained().then(() => undefined)
  }
  try {
    const subscription = bindings === undefined ? { topic } : { topic, bindings }
    const flow = { window: Math.min(window, countMax) }
    const { remark } = await client.subscribe(subscription, handle, flow)
    if (remark !== '') {
      // It can never print anything.
      tell(`kiteq: bound, but: ${printable(remark)}`)
      process.exitCode = exitCodes.negative
      return
    }
    const which = options.bind ? '' : ' with the bindings there are (kiteq bindings lists them)'
    tell(`kiteq: group ${group} listens to ${topic} on ${address}${which}; Control-C ends`)
    const isTimeUp = await stopped
    if (isTimeUp && count < countMax && countMax !== Infinity)
      tell(`kiteq: ${count} of ${countMax} arrived in ${options.timeout} s`)
  } finally {
    // Without acks nothing is at work that is worth a wait.
    await client.close({ drainMs: ack && count < countMax ? 2_000 : 100 })
  }
  if (count < countMax && countMax !== Infinity) process.exitCode = exitCodes.negative
}

/** Settles by a signal, by the clock (then with true) or by stop(). */
function stopping(timeoutSeconds: number | undefined): {
  stopped: Promise<boolean>
  stop: () => void
} {
  let end: (isTimeUp: boolean) => void = () => undefined
  const stopped = new Promise<boolean>((resolve) => (end = resolve))
  const stop = (): void => end(false)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  if (timeoutSeconds !== undefined) setTimeout(() => end(true), timeoutSeconds * 1000).unref()
  return { stopped, stop }
}

function lineOf(message: Message, options: SubOptions): string {
  if (options.json) return JSON.stringify(jsonOf(message))
  const body = printable(message.text())
  return options.verbose ? `${message.id} ${printable(message.type)} ${body}` : body
}

function jsonOf(message: Message): unknown {
  const { id, topic, type, group, form, headers, properties } = message
  const body =
    form === 'string'
      ? { body: message.text() }
      : { bodyBase64: Buffer.from(message.bytes()).toString('base64') }
  return {
    id,
    topic,
    type,
    group,
    ...body,
    properties: Object.fromEntries(properties),
    createdAt: headers.createdAt,
    expiresAt: headers.expiresAt,
  }
}

const never = new Promise<undefined>(() => {
  // a delivery that is never answered
})
