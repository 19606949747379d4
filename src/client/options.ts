// What a client can be told, checked once, with every default in one place.

import { KiteQError } from '../model/errors.ts'
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

/** Throws KITEQ_USAGE: what, which value, what was expected. */
export function settingsOf(options: ClientOptions): Settings {
  const addresses = options.addresses ?? [options.address ?? defaultAddress]
  if (addresses.length === 0) throw usage('addresses is empty; expected at least one host:port')
  const groupBytes = Buffer.byteLength(options.group)
  if (groupBytes < 1 || groupBytes > groupBytesMax)
    throw usage(`group has ${groupBytes} bytes; expected 1 to ${groupBytesMax}`)
  const reconnect = options.reconnect ?? {}
  return {
    addresses: addresses.map(addressOf),
    group: options.group,
    secret: options.secret ?? '',
    warmingUpSeconds: integer(options, 'warmingUpSeconds', 0, 0, 0x7fff_ffff),
    retry: options.retry ?? true,
    answerTimeoutMs: integer(options, 'answerTimeoutMs', clientAnswerTimeoutMs, 1, timerMsMax),
    handshakeTimeoutMs: integer(
      options,
      'handshakeTimeoutMs',
      clientHandshakeTimeoutMs,
      1,
      timerMsMax,
    ),
    startupMs: integer(options, 'startupMs', 0, 0, timerMsMax),
    heartbeatMs: integer(options, 'heartbeatMs', clientHeartbeatMs, 1, timerMsMax),
    heartbeatTimeoutMs: integer(
      options,
      'heartbeatTimeoutMs',
      clientHeartbeatTimeoutMs,
      1,
      timerMsMax,
    ),
    reconnect:
      reconnect === false
        ? undefined
        : {
            minMs: integer(reconnect, 'minMs', clientReconnectMinMs, 1, timerMsMax),
            maxMs: integer(reconnect, 'maxMs', clientReconnectMaxMs, 1, timerMsMax),
          },
    pendingMax: integer(options, 'pendingMax', clientPendingMax, 1, clientPendingMax),
    pendingBytesMax: integer(
      options,
      'pendingBytesMax',
      clientPendingBytesMax,
      1,
      Number.MAX_SAFE_INTEGER,
    ),
  }
}

/** What a call asks for cannot be. */
export function usage(message: string): KiteQError {
  return new KiteQError('KITEQ_USAGE', message)
}

/** Node's timers wrap past this. */
const timerMsMax = 0x7fff_ffff

function addressOf(text: string): BrokerAddress {
  const parts = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253})):(\d{1,5})$/i.exec(text)
  const host = parts?.[1] ?? parts?.[2]
  const port = Number(parts?.[3])
  if (host === undefined || port < 1 || port > 65_535)
    throw usage(`address is ${JSON.stringify(text)}; expected host:port`)
  return { host, port, text }
}

export function integer<K extends string>(
  options: { readonly [key in K]?: number | undefined },
  key: K,
  byDefault: number,
  min: number,
  max: number,
): number {
  const value = options[key] ?? byDefault
  if (!Number.isInteger(value) || value < min || value > max)
    throw usage(`${key} is ${value}; expected an integer from ${min} to ${max}`)
  return value
}
