// What a client can be told, checked once, with every default in one place.

import {
  clientAnswerTimeoutMs,
  clientHandshakeTimeoutMs,
  clientHeartbeatMs,
  clientHeartbeatTimeoutMs,
  clientPendingBytesMax,
  clientPendingMax,
  clientReconnectMaxMs,
  clientReconnectMinMs,
  groupBytesMax,
} from '../model/limits.ts'
import {
  checkShape,
  flag,
  integerFrom,
  isRecord,
  required,
  text,
  textOfBytes,
  usage,
  wrong,
  type Shape,
} from './shape.ts'

export interface ClientOptions {
  /** `host:port` of a broker; default 127.0.0.1:13800. */
  readonly address?: string
  /** Several brokers, tried in this order when the one before does not answer. Instead of `address`. */
  readonly addresses?: readonly string[]
  /** The group of this client: whose publishes and whose deliveries these are. 1 to 255 bytes. */
  readonly group: string
  readonly secret?: string
  /** Deliveries come slowly at first, for so long. */
  readonly warmingUpSeconds?: number
  /** Publish again after a reconnect what was not answered, under the same id. Default true. */
  readonly retry?: boolean
  /** Wait of a publish, a prepare, a bind for its answer, ms. */
  readonly answerTimeoutMs?: number
  /** One attempt to connect, handshake included, ms. */
  readonly handshakeTimeoutMs?: number
  /** How long connect() goes on trying, ms. Default 0: every address once. */
  readonly startupMs?: number
  readonly heartbeatMs?: number
  readonly heartbeatTimeoutMs?: number
  /** false: a lost connection closes the client. */
  readonly reconnect?: false | { readonly minMs?: number; readonly maxMs?: number }
  /** Publishes that may wait for their answer at a time; at most 65,536. */
  readonly pendingMax?: number
  readonly pendingBytesMax?: number
}

export interface BrokerAddress {
  readonly host: string
  readonly port: number
  /** As it was given. */
  readonly text: string
}

export interface Settings {
  readonly addresses: readonly BrokerAddress[]
  readonly group: string
  readonly secret: string
  readonly warmingUpSeconds: number
  readonly retry: boolean
  readonly answerTimeoutMs: number
  readonly handshakeTimeoutMs: number
  readonly startupMs: number
  readonly heartbeatMs: number
  readonly heartbeatTimeoutMs: number
  readonly reconnect: { readonly minMs: number; readonly maxMs: number } | undefined
  readonly pendingMax: number
  readonly pendingBytesMax: number
}

export const defaultAddress = '127.0.0.1:13800'

/** Node's timers wrap past this. */
const timerMsMax = 0x7fff_ffff
const timerMs = integerFrom(1, timerMsMax)

const reconnectShape: Shape<Exclude<ClientOptions['reconnect'], false | undefined>> = {
  minMs: timerMs,
  maxMs: timerMs,
}

const optionsShape: Shape<ClientOptions> = {
  address: text,
  addresses: {
    expected: 'a list of host:port, at least one',
    holds: (value) => Array.isArray(value) && value.length > 0,
  },
  group: required(textOfBytes(1, groupBytesMax)),
  secret: text,
  warmingUpSeconds: integerFrom(0, 0x7fff_ffff),
  retry: flag,
  answerTimeoutMs: timerMs,
  handshakeTimeoutMs: timerMs,
  startupMs: integerFrom(0, timerMsMax),
  heartbeatMs: timerMs,
  heartbeatTimeoutMs: timerMs,
  reconnect: {
    expected: 'false or an object with minMs and maxMs',
    holds: (value) => value === false || isRecord(value),
  },
  pendingMax: integerFrom(1, clientPendingMax),
  pendingBytesMax: integerFrom(1, Number.MAX_SAFE_INTEGER),
}

/** Throws KITEQ_USAGE: what, which value, what was expected. */
export function settingsOf(options: ClientOptions): Settings {
  checkShape('connect', options, optionsShape)
  const reconnect = options.reconnect ?? {}
  if (reconnect !== false) checkShape('connect: reconnect', reconnect, reconnectShape)
  if (options.address !== undefined && options.addresses !== undefined)
    throw usage('connect: address and addresses are both there; expected one of them')
  const addresses = options.addresses ?? [options.address ?? defaultAddress]
  return {
    addresses: addresses.map(addressOf),
    group: options.group,
    secret: options.secret ?? '',
    warmingUpSeconds: options.warmingUpSeconds ?? 0,
    retry: options.retry ?? true,
    answerTimeoutMs: options.answerTimeoutMs ?? clientAnswerTimeoutMs,
    handshakeTimeoutMs: options.handshakeTimeoutMs ?? clientHandshakeTimeoutMs,
    startupMs: options.startupMs ?? 0,
    heartbeatMs: options.heartbeatMs ?? clientHeartbeatMs,
    heartbeatTimeoutMs: options.heartbeatTimeoutMs ?? clientHeartbeatTimeoutMs,
    reconnect:
      reconnect === false
        ? undefined
        : {
            minMs: reconnect.minMs ?? clientReconnectMinMs,
            maxMs: reconnect.maxMs ?? clientReconnectMaxMs,
          },
    pendingMax: options.pendingMax ?? clientPendingMax,
    pendingBytesMax: options.pendingBytesMax ?? clientPendingBytesMax,
  }
}

function addressOf(address: string): BrokerAddress {
  const parts = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253})):(\d{1,5})$/i.exec(address)
  const host = parts?.[1] ?? parts?.[2]
  const port = Number(parts?.[3])
  if (host === undefined || port < 1 || port > 65_535)
    throw wrong('connect', 'address', address, 'host:port')
  return { host, port, text: address }
}
