// What `import … from 'kiteq'` gives: a typed client, and a broker to embed.

import { readFileSync } from 'node:fs'
import { loadConfig as load, type Config, type Flags, type ReadFile } from './config.ts'

export { Client, connect, type ClientEvents, type CloseOptions } from './client/client.ts'
export type { Message, MessageHeaders } from './client/message.ts'
export type { ClientOptions } from './client/options.ts'
export type { OutgoingMessage } from './client/outgoing.ts'
export type { PublishAnswer, Settle } from './client/pending.ts'
export type {
  ClientBinding,
  FlowOptions,
  Handler,
  HandlerResult,
  SubscribeOptions,
  Subscription,
} from './client/subscriber.ts'
export type { CheckHandler, Decision, Inquiry, TransactionAnswer } from './client/transactions.ts'
export type { Config, Flags, ReadFile } from './config.ts'
export { startBroker, type BrokerPorts, type RunningBroker } from './kiteq.ts'
export { errorCodes, KiteQError, type ErrorCode } from './model/errors.ts'

/**
 * What startBroker() takes, from the names and texts of the flags of `serve`; `readFile` reads the file `config` names.
 * Throws KiteQError KITEQ_CONFIG: one line with the key, its value and what was expected.
 */
export function loadConfig(flags: Flags = {}, readFile: ReadFile = readText): Config {
  return load(flags, readFile)
}

function readText(path: string): string {
  return readFileSync(path, 'utf8')
}
