// `kiteq bind`, `unbind`, `bindings`: what groups want. Changing goes through the broker's client port, as a client of
// that group; looking goes through the data folder.

import type { Command } from 'commander'
import { connect } from '../client/client.ts'
import {
  topicText,
  withBroker,
  withFolder,
  type BrokerOption,
  type FolderOption,
} from './arguments.ts'
import { bindingsOf, withBindings, type BindingOptions } from './binding-options.ts'
import type { ListedBinding } from '../broker/listings.ts'
import { counted } from './counted.ts'
import { bindingsOf as boundIn } from './folder.ts'
import { exitCodes } from './exit-codes.ts'
import { print, printable, printJson, tell } from './terminal.ts'

interface BindOptions extends BrokerOption, BindingOptions {
  readonly group: string
  readonly json?: true
}

interface BindingsOptions extends FolderOption {
  readonly topic?: string
  readonly group?: string
  readonly json?: true
}

export function register(program: Command): void {
  const bind = program
    .command('bind')
    .description(
      "make the list of a group's bindings of a topic complete: it replaces the one before, without a word",
    )
    .argument('<topic>', topicText)
    .argument('[types...]', 'message types, or patterns with --regex; default: every type')
    .requiredOption('--group <group>', 'the group that wants them')
    .option('--json', 'the answer as JSON')
  withBroker(withBindings(bind)).action(
    async (topic: string, types: string[], options: BindOptions) => {
      const bindings = bindingsOf(types, options)
      const remark = await change(options, (client) => client.bind(topic, bindings))
      const { group } = options
      say(options, { topic, group, bindings: bindings.length, remark })
      if (remark !== '') process.exitCode = exitCodes.negative
    },
  )
  const unbind = program
    .command('unbind')
    .description("remove a group's bindings of a topic, as far as clients made them")
    .argument('<topic>', topicText)
    .requiredOption('--group <group>', 'the group that wants no more')
    .option('--json', 'the answer as JSON')
  withBroker(unbind).action(async (topic: string, options: BindOptions) => {
    await change(options, (client) => client.unbind(topic))
    say(options, { topic, group: options.group, bindings: 0, remark: '' })
  })
  const bindings = program
    .command('bindings')
    .description('list all bindings, of a folder in use or not')
    .option('--topic <topic>', 'only of this topic')
    .option('--group <group>', 'only of this group')
    .option('--json', 'as one JSON array')
  withFolder(bindings).action(list)
}

type ConnectedClient = Awaited<ReturnType<typeof connect>>

async function change<T>(
  options: BindOptions,
  work: (client: ConnectedClient) => Promise<T>,
): Promise<T> {
  const client = await connect({ address: options.broker, group: options.group })
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

interface Done {
  readonly topic: string
  readonly group: string
  readonly bindings: number
  readonly remark: string
}

function say(options: BindOptions, done: Done): void {
  if (options.json) printJson(done)
  else
    print(`${printable(done.topic)} ${printable(done.group)} ${counted(done.bindings, 'binding')}`)
  if (done.remark !== '') tell(`kiteq: bound, but: ${printable(done.remark)}`)
}

async function list(options: BindingsOptions): Promise<void> {
  const { topic, group } = options
  const bindings = (await boundIn(options.dataDir)).filter(
    (one) =>
      (topic === undefined || one.topic === topic) && (group === undefined || one.group === group),
  )
  if (options.json) printJson(bindings)
  else for (const binding of bindings) print(lineOf(binding))
}

function lineOf(one: ListedBinding): string {
  const parts = [one.topic, one.group, one.bindType, one.messageType].map(printable)
  parts.push(one.persistent ? 'durable' : 'transient', `from ${one.source}`)
  if (one.watermark > 0) parts.push(`${one.watermark}/s`)
  parts.push(`${one.waiting} unsettled`)
  if (one.dead > 0) parts.push(`${one.dead} dead`)
  if (one.connections !== undefined) parts.push(counted(one.connections, 'connection'))
  if (one.problem !== undefined) parts.push(`PROBLEM: ${printable(one.problem)}`)
  return parts.join('  ')
}
