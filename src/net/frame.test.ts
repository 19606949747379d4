// The frame reader where it is easily wrong: which framing, what a wrong length does, how much memory a promise costs.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { detectFraming, FrameReader, frameBytes, headBytes, type Framing } from './frame.ts'

interface Reading {
  readonly reader: FrameReader
  readonly frames: string[]
  readonly errors: string[]
}

function reading(framing?: Framing): Reading {
  const frames: string[] = []
  const errors: string[] = []
  const sink = {
    frame: (
      command: number,
      opaque: number,
      version: number,
      source: Uint8Array,
      start: number,
      end: number,
    ) => {
      const body = Buffer.from(source.subarray(start, end)).toString('latin1')
      frames.push(`${command} ${opaque} ${version} ${body}`)
    },
    framingError: (reason: string) => void errors.push(reason),
  }
  const reader = new FrameReader(sink, framing === undefined ? {} : { framing })
  return { reader, frames, errors }
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

test('a handshake tells its framing after 23 bytes, and not before', () => {
  for (const framing of ['bare', 'prefixed'] as const) {
    const frame = frameBytes(0, 0x02, bytes('\x0a\x01g\x12\x00'), framing)
    assert.equal(detectFraming(frame, 0, 22), undefined)
    assert.equal(detectFraming(frame, 0, 23), framing)
  }
})

test('an opaque that looks like a length does not make a bare frame a prefixed one', () => {
  // The opaque is 19 + what stands at the beginning of the body.
  const body = Buffer.from('0a0167120053', 'hex')
  const frame = frameBytes(19 + body.readInt32BE(0), 0x02, body, 'bare')
  assert.equal(detectFraming(frame, 0, frame.length), 'bare')
})

test('frames shorter than a handshake are found however they are cut', () => {
  for (const command of [0x01, 0x7f]) {
    const bodies = ['a', '', 'bc', 'def'].map((body, index) => {
      return frameBytes((index + 1) << 24, command, bytes(body), 'bare')
    })
    const stream = Uint8Array.from(Buffer.concat(bodies))
    const wanted = ['a', '', 'bc', 'def'].map((body, index) => {
      return `${command} ${(index + 1) << 24} 0 ${body}`
    })
    for (let cut = 1; cut < stream.length; cut++) {
      const { reader, frames, errors } = reading()
      reader.push(stream.slice(0, cut))
      reader.push(stream.slice(cut))
      assert.deepEqual(errors, [])
      assert.deepEqual(frames, wanted)
    }
    const { reader, frames } = reading()
    for (const byte of stream) reader.push(Uint8Array.of(byte))
    assert.deepEqual(frames, wanted)
  }
})

test('a body of exactly the limit is read, one byte more is a framing error', () => {
  const limit = 2 * 1024 * 1024
  const { reader, frames, errors } = reading('bare')
  reader.push(frameBytes(1, 0x11, new Uint8Array(limit), 'bare'))
  assert.equal(frames.length, 1)
  reader.push(frameBytes(2, 0x11, new Uint8Array(limit + 1), 'bare').subarray(0, 19))
  assert.equal(errors.length, 1)
  reader.push(frameBytes(3, 0x11, bytes('x'), 'bare'))
  assert.equal(frames.length, 1, 'nothing is read after an error')
})

test('a prefix that does not fit its frame is a framing error', () => {
  const { reader, errors } = reading()
  reader.push(frameBytes(0, 0x02, bytes('\x0a\x01g\x12\x00'), 'prefixed'))
  const wrong = frameBytes(1, 0x01, bytes('abcd'), 'prefixed')
  wrong[3]! += 1
  reader.push(wrong)
  assert.equal(errors.length, 1)
})

test('an announced body costs memory only as its bytes arrive', () => {
  const readers = Array.from({ length: 100 }, () => {
    const { reader } = reading('bare')
    reader.push(
      frameBytes(1, 0x11, new Uint8Array(2_000_000), 'bare').slice(0, headBytes('bare') + 10),
    )
    assert.equal(reader.unfinishedBytes, 29)
    return reader
  })
  const held = readers.map((reader) => reader.heldBytesMax).reduce((a, b) => a + b, 0)
  assert.ok(held <= 100 * 4096, `${held} bytes for 2,900 received`)
})

test('spans of a frame stay as they were when more frames come', () => {
  const kept: Uint8Array[] = []
  const reader = new FrameReader(
    {
      frame: (_command, _opaque, _version, source, start, end) => {
        kept.push(source.subarray(start, end))
      },
      framingError: (reason) => assert.fail(reason),
    },
    { framing: 'bare' },
  )
  const stream = Uint8Array.from(
    Buffer.concat(
      Array.from({ length: 20 }, (_, index) => {
        return frameBytes(index, 0x11, new Uint8Array(100).fill(index), 'bare')
      }),
    ),
  )
  for (let at = 0; at < stream.length; at += 50) reader.push(stream.slice(at, at + 50))
  assert.deepEqual(
    kept.map((body) => [...new Set(body)]),
    Array.from({ length: 20 }, (_, index) => [index]),
  )
})
