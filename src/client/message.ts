// A message as a handler sees it. Its fields are where they arrived and become strings when asked for, once.

import { KiteQError } from '../model/errors.ts'
import { HeaderView, type PublishedView } from '../net/header.ts'
import { commands, decodeHeader, type MessageHeader } from '../net/packet.ts'
import { unpack, unpackText } from './snappy.ts'
import { textOf } from './text.ts'

/** What the header says beside names and properties. */
export interface MessageHeaders {
  readonly expiresAt: Date
  /** Deliveries per group before the dead letters. */
  readonly deliverLimit: number
  readonly createdAt: Date | undefined
  readonly snappy: boolean
  readonly fly: boolean
  /** false: it was published in a transaction. */
  readonly commit: boolean
}

export class Message {
  /** @internal Spans of the fields; what a deliver ack is made of. */
  readonly raw: Uint8Array
  /** @internal */ readonly idStart: number
  /** @internal */ readonly idEnd: number
  /** @internal */ readonly topicStart: number
  /** @internal */ readonly topicEnd: number
  /** @internal */ readonly typeStart: number
  /** @internal */ readonly typeEnd: number
  /** @internal */ readonly groupStart: number
  /** @internal */ readonly groupEnd: number
  /** @internal */ readonly opaque: number
  readonly #headerStart: number
  readonly #headerEnd: number
  readonly #bodyStart: number
  readonly #bodyEnd: number
  readonly #form: number
  readonly #snappy: boolean
  #header: MessageHeader | undefined
  #unpacked: Uint8Array | undefined

  /** @internal Copies what it needs of a view that is used again. */
  constructor(view: PublishedView, opaque: number) {
    this.raw = view.raw
    this.idStart = view.idStart
    this.idEnd = view.idEnd
    this.topicStart = view.topicStart
    this.topicEnd = view.topicEnd
    this.typeStart = view.typeStart
    this.typeEnd = view.typeEnd
    this.groupStart = view.groupStart
    this.groupEnd = view.groupEnd
    this.opaque = opaque
    this.#headerStart = view.headerStart
    this.#headerEnd = view.headerEnd
    this.#bodyStart = view.bodyStart
    this.#bodyEnd = view.bodyEnd
    this.#form = view.form
    this.#snappy = view.snappy
  }

  /** 32 hex digits, as the publisher wrote them. */
  get id(): string {
    return textOf(this.raw, this.idStart, this.idEnd)
  }

  get topic(): string {
    return textOf(this.raw, this.topicStart, this.topicEnd)
  }

  get type(): string {
    return textOf(this.raw, this.typeStart, this.typeEnd)
  }

  /** The publisher's group. */
  get group(): string {
    return textOf(this.raw, this.groupStart, this.groupEnd)
  }

  /** Published as a string or as bytes. */
  get form(): 'string' | 'bytes' {
    return this.#form === commands.stringMessage ? 'string' : 'bytes'
  }

  get properties(): ReadonlyMap<string, string> {
    return propertiesOf(this.#decoded())
  }

  get headers(): MessageHeaders {
    const header = this.#decoded()
    return {
      expiresAt: new Date(header.expiredTime * 1000),
      deliverLimit: header.deliverLimit,
      createdAt: header.createTime === undefined ? undefined : new Date(header.createTime * 1000),
      snappy: this.#snappy,
      fly: header.fly,
      commit: header.commit,
    }
  }

  /** The body as UTF-8, unpacked. Throws KITEQ_PACKET when it is marked as packed and is not. */
  text(): string {
    if (!this.#snappy) return textOf(this.raw, this.#bodyStart, this.#bodyEnd)
    const body = this.bytes()
    return textOf(body, 0, body.length)
  }

  /** The body, unpacked; a view that must not be written to. Throws KITEQ_PACKET as text() does. */
  bytes(): Uint8Array {
    const body = this.raw.subarray(this.#bodyStart, this.#bodyEnd)
    if (!this.#snappy) return body
    this.#unpacked ??=
      this.#form === commands.stringMessage
        ? unpackText(textOf(body, 0, body.length))
        : unpack(body)
    return this.#unpacked
  }

  #decoded(): MessageHeader {
    if (this.#header !== undefined) return this.#header
    const view = new HeaderView()
    const whole = view.readHeader(this.raw, this.#headerStart, this.#headerEnd)
    const header = whole ? decodeHeader(view) : undefined
    if (header === undefined) throw new KiteQError('KITEQ_PACKET', 'a header cannot be read')
    this.#header = header
    return header
  }
}

/** The user's properties; the last one of a name counts. */
export function propertiesOf(header: MessageHeader): ReadonlyMap<string, string> {
  const properties = new Map<string, string>()
  for (const { key, value } of header.properties)
    properties.set(textOf(key, 0, key.length), textOf(value, 0, value.length))
  return properties
}
