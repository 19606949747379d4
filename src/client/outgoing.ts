// A message on its way out: checked, measured, and written as one frame straight into the buffer it leaves from.
// One encoder is reused for all messages of a client; it makes no object per message.

import { types } from 'node:util'
import {
  deliverLimitMax,
  frameHeadBytes,
  headerGrowthBytes,
  packetBodyBytesMax,
  propertiesBytesMax,
  topicBytesMax,
  typeBytesMax,
} from '../model/limits.ts'
import { writeHead } from '../net/frame.ts'
import { commands } from '../net/packet.ts'
import { putFlag, putSpan, putVarint, putVarint64, varintBytes } from '../net/varint.ts'
import { newMessageId } from './new-id.ts'
import { isRecord, unknownKey, usage, wrong } from './shape.ts'
import { pack, packText } from './snappy.ts'
import { NameBytes } from './text.ts'

/** @internal A body out of a log, sent as it lies there: packed or not, text or not. `snappy` then only says that it is packed. */
export class StoredBody {
  readonly form: 'string' | 'bytes'
  readonly bytes: Uint8Array

  constructor(form: 'string' | 'bytes', bytes: Uint8Array) {
    this.form = form
    this.bytes = bytes
  }
}

/** What publish takes. */
export interface OutgoingMessage {
  /** 1 to 255 bytes. */
  readonly topic: string
  /** 1 to 1,024 bytes. */
  readonly type: string
  /** A string travels as a string message, bytes as a bytes message: that is what the consumer sees. */
  readonly body: string | Uint8Array
  readonly properties?: Readonly<Record<string, string>>
  /** Pack the body. Consumers of other languages must know about it, too. */
  readonly snappy?: boolean
  /** At most 7 days from now, which is the default. */
  readonly expiresAt?: Date
  /** Deliveries per group before the dead letters, 1 to 100; default 100. */
  readonly deliverLimit?: number
  /** Not stored, tried up to three times, lost with the broker. */
  readonly fly?: boolean
  /** 32 hex digits; default: a new one. The same id with the same content is published once. */
  readonly id?: string
}

/** @internal What is published from a log. */
export type StoredMessage = Omit<OutgoingMessage, 'body'> & { readonly body: StoredBody }

/** Every field there is; one that is not here would be ignored in silence, and so is refused. */
const everyField: Readonly<Record<keyof OutgoingMessage, true>> = {
  topic: true,
  type: true,
  body: true,
  properties: true,
  snappy: true,
  expiresAt: true,
  deliverLimit: true,
  fly: true,
  id: true,
}

const tagExpiredTime = 0x20
const tagDeliverLimit = 0x28
const tagCreateTime = 0x50
const idPattern = /^[0-9a-f]{32}$/i

export class MessageEncoder {
  /** Of the message prepared last. */
  id = ''
  frameBytes = 0
  /** Where write() put the Header. */
  headerStart = 0
  headerEnd = 0
  readonly #group: Uint8Array
  readonly #names = new NameBytes()
  #topic: Uint8Array = noBytes
  #type: Uint8Array = noBytes
  #body: string | Uint8Array = ''
  #isText = true
  #bodyBytes = 0
  #headerBytes = 0
  #expiredLow = 0
  #expiredHigh = 0
  #deliverLimit = 0
  #fly = false
  #commit = true
  #snappy = false
  #createTime = 0
  /** Encoded properties. */
  #properties: Uint8Array = noBytes

  constructor(group: string) {
    this.#group = this.#names.of(group)
  }

  /** Checks and measures; throws KITEQ_USAGE. `nowSeconds`: unix time. */
  prepare(message: OutgoingMessage | StoredMessage, commit: boolean, nowSeconds: number): void {
    checkForm(message)
    const { topic, type, id, deliverLimit = deliverLimitMax } = message
    this.id = id ?? newMessageId()
    if (id !== undefined && !idPattern.test(id)) throw wrong(publish, 'id', id, '32 hex digits')
    this.#topic = this.#names.of(topic)
    this.#type = this.#names.of(type)
    checkName('topic', this.#topic, topicBytesMax)
    checkName('type', this.#type, typeBytesMax)
    if (!Number.isInteger(deliverLimit) || deliverLimit < 1 || deliverLimit > deliverLimitMax)
      throw wrong(publish, 'deliverLimit', deliverLimit, `an integer from 1 to ${deliverLimitMax}`)
    this.#deliverLimit = deliverLimit
    this.#fly = message.fly === true
    this.#commit = commit
    this.#snappy = message.snappy === true
    this.#createTime = nowSeconds
    this.#setExpiry(message.expiresAt)
    this.#properties =
      message.properties === undefined ? noBytes : encodeProperties(message.properties)
    this.#setBody(message)
    this.#measure()
  }

  /** Writes the prepared message as one frame of `frameBytes`; returns the place behind it. */
  write(target: Buffer, at: number, opaque: number): number {
    const body = this.#body
    const command = this.#isText ? commands.stringMessage : commands.bytesMessage
    at = writeHead(target, at, opaque, command, this.frameBytes - frameHeadBytes, 'bare')
    target[at++] = 0x0a
    at = putVarint(target, at, this.#headerBytes)
    this.headerStart = at
    at = this.#writeHeader(target, at)
    this.headerEnd = at
    if (typeof body !== 'string') return putSpan(target, at, 2, body, 0, body.length)
    target[at++] = 0x12
    at = putVarint(target, at, this.#bodyBytes)
    return at + target.write(body, at, this.#bodyBytes, 'utf8')
  }

  #setBody({ body }: OutgoingMessage | StoredMessage): void {
    if (body instanceof StoredBody) {
      this.#isText = body.form === 'string'
      this.#body = body.bytes
    } else {
      this.#isText = typeof body === 'string'
      if (!this.#snappy) this.#body = body
      else this.#body = typeof body === 'string' ? packText(body) : pack(body)
    }
  }

  #setExpiry(expiresAt: Date | undefined): void {
    // -1, the default of the protocol: the broker's clock decides.
    let seconds = -1
    if (expiresAt !== undefined) {
      seconds = Math.floor(expiresAt.getTime() / 1000)
      if (!(seconds > 0)) throw wrong(publish, 'expiresAt', expiresAt, 'a Date after 1970')
    }
    this.#expiredLow = seconds >>> 0
    this.#expiredHigh = Math.floor(seconds / 0x1_0000_0000) >>> 0
  }

  #measure(): void {
    const body = this.#body
    const expiryBytes = this.#expiredHigh === 0 ? varintBytes(this.#expiredLow) : 10
    this.#bodyBytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length
    this.#headerBytes =
      spanBytes(this.id.length) +
      spanBytes(this.#topic.length) +
      spanBytes(this.#type.length) +
      (1 + expiryBytes) +
      (1 + varintBytes(this.#deliverLimit)) +
      spanBytes(this.#group.length) +
      4 +
      this.#properties.length +
      (1 + varintBytes(this.#createTime)) +
      (this.#snappy ? 2 : 0)
    const packetBytes = spanBytes(this.#headerBytes) + spanBytes(this.#bodyBytes)
    if (packetBytes + headerGrowthBytes > packetBodyBytesMax)
      throw usage(
        `publish: the message has ${packetBytes} bytes; expected at most ${packetBodyBytesMax} with its header`,
      )
    this.frameBytes = frameHeadBytes + packetBytes
  }

  #writeHeader(target: Buffer, at: number): number {
    target[at] = 0x0a
    target[at + 1] = this.id.length
    at += 2
    at += target.write(this.id, at, 'latin1')
    at = putSpan(target, at, 2, this.#topic, 0, this.#topic.length)
    at = putSpan(target, at, 3, this.#type, 0, this.#type.length)
    target[at++] = tagExpiredTime
    at = putVarint64(target, at, this.#expiredLow, this.#expiredHigh)
    target[at++] = tagDeliverLimit
    at = putVarint(target, at, this.#deliverLimit)
    at = putSpan(target, at, 6, this.#group, 0, this.#group.length)
    at = putFlag(target, at, 7, this.#commit)
    at = putFlag(target, at, 8, this.#fly)
    target.set(this.#properties, at)
    at += this.#properties.length
    target[at++] = tagCreateTime
    at = putVarint(target, at, this.#createTime)
    return this.#snappy ? putFlag(target, at, 11, true) : at
  }
}

const noBytes = new Uint8Array(0)

/** Where a wrong field is said to be. */
const publish = 'publish'

/** Keys and types, which a program in JavaScript may get wrong; that it is an object is known. By hand: it runs for every message. */
function checkForm(message: OutgoingMessage | StoredMessage): void {
  for (const key in message)
    if (!isField(key)) throw unknownKey(publish, key, Object.keys(everyField))
  const { topic, type, body, id, properties, snappy, expiresAt, fly } = message
  if (typeof topic !== 'string') throw wrong(publish, 'topic', topic, 'a string')
  if (typeof type !== 'string') throw wrong(publish, 'type', type, 'a string')
  if (typeof body !== 'string' && !types.isUint8Array(body) && !(body instanceof StoredBody))
    throw wrong(publish, 'body', body, 'a string or a Uint8Array')
  if (id !== undefined && typeof id !== 'string') throw wrong(publish, 'id', id, '32 hex digits')
  if (snappy !== undefined && typeof snappy !== 'boolean')
    throw wrong(publish, 'snappy', snappy, 'true or false')
  if (fly !== undefined && typeof fly !== 'boolean')
    throw wrong(publish, 'fly', fly, 'true or false')
  if (expiresAt !== undefined && !types.isDate(expiresAt))
    throw wrong(publish, 'expiresAt', expiresAt, 'a Date')
  if (properties !== undefined && !isRecord(properties))
    throw wrong(publish, 'properties', properties, 'an object of strings')
}

/** A key of `everyField`; a switch, because a look-up costs several times as much. */
function isField(key: string): boolean {
  switch (key) {
    case 'topic':
    case 'type':
    case 'body':
    case 'properties':
    case 'snappy':
    case 'expiresAt':
    case 'deliverLimit':
    case 'fly':
    case 'id':
      return true
    default:
      return false
  }
}

function encodeProperties(properties: Readonly<Record<string, string>>): Uint8Array {
  const entries: Uint8Array[] = []
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value !== 'string')
      throw wrong(publish, `properties[${JSON.stringify(key)}]`, value, 'a string')
    const keyBytes = Buffer.from(key)
    const valueBytes = Buffer.from(value)
    const inner = spanBytes(keyBytes.length) + spanBytes(valueBytes.length)
    const entry = new Uint8Array(spanBytes(inner))
    entry[0] = (9 << 3) | 2
    const at = putSpan(entry, putVarint(entry, 1, inner), 1, keyBytes, 0, keyBytes.length)
    putSpan(entry, at, 2, valueBytes, 0, valueBytes.length)
    entries.push(entry)
  }
  const all = Buffer.concat(entries)
  if (all.length > propertiesBytesMax)
    throw usage(
      `publish: properties have ${all.length} bytes; expected at most ${propertiesBytesMax}`,
    )
  return all
}

function checkName(what: string, name: Uint8Array, bytesMax: number): void {
  if (name.length < 1 || name.length > bytesMax)
    throw usage(`publish: ${what} has ${name.length} bytes; expected 1 to ${bytesMax}`)
}

/** A length-delimited field of a one-byte tag. */
function spanBytes(count: number): number {
  return 1 + varintBytes(count) + count
}
