// Packets built by hand, as the original's clients put them on the wire (docs/wire-protocol.md).
// For the benches only; nothing here is shared with the broker, so a fault on one side cannot hide on the other.

import { bytesMessage, deliverAck, headBytes, writeHead } from './frames.ts'

/** A frame whose changing parts are overwritten in place; positions are from its first byte. */
export interface FrameTemplate {
  readonly bytes: Buffer
  readonly idAt: number
  /** Of the message body; 0 in an acknowledgement, which has none. */
  readonly bodyAt: number
}

export interface MessageShape {
  readonly topic: string
  readonly type: string
  readonly group: string
  readonly bodyBytes: number
}

const idChars = 32
const lifeSeconds = 24 * 60 * 60

/** A whole frame around a protobuf body. */
export function frame(opaque: number, command: number, body: Buffer): Buffer {
  const bytes = Buffer.alloc(headBytes + body.length)
  writeHead(bytes, 0, opaque, command, body.length)
  body.copy(bytes, headBytes)
  return bytes
}

/** BYTES_MESSAGE with all header fields and one property; nothing in it asks the broker to normalise. */
export function publishTemplate(shape: MessageShape): FrameTemplate {
  const nowSeconds = Math.floor(Date.now() / 1000)
  const header = Buffer.concat([
    text(1, '0'.repeat(idChars)),
    text(2, shape.topic),
    text(3, shape.type),
    number(4, nowSeconds + lifeSeconds),
    number(5, 100),
    text(6, shape.group),
    number(7, 1),
    number(8, 0),
    bytes(9, Buffer.concat([text(1, 'source'), text(2, 'bench')])),
    number(10, nowSeconds),
    number(11, 0),
  ])
  const filler = Buffer.alloc(shape.bodyBytes)
  for (let i = 0; i < filler.length; i++) filler[i] = (i * 131 + (i >> 3) * 17) & 0xff
  const head = bytes(1, header)
  const body = bytes(2, filler)
  const whole = frame(0, bytesMessage, Buffer.concat([head, body]))
  return {
    bytes: whole,
    idAt: headBytes + head.length - header.length + 2,
    bodyAt: whole.length - shape.bodyBytes,
  }
}

/** DELIVER_ACK with status true and an empty feedback, as the Go client sends it. */
export function deliverAckTemplate(shape: MessageShape): FrameTemplate {
  const body = Buffer.concat([
    text(1, '0'.repeat(idChars)),
    text(2, shape.topic),
    text(3, shape.type),
    text(4, shape.group),
    number(5, 1),
    text(6, ''),
  ])
  return { bytes: frame(0, deliverAck, body), idAt: headBytes + 2, bodyAt: 0 }
}

export function connMetaBody(group: string): Buffer {
  return Buffer.concat([text(1, group), text(2, 'bench'), number(3, 0)])
}

/** Extension 0x20: one direct, persistent binding of the connection's group. */
export function bindBody(topic: string, type: string): Buffer {
  const binding = Buffer.concat([number(1, 0), text(2, type), number(4, 1)])
  return Buffer.concat([text(1, topic), bytes(2, binding)])
}

/** Extension 0x22. */
export function creditBody(window: number): Buffer {
  return number(1, window)
}

/** `status` and `feedback` of an answer whose fields are (1 status, 2 feedback): CONN_AUTH and 0x23. */
export function answerBody(status: boolean, feedback: string): Buffer {
  return Buffer.concat([number(1, status ? 1 : 0), text(2, feedback)])
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value))
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2]), varint(value.length), value])
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([Buffer.from([field << 3]), varint(value)])
}

function varint(value: number): Buffer {
  const out: number[] = []
  let rest = value
  while (rest >= 128) {
    out.push((rest % 128) | 0x80)
    rest = Math.floor(rest / 128)
  }
  out.push(rest)
  return Buffer.from(out)
}
