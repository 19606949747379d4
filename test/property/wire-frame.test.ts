// The frame reader against any cutting of a stream, and against garbage.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FrameReader, frameBytes, headBytes } from '../../src/net/frame.ts'
import type { Framing } from '../../src/net/frame.ts'
import { seeded } from '../support/property.ts'

const runs = seeded('wire-frame', 2_000)

interface Seen {
  frames: string[]
  error: string | undefined
}

function reading(bodyBytesMax: number): { reader: FrameReader; seen: Seen } {
  const seen: Seen = { frames: [], error: undefined }
  const reader = new FrameReader(
    {
      frame: (command, opaque, _version, source, start, end) => {
        const body = Buffer.from(source.subarray(start, end)).toString('hex')
        seen.frames.push(`${command} ${opaque} ${body}`)
      },
      framingError: (reason) => {
        assert.equal(seen.error, undefined, 'told once')
        seen.error = reason
      },
    },
    { bodyBytesMax },
  )
  return { reader, seen }
}

/** Feeds the stream in pieces of the given lengths, over and over; a fresh copy each, as sockets do. */
function feed(reader: FrameReader, stream: Uint8Array, pieces: readonly number[]): number {
  let held = 0
  let at = 0
  for (let piece = 0; at < stream.length; piece++) {
    const count = pieces[piece % pieces.length]!
    reader.push(stream.slice(at, at + count))
    at += count
    held = Math.max(held, reader.unfinishedBytes)
  }
  return held
}

const anyFrame = fc.record({
  command: fc.constantFrom(1, 2, 3, 5, 6, 0x11, 0x12, 0x20, 0x7f),
  opaque: fc.oneof(fc.nat(500_000), fc.integer({ min: 0, max: 0xffff_ffff })),
  body: fc.uint8Array({ maxLength: 300 }),
})
const anyPieces = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 })

function streamOf(
  framing: Framing,
  frames: readonly { command: number; opaque: number; body: Uint8Array }[],
): Uint8Array {
  // A client begins with its handshake, and counts its opaques from 0 or 1.
  const handshake = frameBytes(1, 2, Buffer.from('0a01671200', 'hex'), framing)
  return Uint8Array.from(
    Buffer.concat([
      handshake,
      ...frames.map(({ command, opaque, body }) => frameBytes(opaque, command, body, framing)),
    ]),
  )
}

test('any cutting of a stream gives the same frames, in both framings', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<Framing>('bare', 'prefixed'),
      fc.array(anyFrame, { maxLength: 12 }),
      anyPieces,
      (framing, frames, pieces) => {
        const { reader, seen } = reading(300)
        const held = feed(reader, streamOf(framing, frames), pieces)
        assert.equal(seen.error, undefined)
        assert.equal(reader.framing, framing)
        assert.deepEqual(seen.frames, [
          '2 1 0a01671200',
          ...frames.map(({ command, opaque, body }) => {
            return `${command} ${opaque} ${Buffer.from(body).toString('hex')}`
          }),
        ])
        assert.equal(reader.unfinishedBytes, 0)
        assert.equal(reader.frames, frames.length + 1)
        assert.ok(held < headBytes(framing) + 300 + 400)
      },
    ),
    runs,
  )
})

test('garbage is frames or one framing error, never an exception, and never more memory than bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), anyPieces, (stream, pieces) => {
      const { reader, seen } = reading(2 ** 21)
      const held = feed(reader, stream, pieces)
      assert.ok(held <= stream.length)
      const before = seen.frames.length
      reader.push(stream)
      if (seen.error !== undefined) assert.equal(seen.frames.length, before, 'stopped')
    }),
    runs,
  )
})

test('a stream that is damaged in one byte gives the same frames whatever the cutting', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<Framing>('bare', 'prefixed'),
      fc.array(anyFrame, { minLength: 1, maxLength: 6 }),
      anyPieces,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (framing, frames, pieces, place, flip) => {
        const stream = streamOf(framing, frames)
        stream[place % stream.length]! ^= flip
        const whole = reading(300)
        const cut = reading(300)
        whole.reader.push(stream)
        feed(cut.reader, stream, pieces)
        assert.deepEqual(cut.seen, whole.seen)
      },
    ),
    runs,
  )
})
