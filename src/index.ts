// What `import … from 'kiteq'` gives: a typed client, and a broker to embed.

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
export { loadConfig, type Config, type Flags } from './config.ts'
export { startBroker, type BrokerPorts, type RunningBroker } from './kiteq.ts'
export { errorCodes, KiteQError, type ErrorCode } from './model/errors.ts'
