// What the wire says comes through as it was said.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConnectionNumber } from '../model/ids.ts'
import { encodeBind } from './packet.ts'
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
  assert.ok(command !== undefined)
  const bound = command.bindings.map(({ messageType }) => messageType)
  assert.deepEqual(bound, types)
  assert.deepEqual([...command.topic], [...bytesOf('\ufefftrade')])
})
