// Any bytes in any pieces: the same frames, or one complaint, and no memory for what is only announced.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numbersFrom } from '../../test/support/numbers.ts'
import { MemberFrameReader, writeU32 } from './member-frame.ts'

interface Read {
  readonly frames: string[]
  readonly broken: string[]
  readonly heldMax: number
}

function read(chunks: readonly Uint8Array[], bytesMax: number): Read {
  const frames: string[] = []
  const broken: string[] = []
  let heldMax = 0
  const sink = {
    frame: (source: Uint8Array, start: number, end: number): void => {
      frames.push(Buffer.from(source.subarray(start, end)).toString('hex'))
    },
    broken: (why: string): void => void broken.push(why),
  }
  const reader = new MemberFrameReader(sink, bytesMax)
  for (const chunk of chunks) {
    reader.push(chunk)
    heldMax = Math.max(heldMax, reader.heldBytesMax)
  }
  return { frames, broken, heldMax }
}

function frameOf(bytes: number, fill: number): Uint8Array {
  const frame = new Uint8Array(4 + bytes).fill(fill)
  writeU32(frame, 0, bytes)
  return frame
}

function cut(bytes: Uint8Array, next: () => number, piecesBytesMax: number): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length;) {
    const count = 1 + (next() % piecesBytesMax)
    chunks.push(bytes.slice(at, at + count))
    at += count
  }
  return chunks
}

test('whatever the pieces, the same frames come out', () => {
  const seed = Number(process.env['SEED'] ?? 4711)
  const next = numbersFrom(seed)
  for (let run = 0; run < 300; run++) {
    const sizes = Array.from({ length: 1 + (next() % 8) }, () => 1 + (next() % 6000))
    const frames = sizes.map((bytes, index) => frameOf(bytes, index))
    const whole = Buffer.concat(frames)
    const { frames: got, broken } = read(cut(whole, next, 1 + (next() % 9000)), 6000)
    assert.deepEqual(broken, [], `SEED=${seed}`)
    const expected = frames.map((frame) => Buffer.from(frame).toString('hex'))
    assert.deepEqual(got, expected, `SEED=${seed}`)
  }
})

test('random and damaged streams end in frames within the limit, or in one complaint', () => {
  const seed = Number(process.env['SEED'] ?? 4711)
  const next = numbersFrom(seed)
  let complaints = 0
  for (let run = 0; run < 20_000; run++) {
    const bytes = Buffer.concat([frameOf(1 + (next() % 60), 1), frameOf(1 + (next() % 60), 2)])
    for (let flips = next() % 4; flips > 0; flips--) bytes[next() % bytes.length] = next()
    const { frames, broken, heldMax } = read(cut(bytes, next, 40), 100)
    complaints += broken.length
    assert.ok(broken.length <= 1, `SEED=${seed}: ${broken.length} complaints`)
    for (const frame of frames) {
      assert.ok(frame.length / 2 > 4 && frame.length / 2 <= 104, `SEED=${seed}: ${frame}`)
    }
    assert.ok(heldMax <= 104, `SEED=${seed}: ${heldMax} bytes held`)
  }
  assert.ok(complaints > 1000, `only ${complaints} broken streams`)
})

test('a frame that announces much takes only memory for what has come', () => {
  const announced = frameOf(16 * 1024 * 1024, 1)
  const { frames, heldMax } = read([announced.slice(0, 10), announced.slice(10, 5000)], 2 ** 24)
  assert.deepEqual(frames, [])
  assert.ok(heldMax <= 8192, `${heldMax} bytes for 5000`)
})

test('a frame over the limit, and an empty one, break the stream once', () => {
  for (const bytes of [101, 0, 2 ** 32 - 1]) {
    const frame = frameOf(1, 1)
    writeU32(frame, 0, bytes)
    const { frames, broken } = read([frame, frameOf(5, 1)], 100)
    assert.deepEqual(frames, [])
    assert.equal(broken.length, 1, `${bytes} bytes`)
  }
  assert.equal(read([frameOf(100, 1)], 100).frames.length, 1)
})
