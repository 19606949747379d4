// The packets of the protocol: command numbers, and the codec of those that travel rarely (generated code).
// Bodies and names are bytes throughout. A decoder returns undefined for what is no such packet; none of them throws.

import { kiteq } from '../../proto/kiteq.js'
import type { BindType, MessageForm } from '../model/record.ts'
import type { HeaderView } from './header.ts'
import { WireCursor } from './varint.ts'

/** The command byte of a frame. From 0x20 on: our extensions, which the original ignores. */
export const commands = {
  heartBeat: 0x01,
  connMeta: 0x02,
  connAuth: 0x03,
  storeAck: 0x04,
  deliverAck: 0x05,
  txAck: 0x06,
  bytesMessage: 0x11,
  stringMessage: 0x12,
  bind: 0x20,
  unbind: 0x21,
  credit: 0x22,
  commandAck: 0x23,
  member: 0x30,
} as const

/** `version` is whatever the client says (seconds or milliseconds); a 64-bit number as two unsigned words. */
export interface HeartBeat {
  readonly low: number
  readonly high: number
}
export interface ConnMeta {
  readonly group: Uint8Array
  /** Never logged. */
  readonly secret: Uint8Array
  readonly warmingUpSeconds?: number
  /** Another broker, which passes decisions of the group on. */
  readonly isRelay?: boolean
}
/** CONN_AUTH and our COMMAND_ACK. */
export interface Answer {
  readonly status: boolean
  readonly feedback: Uint8Array
}
export interface Property {
  readonly key: Uint8Array
  readonly value: Uint8Array
}
/** A message header in full; times in unix seconds, exact up to 2^53. */
export interface MessageHeader {
  readonly messageId: Uint8Array
  readonly topic: Uint8Array
  readonly messageType: Uint8Array
  readonly expiredTime: number
  readonly deliverLimit: number
  readonly group: Uint8Array
  readonly commit: boolean
  readonly fly: boolean
  readonly properties: readonly Property[]
  readonly createTime?: number
  readonly snappy?: boolean
}
export interface WireBinding {
  readonly bindType: BindType
  readonly messageType: Uint8Array
  readonly watermark: number
  readonly persistent: boolean
}
export interface Bind {
  readonly topic: Uint8Array
  readonly bindings: readonly WireBinding[]
}

export function decodeHeartBeat(
  source: Uint8Array,
  start: number,
  end: number,
): HeartBeat | undefined {
  const cursor = new WireCursor()
  cursor.open(source, start, end)
  let version: HeartBeat | undefined
  while (cursor.at < end) {
    if (!cursor.tag()) return undefined
    const wanted = cursor.field === 1 && cursor.wireType === 0
    if (!cursor.skip()) return undefined
    if (wanted) version = { low: cursor.low, high: cursor.high }
  }
  return version
}

export function encodeHeartBeat(version: HeartBeat): Uint8Array {
  return kiteq.HeartBeat.encode({ version: int64(version.low, version.high) }).finish()
}

export function decodeConnMeta(
  source: Uint8Array,
  start: number,
  end: number,
): ConnMeta | undefined {
  return attempt(source, start, end, (body) => {
    const meta = kiteq.ConnMeta.decode(body)
    const { groupId: group, secretKey: secret } = meta
    const warmingUpSeconds = present(meta, 'warmingupSec')
    return {
      group,
      secret,
      ...(warmingUpSeconds === undefined ? {} : { warmingUpSeconds }),
      ...(meta.relay ? { isRelay: true } : {}),
    }
  })
}

export function encodeConnMeta(meta: ConnMeta): Uint8Array {
  const { group: groupId, secret: secretKey, warmingUpSeconds } = meta
  const warmingUp = warmingUpSeconds === undefined ? {} : { warmingupSec: warmingUpSeconds }
  const relay = meta.isRelay === true ? { relay: true } : {}
  return kiteq.ConnMeta.encode({ groupId, secretKey, ...warmingUp, ...relay }).finish()
}

export function decodeConnAuth(source: Uint8Array, start: number, end: number): Answer | undefined {
  return attempt(source, start, end, (body) => {
    const { status, feedback } = kiteq.ConnAuthAck.decode(body)
    return { status, feedback }
  })
}

export function encodeConnAuth(answer: Answer): Uint8Array {
  return kiteq.ConnAuthAck.encode(answer).finish()
}

/** The whole header of a message that was read; for clients and people, not for the broker's path. */
export function decodeHeader(view: HeaderView): MessageHeader | undefined {
  return attempt(view.raw, view.headerStart, view.headerEnd, (body) => {
    const header = kiteq.Header.decode(body)
    const createTime = present(header, 'createTime')
    const snappy = present(header, 'snappy')
    return {
      messageId: header.messageId,
      topic: header.topic,
      messageType: header.messageType,
      expiredTime: Number(header.expiredTime),
      deliverLimit: header.deliverLimit,
      group: header.groupId,
      commit: header.commit,
      fly: header.fly,
      properties: header.properties.map(({ key, value }) => ({ key, value })),
      ...(createTime === undefined ? {} : { createTime: Number(createTime) }),
      ...(snappy === undefined ? {} : { snappy }),
    }
  })
}

/** Body of a BYTES_MESSAGE or STRING_MESSAGE: they differ in the command only. */
export function encodeMessage(header: MessageHeader, body: Uint8Array): Uint8Array {
  return kiteq.BytesMessage.encode({ header: wireHeader(header), body }).finish()
}

/** Body of a TX_ACK; status 0 unknown, 1 commit, 2 rollback. */
export function encodeTxAck(
  header: MessageHeader,
  status: number,
  feedback: Uint8Array,
): Uint8Array {
  return kiteq.TxACKPacket.encode({ header: wireHeader(header), status, feedback }).finish()
}

export function decodeBind(source: Uint8Array, start: number, end: number): Bind | undefined {
  return attempt(source, start, end, (body) => {
    const bind = kiteq.Bind.decode(body)
    const bindings = bind.bindings.map((binding) => ({
      bindType: bindTypes[binding.bindType] ?? 'direct',
      messageType: binding.messageType,
      watermark: binding.watermark ?? 0,
      persistent: binding.persistent ?? true,
    }))
    return { topic: bind.topic, bindings }
  })
}

export function encodeBind(bind: Bind): Uint8Array {
  const bindings = bind.bindings.map((binding) => ({
    ...binding,
    bindType: bindTypes.indexOf(binding.bindType),
  }))
  return kiteq.Bind.encode({ topic: bind.topic, bindings }).finish()
}

/** The topic to unbind. */
export function decodeUnbind(
  source: Uint8Array,
  start: number,
  end: number,
): Uint8Array | undefined {
  return attempt(source, start, end, (body) => kiteq.Unbind.decode(body).topic)
}

export function encodeUnbind(topic: Uint8Array): Uint8Array {
  return kiteq.Unbind.encode({ topic }).finish()
}

/** How much a connection takes, and of which topics; none: of all. */
export interface Credit {
  readonly window: number
  readonly topics: readonly Uint8Array[]
}

export function decodeCredit(source: Uint8Array, start: number, end: number): Credit | undefined {
  return attempt(source, start, end, (body) => {
    const { window, topics } = kiteq.Credit.decode(body)
    return { window, topics }
  })
}

export function encodeCredit(window: number, topics: Uint8Array[] = []): Uint8Array {
  return kiteq.Credit.encode({ window, topics }).finish()
}

export function decodeCommandAck(
  source: Uint8Array,
  start: number,
  end: number,
): Answer | undefined {
  return attempt(source, start, end, (body) => {
    const { status, feedback } = kiteq.CommandAck.decode(body)
    return { status, feedback }
  })
}

export function encodeCommandAck(answer: Answer): Uint8Array {
  return kiteq.CommandAck.encode(answer).finish()
}

/** The command a message of this form travels under. */
export function formOf(command: number): MessageForm | undefined {
  return command === commands.bytesMessage || command === commands.stringMessage
    ? command
    : undefined
}

const bindTypes: readonly BindType[] = ['direct', 'regex', 'fanout']

type WireInt64 = kiteq.HeartBeat['version']

/** What the generated encoder reads of a 64-bit number are its two words. */
function int64(low: number, high: number): WireInt64 {
  return { low, high, unsigned: false } as unknown as WireInt64
}

function int64Of(value: number): WireInt64 {
  return int64(value >>> 0, Math.floor(value / 0x1_0000_0000) >>> 0)
}

function wireHeader(header: MessageHeader): kiteq.Header.$Properties {
  const { createTime, snappy } = header
  return {
    messageId: header.messageId,
    topic: header.topic,
    messageType: header.messageType,
    expiredTime: int64Of(header.expiredTime),
    deliverLimit: header.deliverLimit,
    groupId: header.group,
    commit: header.commit,
    fly: header.fly,
    properties: header.properties.map(({ key, value }) => ({ key, value })),
    ...(createTime === undefined ? {} : { createTime: int64Of(createTime) }),
    ...(snappy === undefined ? {} : { snappy }),
  }
}

/** An optional field that was on the wire; the prototype holds the defaults of those that were not. */
function present<T extends object, K extends keyof T>(message: T, field: K): T[K] | undefined {
  return Object.hasOwn(message, field) ? message[field] : undefined
}

function attempt<T>(
  source: Uint8Array,
  start: number,
  end: number,
  decode: (body: Uint8Array) => T,
): T | undefined {
  if (!wellFormed(source, start, end)) return undefined
  try {
    return decode(source.subarray(start, end))
  } catch {
    return undefined
  }
}

/** Tags and lengths make sense; groups are refused before the generated code would follow them down. */
function wellFormed(source: Uint8Array, start: number, end: number): boolean {
  const cursor = new WireCursor()
  cursor.open(source, start, end)
  while (cursor.at < end) if (!cursor.tag() || !cursor.skip()) return false
  return true
}
