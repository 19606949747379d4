// What the wire says comes through as it was said.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConnectionNumber } from '../model/ids.ts'
import { encodeBind, encodeConnMeta, encodeCredit } from './packet.ts'
import { FrameTranslator } from './translate.ts'

const connection = 1 as ConnectionNumber
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

test('a type that begins with a byte order mark is bound as another type than without it', () => {
  const translator = new FrameTranslator(1)
  const types = ['pay', '\ufeffpay', '\ufeff\ufeffpay', '\ufeff']
  const bindings = types.map((messageType) => ({
    bindType: 'direct' as const,
    messageType: bytesOf(messageType),
    watermark: 0,
    persistent: true,
  }))
  const packet = encodeBind({ topic: bytesOf('\ufefftrade'), bindings })
  const command = translator.bind(connection, 1, packet, 0, packet.length)
  assert.ok(command !== undefined && typeof command !== 'string')
  const bound = command.bindings.map(({ messageType }) => messageType)
  assert.deepEqual(bound, types)
  assert.deepEqual([...command.topic], [...bytesOf('\ufefftrade')])
})

test('a type that is no UTF-8 is refused with its place, whatever follows it', () => {
  const translator = new FrameTranslator(1)
  const of = (...types: Uint8Array[]): ReturnType<FrameTranslator['bind']> => {
    const bindings = types.map((messageType) => ({
      bindType: 'direct' as const,
      messageType,
      watermark: 0,
      persistent: true,
    }))
    const packet = encodeBind({ topic: bytesOf('trade'), bindings })
    return translator.bind(connection, 1, packet, 0, packet.length)
  }
  const bad: readonly [number, number[]][] = [
    [0, [0xff]],
    [2, [0x61, 0x62, 0xc3]],
    [3, [0xe4, 0xbb, 0x98, 0xed, 0xa0, 0x80]],
    [1, [0x61, 0xc0, 0x80]],
    [4, [0xf0, 0x9f, 0x92, 0xb8, 0x80]],
  ]
  for (const [at, bytes] of bad)
    assert.equal(
      of(bytesOf('pay'), Uint8Array.from(bytes)),
      `bindings[1].messageType: expected UTF-8, byte ${at} is none`,
    )
  assert.notEqual(typeof of(bytesOf('\u4ed8\u6b3e \ud83d\udcb8 \ufffd')), 'string')
})

test('a credit lists topics up to a number and a length, past which it is refused with what was expected', () => {
  const translator = new FrameTranslator(100)
  const of = (topics: Uint8Array[]): ReturnType<FrameTranslator['credit']> => {
    const packet = encodeCredit(500, topics)
    return translator.credit(connection, 9, packet, 0, packet.length)
  }
  const many = Array.from({ length: 1025 }, (_, at) => bytesOf(`topic ${at}`))
  const taken = of(many.slice(1))
  assert.ok(taken !== undefined && typeof taken !== 'string')
  assert.deepEqual([taken.window, taken.opaque, taken.topics?.length], [100, 9, 1024])
  assert.equal(of(many), 'CREDIT refused: topics: expected at most 1024, got 1025')
  assert.equal(
    of([bytesOf('a'), bytesOf('a'.repeat(256))]),
    'CREDIT refused: topics[1]: expected 1 to 255 bytes, got 256',
  )
  assert.equal(of([bytesOf('')]), 'CREDIT refused: topics[0]: expected 1 to 255 bytes, got 0')
})

test('a handshake says whether it is a broker’s, and one of the original says nothing of it', () => {
  const translator = new FrameTranslator(1)
  const of = (isRelay?: boolean): unknown => {
    const meta = {
      group: bytesOf('g'),
      secret: bytesOf('s'),
      ...(isRelay !== undefined && { isRelay }),
    }
    const packet = encodeConnMeta(meta)
    return translator.join(connection, 'peer', 'bare', 1, packet, 0, packet.length)?.isRelay
  }
  assert.deepEqual([of(true), of(false), of()], [true, undefined, undefined])
})
