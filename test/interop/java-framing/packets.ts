// The packets of the last Java client (2016): a length before the 19-byte head, version 2, and bodies written the way
// its protobuf library wrote them: fields ascending, required ones always there. Pure bytes; no socket, no state.

import { bytesField, bytesOf, fields, numberField, numberOf } from './protobuf.ts'

export const headBytes = 19
export const javaVersion = 2

export const command = {
  heartbeat: 0x01,
  connMeta: 0x02,
  connAuth: 0x03,
  storeAck: 0x04,
  deliverAck: 0x05,
  txAck: 0x06,
  bytesMessage: 0x11,
  stringMessage: 0x12,
} as const

export interface Frame {
  readonly opaque: number
  readonly command: number
  readonly version: number
  readonly body: Buffer
}

/** Times in Unix seconds, -1 for none. The client never sets createTime and knows no snappy. */
export interface Header {
  readonly messageId: string
  readonly topic: string
  readonly messageType: string
  readonly expiredTime: bigint
  readonly deliverLimit: number
  readonly groupId: string
  readonly commit: boolean
  readonly fly: boolean
  readonly properties: readonly (readonly [key: string, value: string])[]
}

/** `prefixed` false gives the bare framing of later clients, version 0. */
export function frameBytes(
  opaque: number,
  kind: number,
  body: Uint8Array,
  prefixed: boolean,
): Buffer {
  const skip = prefixed ? 4 : 0
  const bytes = Buffer.alloc(skip + headBytes + body.length)
  if (prefixed) bytes.writeInt32BE(headBytes + body.length, 0)
  bytes.writeInt32BE(opaque | 0, skip)
  bytes.writeUInt8(kind, skip + 4)
  bytes.writeInt16BE(prefixed ? javaVersion : 0, skip + 5)
  bytes.writeInt32BE(body.length, skip + 15)
  bytes.set(body, skip + headBytes)
  return bytes
}

export function connMeta(group: string, secret: string, warmingUpSeconds: number): Buffer {
  return Buffer.concat([
    bytesField(1, group),
    bytesField(2, secret),
    numberField(3, warmingUpSeconds),
  ])
}

export function heartbeat(version: bigint): Buffer {
  return numberField(1, version)
}

export function headerBytes(header: Header): Buffer {
  return Buffer.concat([
    bytesField(1, header.messageId),
    bytesField(2, header.topic),
    bytesField(3, header.messageType),
    numberField(4, header.expiredTime),
    numberField(5, header.deliverLimit),
    bytesField(6, header.groupId),
    numberField(7, header.commit),
    numberField(8, header.fly),
    ...header.properties.map(([key, value]) =>
      bytesField(9, Buffer.concat([bytesField(1, key), bytesField(2, value)])),
    ),
  ])
}

export function message(header: Header, body: string | Uint8Array): Buffer {
  return Buffer.concat([bytesField(1, headerBytes(header)), bytesField(2, body)])
}

/** `header` may be the bytes of an inquiry's header, which go back unchanged. */
export function txAck(header: Uint8Array, status: number, feedback: string): Buffer {
  return Buffer.concat([bytesField(1, header), numberField(2, status), bytesField(3, feedback)])
}

/** The feedback is absent unless the listener raised. */
export function deliverAck(header: Buffer, status: boolean, raised: string | undefined): Buffer {
  const from = fields(header)
  return Buffer.concat([
    bytesField(1, bytesOf(from, 1)),
    bytesField(2, bytesOf(from, 2)),
    bytesField(3, bytesOf(from, 3)),
    bytesField(4, bytesOf(from, 6)), // the publisher's group, copied from the header
    numberField(5, status),
    ...(raised === undefined ? [] : [bytesField(6, raised)]),
  ])
}

export interface Answer {
  readonly status: boolean
  readonly feedback: string
}

/** CONN_AUTH. */
export function authOf(body: Buffer): Answer {
  const from = fields(body)
  return { status: numberOf(from, 1) === 1n, feedback: bytesOf(from, 2).toString() }
}

/** MESSAGE_STORE_ACK. */
export function storeAckOf(body: Buffer): Answer & { readonly messageId: string } {
  const from = fields(body)
  return {
    messageId: bytesOf(from, 1).toString(),
    status: numberOf(from, 2) === 1n,
    feedback: bytesOf(from, 3).toString(),
  }
}

export function headerOf(bytes: Buffer): Header {
  const from = fields(bytes)
  return {
    messageId: bytesOf(from, 1).toString(),
    topic: bytesOf(from, 2).toString(),
    messageType: bytesOf(from, 3).toString(),
    expiredTime: numberOf(from, 4),
    deliverLimit: Number(numberOf(from, 5)),
    groupId: bytesOf(from, 6).toString(),
    commit: numberOf(from, 7) === 1n,
    fly: numberOf(from, 8) === 1n,
    properties: from.flatMap((field): (readonly [string, string])[] => {
      if (field.number !== 9 || !('bytes' in field)) return []
      const entry = fields(field.bytes)
      return [[bytesOf(entry, 1).toString(), bytesOf(entry, 2).toString()]]
    }),
  }
}
