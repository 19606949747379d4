// The Java client of these tests against the recording: if it wrote other bytes, the door tests would prove nothing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bytesOfHex,
  captured,
  capturedGroup,
  capturedHeader,
  type CapturedName,
} from './captured.ts'
import * as packets from './packets.ts'
import { command } from './packets.ts'
import { fields, numberOf } from './protobuf.ts'

function same(name: CapturedName, opaque: number, kind: number, body: Buffer): void {
  const written = packets.frameBytes(opaque, kind, body, true)
  assert.equal(written.toString('hex'), bytesOfHex(captured[name]).toString('hex'))
}

function ackedHeader(idByte: string): Buffer {
  return packets.headerBytes({ ...capturedHeader, messageId: idByte.repeat(32) })
}

test('the handshake of the recorded Java client is written byte for byte', () => {
  same('handshake', 0, command.connMeta, packets.connMeta(capturedGroup, 'sk', 3))
})

test('its string message is written byte for byte', () => {
  same('stringMessage', 1, command.stringMessage, packets.message(capturedHeader, 'hi'))
})

test('its commit is written byte for byte, property and all', () => {
  const header = packets.headerBytes({ ...capturedHeader, properties: [['k', 'v']] })
  same('txAckCommit', 3, command.txAck, packets.txAck(header, 1, ''))
})

test('its delivery ack carries no feedback', () => {
  const body = packets.deliverAck(ackedHeader('b'), true, undefined)
  same('deliverAck', 900_001, command.deliverAck, body)
})

test('its refusal carries the text of what was raised', () => {
  const body = packets.deliverAck(ackedHeader('c'), false, 'java.lang.RuntimeException: bad')
  same('deliverAckRaised', 900_002, command.deliverAck, body)
})

test('its heartbeat is in Unix milliseconds', () => {
  const frame = bytesOfHex(captured.heartbeat)
  const version = numberOf(fields(frame.subarray(23)), 1)
  assert.ok(version > 1_700_000_000_000n && version < 2_000_000_000_000n, `version ${version}`)
  same('heartbeat', 4, command.heartbeat, packets.heartbeat(version))
})
