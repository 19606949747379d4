// Every captured frame of the original decodes to its listed values and is written again byte for byte.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { DeliverAckView, StoreAckView, TxAckView } from './ack-packet.ts'
import { writeDeliverAck, writeStoreAck, writeTxAck } from './ack-packet.ts'
import { FrameReader, frameBytes } from './frame.ts'
import { HeaderView, PublishedView } from './header.ts'
import * as packet from './packet.ts'

interface VectorHeader {
  messageId: string
  topic: string
  messageType: string
  expiredTime: string
  deliverLimit: number
  groupId: string
  commit: boolean
  fly: boolean
  properties?: { key: string; value: string }[]
  createTime?: string
  snappy?: boolean
}
interface VectorFields {
  version: string
  groupId: string
  secretKey: string
  warmingupSec?: number
  status: boolean | number
  feedback?: string
  messageId: string
  topic: string
  messageType: string
  header: VectorHeader
  bodyBase64?: string
  body?: string
}
interface Vector {
  name: string
  hex: string
  header: { bodyLen: number; cmdType: number; opaque: number; version: number }
  fields: VectorFields
}
interface SeenFrame {
  command: number
  opaque: number
  version: number
  source: Uint8Array
  start: number
  end: number
}

function vectors(name: string): Vector[] {
  const path = new URL(`../../test/vectors/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(path, 'utf8')) as Vector[]
}

function oneFrame(hex: string): SeenFrame {
  const seen: SeenFrame[] = []
  const reader = new FrameReader(
    {
      frame: (command, opaque, version, source, start, end) =>
        seen.push({ command, opaque, version, source, start, end }),
      framingError: (reason) => assert.fail(reason),
    },
    { framing: 'bare' },
  )
  reader.push(Buffer.from(hex, 'hex'))
  assert.equal(seen.length, 1)
  return seen[0]!
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8')
const text = (value: Uint8Array): string => Buffer.from(value).toString('utf8')
const spanText = (source: Uint8Array, start: number, end: number): string =>
  text(source.subarray(start, end))
const hexOf = (value: Uint8Array): string => Buffer.from(value).toString('hex')

/** Checks head and round trip of each vector; `encode` gives the packet body, or the whole frame as hex. */
function everyVector(
  name: string,
  encode: (frame: SeenFrame, fields: VectorFields) => Uint8Array,
): void {
  test(`every frame of ${name}.json decodes and is encoded byte for byte`, () => {
    for (const vector of vectors(name)) {
      const frame = oneFrame(vector.hex)
      assert.equal(frame.command, vector.header.cmdType, vector.name)
      assert.equal(frame.opaque, vector.header.opaque, vector.name)
      assert.equal(frame.version, vector.header.version, vector.name)
      assert.equal(frame.end - frame.start, vector.header.bodyLen, vector.name)
      const encoded = encode(frame, vector.fields)
      const whole =
        encoded.length === frame.end - frame.start
          ? frameBytes(frame.opaque, frame.command, encoded, 'bare')
          : encoded
      assert.equal(hexOf(whole), vector.hex, vector.name)
    }
  })
}

function vectorHeader(header: VectorHeader): packet.MessageHeader {
  return {
    messageId: bytes(header.messageId),
    topic: bytes(header.topic),
    messageType: bytes(header.messageType),
    expiredTime: Number(header.expiredTime),
    deliverLimit: header.deliverLimit,
    group: bytes(header.groupId),
    commit: header.commit,
    fly: header.fly,
    properties: (header.properties ?? []).map(({ key, value }) => ({
      key: bytes(key),
      value: bytes(value),
    })),
    ...(header.createTime === undefined ? {} : { createTime: Number(header.createTime) }),
    ...(header.snappy === undefined ? {} : { snappy: header.snappy }),
  }
}

function plain(header: packet.MessageHeader | undefined): unknown {
  return JSON.parse(
    JSON.stringify(header, (_key, value: unknown) =>
      value instanceof Uint8Array ? hexOf(value) : value,
    ),
  )
}

everyVector('heartbeat', ({ source, start, end }, fields) => {
  const beat = packet.decodeHeartBeat(source, start, end)!
  assert.equal((BigInt(beat.high) << 32n) | BigInt(beat.low), BigInt(fields.version))
  return packet.encodeHeartBeat(beat)
})

everyVector('conn_meta', ({ source, start, end }, fields) => {
  const meta = packet.decodeConnMeta(source, start, end)!
  assert.equal(text(meta.group), fields.groupId)
  assert.equal(text(meta.secret), fields.secretKey)
  assert.equal(meta.warmingUpSeconds, fields.warmingupSec)
  return packet.encodeConnMeta(meta)
})

everyVector('conn_auth', ({ source, start, end }, fields) => {
  const answer = packet.decodeConnAuth(source, start, end)!
  assert.equal(answer.status, fields.status)
  assert.equal(text(answer.feedback), fields.feedback)
  return packet.encodeConnAuth(answer)
})

everyVector('message_store_ack', ({ opaque, source, start, end }, fields) => {
  const view = new StoreAckView()
  assert.ok(view.read(source, start, end))
  assert.equal(spanText(view.raw, view.idStart, view.idEnd), fields.messageId)
  assert.equal(view.status, fields.status)
  const feedback = view.raw.subarray(view.feedbackStart, view.feedbackEnd)
  assert.equal(text(feedback), fields.feedback)
  const target = new Uint8Array(1000)
  const { raw, idStart, idEnd, status } = view
  const at = writeStoreAck(target, 0, 'bare', opaque, raw, idStart, idEnd, status, feedback)
  return target.subarray(0, at)
})

everyVector('deliver_ack', ({ opaque, source, start, end }, fields) => {
  const view = new DeliverAckView()
  assert.ok(view.read(source, start, end))
  assert.equal(view.idValid, true)
  assert.equal(view.status, fields.status)
  assert.equal(spanText(view.raw, view.feedbackStart, view.feedbackEnd), fields.feedback ?? '')
  const header = packet.encodeMessage(
    vectorHeader({ ...fields, expiredTime: '1', deliverLimit: 1, commit: true, fly: false }),
    bytes(''),
  )
  const message = new PublishedView()
  assert.ok(message.read(0x11, header, 0, header.length))
  const feedback = fields.feedback === undefined ? undefined : bytes(fields.feedback)
  const target = new Uint8Array(1000)
  const at = writeDeliverAck(target, 0, 'bare', opaque, message, view.status, feedback)
  return target.subarray(0, at)
})

everyVector('tx_ack', ({ opaque, source, start, end }, fields) => {
  const view = new TxAckView()
  assert.ok(view.read(source, start, end))
  assert.equal(view.status, fields.status)
  const header = vectorHeader(fields.header)
  assert.deepEqual(plain(packet.decodeHeader(view.header)), plain(header))
  const feedback = view.header.raw.subarray(view.feedbackStart, view.feedbackEnd)
  assert.equal(text(feedback), fields.feedback)
  const target = new Uint8Array(1000)
  const { raw, headerStart, headerEnd } = view.header
  const { status } = view
  const at = writeTxAck(target, 0, 'bare', opaque, raw, headerStart, headerEnd, status, feedback)
  assert.equal(
    hexOf(packet.encodeTxAck(header, status, feedback)),
    hexOf(source.subarray(start, end)),
  )
  return target.subarray(0, at)
})

for (const name of ['bytes_message', 'string_message']) {
  everyVector(name, ({ command, source, start, end }, fields) => {
    const view = new PublishedView()
    assert.ok(view.read(packet.formOf(command)!, source, start, end))
    assert.equal(view.canonical, true)
    assert.equal(view.idValid, true)
    const header = vectorHeader(fields.header)
    assert.deepEqual(plain(packet.decodeHeader(view)), plain(header))
    const body =
      fields.bodyBase64 === undefined
        ? bytes(fields.body ?? '')
        : Buffer.from(fields.bodyBase64, 'base64')
    assert.equal(hexOf(source.subarray(view.bodyStart, view.bodyEnd)), hexOf(body))
    return packet.encodeMessage(header, body)
  })

  test(`every publish of ${name}.json is normalised into the delivery the original made of it`, () => {
    let pairs = 0
    const publishes = new Map<string, Vector>()
    for (const vector of vectors(name)) {
      const id = vector.fields.header.messageId
      const publish = publishes.get(id)
      publishes.set(id, vector)
      if (publish === undefined) continue
      const frame = oneFrame(publish.hex)
      const view = new PublishedView()
      assert.ok(view.read(packet.formOf(frame.command)!, frame.source, frame.start, frame.end))
      view.normalise(Number(vector.fields.header.expiredTime) - 604_800)
      const { source, start, end } = view.message
      assert.equal(
        hexOf(frameBytes(vector.header.opaque, frame.command, source.subarray(start, end), 'bare')),
        vector.hex,
        vector.name,
      )
      pairs++
    }
    assert.ok(pairs > 0, 'no pair of publish and delivery')
  })
}

test('the length-prefixed packets of a Java client are read and written byte for byte', () => {
  const handshake = '0000001e00000000020002000000000000000000 00000b0a03702d771202736b1803'.replace(
    ' ',
    '',
  )
  const seen: SeenFrame[] = []
  const reader = new FrameReader({
    frame: (command, opaque, version, source, start, end) =>
      seen.push({ command, opaque, version, source, start, end }),
    framingError: (reason) => assert.fail(reason),
  })
  reader.push(Buffer.from(handshake, 'hex'))
  assert.equal(reader.framing, 'prefixed')
  const frame = seen[0]!
  assert.deepEqual([frame.command, frame.opaque, frame.version], [0x02, 0, 2])
  const meta = packet.decodeConnMeta(frame.source, frame.start, frame.end)!
  assert.equal(text(meta.group), 'p-w')
  assert.equal(meta.warmingUpSeconds, 3)
  const written = frameBytes(0, 0x02, packet.encodeConnMeta(meta), 'prefixed')
  written[10] = 2 // the version a Java client sends; ours is 0
  assert.equal(hexOf(written), handshake)
  assert.equal(new HeaderView().readHeader(frame.source, frame.start, frame.end), false)
})
